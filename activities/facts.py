"""What services find out for a message before it is worked on: rules, calendar, numbers, the people and files named."""

import json
from datetime import datetime

from sqlmodel import Session, col, select

from activities import people
from activities.calendars import Calendars
from activities.editions import Editions
from activities.pinned import keep
from activities.scores import Scores
from domain.application import NewCase
from domain.dates import local_date
from domain.issuing import certificates_issued
from domain.payloads import payload_of
from domain.refusal import Fault, Refused
from domain.state import CaseState, Facts, Message
from records import reports, requirements, store, waves
from records.tables import CaseRow, FileRow, FileUseRow
from services.schemes import Library, Packs


class FactFinder:
    """Holds the scheme library and the calendars; the database comes with each call."""

    def __init__(self, library: Library) -> None:
        self._scores = Scores(library)
        self._editions = Editions(library)
        self._calendars = Calendars()

    def gather(
        self, session: Session, state: CaseState, message: Message, at: datetime, *, preview: bool = False
    ) -> Facts:
        """All facts for one message; a preview takes no number.

        Raises:
            Refused: something that is named is not there.
        """
        payload = payload_of(message)
        facts = Facts(reported=_reported(session, state, message))
        if message.kind in ("application", "answer", "act") or message.content != "{}":
            facts.content = _digest(message.content)
            self._check_files(session, state, message)
        calendar = self._calendars.current(session)
        if state.calendar is None or state.calendar.version != calendar.version:
            facts.calendar = calendar
        # Whoever has a conflict of interest may still declare another.
        if message.actor.body and message.name != "conflict.declare":
            people.refuse_barred(session, message.actor, _organization(state, message), local_date(at))
            people.refuse_applicant(session, message.actor, state)
        if found := self._editions.for_message(state, message, local_date(at)):
            packs, facts.edition = found
            self._keep(session, packs, preview=preview)
        match message.name:
            case "audit.plan":
                facts.people = people.named(session, state, message, local_date(at))
                facts.public_full = people.without_visit(message.content)
                facts.public_content = store.content_digest(facts.public_full) if facts.public_full else ""
            case "team.replace" | "restoration.request":
                facts.people = people.named(session, state, message, local_date(at))
            case "audit.management" | "audit.characteristics" | "audit.checklist" | "audit.credit":
                self._scores.gather(session, state, message, facts, at)
        facts.announced = requirements.for_message(session, state, message, payload, local_date(at))
        if message.kind == "answer" and not preview:
            _number(session, state, facts, certificates_issued(state, message, payload), at)
        if message.kind == "application":
            packs = self._of_application(session, state, message, facts, at)
            self._keep(session, packs, preview=preview)
            facts.number = "" if preview else _case_number(session, state, at)
        return facts

    @staticmethod
    def _keep(session: Session, packs: Packs, *, preview: bool) -> None:
        """A case keeps the packs it is pinned to; whoever only tries a message out writes nothing."""
        if not preview:
            keep(session, packs)

    def _of_application(
        self, session: Session, state: CaseState, message: Message, facts: Facts, at: datetime
    ) -> Packs:
        handed_in = NewCase.model_validate_json(message.content)
        if handed_in.wave and not waves.holds(session, handed_in.wave, state.id):
            waves.must_be_open(session, handed_in.wave, state.body, local_date(at))
        packs, facts.rules = self._editions.of_application(handed_in, state.body, local_date(at))
        key = store.open_key(handed_in, rehearsal=state.rehearsal)
        other = session.exec(select(CaseRow.id).where(CaseRow.open_key == key, CaseRow.id != state.id)).first()
        if other:
            raise store.another_open_case()
        return packs

    def _check_files(self, session: Session, state: CaseState, message: Message) -> None:
        named = store.file_pointers(message.content)
        if not named:
            return
        ids = set(named.values())
        actor = message.actor
        rows = session.exec(select(FileRow).where(col(FileRow.id).in_(ids)))
        usable = {row.id for row in rows if row.owner == actor.user or (actor.body and row.body == actor.body)}
        in_case = select(FileUseRow.file_id).where(FileUseRow.case_id == state.id, col(FileUseRow.file_id).in_(ids))
        usable |= set(session.exec(in_case))
        faults = [
            Fault(pointer=pointer, detail="no such file") for pointer, file in named.items() if file not in usable
        ]
        if faults:
            raise Refused("invalid", "引用的文件不存在", "A named file is not there.", faults=faults)


def _organization(state: CaseState, message: Message) -> str:
    """The code of the organization that the case is about; before its first turn, of the one that applies."""
    application = state.application or NewCase.model_validate_json(message.content)
    return application.organization.uscc


def _invalid(pointer: str, detail: str) -> Refused:
    fault = Fault(pointer=pointer, detail=detail)
    return Refused("invalid", "内容不符合要求", "The content is not valid.", faults=[fault])


def _case_number(session: Session, state: CaseState, at: datetime) -> str:
    year = local_date(at).year
    prefix = "YL" if state.rehearsal else "JP"
    return f"{prefix}-{year}-{store.next_number(session, f'case-{prefix}-{year}'):05d}"


def _reported(session: Session, state: CaseState, message: Message) -> str:
    """What the report that is to be corrected was about: one of this case that has its receipt."""
    if message.name != "report.correct":
        return ""
    about = reports.about_of(session, state.id, json.loads(message.content)["submission"].strip())
    if about is None:
        raise _invalid("/submission", "no report of this case that has a receipt")
    return about


def _number(session: Session, state: CaseState, facts: Facts, certificates: int, at: datetime) -> None:
    """Take a number for each certificate that is issued."""
    prefix = f"{'YL-' if state.rehearsal else ''}SXJP-{state.body.upper()}-{local_date(at).year}"
    for fact in ("certificate_number", "further_number")[:certificates]:
        setattr(facts, fact, f"{prefix}-{store.next_number(session, f'certificate-{prefix}'):05d}")


def _digest(content: str) -> str:
    """The payload's digest; what no database or program could keep alike is refused here."""
    if "\\u0000" in content or "\0" in content:
        raise _invalid("", "a text holds the character NUL")
    try:
        return store.content_digest(content)
    except ValueError as error:
        raise _invalid("", str(error)) from error
