"""The story on the real engine: three years and more of one case, through the HTTP API only."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from rich.console import Console
from sqlmodel import Session
from temporalio.client import Client

from demo.case import Case, chain_is_whole
from demo.people import DemoStoppedError
from demo.play import kept_password, play
from records import queries
from records.chain import broken_at
from services.engine import connect
from tests.product import PASSWORD, Product

pytestmark = pytest.mark.engine


class Played(NamedTuple):
    """A story that has been told."""

    case: Case
    told: str
    out: Path


@pytest.fixture(scope="module")
async def played(product: Product, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Played]]:
    """Two seeds, told at the same time."""

    async def one(seed: int, http: httpx.AsyncClient) -> Played:
        said, out = io.StringIO(), tmp_path_factory.mktemp("demo-out")
        case = await play(http, PASSWORD, seed, out, Console(file=said, width=200))
        return Played(case, said.getvalue(), out)

    async with product.stranger() as http:
        yield list(await asyncio.gather(one(1, http), one(2, http)))


@pytest.fixture(scope="module")
def case(played: list[Played]) -> Case:
    return played[0].case


async def test_the_second_certificate_follows_the_first_without_a_gap(case: Case) -> None:
    new, old = case.seen["certificates"]
    assert (new["status"], old["status"]) == ("valid", "expired")
    assert (new["predecessor"], old["successor"]) == (old["number"], new["number"])
    assert case.seen["cycle"] == {"number": 2, "kind": "recertification"}
    assert (case.seen["stage"], case.seen["status"]) == ("certified", "certified")


async def test_every_audit_was_held_and_only_the_first_failed(case: Case) -> None:
    held = [audit for audit in case.seen["audits"] if audit["last_day"]]
    kinds = ["initial", "reaudit", "surveillance", "surveillance", "recertification"]
    assert [audit["audit_kind"] for audit in held] == kinds
    assert [audit["results"]["verdict"] for audit in held] == ["fail", "pass", "pass", "pass", "pass"]
    assert not case.seen["tasks"]


async def test_no_client_date_was_missed_and_nothing_is_flagged_late(case: Case) -> None:
    assert [
        one for one in case.seen["deadlines"] if one["state"] == "missed" and one["kind"] != "certificate.expiry"
    ] == []
    assert not {"overdue", "late_entry", "late_application", "issue_overdue"} & set(case.seen["flags"])


async def test_the_record_is_one_whole_chain(case: Case) -> None:
    events = await case.people["manager"].events(case.id)
    assert broken_at(events) is None
    assert chain_is_whole(events)
    assert len(events) == case.seen["version"]


async def test_a_chain_that_was_altered_is_not_whole(case: Case) -> None:
    events = await case.people["manager"].events(case.id)
    assert not chain_is_whole([*events[:5], events[5] | {"actor": "somebody"}, *events[6:]])


async def test_two_seeds_give_other_totals_sites_and_numbers(played: list[Played]) -> None:
    one, other = (_outcome(story.case) for story in played)
    assert all(mine != theirs for mine, theirs in zip(one, other, strict=True))


def _outcome(case: Case) -> list[Any]:
    audits = [audit for audit in case.seen["audits"] if audit["results"]]
    totals = [audit["results"]["readings"]["normalise"]["total"] for audit in audits]
    sites = [audit["plan"]["sites"] for audit in audits]
    return [*totals, sites, case.seen["certificates"][0]["number"], case.seen["organization"]["uscc"]]


async def test_certificates_and_papers_lie_in_the_folder(played: list[Played]) -> None:
    for story in played:
        assert all(path.read_bytes().startswith(b"%PDF-") for path in story.case.files)
        numbers = {certificate["number"] for certificate in story.case.seen["certificates"]}
        assert {path.stem for path in story.out.glob("*.pdf")} == numbers


async def test_each_step_is_told_with_date_clause_and_result(played: list[Played]) -> None:
    told = played[0].told
    for expected in ("R:7/7.2.2", "不通过 FAIL", "退回 rejected 1", "upcoming", "生效 valid", "完整 whole", "seed 1"):
        assert expected in told


async def test_the_history_of_a_whole_life_stays_small(product: Product, case: Case) -> None:
    settings = product.settings
    key = settings.data / "keys" / "payload.key"
    client = await connect(settings.temporal_address, settings.temporal_namespace, key)
    runs = await _runs(client, case.id)
    assert max(runs) <= 1000
    assert sum(runs) < 2500


async def _runs(client: Client, case_id: str) -> list[int]:
    """The number of events of each run, the last one first."""
    lengths, run_id = [], None
    while run_id is None or run_id:
        history = await client.get_workflow_handle(case_id, run_id=run_id).fetch_history()
        lengths.append(len(history.events))
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return lengths


async def test_the_state_stays_small(product: Product, case: Case) -> None:
    with Session(product.app.state.database) as session:
        row = queries.case_row(session, case.id)
        assert row is not None
        assert len(queries.state_of(row).model_dump_json().encode()) < 64 * 1024


async def test_a_wrong_password_is_told(product: Product, tmp_path: Path) -> None:
    async with product.stranger() as http:
        with pytest.raises(DemoStoppedError, match="--password"):
            await play(http, "wrong", 3, tmp_path, Console(file=io.StringIO()))


async def test_a_server_that_is_away_is_told_with_what_to_run(tmp_path: Path) -> None:
    async with httpx.AsyncClient(base_url="http://127.0.0.1:9") as http:
        with pytest.raises(DemoStoppedError, match=r"\./start --rehearsal"):
            await play(http, "x", 3, tmp_path, Console(file=io.StringIO()))


def test_a_folder_without_a_password_is_told(tmp_path: Path) -> None:
    with pytest.raises(DemoStoppedError, match="JINGPIN_DATA"):
        kept_password(tmp_path)


def test_the_password_of_the_data_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "demo-password").write_text("secret\n")
    assert kept_password(tmp_path) == "secret"
