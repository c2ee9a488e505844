"""Proposals for an audit's plan, for those who plan."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from activities import people
from api.desk import AtDesk
from domain.dates import local_date
from domain.model import Day
from domain.proposal import propose
from domain.refusal import Refused

router = APIRouter(prefix="/api/v1", tags=["cases"])


@router.get("/cases/{case_id}/audits/{audit_id}/proposal")
def propose_plan(  # one query parameter each
    desk: AtDesk,
    case_id: str,
    audit_id: str,
    planned_from: Day,
    planned_to: Day,
    modes: Annotated[str, Query(max_length=1000)] = "",
) -> dict[str, Any]:
    """A plan that would be taken on these days, who cannot be planned and why, and what is missing (R:7/7.3.1).

    `modes` are separated by commas.
    """
    with desk.session() as session:
        known = desk.case_in(session, case_id)
        state, today = known.state, local_date(known.now)
        audit = next((audit for audit in state.audits if audit.id == audit_id), None)
        if audit is None or state.application is None:
            raise Refused("not_found", "未找到", "Not found.")
        if audit.stage == "closed":
            raise Refused("stage_conflict", "审查已结束", "The audit is closed.")
        people.refuse_barred(session, desk.actor, state.application.organization.uscc, today)
        span = (planned_from, planned_to)
        members = people.members(session, state, audit, span)
        found = propose(state, audit, members, span, [mode for mode in modes.split(",") if mode], today)
    return found.model_dump(mode="json")
