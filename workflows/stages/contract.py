"""R:7/7.2.2: the certification contract between the body and the applicant."""

from domain.answers import ContractSigned
from domain.state import Deadline
from domain.tasks import Task
from workflows.case import Case
from workflows.stages import planning


def signed(case: Case, task: Task, answer: ContractSigned) -> None:
    """R:7/7.2.2, R:12: the contract is signed, with its fee; the audit is planned."""
    case.refuse_later_than_today("/signed_on", answer.signed_on)
    if answer.signed_on < task.opened_on:
        raise case.refuse(
            task.clause,
            f"合同签订日早于受理日{task.opened_on}",
            f"The contract is dated before the application was accepted ({task.opened_on}).",
        )
    case.record_message(answer, task.clause)
    case.rely_on("contract")
    case.state.fee_total = answer.fee_total
    planning.open_audit(case, "initial")


def not_signed(case: Case, _: Deadline) -> None:
    """No contract within the days from acceptance: the application is not accepted after all."""
    case.end("rejected")
    case.tell_applicant("逾期未签订合同,申请不予受理", "No contract in time: the application is not accepted")
