"""The whole product on one machine: which processes it has, what each is told, and what people are told of them."""

import asyncio
import os
import secrets
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.embedded.child import Command, Probe
from deploy.embedded.ports import preferred_or_free
from deploy.embedded.probes import answers_http
from deploy.embedded.supervisor import run
from deploy.embedded.temporal import TemporalServer
from deploy.embedded.webui import WebUI
from records.database import connect, migrate
from records.seed import ACCOUNTS, seed
from services.key_ring import KeyRing
from services.keys import kept
from services.notices import MailSink
from settings import Settings

ROOT = Path(__file__).parents[2]


async def serve(settings: Settings, port: int, console: Console) -> None:
    """Run everything until a signal comes, then stop all of it.

    Raises:
        ValueError: these settings are for production.
        EngineUnavailable: Temporal's server cannot be had; the message says why and what to do.
        Exposed: a key that everybody on this machine may read.
        StartFailedError: a process did not become ready; the message holds the end of its log.
    """
    if not settings.embedded and not settings.trial:
        raise ValueError("this runs everything on one machine; in production each process is started by itself")
    data = settings.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    KeyRing(settings.payload_key_file)
    with ExitStack() as stack:
        sink = stack.enter_context(MailSink(data / "mail"))
        environment = {
            "JINGPIN_DATA": str(data),
            "JINGPIN_REHEARSAL": str(int(settings.rehearsal)),
            "JINGPIN_SMTP_URL": os.environ.get("JINGPIN_SMTP_URL", f"smtp://127.0.0.1:{sink.port}"),
        }
        if settings.payload_keys:
            environment["JINGPIN_PAYLOAD_KEYS"] = str(settings.payload_keys.resolve())
        if settings.packs:
            environment["JINGPIN_PACKS"] = str(settings.packs.resolve())
        commands = await _engine(settings, environment, stack)
        web = preferred_or_free(port)
        environment["JINGPIN_PUBLIC_URL"] = os.environ.get("JINGPIN_PUBLIC_URL", f"http://127.0.0.1:{web}")
        password = _prepare_record(settings)
        commands += [_worker(data, environment), _api(data, environment, web)]
        said = _announcement(console, environment, password, data)
        await run(commands, say=console.print, on_ready=said)


async def _engine(settings: Settings, environment: dict[str, str], stack: ExitStack) -> list[Command]:
    """Temporal and its Web UI, unless a server is given."""
    environment["JINGPIN_TEMPORAL_ADDRESS"] = settings.temporal_address
    environment["JINGPIN_TEMPORAL_UI_URL"] = settings.temporal_ui_url
    if settings.temporal_address:
        return []
    server = TemporalServer(settings.data, rehearsal=settings.rehearsal, namespace=settings.temporal_namespace)
    commands = [await server.prepare()]
    stack.callback(server.release)
    web_ui = WebUI(settings.data, server.address, namespace=settings.temporal_namespace)
    commands.append(await web_ui.prepare())
    environment["JINGPIN_TEMPORAL_ADDRESS"] = server.address
    environment["JINGPIN_TEMPORAL_UI_URL"] = web_ui.url
    return commands


def _prepare_record(settings: Settings) -> str:
    """Bring the database to its schema and seed embedded accounts; gives their password."""
    migrate(settings.sql_url)
    if not settings.embedded:
        return ""
    password = settings.demo_password.get_secret_value() if settings.demo_password else _kept_password(settings.data)
    database = connect(settings.sql_url)
    seed(database, password)
    database.dispose()
    return password


def _kept_password(data: Path) -> str:
    """The random password of the seeded accounts: made at the first start, the same ever after."""
    return kept(data / "keys" / "demo-password", lambda: secrets.token_urlsafe(12).encode()).decode()


def _worker(data: Path, environment: dict[str, str]) -> Command:
    sign = data / "worker.ready"
    sign.unlink(missing_ok=True)
    return Command(
        name="worker",
        argv=(sys.executable, "-m", "worker"),
        log=data / "logs" / "worker.log",
        ready=_exists(sign),
        env={**os.environ, **environment, "JINGPIN_READY_FILE": str(sign)},
        cwd=ROOT,
    )


def _api(data: Path, environment: dict[str, str], port: int) -> Command:
    return Command(
        name="API",
        argv=(sys.executable, "-m", "api", "--host", "127.0.0.1", "--port", str(port)),
        log=data / "logs" / "api.log",
        ready=answers_http(f"http://127.0.0.1:{port}/health/ready"),
        env={**os.environ, **environment},
        cwd=ROOT,
    )


def _exists(path: Path) -> Probe:
    async def probe() -> bool:
        return await asyncio.to_thread(path.exists)

    return probe


def _announcement(console: Console, environment: dict[str, str], password: str, data: Path) -> Callable[[], None]:
    def announce() -> None:
        places = Table.grid(padding=(0, 2))
        places.add_row("API", f"{environment['JINGPIN_PUBLIC_URL']}/api/v1")
        if environment["JINGPIN_TEMPORAL_UI_URL"]:
            places.add_row("Case histories", environment["JINGPIN_TEMPORAL_UI_URL"])
        places.add_row("Mail, files, logs", str(data))
        rehearsal = environment["JINGPIN_REHEARSAL"] == "1"
        places.add_row("Mode", "演练 REHEARSAL: clocks can be advanced" if rehearsal else "live")
        console.print(places, *_people(password), "Ready. Ctrl-C stops everything.", sep="\n")

    return announce


def _people(password: str) -> list[Table]:
    if not password:
        return []
    people = Table("account", "body", "roles", title=f"Seeded accounts, password: {password}")
    for user, (body, roles, _) in ACCOUNTS.items():
        people.add_row(user, body or "–", ", ".join(roles))
    return [people]
