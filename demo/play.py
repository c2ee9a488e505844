"""Plays the story at a running server: finds seed and password, connects, and says what came of it."""

import asyncio
import time
from pathlib import Path
from typing import Final

import httpx
from rich.console import Console

from demo.case import Case, chain_is_whole
from demo.material import Material
from demo.people import DemoStoppedError, gathered
from demo.story import Story
from demo.told import Teller, points

PATIENCE: Final = 120.0
"""Seconds one request may take: an advance passes every timer on its way."""


def run(url: str, password: str, seed: int | None, out: Path, console: Console) -> None:
    """Play the story at an address, with a seed of the present second where none is given.

    Raises:
        DemoStoppedError: the server is away or not in rehearsal, or refuses a step; the message says why.
    """

    async def connected() -> None:
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as http:
            await play(http, password, int(time.time()) if seed is None else seed, out, console)

    try:
        asyncio.run(connected())
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise DemoStoppedError(f"{url} is not an address: {error}") from error


async def play(http: httpx.AsyncClient, password: str, seed: int, out: Path, console: Console) -> Case:
    """Play the whole story at a server in rehearsal; gives the case as it stands at the end.

    Raises:
        DemoStoppedError: the server is away or not in rehearsal, or refuses a step; the message says why.
    """
    began, teller, material = time.monotonic(), Teller(console), Material(seed)
    people = await gathered(http, password)
    teller.opens(seed, str(http.base_url))
    case = Case(people, material, teller, out)
    await Story(case, material, teller).tell()
    teller.ends(await _ending(case, http, time.monotonic() - began))
    return case


async def _ending(case: Case, http: httpx.AsyncClient, seconds: float) -> dict[str, str]:
    """What came of it: certificates, totals, files, addresses, the record, the time it took."""
    events = await case.people["manager"].events(case.id)
    totals = [
        f"{audit['audit_kind']} {points(results['readings'][results['reading_used']]['total'])}"
        for audit in case.seen["audits"]
        if (results := audit["results"])
    ]
    base = str(http.base_url).rstrip("/")
    chain = "完整 whole" if chain_is_whole(events) else "断裂 BROKEN"
    papers = [path for path in case.files if path.parent.name == "papers"]
    printed = [str(path) for path in case.files if path not in papers]
    return {
        "案件 case": f"{case.seen['number']}  {base}/api/v1/cases/{case.id}",
        "历史 history": case.seen.get("history_url", f"{base}/api/v1/cases/{case.id}/events"),
        "得分 totals": " · ".join(totals),
        "证书 certificates": " · ".join(f"{one['number']} {one['status']}" for one in case.seen["certificates"]),
        "公开查询 public": f"{base}/verify/{case.seen['certificates'][0]['number']}",
        "记录 record": f"{len(events)} 事件 events，链 chain {chain}",
        "文件 files": "\n".join([*printed, f"{papers[0].parent}: {len(papers)} 份资料 papers"]),
        "用时 took": f"{seconds:.1f} s",
    }


def kept_password(data: Path) -> str:
    """The password that `./start` made for the seeded accounts of a data folder.

    Raises:
        DemoStoppedError: it made none there.
    """
    kept = data / "keys" / "demo-password"
    try:
        return kept.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise DemoStoppedError(
            f"There is no password of the seeded accounts in {kept} ({error.strerror}).\n"
            "Start the server with ./start --rehearsal, and where it has another data folder name that in\n"
            "JINGPIN_DATA, or give the password that ./start printed: --password or JINGPIN_DEMO_PASSWORD."
        ) from error
