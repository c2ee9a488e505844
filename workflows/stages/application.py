"""R:7/7.2: application, its review and supplements, and the ends before a contract."""

from domain.acts import CaseWithdrawal
from domain.answers import ApplicationReview
from domain.application import Application, NewCase, Supplement
from domain.cycle import contract_latest
from domain.dates import Anchor, due
from domain.payloads import payload_of
from domain.prose import figures
from domain.rules import Rules
from domain.state import Deadline
from domain.tasks import Task
from workflows.case import Case
from workflows.refusing import invalid
from workflows.stages.rulings import ruling


def received(case: Case) -> None:
    """R:7/7.2.1: an application has come in; the body reviews it."""
    handed_in = payload_of(case.message)
    if not isinstance(handed_in, NewCase):
        raise TypeError("a case begins with an application")
    application = Application.model_validate(handed_in.model_dump(exclude={"body", "applicant", "wave"}))
    state = case.state
    state.application = application
    state.scheme, state.special_rule = application.scheme, application.special_rule
    state.number, state.wave = case.facts.number, handed_in.wave or ""
    case.record(
        "application",
        "R:7/7.2.1",
        number=state.number,
        edition=case.rules.digest,
        content=case.facts.content,
        wave=state.wave,
        scheme=figures(application.scheme),
        sites=len(application.sites),
        headcount=application.headcount_in_scope,
        documents=sorted({document.kind for document in application.documents}),
    )
    case.rely_on("application")
    case.ask("application.review")


def missing_documents(application: Application, rules: Rules) -> list[str]:
    """The kinds of document that are still without a file, of those whose file the rules ask for (R:7/7.2.1a-j)."""
    there = {document.kind for document in application.documents if document.file_id}
    return [kind for kind in rules.needs_a_file if kind not in there]


def reviewed(case: Case, task: Task, answer: ApplicationReview) -> None:
    """R:7/7.2.2: accepted → contract; to be supplemented → the applicant; not accepted → the end."""
    case.record_message(answer, task.clause)
    if answer.outcome == "accept":
        _accept(case)
    elif answer.outcome == "supplement":
        _ask_supplement(case, answer)
    elif not answer.reason:
        raise invalid("不受理须说明理由", "A rejection needs a reason.", [("/reason", "required")])
    else:
        with ruling(case, task):
            case.end("rejected")
            case.tell_applicant("认证申请不予受理", "The application is not accepted")


def _accept(case: Case) -> None:
    missing = missing_documents(case.application, case.rules)
    if missing:
        listed = ", ".join(missing)
        raise case.refuse("R:7/7.2.1", f"资料不齐,缺少:{listed}", f"Documents are missing: {listed}.")
    declared = case.application.declarations
    if not (declared.credit and declared.complaints):
        raise case.refuse("R:7/7.2.1", "未作出信用与投诉承诺", "The commitments g and h were not given.")
    case.go("contract")
    case.ask("contract.sign")
    _let_contract_end(case)
    case.tell_applicant("认证申请已受理", "The application is accepted")


def _let_contract_end(case: Case) -> None:
    until = contract_latest(case.today, case.rules.cycle)
    case.run_deadline("contract.sign", until, deadline_id="contract.sign-latest", purpose="latest")


def _ask_supplement(case: Case, answer: ApplicationReview) -> None:
    if not answer.missing and not answer.reason:
        raise invalid("须说明补充内容", "Say what is missing.", [("/missing", "name a document or give a reason")])
    wait = case.wait("application.supplement")
    first = case.first_asked("application.supplement") or case.today
    limit = case.limit("application.supplement")
    until = case.rolled(due(Anchor(kind="task", on=first), limit, wait.clause, case.calendar))
    if until.on < case.today:
        raise case.refuse(
            wait.clause,
            f"补充资料期限已于{until.on}届满,只能受理或不受理",
            f"The time for supplements ended on {until.on}: accept or reject.",
        )
    case.ask("application.supplement", until=until)


def supplemented(case: Case, task: Task, answer: Supplement) -> None:
    """R:7/7.2.2: what was missing has come; the body reviews again."""
    if not answer.documents and not answer.note:
        raise invalid("没有补充内容", "Nothing was supplemented.", [("/documents", "add a document or a note")])
    case.record_message(answer, task.clause)
    documents = [*case.application.documents, *answer.documents]
    case.state.application = case.application.model_copy(update={"documents": documents})
    case.ask("application.review")


def not_supplemented(case: Case, _: Deadline) -> None:
    """Nothing came within the days for all rounds together: the application is not accepted."""
    case.end("rejected")
    case.tell_applicant("逾期未补充资料,申请不予受理", "No supplement in time: the application is not accepted")


def withdrawn(case: Case, act: CaseWithdrawal) -> None:
    """The applicant takes the application back before certification."""
    if case.state.status != "open":
        raise case.refuse("R:7/7.2.1", "获证后请申请注销", "A certified organization requests withdrawal instead.")
    case.record_message(act, "R:7/7.2.1")
    case.end("application_withdrawn")
    case.tell_role("case_manager", "申请人已撤回申请", "The applicant has withdrawn the application")
