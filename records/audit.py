"""What the record holds of a case, read at one moment, and whether its parts fit together."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, col, or_, select

from domain.dates import local_date
from domain.retention import stripped
from domain.state import CaseState, Facts
from records import chain, queries, retention, store
from records.issued import CertificateRow
from records.retention_tables import ErasureRow
from records.tables import CaseRow, ContentRow, EventRow, TurnRow

Owners = Mapping[str, set[str]]
"""Number of a case or certificate → the cases whose rows or events say that it is theirs."""
EVERY = 2**31 - 1


class CaseRecord(NamedTuple):
    """A case as the record holds it."""

    row: CaseRow
    events: list[dict[str, Any]]
    turns: Sequence[TurnRow]
    contents: dict[str, str]
    erasures: Sequence[ErasureRow] = ()

    @property
    def erased(self) -> date | None:
        """The day on which what the case held was deleted; none while it is there."""
        return next((one.on for one in self.erasures if one.kind == "case"), None)


def id_of(session: Session, case: str) -> str | None:
    """The id of a case by its id or its number, or None."""
    return session.exec(select(CaseRow.id).where(or_(CaseRow.id == case, CaseRow.number == case))).first()


def read(session: Session, case_id: str) -> CaseRecord:
    """All that the record holds of what happened in a case.

    Raises:
        ValueError: an event's data is no JSON.
    """
    row = session.get_one(CaseRow, case_id)
    turns = session.exec(select(TurnRow).where(TurnRow.case_id == case_id).order_by(col(TurnRow.turn))).all()
    contents = session.exec(select(ContentRow).where(ContentRow.case_id == case_id))
    events = queries.events(session, case_id, 0, EVERY)
    bodies = {one.sha256: one.body for one in contents}
    return CaseRecord(row, events, turns, bodies, retention.erasures(session, case_id))


# By itself -------------------------------------------------------------------------------------------------


def chain_findings(record: CaseRecord) -> Iterator[str]:
    """Whether the chain is whole, from the first event to the last that the case counts."""
    if broken := chain.broken_at(record.events):
        yield f"the chain is broken at event {broken}"
    if len(record.events) != record.row.version:
        yield f"there are {len(record.events)} events, and the case counts {record.row.version}"


def content_findings(record: CaseRecord) -> Iterator[str]:
    """Whether every payload that is named is there, as it was sent."""
    for digest, body in record.contents.items():
        if not _is_digest_of(digest, body):
            yield f"the content {digest} is not what was sent"
    erased = {one.digest for one in record.erasures if one.kind == "content"}
    for place, digest in _named(record):
        if digest not in record.contents and digest not in erased:
            yield f"{place} names the content {digest}, which is missing"
    for digest in sorted(erased & record.contents.keys()):
        yield f"the content {digest} is said to be deleted, and is there"


def erasure_findings(record: CaseRecord) -> Iterator[str]:
    """Whether what was deleted was past its term, by today, and the case with it: a row alone excuses nothing."""
    today = local_date(now() + timedelta(seconds=record.row.clock_ahead))
    for on in sorted({one.on for one in record.erasures}):
        if not retention.is_past(record.events[-1]["at"], on):
            yield f"it was deleted on {on}, before its term ended"
        if on > today:
            yield f"it is said to be deleted on {on}, a day to come"
    if record.erasures and not record.erased:
        yield "parts of it are said to be deleted, and the case is not"
    state = CaseState.model_validate_json(record.row.state)
    if record.erased and state != stripped(state):
        yield "it is said to be deleted, and its state holds more than what is left of a deleted case"


def now() -> datetime:
    """By which it is told what is still to come."""
    return datetime.now(UTC)


def _is_digest_of(digest: str, body: str) -> bool:
    try:
        return store.content_digest(body) == digest
    except ValueError:
        return False


def _named(record: CaseRecord) -> Iterator[tuple[str, str]]:
    """Each digest once, with the event or turn that names it first."""
    named: dict[str, str] = {}
    for event in record.events:
        for name in ("content", "results"):
            if digest := event["data"].get(name):
                named.setdefault(str(digest), f"event {event['seq']}")
    for turn in record.turns:
        facts = Facts.model_validate_json(turn.facts)
        for digest in filter(None, (facts.content, facts.public_content, facts.results_content)):
            named.setdefault(digest, f"turn {turn.turn}")
    return ((place, digest) for digest, place in named.items())


# Beside other cases ----------------------------------------------------------------------------------------


def numbers(session: Session) -> Owners:
    """Who says of which number that it is theirs."""
    owners: dict[str, set[str]] = defaultdict(set)
    for query in (select(CaseRow.number, CaseRow.id), select(CertificateRow.number, CertificateRow.case_id)):
        for number, case_id in session.exec(query):
            owners[number].add(case_id)
    issued = select(EventRow.data, EventRow.case_id).where(col(EventRow.kind).startswith("certificate."))
    for data, case_id in session.exec(issued.execution_options(yield_per=1000)):
        owners[str(json.loads(data).get("number"))].add(case_id)
    return owners


def number_findings(case_id: str, owners: Owners) -> Iterator[str]:
    """Whether each number of a case is its own."""
    for number, cases in sorted(owners.items()):
        if case_id in cases and len(cases) > 1:
            yield f"the number {number} was also given to {', '.join(sorted(cases - {case_id}))}"


Check = Callable[[CaseRecord], Iterator[str]]
BY_ITSELF: dict[str, Check] = {
    "the chain": chain_findings,
    "the contents": content_findings,
    "the deletion": erasure_findings,
}
"""What can be told without working on a turn again."""
