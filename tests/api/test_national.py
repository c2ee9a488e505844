"""The national platform as a second receiver: files of what has changed, receipts entered back."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from tests.api.conftest import Web
from tests.states import AT, Kept, a_certificate, granted

PATH = "/api/v1/national/exports"
DECEMBER = {"from": "2026-12-01", "to": "2026-12-31"}
RECEIPT = {"number": "GJ-1", "on": "2026-01-05"}


def issued(web: Web, *numbers: int, **changes: Any) -> list[Kept]:
    """Certificates that were issued on 20 December 2026."""
    found = [granted(number, **changes) for number in numbers]
    for kept in found:
        with web.session() as session:
            kept.write(session)
    return found


def suspend(web: Web, kept: Kept) -> None:
    """Ten days later a certificate is suspended."""
    kept.state.certificates[0] = a_certificate(status="suspended")
    with web.session() as session:
        kept.write(session, AT + timedelta(days=10))


async def export(web: Web, period: dict[str, str] | None = None, user: str = "manager") -> httpx.Response:
    return await web.visitor.post(PATH, json=period or DECEMBER, headers=web.signed_in(user))


async def answer(web: Web, export_id: str, body: dict[str, str], user: str = "manager") -> httpx.Response:
    return await web.visitor.post(f"{PATH}/{export_id}/receipt", json=body, headers=web.signed_in(user))


async def lines(web: Web, export_id: str) -> list[dict[str, str]]:
    got = await web.visitor.get(f"{PATH}/{export_id}.csv", headers=web.signed_in("manager"))
    assert got.content.startswith("\N{BYTE ORDER MARK}".encode())
    return list(csv.DictReader(io.StringIO(got.content.decode("utf-8-sig"))))


async def test_an_export_is_a_file_with_a_line_for_each_change(web: Web) -> None:
    """R:7/6.4.6.2."""
    [kept] = issued(web, 1)
    suspend(web, kept)
    made = await export(web)
    assert (made.status_code, made.json()["changes"], made.json()["state"]) == (201, 2, "open")
    first, second = await lines(web, made.json()["id"])
    assert first == {
        "证书编号": "SXJP-2026-00001",
        "获证组织名称": "晋韵酒店管理有限公司200001",
        "统一社会信用代码": "91140100MA0200001B",
        "认证方案": "service",
        "方案版本": "1.0",
        "认证服务": "文化主题酒店住宿服务",
        "认证范围": "住宿与文化体验",
        "场所数": "3",
        "认证决定日期": "2026-12-20",
        "有效期起": "2026-12-20",
        "有效期止": "2029-12-19",
        "证书状态": "suspended",
        "状态起始日期": "2026-12-30",
        "原证书编号": "",
        "变更类型": "issued",
        "变更日期": "2026-12-20",
    }
    assert (second["变更类型"], second["变更日期"]) == ("suspended", "2026-12-30")


async def test_the_same_request_gives_the_same_export_while_nothing_new_is_there(web: Web) -> None:
    issued(web, 1)
    first = (await export(web)).json()
    again = await export(web)
    assert (again.status_code, again.json()) == (200, first)
    await answer(web, first["id"], RECEIPT)
    confirmed = await export(web)
    assert (confirmed.status_code, confirmed.json()["id"]) == (200, first["id"])


async def test_what_is_new_comes_in_an_export_of_its_own_without_what_is_confirmed(web: Web) -> None:
    [kept] = issued(web, 1)
    first = (await export(web)).json()
    await answer(web, first["id"], RECEIPT)
    suspend(web, kept)
    second = await export(web)
    assert (second.status_code, second.json()["changes"]) == (201, 1)
    assert [line["变更类型"] for line in await lines(web, second.json()["id"])] == ["suspended"]


async def test_a_change_is_confirmed_by_one_receipt_only(web: Web) -> None:
    [kept] = issued(web, 1)
    first = (await export(web)).json()
    suspend(web, kept)
    second = (await export(web)).json()
    assert (second["id"] != first["id"], second["changes"]) == (True, 2)
    assert (await answer(web, first["id"], RECEIPT)).json()["receipt"] == RECEIPT
    late = await answer(web, second["id"], RECEIPT | {"number": "GJ-2"})
    assert (late.status_code, late.json()["code"]) == (409, "stage_conflict")


async def test_a_receipt_is_entered_once(web: Web) -> None:
    issued(web, 1)
    made = (await export(web)).json()
    assert [(await answer(web, made["id"], RECEIPT)).status_code for _ in range(2)] == [200, 200]
    other = await answer(web, made["id"], RECEIPT | {"number": "GJ-2"})
    assert (other.status_code, other.json()["code"]) == (409, "stage_conflict")
    assert (await answer(web, made["id"], {"rejected": "格式有误"})).status_code == 409


async def test_what_a_rejected_export_holds_comes_again_in_the_next(web: Web) -> None:
    issued(web, 1)
    made = (await export(web)).json()
    rejected = (await answer(web, made["id"], {"rejected": "格式有误"})).json()
    assert (rejected["state"], rejected["rejected"]) == ("rejected", "格式有误")
    again = await export(web)
    assert (again.status_code, again.json()["changes"]) == (201, 1)
    assert again.json()["id"] != made["id"]


async def test_only_the_days_asked_for_count_both_included(web: Web) -> None:
    issued(web, 1)
    for period, status in (
        ({"from": "2026-12-20", "to": "2026-12-20"}, 201),
        ({"from": "2026-12-21", "to": "2026-12-31"}, 409),
        ({"from": "2026-12-01", "to": "2026-12-19"}, 409),
    ):
        assert (await export(web, period)).status_code == status


async def test_other_bodies_and_rehearsed_certificates_are_not_in_it(web: Web) -> None:
    issued(web, 1)
    issued(web, 2, body="other")
    issued(web, 3, rehearsal=True)
    made = (await export(web)).json()
    assert [line["证书编号"] for line in await lines(web, made["id"])] == ["SXJP-2026-00001"]
    mine = (await web.visitor.get(PATH, headers=web.signed_in("manager"))).json()
    theirs = (await web.visitor.get(PATH, headers=web.signed_in("manager2"))).json()
    assert ([one["id"] for one in mine["items"]], theirs["items"]) == ([made["id"]], [])
    for path in (f"{PATH}/{made['id']}", f"{PATH}/{made['id']}.csv"):
        assert (await web.visitor.get(path, headers=web.signed_in("manager2"))).status_code == 404
    assert (await answer(web, made["id"], RECEIPT, "manager2")).status_code == 404


@pytest.mark.parametrize("user", ["leader", "reviewer", "decider", "admin", "applicant", "alliance"])
async def test_nobody_else_exports(web: Web, user: str) -> None:
    issued(web, 1)
    made = (await export(web, user="ops")).json()
    assert (await export(web, user=user)).json()["code"] == "forbidden"
    assert (await answer(web, made["id"], RECEIPT, user)).json()["code"] == "forbidden"


@pytest.mark.parametrize(
    "body",
    [{}, {"number": "GJ-1"}, {"on": "2026-01-05"}, RECEIPT | {"rejected": "x"}, RECEIPT | {"on": "9999-01-01"}],
)
async def test_an_answer_is_a_receipt_of_a_day_that_has_come_or_a_rejection(web: Web, body: dict[str, str]) -> None:
    issued(web, 1)
    made = (await export(web)).json()
    refused = await answer(web, made["id"], body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("period", [{"from": "2026-12-31", "to": "2026-12-01"}, {"from": "2026-12-01"}, {}])
async def test_a_period_has_two_days_in_order(web: Web, period: dict[str, str]) -> None:
    refused = await web.visitor.post(PATH, json=period, headers=web.signed_in("manager"))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


async def test_the_layout_that_is_set_is_the_files(web: Web) -> None:
    issued(web, 1)
    layout = {"uscc": "机构代码", "changed_on": "日期"}
    web.app.state.settings = web.app.state.settings.model_copy(update={"national_columns": layout})
    made = (await export(web)).json()
    assert await lines(web, made["id"]) == [{"机构代码": "91140100MA0200001B", "日期": str(date(2026, 12, 20))}]


async def test_each_line_of_a_rehearsed_file_says_so_whatever_its_layout(web: Web) -> None:
    issued(web, 1, rehearsal=True)
    changes = {"rehearsal": True, "national_columns": {"number": "证书编号"}}
    web.app.state.settings = web.app.state.settings.model_copy(update=changes)
    made = (await export(web)).json()
    assert await lines(web, made["id"]) == [{"演练 rehearsal": "True", "证书编号": "SXJP-2026-00001"}]
