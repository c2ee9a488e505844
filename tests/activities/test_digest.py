"""The daily digest: who gets it, what stands in it, once a day."""

from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from sqlmodel import Session

from activities.digest import DIGEST, DigestActivities
from activities.schedules import Regular
from domain.model import Text
from domain.quiet import Quiet
from domain.state import Deadline
from domain.tasks import Task
from records.tables import Account, NoticeRow
from services import calendars
from services.notices import MailSettings, Notices, NoticeUnavailable
from services.schemes import Library
from settings import Settings
from tests.activities.courier import Courier
from tests.domain.test_digest import PROOF
from tests.states import granted
from worker import regular

TODAY = date(2026, 11, 20)
"""A Friday."""
A_DAY = timedelta(days=1)
RULES = Library.load().scheme("service", "1.0").rules()


def a_task(kind: str, role: str, due_on: date | None = None, **changes: Any) -> Task:
    fields = {"id": kind, "kind": kind, "role": role, "opened_on": TODAY, "due_on": due_on, "clause": "R:7/7.2.2"}
    return Task.model_validate(fields | {"title": Text(zh=kind, en=kind)} | changes)


def a_date(kind: str, due_on: date, **changes: Any) -> Deadline:
    fields = {"id": kind, "kind": kind, "due_on": due_on, "judged_on": due_on, "clause": "R:7/7.3.3", "proof": PROOF}
    return Deadline.model_validate(fields | changes)


def a_case(courier: Courier, number: int = 1, **changes: Any) -> None:
    """A running case of the body `demo`; unless said otherwise with one task for a case manager."""
    given = {"tasks": [a_task("audit.plan", "case_manager")], "rules": RULES, "calendar": calendars.load()}
    courier.keep(granted(number, **given | changes))


def send(courier: Courier, today: date = TODAY, **parts: Any) -> str:
    return DigestActivities(courier.engine, parts.get("notices", courier.notices()), "https://jp.example").send(today)


def letters(courier: Courier) -> dict[str, Any]:
    """Recipient → the letter, read."""
    read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in courier.letters()]
    return {str(one["To"].addresses[0].addr_spec): one for one in read}


def body(courier: Courier, to: str = "manager@example.org") -> list[str]:
    return str(letters(courier)[to].get_content()).splitlines()


def test_a_digest_says_what_is_overdue_due_whose_turn_it_is_and_what_is_surveilled(courier: Courier) -> None:
    late = a_task("audit.report", "leader", TODAY - A_DAY, assignee="leader")
    own = a_task("audit.plan", "case_manager", TODAY + 60 * A_DAY)
    soon = a_task("contract.sign", "case_manager", TODAY + 3 * A_DAY)
    other = a_task("documents.correct", "applicant", TODAY + 25 * A_DAY)
    dates = [
        a_date(late.id, TODAY - A_DAY, state="missed"),
        *(a_date(one.id, one.due_on) for one in (own, soon, other) if one.due_on),
        a_date("surveillance", date(2026, 11, 30)),
    ]
    a_case(courier, tasks=[own, late, other, soon], deadlines=dates)
    assert send(courier) == "1 digests of 2026-11-20"
    case, link = "JP-2026-00001 晋韵酒店管理有限公司200001", "https://jp.example/api/v1/cases/case-1"
    assert body(courier) == [
        "已逾期 Overdue (1)",
        f"- 2026-11-19 {case}: audit.report audit.report (李组长) {link}",
        "",
        "将到期 Due (1)",
        f"- 2026-11-23 {case}: contract.sign contract.sign (您 you) {link}",
        "",
        "待您办理 For you to do (1)",
        f"- 2027-01-19 {case}: audit.plan audit.plan (您 you) {link}",
        "",
        "待他人办理 Waiting for others (1)",
        f"- 2026-12-15 {case}: documents.correct documents.correct (申请人 applicant) {link}",
        "",
        "本月监督审查 Surveillances of this month (1)",
        f"- 2026-11-30 {case}: 监督审查 Surveillance audit {link}",
        "",
        "https://jp.example",
    ]
    assert "逾期1项,将到期1项,待您办理1项" in str(letters(courier)["manager@example.org"]["Subject"])


def test_every_active_case_manager_of_the_body_gets_one(courier: Courier) -> None:
    a_case(courier)
    with Session(courier.engine) as session:
        known = session.get_one(Account, "manager").model_dump()
        for user, changes in {"manager3": {}, "gone": {"active": False}}.items():
            session.add(Account(**known | {"user": user, "email": f"{user}@example.org"} | changes))
        session.commit()
    send(courier)
    assert sorted(letters(courier)) == ["manager3@example.org", "manager@example.org"]


def test_whoever_is_asked_without_a_limit_is_told_of_that_and_of_nothing_else(courier: Courier) -> None:
    """R:10/9.3.1: no reminder ever speaks of what has no due date."""
    undated = a_task("suspension.decide", "decision_maker")
    dated = a_task("decision.make", "decision_maker", TODAY + A_DAY)
    a_case(courier, tasks=[undated, dated, a_task("review.independent", "reviewer", assignee="reviewer2")])
    send(courier)
    assert {"decider@example.org", "reviewer2@example.org"} < {*letters(courier)}
    assert "reviewer@example.org" not in letters(courier)
    told = body(courier, "decider@example.org")
    assert told[0] == "待您办理 For you to do (1)"
    assert "suspension.decide" in told[1]
    assert not any("decision.make" in line or "review" in line for line in told)


