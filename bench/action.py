"""What one action costs, beside the least it could: `python -m bench.action`.

Real processes as in embedded mode: engine, worker, API; this one is the client. The three kinds take turns, so that
whatever else the machine does falls on all of them:

- bare: an update of a bare workflow with one local activity that writes nothing (`bench.bare`)
- case: the update of a case, without the API
- API: `POST /cases/{id}/acts`, as people's programs send it
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from http.client import HTTPConnection
from pathlib import Path

import httpx
from temporalio.client import Client, WorkflowHandle

from bench.bare import NAMESPACE, QUEUE, Bare
from deploy.embedded.child import Command, Probe
from deploy.embedded.ports import free_ports
from deploy.embedded.probes import answers_http
from deploy.embedded.supervisor import Kept, Pace
from deploy.embedded.temporal import TemporalServer
from domain.state import Actor, Message
from records.database import connect, migrate
from records.seed import ACCOUNTS, seed
from services.engine import connect as connect_engine
from services.notices import MailSink
from tests.records.builders import an_application
from workflows.certification import CertificationCase

ROOT = Path(__file__).parents[1]
PASSWORD = "a password of the bench"  # noqa: S105  # of throw-away accounts
TARGET = 2.0
"""At most this many times the bare update's median."""
WARM_UP = 15
GRACE = 10.0

Action = Callable[[], Awaitable[None]]


@asynccontextmanager
async def processes(data: Path, sql_url: str) -> AsyncIterator[tuple[str, str]]:
    """A running product beside the bare worker; gives the addresses of the engine and the API."""
    async with AsyncExitStack() as stack:
        sink = stack.enter_context(MailSink(data / "mail"))
        server = TemporalServer(data, rehearsal=False)
        await server.start()
        stack.push_async_callback(server.stop)
        (port,) = free_ports(1)
        environment = {
            **os.environ,
            "JINGPIN_DATA": str(data),
            "JINGPIN_DATABASE_URL": sql_url,
            "JINGPIN_TEMPORAL_ADDRESS": server.address,
            "JINGPIN_REHEARSAL": "0",
            "JINGPIN_SMTP_URL": f"smtp://127.0.0.1:{sink.port}",
        }
        for command in commands(data, environment, server.address, port):
            kept = Kept(command, say=print, pace=Pace())
            await kept.start()
            stack.push_async_callback(kept.stop, GRACE)
        yield server.address, f"http://127.0.0.1:{port}"


def commands(data: Path, environment: dict[str, str], engine: str, port: int) -> list[Command]:
    """The processes beside the engine."""
    signs = {name: data / f"{name}.ready" for name in ("worker", "bare")}
    programs: dict[str, tuple[tuple[str, ...], Probe]] = {
        "worker": (("worker",), exists(signs["worker"])),
        "bare": (("bench.bare", engine, str(signs["bare"])), exists(signs["bare"])),
        "api": (("api", "--port", str(port)), answers_http(f"http://127.0.0.1:{port}/health/ready")),
    }
    return [
        Command(
            name=name,
            argv=(sys.executable, "-m", *program),
            log=data / "logs" / f"{name}.log",
            ready=ready,
            env={**environment, "JINGPIN_READY_FILE": str(signs.get(name, data / "unused"))},
            cwd=ROOT,
        )
        for name, (program, ready) in programs.items()
    ]


def exists(path: Path) -> Probe:
    """A probe for a file."""

    async def probe() -> bool:
        return await asyncio.to_thread(path.exists)

    return probe


async def bare_action(engine: str) -> Action:
    """The bare update."""
    client = await Client.connect(engine, namespace=NAMESPACE)
    handle = await client.start_workflow(Bare.run, id="bare", task_queue=QUEUE)

    async def act() -> None:
        await handle.execute_update(Bare.act, 1)

    return act


