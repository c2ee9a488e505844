"""Complaints by anybody, without signing in: filed against a receipt, by which the answer can be asked for."""

import hashlib
import hmac
import json
import secrets
from typing import Annotated, Any, Self

from fastapi import APIRouter, Body, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints, model_validator
from sqlmodel import Session, col, select

from api.desk import Desk
from api.engine import Pending
from api.gate import Gate, within_limit
from api.identity import NEVER, Caller
from api.once import Once
from api.requests import StrictRoute
from domain.application import Name
from domain.matters import COMPLAINT, Matter
from domain.model import Input
from domain.prose import Prose, Reason
from domain.refusal import Refused
from domain.state import PUBLIC, CaseState, Message
from records import queries
from records.issued import CertificateRow
from records.tables import Account, CaseRow
from services.keys import kept
from settings import Settings
from workflows.flow import admit

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["complaints"])

Number = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
Short = Annotated[str, StringConstraints(max_length=200)]


class PublicComplaint(Input):
    """What a stranger complains of, by the number of a certificate or of a case; who it is may stay unsaid."""

    certificate: Number | None = None
    case_number: Number | None = None
    about: Name
    reason: Reason
    evidence: Prose = ""
    name: Short = ""
    contact: Short = Field(default="", description="for the body alone: nothing is sent there by the product")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.certificate is None) == (self.case_number is None):
            raise ValueError("give certificate or case_number")
        return self


class Receipts:
    """Signs the receipts of complaints with a key of the installation, and counts who files them."""

    def __init__(self, settings: Settings) -> None:
        self._key = kept(settings.data / "keys" / "receipts.key", lambda: secrets.token_bytes(32))
        self.gate = Gate(settings.complaints_per_minute)

    def token(self, receipt: str) -> str:
        """The secret that belongs to a receipt."""
        return hmac.digest(self._key, receipt.encode(), hashlib.sha256).hex()

    def fits(self, receipt: str, token: str) -> bool:
        """Whether somebody who names a receipt has its secret."""
        return hmac.compare_digest(self.token(receipt).encode(), token.encode())


def _few_enough(request: Request) -> None:
    receipts: Receipts = request.app.state.complaints
    receipts.gate.enter(_address(request))


@router.post("/complaints", status_code=201, dependencies=[Depends(_few_enough)])
async def complain(request: Request, body: Annotated[PublicComplaint, Body()]) -> Response:
    """File a complaint about a certified organization or an applicant: `{id, token}` (R:10/9.3.1f)."""
    desk, receipts = Desk(request, _stranger(PUBLIC.user)), request.app.state.complaints
    digest = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    once = Once(request, _stranger(f"{PUBLIC.user} {_address(request)}"), digest)

    async def work() -> Response:
        state, message = await run_in_threadpool(_weigh, desk, body, once)
        settled = await desk.engine.bring(state, message) if message else 0
        receipt = f"{state.id}.{once.message_id}"
        given = {"id": receipt, "token": receipts.token(receipt)}
        return JSONResponse(given, 202 if isinstance(settled, Pending) else 201)

    return await once.run(work)


def _stranger(user: str) -> Caller:
    return Caller(Account(user=user, person="", roles=[], name="", email="", password_hash=""), NEVER)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _weigh(desk: Desk, body: PublicComplaint, once: Once) -> tuple[CaseState, Message | None]:
    """The case and the message to bring it, if it does not know it yet.

    Raises:
        Refused: `not_found` for an unknown number.
    """
    content = body.model_dump(exclude={"certificate", "case_number"}, exclude_defaults=True)
    with desk.session() as session:
        case_id = _case_of(session, body)
        known = desk.case_in(session, case_id, COMPLAINT)
        if once.key and queries.turn_of(session, case_id, once.message_id):
            return known.state, None
        message = Message(
            id=once.message_id,
            kind="act",
            name=COMPLAINT,
            actor=desk.actor,
            content=json.dumps(content, ensure_ascii=False),
            known_turn=known.state.turn,
        )
        admit(known.state, message)
        desk.try_out(session, known.state, message, known.now)
    return known.state, message


def _case_of(session: Session, body: PublicComplaint) -> str:
    query = select(CaseRow.id).where(col(CaseRow.number) == body.case_number)
    if body.certificate:
        query = select(CertificateRow.case_id).where(col(CertificateRow.number) == body.certificate)
    found = session.exec(query).first()
    if found is None:
        raise Refused("not_found", "未找到", "Not found.")
    return found


@router.get("/complaints/{receipt}", dependencies=[Depends(within_limit)])
def show_complaint(request: Request, receipt: str, token: str = "") -> JSONResponse:
    """What has become of a complaint, for whoever has its receipt: `{id, state, outcome, answer}`.

    `state` is `received`, `acknowledged` or `answered`.
    """
    if not request.app.state.complaints.fits(receipt, token):
        raise Refused("not_found", "未找到", "Not found.")
    case_id, _, message_id = receipt.partition(".")
    with Session(request.app.state.database) as session:
        row = queries.case_row(session, case_id)
        state = queries.state_of(row) if row else None
        if state and state.erased:
            raise Refused("not_found", "未找到", "Not found.")
        matter = next((one for one in state.matters if one.message == message_id), None) if state else None
        answer = json.loads(queries.content(session, case_id, matter.answer)) if matter and matter.answer else {}
    shown = {"id": receipt, "state": _state(state, matter), "outcome": answer.get("outcome")}
    return JSONResponse(shown | {"answer": answer.get("answer")}, headers={"Cache-Control": "no-store"})


def _state(state: CaseState | None, matter: Matter | None) -> str:
    if state is None or matter is None:
        # Accepted, and still on its way into the record.
        return "received"
    tasks: dict[str | None, Any] = {task.subject: task.kind for task in state.tasks}
    waiting = tasks.get(matter.id) == "complaint.acknowledge"
    return "received" if waiting else "answered" if matter.answer else "acknowledged"
