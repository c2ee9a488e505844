"""Auditing cases one after the other, each against its record and against what the engine tells of it."""

from collections.abc import AsyncIterator
from typing import NamedTuple

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from temporalio.client import Client

from activities import histories
from activities.audit import Auditor, guarded
from activities.histories import EngineAway, Told
from records import audit, roots
from records.database import begin_reading
from records.tables import CaseRow


class Audited(NamedTuple):
    """What was found in one case."""

    case: str
    findings: list[str]
    unchecked: str
    """What could not be checked, and why; empty where everything was."""
    size: str

    def lines(self) -> list[str]:
        """One for each finding, else that it is whole, and what was not checked."""
        found = self.findings or [f"whole ({self.size})"]
        return [*found, f"not checked: {self.unchecked}"] if self.unchecked else found

    @property
    def status(self) -> int:
        """1: something differs; 2: not all could be checked; 0: whole."""
        return 1 if self.findings else 2 * bool(self.unchecked)


class Audits:
    """Holds the database, what audits one record, and the engine's client, or why there is none."""

    def __init__(self, engine: Engine, auditor: Auditor, client: Client | str) -> None:
        self._engine = engine
        self._auditor = auditor
        self._client = client

    def ids(self, case: str) -> list[str]:
        """The case of a number or an id, every case for an empty one; none when it is unknown."""
        with Session(self._engine) as session:
            if not case:
                return list(session.exec(select(CaseRow.id).order_by(col(CaseRow.number))))
            found = audit.id_of(session, case)
            return [found] if found else []

    async def of(self, ids: list[str]) -> AsyncIterator[Audited]:
        """Audit cases in turn."""
        with Session(self._engine) as session:
            begin_reading(session)
            owners = audit.numbers(session)
            if found := [*guarded("the roots", roots.root_findings(session))]:
                yield Audited("roots", found, "", "")
        for case_id in ids:
            # The engine first: what it tells is in the record by then.
            known = await self._told(case_id)
            with Session(self._engine) as session:
                begin_reading(session)
                yield self._audited(session, case_id, known, owners)

    async def _told(self, case_id: str) -> Told | str:
        if isinstance(self._client, str):
            return self._client
        try:
            return await histories.told(self._client, case_id)
        except EngineAway as error:
            return f"the engine does not answer: {error}"
        except Exception as error:  # noqa: BLE001  # a foreign payload fails in many ways
            return f"the histories cannot be read: {type(error).__name__}: {error}"

    def _audited(self, session: Session, case_id: str, known: Told | str, owners: audit.Owners) -> Audited:
        try:
            record = audit.read(session, case_id)
        except ValueError as error:
            return Audited(case_id, [f"the events cannot be read: {error}"], "everything else", "")
        findings = self._auditor.findings(session, record, owners)
        size = f"{len(record.turns)} turns, {len(record.events)} events"
        size += f", deleted on {record.erased} at the end of its term" if record.erased else ""
        if isinstance(known, str):
            return Audited(record.row.number, findings, f"the engine's histories ({known})", size)
        findings += guarded("what the engine tells", histories.findings(record, known))
        told = sum(len(run.outcomes) for run in known.runs)
        unchecked = f"the workflow's state ({known.silent})" if known.silent else ""
        return Audited(record.row.number, findings, unchecked, f"{size}, {told} turns told by the engine")
