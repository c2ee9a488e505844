"""Scoring what an audit hands in: checks each sheet, and gives the verdict once all of them are there."""

import json
from datetime import datetime

from sqlmodel import Session

from domain.audit import Audit, Finding
from domain.dates import local_date
from domain.pack import Scheme
from domain.refusal import Fault, Refused
from domain.results import ChosenReadings, Results
from domain.scoring import credit_readings, score_characteristics, score_management, verdict
from domain.sheet_checks import Setting, check_characteristics, check_sheet
from domain.sheets import CharacteristicsSheet, CreditSheet, ManagementSheet, to_approve, with_carried
from domain.state import CaseState, Facts, Message
from domain.trade_pack import SpecialRule
from records import store
from records.tables import ContentRow
from services.schemes import Library

SHEETS = ("audit.management", "audit.characteristics", "audit.credit")


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
        scheme, special_rule = self._library.packs_of(state)
        if not isinstance(special_rule, SpecialRule):
            return
        previous = _previous_sheet(session, state, audit)
        setting = Setting(audit.audit_kind, previous, _open_rows(state), audit.plan.sites)
        self._check(scheme, special_rule, message, setting)
        facts.findings = _findings(message, facts.content)
        if message.name == "audit.management":
            facts.to_approve = list(to_approve(ManagementSheet.model_validate_json(message.content)))
        texts = {kind: _text(session, state, audit, kind, message) for kind in SHEETS}
        if all(texts.values()):
            results = _results(scheme, special_rule, audit, texts, previous, at)
            facts.results, facts.results_full = _totals(results), results.model_dump_json()
            facts.results_content = store.content_digest(facts.results_full)

    def _check(
        self,
        scheme: Scheme,
        special_rule: SpecialRule,
        message: Message,
        setting: Setting,
    ) -> None:
        faults: list[Fault] = []
        if message.name == "audit.management":
            faults = check_sheet(scheme.scored, ManagementSheet.model_validate_json(message.content), setting)
        elif message.name == "audit.characteristics":
            handed_in = CharacteristicsSheet.model_validate_json(message.content)
            faults = check_characteristics(special_rule, handed_in, setting.sites or [])
        if faults:
            raise _invalid(faults)


def _invalid(faults: list[Fault]) -> Refused:
    return Refused("invalid", "评分表有误", "The sheet is not valid.", faults=faults)


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


def _results(  # everything that a verdict rests on
    scheme: Scheme,
    special_rule: SpecialRule,
    audit: Audit,
    texts: dict[str, str],
    previous: ManagementSheet | None,
    at: datetime,
) -> Results:
    sites = audit.plan.sites if audit.plan else []
    thresholds = scheme.scored.thresholds
    management = with_carried(ManagementSheet.model_validate_json(texts["audit.management"]), previous)
    characteristics = CharacteristicsSheet.model_validate_json(texts["audit.characteristics"])
    credit = CreditSheet.model_validate_json(texts["audit.credit"])
    return verdict(
        score_management(scheme.scored, management),
        score_characteristics(special_rule, characteristics, sites),
        credit_readings(credit, local_date(at), thresholds),
        ChosenReadings(),
    )


def _totals(results: Results) -> Results:
    """The results without their rows, which lie in the record: a case's state stays small."""
    if results.readings is None:
        return results
    readings = {
        name: getattr(results.readings, name).model_copy(update={"rows": {}, "indicators": {}})
        for name in ("normalise", "cap")
    }
    characteristic = results.characteristic and results.characteristic.model_copy(update={"items": {}})
    changed = {"readings": results.readings.model_copy(update=readings), "characteristic": characteristic}
    return results.model_copy(update=changed)


def _findings(message: Message, content: str) -> list[Finding]:
    data = json.loads(message.content)
    if message.name == "audit.management":
        return [
            Finding(
                id="",
                source="management",
                item=str(found["row"]),
                site=found.get("site"),
                content=content,
                pointer=f"/findings/{place}/description",
                severity=found["severity"],
                rectify=found["rectify"],
            )
            for place, found in enumerate(data.get("findings", []))
        ]
    return [
        Finding(
            id="",
            source="characteristics",
            item=found["item"],
            site=found.get("site"),
            content=content,
            pointer=f"/deductions/{place}/description",
            points=found["points"],
            severity=found["severity"],
            rectify=found["rectify"],
        )
        for place, found in enumerate(data.get("deductions", []))
    ]
