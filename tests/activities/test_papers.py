"""The report of an audit, made of what lies in the record."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from activities.dossiers import body_name, dossier
from activities.papers import certificate_data, report_data
from domain.documents import AuditReportData, SharedFile
from records.issued import CertificateRow
from services.documents import audit_report_pdf, certificate_pdf
from tests.domain.sheets import raw_sheet
from tests.flow.steps import MINOR_VIOLATION
from tests.flow.years import (
    reaudit_failed_by_documents,
    renewal_failed_by_documents,
    surveillance_failed_by_documents,
)
from tests.lives import AGRICULTURAL, LIBRARY, PRODUCT, Life, a_database
from tests.services.pixels import pages


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    engine = a_database(tmp_path)
    yield Life(engine)
    engine.dispose()


def printed(life: Life, audit: str = "") -> AuditReportData:
    """What the report of an audit says, of the latest when none is named; it can be printed."""
    with Session(life.engine) as session:
        data = report_data(dossier(session, LIBRARY, life.case, audit or life.audit.id))
    assert audit_report_pdf(data).startswith(b"%PDF-")
    return data


def test_a_report_shows_days_sites_scores_and_credit(life: Life) -> None:
    data = printed(life.contracted().on_site().audited().reported())
    assert (data.first_day, data.last_day) == (life.today, life.today)
    assert ([site.id for site in data.sites], len(data.rows), data.verdict) == (["s1", "s2", "s3"], 41, "pass")
    assert data.credit is not None
    assert (data.credit.checked_on, data.credit.passed) == (life.today, True)


@pytest.mark.parametrize(
    "fail", [surveillance_failed_by_documents, reaudit_failed_by_documents, renewal_failed_by_documents]
)
def test_a_report_of_an_audit_that_failed_by_its_documents_shows_none(life: Life, fail: Callable[[Life], Life]) -> None:
    data = printed(fail(life).reported("fail"))
    assert (data.verdict, data.recommendation, data.failed_conditions) == ("fail", "fail", ["rectification"])
    assert (data.first_day, data.last_day, data.credit, data.characteristic) == (None, None, None, None)
    assert (data.sites, data.rows, data.thresholds, data.findings, data.contents) == ([], [], [], [], [])


def test_a_report_shows_what_was_adopted_and_evidence_that_counts_twice(life: Life) -> None:
    file = "f-leader"
    rows: dict[int, Any] = {
        17: [{"id": "17.2.1", "points": "0.5", "evidence": [file]}],
        21: [{"id": "21.1", "points": "2", "evidence": [file], "adopted_from": "b2"}],
    }
    life.contracted().on_site().answer("leader", "audit.open", on=str(life.today), attendees=["x"])
    life.answer("leader", "audit.management", **raw_sheet(rows))
    life.answer("leader", "audit.characteristics", items=[{"id": "b2"}, {"id": "f6", "adopted_from": "17.2.1"}])
    life.answer("manager", "audit.credit", listed=False)
    life.answer("leader", "audit.close", on=str(life.today), attendees=["x"])
    data = printed(life.reported())
    assert (data.rows[16].remark, data.rows[20].remark) == ("f6 采信 17.2.1", "21.1 采信 b2")
    assert data.characteristic is not None
    remarks = {one.id: one.remark for one in data.characteristic.items if one.remark}
    assert remarks == {"b2": "21.1 采信 b2", "f6": "f6 采信 17.2.1"}
    # f6 takes over the one of row 17, which row 21 names as well
    assert data.shared_evidence == [SharedFile(file="f.pdf", places="第17行、第21行、f6", adopted=False)]


# Products -----------------------------------------------------------------------------------------------------------


def text_of(pdf: bytes, folder: Path) -> str:
    """What a file says, without white space."""
    return "".join("".join(page.text for page in pages(pdf, folder, "paper")).split())


def test_a_report_on_a_checklist_shows_every_answer_and_no_points(life: Life) -> None:
    answers = {"1.1.1": "partly", "3.3.7": "not_applicable"}
    life.contracted(**PRODUCT).on_site().audited(answers=answers)
    life.answer("reviewer", "approval.give", subject="not_applicable", outcome="approve")
    data = printed(life.reported())
    assert (data.kind, len(data.checklist), data.rows, data.characteristic) == ("product", 49, [], None)
    first = data.checklist[0]
    assert (first.id, first.dimension, first.answer, first.remark) == ("1.1.1", "卓越质量", "partly", "核实过")
    assert [one.id for one in data.checklist if one.answer == "not_applicable"] == ["3.3.7"]


def test_a_report_says_by_whose_pass_rule_a_product_is_judged_and_what_it_met(life: Life) -> None:
    life.contracted(**PRODUCT).on_site().audited(answers={"5.5.1": "does_not", "1.2.2": "partly"}).reported("fail")
    rule = printed(life, "audit-1").pass_rule
    assert rule is not None
    assert "认证机构自定" in rule.label.zh
    assert (rule.barred, rule.barred_at, rule.off_standard) == (["does_not"], ["5.5.1"], ["1.2.2"])
    assert (rule.partly_at_most, rule.partly_share, rule.failed) == ("1/5", "1/49", ["barred", "standard"])
    assert [(one.dimension, one.conforms) for one in rule.counts] == [
        ("卓越质量", 8),
        ("标准领先", 9),
        ("创新发展", 12),
        ("品牌", 9),
        ("社会责任", 9),
    ]


def test_the_printed_report_of_a_product_names_standard_pass_rule_and_what_is_borrowed(
    life: Life, tmp_path: Path
) -> None:
    finding = {"indicator": "4.4.1", "description": "无排名证明", "severity": "minor", "rectify": False}
    life.contracted(**PRODUCT).on_site().audited(answers={"4.4.1": "partly"}, findings=[finding])
    life.answer("applicant", "findings.confirm", confirmed=True)
    text = text_of(audit_report_pdf(printed(life.reported())), tmp_path)
    for said in (
        "执行标准",
        "example-aged-vinegar",
        "流程、时限与人日借用service1.0版",
        "认证机构自定的判定规则",
        "不超过atmost1/5",
        "1/49",
        "指标4.4.1",
        "无排名证明",
        "由核查表计算",
    ):
        assert said in text
    assert not [said for said in ("专用规则", "归一", "扣分", "特性得分") if said in text]


def test_the_printed_report_of_a_service_borrows_nothing(life: Life, tmp_path: Path) -> None:
    text = text_of(audit_report_pdf(printed(life.contracted().on_site().audited().reported())), tmp_path)
    assert "专用规则" in text
    assert not [said for said in ("借用", "执行标准", "核查表") if said in text]


@pytest.mark.parametrize(
    ("scheme", "title", "standard"),
    [
        (PRODUCT, "“山西精品”产品认证证书", "example-aged-vinegar"),
        (AGRICULTURAL, "“山西精品”农产品认证证书", "example-millet"),
    ],
)
def test_a_products_certificate_is_titled_so_and_names_its_standard(
    life: Life, tmp_path: Path, scheme: dict[str, Any], title: str, standard: str
) -> None:
    life.contracted(**scheme).on_site().audited().reported().granted()
    with Session(life.engine) as session:
        row = session.get(CertificateRow, life.case.certificates[-1].number)
        assert row is not None
        packs = LIBRARY.packs_of(life.case)
        data = certificate_data(row, packs, body_name(session, row.body), "https://example.org")
    text = text_of(certificate_pdf(data), tmp_path)
    assert title in text
    assert "执行标准" in text
    assert standard in text
    assert "专用规则" not in text


def test_a_products_report_says_that_its_verdict_depends_on_a_reading(life: Life, tmp_path: Path) -> None:
    """A minor violation fails under `literal` and passes under `serious-only`."""
    life.contracted(**PRODUCT).on_site().audited(credit=MINOR_VIOLATION).reported("fail")
    data = printed(life, "audit-1")
    [said] = data.sensitive
    assert said.startswith("credit-strictness（三年内任何违规、严重投诉或事故均不通过 ")
    assert "结论取决于读法" in text_of(audit_report_pdf(data), tmp_path)


def test_a_report_says_whose_rules_are_not_the_schemes_own(life: Life, tmp_path: Path) -> None:
    """R:2: the restaurants' rule sets the time for rectification."""
    restaurant = {
        "special_rule": {"id": "example-shanxi-restaurant", "version": "1.0"},
        "service": {"name": "晋菜馆", "description": "餐饮", "category": "catering"},
    }
    data = printed(life.contracted(**restaurant).on_site().audited().reported())
    assert data.own_rules == ["/waits/rectification.submit/limit/amount：example-shanxi-restaurant 1.0"]
    assert "规则来源" in text_of(audit_report_pdf(data), tmp_path)
    assert printed(Life(life.engine).contracted().on_site().audited().reported()).own_rules == []
