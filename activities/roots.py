"""The daily root: one hash over the heads of all cases, by which anybody can hold the record to what it was."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity

from activities.beats import beating
from domain.dates import local_date
from records import roots
from records.database import begin_writing

ROOT: Final = "root"


class RootActivities:
    """Holds the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @activity.defn(name=ROOT)
    def root(self) -> str:
        """Write the root of today, in Shanghai; gives it, or nothing where it is written already."""
        with beating():
            return self.write(datetime.now(UTC))

    def write(self, now: datetime) -> str:
        """The same at an instant."""
        with Session(self._engine) as session:
            begin_writing(session)
            row = roots.write(session, local_date(now), now)
            root = row.root if row else ""
            session.commit()
        return root
