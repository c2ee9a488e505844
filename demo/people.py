"""People signed in at the API: every POST with an idempotency key, what is accepted is waited for."""

import asyncio
import itertools
import time
import uuid
from http import HTTPStatus
from typing import Any, Final

import httpx

Json = dict[str, Any]

API: Final = "/api/v1"
STEP_UP: Final = ("decision.make", "approval.give")
"""What asks for a password that was given a moment ago."""
USERS: Final = ("applicant", "manager", "leader", "visitor", "reviewer", "decider")
PATIENCE: Final = 60.0
"""Seconds for which something that is not ready is asked again."""
PAUSE: Final = 0.2
HOW_TO_START: Final = "In another terminal: ./start --rehearsal"


class DemoStoppedError(Exception):
    """The demonstration cannot go on; the message says why and what to do."""


class Person:
    """Somebody with an account."""

    def __init__(self, http: httpx.AsyncClient, user: str, password: str) -> None:
        self.user = user
        self.name = user
        self._http = http
        self._password = password
        self._headers: dict[str, str] = {}
        self._keys = (f"demo-{uuid.uuid4().hex}-{number}" for number in itertools.count(1))

    async def sign_in(self) -> None:
        """Give the password, for a token that is good for step-up as well; raises DemoStoppedError."""
        form = {"username": self.user, "password": self._password}
        answer = await self._http.post(f"{API}/auth/token", data=form)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            raise DemoStoppedError(
                f"{self.user} could not sign in: the password is not that of the seeded accounts.\n"
                "./start prints it; give it with --password, or name the server's data folder in JINGPIN_DATA."
            )
        self._headers = {"Authorization": f"Bearer {_accepted(answer, 'sign in')['access_token']}"}
        self.name = (await self.get("/me"))["name"]

    async def get(self, path: str, **query: str | int) -> Json:
        """What is at a path; raises DemoStoppedError."""
        return _accepted(await self._asked(path, **query), path)

    async def download(self, path: str) -> bytes:
        """A file's bytes; raises DemoStoppedError."""
        answer = await self._asked(path)
        if not answer.is_success:
            raise _refused(answer, path)
        return answer.content

    async def events(self, case_id: str) -> list[Json]:
        """A case's whole record, oldest first."""
        found: list[Json] = []
        cursor = ""
        while cursor is not None:
            page = await self.get(f"/cases/{case_id}/events", limit=100, cursor=cursor)
            found += page["items"]
            cursor = page["next_cursor"]
        return found

    async def post(self, path: str, body: Json) -> Json:
        """Send something once, however often the network or the product asks to try again; raises DemoStoppedError."""
        return await self._sent(path, json=body)

    async def upload(self, name: str, data: bytes) -> str:
        """Hand in a file; gives its id."""
        return str((await self._sent("/files", files={"file": (name, data)}))["id"])

    async def answer(self, case_id: str, task: Json, payload: Json) -> Json:
        """Answer a task; gives the snapshot, as this person sees it."""
        if task["kind"] in STEP_UP:
            await self.sign_in()
        return await self.post(f"/cases/{case_id}/tasks/{task['id']}", {"kind": task["kind"], **payload})

    async def _asked(self, path: str, **query: str | int) -> httpx.Response:
        end = time.monotonic() + PATIENCE
        while True:
            answer = await self._http.get(f"{API}{path}", params=query, headers=self._headers)
            if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > end:
                return answer
            await asyncio.sleep(PAUSE)

    async def _sent(self, path: str, **content: Any) -> Json:  # noqa: ANN401  # as httpx takes it
        headers = {**self._headers, "Idempotency-Key": next(self._keys)}
        end = time.monotonic() + PATIENCE
        while True:
            answer = await self._once(path, headers, content)
            if answer is not None and not (_not_yet(answer) and time.monotonic() < end):
                break
            if time.monotonic() > end:
                raise DemoStoppedError(f"{path}: the server does not answer any more.")
            await asyncio.sleep(PAUSE)
        if answer.status_code == HTTPStatus.ACCEPTED:
            return await self._outcome(answer.headers["Location"], end)
        return _accepted(answer, path)

    async def _once(self, path: str, headers: dict[str, str], content: Json) -> httpx.Response | None:
        """One attempt; None where the connection broke, so that nobody knows whether it arrived."""
        try:
            return await self._http.post(f"{API}{path}", headers=headers, **content)
        except httpx.TransportError:
            return None

    async def _outcome(self, location: str, end: float) -> Json:
        """What became of an act that was accepted with 202."""
        path = location.removeprefix(API)
        while time.monotonic() < end:
            found = await self.get(path)
            if found["state"] == "done":
                return dict(found["result"])
            if found["state"] == "failed":
                raise DemoStoppedError(f"{path}: {found['problem']}")
            await asyncio.sleep(PAUSE)
        raise DemoStoppedError(f"{path}: still running after {PATIENCE:.0f} seconds.")


async def gathered(http: httpx.AsyncClient, password: str) -> dict[str, Person]:
    """Everybody of the story, signed in.

    Raises:
        DemoStoppedError: the server cannot be reached, is not ready, or does not know them.
    """
    try:
        health = await http.get("/health/ready")
    except httpx.TransportError as error:
        raise DemoStoppedError(f"Nothing answers at {http.base_url} ({error}).\n{HOW_TO_START}") from error
    if not health.is_success:
        raise DemoStoppedError(f"The server at {http.base_url} is not ready: {health.text[:300]}\n{HOW_TO_START}")
    people = {user: Person(http, user, password) for user in USERS}
    for person in people.values():
        await person.sign_in()
    return people


def _not_yet(answer: httpx.Response) -> bool:
    """Whether the same request may be sent again: the product is away, or still at it."""
    if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        return True
    return answer.status_code == HTTPStatus.CONFLICT and answer.json().get("code") == "idempotency_in_flight"


def _accepted(answer: httpx.Response, what: str) -> Json:
    """The answer's content; a refusal stops the story."""
    if not answer.is_success:
        raise _refused(answer, what)
    return dict(answer.json())


def _refused(answer: httpx.Response, what: str) -> DemoStoppedError:
    """A refusal with its code, clause and faults."""
    try:
        problem = answer.json()
    except ValueError:
        return DemoStoppedError(f"{what}: {answer.status_code} {answer.text[:300]}")
    clause = f", {problem['clause']}" if "clause" in problem else ""
    faults = "".join(f"\n  {one['pointer']}: {one['detail']}" for one in problem.get("errors", []))
    code, detail = problem.get("code", answer.status_code), problem.get("detail", "")
    return DemoStoppedError(f"{what} was refused ({code}{clause}): {detail}{faults}")
