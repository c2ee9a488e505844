"""One message for many cases, a page of them at a time: it lasts until each of them has it."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from activities.interface import BRING, NEXT_CASES, ROLLOUT, Order

WITHIN = timedelta(minutes=10)
"""How long a case is waited for before the others go on."""
PAUSE = timedelta(hours=1)
"""Before those that were left are tried again."""
RETRY = RetryPolicy(maximum_interval=timedelta(minutes=1))


@workflow.defn(name=ROLLOUT)
class Rollout:
    """Brings an order's message to its cases, each run one page; cases that could not take it are tried again."""

    @workflow.run
    async def run(self, order: Order) -> None:
        """Bring the message to one page of cases and go on with the next, until none is left."""
        page = order.left if order.finished else await self._next(order)
        left = [case for case, taken in zip(page, await self._bring(order, page), strict=True) if not taken]
        if not order.finished:
            last = page[-1] if page else order.after
            following = {"after": last, "finished": not page, "left": [*order.left, *left]}
            workflow.continue_as_new(order.model_copy(update=following))
        if left:
            await workflow.sleep(PAUSE)
            workflow.continue_as_new(order.model_copy(update={"left": left}))

    async def _next(self, order: Order) -> list[str]:
        page: list[str] = await workflow.execute_activity(
            NEXT_CASES, order, result_type=list[str], start_to_close_timeout=timedelta(seconds=30), retry_policy=RETRY
        )
        return page

    async def _bring(self, order: Order, page: list[str]) -> list[bool]:
        return await asyncio.gather(*(self._taken(order, case) for case in page))

    async def _taken(self, order: Order, case: str) -> bool:
        """Whether the case is done with: it has worked on the message, or has ended."""
        try:
            await workflow.execute_activity(
                BRING,
                args=[case, order.message],
                start_to_close_timeout=timedelta(seconds=30),
                schedule_to_close_timeout=WITHIN,
                retry_policy=RETRY,
            )
        except FailureError as error:
            workflow.logger.error("a case could not take what is rolled out", extra={"case": case}, exc_info=error)
            return False
        return True
