"""Small papers as PDF, so that the demonstration hands in files that can be opened and read."""

import json
from functools import cache
from pathlib import Path
from typing import Final

import pylopdf_fonts_zh_cn
import typst

TEMPLATE: Final = Path(__file__).parent / "data" / "paper.typ"


def paper_pdf(title: str, organization: str, lines: list[str]) -> bytes:
    """One page with a title, whose paper it is, and its lines.

    Raises:
        typst.TypstError: a text cannot be set.
    """
    data = json.dumps({"title": title, "organization": organization, "lines": lines}, ensure_ascii=False)
    pdf = _compiler().compile(input=TEMPLATE, format="pdf", sys_inputs={"data": data})
    if not isinstance(pdf, bytes):
        raise TypeError("one PDF was asked for")
    return pdf


@cache
def _compiler() -> typst.Compiler:
    fonts = str(Path(pylopdf_fonts_zh_cn.serif_path()).parent)
    chosen = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
    return typst.Compiler(root=TEMPLATE.parent, font_paths=chosen, ignore_system_fonts=True)
