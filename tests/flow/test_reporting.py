"""R:7/6.4.6.2, R:7/6.5.3.3: what a case knows of its reports: parked, receipted, put right."""

import json

from domain.state import COURIER, Effect, Message
from tests.flow.steps import actor, kinds, last_event, refusal_of
from tests.lives import Life

REPORT = "case.1"


def submission(life: Life) -> Effect:
    return next(effect for effect in life.case.effects if effect.kind == "submission")


def told(life: Life, outcome: str, **found: str) -> None:
    """The case is told how the delivery of its report ended."""
    effect = submission(life)
    life.work(
        Message(
            id=f"{outcome}:{effect.id}",
            kind="delivered",
            name=effect.id,
            actor=COURIER,
            outcome=outcome,
            content=json.dumps(found),
        )
    )


def receipted(life: Life, submission_id: str = REPORT) -> Life:
    told(life, "done", receipt="LM-1", submission=submission_id)
    return life


def test_a_parked_report_waits_and_nobody_is_asked(certified: Life) -> None:
    told(certified, "parked")
    assert submission(certified).state == "parked"
    assert "operations.resolve" not in certified.open
    assert "alliance.reported" not in kinds(certified)


def test_a_report_that_failed_before_it_was_said_to_be_parked_stays_with_operations(certified: Life) -> None:
    told(certified, "failed", reason="422")
    told(certified, "parked")
    assert (submission(certified).state, "operations.resolve" in certified.open) == ("failed", True)


def test_a_case_with_a_parked_report_is_not_over(certified: Life) -> None:
    told(certified, "parked")
    certified.case.effects = [submission(certified)]
    certified.case.stage, certified.case.tasks = "closed", []
    assert not certified.case.over


def test_a_parked_report_is_recorded_once_with_its_receipt(certified: Life) -> None:
    """R:7/6.5.3.3."""
    number = certified.case.certificates[0].number
    told(certified, "parked")
    receipted(certified)
    event = last_event(certified, "alliance.reported")
    assert event["data"] == {"about": f"certification:{number}", "receipt": "LM-1", "submission": REPORT}


def test_a_parked_report_that_the_alliance_refuses_is_a_task_for_operations(certified: Life) -> None:
    told(certified, "parked")
    told(certified, "failed", reason="422 unknown_certificate")
    assert "operations.resolve" in certified.open
    assert submission(certified).reason == "422 unknown_certificate"


def test_a_report_with_a_receipt_is_corrected_by_another_of_the_same_fact(certified: Life) -> None:
    """R:7/6.4.6.2."""
    receipted(certified).act("manager", "report.correct", submission=REPORT, reason="统一社会信用代码有误")
    number = certified.case.certificates[0].number
    assert (submission(certified).about, submission(certified).corrects) == (f"certification:{number}", REPORT)
    data = last_event(certified, "report.correct")["data"]
    assert (data["submission"], data["about"]) == (REPORT, f"certification:{number}")
    assert "reason" not in data


def test_a_correction_is_recorded_with_its_receipt_and_can_be_corrected_itself(certified: Life) -> None:
    receipted(certified).act("manager", "report.correct", submission=REPORT, reason="x")
    receipted(certified, "case.2")
    assert last_event(certified, "alliance.reported")["data"]["corrects"] == REPORT
    certified.act("manager", "report.correct", submission="case.2", reason="x")
    assert submission(certified).corrects == "case.2"


def test_a_report_without_a_receipt_cannot_be_corrected(certified: Life) -> None:
    message = certified.message("manager", "act", "report.correct", {"submission": REPORT, "reason": "x"})
    refusal = refusal_of(certified, message)
    assert (refusal.code, refusal.faults[0].pointer) == ("invalid", "/submission")


def test_only_the_case_manager_corrects_a_report(certified: Life) -> None:
    message = receipted(certified).message("ops", "act", "report.correct", {"submission": REPORT, "reason": "x"})
    assert refusal_of(certified, message).code == "forbidden"
    assert refusal_of(certified, message.model_copy(update={"actor": actor("reviewer")})).code == "forbidden"
