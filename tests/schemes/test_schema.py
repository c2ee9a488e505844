"""The published JSON Schemas: current, named by the files they describe, and as strict as the loader."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.pack_files import LAID_OVER, OPTIONAL, PARTS, SCHEMES
from services.pack_schemas import FOLDER, schemas, written
from services.strict_yaml import Source

KINDS = ["scheme", *PARTS, *OPTIONAL, *(name.removesuffix(".yaml") for name in LAID_OVER)]
FILES = sorted(SCHEMES.rglob("*.yaml"))


def test_every_kind_of_file_has_a_schema() -> None:
    assert set(schemas()) == set(KINDS)
    assert {file.name for file in FOLDER.iterdir()} == {f"{kind}.schema.json" for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_schema_is_current(kind: str) -> None:
    published = (FOLDER / f"{kind}.schema.json").read_text(encoding="utf-8")
    assert published == written(schemas()[kind]), "write them with `jingpin scheme schema`"


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_says_what_it_is(kind: str) -> None:
    schema = schemas()[kind]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:jingpin:pack:1:{kind}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_a_file_names_its_schema_to_editors(file: Any) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert named
    assert (file.parent / named[1]).resolve() == FOLDER / f"{file.stem}.schema.json"


def objects(schema: Any) -> list[dict[str, Any]]:
    """Every object with keys of its own that a schema describes."""
    if isinstance(schema, list):
        return [found for one in schema for found in objects(one)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" and isinstance(schema.get("properties"), dict) else []
    return own + [found for one in schema.values() for found in objects(one)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_refuses_unknown_keys_at_every_depth(kind: str) -> None:
    found = objects(schemas()[kind])
    assert found or kind == "reminders"
    assert all(one["additionalProperties"] is False for one in found)


def faults(file: Path) -> list[str]:
    """What another program, which knows nothing but the published schema, finds wrong in a file."""
    source = Source(file)
    source.take(file, ("data",))
    schema = json.loads((FOLDER / f"{file.stem}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return [found.message for found in Draft202012Validator(schema).iter_errors(source.data["data"])]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_a_shipped_file_is_valid_by_its_schema(file: Path) -> None:
    assert faults(file) == []


@pytest.mark.parametrize(
    ("shipped", "right", "wrong", "said"),
    [
        ("service/1.0/waits.yaml", "amount: 10", 'amount: "10"', "is not valid under any"),
        ("service/1.0/cycle.yaml", "reaudit_days:", "re_audit_days:", "re_audit_days"),
        ("service/1.0/catalogue.yaml", "kind: tier", "kind: tiers", "is not one of"),
        ("product/1.0/pass_rule.yaml", 'at_most: "1/5"', 'at_most: "a fifth"', "does not match"),
    ],
)
def test_a_schema_alone_finds_what_is_wrong_in_a_file(
    tmp_path: Path, shipped: str, right: str, wrong: str, said: str
) -> None:
    text = (SCHEMES / shipped).read_text(encoding="utf-8")
    assert right in text
    broken = tmp_path / Path(shipped).name
    broken.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    assert any(said in fault for fault in faults(broken))
