"""The public register: what anybody may read of a certificate, and how often."""

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlmodel import Session

from api import verify_page
from domain.dates import local_date
from records import certificates
from records.issued import CertificateRow, DocumentRow
from records.tables import CaseRow
from settings import Settings
from tests.api.conftest import Web
from tests.states import Kept, a_certificate, granted

PDF = b"%PDF-1.7 a certificate"


@pytest.fixture
def today() -> date:
    return local_date(datetime.now(UTC))


def live(today: date, number: int = 1, **changes: Any) -> Kept:
    """A case whose certificate runs today."""
    begun = today - timedelta(days=30)
    certificate = a_certificate(number, decided_on=begun, valid_from=begun, valid_until=today + timedelta(days=1000))
    return granted(number, certificates=[certificate], **changes)


def write(session: Session, kept: Kept, days_ago: int = 30) -> None:
    kept.write(session, datetime.now(UTC) - timedelta(days=days_ago))


async def test_the_register_lists_what_the_contract_names(web: Web, today: date) -> None:
    with web.session() as session:
        write(session, live(today))
    answer = await web.visitor.get("/api/v1/certificates")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=60"
    [item] = answer.json()["items"]
    assert answer.json()["next_cursor"] is None
    assert item["number"] == "SXJP-2026-00001"
    assert item["status"] == "valid"
    assert item["organization"].startswith("晋韵酒店")
    assert item["scheme"] == {"id": "service", "version": "1.0"}
    assert item["special_rule"] == {"id": "example-heritage-hotel", "version": "1.0"}
    assert (item["service"], item["scope"]) == ("文化主题酒店住宿服务", "住宿与文化体验")
    assert [site["id"] for site in item["sites"]] == ["s1", "s2", "s3"]
    assert item["decided_on"] == item["valid_from"] == str(today - timedelta(days=30))
    assert item["valid_until"] == str(today + timedelta(days=1000))
    assert (item["predecessor"], item["body"], item["rehearsal"]) == (None, "demo", False)


async def test_nothing_of_the_people_behind_a_certificate_is_public(web: Web, today: date) -> None:
    with web.session() as session:
        write(session, live(today))
    for path in ("/api/v1/certificates/SXJP-2026-00001", "/verify/SXJP-2026-00001"):
        text = (await web.visitor.get(path)).text
        assert not re.search("安申请|王晋|0351-1234567|applicant|headcount|case-1", text)


async def test_the_status_of_a_day_is_told_with_the_day(web: Web, today: date) -> None:
    kept = live(today)
    with web.session() as session:
        write(session, kept)
        kept.state.certificates[0].status = "suspended"
        write(session, kept, days_ago=10)
    path = "/api/v1/certificates/SXJP-2026-00001"

    async def status(day: date | None = None) -> str:
        return str((await web.visitor.get(path, params={"on": str(day)} if day else {})).json()["status"])

    assert await status() == "suspended"
    assert await status(today - timedelta(days=10)) == "suspended"
    assert await status(today - timedelta(days=11)) == "valid"
    assert await status(today - timedelta(days=31)) == "upcoming"
    assert await status(today + timedelta(days=1001)) == "expired"
    assert (await web.visitor.get(path)).json()["on"] == str(today)


async def test_a_rehearsed_certificate_has_the_status_of_its_own_clock_and_is_marked(web: Web, today: date) -> None:
    with web.session() as session:
        write(session, live(today, rehearsal=True))
        case = session.get(CaseRow, "case-1")
        assert case
        case.clock_ahead = 86400.0 * 1001
        session.add(case)
        session.commit()
    path = "/api/v1/certificates/SXJP-2026-00001"
    item = (await web.visitor.get(path)).json()
    assert (item["status"], item["rehearsal"]) == ("expired", True)
    assert (await web.visitor.get(path, params={"on": str(today)})).json()["status"] == "valid"
    page = (await web.visitor.get("/verify/SXJP-2026-00001")).text
    assert "演练 REHEARSAL" in page
    assert "已过期" in page


async def test_the_register_is_filtered_searched_and_paged(web: Web, today: date) -> None:
    with web.session() as session:
        for number in range(1, 6):
            kept = live(today, number, name="太原晋阳酒店" if number == 3 else "")
            kept.state.certificates[0].status = "withdrawn" if number == 2 else "valid"
            write(session, kept)

    async def found(**query: object) -> tuple[list[int], str | None]:
        answer = await web.visitor.get("/api/v1/certificates", params={k: str(v) for k, v in query.items()})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        return [int(item["number"][-5:]) for item in page["items"]], page["next_cursor"]

    assert await found(status="withdrawn") == ([2], None)
    assert await found(q="晋阳") == ([3], None)
    assert await found(q="00004", status="valid") == ([4], None)
    assert await found(q="nobody") == ([], None)
    first, cursor = await found(status="valid", limit=2)
    second, end = await found(status="valid", limit=2, cursor=cursor)
    assert (first, second, end) == ([1, 3], [4, 5], None)


@pytest.mark.parametrize("query", ["status=fine", "limit=0", "limit=101", "cursor=%FF", f"q={'x' * 101}"])
async def test_a_wrong_question_is_invalid(web: Web, query: str) -> None:
    answer = await web.visitor.get(f"/api/v1/certificates?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", ""])
async def test_a_wrong_day_is_invalid(web: Web, day: str) -> None:
    answer = await web.visitor.get("/api/v1/certificates/SXJP-2026-00001", params={"on": day})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_text_no_database_can_hold_is_found_nowhere(web: Web) -> None:
    assert (await web.visitor.get("/api/v1/certificates?q=%00")).json()["items"] == []
    assert (await web.visitor.get("/api/v1/certificates/%00")).status_code == 404


