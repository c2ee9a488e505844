"""What the tests tell of changed rules: `mutmut results --all true | python -m bench.mutants`.

Prints killed and survived mutants by module of `domain/`; fails below the target, and where more mutants of a function
survive than `docs/mutants.md` gives a reason for.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "mutants.md"
TARGET = 90
"""At least so many of a hundred mutants are killed."""
SURVIVED = {"survived", "no tests"}
KILLED = {"killed", "timeout"}
RESULT = re.compile(r"domain\.(?P<module>\w+)\.x_?(?P<name>\S+)__mutmut_\d+: (?P<outcome>[\w ]+)")
EXCUSED = re.compile(r"`(?P<function>\w+\.[\w.]+)`\s+(?P<count>\d+)")

Result = tuple[str, str, str]


def read(lines: Iterable[str]) -> list[Result]:
    """Give module, function and outcome of each mutant, from mutmut's list."""
    found = (RESULT.search(line) for line in lines)
    return [(one["module"], _function(one["name"]), one["outcome"]) for one in found if one]


def excused() -> Counter[str]:
    """Give how many survivors of each function the page gives a reason for."""
    listed: Counter[str] = Counter()
    for one in EXCUSED.finditer(PAGE.read_text(encoding="utf-8")):
        listed[one["function"]] += int(one["count"])
    return listed


def _function(mangled: str) -> str:
    """Give `Class.name` of a method, which mutmut writes `ǁClassǁname`."""
    return mangled.removeprefix("ǁ").replace("ǁ", ".")


def main() -> None:
    """Print the figures and what is not in order."""
    results = read(sys.stdin)
    killed = Counter(module for module, _, outcome in results if outcome in KILLED)
    survived = Counter(module for module, _, outcome in results if outcome in SURVIVED)
    unknown = [result for result in results if result[2] not in KILLED | SURVIVED]
    for module in sorted(killed | survived):
        print(f"{module:20} {killed[module]:5} killed {survived[module]:4} survived")
    share = 100 * killed.total() / max(killed.total() + survived.total(), 1)
    print(f"{'in all':20} {killed.total():5} killed {survived.total():4} survived: {share:.1f} % killed")
    alive = Counter(f"{module}.{name}" for module, name, outcome in results if outcome in SURVIVED)
    unexplained, needless = alive - excused(), excused() - alive
    for what, functions in (("no reason is given for", unexplained), ("a reason too many for", needless)):
        for function, count in sorted(functions.items()):
            print(f"{what} {function} {count}")
    if share < TARGET or unexplained or unknown:
        sys.exit(f"below {TARGET} %, survivors without a reason, or {len(unknown)} mutants that were not tried")


if __name__ == "__main__":
    main()
