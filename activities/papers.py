"""What the papers of a case say: certificates and audit reports out of what the record and the packs hold."""

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from activities import checklist_tables, score_tables
from activities.dossiers import Dossier
from domain import results as computed
from domain.answers import AuditContents, AuditPlan, AuditReport, Rectification, RectifiedItem
from domain.application import postal_address
from domain.audit import Finding, Plan
from domain.checklist import ChecklistSheet
from domain.documents import (
    AuditReportData,
    CertificateData,
    ContentConclusion,
    CreditEntry,
    CreditResult,
    Edition,
    Holder,
    PersonDays,
    Phrase,
    PrintedFinding,
    PrintedPlan,
    PrintedSite,
    TeamMember,
)
from domain.pack import Scheme
from domain.points import format_points, parse_points
from domain.results import Results
from domain.scope import application_of
from domain.sheets import CreditSheet, ManagementSheet
from domain.state import CaseState
from domain.trade_pack import TradePack
from records.issued import CertificateRow
from services.documents import DocumentError
from services.schemes import Packs

CREDIT_KINDS = {"violation": "违法违规 violation", "complaint": "投诉 complaint", "accident": "事故 accident"}


ITEMS = {"management": "第{}行", "characteristics": "{}", "checklist": "指标{}"}
"""Source of a finding → how what it speaks of is printed."""


# Certificate --------------------------------------------------------------------------------------------------


def certificate_data(row: CertificateRow, packs: Packs, body: Phrase, public_url: str) -> CertificateData:
    """A certificate as it was decided, with the public address that says what it is worth today.

    Of the rule its layout follows it says that it is not at hand (R:8/7.1, R:8/7.2.1, R:C).
    """
    return CertificateData(
        number=row.number,
        kind=packs.scheme.kind,
        organization=Holder(name=Phrase(zh=row.organization), uscc=row.uscc, address=Phrase(zh=row.address)),
        service=Phrase(zh=row.service),
        scope=Phrase(zh=row.scope),
        sites=[
            PrintedSite(
                id=site["id"],
                name=Phrase(zh=site["name"]),
                address=Phrase(zh=postal_address(site["city"], site["address"])),
            )
            for site in row.sites
        ],
        scheme=edition(packs.scheme),
        special_rule=edition(packs.trade) if packs.trade else None,
        decided_on=row.decided_on,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        issuing_body=body,
        status_url=f"{public_url.rstrip('/')}/verify/{quote(row.number, safe='')}",
        predecessor=row.predecessor,
        rehearsal=row.rehearsal,
    )


def edition(pack: Scheme | TradePack) -> Edition:
    """A pack as documents cite it."""
    return Edition(id=pack.id, version=pack.version, title=Phrase(zh=pack.title.zh, en=pack.title.en))


# Audit report -------------------------------------------------------------------------------------------------


def report_data(dossier: Dossier) -> AuditReportData:
    """An audit's report as it stands on record.

    Raises:
        DocumentError: something the report needs is not on record.
    """
    state, audit, packs = dossier.state, dossier.audit, dossier.packs
    plan, results = audit.plan, audit.results
    if not (state.application and plan and results):
        raise DocumentError(f"{audit.id}: without plan and results there is no report")
    application = application_of(state, audit)
    full = Results.model_validate_json(dossier.content(audit.results_content)) if audit.on_site else results
    report = AuditReport.model_validate_json(dossier.payload("audit.report"))
    organization = application.organization
    return AuditReportData(
        report_number=f"{state.number}-{audit.id}",
        case_number=state.number,
        version=len(dossier.answers["audit.report"]),
        kind=packs.scheme.kind,
        audit_kind=audit.audit_kind,
        attempt=audit.attempt,
        issuing_body=dossier.body,
        organization=Holder(
            name=Phrase(zh=organization.name),
            uscc=organization.uscc,
            address=Phrase(zh=postal_address(organization.city, organization.address)),
        ),
        service=Phrase(zh=application.service.name),
        scope=Phrase(zh=application.service.description),
        scheme=edition(packs.scheme),
        special_rule=edition(packs.trade) if packs.trade else None,
        borrowed=packs.scheme.borrowed.get("planning", ""),
        own_rules=_own_rules(state, packs.scheme),
        team=[TeamMember(name=dossier.names.get(one.user, one.user), role=one.role) for one in plan.team],
        plan=_plan(dossier, plan),
        first_day=audit.first_day,
        last_day=audit.last_day,
        reported_on=dossier.last("audit.report").on,
        sites=list(_sites(dossier, plan)) if audit.on_site else [],
        **_scores(dossier, full),
        reading_used=results.reading_used,
        sensitive=[_read(state, packs.scheme, erratum) for erratum in results.sensitive],
        characteristic=score_tables.characteristic(packs.trade, full),
        shared_evidence=list(score_tables.shared(full, dossier.files)),
        findings=list(_findings(dossier)),
        credit=_credit(dossier, results.credit) if results.credit else None,
        contents=list(_contents(dossier)),
        verdict=results.verdict,
        failed_conditions=list(results.failed_conditions),
        recommendation=report.recommendation,
        summary=report.summary,
        reason=report.reason,
        rehearsal=state.rehearsal,
    )


