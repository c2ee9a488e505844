"""Alembic's environment: runs migrations on the database it is given."""

from typing import Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

import records.tables  # noqa: F401  # fills the metadata
from records.columns import Instant
from records.database import connect


def _plain_types(kind: str, item: object, _: object) -> str | Literal[False]:
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


def _of_the_code(name: str | None, kind: str, _: object) -> bool:
    """Not the indexes of `records.search`, which PostgreSQL alone has."""
    return not (kind == "index" and (name or "").endswith("_words"))


def run() -> None:
    """Run the migrations in one transaction."""
    engine = connect(context.config.get_main_option("sqlalchemy.url") or "")
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=True,
            transaction_per_migration=True,
            render_item=_plain_types,
            include_name=_of_the_code,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
