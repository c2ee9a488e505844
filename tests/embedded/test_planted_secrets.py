"""Nothing that people and machines write stands in a log, in Temporal's database, in its lists or in an error.

The whole product runs as it is started by `jingpin serve`, each process with its log; fifty marks are planted.
"""

import asyncio
import json
import os
import secrets
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.embedded.ports import preferred_or_free
from tests.applications import a_site, uscc
from tests.product import PDF

pytestmark = pytest.mark.engine
ROOT = Path(__file__).parents[2]
READY_WITHIN = 90
FIFTY = 50
SAID_AGAIN = {"name of a bad file"}
"""What whoever sent it is told again: of several files, which one it was."""


@dataclass
class Marks:
    """What is planted: name of the place → a text that occurs nowhere else."""

    planted: dict[str, str] = field(default_factory=dict)

    def __call__(self, place: str) -> str:
        return self.planted.setdefault(place, f"zq{len(self.planted):02d}x{secrets.token_hex(6)}")

    def digits(self, place: str) -> str:
        return self.planted.setdefault(place, "9" + "".join(secrets.choice("0123456789") for _ in range(14)))

    def took(self, place: str, secret: str) -> str:
        """A secret that the product made."""
        return self.planted.setdefault(place, secret)

    def found_in(self, data: bytes) -> set[str]:
        """The places whose mark stands in some bytes."""
        return {place for place, mark in self.planted.items() if mark.encode() in data}


@dataclass
class Running:
    """The product under `jingpin serve`, and what was planted in it."""

    data: Path
    url: str
    environment: dict[str, str]
    process: asyncio.subprocess.Process
    marks: Marks
    refusals: list[httpx.Response] = field(default_factory=list)

    def client(self, token: str = "", **headers: str) -> httpx.AsyncClient:
        known = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=f"{self.url}/api/v1", headers=known | headers, timeout=60)

    async def sign_in(self, user: str) -> httpx.AsyncClient:
        form = {"username": user, "password": self.marks("setting: demo password")}
        async with self.client() as http:
            answer = await http.post("/auth/token", data=form)
        assert answer.status_code == 200, answer.text
        return self.client(self.marks.took(f"session of {user}", answer.json()["access_token"]))

    async def stop(self) -> None:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
            await asyncio.wait_for(self.process.wait(), 60)


def an_environment(data: Path, marks: Marks) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JINGPIN_")}
    cache = {name: value for name, value in os.environ.items() if name == "JINGPIN_CACHE"}
    return (
        inherited
        | cache
        | {
            "JINGPIN_DATA": str(data),
            "JINGPIN_DEMO_PASSWORD": marks("setting: demo password"),
            # A server that is not there: what is said of a failed delivery is searched as well.
            "JINGPIN_SMTP_URL": f"smtp://mailer:{marks('setting: mail password')}@127.0.0.1:9",
            "JINGPIN_ALLIANCE_TOKEN": marks("setting: alliance token"),
            "JINGPIN_TIMESTAMP_URL": f"http://stamps:{marks('setting: time stamp password')}@127.0.0.1:9/tsa",
            "AWS_SECRET_ACCESS_KEY": marks("setting: storage key"),
        }
    )


