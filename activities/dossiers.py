"""Finding in the record and the packs what the papers and reports of a case are made of."""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from activities.pinned import PinnedPacks
from domain.audit import Audit
from domain.dates import local_date
from domain.documents import Phrase
from domain.refusal import Refused
from domain.state import CaseState, Effect
from records.tables import Account, Body, ContentRow, EventRow, FileRow, FileUseRow, TurnRow
from services.documents import DocumentError
from services.schemes import Library, Packs

ANSWERS = (
    "audit.plan",
    "audit.management",
    "audit.characteristics",
    "audit.checklist",
    "audit.credit",
    "audit.contents",
    "rectification.submit",
    "audit.report",
)


class Answer(NamedTuple):
    """An answer on record: the SHA-256 of its payload, and the day it was given."""

    content: str
    on: date


class Dossier(NamedTuple):
    """Everything an audit report is made of."""

    state: CaseState
    audit: Audit
    body: Phrase
    packs: Packs
    names: Mapping[str, str]
    """Account → the person's name."""
    answers: Mapping[str, list[Answer]]
    """Task kind → the answers of this audit, oldest first; the last one counts."""
    contents: Mapping[str, str]
    """SHA-256 → JSON text."""
    files: Mapping[str, str]
    """Id of each file of the case → its name."""

    def last(self, kind: str) -> Answer:
        """The answer that counts.

        Raises:
            DocumentError: there is none.
        """
        given = self.answers.get(kind)
        if not given:
            raise DocumentError(f"{self.audit.id}: no answer to {kind} is on record")
        return given[-1]

    def content(self, digest: str) -> str:
        """A content by its digest.

        Raises:
            DocumentError: it is not on record.
        """
        if digest not in self.contents:
            raise DocumentError(f"{self.audit.id}: content {digest or 'without a digest'} is not on record")
        return self.contents[digest]

    def payload(self, kind: str) -> str:
        """The payload of the answer that counts; raises DocumentError."""
        return self.content(self.last(kind).content)


def body_name(session: Session, body: str) -> Phrase:
    """What a certification body is called."""
    row = session.get(Body, body)
    return Phrase(zh=row.name_zh, en=row.name_en) if row else Phrase(zh=body)


def dossier(session: Session, library: Library, state: CaseState, audit_id: str) -> Dossier:
    """Everything that the report of an audit is made of.

    Raises:
        DocumentError: there is no such audit, or a pack is not installed.
    """
    audit = next((one for one in state.audits if one.id == audit_id), None)
    if audit is None:
        raise DocumentError(f"there is no audit {audit_id}")
    try:
        packs = PinnedPacks(library).of(session, state)
    except Refused as missing:
        raise DocumentError(missing.refusal.en) from missing
    answers = _answers(session, state.id, audit)
    wanted = {answer.content for given in answers.values() for answer in given}
    wanted |= {audit.results_content, *(finding.content for finding in audit.findings)}
    return Dossier(
        state=state,
        audit=audit,
        body=body_name(session, state.body),
        packs=packs,
        names=_names(session, audit),
        answers=answers,
        contents=_contents(session, state.id, wanted),
        files=_file_names(session, state.id),
    )


def day_of(session: Session, state: CaseState, effect: Effect) -> date:
    """The day, in the case's own time, of the turn that decided an effect (its id begins with the turn)."""
    turn, _, _ = effect.id.partition(".")
    row = session.get(TurnRow, (state.id, int(turn) if turn.isdecimal() else state.turn))
    if row is None:
        raise DocumentError(f"the record has no turn of effect {effect.id}")
    return local_date(row.at)


def _answers(session: Session, case_id: str, audit: Audit) -> dict[str, list[Answer]]:
    """By task kind, the answers of an audit, oldest first; last the one the case itself counts."""
    events = select(EventRow).where(EventRow.case_id == case_id, col(EventRow.kind).in_(ANSWERS))
    found: dict[str, list[Answer]] = defaultdict(list)
    for row in session.exec(events.order_by(col(EventRow.seq))):
        data = json.loads(row.data)
        if data.get("audit") == audit.id and data.get("content"):
            found[row.kind].append(Answer(data["content"], local_date(datetime.fromisoformat(row.at))))
    for kind, given in audit.given.items():
        if kind in ANSWERS and given.content not in {answer.content for answer in found[kind][-1:]}:
            found[kind].append(Answer(given.content, given.on))
    return dict(found)


def _names(session: Session, audit: Audit) -> dict[str, str]:
    users = {member.user for member in audit.plan.team} if audit.plan else set()
    rows = session.exec(select(Account).where(col(Account.user).in_(users)))
    return {account.user: account.name for account in rows}


def _file_names(session: Session, case_id: str) -> dict[str, str]:
    used = select(FileRow.id, FileRow.name).join(FileUseRow, col(FileUseRow.file_id) == FileRow.id)
    return dict(session.exec(used.where(FileUseRow.case_id == case_id)).all())


def _contents(session: Session, case_id: str, wanted: set[str]) -> dict[str, str]:
    rows = session.exec(select(ContentRow).where(ContentRow.case_id == case_id, col(ContentRow.sha256).in_(wanted)))
    return {row.sha256: row.body for row in rows}
