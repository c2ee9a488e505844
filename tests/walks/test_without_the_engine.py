"""Random lives over whole cycles, without the engine: 20,000 steps, each of them followed by the reference."""

import os
from collections import Counter
from itertools import count
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Engine

from tests.flow import matrix
from tests.flow.years import to_certificate, to_second_year, to_third_year
from tests.walks import acts, people
from tests.walks.lives import Walked

STEPS = int(os.environ.get("WALKS_STEPS", "20000"))
SHARES = 2
FIRST_SEED = int(os.environ.get("WALKS_SEED", "0"))
SHRINK = [Phase.shrink] if "WALKS_SHRINK" in os.environ else []
"""Making a failing life shorter takes minutes: only where it is asked for."""
HOW = settings(
    max_examples=4,
    stateful_step_count=200,
    deadline=None,
    database=None,
    phases=[Phase.generate, *SHRINK],
    suppress_health_check=list(HealthCheck),
)
BEGINNINGS = {
    "fresh": Walked.apply,
    "certified": to_certificate,
    "second year": to_second_year,
    "third year": to_third_year,
}
FILES = {user: f"f-{user}" for user in ("applicant", "manager")}
REACHED = (
    "decision.make grant",
    "decision.make refuse",
    "decision.make maintain",
    "suspension.decide suspend",
    "withdrawal.decide withdraw",
    "recertification.apply",
    "timer.surveillance",
    "timer.recertification.on_site",
    "certificate.expired",
)
"""What a walk that means anything comes by."""
LONG = 300
"""Steps after which one life is enough."""
NOT_HERE = {"case.withdraw", "report.correct"}
"""Acts that no certified case takes: it is too late for the one, and no report is delivered for the other."""
ACTS = sorted({act.kind for act in matrix.read()[1]} - NOT_HERE)
"""Each of them is taken at least once, if the walk has to go on for it."""
NUMBER = st.integers(0, 2**32 - 1)


class Lives(RuleBasedStateMachine):
    """One case after the other, the next one begun where the last has ended."""

    database: ClassVar[Engine]
    steps: ClassVar[int] = 0
    seen: ClassVar[Counter[str]] = Counter()
    taken: ClassVar[Counter[str]] = Counter()

    @initialize(where=st.sampled_from(sorted(BEGINNINGS)))
    def begin(self, where: str) -> None:
        self._life = Walked(self.database)
        BEGINNINGS[where](self._life)

    @property
    def life(self) -> Walked:
        life = self._life
        if life.steps > LONG or (life.case.stage == "closed" and not life.awaits_an_appeal):
            self.end()
            self.begin(sorted(BEGINNINGS)[life.steps % len(BEGINNINGS)])
        return self._life

    def mixed(self, number: int) -> int:
        """A number for one step: drawn numbers repeat themselves more than people do."""
        return number * 1_000_003 + self.life.steps

    def end(self) -> None:
        self._life.close()
        type(self).steps += self._life.steps
        self.seen.update(self._life.seen)
        self.taken.update(self._life.taken)

    @rule(number=NUMBER, times=st.integers(1, 8))
    def people_answered(self, number: int, times: int) -> None:
        for turn in range(times):
            if move := people.answer(self.life.shown, self.life.today, self.mixed(number + turn), FILES):
                self.life.send(move)

    @rule(number=NUMBER, times=st.integers(1, 3))
    def people_acted(self, number: int, times: int) -> None:
        for turn in range(times):
            life = self.life
            life.send(acts.act(life.shown, life.today, self.mixed(number + turn), FILES))

    @rule(number=NUMBER)
    def days_passed(self, number: int) -> None:
        self.life.wait(people.Dice(self.mixed(number)))

    @rule(number=NUMBER)
    def somebody_else_answered(self, number: int) -> None:
        if move := people.barred(self.life.shown, self.life.today, self.mixed(number), FILES):
            self.life.refuse(move)

    @rule(number=NUMBER)
    def an_answer_came_twice(self, number: int) -> None:
        if move := people.answer(self.life.shown, self.life.today, self.mixed(number), FILES):
            self.life.send_again(move)

    def teardown(self) -> None:
        if hasattr(self, "_life"):
            self.end()


@pytest.mark.parametrize("share", range(SHARES))
def test_random_lives_are_what_the_rules_make_of_them(database: Engine, share: int) -> None:
    lives = type("Lives", (Lives,), {"database": database, "seen": Counter(), "taken": Counter()})
    for part in count(1000 * (SHARES * FIRST_SEED + share)):
        run_state_machine_as_test(seed(part)(lives), settings=HOW)
        missing = [*(what for what in REACHED if not lives.seen[what]), *(act for act in ACTS if not lives.taken[act])]
        if lives.steps >= STEPS / SHARES and not missing:
            break
        assert lives.steps < 2 * STEPS / SHARES, missing
