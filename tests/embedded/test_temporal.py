"""The embedded server keeps what it was given, guards its folder and is shown read-only."""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from deploy.embedded import temporal
from deploy.embedded.errors import EngineUnavailable
from deploy.embedded.temporal import TemporalServer
from deploy.embedded.webui import WebUI

STAGE = SearchAttributeKey.for_keyword("JpStage")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[TemporalServer]:
    """A running rehearsal server."""
    server = TemporalServer(tmp_path, rehearsal=True)
    await server.start()
    yield server
    await server.stop()


async def begin(server: TemporalServer, case: str) -> None:
    """Start a workflow that nobody works on."""
    client = await Client.connect(server.address, namespace="jingpin")
    attributes = TypedSearchAttributes([SearchAttributePair(STAGE, "application")])
    await client.start_workflow("Case", id=case, task_queue="none", search_attributes=attributes)


async def found(server: TemporalServer, case: str) -> str:
    """The stage the server has for the case."""
    client = await Client.connect(server.address, namespace="jingpin")
    described = await client.get_workflow_handle(case).describe()
    return described.typed_search_attributes[STAGE]


@pytest.mark.engine
async def test_a_case_is_there_after_a_stop_and_after_a_kill(tmp_path: Path) -> None:
    first = TemporalServer(tmp_path, rehearsal=False)
    await first.start()
    await begin(first, "case-1")
    await first.stop()
    second = TemporalServer(tmp_path, rehearsal=False)
    began = time.monotonic()
    await second.start()
    # Far below the minute it waits for the members of its last run when it finds them in its database.
    assert time.monotonic() - began < 20
    assert await found(second, "case-1") == "application"
    await begin(second, "case-2")
    assert second._kept is not None  # noqa: SLF001 - the process has no other handle
    await second._kept.stop(0)  # noqa: SLF001
    second.release()
    third = TemporalServer(tmp_path, rehearsal=False)
    began = time.monotonic()
    await third.start()
    assert time.monotonic() - began < 20
    assert await found(third, "case-2") == "application"
    await third.stop()


@pytest.mark.engine
async def test_it_writes_ahead(server: TemporalServer) -> None:
    with server.database.open("rb") as file:
        # Bytes 18 and 19 of a SQLite file are 2 where it is in WAL mode.
        assert file.read(20)[18:] == b"\x02\x02"


@pytest.mark.engine
async def test_the_web_ui_shows_cases(server: TemporalServer, tmp_path: Path) -> None:
    await begin(server, "case-1")
    web_ui = WebUI(tmp_path, server.address)
    await web_ui.start()
    async with httpx.AsyncClient(base_url=web_ui.url, trust_env=False) as client:
        settings = (await client.get("/api/v1/settings")).json()
        shown = (await client.get("/api/v1/namespaces/jingpin/workflows/case-1")).json()
    await web_ui.stop()
    assert settings["DisableWriteActions"]
    assert shown["workflowExecutionInfo"]["execution"]["workflowId"] == "case-1"


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server binary that is found but never started."""

    async def at_once(function: object, *_: object) -> object:
        answers = {"ensure": [Path("/server")], "version_of": "1.32.2", "choose_ports": temporal.choose_ports(7233)}
        return answers.get(getattr(function, "__name__", ""))

    monkeypatch.setattr(temporal, "to_thread", at_once)


@pytest.mark.usefixtures("pretended")
async def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    first = TemporalServer(tmp_path, rehearsal=False)
    await first.prepare()
    with pytest.raises(EngineUnavailable, match="Another jingpin runs on the data folder"):
        await TemporalServer(tmp_path, rehearsal=False).prepare()
    first.release()
    second = TemporalServer(tmp_path, rehearsal=False)
    await second.prepare()
    second.release()


@pytest.mark.usefixtures("pretended")
@pytest.mark.parametrize("recorded", ["1.31.0", None])
async def test_a_file_of_another_version_is_refused(tmp_path: Path, recorded: str | None) -> None:
    server = TemporalServer(tmp_path, rehearsal=False)
    server.database.parent.mkdir()
    server.database.touch()
    if recorded:
        (server.database.parent / "server-version").write_text(recorded)
    with pytest.raises(EngineUnavailable) as caught:
        await server.prepare()
    assert f"was written by {'Temporal server 1.31.0' if recorded else 'an unknown version'}" in caught.value.what
    assert ("cmd/server@v1.31.0" in caught.value.remedy) == bool(recorded)
    assert "move" in caught.value.remedy


async def test_an_address_is_known_only_once_prepared(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="prepared"):
        _ = TemporalServer(tmp_path, rehearsal=False).address


async def test_settings_of_other_temporal_tools_do_not_reach_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ENVIRONMENT", "production")
    environment = temporal.without_temporal_settings()
    assert "TEMPORAL_ENVIRONMENT" not in environment
    assert environment["PATH"] == os.environ["PATH"]
