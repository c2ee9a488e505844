"""Each of two checkers that share no code finds every planted fault it can see, and calls nothing else one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import create_engine

from activities.audit import Auditor
from activities.audits import Audits
from activities.scores import Scores
from checker import fold
from checker import record as reading
from tests.audit.faults import PLANTED, A, B, Fault, Planted
from tests.lives import LIBRARY
from workflows.flow import react

AUDITOR = Auditor(react, Scores(LIBRARY))
Forged = Callable[[Fault], str]


async def audited(url: str) -> list[str]:
    """What the product finds in both cases."""
    engine = create_engine(url)
    audits = Audits(engine, AUDITOR, "not asked")
    found = [line async for one in audits.of([A, B]) for line in one.findings]
    engine.dispose()
    return found


def checked(url: str) -> list[str]:
    """What the checker finds in both cases."""
    engine = create_engine(url)
    found = []
    with engine.connect() as connection:
        for name in (A, B):
            case = reading.load(connection, name)
            assert case
            found += [*reading.chain(case), *reading.turns(case), *reading.contents(case), *fold.findings(case)]
        found += [*reading.numbers(connection), *reading.roots(connection)]
    engine.dispose()
    return found


async def test_an_untouched_record_is_whole(record: Path) -> None:
    url = f"sqlite:///{record}"
    assert (await audited(url), checked(url)) == ([], [])


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.fault.__name__)
async def test_a_fault_is_found_by_whoever_can_see_it(planted: Planted, forged: Forged) -> None:
    url = forged(planted.fault)
    for found, says in ((await audited(url), planted.audit), (checked(url), planted.checker)):
        assert any(says in line for line in found) if says else not found
