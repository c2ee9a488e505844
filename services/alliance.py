"""Reports to the alliance over HTTP: each fact once, refusals told apart from outages."""

import hashlib
from datetime import UTC, datetime, time
from typing import Self
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx
import rfc8785
from pydantic import SecretStr, ValidationError

from domain.model import Record
from domain.submissions import Receipt, Submission

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_PROBLEM = "application/problem+json"
_ASK_AGAIN = frozenset({408, 425, 429})


class Problem(Record):
    """What the alliance says when it refuses: the part of RFC 9457 that is kept."""

    title: str = ""
    detail: str = ""
    code: str = ""


class AllianceRefused(Exception):  # noqa: N818  # a refusal is an outcome
    """The alliance said no; the same submission again gets the same answer. `status` and `problem` say why."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(f"{status} {problem.code} {problem.detail or problem.title}".strip())
        self.status = status
        self.problem = problem


class AllianceUnavailable(Exception):  # noqa: N818  # the outage is the name
    """No answer that can be relied on; the same submission later is right, whether it arrived or not."""


class AllianceClient:
    """One connection pool to the alliance; safe to share between threads."""

    def __init__(self, base_url: str, timeout: float = 20.0, token: SecretStr | None = None) -> None:
        """Speak to `base_url`; `timeout` in seconds for connecting and for each wait."""
        headers = {"Accept": f"application/json, {_PROBLEM}"}
        if token:
            headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        self._http = httpx.Client(base_url=base_url, timeout=timeout, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def report(self, submission: Submission) -> Receipt:
        """Report one fact. Raises AllianceRefused, AllianceUnavailable, and ValueError for a rehearsed one."""
        if submission.rehearsal:
            raise ValueError("nothing of a rehearsed case leaves for the alliance")
        try:
            answer = self._http.put(
                f"/submissions/{quote(submission.id, safe='')}",
                content=submission.model_dump_json(),
                headers={"Content-Type": "application/json", "Idempotency-Key": submission.id},
            )
        except httpx.HTTPError as error:
            raise AllianceUnavailable(f"{type(error).__name__}: {error}") from error
        return _receipt(answer, submission)


def local_receipt(submission: Submission) -> Receipt:
    """The receipt of a rehearsed fact: made here, marked, and the same for the same fact."""
    form = rfc8785.dumps(submission.model_dump(mode="json"))
    return Receipt(
        submission_id=submission.id,
        number=f"REHEARSAL-{hashlib.sha256(form).hexdigest()[:16]}",
        received_at=datetime.combine(submission.on, time(), _SHANGHAI).astimezone(UTC),
        rehearsal=True,
    )


def _receipt(answer: httpx.Response, submission: Submission) -> Receipt:
    if answer.is_client_error and answer.status_code not in _ASK_AGAIN:
        raise _refusal(answer)
    if not answer.is_success:
        raise AllianceUnavailable(f"the alliance answered {answer.status_code}")
    try:
        receipt = Receipt.model_validate_json(answer.content)
    except ValidationError as error:
        raise AllianceUnavailable("the alliance's answer is no receipt") from error
    if receipt.submission_id != submission.id:
        raise AllianceUnavailable(f"the receipt is for {receipt.submission_id!r}")
    return receipt


def _refusal(answer: httpx.Response) -> AllianceRefused | AllianceUnavailable:
    """A refusal only where the alliance itself speaks: a gateway's page is an outage."""
    if answer.headers.get("Content-Type", "").partition(";")[0].strip() == _PROBLEM:
        try:
            return AllianceRefused(answer.status_code, Problem.model_validate_json(answer.content))
        except ValidationError:
            pass
    return AllianceUnavailable(f"{answer.status_code} without a problem document")