def _own_rules(state: CaseState, scheme: Scheme) -> list[str]:
    """What is not the scheme's own: the body's rules, its choice of readings, overridden values and by whom (R:2)."""
    if state.rules is None:
        return []
    own = scheme.chosen_readings()
    chosen = [one for one, reading in state.rules.readings.items() if own.get(one, reading) != reading]
    house = [f"机构规定 house rules {state.rules.house_rules}"] if state.rules.house_rules else []
    values = [f"{path}：{whose}" for path, whose in state.rules.origins.items() if path.count("/") > 1]
    return [*house, *(_read(state, scheme, erratum) for erratum in chosen), *values]


def _read(state: CaseState, scheme: Scheme, erratum: str) -> str:
    """An erratum and the reading that a case is judged by, in words."""
    named = next((one for one in scheme.errata if one.id == erratum), None)
    if named is None:
        return erratum
    chosen = state.rules.readings.get(erratum, named.reading.id) if state.rules else named.reading.id
    reading = next(one for one in (named.reading, *named.alternatives) if one.id == chosen)
    return f"{erratum}（{reading.title.zh} {reading.title.en}）"


def _plan(dossier: Dossier, plan: Plan) -> PrintedPlan:
    asked = AuditPlan.model_validate_json(dossier.payload("audit.plan"))
    total = sum((parse_points(days) for days in plan.person_days.values()), Fraction(0))
    return PrintedPlan(
        objective=asked.objective,
        basis=asked.basis,
        modes=plan.modes,
        person_days=PersonDays.model_validate({**plan.person_days, "total": format_points(total)}),
        planned_from=plan.planned_from,
        planned_to=plan.planned_to,
        sampling_seed=plan.seed or "",
    )


def _sites(dossier: Dossier, plan: Plan) -> Iterator[PrintedSite]:
    audit, application = dossier.audit, application_of(dossier.state, dossier.audit)
    asked = AuditPlan.model_validate_json(dossier.payload("audit.plan")).sites
    mandatory = asked.mandatory if asked else []
    for site in application.sites:
        if site.id in plan.sites:
            drawn = "指定 mandatory" if site.id in mandatory else "抽取 drawn" if plan.seed else "全部 every site"
            yield PrintedSite(
                id=site.id,
                name=Phrase(zh=site.name),
                address=Phrase(zh=postal_address(site.city, site.address)),
                visited=audit.first_day if audit.first_day == audit.last_day else None,
                sampled="中心职能 central function" if site.central else drawn,
            )


def _scores(dossier: Dossier, results: Results) -> dict[str, Any]:
    """Rows, indicators and thresholds, or a checklist's answers; none where nothing took place on site."""
    if results.checklist:
        answered = ChecklistSheet.model_validate_json(dossier.payload("audit.checklist"))
        return checklist_tables.tables(dossier.packs.scheme, answered, results.checklist)
    if results.readings is None:
        return {}
    catalogue = dossier.packs.scheme.scored
    sheet = ManagementSheet.model_validate_json(dossier.payload("audit.management"))
    return {
        "rows": list(score_tables.rows(catalogue, sheet, results.readings, results.adoptions)),
        "indicators": list(score_tables.indicators(catalogue, results.readings)),
        "thresholds": list(score_tables.thresholds(catalogue, results.readings)),
    }


def _findings(dossier: Dossier) -> Iterator[PrintedFinding]:
    rectified = _rectified(dossier)
    for finding in dossier.audit.findings:
        done = rectified.get(finding.id)
        yield PrintedFinding.model_validate(
            {
                **finding.model_dump(include={"severity", "rectify", "status", "due_on"}),
                "id": finding.id.removeprefix(f"{dossier.audit.id}-"),
                "item": ITEMS[finding.source].format(finding.item),
                "site": finding.site or "",
                "points": finding.points or "",
                "description": _described(dossier, finding),
                "cause": done.cause if done else "",
                "action": done.action if done else "",
            }
        )


def _rectified(dossier: Dossier) -> dict[str, RectifiedItem]:
    """Finding → what the client said last of it: a rejected one is handed in again alone."""
    rounds = [dossier.content(answer.content) for answer in dossier.answers.get("rectification.submit", [])]
    return {item.finding: item for text in rounds for item in Rectification.model_validate_json(text).items}


def _described(dossier: Dossier, finding: Finding) -> str:
    found = json.loads(dossier.content(finding.content))
    try:
        for part in finding.pointer.split("/")[1:]:
            found = found[int(part) if isinstance(found, list) else part]
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise DocumentError(f"{finding.id}: nothing at {finding.pointer} of its sheet") from error
    return str(found)


def _credit(dossier: Dossier, credit: computed.CreditResult) -> CreditResult:
    sheet = CreditSheet.model_validate_json(dossier.payload("audit.credit"))
    entries = [
        CreditEntry.model_validate({**entry.model_dump(), "kind": CREDIT_KINDS[entry.kind]}) for entry in sheet.entries
    ]
    checked = dossier.last("audit.credit").on
    return CreditResult(checked_on=checked, passed=credit.passed, listed=sheet.listed, entries=entries)


def _contents(dossier: Dossier) -> Iterator[ContentConclusion]:
    """What a surveillance must conclude on (R:7/6.5.2), and a recertification as well (R:7/6.6.1)."""
    if "audit.contents" not in dossier.answers:
        return
    concluded = AuditContents.model_validate_json(dossier.payload("audit.contents"))
    titles = dossier.packs.scheme.clause_titles
    for clause, part in (("R:7/6.5.2", concluded.items), ("R:7/6.6.1", concluded.renewal)):
        for letter, found in sorted(part.items()):
            yield ContentConclusion(
                letter=letter,
                title=titles[f"{clause}{letter}"].zh,
                conforms=found.conclusion == "conforms",
                evidence=found.evidence,
            )
