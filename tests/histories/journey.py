"""One case on the running product: people act by name through the API, days pass on the case's own clock."""

import asyncio
import uuid
from datetime import date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

import httpx
import pytest
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowHistory,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from domain.state import Actor, Message
from services.engine import connect
from tests.applications import an_application
from tests.domain.sheets import a_checklist, raw_sheet
from tests.lives import CONTENTS, MAINTAINED, PLAN, RENEWAL
from tests.product import PASSWORD, Person, Product

YEARLY_DAYS = {"documents": "1", "management": "3", "characteristics": "2"}
"""Person-days of a surveillance and of a renewal, at least the table's for 120 people."""


class Journey:
    """A case, whoever acts in it, and the ways to the stages where a path begins to be of its own."""

    def __init__(self, product: Product, pause: float = 0) -> None:
        """Act at once, or with a pause of seconds after each act, in which the case may hand on to its next run."""
        self.product = product
        self.pause = pause
        self.case: dict[str, Any] = {}

    @property
    def id(self) -> str:
        return str(self.case["id"])

    @property
    def today(self) -> date:
        """The day on the case's own clock."""
        return datetime.fromisoformat(self.case["now"]).astimezone(ZoneInfo("Asia/Shanghai")).date()

    def due(self, kind: str) -> date:
        """The running due date of a kind."""
        running = [one for one in self.case["deadlines"] if (one["kind"], one["state"]) == (kind, "running")]
        return date.fromisoformat(running[-1]["due_on"])

    @property
    def expiry(self) -> date:
        return date.fromisoformat(self.case["certificates"][0]["valid_until"])

    @property
    def findings(self) -> list[str]:
        """What is to be rectified in the audit under way."""
        return [one["id"] for one in self.case["audits"][-1]["findings"] if one["rectify"]]

    # Acting

    async def answer(self, user: str, kind: str, **payload: Any) -> Self:
        self.took(await self.sent(user, kind, **payload))
        await asyncio.sleep(self.pause)
        return self

    async def sent(self, user: str, kind: str, key: str | None = None, **payload: Any) -> httpx.Response:
        """Answer the open task of a kind, whatever comes of it."""
        person = await self.product.sign_in(user)
        task = next(one for one in (await person.case(self.id))["tasks"] if one["kind"] == kind)
        return await self._post(person, f"/cases/{self.id}/tasks/{task['id']}", {"kind": kind, **payload}, key)

    async def approved(self, user: str, outcome: str) -> Self:
        """Answer the approval that is open, whatever its subject."""
        open_ones = (await (await self.product.sign_in(user)).case(self.id))["tasks"]
        subject = next(one["subject"] for one in open_ones if one["kind"] == "approval.give")
        return await self.answer(user, "approval.give", subject=subject, outcome=outcome, reason="x")

    async def act(self, user: str, kind: str, **payload: Any) -> Self:
        person = await self.product.sign_in(user)
        return self.took(await self._post(person, f"/cases/{self.id}/acts", {"kind": kind, **payload}))

    async def refused_inside(self) -> str:
        """Bring a message that only the record refuses, past the API's own checks; gives the refusal's code."""
        actor = Actor(user="manager", person="person-manager", body="demo", roles=["case_manager"])
        message = Message(id=uuid.uuid4().hex, kind="act", name="note.add", actor=actor, content='{"text": ""}')
        handle = (await self.client()).get_workflow_handle(self.id)
        with pytest.raises(WorkflowUpdateFailedError) as failure:
            await asyncio.wait_for(handle.execute_update("submit", message), 5)
        assert isinstance(failure.value.cause, ApplicationError)
        return str(failure.value.cause.details[0]["code"])

    async def asked(self, kind: str, times: int = 1) -> Self:
        """Wait until a kind has been asked so many times."""
        manager = await self.product.sign_in("manager")
        for _ in range(600):
            if f"{kind}-{times}" in {task["id"] for task in (await manager.case(self.id))["tasks"]}:
                return self
            await asyncio.sleep(0.1)
        raise TimeoutError(f"{kind} was not asked")

    async def _post(self, person: Person, path: str, body: Any, key: str | None = None) -> httpx.Response:
        answer = await person.post(path, body, key)
        if answer.status_code == 401:  # a decision asks for a password given lately
            form = {"username": person.user, "password": PASSWORD}
            token = (await person.http.post("/api/v1/auth/token", data=form)).json()["access_token"]
            person.http.headers["Authorization"] = f"Bearer {token}"
            answer = await person.post(path, body, key)
        return answer

    def took(self, answer: httpx.Response) -> Self:
        """Go on from an answer, which has to be a snapshot."""
        assert answer.status_code in {200, 201}, answer.text
        self.case = answer.json()
        return self

    async def days(self, count: int) -> Self:
        self.case = await self.product.advance(self.case, days=count)
        return self

    async def until(self, day: date) -> Self:
        """Let days pass, at the hour it is now: at nine reminders go out, and the clock may run past its end there."""
        return await self.days((day - self.today).days)

    async def lapse(self, kind: str, *, late: int = 1) -> Self:
        """Let the running due date of a kind pass."""
        return await self.until(self.due(kind) + timedelta(days=late))

    async def file(self, user: str, name: str) -> str:
        return await (await self.product.sign_in(user)).upload(f"{name}.pdf")

    # To the certificate

    async def apply(self, documents: str = "abcdeghi", **changes: Any) -> Self:
        applicant = await self.product.sign_in("applicant")
        body = await an_application(applicant, documents=documents, **changes)
        return self.took(await applicant.post("/cases", body))

    async def contracted(self) -> Self:
        await self.answer("manager", "application.review", outcome="accept")
        file_id = await self.file("manager", "contract")
        contract = {"contract_number": "HT-1", "signed_on": str(self.today), "fee_total": "36000.00"}
        return await self.answer("manager", "contract.sign", file_id=file_id, **contract)

    async def planned(self, **changes: Any) -> Self:
        span = {"planned_from": self.today + timedelta(days=1), "planned_to": self.today + timedelta(days=8)}
        return await self.answer("manager", "audit.plan", **PLAN | {k: str(day) for k, day in span.items()} | changes)

    async def on_site(self, **plan: Any) -> Self:
        """Planned, agreed, documents passed: everything on site is open."""
        await self.planned(**plan)
        await self.answer("applicant", "audit.plan.confirm", outcome="agree")
        return await self.answer("leader", "audit.documents", outcome="pass", checks={"a": True, "b": True})

    async def audited(self, scores: dict[int, Any] | None = None, deductions: list[Any] | None = None) -> Self:
        """All inputs of an audit of one day, today."""
        day = {"on": str(self.today), "attendees": ["x"]}
        await self.answer("leader", "audit.open", **day)
        await self.answer("leader", "audit.management", **raw_sheet(scores), findings=[])
        await self.answer("leader", "audit.characteristics", items=[], deductions=deductions or [], modes_used=[])
        await self.answer("manager", "audit.credit", listed=False)
        return await self.answer("leader", "audit.close", **day)

    async def checked(self, answers: dict[str, str] | None = None, findings: list[Any] | None = None) -> Self:
        """All inputs of an audit on a checklist, of one day, today."""
        day = {"on": str(self.today), "attendees": ["x"]}
        await self.answer("leader", "audit.open", **day)
        await self.answer("leader", "audit.checklist", **a_checklist(answers), findings=findings or [])
        await self.answer("manager", "audit.credit", listed=False)
        return await self.answer("leader", "audit.close", **day)

    async def reported(self, recommendation: str = "pass") -> Self:
        return await self.answer("leader", "audit.report", recommendation=recommendation, summary="x")

    async def reviewed(self) -> Self:
        return await self.answer("reviewer", "review.independent", outcome="agree")

    async def granted(self) -> Self:
        await self.reviewed()
        return await self.answer("decider", "decision.make", outcome="grant")

    async def certified(self) -> Self:
        await self.apply()
        await self.contracted()
        await self.on_site()
        await self.audited()
        await self.reported()
        return await self.granted()

    # In the certified years

    async def surveilled(self, scores: dict[int, Any] | None = None) -> Self:
        """The surveillance that is due within 61 days, closed."""
        await self.until(self.due("surveillance") - timedelta(days=61))
        await self.on_site(person_days=YEARLY_DAYS)
        await self.answer("leader", "audit.contents", items=CONTENTS)
        return await self.audited(scores)

    async def maintained(self) -> Self:
        await self.surveilled()
        await self.reported()
        await self.reviewed()
        return await self.answer("decider", "decision.make", outcome="maintain", conditions=MAINTAINED)

    async def third_year(self) -> Self:
        """Certified, and both surveillances held."""
        await self.certified()
        await self.maintained()
        return await self.maintained()

    async def renewing(self, days_before_expiry: int) -> Self:
        """Applied to renew that many days before expiry: the audit on site is open."""
        await self.until(self.expiry - timedelta(days=days_before_expiry))
        applicant = await self.product.sign_in("applicant")
        body = await an_application(applicant)
        del body["body"]
        mine = {"organization": self.case["organization"], "changes": ["新增一处场所"]}
        await self.answer("applicant", "recertification.apply", **body | mine)
        await self.on_site()
        return await self.answer("leader", "audit.contents", items=CONTENTS, renewal=RENEWAL)

    # Its record and its histories

    async def events(self) -> list[dict[str, Any]]:
        """The record, all of it."""
        manager, cursor, events = await self.product.sign_in("manager"), "", []
        while cursor is not None:
            found = (await manager.get(f"/cases/{self.id}/events", limit=100, cursor=cursor)).json()
            events += found["items"]
            cursor = found["next_cursor"]
        return events

    async def client(self) -> Client:
        settings = self.product.settings
        key_file = settings.data / "keys" / "payload.key"
        return await connect(settings.temporal_address, settings.temporal_namespace, key_file)

    async def histories(self) -> list[WorkflowHistory]:
        """The history of each run of the case at rest, the first run first."""
        client = await self.client()
        await _at_rest(client.get_workflow_handle(self.id))
        histories: list[WorkflowHistory] = []
        run_id: str | None = None
        while run_id != "":
            history = await client.get_workflow_handle(self.id, run_id=run_id).fetch_history()
            histories.append(history)
            run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        return histories[::-1]


async def _at_rest(handle: WorkflowHandle[Any, Any]) -> None:
    while (await handle.describe()).status == WorkflowExecutionStatus.RUNNING:
        try:
            if await handle.query("at_rest", "2000-01-01T00:00:00Z"):
                return
        except RPCError:
            pass  # a run that has only just taken over cannot be asked yet
        await asyncio.sleep(0.1)
