"""Rows that are written once, whichever attempt comes first."""

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel


def has(engine: Engine, table: type[SQLModel], key: object) -> bool:
    """Whether a row is on record."""
    with Session(engine) as session:
        return session.get(table, key) is not None


def keep(engine: Engine, row: SQLModel, key: object) -> None:
    """Write a row; an attempt that was given up as dead may not be, and may have written it."""
    with Session(engine) as session:
        session.add(row)
        try:
            session.commit()
        except IntegrityError:
            session.rollback()
            if session.get(type(row), key) is None:
                raise