@pytest.fixture(scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    data, marks = tmp_path_factory.mktemp("secrets"), Marks()
    environment, port = an_environment(data, marks), preferred_or_free(8000)
    with (data / "serve.log").open("wb") as log:
        serve = (sys.executable, "-c", "import cli; cli.app()", "serve", "--rehearsal", "--port", str(port))
        process = await asyncio.create_subprocess_exec(*serve, cwd=ROOT, env=environment, stdout=log, stderr=log)
    running = Running(data, f"http://127.0.0.1:{port}", environment, process, marks)
    try:
        await ready(running)
        await live(running)
        yield running
    finally:
        await running.stop()


async def ready(running: Running) -> None:
    async with asyncio.timeout(READY_WITHIN), httpx.AsyncClient() as http:
        while True:
            assert running.process.returncode is None, (running.data / "serve.log").read_text(encoding="utf-8")
            try:
                if (await http.get(f"{running.url}/health/ready")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.3)


# What is planted --------------------------------------------------------------------------------------------


async def live(running: Running) -> None:
    """A case from its application to the plan, and whatever can go wrong on the way."""
    applicant, manager = await running.sign_in("applicant"), await running.sign_in("manager")
    case = await applied(running, applicant)
    await answered(running, case, applicant, manager)
    await beside(running, case, manager)
    await refused(running, case, applicant)
    for http in (applicant, manager):
        await http.aclose()


async def took(sending: Awaitable[httpx.Response]) -> Any:
    answer = await sending
    assert answer.is_success, answer.text
    return answer.json()


async def applied(running: Running, applicant: httpx.AsyncClient) -> dict[str, Any]:
    marks = running.marks
    upload = {"file": (f"{marks('file name')}.pdf", PDF + marks("content of a file").encode())}
    file = await took(applicant.post("/files", files=upload))
    body = {
        "body": "demo",
        "scheme": {"id": "service", "version": "1.0"},
        "special_rule": {"id": "example-heritage-hotel", "version": "1.0"},
        "organization": {
            "name": marks("organization"),
            "uscc": marks.took("credit code", uscc(700_001)),
            "legal_representative": marks("legal representative"),
            "address": marks("address"),
            "city": marks("city"),
            "headcount": 120,
            "contact": {
                "name": marks("contact"),
                "phone": marks.digits("phone"),
                "email": f"{marks('e-mail')}@example.org",
            },
        },
        "service": {"name": marks("service"), "description": marks("description"), "category": "accommodation"},
        "sites": [
            a_site("s1", marks("site"), marks("city of a site"), 120, central=True)
            | {"address": marks("address of a site")}
        ],
        "documents": [{"kind": kind, "file_id": file["id"]} for kind in "abcdegh"]
        + [{"kind": "i", "not_applicable": marks("why a document does not apply")}],
        "declarations": {"credit": True, "complaints": True},
    }
    headers = {
        "Idempotency-Key": marks("idempotency key"),
        "Accept-Language": f"en, {marks('accepted language')}",
        "User-Agent": marks("user agent"),
        "Cookie": f"session={marks('cookie')}",
        "X-Request-ID": marks("request id"),
        "Referer": f"http://127.0.0.1/?{marks('referrer')}",
    }
    return dict(await took(applicant.post("/cases", json=body, headers=headers)))


async def answered(
    running: Running, case: dict[str, Any], applicant: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    marks, file = running.marks, case["documents"][0]["file_id"]

    async def answer(http: httpx.AsyncClient, task: str, **payload: Any) -> None:
        said = {"kind": task, **payload}
        await took(http.post(f"/cases/{case['id']}/tasks/{task}-1", json=said))

    missing = {"missing": ["i"], "reason": marks("why documents are asked for")}
    await answer(manager, "application.review", outcome="supplement", **missing)
    again = [{"kind": "i", "file_id": file}]
    await answer(applicant, "application.supplement", documents=again, note=marks("note of the client"))
    said = {"kind": "application.review", "outcome": "accept", "reason": marks("why it is accepted")}
    await took(manager.post(f"/cases/{case['id']}/tasks/application.review-2", json=said))
    contract = {"signed_on": str(case["now"])[:10], "fee_total": "36000.00", "file_id": file}
    await answer(manager, "contract.sign", contract_number=marks("contract number"), **contract)
    day = "2027-03-0"
    team = [{"user": "leader", "role": "leader"}, {"user": "auditor", "role": "auditor"}]
    days = {"documents": "1", "management": "6", "characteristics": "5"}
    plan = {"basis": [marks("basis of the plan")], "team": team, "person_days": days, "reason": marks("why this plan")}
    plan |= {"objective": marks("objective"), "planned_from": f"{day}1", "planned_to": f"{day}6"}
    await answer(manager, "audit.plan", **plan)
    objection = {"outcome": "object", "members": ["auditor"], "reason": marks("why the client objects")}
    await answer(applicant, "audit.plan.confirm", **objection)


async def beside(running: Running, case: dict[str, Any], manager: httpx.AsyncClient) -> None:
    """Acts, people, and what strangers send."""
    marks = running.marks
    act = {"kind": "note.add", "text": marks("note")}
    await took(manager.post(f"/cases/{case['id']}/acts", json=act))
    replaced = {
        "kind": "team.replace",
        "from": "auditor",
        "to": "reviewer",
        "reason": marks("why somebody is replaced"),
    }
    await manager.post(f"/cases/{case['id']}/acts", json=replaced)
    declared = {"kind": "conflict.declare", "organization": uscc(700_002), "since": "2026-01-01"}
    declared |= {"relation": marks("conflict of interest")}
    await manager.post(f"/cases/{case['id']}/acts", json=declared)
    absence = {"first": "2030-01-01", "last": "2030-01-02", "reason": marks("why somebody is away")}
    await manager.post("/members/leader/absences", json=absence)
    async with await running.sign_in("admin") as admin:
        new = {"user": "newcomer", "roles": ["auditor"], "name": marks("new member")}
        asked = new | {"email": f"{marks('address of a new member')}@example.org"}
        grant = await took(admin.post("/grants", json=asked))
        await took(admin.post(f"/cases/{case['id']}/holds", json={"reason": marks("why a case is held")}))
        factor = await took(admin.post("/me/second-factor", json={}))
        marks.took("second factor", str(factor).partition("secret=")[2].partition("&")[0])
    async with await running.sign_in("decider") as decider:
        said = {"outcome": "refused", "reason": marks("why roles are refused")}
        await took(decider.post(f"/grants/{grant['id']}", json=said))
    feed = await took(manager.post("/me/calendar-token", json={}))
    async with running.client() as stranger:
        await stranger.get("/calendar.ics", params={"token": marks.took("calendar token", feed["token"])})
        about = {"case_number": case["number"], "about": marks("complaint"), "reason": marks("why somebody complains")}
        complaint = about | {"name": marks("who complains"), "contact": marks("how to reach who complains")}
        running.refusals.append(await stranger.post("/complaints", json=complaint))


async def refused(running: Running, case: dict[str, Any], applicant: httpx.AsyncClient) -> None:
    """What is wrong in every way."""
    marks, say = running.marks, running.refusals.append
    acts, json_type = f"/cases/{case['id']}/acts", {"Content-Type": "application/json"}
    note = {"kind": "note.add", "text": "x"}
    say(await applicant.post(acts, json=note | {"colour": marks("unknown field")}))
    say(await applicant.post(acts, content=f'{{"kind": "{marks("malformed body")}', headers=json_type))
    say(await applicant.post(acts, json=note | {"kind": marks("unknown kind")}))
    say(
        await applicant.post(
            "/cases", json={"body": "demo", "organization": {"name": [marks("value of a wrong type")]}}
        )
    )
    email = {"organization": {"contact": {"email": marks("not an e-mail")}}}
    say(await applicant.post("/cases", json={"body": "demo", **email}))
    say(await applicant.get("/cases", params={"due_before": marks("query string")}))
    say(await applicant.get("/cases", params={"cursor": marks("cursor")}))
    say(await applicant.get(f"/cases/{marks('path')}"))
    say(await applicant.get(f"/files/{marks('file id')}"))
    say(await applicant.post(acts, json=note, headers={"If-Match": marks("version")}))
    say(await applicant.post("/files", files={"file": (f"{marks('name of a bad file')}.exe", b"MZ")}))
    async with running.client() as stranger:
        form = {"username": marks("user name"), "password": marks("wrong password")}
        say(await stranger.post("/auth/token", data=form))
        say(
            await stranger.post(
                "/auth/token", data={"username": "manager", "password": marks("another wrong password")}
            )
        )
        opened = {"token": marks("invitation"), "password": marks("password with an invitation")}
        say(await stranger.post("/auth/invitation", json=opened))
        say(
            await stranger.post(
                "/auth/invitation", json={"token": "x", "password": [marks("password of a wrong type")]}
            )
        )
        say(await stranger.get("/calendar.ics", params={"token": marks("unknown calendar token")}))
        say(await stranger.get("/complaints/x", params={"token": marks("receipt")}))
        say(await stranger.get(f"/certificates/{marks('certificate')}"))
        say(await stranger.get("/cases", headers={"Authorization": f"Basic {marks('basic authorization')}"}))
    async with running.client(marks("bearer token")) as stranger:
        say(await stranger.get("/me"))
    async with await running.sign_in("applicant2") as other:
        change = {"old": marks("old password"), "new": marks("new password")}
        say(await other.post("/me/password", json=change))
        say(await other.post("/me/second-factor/confirmation", json={"code": marks("code")}))


# Where it is looked for -------------------------------------------------------------------------------------


def test_fifty_marks_are_planted_and_the_record_has_those_it_should(product: Running) -> None:
    assert len(product.marks.planted) >= FIFTY
    files = [*product.data.glob("jingpin.sqlite*")]
    found = product.marks.found_in(b"".join(file.read_bytes() for file in files))
    assert {"organization", "contact", "phone", "note", "objective", "complaint"} <= found


def test_no_log_of_any_process_has_one(product: Running) -> None:
    logs = {file.name for file in (product.data / "logs").iterdir()}
    assert {"api.log", "worker.log", "temporal-server.log", "web-ui.log"} <= logs
    for name in logs:
        assert product.marks.found_in((product.data / "logs" / name).read_bytes()) == set(), name
    said = product.marks.found_in((product.data / "serve.log").read_bytes())
    assert said == {"setting: demo password"}, "the password of the seeded accounts is printed to whoever starts it"


def test_no_table_of_temporal_has_one(product: Running) -> None:
    files = [file for file in (product.data / "temporal").rglob("*") if file.is_file()]
    data = b"".join(file.read_bytes() for file in files)
    with sqlite3.connect(product.data / "jingpin.sqlite") as record:
        [(case_id,)] = record.execute("SELECT id FROM cases").fetchall()
    assert case_id.encode() in data, "what is searched is not what Temporal writes"
    assert any(file.name.endswith("-wal") for file in files)
    assert product.marks.found_in(data) == set()


def test_no_refusal_says_one_again(product: Running) -> None:
    assert len(product.refusals) > 20
    for answer in product.refusals:
        # How the case stands, as its reader sees it anyway.
        problem = {name: value for name, value in answer.json().items() if name != "current"}
        said = json.dumps(problem, ensure_ascii=False).encode() + repr(answer.headers).encode()
        assert product.marks.found_in(said) <= SAID_AGAIN, (answer.request.url.path, answer.text)


async def test_the_command_that_prints_the_settings_prints_none(product: Running) -> None:
    command = (sys.executable, "-c", "import cli; cli.app()", "settings")
    address, chat = product.marks("setting: database password"), product.marks("setting: chat")
    more = {"COLUMNS": "400", "JINGPIN_CHATS": f'{{"demo": ["feishu://{chat}@{product.marks("setting: robot")}"]}}'}
    more["JINGPIN_DATABASE_URL"] = f"postgresql+psycopg://jingpin:{address}@127.0.0.1/jingpin"
    run = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=product.environment | more, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await run.communicate()
    assert b"JINGPIN_SMTP_URL" in output
    assert b"127.0.0.1/jingpin" in output
    assert product.marks.found_in(output) == set()