async def case_action(engine: str, data: Path, case_id: str) -> Action:
    """A case's update."""
    client = await connect_engine(engine, NAMESPACE, data / "keys" / "payload.key")
    handle: WorkflowHandle[CertificationCase, str] = client.get_workflow_handle(case_id)
    body, roles, _ = ACCOUNTS["manager"]
    actor = Actor(user="manager", person="person-manager", body=body or "", roles=roles)

    async def act() -> None:
        content = f'{{"text": "{uuid.uuid4()}"}}'
        message = Message(id=uuid.uuid4().hex, kind="act", name="note.add", actor=actor, content=content)
        await handle.execute_update(CertificationCase.submit, message, id=message.id)

    return act


async def api_action(manager: httpx.AsyncClient, case_id: str, *, keys: bool) -> Action:
    """An action through the API, by the leanest client there is: it is the product that is measured."""
    address = manager.base_url
    connection = HTTPConnection(address.host, address.port, timeout=30)
    headers = {"Authorization": manager.headers["Authorization"], "Content-Type": "application/json"}

    async def act() -> None:
        key = {"Idempotency-Key": uuid.uuid4().hex} if keys else {}
        body = json.dumps({"kind": "note.add", "text": str(uuid.uuid4())})
        connection.request("POST", f"{address.path}cases/{case_id}/acts", body, headers | key)
        answer = connection.getresponse()
        json.loads(answer.read())
        if answer.status != httpx.codes.OK:
            raise RuntimeError(f"the API answered {answer.status}")

    return act


@asynccontextmanager
async def signed_in(address: str, user: str) -> AsyncIterator[httpx.AsyncClient]:
    """A person's HTTP client."""
    async with httpx.AsyncClient(base_url=f"{address}/api/v1", trust_env=False, timeout=30) as http:
        answer = await http.post("/auth/token", data={"username": user, "password": PASSWORD})
        http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
        yield http


async def a_case(applicant: httpx.AsyncClient) -> str:
    """A new case's id."""
    answer = await applicant.post("/cases", json=an_application())
    return str(answer.raise_for_status().json()["id"])


async def timed(act: Action) -> float:
    """The milliseconds of one action."""
    began = time.perf_counter()
    await act()
    return (time.perf_counter() - began) * 1000


async def measure(data: Path, sql_url: str, count: int, *, keys: bool) -> dict[str, list[float]]:
    """Milliseconds of each action, by kind."""
    async with processes(data, sql_url) as (engine, address), signed_in(address, "applicant") as applicant:
        case_id = await a_case(applicant)
        async with signed_in(address, "manager") as manager:
            actions = {
                "bare": await bare_action(engine),
                "case": await case_action(engine, data, await a_case(applicant)),
                "API": await api_action(manager, case_id, keys=keys),
            }
            took: dict[str, list[float]] = {name: [] for name in actions}
            for _ in range(WARM_UP + count):
                for name, act in actions.items():
                    took[name].append(await timed(act))
            return {name: times[WARM_UP:] for name, times in took.items()}


def report(took: dict[str, list[float]]) -> None:
    """Print medians, 95th percentiles and how they compare with the bare update."""
    bare = statistics.median(took["bare"])
    print(f"{'ms':<6}{'p50':>8}{'p95':>8}{'x bare':>8}")
    for name, times in took.items():
        p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        print(f"{name:<6}{p50:8.1f}{p95:8.1f}{p50 / bare:8.2f}")
    ratio = statistics.median(took["API"]) / bare
    print(f"target: an action at most {TARGET:.1f} x bare: {'met' if ratio <= TARGET else 'MISSED'}")
    print(f"load of the machine now: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def main() -> None:
    """Read the command line, measure, report."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--actions", type=int, default=100, help="actions of each kind")
    options.add_argument("--database-url", default="", help="the record; a SQLite file when left out")
    options.add_argument("--keys", action="store_true", help="send an Idempotency-Key with each action")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        sql_url = chosen.database_url or f"sqlite:///{folder}/jingpin.sqlite"
        migrate(sql_url)
        database = connect(sql_url)
        seed(database, PASSWORD)
        database.dispose()
        report(asyncio.run(measure(Path(folder), sql_url, chosen.actions, keys=chosen.keys)))


if __name__ == "__main__":
    main()
