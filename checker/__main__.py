"""Check one case without the product: status 0 it is whole, 1 something differs, 2 not all could be checked."""

import argparse
import asyncio
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from checker import fold, history, record, stamps

KEYS = Path("data/keys")


def checked(arguments: argparse.Namespace) -> tuple[list[str], str]:
    """What differs, and what could not be checked; says what was deleted."""
    with create_engine(arguments.database).connect() as connection:
        case = record.load(connection, arguments.case)
        if case is None:
            return [], f"there is no case {arguments.case}"
        if case.erased:
            print(f"deleted on {max(case.erased.values())} at the end of its term")  # noqa: T201
        found = [*record.chain(case), *record.turns(case), *record.contents(case), *fold.findings(case)]
        found += [*record.numbers(connection), *record.roots(connection)]
        found += stamps.findings(connection, arguments.timestamp_ca)
    if not arguments.temporal:
        return found, ""
    try:
        keys = [file.read_bytes() for file in arguments.key or sorted(KEYS.glob("payload*.key"))]
        asked = history.runs(arguments.temporal, arguments.namespace, keys, case.row["id"])
        runs = asyncio.run(asked)
    except (RuntimeError, ValueError, RPCError, OSError) as error:
        return found, f"the histories: {error}"
    return ([*found, *history.findings(case, runs)], "") if runs else (found, "the histories: none is kept")


def main() -> int:
    """Print a line for each finding; gives the exit status."""
    parser = argparse.ArgumentParser(prog="checker", description=__doc__)
    parser.add_argument("case", help="its number or id")
    parser.add_argument("--database", required=True, help="sqlite:///… or postgresql+psycopg://…")
    parser.add_argument("--temporal", default="", help="host:port; left out: the database alone")
    parser.add_argument("--namespace", default="jingpin")
    parser.add_argument("--key", type=Path, nargs="+", help=f"of those that sealed; else every one in {KEYS}")
    parser.add_argument("--timestamp-ca", type=Path, help="certificates, in PEM, of who signs the roots' time stamps")
    try:
        found, unchecked = checked(parser.parse_args())
    except (SQLAlchemyError, ValueError, LookupError, TypeError) as error:
        found, unchecked = [f"the record cannot be read: {type(error).__name__}: {error}"], ""
    print(*(found or ["not all of it checked" if unchecked else "whole"]), sep="\n")  # noqa: T201
    if unchecked:
        print(f"not checked: {unchecked}")  # noqa: T201
    return 1 if found else 2 * bool(unchecked)


if __name__ == "__main__":
    raise SystemExit(main())
