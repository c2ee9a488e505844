"""PDF files for uploads: real ones, and real ones with something in them."""

import io
from collections.abc import Callable

import pikepdf


def a_pdf(change: Callable[[pikepdf.Pdf], object] = lambda _: None, **how: object) -> bytes:
    """A PDF of one empty page, changed before it is saved; `how` goes to pikepdf's `save`."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        change(pdf)
        pdf.save(out, **{"static_id": True, **how})
    return out.getvalue()


PDF = a_pdf()
