"""The least an action could cost: a workflow whose update runs one local activity, and neither does anything."""

import asyncio
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

QUEUE = "bare"
NAMESPACE = "jingpin"


@activity.defn
def nothing(number: int) -> int:
    """Write nothing."""
    return number


@workflow.defn
class Bare:
    """A workflow that lasts until it is terminated."""

    @workflow.run
    async def run(self) -> None:
        """Wait."""
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def act(self, number: int) -> int:
        """Run one local activity."""
        return await workflow.execute_local_activity(nothing, number, start_to_close_timeout=timedelta(seconds=4))


async def main(address: str, ready: Path) -> None:
    """Work until SIGTERM; makes the file `ready` once it works."""
    client = await Client.connect(address, namespace=NAMESPACE)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    worker = Worker(
        client,
        task_queue=QUEUE,
        workflows=[Bare],
        activities=[nothing],
        activity_executor=ThreadPoolExecutor(8),
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with worker:
        await asyncio.to_thread(ready.touch)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
