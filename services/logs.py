"""What the processes write down of themselves: JSON lines of listed fields, ids and never names."""

import logging
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any, Final

import structlog
from structlog.types import EventDict, ExcInfo

FIELDS: Final = frozenset(
    # of every line
    {"timestamp", "level", "logger", "event", "exception"}
    # of a request
    | {"request", "method", "route", "status", "milliseconds"}
    # of a case
    | {"case", "turn", "what", "effect", "notice", "code", "clause"}
    # of Temporal: names and ids of workflows, activities and tries
    | {"temporal_workflow", "temporal_activity"}
)
"""The fields a line may have; any other is left out, so that nobody's words get into a log by accident."""
OWN: Final = ("activities", "api", "demo", "deploy", "domain", "records", "services", "workflows", "worker")
"""Loggers that may say what is going well; the others are heard when something goes wrong."""
DEEPEST = 12


def configure(level: str) -> None:
    """Have this process log to its standard error; own loggers from `level` on, those of libraries from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=CHAIN,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OWN:
        logging.getLogger(name).setLevel(level.upper())


def _where_it_failed(_: Any, __: str, line: EventDict) -> EventDict:  # noqa: ANN401  # as structlog calls it
    """An exception as its types and places: its words may quote what somebody sent."""
    found: ExcInfo | tuple[None, None, None] | None = line.pop("exc_info", None)
    if found and found[1]:
        line["exception"] = _causes(found[1])
    return line


def _causes(error: BaseException | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while error is not None and len(found) < DEEPEST:
        frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        found.append({"type": type(error).__qualname__, "at": places})
        error = error.__cause__ or error.__context__
    return found


def _first_line(_: Any, __: str, line: EventDict) -> EventDict:  # noqa: ANN401  # as structlog calls it
    """What a library says beyond its first line quotes exceptions (asyncio: `future: … exception=…`)."""
    line["event"] = str(line["event"]).partition("\n")[0]
    return line


def _only_listed(_: Any, __: str, line: EventDict) -> EventDict:  # noqa: ANN401  # as structlog calls it
    return {name: value for name, value in line.items() if name in FIELDS or name.startswith("_")}


CHAIN: Final[list[Callable[[Any, str, EventDict], MutableMapping[str, Any]]]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(allow=FIELDS),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _where_it_failed,
    _first_line,
    _only_listed,
]
