"""The first page: who one is, and what there is."""

from fastapi import APIRouter, Response

from api import csrf, identity
from api.console.pages import PageRoute, page
from api.desk import AtDesk
from records.tables import Body

router = APIRouter(route_class=PageRoute, tags=["pages"], include_in_schema=False)

ROLES = {
    "applicant": ("申请人", "applicant"),
    "case_manager": ("案件经理", "case manager"),
    "auditor": ("审核员", "auditor"),
    "reviewer": ("复核人员", "reviewer"),
    "decision_maker": ("决定人员", "decision maker"),
    "ops": ("运维", "operations"),
    "admin": ("管理员", "administrator"),
    "alliance": ("联盟", "alliance"),
}
"""Role → how it is called, as in the glossary."""


@router.get("/")
def home(desk: AtDesk) -> Response:
    """Who one is."""
    account = desk.caller.account
    with desk.session() as session:
        found = session.get(Body, account.body) if account.body else None
        body = (found.name_zh, found.name_en) if found else None
    return page(
        desk.request,
        "home.html",
        account=account,
        body=body,
        roles=[ROLES[role] for role in account.roles],
        rehearsal=desk.settings.rehearsal,
        csrf=csrf.token_of(desk.request, identity.presented(desk.request).token),
    )
