"""What a case enters into its record, and what waits until its client may know of it (R:4/4.2)."""

from datetime import datetime
from typing import Any

from domain.audit import Audit
from domain.policy import BODY_WIDE
from domain.prose import figures, plain
from domain.state import Actor, CaseState, EventDraft, Facts, Message, Veil
from domain.tasks import Task

MYSTERY = "audit.mystery_visit"


class Recording:
    """The verbs by which a case adds events to its record, and holds or covers those of a mystery visit."""

    state: CaseState
    message: Message
    facts: Facts
    at: datetime
    events: list[EventDraft]
    brought: list[EventDraft]
    flags_before: set[str]
    errata_before: set[str]

    def record(self, kind: str, clause: str | None = None, **data: Any) -> None:  # noqa: ANN401
        """Add an event to the record: figures, ids and digests, never free text."""
        actor = self.message.actor.user
        self.events.append(EventDraft(at=self.at, actor=actor, kind=kind, data=plain(data), clause=clause))

    def record_brought(self, actor: Actor, kind: str, clause: str | None = None, **data: Any) -> None:  # noqa: ANN401
        """Add an event of what came with the message, another calendar or edition, after the message's own."""
        self.brought.append(EventDraft(at=self.at, actor=actor.user, kind=kind, data=plain(data), clause=clause))

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

    # Until the client may know

    def waits_for_visit(self, audit: Audit, kind: str = "") -> bool:
        """Whether nothing but the mystery visit is still to come, beside the input that is just coming in."""
        return [one for one in audit.awaits if one not in (*audit.given, kind)] == [MYSTERY]

    def hold(self, kind: str, clause: str | None, **data: Any) -> None:  # noqa: ANN401  # JSON values
        """Keep an event out of the record until the client may know of it."""
        draft = EventDraft(at=self.at, actor=self.message.actor.user, kind=kind, data=plain(data), clause=clause)
        self.state.held.append(draft)

    def cover(self, task: Task) -> None:
        """An answered task stays open in the client's eyes, and its event out of the record."""
        self.state.tasks.append(task.model_copy(update={"covered": True}))
        self.state.held.append(self.events.pop())
        flags, veil = set(self.state.flags), self.state.veil or Veil()
        self.state.veil = Veil(
            raised=sorted({*veil.raised, *(flags - self.flags_before)}),
            lowered=sorted({*veil.lowered, *(self.flags_before - flags)}),
            errata=sorted({*veil.errata, *(set(self.state.errata) - self.errata_before)}),
        )

    def uncover(self, audit: Audit) -> datetime | None:
        """What was covered is answered in the client's eyes too, now; gives when it was."""
        self._lift_veil(audit)
        covered = [task for task in self.state.tasks if task.covered and task.audit_id == audit.id]
        answered_at = None
        for task in covered:
            self.state.tasks.remove(task)
            draft = next(one for one in self.state.held if (one.kind, one.data["audit"]) == (task.kind, audit.id))
            self.state.held.remove(draft)
            self.events.append(draft.model_copy(update={"at": self.at}))
            answered_at = draft.at
        return answered_at

    def _lift_veil(self, audit: Audit) -> None:
        """The client may be shown what was covered, unless another audit still has something to hide."""
        if not any(task.covered and task.audit_id != audit.id for task in self.state.tasks):
            self.state.veil = None

    def disclose(self, audit: Audit) -> None:
        """The client may know now: what was held enters the record."""
        audit.disclosed = True
        self._lift_veil(audit)
        mine = [draft for draft in self.state.held if draft.data.get("audit") == audit.id]
        self.events.extend(mine)
        self.state.held = [draft for draft in self.state.held if draft not in mine]
