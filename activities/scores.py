"""Scoring what an audit hands in: checks each sheet, and gives the verdict once all of them are there."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlmodel import Session

from activities.pinned import PinnedPacks
from domain.adoption import characteristics_side, check_adoptions, management_side
from domain.audit import Audit, Finding, Source
from domain.checklist import ChecklistSheet, check_checklist
from domain.dates import local_date
from domain.evaluation import Circumstances, Sheets, evaluate, evaluate_checklist
from domain.pack import Scheme
from domain.refusal import Fault, Refused
from domain.results import ChosenReadings, Results
from domain.scope import extension_in
from domain.sheet_checks import Setting, check_characteristics, check_sheet
from domain.sheets import CharacteristicsSheet, CreditSheet, ManagementSheet, to_approve, with_carried
from domain.state import CaseState, Facts, Message
from domain.trade_pack import SpecialRule
from records import store
from records.tables import ContentRow
from services.schemes import Library, Packs

CHECKLIST, CREDIT = "audit.checklist", "audit.credit"
FOUND: dict[str, tuple[Source, str, str]] = {
    "audit.management": ("management", "findings", "row"),
    "audit.characteristics": ("characteristics", "deductions", "item"),
    CHECKLIST: ("checklist", "findings", "indicator"),
}
"""Sheet → what its findings are called by, where they lie in it, and what each speaks of."""


class Scores:
    """Holds the packs; the sheets come from the record."""

    def __init__(self, library: Library) -> None:
        self._packs = PinnedPacks(library)

    def gather(self, session: Session, state: CaseState, message: Message, facts: Facts, at: datetime) -> None:
        """Add to the facts what a sheet found and, once all sheets are in, what they come to.

        Raises:
            Refused: `invalid`, with a JSON pointer for each fault of the sheet.
        """
        audit = _audit_of(state, message)
        if audit is None or audit.plan is None:
            return
        packs = self._packs.of(session, state)
        known = on_record(session, state, audit, packs)
        known = known._replace(texts=known.texts | {message.name: message.content})
        _refuse(faults(packs, audit, message.name, known))
        facts.findings = _findings(message, facts.content)
        facts.to_approve = _to_approve(message)
        pinned = state.rules.readings if state.rules else {}
        if results := judged(packs, audit, known, local_date(at), pinned):
            facts.results, facts.results_full = results.totals(), results.as_scored()
            facts.results_content = store.content_digest(facts.results_full)


class Known(NamedTuple):
    """What the record holds of an audit to be scored."""

    texts: dict[str, str]
    """Sheet → what was handed in, as JSON; empty where it is not in."""
    previous: ManagementSheet | None
    """The management sheet of the audit before: rows may be carried from it."""
    open_rows: list[int]
    extended: bool = False
    """The audit looks at an extension as well, which is scored as at first: nothing is carried (R:9/8.3)."""


def on_record(session: Session, state: CaseState, audit: Audit, packs: Packs) -> Known:
    """Read what an audit has handed in, and what its scores rest on."""
    texts = {kind: _text(session, state, audit, kind) for kind in (*packs.scheme.evaluations, CREDIT)}
    return Known(texts, *_earlier(session, state, audit), extended=extension_in(state, audit) is not None)


def faults(packs: Packs, audit: Audit, kind: str, known: Known) -> list[Fault]:
    """Say what is wrong with one sheet of an audit under these packs, and with its adoptions from the other."""
    sites = audit.plan.sites if audit.plan else []
    text = known.texts[kind]
    if not isinstance(packs.trade, SpecialRule):
        checked = kind == CHECKLIST
        sheet = ChecklistSheet.model_validate_json(text) if checked else None
        return check_checklist(packs.scheme.checklist, sheet, sites) if sheet else []
    setting = Setting("scope" if known.extended else audit.audit_kind, known.previous, known.open_rows, sites)
    found = _faults(packs.scheme, packs.trade, (kind, text), setting)
    return found + _adoption_faults(packs.scheme, packs.trade, kind, known.texts, sites)


def judged(packs: Packs, audit: Audit, known: Known, on: date, pinned: Mapping[str, str]) -> Results | None:
    """Give what an audit comes to under these packs and readings; None until every sheet is in.

    The sheets have no faults under them.
    """
    texts = known.texts
    if not all(texts.values()):
        return None
    chosen = ChosenReadings.of(packs.scheme.chosen_readings() | dict(pinned))
    under = Circumstances(audit.plan.sites if audit.plan else [], on, chosen)
    if isinstance(packs.trade, SpecialRule):
        return evaluate(packs.scheme.scored, packs.trade, _sheets(texts, known.previous), under)
    return evaluate_checklist(packs.scheme.checklist, packs.scheme.judged_by, _checklist_sheets(texts), under)


def _refuse(found: list[Fault]) -> None:
    if found:
        raise Refused("invalid", "评价表有误", "The sheet is not valid.", faults=found)


def _to_approve(message: Message) -> list[int | str]:
    if message.name == "audit.management":
        return list(to_approve(ManagementSheet.model_validate_json(message.content)))
    if message.name == CHECKLIST:
        return list(ChecklistSheet.model_validate_json(message.content).not_applicable)
    return []


def _checklist_sheets(texts: dict[str, str]) -> tuple[ChecklistSheet, CreditSheet]:
    return ChecklistSheet.model_validate_json(texts[CHECKLIST]), CreditSheet.model_validate_json(texts[CREDIT])


def _faults(scheme: Scheme, special_rule: SpecialRule, sheet: tuple[str, str], setting: Setting) -> list[Fault]:
    kind, text = sheet
    if kind == "audit.management":
        return check_sheet(scheme.scored, ManagementSheet.model_validate_json(text), setting)
    if kind == "audit.characteristics":
        handed_in = CharacteristicsSheet.model_validate_json(text)
        return check_characteristics(special_rule, handed_in, setting.sites or [])
    return []


def _adoption_faults(
    scheme: Scheme, special_rule: SpecialRule, kind: str, texts: dict[str, str], sites: list[str]
) -> list[Fault]:
    """R:7/7.4.2: the two sheets come in any order; whichever comes second is checked against the first."""
    rows, items = texts["audit.management"], texts["audit.characteristics"]
    management = management_side(scheme.scored, ManagementSheet.model_validate_json(rows) if rows else None)
    characteristics = characteristics_side(
        special_rule, CharacteristicsSheet.model_validate_json(items) if items else None, sites
    )
    if kind == "audit.management":
        return check_adoptions(management, characteristics)
    if kind == "audit.characteristics":
        return check_adoptions(characteristics, management)
    return []


def _audit_of(state: CaseState, message: Message) -> Audit | None:
    task = next((task for task in state.tasks if task.id == message.task), None)
    return next((audit for audit in state.audits if task and audit.id == task.audit_id), None)


def _text(session: Session, state: CaseState, audit: Audit, kind: str) -> str:
    given = audit.given.get(kind)
    row = session.get(ContentRow, (state.id, given.content)) if given else None
    return row.body if row else ""


def _earlier(session: Session, state: CaseState, audit: Audit) -> tuple[ManagementSheet | None, list[int]]:
    """What an audit rests on: the last judged sheet, its own carried rows filled in, and the rows with open findings.

    A finding is open until it is accepted, or its row has been audited again. Audits may run beside each other: what
    counts is the order in which their sheets came in, and nothing is carried from one that had not ended before.
    """
    sheet, open_rows = None, set[int]()
    begins, now = audit.first_day or date.max, _scored_on(audit, date.max)
    others = [one for one in state.audits if one is not audit and _scored_on(one, date.min) <= now]
    for one in sorted(others, key=lambda one: _scored_on(one, date.min)):
        full = one.judged and one.audit_kind != "scope"  # a scope audit saw what is new alone
        given = one.given.get("audit.management") if full else None
        row = session.get(ContentRow, (state.id, given.content)) if given else None
        if row:
            handed_in = ManagementSheet.model_validate_json(row.body)
            open_rows -= {score.row for score in handed_in.scores if not score.carried}
            if one.last_day and one.last_day < begins:
                sheet = with_carried(handed_in, sheet)
        found = (finding for finding in one.findings if finding.source == "management")
        open_rows |= {int(finding.item) for finding in found if finding.status != "accepted"}
    return sheet, sorted(open_rows)


def _scored_on(audit: Audit, otherwise: date) -> date:
    given = audit.given.get("audit.management")
    return given.on if given else otherwise


def _sheets(texts: dict[str, str], previous: ManagementSheet | None) -> Sheets:
    return Sheets(
        with_carried(ManagementSheet.model_validate_json(texts["audit.management"]), previous),
        CharacteristicsSheet.model_validate_json(texts["audit.characteristics"]),
        CreditSheet.model_validate_json(texts["audit.credit"]),
    )


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
