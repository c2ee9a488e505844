"""Certificates and audit reports as they are printed: once, whatever happens on the way."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from activities.interface import Delivered
from domain.state import Effect
from records.certificates import documents_of
from records.issued import DocumentRow
from records.tables import ContentRow
from services.storage import Storage
from tests.activities.courier import CERTIFICATE, LIBRARY, NUMBER, Courier, Killed, dying
from tests.services.pixels import pages
from tests.states import AT, a_certificate, granted

REPORT = Effect(id="9.2", kind="report", about="audit-1")


def flat(text: str) -> str:
    return "".join(text.split())


def test_a_certificate_is_printed_from_the_register_and_says_where_to_verify_it(
    courier: Courier, tmp_path: Path
) -> None:
    courier.keep(granted())
    assert courier.deliver(CERTIFICATE) == Delivered(done={"9.1": {}})
    shown = pages(courier.pdf(CERTIFICATE), tmp_path, "certificate", dpi=110)
    text = flat("".join(page.text for page in shown))
    for said in (NUMBER, "91140100MA0200001B", "2026年12月20日", "2029年12月19日", "平遥店", "示例认证有限公司"):
        assert said in text
    assert shown[0].codes() == [f"https://jingpin.example.cn/verify/{NUMBER}"]
    assert "REHEARSAL" not in text
    [row] = courier.rows(DocumentRow)
    assert (row.kind, row.about, row.name) == ("certificate", NUMBER, f"{NUMBER}.pdf")


def test_an_audit_report_shows_every_row_the_deduction_and_its_rectification(courier: Courier, tmp_path: Path) -> None:
    courier.keep(granted())
    assert courier.deliver(REPORT) == Delivered(done={"9.2": {}})
    text = flat("".join(page.text for page in pages(courier.pdf(REPORT), tmp_path, "report")))
    said = [row.title.zh for row in LIBRARY.scheme("service", "1.0").scored.rows]
    said += [item.title.zh for item in LIBRARY.special_rule("example-heritage-hotel", "1.0").items]
    said += ["JP-2026-00001-audit-1", "李组长", "方体验", "2026年12月1日", "评价所申请服务是否达到认证要求"]
    said += ["2间淋浴设施漏水且未报修", "交接班制度缺少登记要求", "增设必填项并完成培训", "96.8", "推荐通过", "12345"]
    assert [one for one in said if flat(one) not in text] == []
    assert "交接班时未登记" not in text


def test_the_contents_of_a_surveillance_are_concluded_in_its_report(courier: Courier, tmp_path: Path) -> None:
    """R:7/6.5.2."""
    kept = granted()
    conforms = {"conclusion": "conforms", "evidence": "见监督记录"}
    contents = {
        "items": dict.fromkeys("abcdef", conforms) | {"e": {"conclusion": "does_not", "evidence": "标志用错"}},
        "renewal": dict.fromkeys("abc", conforms),
    }
    kept.given("audit.contents", contents, kept.audit.last_day or AT.date())
    courier.keep(kept)
    courier.deliver(REPORT)
    text = flat("".join(page.text for page in pages(courier.pdf(REPORT), tmp_path, "contents")))
    assert "证书与标志的使用不符合doesnot标志用错" in text
    assert "有效性与范围适宜性符合conforms见监督记录" in text


def test_a_report_given_again_is_a_version_of_its_own(courier: Courier, tmp_path: Path) -> None:
    kept = granted()
    courier.keep(kept)
    courier.deliver(REPORT)
    again = {"recommendation": "pass", "summary": "补充说明", "reason": ""}
    kept.answered("audit.report", again, (AT + timedelta(days=2)).date())
    courier.keep(kept)
    courier.deliver(REPORT.model_copy(update={"id": "10.1"}))
    names = {row.effect_id: row.name for row in courier.rows(DocumentRow)}
    assert names == {"9.2": "JP-2026-00001-audit-1-1.pdf", "10.1": "JP-2026-00001-audit-1-2.pdf"}
    second = courier.pdf(REPORT.model_copy(update={"id": "10.1"}))
    assert "第2版" in flat(pages(second, tmp_path, "second")[0].text)


@pytest.mark.parametrize("effect", [CERTIFICATE, REPORT])
def test_every_page_of_a_rehearsed_paper_is_marked(courier: Courier, effect: Effect, tmp_path: Path) -> None:
    courier.keep(granted(rehearsal=True))
    courier.deliver(effect)
    assert all("REHEARSAL" in page.text for page in pages(courier.pdf(effect), tmp_path, "rehearsed"))


def test_a_certificate_prints_what_was_decided_whatever_has_changed_since(courier: Courier, tmp_path: Path) -> None:
    kept = granted()
    courier.keep(kept)
    application = kept.state.application
    assert application
    kept.state.application = application.model_copy(update={"sites": application.sites[:1]})
    kept.state.certificates.append(a_certificate(2, predecessor=NUMBER))
    courier.keep(kept)
    newer = Effect(id="10.1", kind="certificate", about="SXJP-2026-00002")
    courier.deliver(CERTIFICATE, newer)
    old, new = (pages(courier.pdf(one), tmp_path, one.id) for one in (CERTIFICATE, newer))
    assert "大同店" in flat("".join(page.text for page in old))
    assert "大同店" not in flat("".join(page.text for page in new))
    assert NUMBER in flat(new[0].text)


@pytest.mark.parametrize("effect", [CERTIFICATE, REPORT])
def test_a_paper_is_made_once(courier: Courier, effect: Effect) -> None:
    courier.keep(granted())
    first = courier.deliver(effect)
    made = [row.model_dump() for row in courier.rows(DocumentRow)]
    assert courier.deliver(effect) == first
    assert [row.model_dump() for row in courier.rows(DocumentRow)] == made


@pytest.mark.parametrize("when", ["documents", "commit"])
@pytest.mark.parametrize("effect", [CERTIFICATE, REPORT])
def test_a_worker_killed_before_a_paper_is_on_record_makes_it_again_the_same(
    courier: Courier, effect: Effect, when: str
) -> None:
    courier.keep(granted())
    with dying(courier.engine, when), pytest.raises(Killed):
        courier.deliver(effect)
    assert courier.rows(DocumentRow) == []
    left = files(courier)
    assert courier.deliver(effect).done == {effect.id: {}}
    assert files(courier) == left
    assert len(courier.rows(DocumentRow)) == 1


def files(courier: Courier) -> list[Path]:
    return sorted(path for path in (courier.folder / "files").rglob("*") if path.is_file())


def test_a_paper_that_can_never_be_made_is_refused_with_its_reason_and_the_others_are_made(courier: Courier) -> None:
    courier.keep(granted(name="酒店😀有限公司"))
    courier.keep(granted(2))
    unknown = Effect(id="9.7", kind="certificate", about="SXJP-2026-99999")
    other = Effect(id="9.8", kind="certificate", about="SXJP-2026-00002")
    delivered = courier.deliver(CERTIFICATE, unknown, other)
    assert delivered.done == {"9.8": {}}
    assert "😀" in delivered.refused["9.1"]
    assert "SXJP-2026-99999" in delivered.refused["9.7"]


def test_a_report_whose_sheet_is_gone_is_refused_and_says_which(courier: Courier) -> None:
    state = courier.keep(granted())
    digest = state.audits[0].given["audit.management"].content
    with Session(courier.engine) as session:
        session.delete(session.get(ContentRow, ("case-1", digest)))
        session.commit()
    reason = courier.deliver(REPORT).refused["9.2"]
    assert reason == f"audit-1: content {digest} is not on record"


@pytest.mark.parametrize("missing", ["results", "plan", "last_day"])
def test_an_audit_that_came_to_nothing_has_no_report(courier: Courier, missing: str) -> None:
    kept = granted()
    setattr(kept.audit, missing, None)
    courier.keep(kept)
    assert list(courier.deliver(REPORT).refused) == ["9.2"]


def test_a_damaged_file_is_no_outage(courier: Courier) -> None:
    courier.keep(granted())
    courier.deliver(CERTIFICATE)
    [path] = files(courier)
    path.write_bytes(b"something else")
    delivered = courier.deliver(CERTIFICATE.model_copy(update={"id": "10.1"}))
    assert list(delivered.refused) == ["10.1"]


def test_documents_of_the_case_name_what_was_made(courier: Courier) -> None:
    courier.keep(granted())
    courier.deliver(CERTIFICATE)
    courier.deliver(REPORT)
    with Session(courier.engine) as session:
        assert [one.kind for one in documents_of(session, "case-1")] == ["certificate", "report"]


def test_a_case_that_is_not_in_the_record_is_asked_for_again(courier: Courier) -> None:
    with pytest.raises(LookupError, match="case-9"):
        courier.deliver(CERTIFICATE, case="case-9")


def test_two_attempts_at_once_leave_one_row(courier: Courier) -> None:
    """An attempt that Temporal has given up goes on beside its successor."""
    courier.keep(granted())

    class Overtaken(Storage):
        def put(self, data: bytes) -> Any:
            courier.deliver(CERTIFICATE)
            return super().put(data)

    store = courier.storage._store  # noqa: SLF001  # the same folder
    assert courier.deliver(CERTIFICATE, storage=Overtaken(store)).done == {"9.1": {}}
    assert len(courier.rows(DocumentRow)) == 1
