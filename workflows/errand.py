"""Something the installation does regularly, beside every case: one activity, tried until it is done."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.interface import ERRAND


@workflow.defn(name=ERRAND)
class Errand:
    """Carries out an errand, by the name of its activity; the activity makes a repetition harmless."""

    @workflow.run
    async def run(self, errand: str) -> str:
        """Carry it out; gives what it says of what it did."""
        done: str = await workflow.execute_activity(
            errand,
            result_type=str,
            start_to_close_timeout=timedelta(hours=1),
            heartbeat_timeout=timedelta(seconds=30),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
        )
        return done
