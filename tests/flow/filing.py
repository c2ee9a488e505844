"""Short ways through complaints and appeals."""

from typing import Any

from sqlmodel import Session

from domain.state import PUBLIC, Message
from records.tables import CaseRow
from tests.flow.steps import actor, answer_as
from tests.lives import Life

APPEAL: dict[str, Any] = {"about": "the decision", "reason": "评分有误"}


def complaint(life: Life, **changes: Any) -> Message:
    """A stranger's complaint, each a message of its own."""
    payload = {"about": "服务质量", "reason": "无人应答", "name": "钱消费", "contact": "138"} | changes
    message = life.message("manager", "act", "complaint.file", payload)
    return message.model_copy(update={"actor": PUBLIC, "id": f"stranger-{life.case.turn}"})


def complained(life: Life, **changes: Any) -> Life:
    """A stranger has complained."""
    life.work(complaint(life, **changes))
    return life


def looked_into(life: Life) -> Life:
    """A stranger has complained, and the body looks into it."""
    complained(life).answer("manager", "complaint.acknowledge")
    return life


def appealed(life: Life, about: str = "decision.make") -> Life:
    """The client has appealed, and the body looks into it."""
    life.act("applicant", "appeal.file", **APPEAL | {"about": about})
    life.answer("manager", "appeal.acknowledge")
    return life


def upheld(life: Life, by: str = "decider2") -> Life:
    """The open appeal is upheld."""
    life.answer(by, "appeal.decide", outcome="uphold", reason="x")
    return life


def reviewed_again(life: Life) -> None:
    """Agreed to by somebody else than the first time."""
    sensitive = life.audit.results.sensitive if life.audit.results else []
    again = {"outcome": "agree", "readings_acknowledged": sensitive}
    answer_as(life, actor("third", "reviewer"), "review.independent", **again)


def knows_no(life: Life, wait: str) -> Life:
    """A case pinned to rules from before a task was known."""
    assert life.case.rules is not None
    del life.case.rules.waits[wait]
    with Session(life.engine) as session:
        row = session.get_one(CaseRow, life.case.id)
        row.state = life.case.model_dump_json()
        session.add(row)
        session.commit()
    return life
