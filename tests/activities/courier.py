"""The delivery activity with a record, a mail box and a store of its own, the far side, and a worker that dies."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Connection, Engine, event
from sqlmodel import Session, SQLModel, select

from activities.deliveries import DeliveryActivities, Outside
from activities.interface import Delivered, Delivery
from domain.model import Text
from domain.state import CaseState, Effect
from records.issued import DocumentRow
from services.notices import MailSettings, MailSink, Notices
from services.schemes import Library
from services.storage import Storage
from tests.states import Kept

ROOT = Path(__file__).parents[2]
NUMBER = "SXJP-2026-00001"
CERTIFICATE = Effect(id="9.1", kind="certificate", about=NUMBER)
NOTICE = Effect(
    id="9.4",
    kind="notice",
    to="applicant",
    subject=Text(zh="认证通过", en="Certified"),
    body=Text(zh="证书已颁发。", en="The certificate is issued."),
)
LIBRARY = Library.load()


class Killed(Exception):  # noqa: N818  # what happens to a worker
    """The worker died here."""


@dataclass
class Courier:
    """The activity on a record, a mail box and a store of its own."""

    folder: Path
    engine: Engine
    sink: MailSink
    outside: Outside = field(default_factory=lambda: Outside(public_url="https://jingpin.example.cn"))

    @property
    def storage(self) -> Storage:
        return Storage.open((self.folder / "files").as_uri())

    def deliver(self, *effects: Effect, case: str = "case-1", **parts: Any) -> Delivered:
        given: dict[str, Any] = {"notices": self.notices(), "storage": self.storage} | parts
        activities = DeliveryActivities(self.engine, library=LIBRARY, outside=self.outside, **given)
        return activities.deliver(Delivery(case_id=case, effects=list(effects)))

    def notices(self) -> Notices:
        return Notices(MailSettings(host=self.sink.host, port=self.sink.port))

    def letters(self) -> list[Path]:
        return sorted(self.sink.folder.iterdir())

    def rows(self, table: type[SQLModel]) -> list[Any]:
        with Session(self.engine) as session:
            return list(session.exec(select(table)).all())

    def keep(self, kept: Kept) -> CaseState:
        with Session(self.engine, expire_on_commit=False) as session:
            return kept.write(session)

    def pdf(self, effect: Effect) -> bytes:
        [row] = [row for row in self.rows(DocumentRow) if row.effect_id == effect.id]
        return self.storage.get(row.sha256)


@contextmanager
def alliance(*plan: str) -> Iterator[str]:
    """The far side, as a process of its own; gives its address."""
    command = [sys.executable, "-m", "tests.doubles.alliance_server", "--plan", ",".join(plan)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def received(url: str) -> list[dict[str, Any]]:
    return list(httpx.get(f"{url}/received").json())


@contextmanager
def dying(engine: Engine, when: str) -> Iterator[None]:
    """The worker dies as it writes to a table, or as it commits."""

    def at_statement(_: Connection, __: object, statement: str, *___: object) -> None:
        if statement.startswith(f"INSERT INTO {when}"):
            raise Killed

    def at_commit(connection: Connection) -> None:
        connection.invalidate()
        raise Killed

    name, listener = ("commit", at_commit) if when == "commit" else ("before_cursor_execute", at_statement)
    event.listen(engine, name, listener)
    try:
        yield
    finally:
        event.remove(engine, name, listener)
