"""Reports to the alliance, against a far side in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.submissions import Submission
from services.alliance import AllianceClient, AllianceRefused, AllianceUnavailable, local_receipt

ROOT = Path(__file__).parents[2]


@contextmanager
def _alliance(plan: str) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.doubles.alliance_server", "--plan", plan]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def _submission(**changes: Any) -> Submission:  # any field may be changed
    fields = {
        "id": "SXJP-2026-DEMO-0042/certification/1",
        "kind": "certification",
        "code": "certification",
        "case_number": "SXJP-2026-DEMO-0042",
        "body": "demo",
        "organization": "太原晋韵酒店管理有限公司",
        "uscc": "91140100MA0KXW3N4T",
        "scheme": "sxjp-service",
        "edition": "1.0",
        "service": "酒店住宿服务",
        "on": date(2026, 12, 20),
        "outcome": "granted",
    }
    return Submission.model_validate(fields | changes)


def _received(url: str) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = httpx.get(f"{url}/received").json()
    return answer


def test_every_failure_of_the_far_side_is_told_apart() -> None:
    plan = "timeout,unavailable,gateway,busy,garbage,lost,refuse,ok"
    with _alliance(plan) as url, AllianceClient(url, timeout=0.3) as client:
        for _ in range(6):
            with pytest.raises(AllianceUnavailable):
                client.report(_submission())
        with pytest.raises(AllianceRefused) as refused:
            client.report(_submission())
        assert (refused.value.status, refused.value.problem.code) == (422, "unknown_certificate")
        assert client.report(_submission()).number == "LM-000001"
        assert [call["step"] for call in _received(url)] == plan.split(",")


def test_submission_sent_twice_gets_the_first_receipt() -> None:
    with _alliance("twice") as url, AllianceClient(url, timeout=5) as client:
        first = client.report(_submission())
        assert client.report(_submission()) == first
        assert client.report(_submission(id="another")).number != first.number
        calls = _received(url)
    assert {call["key"] for call in calls[:2]} == {_submission().id}
    assert calls[0]["body"] == calls[1]["body"] == _submission().model_dump(mode="json")


def test_submission_taken_without_an_answer_is_not_taken_again() -> None:
    with _alliance("lost") as url, AllianceClient(url, timeout=5) as client:
        with pytest.raises(AllianceUnavailable):
            client.report(_submission())
        assert client.report(_submission()).number == "LM-000001"


def test_far_side_that_is_gone_is_an_outage() -> None:
    with _alliance("") as url:
        pass
    with AllianceClient(url, timeout=1) as client, pytest.raises(AllianceUnavailable):
        client.report(_submission())


def test_rehearsed_fact_never_leaves() -> None:
    with AllianceClient("http://127.0.0.1:9", timeout=1) as client, pytest.raises(ValueError, match="rehearsed"):
        client.report(_submission(rehearsal=True))


def test_local_receipt_is_marked_and_always_the_same() -> None:
    rehearsed = _submission(rehearsal=True)
    receipt = local_receipt(rehearsed)
    assert receipt == local_receipt(rehearsed)
    assert receipt.rehearsal
    assert receipt.number.startswith("REHEARSAL-")
    assert receipt.received_at.isoformat() == "2026-12-19T16:00:00+00:00"
    assert local_receipt(_submission(id="another", rehearsal=True)).number != receipt.number
