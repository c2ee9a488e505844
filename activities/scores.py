"""Scoring what an audit hands in: checks each sheet, and gives the verdict once all of them are there."""

import json
from datetime import datetime

from sqlmodel import Session

from domain.adoption import characteristics_side, check_adoptions, management_side
from domain.audit import Audit, Finding, Source
from domain.checklist import ChecklistSheet, check_checklist
from domain.dates import local_date
from domain.evaluation import Circumstances, Sheets, evaluate, evaluate_checklist
from domain.pack import Scheme
from domain.refusal import Fault, Refused
from domain.results import ChosenReadings
from domain.sheet_checks import Setting, check_characteristics, check_sheet
from domain.sheets import CharacteristicsSheet, CreditSheet, ManagementSheet, to_approve, with_carried
from domain.state import CaseState, Facts, Message
from domain.trade_pack import SpecialRule
from records import store
from records.tables import ContentRow
from services.schemes import Library

CHECKLIST, CREDIT = "audit.checklist", "audit.credit"
FOUND: dict[str, tuple[Source, str, str]] = {
    "audit.management": ("management", "findings", "row"),
    "audit.characteristics": ("characteristics", "deductions", "item"),
    CHECKLIST: ("checklist", "findings", "indicator"),
}
"""Sheet → what its findings are called by, where they lie in it, and what each speaks of."""


class Scores:
    """Holds the scheme library; the sheets come from the record."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def gather(self, session: Session, state: CaseState, message: Message, facts: Facts, at: datetime) -> None:
        """Add to the facts what a sheet found and, once all sheets are in, what they come to.

        Raises:
            Refused: `invalid`, with a JSON pointer for each fault of the sheet.
        """
        audit = _audit_of(state, message)
        if audit is None or audit.plan is None:
            return
        scheme, trade = self._library.packs_of(state)
        texts = {kind: _text(session, state, audit, kind, message) for kind in (*scheme.evaluations, CREDIT)}
        under = Circumstances(audit.plan.sites, local_date(at), _chosen(scheme, state))
        results = None
        if isinstance(trade, SpecialRule):
            previous = _previous_sheet(session, state, audit)
            setting = Setting(audit.audit_kind, previous, _open_rows(state), audit.plan.sites)
            _refuse(_faults(scheme, trade, message, setting) + _adoption_faults(scheme, trade, message, texts))
            if all(texts.values()):
                results = evaluate(scheme.scored, trade, _sheets(texts, previous), under)
        else:
            _refuse(_checklist_faults(scheme, message, audit.plan.sites))
            if all(texts.values()):
                results = evaluate_checklist(scheme.checklist, scheme.judged_by, _checklist_sheets(texts), under)
        facts.findings = _findings(message, facts.content)
        facts.to_approve = _to_approve(message)
        if results:
            facts.results, facts.results_full = results.totals(), results.as_scored()
            facts.results_content = store.content_digest(facts.results_full)


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Refused("invalid", "评价表有误", "The sheet is not valid.", faults=faults)


def _to_approve(message: Message) -> list[int | str]:
    if message.name == "audit.management":
        return list(to_approve(ManagementSheet.model_validate_json(message.content)))
    if message.name == CHECKLIST:
        return list(ChecklistSheet.model_validate_json(message.content).not_applicable)
    return []


def _checklist_faults(scheme: Scheme, message: Message, sites: list[str]) -> list[Fault]:
    if message.name != CHECKLIST:
        return []
    return check_checklist(scheme.checklist, ChecklistSheet.model_validate_json(message.content), sites)


def _checklist_sheets(texts: dict[str, str]) -> tuple[ChecklistSheet, CreditSheet]:
    return ChecklistSheet.model_validate_json(texts[CHECKLIST]), CreditSheet.model_validate_json(texts[CREDIT])


def _faults(scheme: Scheme, special_rule: SpecialRule, message: Message, setting: Setting) -> list[Fault]:
    if message.name == "audit.management":
        return check_sheet(scheme.scored, ManagementSheet.model_validate_json(message.content), setting)
    if message.name == "audit.characteristics":
        handed_in = CharacteristicsSheet.model_validate_json(message.content)
        return check_characteristics(special_rule, handed_in, setting.sites or [])
    return []


def _adoption_faults(scheme: Scheme, special_rule: SpecialRule, message: Message, texts: dict[str, str]) -> list[Fault]:
    """R:7/7.4.2: the two sheets come in any order; whichever comes second is checked against the first."""
    rows, items = texts["audit.management"], texts["audit.characteristics"]
    management = management_side(scheme.scored, ManagementSheet.model_validate_json(rows) if rows else None)
    characteristics = characteristics_side(
        special_rule, CharacteristicsSheet.model_validate_json(items) if items else None
    )
    if message.name == "audit.management":
        return check_adoptions(management, characteristics)
    if message.name == "audit.characteristics":
        return check_adoptions(characteristics, management)
    return []


def _audit_of(state: CaseState, message: Message) -> Audit | None:
    task = next((task for task in state.tasks if task.id == message.task), None)
    return next((audit for audit in state.audits if task and audit.id == task.audit_id), None)


def _text(session: Session, state: CaseState, audit: Audit, kind: str, message: Message) -> str:
    if message.name == kind:
        return message.content
    given = audit.given.get(kind)
    row = session.get(ContentRow, (state.id, given.content)) if given else None
    return row.body if row else ""


def _previous_sheet(session: Session, state: CaseState, audit: Audit) -> ManagementSheet | None:
    """The management sheet of the audit before, its own carried rows filled in; rows may be carried from it."""
    sheet = None
    for earlier in state.audits[: state.audits.index(audit)]:
        given = earlier.given.get("audit.management")
        row = session.get(ContentRow, (state.id, given.content)) if given else None
        if row:
            sheet = with_carried(ManagementSheet.model_validate_json(row.body), sheet)
    return sheet


def _open_rows(state: CaseState) -> list[int]:
    return [
        int(finding.item)
        for audit in state.audits
        for finding in audit.findings
        if finding.source == "management" and finding.status != "accepted"
    ]


def _sheets(texts: dict[str, str], previous: ManagementSheet | None) -> Sheets:
    return Sheets(
        with_carried(ManagementSheet.model_validate_json(texts["audit.management"]), previous),
        CharacteristicsSheet.model_validate_json(texts["audit.characteristics"]),
        CreditSheet.model_validate_json(texts["audit.credit"]),
    )


def _chosen(scheme: Scheme, state: CaseState) -> ChosenReadings:
    """The readings the case is pinned to; the pack's own where it names none."""
    pinned = state.rules.readings if state.rules else {}
    return ChosenReadings.of(scheme.chosen_readings() | pinned)


def _findings(message: Message, content: str) -> list[Finding]:
    if message.name not in FOUND:
        return []
    source, part, item = FOUND[message.name]
    return [
        Finding(
            id="",
            source=source,
            item=str(found[item]),
            site=found.get("site"),
            content=content,
            pointer=f"/{part}/{place}/description",
            points=found.get("points"),
            severity=found["severity"],
            rectify=found["rectify"],
        )
        for place, found in enumerate(json.loads(message.content).get(part, []))
    ]
