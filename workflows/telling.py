"""What a case tells people: notices and other deliveries, sent once its message is in the record."""

from datetime import date

from domain.model import Text
from domain.state import CaseState, Effect
from domain.tasks import Task


def asked(task: Task) -> str:
    """Whom a task asks, as a notice is addressed."""
    if task.role == "applicant":
        return "applicant"
    return f"user:{task.assignee}" if task.assignee else f"role:{task.role}"


class Telling:
    """The verbs by which a case tells somebody something."""

    state: CaseState

    def send(self, effect: Effect) -> None:
        """Carry something out once this message is in the record."""
        turn = f"{self.state.turn}."
        count = sum(one.id.startswith(turn) for one in self.state.effects)
        self.state.effects.append(effect.model_copy(update={"id": f"{turn}{count + 1}"}))

    def tell(self, to: str, subject: Text, body: Text, due_on: date | None = None, *, digest: bool = False) -> None:
        """Send a notice once this message is in the record."""
        notice = Effect(id="", kind="notice", to=to, subject=subject, body=body, due_on=due_on, digest=digest)
        self.send(notice)

    def told(self) -> set[str]:
        """Who is told something by this message."""
        turn = f"{self.state.turn}."
        return {one.to for one in self.state.effects if one.kind == "notice" and one.id.startswith(turn)}

    def tell_applicant(self, zh: str, en: str) -> None:
        """Tell the applicant something in one sentence."""
        self.tell("applicant", Text(zh=zh, en=en), Text(zh=f"{zh}。", en=f"{en}."))

    def tell_role(self, role: str, zh: str, en: str) -> None:
        """Tell everybody of a role in the body something in one sentence."""
        self.tell(f"role:{role}", Text(zh=zh, en=en), Text(zh=f"{zh}。", en=f"{en}."))

    def tell_asked(self, task: Task, lead: Text) -> None:
        """Tell whoever a task asks."""
        self.tell_task(asked(task), task, lead)

    def tell_task(self, to: str, task: Task, lead: Text) -> None:
        """Tell somebody of a task: what is asked and until when."""
        self.tell_due(to, task.title, task.due_on, lead)

    def tell_due(self, to: str, title: Text, due_on: date | None, lead: Text, *, digest: bool = False) -> None:
        """Tell somebody of something that is due."""
        until_zh = f",期限为{due_on}(含当日)" if due_on else ""
        until_en = f", due on {due_on}" if due_on else ""
        self.tell(
            to,
            Text(zh=f"{lead.zh}:{title.zh}", en=f"{lead.en}: {title.en}"),
            Text(zh=f"{title.zh}{until_zh}。", en=f"{title.en}{until_en}."),
            due_on,
            digest=digest,
        )
