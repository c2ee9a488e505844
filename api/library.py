"""The scheme packs and the payload schemas, as people and programs read them."""

from typing import Any

from fastapi import APIRouter, Request

from api.desk import AtDesk
from domain.acts import ACTS
from domain.answers import ANSWERS
from domain.house_rules import HouseRules
from domain.pack import Scheme
from domain.refusal import Refused
from domain.trade_pack import TradePack
from services.schemes import Library

router = APIRouter(prefix="/api/v1", tags=["schemes"])


@router.get("/schemes")
def list_schemes(_: AtDesk, request: Request) -> dict[str, Any]:
    """Every pack: id, version, kind and title."""
    library: Library = request.app.state.library
    return {"items": [pack.model_dump() for pack in library.list()], "next_cursor": None}


@router.get("/schemes/{pack_id}/{version}")
def show_scheme(desk: AtDesk, request: Request, pack_id: str, version: str) -> dict[str, Any]:
    """One pack whole, with the payload schema of each task and act; a scheme with the packs of its trades.

    A body's own rules are for itself, and for those who belong to no body.
    """
    library: Library = request.app.state.library
    for find in (library.scheme, library.trade_pack, library.house_rules):
        try:
            pack = find(pack_id, version)
        except KeyError:
            continue
        if isinstance(pack, HouseRules) and desk.actor.body not in ("", pack.body):
            break
        schemas = {kind: schema(kind) for kind in sorted({*ANSWERS, *ACTS})}
        return {**pack.model_dump(mode="json"), **_of_trades(library, pack), "schemas": schemas}
    raise Refused("not_found", "未找到", "Not found.")


def _of_trades(library: Library, pack: Scheme | TradePack | HouseRules) -> dict[str, Any]:
    if not isinstance(pack, Scheme):
        return {}
    trades = [one for one in library.trade_packs if one.scheme == pack.id]
    return {
        name: [one.model_dump(mode="json") for one in trades if one.kind == kind]
        for name, kind in (("special_rules", "special_rule"), ("standards", "standard"))
    }


@router.get("/schemas/{kind}")
def show_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of one task's or act's payload."""
    if kind not in ANSWERS and kind not in ACTS:
        raise Refused("not_found", "未找到", "Not found.")
    return schema(kind)


def schema(kind: str) -> dict[str, Any]:
    """The payload's JSON Schema, with its `kind`."""
    model = ANSWERS.get(kind) or ACTS[kind]
    found = model.model_json_schema()
    found["properties"] = {"kind": {"const": kind}, **found.get("properties", {})}
    return found
