"""The namespace of the cases and its search attributes, made on the server where they are missing."""

from datetime import timedelta
from typing import Final

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    CountWorkflowExecutionsRequest,
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    DescribeWorkflowExecutionRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

SEARCH_ATTRIBUTES: Final = {
    "JpStage": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "JpStatus": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "JpBody": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "JpNextDue": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}


async def make_ready(client: Client, namespace: str, retention: timedelta) -> None:
    """Register what is missing and set the retention; changes nothing where all is in place.

    A new retention holds for workflows that close from now on.

    Raises:
        RPCError: The server is not ready for it yet, or refuses it.
    """
    await _register(client, namespace, retention)
    present = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
    missing = {name: kind for name, kind in SEARCH_ATTRIBUTES.items() if name not in present.custom_attributes}
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=namespace, search_attributes=missing)
        )
    # The services read both with a delay of seconds; a query that names each attribute fails until they have.
    await client.workflow_service.count_workflow_executions(
        CountWorkflowExecutionsRequest(
            namespace=namespace, query=" AND ".join(f"{name} IS NULL" for name in SEARCH_ATTRIBUTES)
        )
    )


async def is_served(client: Client, namespace: str) -> bool:
    """Whether the services behind the frontend answer too: they find each other seconds after it does.

    Raises:
        RPCError: They do not.
    """
    nothing = WorkflowExecution(workflow_id="jingpin-readiness")
    try:
        await client.workflow_service.describe_workflow_execution(
            DescribeWorkflowExecutionRequest(namespace=namespace, execution=nothing)
        )
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
    await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(namespace=namespace, task_queue=TaskQueue(name="jingpin-readiness"))
    )
    return True


async def _register(client: Client, namespace: str, retention: timedelta) -> None:
    try:
        described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        request = RegisterNamespaceRequest(namespace=namespace, description="Certification cases")
        request.workflow_execution_retention_period.FromTimedelta(retention)
        await client.workflow_service.register_namespace(request)
        return
    if described.config.workflow_execution_retention_ttl.ToTimedelta() != retention:
        update = UpdateNamespaceRequest(namespace=namespace)
        update.config.workflow_execution_retention_ttl.FromTimedelta(retention)
        await client.workflow_service.update_namespace(update)
