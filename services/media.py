"""What kind of file some bytes are: five kinds are taken, by their content and never by their name."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

import puremagic

from domain.refusal import Refused

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_OVERRIDE = re.compile(rb"<(?:\w+:)?Override\b[^>]*>")
_ATTRIBUTE = re.compile(rb"""(PartName|ContentType)\s*=\s*["']([^"']*)["']""")
_CONTENT_TYPES = "[Content_Types].xml"
_MOST_PARTS = 10_000
_MOST_TYPES_BYTES = 1 << 20
_TAIL = 2048


def sniff(data: bytes, name: str) -> str:
    """The media type by content; `name` serves the message only. Raises Refused (`unsupported_media`)."""
    guesses = _guesses(data)
    for media_type, signature, check in _KINDS:
        if data.startswith(signature) and media_type in guesses and check(data):
            return media_type
    if data.startswith(b"PK\x03\x04"):
        office = _office_type(data)
        if office:
            return office
    raise Refused(
        "unsupported_media",
        f"文件“{name}”的内容不是完整的 PDF、PNG、JPEG、DOCX 或 XLSX",
        f"the content of {name!r} is not a sound PDF, PNG, JPEG, DOCX or XLSX",
    )


def _guesses(data: bytes) -> set[str]:
    try:
        return {found.mime_type for found in puremagic.magic_string(data)}
    except (puremagic.PureError, ValueError):
        return set()


def _is_pdf(data: bytes) -> bool:
    return data[5:7] in {b"1.", b"2."} and b"%%EOF" in data[-_TAIL:] and b"startxref" in data[-_TAIL:]


def _is_png(data: bytes) -> bool:
    """A header chunk whose checksum holds, and the closing chunk at the end."""
    header = data[12:29]
    return (
        header.startswith(b"IHDR")
        and data[29:33] == struct.pack(">I", zlib.crc32(header))
        and data.endswith(b"IEND\xaeB`\x82")
    )


def _is_jpeg(data: bytes) -> bool:
    """Segments in order from the start of the image to the start of its scan, and an end of image after it."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004  # the first byte of every marker
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker == 0xDA:  # noqa: PLR2004  # start of scan
            return data.find(b"\xff\xd9", at) > 0
        at += 2 + max(length, 2)
    return False


def _office_type(data: bytes) -> str | None:
    """The type that an OOXML package declares for its main part, if it is a tame one of the two taken."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = {part.filename: part for part in package.infolist()}
            types = parts.get(_CONTENT_TYPES)
            if types is None or types.file_size > _MOST_TYPES_BYTES or not _is_tame(list(parts.values())):
                return None
            declared = package.read(types)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, zlib.error):
        return None
    overrides = [dict(_ATTRIBUTE.findall(tag)) for tag in _OVERRIDE.findall(declared)]
    found = {
        tag.get(b"ContentType", b"").decode(errors="replace").removesuffix(".main+xml")
        for tag in overrides
        if tag.get(b"PartName", b"").decode(errors="replace").removeprefix("/") in parts
    } & {DOCX, XLSX}
    return found.pop() if len(found) == 1 and b"macroEnabled" not in declared else None


def _is_tame(parts: list[zipfile.ZipInfo]) -> bool:
    encrypted = 0x1
    return len(parts) <= _MOST_PARTS and not any(
        part.flag_bits & encrypted
        or part.filename.startswith("/")
        or ".." in part.filename.split("/")
        or part.filename.lower().endswith("vbaproject.bin")
        for part in parts
    )


_KINDS: list[tuple[str, bytes, Callable[[bytes], bool]]] = [
    (PDF, b"%PDF-", _is_pdf),
    (PNG, b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d", _is_png),
    (JPEG, b"\xff\xd8\xff", _is_jpeg),
]
