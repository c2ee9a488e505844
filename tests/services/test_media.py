"""Which files are taken: five kinds by content; liars are refused."""

import io
import zipfile
from pathlib import Path

import pytest

from domain.refusal import Refused
from services.documents import certificate_pdf
from services.media import DOCX, JPEG, PDF, PNG, XLSX, sniff
from tests.services.builders import a_certificate
from tests.services.pixels import Page

JPEG_BYTES = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "10" * 64 + "ffc0000b080001000101011100"
    "ffc40014000100000000000000000000000000000009ffc40014100100000000000000000000000000000000"
    "ffda0008010100003f0054dfffd9"
)


def _png(tmp_path: Path) -> bytes:
    Page(2, 2, bytes(12), "").save(tmp_path / "p.png")
    return (tmp_path / "p.png").read_bytes()


def _office(media_type: str, part: str, **more: str) -> bytes:
    types = f'<Types><Override PartName="/{part}" ContentType="{media_type}.main+xml"/></Types>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in ({"[Content_Types].xml": types, "_rels/.rels": "<r/>", part: "<x/>"} | more).items():
            package.writestr(name, text)
    return out.getvalue()


def _refused(data: bytes, name: str) -> bool:
    with pytest.raises(Refused) as caught:
        sniff(data, name)
    return caught.value.refusal.code == "unsupported_media"


def test_pdf_is_taken() -> None:
    assert sniff(certificate_pdf(a_certificate()), "a.pdf") == PDF


def test_png_is_taken(tmp_path: Path) -> None:
    assert sniff(_png(tmp_path), "a.png") == PNG


def test_jpeg_is_taken() -> None:
    assert sniff(JPEG_BYTES, "a.jpg") == JPEG


@pytest.mark.parametrize(("kind", "part"), [(DOCX, "word/document.xml"), (XLSX, "xl/workbook.xml")])
def test_office_files_are_taken(kind: str, part: str) -> None:
    assert sniff(_office(kind, part), "a") == kind


def test_content_decides_and_not_the_name(tmp_path: Path) -> None:
    assert sniff(_png(tmp_path), "report.docx") == PNG


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty.pdf"),
        (b"<html><script>alert(1)</script></html>", "page.pdf"),
        (b"#!/bin/sh\nrm -rf /\n", "script.png"),
        (b"MZ\x90\x00" + bytes(60), "tool.jpg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "drawing.png"),
        (b"%PDF-1.7\n<html>", "cut.pdf"),
        (b"<html>%PDF-1.7 startxref %%EOF", "late.pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "hollow.png"),
        (b"\xff\xd8\xff\xe0", "cut.jpg"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old.doc"),
        (b"PK\x03\x04" + bytes(100), "broken.docx"),
    ],
)
def test_liars_are_refused(data: bytes, name: str) -> None:
    assert _refused(data, name)


def test_zip_is_no_document() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/readme.txt", "hello")
    assert _refused(out.getvalue(), "a.docx")


def test_main_part_need_not_have_its_usual_name() -> None:
    assert sniff(_office(DOCX, "word/document2.xml"), "a.docx") == DOCX


def test_declared_main_part_must_be_there() -> None:
    elsewhere = f'<Types><Override PartName="/gone.xml" ContentType="{DOCX}.main+xml"/></Types>'
    assert _refused(_office(DOCX, "word/document.xml", **{"[Content_Types].xml": elsewhere}), "a.docx")


def test_document_that_declares_macros_is_refused() -> None:
    kind = "application/vnd.ms-word.document.macroEnabled"
    assert _refused(_office(kind, "word/document.xml"), "a.docx")


@pytest.mark.parametrize("part", ["word/vbaProject.bin", "../../evil", "/etc/evil"])
def test_macros_and_paths_that_lead_outside_are_refused(part: str) -> None:
    assert _refused(_office(DOCX, "word/document.xml", **{part: "x"}), "a.docx")


def test_inflated_declaration_is_not_unpacked() -> None:
    bomb = _office(DOCX, "word/document.xml", **{"[Content_Types].xml": "0" * (30 << 20)})
    assert _refused(bomb, "a.docx")
