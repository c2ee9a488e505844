"""The list of certified organizations: public, of real certificates, as pages and as a table."""

import csv
import io
from typing import Any

import pytest

from tests.api.conftest import Web
from tests.applications import uscc
from tests.states import a_certificate, granted

PATH = "/api/v1/alliance/organizations"


def certified(web: Web, *numbers: int, **changes: Any) -> None:
    """Organizations with a certificate each."""
    for number in numbers:
        with web.session() as session:
            granted(number, **changes).write(session)


async def listed(web: Web, **query: Any) -> dict[str, Any]:
    answer = await web.visitor.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.fixture(autouse=True)
def _after_the_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificates of the tests are decided in December: their status counts as already begun."""
    monkeypatch.setattr("records.certificates.local_date", lambda _: a_certificate().decided_on)


async def test_a_certified_organization_is_listed_with_its_certificates(web: Web) -> None:
    certified(web, 1)
    [item] = (await listed(web))["items"]
    [certificate] = item.pop("certificates")
    assert item == {
        "name": "晋韵酒店管理有限公司200001",
        "uscc": uscc(200_001),
        "city": "太原",
        "bodies": ["demo"],
    }
    assert certificate == {
        "number": "SXJP-2026-00001",
        "status": "valid",
        "service": "文化主题酒店住宿服务",
        "scope": "住宿与文化体验",
        "decided_on": "2026-12-20",
        "valid_from": "2026-12-20",
        "valid_until": "2029-12-19",
        "rehearsal": False,
    }


async def test_certificates_of_several_bodies_stand_under_one_organization(web: Web) -> None:
    certified(web, 1)
    other = granted(2, body="other")
    first = granted(1).state.application
    assert other.state.application
    assert first
    service = first.service.model_copy(update={"name": "餐饮服务"})
    changes = {"organization": first.organization, "service": service}
    other.state.application = other.state.application.model_copy(update=changes)
    with web.session() as session:
        other.write(session)
    [item] = (await listed(web))["items"]
    assert (item["bodies"], len(item["certificates"])) == (["demo", "other"], 2)


async def test_only_certificates_of_the_status_asked_for_are_listed(web: Web) -> None:
    certified(web, 1)
    certified(web, 2, certificates=[a_certificate(2, status="suspended")])
    certified(web, 3, certificates=[a_certificate(3, status="withdrawn")])
    seen = {status: (await listed(web, status=status))["items"] for status in ("valid", "suspended", "withdrawn")}
    assert {status: [item["uscc"] for item in items] for status, items in seen.items()} == {
        "valid": [uscc(200_001)],
        "suspended": [uscc(200_002)],
        "withdrawn": [uscc(200_003)],
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"city": "太原"}, [1, 2]),
        ({"city": "大同"}, []),
        ({"q": "200002"}, [2]),
        ({"q": uscc(200_001)}, [1]),
        ({"q": "%"}, []),
        ({"q": "\0"}, []),
    ],
)
async def test_they_are_found_by_city_name_and_code(web: Web, query: dict[str, str], found: list[int]) -> None:
    certified(web, 1, 2)
    assert [item["uscc"] for item in (await listed(web, **query))["items"]] == [uscc(200_000 + one) for one in found]


async def test_they_come_in_pages_by_code(web: Web) -> None:
    certified(web, 5, 4, 3, 2, 1)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await listed(web, limit=2, cursor=cursor)
        seen += [item["uscc"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(uscc(200_000 + number) for number in (1, 2, 3, 4, 5))


async def test_rehearsed_certificates_are_listed_only_where_the_installation_rehearses(web: Web) -> None:
    certified(web, 1, rehearsal=True)
    assert (await listed(web))["items"] == []
    web.app.state.settings = web.app.state.settings.model_copy(update={"rehearsal": True})
    [item] = (await listed(web))["items"]
    assert [one["rehearsal"] for one in item["certificates"]] == [True]


async def test_the_table_has_every_certificate_in_a_line_and_no_formula(web: Web) -> None:
    certified(web, 1)
    certified(web, 2, certificates=[a_certificate(2), a_certificate(3, predecessor="SXJP-2026-00002")])
    certified(web, 4, name="=1+1")
    answer = await web.visitor.get(PATH, params={"format": "csv", "limit": 1})
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.content.startswith("\N{BYTE ORDER MARK}".encode())
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["number"] for row in rows] == [f"SXJP-2026-0000{number}" for number in (1, 2, 3, 4)]
    assert (rows[0]["body"], rows[0]["city"], rows[3]["organization"]) == ("demo", "太原", "'=1+1")


async def test_asking_too_often_is_refused(web: Web) -> None:
    caller = web.from_address("192.0.2.9")
    web.app.state.gate.enter("192.0.2.9")
    for _ in range(999):
        web.app.state.gate.enter("192.0.2.9")
    assert (await caller.get(PATH)).status_code == 429
