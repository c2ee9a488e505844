"""What a case refuses, and whom: those who would judge what they had a part in (R:7/6.4.6.2)."""

from collections.abc import Iterable
from datetime import date

from domain.refusal import Fault, Refused
from domain.state import CaseState, Message
from domain.tasks import Task

DECIDED_AGAIN = ("review.independent", "decision.make", "suspension.decide", "withdrawal.decide")
"""Task kinds barred to those from whose decision an appeal was upheld."""


class Refusing:
    """The verbs by which a case refuses."""

    state: CaseState
    message: Message
    today: date

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

    def refuse_if_evaluator(self) -> None:
        """Refuse somebody who took part in the evaluation (R:7/6.4.6.2, G:4.2)."""
        if "evaluation" in self.state.duties.get(self.message.actor.person, []):
            raise Refused(
                "not_independent",
                "您参与过本案评价,不得复核、审批或决定",
                "You took part in the evaluation of this case.",
                clause="R:7/6.4.6.2",
            )

    def refuse_if_took_part(self) -> None:
        """Refuse somebody with any duty in the case: complaints and appeals are for those who took no part."""
        if self.state.duties.get(self.message.actor.person):
            raise Refused(
                "not_independent",
                "您参与过本案,不得处理投诉或申诉",
                "You took part in this case.",
                clause="R:7/6.4.6.2",
            )

    def refuse_if_decided_before(self, task: Task) -> None:
        """Refuse whoever made or reviewed the decision that is made again after an appeal (R:7/6.4.6.2)."""
        about = task.subject or task.audit_id or ""
        if task.kind in DECIDED_AGAIN and self.message.actor.person in self.state.barred.get(about, []):
            raise Refused(
                "not_independent",
                "您参与过被申诉的决定,不得重新决定",
                "You took part in the decision that is made again.",
                clause="R:7/6.4.6.2",
            )

    def refuse_if_asked_by(self, person: str) -> None:
        """Refuse somebody who consents to what they asked for themselves: it takes a second person."""
        if self.message.actor.person == person:
            raise Refused(
                "not_independent",
                "本人提出的事项须由他人审批",
                "Somebody else has to consent to what you asked for.",
                clause="R:7/6.4.6.2",
            )

    def refuse_unless_certified(self) -> None:
        """Refuse what is asked of a certificate while none runs."""
        if self.state.status not in ("certified", "suspended"):
            raise self.conflict("没有有效的认证证书", "No certificate is in force.")


def invalid(zh: str, en: str, faults: Iterable[tuple[str, str]]) -> Refused:
    """The form is wrong: each fault with its JSON pointer."""
    return Refused("invalid", zh, en, faults=[Fault(pointer=where, detail=what) for where, what in faults])
