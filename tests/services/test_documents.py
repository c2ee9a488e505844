"""Certificates and audit reports, looked at as pages and as bytes."""

import hashlib
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from domain.documents import CertificateData, ChecklistAnswer, ContentConclusion, Holder, Phrase
from services import documents
from services.documents import DocumentError, audit_report_pdf, certificate_pdf
from tests.services.builders import HOLDER, a_certificate
from tests.services.pixels import pages
from tests.services.reports import a_report

ROOT = Path(__file__).parents[2]


def _flat(text: str) -> str:
    return "".join(text.split())


def _named(zh: str, en: str = "") -> Holder:
    return HOLDER.model_copy(update={"name": Phrase(zh=zh, en=en)})


@pytest.mark.parametrize(("sites", "expected"), [(1, 1), (12, 2), (60, 4)])
def test_certificate_lists_every_site(sites: int, expected: int, tmp_path: Path) -> None:
    shown = pages(certificate_pdf(a_certificate(sites)), tmp_path, f"certificate-{sites}")
    assert len(shown) == expected
    text = _flat("".join(page.text for page in shown))
    assert all(f"第{n}门店" in text for n in range(1, sites + 1))


def test_certificate_states_what_is_certified(tmp_path: Path) -> None:
    """R:8/7.1, R:8/7.2.1, R:C: the layout is the body's own, and the page says so."""
    data = a_certificate(predecessor="SXJP-2023-DEMO-000007")
    text = _flat(pages(certificate_pdf(data), tmp_path, "certificate")[0].text)
    for said in (
        data.number,
        data.organization.uscc,
        data.organization.name.zh,
        data.scheme.version,
        "2029年12月19日",
        "SXJP-2023-DEMO-000007",
        "盖章处",
        "实施规则第3章（R:3）",
    ):
        assert _flat(said) in text


def test_certificate_says_no_layout_rule_is_missing_once_one_is_named(tmp_path: Path) -> None:
    """R:8/7.1, R:C."""
    data = a_certificate(layout_rule="山西精品发〔2022〕9号")
    text = _flat(pages(certificate_pdf(data), tmp_path, "layout")[0].text)
    assert "未取得" not in text


def test_qr_code_of_the_page_opens_the_status_address(tmp_path: Path) -> None:
    data = a_certificate(rehearsal=True)
    assert pages(certificate_pdf(data), tmp_path, "qr", dpi=110)[0].codes() == [data.status_url]


@pytest.mark.parametrize(
    "name",
    [
        "山西㛃堃䶮𬭎𰻝文化旅游有限公司",
        "山西省太原市文化旅游康养酒店餐饮会展物业综合服务管理集团股份有限公司太原长风商务区第二分公司",
        "The Very Long Established International Hospitality and Conference Management Company (Shanxi) LLP",
    ],
)
def test_certificate_carries_rare_long_and_english_names(name: str, tmp_path: Path) -> None:
    shown = pages(certificate_pdf(a_certificate(organization=_named(name))), tmp_path, "name")
    assert len(shown) == 1
    assert _flat(name) in _flat(shown[0].text)


def test_long_scope_is_set_smaller_and_stays_on_the_page(tmp_path: Path) -> None:
    scope = Phrase(zh="客房、餐饮、会议与礼宾服务的提供，" * 14, en="Guest rooms, catering, concierge; " * 14)
    assert len(pages(certificate_pdf(a_certificate(scope=scope)), tmp_path, "scope")) == 1


def test_scope_too_long_for_the_page_moves_to_an_annex(tmp_path: Path) -> None:
    scope = Phrase(zh="客房、餐饮、会议与礼宾服务的提供，" * 60, en="Guest rooms")
    shown = pages(certificate_pdf(a_certificate(2, scope=scope)), tmp_path, "annex")
    assert [("见附件" in _flat(page.text), "附件认证范围" in _flat(page.text)) for page in shown] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_rehearsal_is_marked_across_every_page(tmp_path: Path) -> None:
    plain = pages(certificate_pdf(a_certificate(12)), tmp_path, "plain")
    marked = pages(certificate_pdf(a_certificate(12, rehearsal=True)), tmp_path, "rehearsal")
    assert all(page.reddish() < 0.002 for page in plain)
    assert all(page.reddish() > 0.04 for page in marked)
    assert all("REHEARSAL" in page.text and "演练" in page.text for page in marked)


def test_report_shows_all_rows_under_both_readings(tmp_path: Path) -> None:
    text = "".join(page.text for page in pages(audit_report_pdf(a_report()), tmp_path, "report"))
    for n in (row for row in range(1, 42) if row % 5):
        assert f"第{n}行" in _flat(text)
    for said in ("5017/60≈83.61", "归一", "封顶", "Theverdictdependsonthereading", "王晓峰", "541/6≈90.16"):
        assert said in _flat(text)


def test_report_names_failed_conditions_on_every_rehearsed_page(tmp_path: Path) -> None:
    data = a_report(verdict="fail", recommendation="fail", failed_conditions=["q4", "credit"], rehearsal=True)
    shown = pages(audit_report_pdf(data), tmp_path, "failed")
    assert "Q4低于门槛" in _flat(shown[0].text)
    assert all(page.reddish() > 0.04 for page in shown)


