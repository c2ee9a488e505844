"""A case while one message is worked on: what its stages can ask, end, tell and remember."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from domain.audit import Audit, Given, Stage
from domain.certificates import Certificate, Status
from domain.dates import Anchor, Due, due, local_date
from domain.engagement import PROGRAMME
from domain.matters import OUTLIVE, Matter, kind_of
from domain.model import Text
from domain.scope import PROPOSES
from domain.sheets import AuditKind
from domain.state import CaseState, Deadline, Effect, EventDraft, Facts, Message
from domain.tasks import Task
from workflows.matters import Matters
from workflows.recording import Recording
from workflows.refusing import Refusing
from workflows.telling import Telling
from workflows.waiting import Settled, Waiting

Begins = Mapping[Stage, "Callable[[Case, Audit], None]"]
"""Stage → what an audit begins it with."""

SEEN = 50
"""How many message ids a case remembers itself; older ones are known to the record."""


class Case(Waiting, Recording, Telling, Matters, Refusing):
    """The state, the message and its day; every change of a case goes through these few verbs."""

    def __init__(self, state: CaseState, message: Message, facts: Facts, at: datetime, begins: Begins) -> None:
        self.state = state
        self.message = message
        self.facts = facts
        self.at = at
        self._begins = begins
        self.flags_before, self.errata_before = set(state.flags), set(state.errata)
        self.today = local_date(at)
        self.events: list[EventDraft] = []
        self.brought: list[EventDraft] = []
        """Events of what came with the message, after its own: a draw's seed is its plan's `previous_hash`."""
        if facts.rules:
            state.rules = facts.rules

    def turn_back_to(self, at: datetime) -> None:
        """What happens now happened at an earlier instant."""
        self.at, self.today = at, local_date(at)

    # Asking

    def ask(
        self,
        kind: str,
        *,
        audit: Audit | None = None,
        until: Due | None = None,
        subject: str | None = None,
        assignee: str | None = None,
    ) -> Task:
        """Ask somebody: opens a task, and its due date where the pack sets a limit.

        A leader's or visitor's task is for the person whom the audit's plan names.
        """
        wait = self.wait(kind)
        days = self.state.asked.setdefault(kind, [])
        days.append(self.today)
        task = Task(
            id=f"{kind}-{len(days)}",
            kind=kind,
            role=wait.roles_by_subject.get(kind_of(subject or ""), wait.role),
            assignee=audit.member(wait.role) if audit else assignee,
            audit_id=audit.id if audit else None,
            subject=subject,
            opened_on=self.today,
            clause=wait.clause,
            title=wait.title,
        )
        if until is None and wait.limit:
            until = due(Anchor(kind="task", on=self.today), wait.limit, wait.clause, self.calendar)
        if until:
            task.due_on = self.run_deadline(kind, until, deadline_id=task.id, audit=audit).due_on
        self.state.tasks.append(task)
        if wait.role == "applicant" or task.assignee:
            self.tell_asked(task, Text(zh="请办理", en="Please complete"))
        return task

    def close(self, task: Task) -> None:
        """The task is answered: it leaves the list, its due date is met unless it was missed."""
        self.state.tasks.remove(task)
        for deadline in self.state.deadlines:
            same = (deadline.kind, deadline.audit_id) == (task.kind, task.audit_id)
            if deadline.state == "running" and (deadline.id == task.id or (same and deadline.purpose)):
                self.settle(deadline)

    def close_audit(self, audit: Audit) -> None:
        """Nothing more is asked of an audit; its due dates are void, and there is nothing left to hide."""
        audit.stage = "closed"
        self.disclose(audit)
        for matter in self.open_matters(*PROPOSES):
            if matter.audit_id == audit.id:
                self.drop_about(matter)
                self.close_matter(matter, "not_audited")
                self.tell_applicant(
                    "合并的审查不再进行,请重新提出变更范围",
                    "The audit is not held: ask again for what was combined with it",
                )
        for kind in {task.kind for task in self.state.tasks if task.audit_id == audit.id}:
            self.drop_tasks(kind, audit)
        for deadline in self.state.deadlines:
            if (deadline.audit_id, deadline.state) == (audit.id, "running"):
                self.settle(deadline, "void")

    def drop_tasks(self, kind: str, audit: Audit) -> None:
        """What was asked is asked no more."""
        for task in [task for task in self.state.tasks if (task.kind, task.audit_id) == (kind, audit.id)]:
            self.state.tasks.remove(task)
        self.settle_deadlines("void", kind=kind, audit_id=audit.id)

    def drop(self, task: Task) -> None:
        """One task is asked no more."""
        self.state.tasks.remove(task)
        for deadline in self.state.deadlines:
            if (deadline.id, deadline.state) == (task.id, "running"):
                self.settle(deadline, "void")

    def drop_about(self, matter: Matter) -> None:
        """Nothing more is asked about a matter."""
        for task in [task for task in self.state.tasks if task.subject == matter.id]:
            self.drop(task)

    def reassign(self, audit: Audit) -> None:
        """Open tasks that the plan gives to somebody go to whom it names now."""
        for task in self.state.tasks:
            named = audit.member(task.role) if task.audit_id == audit.id else None
            if named and task.assignee != named:
                task.assignee = named
                if not task.covered:
                    self.tell_asked(task, Text(zh="请办理", en="Please complete"))

    # Audits

    def audit(self, of: Task | Deadline) -> Audit:
        """The audit a task or a due date belongs to."""
        return next(audit for audit in self.state.audits if audit.id == of.audit_id)

    def programme_kind(self, audit: Audit) -> AuditKind:
        """The kind of an audit, of a re-audit that of the one it repeats."""
        return next((one.audit_kind for one in self.state.audits if one.id == audit.of), audit.audit_kind)

    def go_audit(self, audit: Audit, stage: Stage) -> None:
        """An audit moves on, and the case with its programme."""
        audit.stage = stage
        self.follow_programme()

    def follow_programme(self) -> None:
        """The case stands where its open programme audit stands; where there is none, it is certified, if it is."""
        open_ones = [one for one in self.state.audits if one.stage != "closed" and self.in_programme(one)]
        if open_ones:
            self.go(open_ones[-1].stage)
        elif self.state.certificates:
            self.go("certified")

    def in_programme(self, audit: Audit) -> bool:
        """Whether an audit belongs to the main line, or repeats one that does."""
        return self.programme_kind(audit) in PROGRAMME

    def enter(self, audit: Audit, stage: Stage) -> None:
        """An audit begins its next stage, as `workflows.flow.BEGINS` says."""
        self.go_audit(audit, stage)
        self._begins[stage](self, audit)

    def reopen(self, audit: Audit, kind: str) -> None:
        """An input is asked for again; the earlier one stays in the record."""
        audit.given.pop(kind, None)
        self.ask(kind, audit=audit)

    def give(self, audit: Audit, kind: str) -> None:
        """An input of an audit is in."""
        audit.given[kind] = Given(on=self.today, by=self.message.actor.person, content=self.facts.content)

    def take_duty(self, person: str, duty: str) -> None:
        """A person has served on a side of the case, for as long as it lives (R:7/6.4.6.2)."""
        taken = self.state.duties.setdefault(person, [])
        if duty not in taken:
            taken.append(duty)

    @property
    def certificate(self) -> Certificate:
        """The certificate in force, or the latest one."""
        running = [one for one in self.state.certificates if one.status in ("valid", "suspended")]
        return (running or self.state.certificates)[-1]

    @property
    def granted(self) -> Certificate:
        """The certificate granted last: its cycle's surveillances are counted also before its first day."""
        return self.state.certificates[-1]

    def record_fees(self) -> None:
        """R:7/6.4.8: fees incurred are recorded when certification ends."""
        if self.state.fee_total:
            self.record("fees.recorded", "R:7/6.4.8", fee_total=self.state.fee_total)

    def first_asked(self, kind: str) -> date | None:
        """The day on which a task kind was first asked in this case."""
        days = self.state.asked.get(kind)
        return days[0] if days else None

    # Moving on

    def go(self, stage: Stage) -> None:
        """The case moves to a stage of the main line."""
        self.state.stage = stage

    def end(self, status: Status) -> None:
        """The case ends: nothing is asked any more, running due dates are void."""
        self.state.status = status
        self.go("closed")
        for audit in self.state.audits:
            audit.stage = "closed"
            self.disclose(audit)
        for matter in self.state.matters:
            if matter.state == "open" and matter.kind not in OUTLIVE:
                self.close_matter(matter, status)
        # A delivery that failed is still owed, whatever became of the case, and so is an answer to what was filed.
        self.state.tasks = [task for task in self.state.tasks if task.kind in {"operations.resolve", *OUTLIVE}]
        self.state.veil = None
        for deadline in self.state.deadlines:
            if deadline.state == "running" and deadline.kind not in OUTLIVE:
                deadline.state = "void"

    def terminate(self, audit: Audit) -> None:
        """R:7/6.4.8: certification ends without a certificate, by a timer."""
        self.note(outcome="terminated", audit=audit.id)
        self.end("terminated")
        self.record_fees()
        self.send(Effect(id="", kind="submission", about=f"refusal:{audit.id}"))

    def stop_watching_issue(self, audit: Audit, as_state: Settled = "void") -> None:
        """R:7/6.4.7: no certificate that could be overdue is awaited of an audit any more."""
        self.await_no_certificate(audit, as_state)
        self.flag("issue_overdue", on=False)

    def await_no_certificate(self, audit: Audit, as_state: Settled = "void") -> None:
        """The due date of an audit's certificate ends; older cases did not say whose it is."""
        for audit_id in (audit.id, None):
            self.settle_deadlines(as_state, kind="certificate.issue", audit_id=audit_id)

    def rely_on(self, moment: str) -> None:
        """The errata on whose chosen reading a case rests from now on, documents not at hand among them (R:3, G:2)."""
        self.state.errata = sorted({*self.state.errata, *self.rules.errata.get(moment, [])})

    def flag(self, name: str, *, on: bool = True) -> None:
        """Set or clear a flag people see on the case."""
        flags = [flag for flag in self.state.flags if flag != name]
        self.state.flags = [*flags, name] if on else flags

    def finish(self) -> None:
        """After the stages have had their say: count the turn, remember the message, derive the flags."""
        state = self.state
        missed = {deadline.id for deadline in state.deadlines if deadline.state == "missed"}
        self.flag("overdue", on=any(task.id in missed for task in state.tasks))
        running = (deadline for deadline in state.deadlines if deadline.state == "running")
        judged = [audit.results for audit in state.audits if audit.judged and audit.results]
        self.flag("interpretation_sensitive", on=bool(judged and judged[-1].sensitive))
        self.flag("provisional_dates", on=any(deadline.provisional for deadline in running))
        self.events += self.brought
        state.version += len(self.events)
        state.seen[self.message.id] = state.version
        for stale in list(state.seen)[:-SEEN]:
            del state.seen[stale]
