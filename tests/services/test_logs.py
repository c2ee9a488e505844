"""What a process logs: lines for machines, of ids, without anybody's words."""

import asyncio
import gc
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from services import logs


@pytest.fixture(autouse=True)
def _logging_is_put_back() -> Iterator[None]:
    root, levels = logging.getLogger(), {name: logging.getLogger(name).level for name in logs.OWN}
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_json_with_its_time_level_and_logger(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    logging.getLogger("activities.turns").info("working on a turn", extra={"case": "c1", "turn": 3})
    (line,) = written(capsys)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "event": "working on a turn",
        "case": "c1",
        "turn": 3,
        "level": "info",
        "logger": "activities.turns",
    }


def test_a_field_that_is_not_listed_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    with structlog.contextvars.bound_contextvars(request="r1", name="王晋"):
        logging.getLogger("api.traces").info("answered", extra={"why": "王晋 said so"})
    (line,) = written(capsys)
    assert line["request"] == "r1"
    assert "王晋" not in str(line)


def test_an_exception_is_its_types_and_places_never_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")

    def reading() -> None:
        try:
            int("王晋")
        except ValueError as error:
            raise KeyError("王晋") from error

    try:
        reading()
    except KeyError:
        logging.getLogger("api.problems").exception("a request failed")
    (line,) = written(capsys)
    assert "王晋" not in str(line)
    assert [one["type"] for one in line["exception"]] == ["KeyError", "ValueError"]  # type: ignore[attr-defined]
    assert "reading" in line["exception"][0]["at"][-1]  # type: ignore[index]


def test_a_task_that_nobody_waited_for_does_not_quote_what_it_raised(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")

    async def failing() -> None:
        raise ValueError("王晋")

    async def main() -> None:
        task = asyncio.create_task(failing())
        await asyncio.sleep(0.01)
        del task
        gc.collect()

    asyncio.run(main())
    (line,) = written(capsys)
    assert (line["logger"], line["event"]) == ("asyncio", "Task exception was never retrieved")
    assert "王晋" not in str(line)


def test_libraries_are_heard_when_something_goes_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("debug")
    logging.getLogger("httpx").info("GET https://oapi.dingtalk.com/robot/send?access_token=secret")
    logging.getLogger("sqlalchemy.pool").warning("a connection was lost")
    logging.getLogger("workflows.flow").debug("a detail")
    assert [line["logger"] for line in written(capsys)] == ["sqlalchemy.pool", "workflows.flow"]
