"""What the installation does by itself at certain hours, in Shanghai: one Temporal schedule for each errand."""

from datetime import timedelta
from typing import NamedTuple

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from activities.interface import ERRAND

A_YEAR = timedelta(days=365)
"""What was missed in an outage is made up for, however long that was: a server's default may be a minute."""


class Regular(NamedTuple):
    """An errand by the name of its activity, and when it is due, as a cron line in Shanghai's time."""

    errand: str
    cron: str


async def keep(client: Client, task_queue: str, regular: Regular) -> None:
    """Have an errand carried out regularly, from now on as it says; runs of one errand never overlap."""
    schedule_id = f"{task_queue}:{regular.errand}"
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(ERRAND, regular.errand, id=schedule_id, task_queue=task_queue),
        spec=ScheduleSpec(cron_expressions=[regular.cron], time_zone_name="Asia/Shanghai"),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ONE, catchup_window=A_YEAR),
    )

    def changed(_: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(schedule)

    try:
        await client.create_schedule(schedule_id, schedule)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(schedule_id).update(changed)
