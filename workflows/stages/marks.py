"""R:8/7.3.3: advertising follows a narrower scope."""

from domain import cycle as dates
from domain.model import Text
from domain.state import Deadline
from workflows.case import Case
from workflows.stages import proposals
from workflows.stages.cycle import TITLES
from workflows.stages.proposals import ADVERTISING

WRONG_USE = "e"
"""The ground of R:10/9.3.1 for a wrong use that is not mended."""


def watch_advertising(case: Case) -> None:
    """R:8/7.3.3: the scope is narrower from today on: the client changes what it advertises."""
    until = dates.advertising_change(case.today, case.rules.cycle)
    case.settle_deadlines("void", kind=ADVERTISING)
    deadline = case.run_deadline(ADVERTISING, until, deadline_id=f"{ADVERTISING}-{case.state.turn}")
    case.tell_due(
        "applicant", TITLES[ADVERTISING], deadline.due_on, Text(zh="认证范围已缩小", en="The scope is reduced")
    )


def advertising_changed(case: Case) -> None:
    """R:8/7.3.3: the body has seen that the advertising follows the scope."""
    case.settle_deadlines("met", kind=ADVERTISING)


def advertising_not_changed(case: Case, deadline: Deadline) -> None:
    """R:8/7.3.3, R:10/9.3.1e: told to the body; whether certification is suspended for it a person decides."""
    case.tell_role(
        "case_manager",
        f"未在{deadline.due_on}前修改广告宣传材料",
        f"The advertising was to be changed by {deadline.due_on}",
    )
    proposals.propose(case, ADVERTISING, [WRONG_USE])
