"""Every act in every status: allowed with its effect, or refused with its code and clause; no cell is empty."""

import json
from typing import Any, get_args

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from domain.acts import ACTS
from domain.certificates import Status
from domain.refusal import Refused
from domain.state import Message
from tests.flow import matrix
from tests.flow.situations import SITUATIONS
from tests.lives import FACTS, Life
from workflows.flow import Reaction, admit, react

TITLES, ROWS = matrix.read()


@pytest.fixture(scope="module")
def situations(database: Engine) -> dict[str, Life]:
    """Each situation once: the cells only try their act out."""
    return {name: way(Life(database)) for name, way in SITUATIONS.items()}


def tried(life: Life, message: Message) -> Reaction:
    """What a message would lead to; nothing is written."""
    admit(life.case, message)
    with Session(life.engine) as session:
        facts = FACTS.gather(session, life.case, message, life.now, preview=True)
        return react(life.case, message, facts, life.now)


def said(life: Life, message: Message) -> str:
    """The cell as the product fills it."""
    try:
        after, events = tried(life, message)
    except Refused as refused:
        refusal = refused.refusal
        return " ".join(part for part in ("refused", refusal.code, refusal.clause or "") if part)
    assert message.name in [one.kind for one in (*events, *after.held)], "an act that is allowed is recorded"
    if after.status != life.case.status:
        return f"status {after.status}"
    known = {task.id for task in life.case.tasks}
    asked = [task.kind for task in after.tasks if task.id not in known]
    return f"asks {asked[0]}" if asked else "recorded"


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("act", ROWS, ids=lambda act: act.kind)
def test_an_act_in_a_status(situations: dict[str, Life], act: matrix.Act, situation: str) -> None:
    life = situations[situation]
    message = life.message(act.by, "act", act.kind, _fitting(life, act.sends))
    assert said(life, message) == act.cells[situation]


def _fitting(life: Life, sends: dict[str, Any]) -> dict[str, Any]:
    """The payload, dated on the day of the life where it has a day."""
    return json.loads(json.dumps(sends).replace("TODAY", str(life.today)))


def test_the_matrix_has_every_act_and_every_situation_in_each_row() -> None:
    assert {act.kind for act in ROWS} == set(ACTS)
    assert [act.kind for act in ROWS if set(act.cells) != set(SITUATIONS)] == []
    assert set(TITLES) == set(SITUATIONS)


def test_the_situations_cover_every_status(situations: dict[str, Life]) -> None:
    assert {life.case.status for life in situations.values()} == set(get_args(Status))


def test_the_page_is_printed_from_the_matrix() -> None:
    assert matrix.PAGE.read_text(encoding="utf-8") == matrix.page(), "run: just matrix"
