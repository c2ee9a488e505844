"""One rehearsed case at the hands of its people: they answer, days pass, and each step is told."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import rfc8785

from demo.days import working_day
from demo.material import Material
from demo.people import DemoStoppedError, Person
from demo.told import Step, Teller, due_dates
from domain.dates import local_date

Json = dict[str, Any]
Result = str | Callable[[], str]

TIMERS: Final = "系统"
NO_REHEARSAL: Final = (
    "The server is not in rehearsal: its cases run on the real clock, and three years cannot be shown.\n"
    "The application just handed in was withdrawn. Start it as: ./start --rehearsal"
)


class Case:
    """The case as its manager sees it, after every step."""

    def __init__(self, people: dict[str, Person], material: Material, teller: Teller, out: Path) -> None:
        self.people = people
        self.files: list[Path] = []
        self.seen: Json = {}
        self._material = material
        self._teller = teller
        self._out = out

    # Looking

    @property
    def id(self) -> str:
        """The case's id."""
        return str(self.seen["id"])

    @property
    def today(self) -> date:
        """The date of the case's own clock, in Shanghai."""
        return local_date(datetime.fromisoformat(self.seen["now"]))

    @property
    def audit(self) -> Json:
        """The audit that was planned or held last."""
        return next(audit for audit in reversed(self.seen["audits"]) if audit["plan"])

    def due(self, kind: str) -> date:
        """The running due date of a kind."""
        running = [one for one in self.seen["deadlines"] if (one["kind"], one["state"]) == (kind, "running")]
        return date.fromisoformat(running[0]["due_on"])

    def open(self, kind: str) -> bool:
        """Whether a task of this kind is open."""
        return any(task["kind"] == kind for task in self.seen["tasks"])

    async def look(self) -> None:
        """See the case as it stands."""
        self.seen = await self.people["manager"].get(f"/cases/{self.id}")

    # Doing

    async def begins(self, application: Json) -> None:
        """The application makes the case.

        Raises:
            DemoStoppedError: it was refused, or the server is not in rehearsal.
        """
        applicant = self.people["applicant"]
        self.seen = await applicant.post("/cases", {"body": "demo", **application})
        if not self.seen["rehearsal"]:
            withdrawal = {"kind": "case.withdraw", "reason": "演练误入正式环境，撤回"}
            await applicant.post(f"/cases/{self.id}/acts", withdrawal)
            raise DemoStoppedError(NO_REHEARSAL)
        await self.look()
        kinds = "".join(document["kind"] for document in self.seen["documents"])
        result = f"{self.seen['number']}，资料 documents {kinds}{self._new_dues(set())}"
        self.tell(applicant.name, ("提出认证申请", "Apply"), "R:7/7.2.1", result, self.today)

    async def does(self, user: str, kind: str, payload: Json, result: Result = "") -> None:
        """Somebody answers the open task of a kind; the line names the clause, the result and new due dates.

        Raises:
            DemoStoppedError: nobody is asked for it, or the answer is refused.
        """
        task = next((task for task in self.seen["tasks"] if task["kind"] == kind), None)
        if task is None:
            asked = ", ".join(task["kind"] for task in self.seen["tasks"])
            raise DemoStoppedError(f"{kind} is not asked for; the case asks for: {asked or 'nothing'}")
        day, before = self.today, {one["id"] for one in self.seen["deadlines"]}
        await self.people[user].answer(self.id, task, payload)
        await self.look()
        said = result if isinstance(result, str) else result()
        title = (task["title"]["zh"], task["title"]["en"])
        self.tell(self.people[user].name, title, task["clause"], said + self._new_dues(before), day)

    async def hands_in(self, user: str, paper: str) -> str:
        """Somebody makes a paper and uploads it; it is kept with the files of the demonstration."""
        name, data = self._material.paper(paper)
        self.keep(f"papers/{name}", data)
        return await self.people[user].upload(name, data)

    def keep(self, name: str, data: bytes) -> None:
        """Write a file of the demonstration."""
        path = self._out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        if path not in self.files:
            self.files.append(path)

    def tell(self, actor: str, title: tuple[str, str], clause: str, result: str, day: date | None = None) -> None:
        """Print a step, of today unless a day is given."""
        self._teller.step(Step(day or self.today, actor, *title, clause, result))

    def _new_dues(self, before: set[str]) -> str:
        titles = {task["id"]: task["title"]["zh"] for task in self.seen["tasks"] if task["due_on"]}
        new = [one for one in self.seen["deadlines"] if one["state"] == "running" and one["id"] not in before]
        return f" ⏰ {due_dates(new, titles)}" if new else ""

    # Time

    async def later(self, days: int) -> None:
        """Some days pass, to nine in the morning of a working day."""
        await self.until(working_day(self.today + timedelta(days=days)))

    async def until(self, day: date) -> None:
        """The case's clock goes on to nine in the morning of a day; what is due on the way happens."""
        body = {"until": str(day)}
        await self.people["manager"].post(f"/rehearsal/cases/{self.id}/advance", body)
        await self.look()


def chain_is_whole(events: list[Json]) -> bool:
    """Whether each event of a record has the hash it says, and names the one before it."""
    head = "0" * 64
    for event in events:
        plain = {name: value for name, value in event.items() if name != "hash"}
        if event["previous_hash"] != head or hashlib.sha256(rfc8785.dumps(plain)).hexdigest() != event["hash"]:
            return False
        head = event["hash"]
    return True
