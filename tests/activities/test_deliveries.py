"""Deliveries: real mail, real files, a far side of its own, and a worker that dies at the worst moments."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, Engine, event
from sqlmodel import Session, SQLModel, select

from activities.deliveries import DeliveryActivities, Outside
from activities.interface import Delivered, Delivery
from domain.model import Text
from domain.state import CaseState, Effect
from records.certificates import documents_of
from records.database import connect, migrate
from records.issued import AllianceOutboxRow, AllianceReportRow, DocumentRow
from records.tables import Account, ContentRow, NoticeRow
from services.alliance import AllianceUnavailable
from services.notices import MailSettings, MailSink, Notices, NoticeUnavailable
from services.schemes import Library
from services.storage import Storage
from tests.records.builders import seed_people
from tests.services.pixels import pages
from tests.states import AT, Kept, a_certificate, granted

ROOT = Path(__file__).parents[2]
NUMBER = "SXJP-2026-00001"
CERTIFICATE = Effect(id="9.1", kind="certificate", about=NUMBER)
REPORT = Effect(id="9.2", kind="report", about="audit-1")
SUBMISSION = Effect(id="9.3", kind="submission", about=f"certification:{NUMBER}")
NOTICE = Effect(
    id="9.4",
    kind="notice",
    to="applicant",
    subject=Text(zh="认证通过", en="Certified"),
    body=Text(zh="证书已颁发。", en="The certificate is issued."),
)
LIBRARY = Library.load()


class Killed(Exception):  # noqa: N818  # what happens to a worker
    """The worker died here."""


@dataclass
class Courier:
    """The activity on a record, a mail box and a store of its own."""

    folder: Path
    engine: Engine
    sink: MailSink
    outside: Outside = field(default_factory=lambda: Outside(public_url="https://jingpin.example.cn"))

    @property
    def storage(self) -> Storage:
        return Storage.open((self.folder / "files").as_uri())

    def deliver(self, *effects: Effect, case: str = "case-1", **parts: Any) -> Delivered:
        given: dict[str, Any] = {"notices": self.notices(), "storage": self.storage} | parts
        activities = DeliveryActivities(self.engine, library=LIBRARY, outside=self.outside, **given)
        return activities.deliver(Delivery(case_id=case, effects=list(effects)))

    def notices(self) -> Notices:
        return Notices(MailSettings(host=self.sink.host, port=self.sink.port))

    def letters(self) -> list[Path]:
        return sorted(self.sink.folder.iterdir())

    def rows(self, table: type[SQLModel]) -> list[Any]:
        with Session(self.engine) as session:
            return list(session.exec(select(table)).all())

    def keep(self, kept: Kept) -> CaseState:
        with Session(self.engine, expire_on_commit=False) as session:
            return kept.write(session)

    def pdf(self, effect: Effect) -> bytes:
        [row] = [row for row in self.rows(DocumentRow) if row.effect_id == effect.id]
        return self.storage.get(row.sha256)


@pytest.fixture
def courier(tmp_path: Path) -> Iterator[Courier]:
    url = f"sqlite:///{tmp_path / 'record.sqlite'}"
    migrate(url)
    engine = connect(url)
    seed_people(engine)
    with MailSink(tmp_path / "mail") as sink:
        yield Courier(tmp_path, engine, sink)
    engine.dispose()


@contextmanager
def alliance(*plan: str) -> Iterator[str]:
    """The far side, as a process of its own; gives its address."""
    command = [sys.executable, "-m", "tests.doubles.alliance_server", "--plan", ",".join(plan)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def received(url: str) -> list[dict[str, Any]]:
    return list(httpx.get(f"{url}/received").json())


@contextmanager
def dying(engine: Engine, when: str) -> Iterator[None]:
    """The worker dies as it writes to a table, or as it commits."""

    def at_statement(_: Connection, __: object, statement: str, *___: object) -> None:
        if statement.startswith(f"INSERT INTO {when}"):
            raise Killed

    def at_commit(connection: Connection) -> None:
        connection.invalidate()
        raise Killed

    name, listener = ("commit", at_commit) if when == "commit" else ("before_cursor_execute", at_statement)
    event.listen(engine, name, listener)
    try:
        yield
    finally:
        event.remove(engine, name, listener)


def flat(text: str) -> str:
    return "".join(text.split())


# Papers


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


# The alliance


def reaching(courier: Courier, url: str, **changes: Any) -> Courier:
    given = {"alliance_url": url, "alliance_seconds": 0.5} | changes
    courier.outside = courier.outside.model_copy(update=given)
    return courier


def test_a_fact_is_reported_and_its_receipt_is_on_record(courier: Courier) -> None:
    courier.keep(granted())
    with alliance() as url:
        delivered = reaching(courier, url, alliance_codes={"certification": "01"}).deliver(SUBMISSION)
        [call] = received(url)
    assert delivered.done == {"9.3": {"receipt": "LM-000001", "submission": "case-1.9.3"}}
    [row] = courier.rows(AllianceReportRow)
    assert json.loads(row.content) == call["body"]
    assert json.loads(row.receipt)["number"] == "LM-000001"
    body = call["body"]
    assert (body["kind"], body["code"], body["outcome"]) == ("certification", "01", "granted")
    assert (body["certificate_number"], body["on"], body["edition"]) == (NUMBER, "2026-12-20", "1.0")
    assert (body["valid_from"], body["valid_until"], body["rehearsal"]) == ("2026-12-20", "2029-12-19", False)


def test_a_repetition_gives_the_receipt_on_record_and_sends_nothing(courier: Courier) -> None:
    courier.keep(granted())
    with alliance() as url:
        first = reaching(courier, url).deliver(SUBMISSION)
        assert courier.deliver(SUBMISSION) == first
        assert len(received(url)) == 1


@pytest.mark.parametrize("step", ["timeout", "unavailable", "lost", "garbage"])
def test_an_alliance_that_is_away_is_asked_again_and_takes_the_fact_once(courier: Courier, step: str) -> None:
    courier.keep(granted())
    with alliance(step) as url:
        reaching(courier, url)
        with pytest.raises(AllianceUnavailable):
            courier.deliver(SUBMISSION)
        assert courier.rows(AllianceReportRow) == []
        assert courier.deliver(SUBMISSION).done["9.3"]["receipt"] == "LM-000001"
        assert {call["key"] for call in received(url)} == {"case-1.9.3"}


@pytest.mark.parametrize("when", ["alliance_reports", "commit"])
def test_a_worker_killed_before_the_receipt_is_on_record_gets_the_same_again(courier: Courier, when: str) -> None:
    courier.keep(granted())
    with alliance("twice") as url:
        reaching(courier, url)
        with dying(courier.engine, when), pytest.raises(Killed):
            courier.deliver(SUBMISSION)
        assert courier.deliver(SUBMISSION).done["9.3"]["receipt"] == "LM-000001"
        first, second = received(url)
    assert first["body"] == second["body"]
    assert len(courier.rows(AllianceReportRow)) == 1


def test_a_refusal_is_told_with_its_reason_and_the_other_facts_are_reported(courier: Courier) -> None:
    courier.keep(granted())
    other = SUBMISSION.model_copy(update={"id": "9.9"})
    with alliance("refuse", "ok") as url:
        delivered = reaching(courier, url).deliver(SUBMISSION, other)
    assert delivered.refused == {"9.3": "422 unknown_certificate unknown certificate"}
    assert list(delivered.done) == ["9.9"]


def test_nothing_of_a_rehearsed_case_leaves_the_house(courier: Courier) -> None:
    courier.keep(granted(rehearsal=True))
    with alliance() as url:
        delivered = reaching(courier, url).deliver(SUBMISSION)
        assert received(url) == []
    assert delivered.done["9.3"]["receipt"].startswith("REHEARSAL-")
    [row] = courier.rows(AllianceReportRow)
    assert (row.rehearsal, json.loads(row.receipt)["rehearsal"]) == (True, True)


def test_without_an_alliance_the_embedded_mode_makes_a_marked_receipt(courier: Courier) -> None:
    courier.keep(granted())
    delivered = courier.deliver(SUBMISSION)
    assert delivered.done["9.3"]["receipt"].startswith("LOCAL-")
    [row] = courier.rows(AllianceReportRow)
    assert (row.rehearsal, json.loads(row.receipt)["rehearsal"]) == (False, True)


def test_without_an_alliance_production_waits(courier: Courier) -> None:
    courier.keep(granted())
    with pytest.raises(AllianceUnavailable, match="JINGPIN_ALLIANCE_URL"):
        reaching(courier, "", local_receipts=False).deliver(SUBMISSION)
    assert courier.rows(AllianceReportRow) == []


def test_in_batches_a_fact_waits_in_the_outbox_and_nothing_leaves_the_house(courier: Courier) -> None:
    courier.keep(granted())
    with alliance() as url:
        reaching(courier, url, in_batches=True)
        assert [courier.deliver(SUBMISSION) for _ in range(2)] == [Delivered(parked=["9.3"])] * 2
        assert received(url) == []
    [row] = courier.rows(AllianceOutboxRow)
    assert (row.id, row.effect_id, json.loads(row.content)["certificate_number"]) == ("case-1.9.3", "9.3", NUMBER)
    assert courier.rows(AllianceReportRow) == []


def test_in_batches_a_rehearsed_fact_gets_its_local_receipt_at_once(courier: Courier) -> None:
    courier.keep(granted(rehearsal=True))
    delivered = reaching(courier, "", in_batches=True).deliver(SUBMISSION)
    assert delivered.done["9.3"]["receipt"].startswith("REHEARSAL-")
    assert courier.rows(AllianceOutboxRow) == []


def test_a_correction_is_of_the_day_of_its_fact_and_names_what_it_corrects(courier: Courier) -> None:
    kept = granted()
    courier.keep(kept)
    courier.deliver(SUBMISSION)
    with Session(courier.engine) as session:
        kept.write(session, AT + timedelta(days=30))
    courier.deliver(SUBMISSION.model_copy(update={"id": "10.1", "corrects": "case-1.9.3"}))
    first, second = (json.loads(row.content) for row in courier.rows(AllianceReportRow))
    assert (second["corrects"], second["on"], second["kind"]) == ("case-1.9.3", first["on"], first["kind"])
    assert "corrects" not in first


@pytest.mark.parametrize(
    ("about", "outcome", "certificate"),
    [
        ("refusal:audit-1", "refused", None),
        (f"suspension:{NUMBER}", "suspended", NUMBER),
        (f"expiry:{NUMBER}", "expired", NUMBER),
        ("surveillance:audit-1", "pass", NUMBER),
        ("withdrawal:", "withdrawn", NUMBER),
    ],
)
def test_each_kind_of_fact_has_its_outcome(courier: Courier, about: str, outcome: str, certificate: str | None) -> None:
    courier.keep(granted())
    courier.deliver(SUBMISSION.model_copy(update={"about": about}))
    [row] = courier.rows(AllianceReportRow)
    content = json.loads(row.content)
    assert (row.kind, content["outcome"], content["certificate_number"]) == (
        about.partition(":")[0],
        outcome,
        certificate,
    )


def test_a_kind_the_alliance_does_not_know_is_refused(courier: Courier) -> None:
    courier.keep(granted())
    assert list(courier.deliver(SUBMISSION.model_copy(update={"about": "gossip:x"})).refused) == ["9.3"]


def test_the_day_of_a_fact_is_that_of_the_turn_that_decided_it(courier: Courier) -> None:
    kept = granted()
    courier.keep(kept)
    with Session(courier.engine) as session:
        kept.write(session, AT + timedelta(days=400, hours=14))
    courier.deliver(SUBMISSION.model_copy(update={"id": "10.1", "about": f"suspension:{NUMBER}"}))
    [row] = courier.rows(AllianceReportRow)
    assert row.on == (AT + timedelta(days=401)).date()


# Notices


def test_a_notice_reaches_the_applicant_of_the_case_once(courier: Courier) -> None:
    courier.keep(granted())
    first = courier.deliver(NOTICE)
    assert first == Delivered(done={"9.4": {}})
    assert courier.deliver(NOTICE) == first
    assert len(courier.letters()) == 1
    [row] = courier.rows(NoticeRow)
    assert (row.id, row.recipient) == ("case-1.9.4.applicant", "applicant@example.org")


@pytest.mark.parametrize(
    ("to", "users"),
    [
        ("applicant", ["applicant"]),
        ("role:case_manager", ["manager"]),
        ("role:decision_maker", ["decider", "decider2"]),
        ("user:leader", ["leader"]),
        ("role:alliance", []),
    ],
)
def test_a_role_is_everybody_of_the_cases_body_who_has_it(courier: Courier, to: str, users: list[str]) -> None:
    courier.keep(granted())
    assert courier.deliver(NOTICE.model_copy(update={"to": to})).done == {"9.4": {}}
    assert {row.recipient for row in courier.rows(NoticeRow)} == {f"{user}@example.org" for user in users}


@pytest.mark.parametrize("when", ["notices", "commit"])
def test_a_worker_killed_after_a_letter_sends_the_same_letter_again(courier: Courier, when: str) -> None:
    courier.keep(granted())
    with dying(courier.engine, when), pytest.raises(Killed):
        courier.deliver(NOTICE)
    courier.deliver(NOTICE)
    assert len(courier.letters()) == 1
    assert len(courier.rows(NoticeRow)) == 1


def test_somebody_who_can_never_be_reached_is_named_and_everybody_else_is_told(courier: Courier) -> None:
    courier.keep(granted())
    with Session(courier.engine) as session:
        decider = session.get(Account, "decider")
        assert decider
        decider.email = "nobody"
        session.add(decider)
        session.commit()
    deciders, applicant = (
        NOTICE.model_copy(update={"to": "role:decision_maker"}),
        NOTICE.model_copy(update={"id": "9.5"}),
    )
    delivered = courier.deliver(deciders, applicant)
    assert delivered.done == {"9.5": {}}
    assert "nobody" in delivered.refused["9.4"]
    assert sorted(row.recipient for row in courier.rows(NoticeRow)) == ["applicant@example.org", "decider2@example.org"]


def test_a_mail_server_that_is_away_is_an_outage(courier: Courier) -> None:
    courier.keep(granted())
    away = Notices(MailSettings(host="127.0.0.1", port=9, timeout=1))
    with pytest.raises(NoticeUnavailable):
        courier.deliver(NOTICE, notices=away)
    assert courier.rows(NoticeRow) == []


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
