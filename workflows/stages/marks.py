"""R:8/7.3: uses of certificate and mark that were seen; a wrong one is mended in time, or a suspension is proposed."""

from domain import cycle as dates
from domain.acts import MarkUse
from domain.cycle import approved_until
from domain.dates import Anchor
from domain.mark_use import BARRED_BY, may_use, mended_by, misuse_calls_for
from domain.matters import Matter
from domain.model import Text
from domain.reminders import TITLES
from domain.state import Deadline
from workflows.case import Case
from workflows.stages.proposals import ADVERTISING, MISUSED, propose

MISUSE = "mark_use.record"
CLAUSE = "R:8/7.3.3"


def recorded(case: Case, act: MarkUse) -> None:
    """R:8/7.3.1-2, R:10/9.1d-e: a use of the certificate or the mark was seen, in order or not."""
    if not case.state.certificates:
        raise case.conflict("尚未颁发证书", "There is no certificate yet.")
    if act.correct:
        _in_order(case, act)
    else:
        _wrong(case, act)


def _in_order(case: Case, act: MarkUse) -> None:
    """A use in order; even while nothing may be used a wrong one is mended, and advertising changed (R:8/7.3.3-4)."""
    mended = _mended(case, act)
    status = case.certificate.status
    if mended is None and not case.running(ADVERTISING) and not may_use(status):
        clause = BARRED_BY[status]
        raise case.refuse(clause, "证书现不可使用,不得记为正确使用", "No certificate or mark may be used now.")
    case.record_message(act, CLAUSE, matter=mended and mended.id)
    if mended is None:
        case.settle_deadlines("met", kind=ADVERTISING)
        return
    case.close_matter(mended, "mended")
    for deadline in case.state.deadlines:
        if (deadline.id, deadline.state) == (mended.id, "running"):
            case.settle(deadline)


def _mended(case: Case, act: MarkUse) -> Matter | None:
    """The wrong use that is mended: the one that is named, or the only one."""
    wrong = case.open_matters(MISUSE)
    return next((one for one in wrong if one.id == act.use), wrong[0] if len(wrong) == 1 else None)


def _wrong(case: Case, act: MarkUse) -> None:
    """R:8/7.3.3-4: the client is told, and has until a day to mend it."""
    until = mended_by(act.due_on, case.today)
    matter = case.open_matter(MISUSE, until=until)
    case.record_message(act, CLAUSE, matter=matter.id)
    approved = approved_until(Anchor(kind="task", on=case.today), until, CLAUSE)
    last = case.run_deadline(MISUSED, approved, deadline_id=matter.id).due_on
    case.tell_applicant(
        f"证书或标志使用不当,请不迟于{last}纠正", f"The certificate or the mark is used wrongly: mend it by {last}"
    )


def watch_advertising(case: Case) -> None:
    """R:8/7.3.3: the scope is narrower from today on: the client changes what it advertises."""
    until = dates.advertising_change(case.today, case.rules.cycle)
    case.settle_deadlines("void", kind=ADVERTISING)
    deadline = case.run_deadline(ADVERTISING, until, deadline_id=f"{ADVERTISING}-{case.state.turn}")
    case.tell_due(
        "applicant", TITLES[ADVERTISING], deadline.due_on, Text(zh="认证范围已缩小", en="The scope is reduced")
    )


def advertising_not_changed(case: Case, _: Deadline) -> None:
    """R:8/7.3.3, R:10/9.3.1e: whether certification is suspended for it a person decides."""
    propose(case, ADVERTISING, ["e"])


def not_mended(case: Case, deadline: Deadline) -> None:
    """R:10/9.3.1e: not mended in time: its suspension is proposed, for a person to decide."""
    ground = misuse_calls_for(deadline.due_on, case.today, correct=False)
    if ground:
        propose(case, MISUSED, [ground])