def test_checklist_report_has_its_own_table_and_no_scores(tmp_path: Path) -> None:
    answer = ChecklistAnswer(id="g7", dimension="卓越质量", title="投诉处理机制", answer="partly", remark="缺统计")
    content = ContentConclusion(letter="a", title="变化及其控制", conforms=False, evidence="见记录")
    data = a_report(
        rows=[],
        thresholds=[],
        indicators=[],
        characteristic=None,
        checklist=[answer],
        contents=[content],
        audit_kind="surveillance",
        attempt=2,
        special_rule=None,
    )
    text = _flat("".join(page.text for page in pages(audit_report_pdf(data), tmp_path, "checklist")))
    assert "部分符合" in text
    assert "变化及其控制不符合doesnot见记录" in text
    assert "归一" not in text


def test_report_of_an_audit_that_never_came_on_site_has_neither_scores_nor_sites_nor_credit(tmp_path: Path) -> None:
    lists = ("sites", "rows", "indicators", "thresholds", "findings", "sensitive")
    nothing: dict[str, Any] = {name: [] for name in lists}
    nothing |= dict.fromkeys(("first_day", "last_day", "characteristic", "credit"))
    data = a_report(**nothing, verdict="fail", recommendation="fail", failed_conditions=["rectification"])
    text = _flat("".join(page.text for page in pages(audit_report_pdf(data), tmp_path, "documents")))
    assert "未进行现场审查" in text
    assert not [said for said in ("审查场所", "企业信用", "归一") if said in text]


def test_approximation_never_rounds_up_to_a_threshold(tmp_path: Path) -> None:
    thresholds = [a_report().thresholds[0].model_copy(update={"normalise": "2249999/100000"})]
    text = _flat(
        "".join(page.text for page in pages(audit_report_pdf(a_report(thresholds=thresholds)), tmp_path, "near"))
    )
    assert "≈22.49" in text


def test_two_processes_print_the_same_bytes() -> None:
    code = (
        "import hashlib; from services.documents import *; from tests.services.builders import a_certificate;"
        "from tests.services.reports import a_report;"
        "print(hashlib.sha256(certificate_pdf(a_certificate(12)) + audit_report_pdf(a_report())).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)  # noqa: S603
    certificate_pdf(a_certificate(3, number="another one before"))
    here = hashlib.sha256(certificate_pdf(a_certificate(12)) + audit_report_pdf(a_report()))
    assert other.stdout.strip() == here.hexdigest()


def test_threads_do_not_mix_up_their_certificates() -> None:
    wanted = [a_certificate(number=f"N-{n % 4}") for n in range(16)]
    alone = {data.number: certificate_pdf(data) for data in wanted[:4]}
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(certificate_pdf, wanted)) == [alone[data.number] for data in wanted]


def test_names_are_text_and_never_markup(tmp_path: Path) -> None:
    name = '#panic("x") *bold* $x$ @ref <label> \\ // no comment'
    text = _flat(pages(certificate_pdf(a_certificate(organization=_named(name))), tmp_path, "markup")[0].text)
    assert _flat(name) in text


def test_missing_glyph_is_an_error_that_names_it() -> None:
    with pytest.raises(DocumentError, match=r"certificate .*😀"):
        certificate_pdf(a_certificate(organization=_named("酒店😀有限公司")))


def test_control_character_is_an_error_that_names_the_field() -> None:
    with pytest.raises(DocumentError, match=r"organization/name/zh: character U\+0007"):
        certificate_pdf(a_certificate(organization=_named("酒店\x07有限公司")))


def test_invisible_characters_do_not_reach_the_page() -> None:
    plain = certificate_pdf(a_certificate(organization=_named("太原酒店")))
    hidden = certificate_pdf(a_certificate(organization=_named("太\u200b原\u202e酒店\ufeff")))
    assert plain == hidden


def test_broken_template_is_an_error_and_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "certificate.typ").write_text("#let it = json(bytes(sys.inputs.data))\n#it.nothing")
    monkeypatch.setattr(documents, "TEMPLATES", tmp_path)
    documents._compiler.cache_clear()  # noqa: SLF001  # the compiler remembers its folder
    try:
        with pytest.raises(DocumentError, match="nothing"):
            certificate_pdf(a_certificate())
    finally:
        documents._compiler.cache_clear()  # noqa: SLF001


def test_certificate_cannot_end_before_it_begins() -> None:
    wrong = a_certificate().model_dump() | {"valid_until": "2026-12-19"}
    with pytest.raises(ValidationError, match="valid_until"):
        CertificateData.model_validate(wrong)


def test_warm_certificate_takes_less_than_a_tenth_of_a_second() -> None:
    certificate_pdf(a_certificate())
    taken = []
    for n in range(5):
        start = time.perf_counter()
        certificate_pdf(a_certificate(number=f"W-{n}"))
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.1


def test_file_claims_pdf_a() -> None:
    pdf = certificate_pdf(a_certificate())
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf
