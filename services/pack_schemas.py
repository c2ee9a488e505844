"""The published JSON Schemas of the pack format, one for each kind of file, made from the models that read it."""

import json
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from domain.catalogue import Catalogue
from domain.grounds import Grounds
from domain.house_rules import HouseRules
from domain.pack import Scheme
from domain.pack_parts import PassRule
from domain.trade_pack import SpecialRule, Standard
from services.pack_files import BORROWS, HEAD_KEYS, OPTIONAL, PARTS, SCHEMES

FOLDER: Final = SCHEMES / "schema"
FORMAT: Final = 1
"""Version of the format; another one when a file that was sound is no longer."""


def schemas() -> dict[str, dict[str, Any]]:
    """Kind of file → its JSON Schema, draft 2020-12."""
    shapes: dict[str, Any] = {part: Scheme.model_fields[part].annotation for part in (*PARTS, *OPTIONAL)}
    shapes |= {
        "catalogue": Catalogue,
        "pass_rule": PassRule,
        "grounds": Grounds,
        "special_rule": SpecialRule,
        "standard": Standard,
    }
    shapes |= {"house_rules": HouseRules}
    found = {kind: TypeAdapter(shape).json_schema() for kind, shape in shapes.items()}
    found["scheme"] = _head()
    return {kind: _published(kind, _closed(schema)) for kind, schema in found.items()}


def write(folder: Path = FOLDER) -> list[Path]:
    """Write every schema into a folder; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for kind, schema in schemas().items():
        files.append(folder / f"{kind}.schema.json")
        files[-1].write_text(written(schema), encoding="utf-8")
    return files


def written(schema: dict[str, Any]) -> str:
    """Give a schema as it stands in its file."""
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _head() -> dict[str, Any]:
    """A scheme's head: its own keys, and which parts it borrows of whom."""
    whole = TypeAdapter(Scheme).json_schema()
    folder = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]*/[0-9]+\.[0-9]+$"}
    borrows = dict.fromkeys((*PARTS, *OPTIONAL), folder)
    keys = {key: whole["properties"][key] for key in HEAD_KEYS}
    keys[BORROWS] = {
        "type": "object",
        "properties": borrows,
        "description": "Part → the folder of the pack it is taken from, `service/1.0`.",
    }
    defs = {"Text": whole["$defs"]["Text"]}
    return {"type": "object", "properties": keys, "required": list(HEAD_KEYS), "title": "Scheme", "$defs": defs}


def _closed(schema: Any) -> Any:  # noqa: ANN401  # any part of a JSON Schema
    """The schema with unknown keys refused everywhere, as the loader refuses them."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        closed["additionalProperties"] = False
    return closed


def _published(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:jingpin:pack:{FORMAT}:{kind}",
        **schema,
    }
