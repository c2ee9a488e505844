"""How what a case has decided to send or make goes out: one delivery for each kind, and what the case is told of it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from activities.interface import DELIVER, Delivered, Delivery, told
    from domain.state import Effect, Message

DEAD_AFTER = timedelta(seconds=10)
"""A delivery that gives no sign of life for so long is begun again: its worker was killed."""


class Carried(NamedTuple):
    """What became of a delivery."""

    settled: list[Effect]
    """What went out and changes nothing that is worth a turn: notices."""
    reports: list[Message]
    """What the case is told of the others."""
    held: dict[str, datetime]
    """Effect id → until when it waits: quiet hours."""


async def carry(case_id: str, batch: list[Effect], within: timedelta) -> Carried:
    """Deliver effects of one kind, trying again `within` a time."""
    try:
        delivered = await workflow.execute_activity(
            DELIVER,
            Delivery(case_id=case_id, effects=batch),
            result_type=Delivered,
            start_to_close_timeout=timedelta(seconds=60),
            heartbeat_timeout=DEAD_AFTER,
            schedule_to_close_timeout=within,
            retry_policy=RetryPolicy(maximum_interval=timedelta(seconds=30)),
        )
    except FailureError as error:
        return Carried([], [_report(effect, "failed", {"reason": _root(error)}) for effect in batch], {})
    settled = [effect for effect in batch if delivered.done.get(effect.id) == {}]
    rest = [effect for effect in batch if effect not in settled and effect.id not in delivered.held]
    return Carried(settled, [_of(effect, delivered) for effect in rest], delivered.held)


def _of(effect: Effect, delivered: Delivered) -> Message:
    if effect.id in delivered.parked:
        return _report(effect, "parked", {})
    if effect.id in delivered.done:
        return _report(effect, "done", delivered.done[effect.id])
    return _report(effect, "failed", {"reason": delivered.refused.get(effect.id, "")})


def _report(effect: Effect, outcome: str, found: dict[str, str]) -> Message:
    return told(effect.id, effect.tries, outcome, found)


def _root(error: BaseException) -> str:
    """What it was in the end: a delivery given up after its time still says what its last try met."""
    while error.__cause__:
        error = error.__cause__
    return str(error)
