"""The chain of events: RFC 8785 and SHA-256, so that anybody can check it with other tools."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from domain.state import EventDraft
from records.chain import FIRST, broken_at, chained, digest, instant

# The example of RFC 8785, 3.2.2, as the data of an event.
EXAMPLE = r"""
{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}
"""
# RFC 8785, 3.2.3: the same as the RFC itself writes it.
EXAMPLE_CANONICAL = (
    r"""{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"""
    r""""string":"€$\u000f\nA'B\"\\\\\"/"}"""
)
EXAMPLE_EVENT = (
    r"""{"actor":"manager","at":"2026-11-21T01:02:03.000004Z","clause":null,"data":"""
    + EXAMPLE_CANONICAL
    + r""","kind":"note.add","previous_hash":"""
    + r""""0000000000000000000000000000000000000000000000000000000000000000","seq":1}"""
)
# As `sha256sum` gives it for the line above.
EXAMPLE_HASH = "9268ce9663514b1603d8eb144b603583a132ab40c5c67a6827509e0bfe22d5d5"


def a_chain(length: int = 4) -> list[dict[str, Any]]:
    at = datetime(2026, 11, 21, 1, 2, 3, 4, tzinfo=UTC)
    drafts = [
        EventDraft(
            at=at, actor="manager", kind="note.add", data={"content": str(number), "到": [1, "二"]}, clause="R:2"
        )
        for number in range(length)
    ]
    return chained(drafts, 0, FIRST)


def test_an_event_has_the_hash_that_other_tools_compute() -> None:
    at = datetime(2026, 11, 21, 1, 2, 3, 4, tzinfo=UTC)
    draft = EventDraft(at=at, actor="manager", kind="note.add", data=json.loads(EXAMPLE))
    (event,) = chained([draft], 0, FIRST)
    assert event["hash"] == EXAMPLE_HASH == hashlib.sha256(EXAMPLE_EVENT.encode()).hexdigest()


def test_the_order_of_an_events_fields_changes_nothing() -> None:
    event = a_chain(1)[0]
    assert digest(dict(reversed(event.items()))) == event["hash"]


def test_instants_are_written_in_utc_with_microseconds() -> None:
    at = datetime(2026, 11, 21, 9, 2, 3, tzinfo=timezone(timedelta(hours=8)))
    assert instant(at) == "2026-11-21T01:02:03.000000Z"


def test_each_event_names_the_one_before() -> None:
    events = a_chain()
    assert [event["previous_hash"] for event in events] == [FIRST, *(event["hash"] for event in events[:-1])]


def test_a_chain_goes_on_where_it_ended() -> None:
    events = a_chain(2)
    draft = EventDraft(at=datetime(2026, 11, 22, tzinfo=UTC), actor="timer", kind="timer.x", data={})
    events += chained([draft], 2, events[-1]["hash"])
    assert (events[-1]["seq"], broken_at(events)) == (3, None)


@pytest.mark.parametrize("events", [[], a_chain(1), a_chain()])
def test_a_whole_chain_is_found_whole(events: list[dict[str, Any]]) -> None:
    assert broken_at(events) is None


def test_any_changed_byte_is_found() -> None:
    text = json.dumps(a_chain(), ensure_ascii=False).encode()
    found = list(map(json.loads, filter(is_json, (changed(text, place) for place in range(len(text))))))
    assert len(found) > len(text) / 2
    assert all(finds(events) for events in found if events != json.loads(text))


def changed(text: bytes, place: int) -> bytes:
    return text[:place] + bytes([text[place] ^ 1]) + text[place + 1 :]


def is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def finds(events: list[dict[str, Any]]) -> bool:
    """Whether the chain is found broken, or an event has lost a field."""
    try:
        return broken_at(events) is not None
    except KeyError:
        return True


@pytest.mark.parametrize("field", ["seq", "at", "actor", "kind", "data", "clause", "previous_hash", "hash"])
def test_a_changed_field_is_found_at_its_event(field: str) -> None:
    events = a_chain()
    events[1][field] = "x"
    assert broken_at(events) == 2


def test_a_forged_event_with_a_fitting_hash_is_found_at_the_next_one() -> None:
    events = a_chain()
    events[1]["actor"] = "somebody"
    events[1]["hash"] = digest(events[1])
    assert broken_at(events) == 3


def test_events_in_another_order_are_found() -> None:
    first, second, third, fourth = a_chain()
    assert broken_at([first, third, second, fourth]) == 2


@pytest.mark.parametrize(("removed", "found"), [(0, 1), (1, 2), (2, 3)])
def test_a_removed_event_is_found(removed: int, found: int) -> None:
    events = a_chain()
    del events[removed]
    assert broken_at(events) == found


def test_a_repeated_event_is_found() -> None:
    events = a_chain()
    assert broken_at([*events, events[-1]]) == 5
