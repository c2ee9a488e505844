"""Which files are taken: five kinds by content; liars are refused, and what does more than show something."""

import io
import os
import tempfile
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
EXTERNAL = (
    '<Relationships><Relationship Id="r1" Type="{}" Target="http://x.test/" TargetMode="External"/></Relationships>'
)
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def _sniffed(data: bytes, name: str = "a") -> str:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        return sniff(file, name)


def _png(tmp_path: Path) -> bytes:
    Page(2, 2, bytes(12), "").save(tmp_path / "p.png")
    return (tmp_path / "p.png").read_bytes()


def _office(media_type: str, part: str, **more: str | bytes) -> bytes:
    types = f'<Types><Override PartName="/{part}" ContentType="{media_type}.main+xml"/></Types>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in ({"[Content_Types].xml": types, "_rels/.rels": "<r/>", part: "<x/>"} | more).items():
            package.writestr(name, text)
    return out.getvalue()


def _docx(**more: str | bytes) -> bytes:
    return _office(DOCX, "word/document.xml", **more)


def _refused(data: bytes, name: str = "a") -> bool:
    with pytest.raises(Refused) as caught:
        _sniffed(data, name)
    return caught.value.refusal.code == "unsupported_media"


def test_pdf_is_taken() -> None:
    assert _sniffed(certificate_pdf(a_certificate()), "a.pdf") == PDF


def test_png_is_taken(tmp_path: Path) -> None:
    assert _sniffed(_png(tmp_path), "a.png") == PNG


def test_jpeg_is_taken() -> None:
    assert _sniffed(JPEG_BYTES, "a.jpg") == JPEG


def test_photograph_with_a_short_film_behind_it_is_taken() -> None:
    assert _sniffed(JPEG_BYTES + b"\0\0\0\x18ftypmp42" + os.urandom(500), "a.jpg") == JPEG


@pytest.mark.parametrize(("kind", "part"), [(DOCX, "word/document.xml"), (XLSX, "xl/workbook.xml")])
def test_office_files_are_taken(kind: str, part: str) -> None:
    assert _sniffed(_office(kind, part), "a") == kind


def test_content_decides_and_not_the_name(tmp_path: Path) -> None:
    assert _sniffed(_png(tmp_path), "report.docx") == PNG


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


def test_png_ends_with_its_last_chunk(tmp_path: Path) -> None:
    assert _refused(_png(tmp_path) + b"\0")


def test_png_with_a_changed_chunk_is_refused(tmp_path: Path) -> None:
    whole = bytearray(_png(tmp_path))
    whole[whole.index(b"IDAT") + 8] ^= 1
    assert _refused(bytes(whole))


def test_zip_is_no_document() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/readme.txt", "hello")
    assert _refused(out.getvalue(), "a.docx")


def test_main_part_need_not_have_its_usual_name() -> None:
    assert _sniffed(_office(DOCX, "word/document2.xml"), "a.docx") == DOCX


def test_declared_main_part_must_be_there() -> None:
    elsewhere = f'<Types><Override PartName="/gone.xml" ContentType="{DOCX}.main+xml"/></Types>'
    assert _refused(_docx(**{"[Content_Types].xml": elsewhere}), "a.docx")


@pytest.mark.parametrize("kind", ["application/vnd.ms-word.document.macroEnabled", "application/vnd.ms-office.activeX"])
def test_document_that_declares_something_active_is_refused(kind: str) -> None:
    assert _refused(_office(kind, "word/document.xml"), "a.docx")


@pytest.mark.parametrize(
    "part",
    [
        "word/vbaProject.bin",
        "xl/macrosheets/sheet1.xml",
        "word/activeX/activeX1.xml",
        "word/embeddings/oleObject1.bin",
        "../../evil",
        "/etc/evil",
    ],
)
def test_what_is_active_and_paths_that_lead_outside_are_refused(part: str) -> None:
    assert _refused(_docx(**{part: "x"}), "a.docx")


@pytest.mark.parametrize("kind", ["attachedTemplate", "oleObject", "image", "frame"])
def test_document_that_fetches_something_when_it_is_opened_is_refused(kind: str) -> None:
    assert _refused(_docx(**{"word/_rels/document.xml.rels": EXTERNAL.format(KIND + kind)}))


def test_disguised_reference_is_found() -> None:
    hidden = EXTERNAL.replace("External", "&#69;xternal").format(KIND + "attachedTemplate")
    assert _refused(_docx(**{"word/_rels/settings.xml.rels": hidden.encode("utf-16")}))


def test_document_with_a_link_to_click_on_is_taken() -> None:
    assert _sniffed(_docx(**{"word/_rels/document.xml.rels": EXTERNAL.format(KIND + "hyperlink")})) == DOCX


def test_entities_are_refused() -> None:
    laughs = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><r>&b;</r>'
    assert _refused(_docx(**{"_rels/.rels": laughs}))


def test_inflated_declaration_is_not_unpacked() -> None:
    assert _refused(_docx(**{"[Content_Types].xml": "0" * (30 << 20)}), "a.docx")


def test_part_that_unpacks_to_a_hundred_times_its_size_is_refused() -> None:
    assert _refused(_docx(**{"word/media/image1.bmp": bytes(3 << 20)}))


def test_parts_that_unpack_to_too_much_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {f"word/media/{n}": os.urandom(1 << 10) for n in range(4)}
    assert _sniffed(_docx(**parts)) == DOCX
    monkeypatch.setattr("services.office._MOST_UNPACKED", 3 << 10)
    assert _refused(_docx(**parts))


def test_part_that_is_larger_than_it_says_is_refused() -> None:
    """The declared size, in the local header and in the directory, is a thousandth of the real one."""
    small, large = (1 << 10).to_bytes(4, "little"), (1 << 20).to_bytes(4, "little")
    honest = _docx(**{"word/media/1": os.urandom(1 << 10) * (1 << 10)})
    assert honest.count(large) == 2
    assert _sniffed(honest) == DOCX
    assert _refused(honest.replace(large, small))


def _with_first_part(first: bytes, comment: bytes = b"") -> bytes:
    """A DOCX that begins with a part that is not packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.bin", first)
        with zipfile.ZipFile(io.BytesIO(_docx())) as whole:
            for name in whole.namelist():
                package.writestr(name, whole.read(name))
        package.comment = comment
    return out.getvalue()


def test_office_file_that_is_also_a_pdf_or_a_page_is_refused() -> None:
    assert _sniffed(_with_first_part(b"nothing")) == DOCX
    pdf = certificate_pdf(a_certificate())
    assert _refused(_with_first_part(pdf, pdf[pdf.rindex(b"startxref") :]))
    assert _refused(_with_first_part(b"<html><script>alert(1)</script>"))


def test_office_file_packed_as_no_office_program_packs_it_is_refused() -> None:
    out = io.BytesIO(_docx())
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("word/a.xml", "<a/>", zipfile.ZIP_LZMA)
        at = package.getinfo("word/a.xml").header_offset + 30 + len("word/a.xml")
    assert _refused(out.getvalue())
    damaged = bytearray(out.getvalue())
    damaged[at + 4 : at + 9] = b"\xff" * 5
    assert _refused(bytes(damaged))
