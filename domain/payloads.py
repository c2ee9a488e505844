"""The payload of a message as its model: nothing else may read what people send."""

from pydantic import ValidationError

from domain.acts import ACTS
from domain.answers import ANSWERS
from domain.application import NewCase
from domain.model import Input
from domain.refusal import Fault, Refused
from domain.state import Message

MODELS: dict[str, type[Input]] = {"application": NewCase, **ANSWERS, **ACTS}
"""Message name → payload model."""


def payload_of(message: Message) -> Input | None:
    """The payload of an application, an answer or an act; none for a timer, a delivery or a rollout.

    Raises:
        Refused: `invalid`, with a JSON pointer for each fault.
    """
    if message.kind in ("alarm", "delivered", "rollout"):
        return None
    model = MODELS.get(message.name)
    if model is None:
        raise Refused("invalid", "没有此类事项", "There is no such task or act.", faults=[_NO_KIND])
    try:
        return model.model_validate_json(message.content)
    except ValidationError as error:
        raise Refused("invalid", "内容不符合要求", "The content is not valid.", faults=faults(error)) from error


def faults(error: ValidationError) -> list[Fault]:
    """Pydantic's findings as faults with JSON pointers."""
    return [
        Fault(pointer="".join(f"/{part}" for part in found["loc"] if part != "[key]"), detail=found["msg"])
        for found in error.errors()
    ]


_NO_KIND = Fault(pointer="/kind", detail="no such task or act")
