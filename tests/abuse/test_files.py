"""Files that lie: about their length, their kind, their size unpacked, their name."""

import asyncio
import contextlib
import io
import re
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
import uvicorn
from pikepdf import Dictionary, Name, Pdf, String
from sqlmodel import select

from records.tables import FileRow
from tests.api.conftest import Web
from tests.papers import PDF, a_bomb, a_pdf, a_structural_bomb
from tests.services.pixels import Page

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffda0008010100003f0054dfffd9")
EDGE = b"the-edge"
HEAD = b'--%s\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' % EDGE
FORM = HEAD + PDF + b"\r\n--%s--\r\n" % EDGE


async def sent(web: Web, data: bytes, name: str = "a.pdf") -> httpx.Response:
    headers = web.signed_in("applicant") | {"Accept-Language": "en"}
    return await web.visitor.post("/api/v1/files", files={"file": (name, data)}, headers=headers)


async def refused(web: Web, data: bytes) -> str:
    """What is said of a file that is not taken; nothing of it is kept."""
    answer = await sent(web, data)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media"), answer.text
    assert kept(web) == []
    return str(answer.json()["detail"])


def kept(web: Web) -> list[Path]:
    """What lies in the store; each has its row."""
    files = [path for path in (web.app.state.settings.data / "files").rglob("*") if path.is_file()]
    with web.session() as session:
        rows = session.exec(select(FileRow)).all()
    assert sorted(row.sha256 for row in rows) == sorted(path.name for path in files)
    return files


# The length


