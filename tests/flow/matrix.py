"""The matrix of every act in every status: read, and printed for people as `docs/matrix.md`."""

import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FILE = Path(__file__).with_name("matrix.yaml")
PAGE = Path(__file__).parents[2] / "docs" / "matrix.md"
CLOSED = ("rejected", "application_withdrawn", "refused", "terminated", "withdrawn", "cancelled", "expired")
"""The situations that `closed` stands for, where a row says nothing of one by its name."""
HEAD = """# Every act in every status

What each act leads to, in each status a case can have: what it asks for, or how it is refused, with the clause. Each
cell is a test (`tests/flow/test_matrix.py`); this page is printed from `tests/flow/matrix.yaml` by `just matrix`.
"""


class Act(NamedTuple):
    """A row: who acts, what they send, and what it leads to in each situation."""

    kind: str
    by: str
    sends: dict[str, Any]
    cells: dict[str, str]


def read() -> tuple[dict[str, dict[str, str]], list[Act]]:
    """The situations with their titles, and the rows."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    situations: dict[str, dict[str, str]] = data["situations"]
    acts = []
    for kind, row in data["acts"].items():
        cells = {name: row[name] for name in situations if name in row}
        closed = {name: row["closed"] for name in CLOSED if "closed" in row and name not in row}
        acts.append(Act(kind, row["by"], row["sends"], cells | closed))
    return situations, acts


def page() -> str:
    """The matrix as a Markdown page: a list of the situations, and a table for each half of them."""
    situations, acts = read()
    lines = [HEAD, *(f"- **{name}**: {text['zh']}, {text['en']}" for name, text in situations.items())]
    for names in ([one for one in situations if one not in CLOSED], list(CLOSED)):
        lines += ["", "| act | by | " + " | ".join(names) + " |", "|" + "---|" * (len(names) + 2)]
        lines += [
            f"| `{act.kind}` | {act.by} | " + " | ".join(_shown(act.cells.get(name, "")) for name in names) + " |"
            for act in acts
        ]
    return "\n".join(lines) + "\n"


def _shown(cell: str) -> str:
    return cell.replace("refused ", "✗ ").replace("asks ", "→ ").replace("recorded", "✓").replace("status ", "= ")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
