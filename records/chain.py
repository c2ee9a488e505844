"""The chain of a case's events: SHA-256 over each event's canonical JSON (RFC 8785), which names the one before."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import rfc8785

from domain.state import EventDraft

FIRST = "0" * 64
"""The previous hash of a case's first event."""


def instant(at: datetime) -> str:
    """An instant as RFC 3339 in UTC with microseconds, for instance `2026-11-21T01:02:03.000004Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def digest(event: dict[str, Any]) -> str:
    """The hash of an event: SHA-256 of the RFC 8785 form of everything but `hash`, hexadecimal."""
    plain = {name: value for name, value in event.items() if name != "hash"}
    return hashlib.sha256(rfc8785.dumps(plain)).hexdigest()


def chained(drafts: list[EventDraft], seq: int, head: str) -> list[dict[str, Any]]:
    """Events ready for the record, from the number after `seq`, the first one chained to `head`."""
    events: list[dict[str, Any]] = []
    for number, draft in enumerate(drafts, start=seq + 1):
        event = {
            "seq": number,
            "at": instant(draft.at),
            "actor": draft.actor,
            "kind": draft.kind,
            "data": draft.data,
            "clause": draft.clause,
            "previous_hash": events[-1]["hash"] if events else head,
        }
        events.append({**event, "hash": digest(event)})
    return events


def broken_at(events: list[dict[str, Any]]) -> int | None:
    """The `seq` of the first event that does not fit the chain, or None when it is whole."""
    head = FIRST
    for number, event in enumerate(events, start=1):
        if event["seq"] != number or event["previous_hash"] != head or event["hash"] != digest(event):
            return number
        head = event["hash"]
    return None
