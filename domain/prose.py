"""Free text by people: kept apart from the record's figures, so that it can be erased and the chain stays whole."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints

PROSE = object()
"""Marks a field as free text; `figures` leaves such fields out."""

Prose = Annotated[str, StringConstraints(max_length=4000), PROSE]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=4000), PROSE]


def figures(model: BaseModel) -> dict[str, Any]:
    """The model as JSON data without its free texts and without what was left out."""
    kept = {name for name, field in type(model).model_fields.items() if PROSE not in field.metadata}
    return plain({name: getattr(model, name) for name in sorted(kept & model.model_fields_set)})


def plain(data: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON data, without those that say nothing (none, empty texts and lists)."""
    return {name: _plain(value) for name, value in data.items() if value not in (None, "", [])}


def _plain(value: Any) -> Any:  # noqa: ANN401  # any JSON value of any payload
    if isinstance(value, BaseModel):
        return figures(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Decimal):
        return format(value, "f")
    return value if isinstance(value, (bool, int, str)) else str(value)
