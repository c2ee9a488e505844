"""Finding rows by a part of their words, taken literally, capitals or not."""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col

PAIR = 2


def holds(session: Session, text: str, columns: tuple[Any, ...], indexed: tuple[Any, ...] = ()) -> ColumnElement[bool]:
    """Whether one of the columns holds a text.

    PostgreSQL looks up its pairs of characters, which are the words of Chinese, in an index of those of `indexed`, all
    of `columns` among them; SQLite, for one machine, looks through the rows.
    """
    found = or_(*(col(column).icontains(text, autoescape=True) for column in columns))
    if len(text) < PAIR or session.get_bind().dialect.name == "sqlite":
        return found
    return and_(func.pairs(*(indexed or columns)).op("@>", is_comparison=True)(func.pairs(text)), found)
