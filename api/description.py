"""The API's description (OpenAPI): as its routes say, with what stands in none of them."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.access import ANYBODY, ROUTES
from api.problems import STATUS

FAULT: Final = {
    "type": "object",
    "required": ["pointer", "detail"],
    "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
}
PROBLEM: Final = {
    "type": "object",
    "description": "RFC 9457, in Chinese or English as Accept-Language asks",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "examples": [*STATUS]},
        "detail": {"type": "string"},
        "clause": {"type": "string", "description": "the clause that refuses"},
        "errors": {"type": "array", "items": FAULT},
        "current": {"type": "object", "description": "how the case stands, for whoever was too late"},
    },
}
REFUSED: Final = {
    "description": "A problem document",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "the same key and body give the same answer again",
    "schema": {"type": "string", "pattern": "^[!-~]([ -~]*[!-~])?$", "minLength": 1, "maxLength": 200},
}
VERSION: Final = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": 'the version of the case that the sender has seen, `"7"`: another one is refused',
    "schema": {"type": "string", "maxLength": 200},
}
OF_A_VERSION: Final = ("/api/v1/cases/{case_id}/tasks/{task_id}", "/api/v1/cases/{case_id}/acts")
UNDER_WAY: Final[dict[int | str, dict[str, Any]]] = {
    202: {"description": "Accepted and still under way; `Location` names the operation that tells its end"}
}
"""What routes add that may answer before a case is at rest."""


def of_type(media_type: str) -> dict[int | str, dict[str, Any]]:
    """What routes add that answer with a file."""
    return {200: {"content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}}


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of an application, made once."""
    if not app.openapi_schema:
        found = get_openapi(title=app.title, version=app.version, routes=app.routes)
        for path, operations in found["paths"].items():
            for method, operation in operations.items():
                if path in OF_A_VERSION:
                    operation.setdefault("parameters", []).append(VERSION)
                _complete(operation, method, signed_in=ROUTES[f"{method.upper()} {path}"] != ANYBODY)
        components = found.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = PROBLEM
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        app.openapi_schema = found
    return app.openapi_schema


def _complete(operation: dict[str, Any], method: str, *, signed_in: bool) -> None:
    operation["responses"].pop("422", None)
    operation["responses"] |= {"4XX": REFUSED, "503": REFUSED}
    if signed_in:
        operation["security"] = [{"token": []}]
    if method == "post":
        operation.setdefault("parameters", []).append(KEY)
