"""The printed documents of a case: certificates and audit reports as PDF/A-2b, the same bytes for the same data."""

import io
import json
import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import ROUND_FLOOR, Decimal
from functools import cache
from pathlib import Path
from threading import Lock

import pylopdf_fonts_zh_cn
import segno
import typst

from domain.documents import AuditReportData, CertificateData

TEMPLATES = Path(__file__).parent / "templates"
_TURN = Lock()
_FRACTION = re.compile(r"-?\d+/[1-9]\d*")
_POINT_FIELDS = frozenset({"points", "awarded", "normalise", "cap", "threshold", "score"})


class DocumentError(Exception):
    """A document could not be set; the message names it and what in it must be mended. No file exists."""


def certificate_pdf(data: CertificateData) -> bytes:
    """Print one certificate; raises DocumentError where a character or the template cannot be set."""
    content = data.model_dump(mode="json") | {
        "qr": _qr_code(data.status_url),
        "decided": _parts(data.decided_on),
    }
    return _print(f"certificate {data.number}", "certificate.typ", content, data.decided_on)


def audit_report_pdf(data: AuditReportData) -> bytes:
    """Print one audit report; raises DocumentError where a character or the template cannot be set."""
    raw = data.model_dump(mode="json") | {"reported": _parts(data.reported_on)}
    content = {field: _with_points(value, field) for field, value in raw.items()}
    return _print(f"audit report {data.report_number}", "audit_report.typ", content, data.reported_on)


def _print(name: str, template: str, content: dict[str, object], day: date) -> bytes:
    inputs = {"data": json.dumps(_clean(content, name), ensure_ascii=False)}
    stamp = datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        with _TURN:
            pdf, warnings = _compiler().compile_with_warnings(
                input=TEMPLATES / template,
                format="pdf",
                sys_inputs=inputs,
                pdf_standards="a-2b",
                timestamp=stamp,
            )
    except typst.TypstError as error:
        raise DocumentError(f"{name}: {error.message}") from error
    if warnings or not isinstance(pdf, bytes):
        raise DocumentError(f"{name}: {'; '.join(warning.message for warning in warnings) or 'no PDF came out'}")
    return pdf


@cache
def _compiler() -> typst.Compiler:
    """The one compiler of the process, which keeps fonts and parsed templates; used by one thread at a time."""
    folder = Path(pylopdf_fonts_zh_cn.serif_path()).parent
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
    return typst.Compiler(root=TEMPLATES, font_paths=fonts, ignore_system_fonts=True)


def _qr_code(address: str) -> str:
    """An SVG of the address, error correction M, with the quiet zone of four modules."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=4, xmldecl=False, svgns=True)
    return out.getvalue().decode()


def _parts(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}


def _with_points(value: object, field: str = "") -> object:
    """Every points field as `{text, approx}`, `approx` empty unless the text is a fraction."""
    if isinstance(value, dict):
        return {key: _with_points(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_points(item) for item in value]
    if isinstance(value, str) and field in _POINT_FIELDS:
        return {"text": value, "approx": _approximate(value)}
    return value


def _approximate(points: str) -> str:
    """A fraction to two places, cut off, so that what misses a threshold never seems to reach it."""
    if not _FRACTION.fullmatch(points):
        return ""
    top, bottom = points.split("/")
    return str((Decimal(top) / Decimal(bottom)).quantize(Decimal("0.01"), rounding=ROUND_FLOOR))


def _clean(value: object, name: str) -> object:
    """The same data without invisible characters, which could make two different names look alike."""
    if isinstance(value, dict):
        return {key: _clean(item, f"{name}/{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, f"{name}/{place}") for place, item in enumerate(value)]
    return _clean_text(value, name) if isinstance(value, str) else value


def _clean_text(text: str, name: str) -> str:
    lines = re.sub(r"\r\n?|[\u2028\u2029]", "\n", text).replace("\t", " ")
    for character in lines:
        if unicodedata.category(character) in {"Cc", "Cs"} and character != "\n":
            raise DocumentError(f"{name}: character U+{ord(character):04X} cannot be printed")
    return "".join(character for character in lines if unicodedata.category(character) != "Cf")
