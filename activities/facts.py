"""What services find out for a message before it is worked on: rules, calendar, numbers, the people and files named."""

import json
from datetime import date, datetime

from sqlmodel import Session, col, select

from activities import people
from activities.scores import Scores
from domain.application import NewCase
from domain.calendar import Calendar
from domain.dates import local_date
from domain.payloads import payload_of
from domain.refusal import Fault, Refused
from domain.rules import Rules
from domain.state import CaseState, Facts, Message
from records import store
from records.tables import CaseRow, FileRow, FileUseRow
from services.schemes import Library, pack_key


class FactFinder:
    """Holds the scheme library and the calendar; the database comes with each call."""

    def __init__(self, library: Library, calendar: Calendar) -> None:
        self._library = library
        self._scores = Scores(library)
        self._calendar = calendar

    def gather(
        self, session: Session, state: CaseState, message: Message, at: datetime, *, preview: bool = False
    ) -> Facts:
        """All facts for one message; a preview takes no number.

        Raises:
            Refused: something that is named is not there.
        """
        payload_of(message)
        facts = Facts()
        if message.kind in ("application", "answer", "act") or message.content != "{}":
            facts.content = _digest(message.content)
            self._check_files(session, state, message)
        if state.calendar is None or state.calendar.version != self._calendar.version:
            facts.calendar = self._calendar
        if state.application and message.actor.body:
            people.refuse_barred(session, message.actor, state.application.organization.uscc, local_date(at))
        match message.name:
            case "audit.plan":
                facts.people = people.named(session, state.body, message.content)
                facts.public_full = people.without_visit(message.content)
                facts.public_content = store.content_digest(facts.public_full) if facts.public_full else ""
            case "audit.management" | "audit.characteristics" | "audit.checklist" | "audit.credit":
                self._scores.gather(session, state, message, facts, at)
            case "decision.make":
                facts.certificate_number = "" if preview else _certificate_number(session, state, message, at)
        if message.kind == "application":
            self._of_application(session, state, message, facts, at)
            facts.number = "" if preview else _case_number(session, state, at)
        return facts

    def _of_application(self, session: Session, state: CaseState, message: Message, facts: Facts, at: datetime) -> None:
        handed_in = NewCase.model_validate_json(message.content)
        facts.rules = self._rules(handed_in, state.body, local_date(at))
        key = store.open_key(handed_in, rehearsal=state.rehearsal)
        other = session.exec(select(CaseRow.id).where(CaseRow.open_key == key, CaseRow.id != state.id)).first()
        if other:
            raise store.another_open_case()

    def _rules(self, handed_in: NewCase, body: str, on: date) -> Rules:
        """The scheme with what lies over it: the trade's pack and the body's own rules (R:2)."""
        wanted, trade = handed_in.scheme, handed_in.special_rule
        try:
            self._library.scheme(wanted.id, wanted.version)
        except KeyError as error:
            raise _invalid("/scheme", "no such scheme") from error
        house = self._library.house_rules_of(body, wanted.id, on)
        try:
            packs = self._library.packs(
                pack_key(wanted), pack_key(trade) if trade else None, pack_key(house) if house else None
            )
        except KeyError as error:
            raise _invalid("/special_rule", "no such special rule or standard") from error
        if packs.trade and packs.trade.scheme != wanted.id:
            raise _invalid("/special_rule", f"{packs.trade.id} belongs to the scheme {packs.trade.scheme}")
        if packs.trade and packs.trade.trade != handed_in.service.category:
            raise _invalid("/service/category", f"{packs.trade.id} is for the trade {packs.trade.trade}")
        rules = packs.scheme.rules(house.readings if house else None)
        return rules.model_copy(update={"house_rules": f"{house.id}/{house.version}"}) if house else rules

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


def _invalid(pointer: str, detail: str) -> Refused:
    fault = Fault(pointer=pointer, detail=detail)
    return Refused("invalid", "内容不符合要求", "The content is not valid.", faults=[fault])


def _case_number(session: Session, state: CaseState, at: datetime) -> str:
    year = local_date(at).year
    prefix = "YL" if state.rehearsal else "JP"
    return f"{prefix}-{year}-{store.next_number(session, f'case-{prefix}-{year}'):05d}"


def _certificate_number(session: Session, state: CaseState, message: Message, at: datetime) -> str:
    if json.loads(message.content).get("outcome") != "grant":
        return ""
    year = local_date(at).year
    prefix = f"{'YL-' if state.rehearsal else ''}SXJP-{state.body.upper()}-{year}"
    return f"{prefix}-{store.next_number(session, f'certificate-{prefix}'):05d}"


def _digest(content: str) -> str:
    """The payload's digest; what no database or program could keep alike is refused here."""
    if "\\u0000" in content or "\0" in content:
        raise _invalid("", "a text holds the character NUL")
    try:
        return store.content_digest(content)
    except ValueError as error:
        raise _invalid("", str(error)) from error