def test_it_is_sent_once_a_person_and_day(courier: Courier) -> None:
    a_case(courier)
    assert [send(courier), send(courier)] == ["1 digests of 2026-11-20", "0 digests of 2026-11-20"]
    assert [row.id for row in courier.rows(NoticeRow)] == ["digest.manager.2026-11-20"]
    assert send(courier, date(2026, 11, 23)) == "1 digests of 2026-11-23"


def test_where_there_is_nothing_to_say_there_is_no_letter(courier: Courier) -> None:
    a_case(courier, tasks=[])
    assert send(courier) == "0 digests of 2026-11-20"
    assert courier.letters() == []


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2026, 10, 1), date(2026, 2, 17)])
def test_on_a_day_off_there_is_none(courier: Courier, day: date) -> None:
    a_case(courier)
    assert send(courier, day) == f"{day} is no working day"
    assert courier.letters() == []


def test_a_worked_weekend_has_one(courier: Courier) -> None:
    a_case(courier)
    assert send(courier, date(2026, 10, 10)) == "1 digests of 2026-10-10"


def test_rehearsed_closed_and_foreign_cases_do_not_stand_in_it(courier: Courier) -> None:
    a_case(courier, 1, rehearsal=True)
    a_case(courier, 2, stage="closed", tasks=[], deadlines=[a_date("appeal.file", TODAY)])
    assert send(courier) == "0 digests of 2026-11-20"
    a_case(courier, 3, body="other")
    send(courier)
    assert list(letters(courier)) == ["manager2@example.org"]


def test_what_a_closed_case_still_asks_stands_in_it(courier: Courier) -> None:
    """Whoever was refused appeals; the reminder of that is no letter of its own."""
    task = a_task("appeal.acknowledge", "case_manager", TODAY + 2 * A_DAY)
    a_case(courier, stage="closed", status="refused", tasks=[task], deadlines=[a_date(task.id, TODAY + 2 * A_DAY)])
    send(courier)
    assert body(courier)[0] == "将到期 Due (1)"


def test_a_long_date_stands_in_the_first_digest_after_its_reminder(courier: Courier) -> None:
    """Thirty days before 20 December 2026; nobody sent a digest on that day."""
    due = [a_date("reaudit", date(2026, 12, 20))]
    a_case(courier, deadlines=due)
    with Session(courier.engine) as session:
        at = datetime(2026, 11, 19, 0, 0, tzinfo=UTC)
        session.add(NoticeRow(id="digest.manager.2026-11-19", case_id="", recipient="x", at=at))
        session.commit()
    send(courier, date(2026, 11, 24))
    assert "将到期 Due (1)" in body(courier)


def test_a_long_date_is_not_repeated_in_the_next_digest(courier: Courier) -> None:
    a_case(courier, deadlines=[a_date("reaudit", date(2026, 12, 20))])
    with Session(courier.engine) as session:
        at = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
        session.add(NoticeRow(id="digest.manager.2026-11-20", case_id="", recipient="x", at=at))
        session.commit()
    send(courier, date(2026, 11, 23))
    assert "将到期 Due (1)" not in body(courier)


def test_a_long_section_prints_fifty_lines_and_their_number(courier: Courier) -> None:
    a_case(courier, tasks=[a_task("audit.plan", "case_manager", id=f"audit.plan-{n}") for n in range(51)])
    send(courier)
    assert "待您办理 For you to do (51)" in body(courier)
    assert sum(line.startswith("- ") for line in body(courier)) == 50
    assert "…" in body(courier)


def test_a_digest_that_can_never_be_delivered_is_told_to_operations_once(courier: Courier) -> None:
    a_case(courier)
    with Session(courier.engine) as session:
        session.get_one(Account, "manager").email = "nobody"
        session.commit()
    assert [send(courier), send(courier)] == ["0 digests of 2026-11-20"] * 2
    [(to, letter)] = letters(courier).items()
    assert (to, "manager的摘要无法送达" in str(letter["Subject"])) == ("ops@example.org", True)


@pytest.mark.parametrize(("until", "cron"), [(time(7, 30), "0 8 * * *"), (time(9, 15), "15 9 * * *")])
def test_it_is_due_at_eight_or_when_quiet_hours_end(until: time, cron: str) -> None:
    assert Regular(DIGEST, cron) in regular(Settings(quiet_until=until))


def test_one_that_an_outage_puts_off_into_quiet_hours_waits_for_the_next_day(courier: Courier) -> None:
    a_case(courier)
    quiet = Quiet(begins=time(21), ends=time(7, 30))
    digests = DigestActivities(courier.engine, courier.notices(), "https://jp.example", quiet)
    assert "quiet hours" in digests.send_at(datetime(2026, 11, 20, 15, tzinfo=UTC))
    assert courier.letters() == []
    assert digests.send_at(datetime(2026, 11, 23, 0, tzinfo=UTC)) == "1 digests of 2026-11-23"


def test_a_mail_server_that_is_away_is_asked_again(courier: Courier) -> None:
    a_case(courier)
    with pytest.raises(NoticeUnavailable):
        send(courier, notices=Notices(MailSettings(host="127.0.0.1", port=9, timeout=1)))
    assert send(courier) == "1 digests of 2026-11-20"
