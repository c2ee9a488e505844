"""Signing in and out on the pages, and giving the password again: here, or at the issuer."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from api import cookies, csrf, identity
from api.accounts import LONGEST, admitted, must_be_embedded
from api.console import code_flow
from api.console.pages import FOLDER, PageRoute, local, page, to
from api.desk import AtDesk, Desk
from api.problems import STATUS
from domain.refusal import Refusal, Refused
from records import sessions

router = APIRouter(route_class=PageRoute, tags=["pages"], include_in_schema=False)

Password = Annotated[str, Form(max_length=LONGEST)]
Code = Annotated[str, Form(max_length=6)]


@router.get("/console.css")
def style() -> Response:
    """How the pages look."""
    return FileResponse(FOLDER / "console.css", headers={"Cache-Control": "max-age=3600"})


@router.get("/sign-in")
def sign_in_page(request: Request, next: str = "/", anew: str = "") -> Response:  # noqa: A002  # its name in addresses
    """Where one signs in; with an issuer, there."""
    if not request.app.state.settings.embedded:
        return code_flow.begin(request, local(next), anew=bool(anew))
    return _form(request, local(next))


@router.post("/sign-in")
def sign_in(
    request: Request,
    username: Annotated[str, Form(max_length=100)],
    password: Password,
    code: Code = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Begin a session on the pages; its token is a new one whatever cookie came along."""
    must_be_embedded(request)
    csrf.check_origin(request)
    try:
        user = admitted(request, username, password, code)
    except Refused as refused:
        return _form(request, local(next), username, refused)
    return _begun(request, user, local(next))


@router.get("/step-up")
def step_up_page(desk: AtDesk, next: str = "/") -> Response:  # noqa: A002
    """Where one gives the password again before something that decides."""
    if not desk.settings.embedded:
        return code_flow.begin(desk.request, local(next), again=desk.caller.account.user)
    return _again(desk, local(next))


@router.post("/step-up")
def step_up(
    desk: AtDesk,
    password: Password,
    code: Code = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Go on in a new session, whose password was just given."""
    must_be_embedded(desk.request)
    try:
        user = admitted(desk.request, desk.caller.account.user, password, code)
    except Refused as refused:
        return _again(desk, local(next), refused)
    return _begun(desk.request, user, local(next))


@router.get("/sign-in/return")
def returned(request: Request) -> Response:
    """Where the issuer leads back to, with a code for whoever signed in there."""
    back = code_flow.finish(request)
    answer = _begun(request, back.caller.account.user, back.next, back.caller.signed_in_at, back.id_token)
    cookies.forget(answer, code_flow.COOKIE)
    return answer


@router.post("/sign-out")
def sign_out(desk: AtDesk) -> Response:
    """End this session, and the issuer's with it."""
    token = identity.presented(desk.request).token
    with desk.session() as session:
        found = sessions.of_pages(session, token, datetime.now(UTC))
        leads_to = code_flow.farewell(desk.request, found[1].issuer_token if found else "")
    desk.request.app.state.callers.end(desk.caller.account.user, token)
    answer = to(leads_to or "/sign-in")
    cookies.forget(answer, cookies.SESSION)
    return answer


def _begun(
    request: Request, user: str, then: str, given_at: datetime | None = None, id_token: str = ""
) -> RedirectResponse:
    """Go on under a new session, which takes the place of the one until now."""
    until_now = cookies.read(request, cookies.SESSION)
    token = request.app.state.callers.begin_on_pages(user, given_at, id_token, instead_of=until_now)
    answer = to(then)
    cookies.put(answer, cookies.SESSION, token)
    return answer


def _form(request: Request, then: str, username: str = "", refused: Refused | None = None) -> Response:
    values = {"next": then, "username": username, "refusal": _told(refused)}
    return page(request, "sign_in.html", _status(refused), **values)


def _again(desk: Desk, then: str, refused: Refused | None = None) -> Response:
    csrf_token = csrf.token_of(desk.request, identity.presented(desk.request).token)
    values = {"next": then, "account": desk.caller.account, "csrf": csrf_token, "refusal": _told(refused)}
    return page(desk.request, "step_up.html", _status(refused), **values)


def _status(refused: Refused | None) -> int:
    return STATUS[refused.refusal.code] if refused else 200


def _told(refused: Refused | None) -> Refusal | None:
    """What a form says of a try: the same of an unknown name and a wrong password."""
    if refused is None or refused.refusal != identity.unauthenticated().refusal:
        return refused.refusal if refused else None
    return Refusal(
        code="unauthenticated", zh="账号、密码或验证码不正确", en="The account, the password or the code is not right."
    )