@pytest.mark.parametrize("number", ["SXJP-2026-99999", "nothing", "x" * 500, "case-1", "%2e%2e"])
@pytest.mark.parametrize("form", ["/api/v1/certificates/{}", "/api/v1/certificates/{}.pdf"])
async def test_unknown_numbers_are_all_alike(web: Web, form: str, number: str, today: date) -> None:
    with web.session() as session:
        write(session, live(today))
    answer = await web.visitor.get(form.format(number))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    known = {"type", "title", "status", "code", "detail"}
    assert set(answer.json()) == known
    assert answer.json()["code"] == "not_found"


async def test_the_certificate_itself_can_be_had_by_anybody_once_it_is_printed(web: Web, today: date) -> None:
    path = "/api/v1/certificates/SXJP-2026-00001.pdf"
    with web.session() as session:
        write(session, live(today))
    waiting = await web.visitor.get(path)
    assert (waiting.status_code, waiting.json()["code"]) == (503, "unavailable")
    assert waiting.headers["retry-after"]
    printed(web)
    answer = await web.visitor.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content == PDF
    assert answer.headers["content-disposition"] == 'inline; filename="SXJP-2026-00001.pdf"'


def printed(web: Web) -> None:
    stored = web.app.state.storage.put(PDF)
    fields = {"case_id": "case-1", "effect_id": "9.1", "kind": "certificate", "about": "SXJP-2026-00001"}
    with web.session() as session:
        session.add(DocumentRow(**fields, sha256=stored.sha256, name="SXJP-2026-00001.pdf", at=datetime.now(UTC)))
        session.commit()


# The page behind the QR code


class Page(HTMLParser):
    """What a page is made of: its tags with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


async def test_the_page_says_in_both_languages_what_the_certificate_is_worth(web: Web, today: date) -> None:
    """R:8/7.3.4."""
    with web.session() as session:
        write(session, live(today))
    printed(web)
    answer = await web.visitor.get("/verify/SXJP-2026-00001")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    text = "".join(page.words)
    for said in ("有效", "Valid", "晋韵酒店", "平遥店", "示例认证有限公司", "Demo Certification Ltd", str(today)):
        assert said in text
    assert ("html", {"lang": "zh-CN"}) in page.tags
    assert {"main", "h1", "title"} <= {tag for tag, _ in page.tags}
    links = [found["href"] for tag, found in page.tags if tag == "a"]
    assert links == ["/api/v1/certificates/SXJP-2026-00001.pdf"]


async def test_the_page_loads_nothing_and_runs_nothing(web: Web, today: date) -> None:
    with web.session() as session:
        write(session, live(today))
    answer = await web.visitor.get("/verify/SXJP-2026-00001")
    page = Page(answer.text)
    assert not {"script", "img", "link", "iframe", "form"} & {tag for tag, _ in page.tags}
    assert not any("src" in found or "style" in found for _, found in page.tags)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_what_people_wrote_is_text_on_the_page(web: Web, today: date) -> None:
    name = '<script>alert("1")</script> & $style ${content}'
    with web.session() as session:
        write(session, live(today, name=name))
    text = (await web.visitor.get("/verify/SXJP-2026-00001")).text
    assert "<script" not in text
    assert name in "".join(Page(text).words)
    assert name not in text


async def test_an_unknown_number_is_told_to_people_and_repeated_as_text(web: Web) -> None:
    answer = await web.visitor.get("/verify/%3Cb%3Enothing")
    assert answer.status_code == 404
    assert "查无此证" in answer.text
    assert "No such certificate" in answer.text
    assert "&lt;b&gt;nothing" in answer.text


@pytest.mark.parametrize("status", list(verify_page.WORDS))
def test_every_status_has_words_of_its_own(status: certificates.Status, today: date) -> None:
    tone, sign, zh, en = verify_page.WORDS[status]
    row = CertificateRow(
        number="N",
        case_id="case-1",
        place=0,
        body="demo",
        status="valid",
        address="街1号",
        organization="组织",
        uscc="91140100MA0200001B",
        service="服务",
        scope="范围",
        scheme="service",
        scheme_version="1.0",
        sites=[{"id": "s1", "name": "总部", "city": "太原", "address": "街1号"}],
        decided_on=today,
        valid_from=today,
        valid_until=today,
    )
    page = verify_page.known(certificates.Entry(row, status, today), ("机构", "Body"), printed=False)
    assert f'<p class="verdict {tone}">{sign} {zh} <span lang="en">{en}</span></p>' in page


# How often


@pytest.fixture
def strict(settings: Settings) -> Settings:
    settings.register_per_minute = 3
    return settings


async def test_one_address_asks_only_so_often_and_is_told_when_again(strict: Settings, web: Web) -> None:
    del strict
    paths = ["/api/v1/certificates", "/verify/N", "/api/v1/certificates/N", "/api/v1/certificates/N.pdf"]
    answers = [await web.visitor.get(path) for path in paths]
    assert [answer.status_code for answer in answers] == [200, 404, 404, 429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert 50 <= int(answers[-1].headers["retry-after"]) <= 60
    async with web.from_address("192.0.2.2") as other:
        assert (await other.get("/api/v1/certificates")).status_code == 200


async def test_one_connection_is_one_address_however_many_it_has(strict: Settings, web: Web) -> None:
    del strict
    codes = []
    for last in range(4):
        async with web.from_address(f"2001:db8:1:2::{last}") as visitor:
            codes.append((await visitor.get("/api/v1/certificates")).status_code)
    assert codes == [200, 200, 200, 429]


async def test_only_the_register_is_limited(strict: Settings, web: Web) -> None:
    del strict
    codes = [(await web.visitor.get("/health/live")).status_code for _ in range(10)]
    assert set(codes) == {200}
