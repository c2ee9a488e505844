"""How the story is told: one line for each step, and at the end what came of it."""

import re
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

Json = dict[str, Any]

ACTOR, STEP, CLAUSE = 8, 46, 12
"""Columns of a line, in cells; a Chinese character takes two."""

DEADLINES: Final = {
    "reaudit": "再次审查",
    "surveillance": "监督审查",
    "contract.sign": "合同最迟",
    "audit.credit": "信用查询有效",
    "certificate.issue": "颁发证书",
    "certificate.expiry": "证书到期",
    "recertification.apply": "申请再认证",
    "recertification.on_site": "再认证现场",
}
"""Due dates that no task carries the name of."""

VERDICTS: Final = {"pass": "通过 PASS", "fail": "不通过 FAIL"}


class Step(NamedTuple):
    """One line: the case's own date, who did what under which clause, and what it led to."""

    day: date
    actor: str
    zh: str
    en: str
    clause: str
    result: str


class Teller:
    """Prints the story."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def opens(self, seed: int, address: str) -> None:
        """Say what is about to run, with what seed, where."""
        self._console.print(
            f"山西精品认证演练 · one certification case, from application to renewal   seed {seed}   {address}",
            style="bold",
            highlight=False,
            soft_wrap=True,
        )

    def chapter(self, zh: str, en: str) -> None:
        """Begin a part of the story."""
        self._console.print(f"\n{zh} {en}", style="bold cyan", highlight=False)

    def step(self, step: Step) -> None:
        """Print a step as one line."""
        line = Text()
        line.append(f"{step.day}  ", style="cyan")
        line.append(_column(step.actor, ACTOR), style="magenta")
        line.append(_column(f"{step.zh} {step.en}", STEP))
        line.append(_column(step.clause, CLAUSE), style="dim")
        line.append(step.result, style=_colour(step.result))
        self._console.print(line, soft_wrap=True, highlight=False)

    def ends(self, facts: dict[str, str]) -> None:
        """Print what came of it, a line for each fact."""
        table = Table.grid(padding=(0, 2))
        for name, value in facts.items():
            table.add_row(Text(name, style="bold"), Text(value, overflow="fold"))
        self._console.print("\n", table, sep="", highlight=False)


def due_dates(deadlines: list[Json], titles: dict[str, str]) -> str:
    """New due dates, each with the day and the rule it was counted from."""
    return "；".join(_due(one, titles) for one in sorted(deadlines, key=lambda one: one["due_on"]))


def verdict(results: Json) -> str:
    """What the scores come to, against what a pass needs, and what failed."""
    read = results["readings"][results["reading_used"]]
    special = results["characteristic"]
    scores = {
        **{name: f"{name.upper()} {points(read['q'][name])}" for name in ("q1", "q2", "q3", "q4")},
        "total": f"ΣQ {points(read['total'])}",
        "characteristic": f"特性 characteristics {points(special['score'])}/{special['threshold']}",
        "credit": "信用 credit",
    }
    failed = results["failed_conditions"]
    parts = [f"{score}{' ✗' if name in failed else ' ✓'}" for name, score in scores.items()]
    sensitive = "、".join(results["sensitive"])
    said = VERDICTS[results["verdict"]]
    return f"{'  '.join(parts)} → {said}" + (f"，取决于读法 depends on {sensitive}" if sensitive else "")


def points(text: str) -> str:
    """Points to read: as they are, or to two places (cut off, marked ≈) where the exact value is longer."""
    numerator, _, denominator = text.partition("/")
    exact = Decimal(numerator) / Decimal(denominator or 1)
    short = exact.quantize(Decimal("0.01"), rounding=ROUND_FLOOR)
    return f"{exact.normalize():f}" if short == exact and not denominator else f"≈{short}"


def _due(deadline: Json, titles: dict[str, str]) -> str:
    proof = deadline["proof"]
    name = titles.get(deadline["id"]) or DEADLINES.get(deadline["kind"], deadline["kind"])
    estimate = "（暂估 provisional）" if deadline["provisional"] else ""
    rule = re.sub(r" from \w+ [-0-9]+: [-0-9]+", "", proof["rule"])
    return f"{name} ≤ {deadline['due_on']} = {proof['anchor']['on']}, {rule}{estimate}"


def _column(text: str, cells: int) -> str:
    """The text in so many cells, or whole where it is longer, and a space."""
    return (text if cell_len(text) > cells else set_cell_size(text, cells)) + " "


def _colour(result: str) -> str:
    if "✗" in result or "FAIL" in result or "退回" in result:
        return "red"
    return "green" if "PASS" in result or "证书 certificate" in result else ""
