"""Which definitions of the domain the product reaches."""

from pathlib import Path

from services.reach import reached

CYCLE = """
from domain.dates import count as counted

LIMIT = 3
KINDS = {"a": counted}

def expiry(on):
    return _bounded(on) + LIMIT

def _bounded(on):
    return KINDS["a"](on)

def lonely(on):
    return helper(on)

def helper(on):
    return expiry(on)
"""
DATES = """
def count(on):
    return on

def lonely(on):
    return on
"""


def lay(root: Path, path: str, code: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(code, encoding="utf-8")


def test_what_a_stage_uses_is_reached_and_what_that_uses_in_turn(tmp_path: Path) -> None:
    lay(tmp_path, "domain/cycle.py", CYCLE)
    lay(tmp_path, "domain/dates.py", DATES)
    lay(tmp_path, "workflows/stages/x.py", "from domain import cycle as dates\n\ndef f(on):\n    dates.expiry(on)\n")
    of_cycle = {"domain.cycle.expiry", "domain.cycle._bounded", "domain.cycle.LIMIT", "domain.cycle.KINDS"}
    assert reached(tmp_path) == of_cycle | {"domain.dates.count"}


def test_a_name_that_is_the_same_elsewhere_reaches_nothing(tmp_path: Path) -> None:
    lay(tmp_path, "domain/dates.py", DATES)
    lay(tmp_path, "workflows/x.py", "def lonely(count):\n    return count.lonely\n\nlonely(count=1)\n")
    assert reached(tmp_path) == set()


def test_what_only_a_test_uses_is_not_reached(tmp_path: Path) -> None:
    lay(tmp_path, "domain/dates.py", DATES)
    lay(tmp_path, "tests/test_x.py", "from domain.dates import lonely\n\nlonely(1)\n")
    assert reached(tmp_path) == set()
