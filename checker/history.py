"""Reads Temporal's histories of a case with nothing but its client, and holds them against the record's turns."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from checker.record import Case

NONCE = 12


class Run(NamedTuple):
    """One run: how many turns were before it, the head then, and what each of its turns came to."""

    before: int
    head: str
    outcomes: list[dict[str, Any]]


async def runs(address: str, namespace: str, keys: list[bytes], case: str) -> list[Run]:
    """Every run of a case whose history is kept, in order.

    Raises:
        RuntimeError, RPCError: the engine cannot be reached.
    """
    client = await Client.connect(address, namespace=namespace)
    ciphers = [AESGCM(key) for key in keys]
    ids = {one.run_id async for one in client.list_workflows(f"WorkflowId = '{case}'")}
    try:
        ids.add((await client.get_workflow_handle(case).describe()).run_id)
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
    found = []
    for run_id in ids:
        history = await client.get_workflow_handle(case, run_id=run_id).fetch_history()
        begun = history.events[0].workflow_execution_started_event_attributes
        start = opened(ciphers, begun.input.payloads[0])["state"]
        markers = (event.marker_recorded_event_attributes for event in history.events)
        recorded = (one for one in markers if one.marker_name == "core_local_activity" and not one.HasField("failure"))
        turns = [one.details["result"].payloads[0] for one in recorded]
        found.append(Run(start["turn"], start["head"], [opened(ciphers, payload) for payload in turns]))
    return sorted(found, key=lambda run: (run.before, len(run.outcomes)))


def opened(ciphers: list[AESGCM], payload: Payload) -> dict[str, Any]:
    """A payload's JSON; the sealed bytes are a nonce, then another payload under AES-256-GCM by one of the keys.

    Raises:
        ValueError: none of them sealed it.
    """
    sealed, key_id = payload.data, payload.metadata["key"]
    for cipher in ciphers:
        with suppress(InvalidTag):
            inner = Payload.FromString(cipher.decrypt(sealed[:NONCE], sealed[NONCE:], key_id))
            return dict(json.loads(inner.data))
    raise ValueError(f"no key given opens a payload of the key {key_id.decode()}")


def findings(case: Case, found: list[Run]) -> Iterator[str]:
    """Where the histories tell of other turns than the record, or do not tell of one."""
    heads = [turn["head"] for turn in case.turns]
    told = found[0].before
    for run in found:
        if run.before > told:
            yield f"no history tells of turn {told + 1}"
        if run.before > len(heads) or run.head != (heads[run.before - 1] if run.before else ""):
            yield f"a run began after turn {run.before} with another head than the record's"
        for number, outcome in enumerate(run.outcomes, start=run.before + 1):
            if number > len(heads) or outcome["head"] != heads[number - 1]:
                yield f"a history tells of turn {number} with another head than the record's"
            elif outcome["facts"]["content"] != case.turns[number - 1]["facts"]["content"]:
                yield f"a history tells of turn {number} with another payload than the record's"
        told = max(told, run.before + len(run.outcomes))
    if told < len(heads):
        yield f"the record has {len(heads)} turns, the histories tell of {told}"