@contextlib.asynccontextmanager
async def listening(web: Web) -> AsyncIterator[int]:
    """The application on a real port; its life is the fixture's."""
    server = uvicorn.Server(uvicorn.Config(web.app, port=0, lifespan="off", log_level="critical"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # the server has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def told(web: Web, port: int, declared: str, body: bytes, *, then_gone: bool = False) -> str:
    """The first line of the answer to an upload that declares this length and sends this body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    token = web.signed_in("applicant")["Authorization"]
    head = (
        f"POST /api/v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Length: {declared}\r\n"
        f"Content-Type: multipart/form-data; boundary={EDGE.decode()}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    line = b"" if then_gone else await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    return line.decode().strip()


async def test_a_declared_length_that_is_too_much_is_refused_before_anything_is_read(web: Web) -> None:
    async with listening(web) as port:
        assert " 413 " in await told(web, port, str(10 << 30), b"")
        assert kept(web) == []


@pytest.mark.parametrize("less", [1, len(EDGE) + 10, len(PDF)])
async def test_a_declared_length_that_is_too_small_leaves_nothing_behind(web: Web, less: int) -> None:
    async with listening(web) as port:
        assert " 4" in await told(web, port, str(len(FORM) - less - 2), FORM)
        assert kept(web) == []
        assert " 201 " in await told(web, port, str(len(FORM)), FORM)


async def test_a_declared_length_that_is_never_sent_leaves_nothing_behind(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(web) as port:
        await told(web, port, str(len(FORM) + 100), FORM, then_gone=True)
        assert " 201 " in await told(web, port, str(len(FORM)), FORM)
        assert len(kept(web)) == 1
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_body_without_a_length_is_stopped_at_the_limit(web: Web) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        yield HEAD
        while True:
            read += 1
            yield bytes(1 << 20)

    headers = web.signed_in("applicant") | {"Content-Type": f"multipart/form-data; boundary={EDGE.decode()}"}
    answer = await web.visitor.post("/api/v1/files", content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert read < 60


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
async def test_only_a_form_brings_a_file(web: Web, kind: str) -> None:
    headers = web.signed_in("applicant") | {"Content-Type": kind}
    answer = await web.visitor.post("/api/v1/files", content=b"x" * 1_000_001, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media")


# The kind


def a_png(folder: Path) -> bytes:
    Page(2, 2, bytes(12), "").save(folder / "p.png")
    return (folder / "p.png").read_bytes()


def with_zip(front: bytes, back: bytes = b"") -> bytes:
    """A ZIP with something before it and, as its comment, something after it."""
    out = io.BytesIO(front)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("evil.js", "alert(1)")
        archive.comment = back
    return out.getvalue()


def with_comment(text: bytes) -> bytes:
    """A JPEG with a comment."""
    return JPEG[:2] + b"\xff\xfe" + (len(text) + 2).to_bytes(2) + text + JPEG[2:]


async def test_a_file_that_is_two_things_is_refused(web: Web, tmp_path: Path) -> None:
    png = a_png(tmp_path)
    assert (await sent(web, with_comment(b"a photograph"))).status_code == 201
    assert (await sent(web, png)).status_code == 201
    for two in (
        with_zip(png),
        with_zip(png, png[-12:]),
        with_zip(JPEG),
        with_zip(PDF, PDF[PDF.index(b"xref") :]),
        with_zip(PDF + b"%", b"\n" + PDF[PDF.index(b"startxref") :]),
        with_comment(b"<html><script>alert(1)</script>"),
        with_comment(b"<!DOCTYPE HTML>"),
        with_comment(b"%PDF-1.4"),
        PDF.replace(b"%\xbf\xf7\xa2\xfe", b"<script>alert(1)</script>"),
    ):
        answer = await sent(web, two)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media"), two[:60]
    assert len(kept(web)) == 2


async def test_a_pdf_bomb_harms_nobody(web: Web) -> None:
    assert "damaged, or too complex" in await refused(web, a_structural_bomb(600))
    assert (await sent(web, a_bomb())).status_code == 201  # its content is nobody's to unpack here


async def test_a_script_in_a_pdf_is_refused(web: Web) -> None:
    def change(pdf: Pdf) -> None:
        pdf.Root["/OpenAction"] = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))

    assert "contains a script" in await refused(web, a_pdf(change))


# The name


async def sent_under(web: Web, name: str) -> httpx.Response:
    """A PDF sent under a name that no library has put right."""
    head = f'--{EDGE.decode()}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    form = {"Content-Type": f"multipart/form-data; boundary={EDGE.decode()}"}
    body = head.encode() + PDF + b"\r\n--" + EDGE + b"--\r\n"
    return await web.visitor.post("/api/v1/files", content=body, headers=web.signed_in("applicant") | form)


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\a.pdf", "a.pdf"),
        ("/etc/cron.d/x.pdf", "x.pdf"),
        ("..", "file"),
    ],
)
async def test_a_name_is_no_path(web: Web, name: str, becomes: str) -> None:
    answer = await sent_under(web, name)
    assert (answer.status_code, answer.json()["name"]) == (201, becomes), answer.text
    [path] = kept(web)
    assert path.name == answer.json()["sha256"]


@pytest.mark.parametrize(
    "name",
    [
        "a%0D%0ASet-Cookie: x=1",
        "a\r\nSet-Cookie: x=1",
        "a\nSet-Cookie: x=1",
        'a\\"; filename=b',
        "exe.\u202efdp",
        "a\tb\x0bc\x7f",
    ],
)
async def test_a_name_is_no_header(web: Web, name: str) -> None:
    answer = await sent_under(web, name)
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"].isprintable()
    file = f"/api/v1/files/{answer.json()['id']}"
    got = await web.visitor.get(file, headers=web.signed_in("applicant"))
    assert "set-cookie" not in got.headers
    assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w.%~-]+", got.headers["content-disposition"], re.ASCII)


@pytest.mark.parametrize("name", ["a\rb", "a\r\n\r\nb"])
async def test_a_name_that_ends_the_header_is_no_upload(web: Web, name: str) -> None:
    answer = await sent_under(web, name)
    assert "set-cookie" not in answer.headers
    assert answer.status_code in (415, 422), answer.text
    assert kept(web) == []


@pytest.mark.parametrize("name", ["{{7*7}}", "${7*7}", "%s%n", "{0.__class__}", "#panic()", "$(id)"])
async def test_template_text_in_a_name_stays_text(web: Web, name: str) -> None:
    answer = await sent(web, PDF, name)
    assert answer.json()["name"] == name
    got = await web.visitor.get(f"/api/v1/files/{answer.json()['id']}", headers=web.signed_in("applicant"))
    assert unquote(got.headers["content-disposition"].partition("''")[2]) == name
    assert repr(name) in (await sent(web, b"nothing", name)).json()["detail"]
