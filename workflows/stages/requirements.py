"""R:9/8.1: changed requirements: told to the holder, with a day by which it meets them, and when it has or has not."""

from domain import cycle as dates
from domain.audit import Audit
from domain.changes import transition
from domain.dates import Anchor
from domain.editions import CHANGED_REQUIREMENTS
from domain.requirements import REQUIREMENTS_CHANGE, concerns, served, told_of
from domain.state import Announcement, Deadline
from workflows.case import Case
from workflows.stages import proposals
from workflows.stages.proposals import TRANSITION

NOT_MET = "a"
"""The ground of R:10/9.3.1 for a service that does not meet the requirements in force."""


def announced(case: Case) -> None:
    """R:9/8.1: a holder is told once of each edition, where it rests on another version of the same pack."""
    for one in case.facts.announced:
        if concerns(case.state, one.edition) and not told_of(case.state, one.edition):
            _tell(case, one)


def _tell(case: Case, new: Announcement) -> None:
    name, until = f"{new.edition.id}/{new.edition.version}", new.transition_until
    matter = case.open_matter(REQUIREMENTS_CHANGE, edition=new.edition, until=until)
    case.record(
        REQUIREMENTS_CHANGE, CHANGED_REQUIREMENTS, matter=matter.id, edition=new.edition.model_dump(), until=until
    )
    last = dates.approved_until(Anchor(kind="task", on=case.today), until, CHANGED_REQUIREMENTS)
    case.run_deadline(TRANSITION, last, deadline_id=f"{TRANSITION}-of-{matter.id}")
    zh, en = f"认证要求变更为{name},请不迟于{until}满足", f"The requirements change to {name}: meet them by {until}"
    case.tell_applicant(zh, en)
    case.tell_role("case_manager", zh, en)


def met(case: Case, audit: Audit, outcome: str) -> None:
    """R:9/8.1: audited by the changed requirements and passed: the holder has its new certificate."""
    for matter in served(case.state, audit):
        case.close_matter(matter, "renewed" if outcome == "grant" else "reissued")
        for deadline in case.state.deadlines:
            if (deadline.id, deadline.state) == (f"{TRANSITION}-of-{matter.id}", "running"):
                case.settle(deadline)
        proposals.drop_proposals(case, TRANSITION)


def lapsed(case: Case, deadline: Deadline) -> None:
    """R:9/8.1, R:10/9.3.1a: let go by, of choice or not; whether certification is suspended a person decides."""
    if transition(deadline.due_on, case.today, None) == "propose_suspension":
        case.tell_role("case_manager", "过渡期已届满", "The transition to the changed requirements is over")
        proposals.propose(case, TRANSITION, [NOT_MET])
