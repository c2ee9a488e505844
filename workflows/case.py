"""A case while one message is worked on: what its stages can ask, end, tell and remember."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeVar

from domain.application import Application
from domain.audit import Audit, Given, Stage
from domain.calendar import Calendar
from domain.cycle import judged_on
from domain.dates import Anchor, Due, due, local_date, rolled
from domain.model import Text
from domain.policy import BODY_WIDE
from domain.prose import figures, plain
from domain.refusal import Fault, Refused
from domain.rules import Limit, Rules, Wait
from domain.state import CaseState, Certificate, Deadline, Effect, EventDraft, Facts, Message, Status, Task

T = TypeVar("T")
Settled = Literal["met", "void"]
Begins = Mapping[Stage, "Callable[[Case, Audit], None]"]
"""Stage → what an audit begins it with."""

SEEN = 50
"""How many message ids a case remembers itself; older ones are known to the record."""


class Case:
    """The state, the message and its day; every change of a case goes through these few verbs."""

    def __init__(self, state: CaseState, message: Message, facts: Facts, at: datetime, begins: Begins) -> None:
        self.state = state
        self.message = message
        self.facts = facts
        self.at = at
        self._begins = begins
        self.today = local_date(at)
        self.events: list[EventDraft] = []
        self.before: list[EventDraft] = []
        """Events that come before those of the message itself."""
        if facts.rules:
            state.rules = facts.rules

    def turn_back_to(self, at: datetime) -> None:
        """What happens now happened at an earlier instant."""
        self.at, self.today = at, local_date(at)

    @property
    def rules(self) -> Rules:
        """The rules this case is pinned to."""
        return _known(self.state.rules)

    @property
    def calendar(self) -> Calendar:
        """The working days as the case knows them."""
        return _known(self.state.calendar)

    @property
    def application(self) -> Application:
        """The application as it stands, supplements included."""
        return _known(self.state.application)

    def wait(self, kind: str) -> Wait:
        """What the pack says of one task kind."""
        return self.rules.waits[kind]

    def limit(self, kind: str) -> Limit:
        """The limit the pack sets for a task kind that has one."""
        return _known(self.wait(kind).limit)

    # Asking

    def ask(
        self,
        kind: str,
        *,
        audit: Audit | None = None,
        until: Due | None = None,
        subject: str | None = None,
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
            role=wait.roles_by_subject.get(subject or "", wait.role),
            assignee=audit.member(wait.role) if audit else None,
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

    def run_deadline(
        self,
        kind: str,
        until: Due,
        *,
        deadline_id: str,
        purpose: str = "",
        audit: Audit | None = None,
        late_entry: bool = False,
        opens_on: date | None = None,
    ) -> Deadline:
        """Let a due date run; its lapse is judged later where an entry may come late.

        A date nobody is asked for yet is reminded of by the pack's ladder for long dates.
        """
        until = self.rolled(until)
        wait = self.rules.waits.get(kind)
        ladder = wait.reminders if wait and not opens_on else self.rules.reminders
        remind = [until.on - timedelta(days=before) for before in ladder]
        deadline = Deadline(
            id=deadline_id,
            kind=kind,
            purpose=purpose,
            audit_id=audit.id if audit else None,
            due_on=until.on,
            judged_on=judged_on(until.on, self.rules.cycle) if late_entry else until.on,
            provisional=until.provisional,
            clause=until.clause,
            proof=until.proof,
            remind=sorted(day for day in remind if day > self.today),
            opens_on=opens_on,
        )
        self.state.deadlines.append(deadline)
        return deadline

    def rolled(self, until: Due) -> Due:
        """A limit's last day as this case reads a holiday: it stays, or rolls to a working day (Civil Code 203)."""
        rolls = self.rules.readings.get("holiday-roll") == "roll-forward"
        return rolled(until, self.calendar) if rolls else until

    def close(self, task: Task) -> None:
        """The task is answered: it leaves the list, its due date is met unless it was missed."""
        self.state.tasks.remove(task)
        self.settle_deadlines("met", kind=task.kind, audit_id=task.audit_id)

    def settle_deadlines(self, as_state: Settled, *, kind: str, audit_id: str | None = None) -> None:
        """End the running due dates of a kind, as `met` or `void`."""
        for deadline in self.state.deadlines:
            if deadline.state == "running" and (kind, audit_id) == (deadline.kind, deadline.audit_id):
                self.settle(deadline, as_state)

    def settle(self, deadline: Deadline, as_state: Settled = "met") -> None:
        """End a due date."""
        deadline.state = as_state
        deadline.met_on = self.today if as_state == "met" else None
        deadline.remind, deadline.opens_on = [], None

    def running(self, kind: str, audit: Audit | None = None) -> Deadline | None:
        """The running due date of a kind, of this audit."""
        audit_id = audit.id if audit else None
        return next(
            (one for one in self.state.deadlines if (one.kind, one.audit_id, one.state) == (kind, audit_id, "running")),
            None,
        )

    def same_due(self, kind: str, audit: Audit) -> Due:
        """The due date for which this was asked last: asked again, it ends on the same day."""
        asked = [one for one in self.state.deadlines if (one.kind, one.audit_id) == (kind, audit.id)]
        last = asked[-1]
        return Due(on=last.due_on, provisional=last.provisional, clause=last.clause, proof=last.proof)

    def close_audit(self, audit: Audit) -> None:
        """Nothing more is asked of an audit; its due dates are void."""
        audit.stage = "closed"
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

    def reassign(self, audit: Audit) -> None:
        """Open tasks that the plan gives to somebody go to whom it names now."""
        for task in self.state.tasks:
            named = audit.member(task.role) if task.audit_id == audit.id else None
            if named and task.assignee != named:
                task.assignee = named
                self.tell_asked(task, Text(zh="请办理", en="Please complete"))

    # Audits

    def audit(self, of: Task | Deadline) -> Audit:
        """The audit a task or a due date belongs to."""
        return next(audit for audit in self.state.audits if audit.id == of.audit_id)

    def go_audit(self, audit: Audit, stage: Stage) -> None:
        """An audit of the main line moves on, and the case with it."""
        audit.stage = stage
        self.go(stage)

    def enter(self, audit: Audit, stage: Stage) -> None:
        """An audit of the main line begins its next stage, as `workflows.flow.BEGINS` says."""
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

    def refuse_if_evaluator(self, clause: str) -> None:
        """Refuse somebody who took part in the evaluation (R:7/6.4.6.2, G:4.2)."""
        if "evaluation" in self.state.duties.get(self.message.actor.person, []):
            raise Refused(
                "not_independent",
                "您参与过本案评价,不得复核、审批或决定",
                "You took part in the evaluation of this case.",
                clause=clause,
            )

    def hold(self, kind: str, clause: str | None, **data: Any) -> None:  # noqa: ANN401  # JSON values
        """Keep an event out of the record until the client may know of it."""
        draft = EventDraft(at=self.at, actor=self.message.actor.user, kind=kind, data=plain(data), clause=clause)
        self.state.held.append(draft)

    def cover(self, task: Task) -> None:
        """An answered task stays open in the client's eyes, and its event out of the record."""
        self.state.tasks.append(task.model_copy(update={"covered": True}))
        self.state.held.append(self.events.pop())

    def uncover(self, audit: Audit) -> datetime | None:
        """What was covered is answered in the client's eyes too, now; gives when it was."""
        covered = [task for task in self.state.tasks if task.covered and task.audit_id == audit.id]
        answered_at = None
        for task in covered:
            self.state.tasks.remove(task)
            draft = next(one for one in self.state.held if (one.kind, one.data["audit"]) == (task.kind, audit.id))
            self.state.held.remove(draft)
            self.events.append(draft.model_copy(update={"at": self.at}))
            answered_at = draft.at
        return answered_at

    def disclose(self, audit: Audit) -> None:
        """The client may know now: what was held enters the record."""
        audit.disclosed = True
        mine = [draft for draft in self.state.held if draft.data.get("audit") == audit.id]
        self.events.extend(mine)
        self.state.held = [draft for draft in self.state.held if draft not in mine]

    @property
    def certificate(self) -> Certificate:
        """The certificate in force, or the latest one."""
        running = [one for one in self.state.certificates if one.status in ("valid", "suspended")]
        return (running or self.state.certificates)[-1]

    def record_fees(self) -> None:
        """R:7/6.4.8: fees incurred are recorded when certification ends."""
        if self.state.fee_total:
            self.record("fees.recorded", "R:7/6.4.8", fee_total=self.state.fee_total)

    # Remembering

    def first_asked(self, kind: str) -> date | None:
        """The day on which a task kind was first asked in this case."""
        days = self.state.asked.get(kind)
        return days[0] if days else None

    def record(self, kind: str, clause: str | None = None, **data: Any) -> None:  # noqa: ANN401
        """Add an event to the record: figures, ids and digests, never free text."""
        actor = self.message.actor.user
        self.events.append(EventDraft(at=self.at, actor=actor, kind=kind, data=plain(data), clause=clause))

    def note(self, **data: Any) -> None:  # noqa: ANN401  # JSON values
        """Add to this message's latest event, which may still be held, what followed from it."""
        (self.events or self.state.held)[-1].data.update(plain(data))

    def record_message(self, payload: Any, clause: str | None, **data: Any) -> None:  # noqa: ANN401
        """Add this message's own event: its payload's figures and the digest of the whole."""
        message, content = self.message, self.facts.content
        self.record(message.name, clause, task=message.task, content=content, **figures(payload), **data)

    def record_quietly(self, clause: str | None, **data: Any) -> None:  # noqa: ANN401  # JSON values
        """Add an act's event, held where it could tell the client of a hidden visit (R:4/4.2)."""
        name, content, visit = self.message.name, self.facts.content, self._hidden_visit()
        if visit:
            self.hold(name, clause, audit=visit.id, content=content, **data)
        else:
            self.record(name, clause, content=content, **data)

    def _hidden_visit(self) -> Audit | None:
        """The visit by which alone the sender may have come to the case, as far as the client could tell."""
        actor, plans = self.message.actor, [(audit, audit.plan) for audit in self.state.audits if audit.plan]
        known = any(
            member.person == actor.person and (member.role != "visitor" or audit.disclosed)
            for audit, plan in plans
            for member in plan.team
        )
        hidden = [audit for audit, plan in plans if plan.in_role("visitor") and not audit.disclosed]
        return hidden[-1] if hidden and not known and not BODY_WIDE & set(actor.roles) else None

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
        # A delivery that failed is still owed, whatever became of the case.
        self.state.tasks = [task for task in self.state.tasks if task.kind == "operations.resolve"]
        for deadline in self.state.deadlines:
            if deadline.state == "running":
                deadline.state = "void"

    def terminate(self, audit: Audit) -> None:
        """R:7/6.4.8: certification ends without a certificate, by a timer."""
        self.end("terminated")
        self.record_fees()
        self.send(Effect(id="", kind="submission", about=f"refusal:{audit.id}"))

    def stop_watching_issue(self) -> None:
        """R:7/6.4.7: there is no passing report any more whose certificate could be overdue."""
        self.settle_deadlines("void", kind="certificate.issue")
        self.flag("issue_overdue", on=False)

    def rely_on(self, moment: str) -> None:
        """The errata on whose chosen reading a case rests from now on."""
        self.state.errata = sorted({*self.state.errata, *self.rules.errata.get(moment, [])})

    def flag(self, name: str, *, on: bool = True) -> None:
        """Set or clear a flag people see on the case."""
        flags = [flag for flag in self.state.flags if flag != name]
        self.state.flags = [*flags, name] if on else flags

    # Telling

    def send(self, effect: Effect) -> None:
        """Carry something out once this message is in the record."""
        turn = f"{self.state.turn}."
        count = sum(one.id.startswith(turn) for one in self.state.effects)
        self.state.effects.append(effect.model_copy(update={"id": f"{turn}{count + 1}"}))

    def tell(self, to: str, subject: Text, body: Text) -> None:
        """Send a notice once this message is in the record."""
        self.send(Effect(id="", kind="notice", to=to, subject=subject, body=body))

    def tell_applicant(self, zh: str, en: str) -> None:
        """Tell the applicant something in one sentence."""
        self.tell("applicant", Text(zh=zh, en=en), Text(zh=f"{zh}。", en=f"{en}."))

    def tell_role(self, role: str, zh: str, en: str) -> None:
        """Tell everybody of a role in the body something in one sentence."""
        self.tell(f"role:{role}", Text(zh=zh, en=en), Text(zh=f"{zh}。", en=f"{en}."))

    def tell_asked(self, task: Task, lead: Text) -> None:
        """Tell whoever a task asks."""
        named = f"user:{task.assignee}" if task.assignee else f"role:{task.role}"
        self.tell_task("applicant" if task.role == "applicant" else named, task, lead)

    def tell_task(self, to: str, task: Task, lead: Text) -> None:
        """Tell somebody of a task: what is asked and until when."""
        self.tell_due(to, task.title, task.due_on, lead)

    def tell_due(self, to: str, title: Text, due_on: date | None, lead: Text) -> None:
        """Tell somebody of something that is due."""
        until_zh = f",请于{due_on}前完成" if due_on else ""
        until_en = f", due on {due_on}" if due_on else ""
        self.tell(
            to,
            Text(zh=f"{lead.zh}:{title.zh}", en=f"{lead.en}: {title.en}"),
            Text(zh=f"{title.zh}{until_zh}。", en=f"{title.en}{until_en}."),
        )

    # Refusing

    def refuse(self, clause: str, zh: str, en: str, faults: Iterable[tuple[str, str]] = ()) -> Refused:
        """A rule says no."""
        found = [Fault(pointer=where, detail=what) for where, what in faults]
        return Refused("rule_refused", zh, en, clause=clause, faults=found)

    def conflict(self, zh: str, en: str) -> Refused:
        """This cannot be done in the case's present stage."""
        return Refused("stage_conflict", zh, en)

    def refuse_later_than_today(self, pointer: str, day: date) -> None:
        """Refuse a date after the case's today."""
        if day > self.today:
            fault = Fault(pointer=pointer, detail=f"after today ({self.today})")
            raise Refused("invalid", "日期晚于今天", "The date is after today.", faults=[fault])

    def finish(self) -> None:
        """After the stages have had their say: count the turn, remember the message, derive the flags."""
        state = self.state
        missed = {deadline.id for deadline in state.deadlines if deadline.state == "missed"}
        self.flag("overdue", on=any(task.id in missed for task in state.tasks))
        running = (deadline for deadline in state.deadlines if deadline.state == "running")
        judged = [audit.results for audit in state.audits if audit.judged and audit.results]
        self.flag("interpretation_sensitive", on=bool(judged and judged[-1].sensitive))
        self.flag("provisional_dates", on=any(deadline.provisional for deadline in running))
        self.events[:0] = self.before
        state.version += len(self.events)
        state.seen[self.message.id] = state.version
        for stale in list(state.seen)[:-SEEN]:
            del state.seen[stale]


def invalid(zh: str, en: str, faults: Iterable[tuple[str, str]]) -> Refused:
    """The form is wrong: each fault with its JSON pointer."""
    return Refused("invalid", zh, en, faults=[Fault(pointer=where, detail=what) for where, what in faults])


def _known(value: T | None) -> T:
    if value is None:
        raise RuntimeError("a case knows this from its first message on")
    return value
