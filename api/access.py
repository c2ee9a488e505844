"""Who may call which route: a line each, and a route without one keeps the product from starting.

What somebody sees of a case and does in it `domain.policy` decides beside this: by roles, and by the relation to it.
"""

from collections.abc import Iterable
from typing import Final

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from domain.policy import THE_BODY
from domain.refusal import Refused
from domain.state import Actor

ANYBODY: Final = frozenset[str]()
"""Also without signing in; such routes are limited by address, or answer to a secret of their own."""
SIGNED_IN: Final = frozenset(THE_BODY | {"applicant", "alliance"})
MACHINES_TOO: Final = SIGNED_IN | {"machine"}

ROUTES: Final[dict[str, frozenset[str] | set[str]]] = {
    # The register, and what is open to everybody
    "GET /api/v1/certificates": ANYBODY,
    "GET /api/v1/certificates/{number}": ANYBODY,
    "GET /api/v1/certificates/{number}.pdf": ANYBODY,
    "GET /verify/{number}": ANYBODY,
    "GET /api/v1/alliance/organizations": ANYBODY,
    "GET /api/v1/record/roots": ANYBODY,
    "GET /api/v1/schemas/{kind}": ANYBODY,
    "POST /api/v1/complaints": ANYBODY,
    "GET /api/v1/complaints/{receipt}": ANYBODY,
    "GET /health/live": ANYBODY,
    "GET /health/ready": ANYBODY,
    # Oneself
    "POST /api/v1/auth/token": ANYBODY,
    "POST /api/v1/auth/logout": MACHINES_TOO,
    "POST /api/v1/me/password": SIGNED_IN,
    "POST /api/v1/auth/invitation": ANYBODY,
    "POST /api/v1/me/second-factor": SIGNED_IN,
    "POST /api/v1/me/second-factor/confirmation": SIGNED_IN,
    "POST /api/v1/me/second-factor/end": SIGNED_IN,
    "GET /api/v1/me": MACHINES_TOO,
    "POST /api/v1/me/calendar-token": SIGNED_IN,
    "GET /api/v1/calendar.ics": ANYBODY,
    "GET /api/v1/operations/{operation_id}": MACHINES_TOO,
    # The pages: who has not signed in is led there
    "GET /": SIGNED_IN,
    "GET /console.css": ANYBODY,
    "GET /sign-in": ANYBODY,
    "POST /sign-in": ANYBODY,
    "GET /sign-in/return": ANYBODY,
    "GET /step-up": SIGNED_IN,
    "POST /step-up": SIGNED_IN,
    "POST /sign-out": SIGNED_IN,
    # Cases, as far as one sees them
    "POST /api/v1/cases": {"applicant", "case_manager"},
    "GET /api/v1/cases": SIGNED_IN,
    "GET /api/v1/tasks": SIGNED_IN,
    "GET /api/v1/cases/{case_id}": SIGNED_IN,
    "GET /api/v1/cases/{case_id}/events": SIGNED_IN,
    "GET /api/v1/cases/{case_id}/deadlines": SIGNED_IN,
    "POST /api/v1/cases/{case_id}/tasks/{task_id}": SIGNED_IN,
    "POST /api/v1/cases/{case_id}/acts": MACHINES_TOO,
    "GET /api/v1/cases/{case_id}/audits/{audit_id}/proposal": {"case_manager"},
    "GET /api/v1/cases/{case_id}/holds": {"case_manager", "decision_maker", "ops", "admin"},
    "POST /api/v1/cases/{case_id}/holds": {"decision_maker", "admin"},
    "POST /api/v1/cases/{case_id}/holds/release": {"decision_maker", "admin"},
    "POST /api/v1/rehearsal/cases/{case_id}/advance": {"case_manager", "ops"},
    "POST /api/v1/files": MACHINES_TOO,
    "GET /api/v1/files/{file_id}": SIGNED_IN,
    "POST /api/v1/files/{file_id}/link": SIGNED_IN,
    "GET /api/v1/files/{file_id}/content": ANYBODY,
    # The rules
    "GET /api/v1/schemes": SIGNED_IN,
    "GET /api/v1/schemes/{pack_id}/{version}": SIGNED_IN,
    "GET /api/v1/schemes/{pack_id}/{version}/trial": {"case_manager", "decision_maker", "ops", "admin"},
    "GET /api/v1/requirements": THE_BODY | {"alliance"},
    "POST /api/v1/requirements": {"alliance", "admin"},
    "GET /api/v1/calendars": SIGNED_IN,
    "POST /api/v1/calendars/{year}": {"ops", "admin"},
    # A body's own affairs
    "GET /api/v1/members": {"case_manager", "admin"},
    "POST /api/v1/members/{user}/absences": {"case_manager", "admin"},
    "POST /api/v1/members/{user}/competences": {"case_manager", "admin"},
    "POST /api/v1/members/{user}/invitation": {"admin"},
    "POST /api/v1/members/{user}/address": {"admin"},
    "POST /api/v1/members/{user}/secret": {"admin"},
    "GET /api/v1/grants": {"admin", "decision_maker"},
    "POST /api/v1/grants": {"admin"},
    "POST /api/v1/grants/{grant_id}": {"admin", "decision_maker"},
    "POST /api/v1/codec/tickets": {"ops", "admin"},
    "POST /codec/decode": {"ops", "admin"},
    "POST /codec/{ticket}/decode": ANYBODY,
    "GET /api/v1/operations/late-timers": {"ops", "admin"},
    "GET /api/v1/operations/overdue-dates": {"ops", "admin"},
    "GET /api/v1/national/exports": {"case_manager", "ops"},
    "POST /api/v1/national/exports": {"case_manager", "ops"},
    "GET /api/v1/national/exports/{export_id}": {"case_manager", "ops"},
    "GET /api/v1/national/exports/{export_id}.csv": {"case_manager", "ops"},
    "POST /api/v1/national/exports/{export_id}/receipt": {"case_manager", "ops"},
    # The alliance, and its bodies
    "GET /api/v1/alliance/reports": {"alliance"},
    "GET /api/v1/alliance/missing": {"alliance", "case_manager", "ops", "admin"},
    "POST /api/v1/incidents": {"alliance", "case_manager", "ops", "machine"},
    "GET /api/v1/waves": THE_BODY | {"alliance"},
    "POST /api/v1/waves": {"alliance", "case_manager"},
    "GET /api/v1/waves/{wave_id}": THE_BODY | {"alliance"},
    "GET /api/v1/waves/{wave_id}/applications": THE_BODY,
    "POST /api/v1/waves/{wave_id}/applications": {"case_manager"},
}
"""Method and path → the roles that may call it."""


def check_role(request: Request, actor: Actor) -> None:
    """Whether one of the caller's roles may call this route.

    Raises:
        Refused: `forbidden`.
    """
    allowed = ROUTES[_line(request)]
    if allowed != ANYBODY and not allowed & {*actor.roles}:
        raise Refused("forbidden", "您的角色无权办理", "Your role may not do this.")


def of_a_case(request: Request) -> bool:
    """Whether a route is about one case: whoever does not see it is told so before anything is said of roles."""
    return "{case_id}" in _line(request)


def _line(request: Request) -> str:
    return f"{request.method} {request.scope['route'].path_format}"


def check_lines(routes: Iterable[BaseRoute]) -> None:
    """Whether every one of the API's routes has its line, and every line its route.

    Raises:
        LookupError: which do not.
    """
    known = [route for route in routes if isinstance(route, APIRoute)]
    found = {f"{method} {route.path_format}" for route in known for method in route.methods or ()}
    if found != ROUTES.keys():
        raise LookupError(f"routes and the lines of their access differ in {sorted(found ^ ROUTES.keys())}")
