"""What people send is read by its model, and each fault is pointed at."""

import json
from typing import Any

import pytest

from domain.acts import Note
from domain.payloads import payload_of
from domain.refusal import Fault, Refusal, Refused
from domain.state import Actor, Message


def a_message(name: str, payload: Any, kind: str = "act") -> Message:
    content = json.dumps(payload)
    return Message.model_validate({"id": "m", "kind": kind, "name": name, "actor": Actor(user="x"), "content": content})


def refused(name: str, payload: Any) -> Refusal:
    with pytest.raises(Refused) as raised:
        payload_of(a_message(name, payload))
    return raised.value.refusal


def test_an_act_is_read_by_its_model() -> None:
    assert payload_of(a_message("note.add", {"text": "seen"})) == Note(text="seen")


@pytest.mark.parametrize("kind", ["alarm", "delivered", "rollout"])
def test_what_no_person_sends_has_no_payload(kind: str) -> None:
    assert payload_of(a_message("note.add", {"text": "seen"}, kind)) is None


def test_an_unknown_task_or_act_is_invalid() -> None:
    refusal = refused("no.such", {})
    assert (refusal.code, refusal.zh, refusal.en) == ("invalid", "没有此类事项", "There is no such task or act.")
    assert refusal.faults == [Fault(pointer="/kind", detail="no such task or act")]


def test_every_fault_is_pointed_at() -> None:
    sites = [{"id": "s1", "headcount": 3}, {"id": "s2", "headcount": -1, "more": 1}]
    refusal = refused("headcount.correct", {"sites": sites})
    assert (refusal.code, refusal.zh, refusal.en) == ("invalid", "内容不符合要求", "The content is not valid.")
    assert [(fault.pointer, fault.detail) for fault in refusal.faults] == [
        ("/sites/1/headcount", "Input should be greater than or equal to 0"),
        ("/sites/1/more", "Extra inputs are not permitted"),
    ]


def test_a_wrong_key_is_pointed_at_as_the_value_it_names() -> None:
    refusal = refused("audit.contents", {"items": {"z": {"conclusion": "conforms", "evidence": "e"}}})
    assert [fault.pointer for fault in refusal.faults] == ["/items/z"]


def test_a_fault_does_not_repeat_what_was_sent() -> None:
    assert "hunter2" not in refused("note.add", {"text": ["hunter2"]}).model_dump_json()
