"""What kind of file some bytes are: five kinds are taken, by their content and never by their name."""

from collections.abc import Callable
from typing import BinaryIO, Final
from zipfile import is_zipfile

from domain.refusal import Refused
from services.images import is_jpeg, is_png
from services.mapped import Bytes, mapped
from services.office import DOCX, XLSX, office_type
from services.pdf import check_pdf

__all__ = ["DOCX", "JPEG", "PDF", "PNG", "XLSX", "sniff"]

PDF: Final = "application/pdf"
PNG: Final = "image/png"
JPEG: Final = "image/jpeg"

_ARCHIVE: Final = b"PK\x03\x04"
_HEAD: Final = 4096
_PAGE: Final = (b"<html", b"<!doctype html", b"<script", b"<body", b"<iframe", b"<svg", b"<?php")
"""What a program that guesses by the first bytes takes for a page."""
_IMAGES: Final[tuple[tuple[str, bytes, Callable[[Bytes], bool]], ...]] = (
    (PNG, b"\x89PNG\r\n\x1a\n", is_png),
    (JPEG, b"\xff\xd8\xff", is_jpeg),
)


def sniff(file: BinaryIO, name: str) -> str:
    """The media type by content; `name` serves the message only.

    Raises:
        Refused: `unsupported_media`.
    """
    with mapped(file) as data:
        found = _type(file, data, name)
    if found is None:
        raise Refused(
            "unsupported_media",
            f"文件“{name}”的内容不是完整的 PDF、PNG、JPEG、DOCX 或 XLSX",
            f"the content of {name!r} is not a sound PDF, PNG, JPEG, DOCX or XLSX",
        )
    return found


def _type(file: BinaryIO, data: Bytes, name: str) -> str | None:
    if _is_two_things(file, data):
        return None
    if data[:4] == _ARCHIVE:
        return office_type(file)
    if data[:5] == b"%PDF-":
        check_pdf(file, data, name)
        return PDF
    return next((kind for kind, mark, sound in _IMAGES if data[: len(mark)] == mark and sound(data)), None)


def _is_two_things(file: BinaryIO, data: Bytes) -> bool:
    """Whether something else would read the file as an archive, a page, or a PDF that begins later."""
    head = data[:_HEAD].lower()
    archive = data[:4] != _ARCHIVE and is_zipfile(file)
    return archive or any(mark in head for mark in _PAGE) or head.find(b"%pdf-") > 0
