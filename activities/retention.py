"""The end of records: what is past its term is deleted, a case at a time, and leaves its digest."""

import logging
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from temporalio import activity

from activities.beats import beating
from records import retention
from records.database import begin_writing, take_time
from services.storage import Storage

log = logging.getLogger(__name__)
RETENTION: Final = "retention"


class RetentionActivities:
    """Holds the database and the file store."""

    def __init__(self, engine: Engine, storage: Storage) -> None:
        self._engine = engine
        self._storage = storage

    @activity.defn(name=RETENTION)
    def retention(self) -> str:
        """Delete what is past its term today; gives how many cases that were. A repetition does the rest."""
        with beating():
            return str(self.erase(datetime.now(UTC)))

    def erase(self, now: datetime) -> int:
        """The same at an instant. Bytes go after the record has let them go: a crash in between loses nothing."""
        with Session(self._engine) as session:
            take_time(session)
            due = retention.due_cases(session, now)
        done, failed = 0, []
        for case_id in due:
            try:
                done += self._erase_case(case_id, now)
            except (SQLAlchemyError, ValueError):
                log.exception("a case could not be deleted", extra={"case": case_id})
                failed.append(case_id)
        with Session(self._engine) as session:
            begin_writing(session)
            take_time(session)
            retention.erase_unused_files(session, now)
            retention.drop_lists(session, now)
            session.commit()
        while self._see_to_bytes():
            pass
        if failed:
            raise RuntimeError(f"{len(failed)} cases could not be deleted")
        return done

    def _erase_case(self, case_id: str, now: datetime) -> bool:
        with Session(self._engine) as session:
            begin_writing(session)
            take_time(session)
            done = retention.erase_case(session, case_id, now)
            session.commit()
        return done

    def _see_to_bytes(self) -> bool:
        """Delete the bytes of a batch; nobody else may need them. No where there was nothing to do."""
        with Session(self._engine) as session:
            begin_writing(session)
            retention.keep_names(session)
            rows = retention.waiting(session)
            for row in rows:
                if not retention.is_named(session, row.digest):
                    self._storage.delete(row.digest)
                row.done = True
            session.commit()
        return bool(rows)
