"""The daily root: one hash over the heads of all cases, by which anybody can hold the record to what it was."""

import logging
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity

from activities.beats import beating
from domain.dates import local_date
from records import roots
from records.database import begin_writing
from records.root_table import RootRow, StampRow
from services.timestamps import StampUnavailable, stamp

log = logging.getLogger(__name__)
ROOT: Final = "root"
LATEST: Final = 7
"""Roots that are stamped afterwards; what is older is covered by any later stamp, since the roots are a chain."""


class RootActivities:
    """Holds the database, and the address of an authority of time stamps or an empty one."""

    def __init__(self, engine: Engine, authority: str = "") -> None:
        self._engine = engine
        self._authority = authority

    @activity.defn(name=ROOT)
    def root(self) -> str:
        """Write the root of today, in Shanghai; gives it, or nothing where it is written already."""
        with beating():
            root = self.write(datetime.now(UTC))
            self.stamp(datetime.now(UTC))
            return root

    def write(self, now: datetime) -> str:
        """The same at an instant."""
        with Session(self._engine) as session:
            begin_writing(session)
            row = roots.write(session, local_date(now), now)
            root = row.root if row else ""
            session.commit()
        return root

    def stamp(self, now: datetime) -> int:
        """Have the latest roots stamped that are not; gives how many were. No root waits for an absent authority."""
        missing = self._without_stamp() if self._authority else []
        for number, row in enumerate(missing):
            try:
                response = stamp(self._authority, roots.form(row))
            except StampUnavailable as error:
                log.warning("the root of %s has no time stamp yet: %s", row.day, error)
                return number
            with Session(self._engine) as session:
                session.add(StampRow(day=row.day, response=response, at=now))
                session.commit()
        return len(missing)

    def _without_stamp(self) -> list[RootRow]:
        with Session(self._engine) as session:
            return [row for row, stamped in roots.page(session, None, LATEST) if stamped is None]
