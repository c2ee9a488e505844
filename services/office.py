"""Whether a ZIP is a DOCX or XLSX that carries nothing active, points nowhere and unpacks to what it says."""

import zipfile
import zlib
from typing import BinaryIO, Final, Never
from xml.etree import ElementTree as ET

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_TYPES: Final = "[Content_Types].xml"
_MAIN: Final = ".main+xml"
_ACTIVE: Final = ("macroenabled", "vbaproject", "macrosheet", "activex", "oleobject")
"""Found in the media type or name of a part: macros of either age, controls, objects of other programs."""
_MOST_PARTS: Final = 10_000
_MOST_XML: Final = 4 << 20
_MOST_UNPACKED: Final = 256 << 20
"""Bytes of one part that is read here, and of all parts together."""
_WORTH_A_LOOK: Final = 1 << 20
_MOST_RATIO: Final = 100
"""Times the size packed, for parts past a megabyte; the office programs' own readers draw the line there."""


class _Strict(ET.TreeBuilder):
    """Takes no document type, and so no entities."""

    def doctype(self, name: str, *_: object) -> Never:
        raise ValueError(f"a document type: {name}")


def office_type(file: BinaryIO) -> str | None:
    """DOCX or XLSX, as the package declares its main part; none where it is neither or not tame."""
    try:
        with zipfile.ZipFile(file) as package:
            parts = package.infolist()
            if not _is_modest(parts) or package.testzip() or _points_outside(package):
                return None
            return _declared(package)
    except (zipfile.BadZipFile, ET.ParseError, KeyError, LookupError, NotImplementedError, RuntimeError):
        return None
    except (ValueError, OSError, EOFError, zlib.error):
        return None


def _is_modest(parts: list[zipfile.ZipInfo]) -> bool:
    encrypted = 0x1
    return (
        len(parts) <= _MOST_PARTS
        and len({part.filename for part in parts}) == len(parts)
        and sum(part.file_size for part in parts) <= _MOST_UNPACKED
        and not any(
            part.flag_bits & encrypted
            or part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
            or part.filename.startswith("/")
            or ".." in part.filename.split("/")
            or _is_active(part.filename)
            or part.file_size > max(_WORTH_A_LOOK, _MOST_RATIO * part.compress_size)
            for part in parts
        )
    )


def _is_active(text: str) -> bool:
    return any(word in text.lower() for word in _ACTIVE)


def _points_outside(package: zipfile.ZipFile) -> bool:
    """Whether a part is to be fetched from elsewhere when the file is opened; links to click on are not."""
    return any(
        tag.get("TargetMode") == "External" and not tag.get("Type", "").endswith("/hyperlink")
        for name in package.namelist()
        if name.lower().endswith(".rels")
        for tag in _xml(package, name).iter()
    )


def _declared(package: zipfile.ZipFile) -> str | None:
    """The type of the main part; none where there are two, where it is missing, or where something active is named."""
    parts = {f"/{name}" for name in package.namelist()}
    tags = [(tag.get("PartName"), tag.get("ContentType", "")) for tag in _xml(package, _TYPES).iter()]
    found = {kind.removesuffix(_MAIN) for part, kind in tags if part in parts and kind.endswith(_MAIN)} & {DOCX, XLSX}
    return found.pop() if len(found) == 1 and not any(_is_active(kind) for _, kind in tags) else None


def _xml(package: zipfile.ZipFile, name: str) -> ET.Element:
    if package.getinfo(name).file_size > _MOST_XML:
        raise ValueError(f"{name} is too large")
    return ET.fromstring(package.read(name), ET.XMLParser(target=_Strict()))  # noqa: S314  # no DTD
