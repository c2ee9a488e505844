"""The case's workflow with its commands in another order: what a change without `workflow.patched()` looks like."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.interface import Start
    from workflows.certification import CertificationCase


@workflow.defn(name="CertificationCase")
class ImpatientCase(CertificationCase):
    """Waits a moment before it begins."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Start) -> str:
        """Sleep first, then do as ever."""
        await workflow.sleep(timedelta(seconds=1))
        return await super().run(start)
