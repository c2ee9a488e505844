"""PDF files for uploads: real ones, and real ones with something in them."""

import io
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Name, Pdf, Stream, StreamDecodeLevel


def a_pdf(change: Callable[[Pdf], object] = lambda _: None, **how: object) -> bytes:
    """A PDF of one empty page, changed before it is saved; `how` goes to pikepdf's `save`."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        change(pdf)
        pdf.save(out, **{"static_id": True, **how})
    return out.getvalue()


PDF = a_pdf()


def a_bomb() -> bytes:
    """Less than a kilobyte that unpacks to 200 MB, in two steps."""
    packed = zlib.compress(zlib.compress(bytes(200 << 20), 9), 9)

    def change(pdf: Pdf) -> None:
        pdf.pages[0].Contents = Stream(pdf, packed, Filter=Array([Name.FlateDecode, Name.FlateDecode]))

    return a_pdf(change, stream_decode_level=StreamDecodeLevel.none, compress_streams=False)


def a_structural_bomb(padding: int) -> bytes:
    """A PDF whose catalog lies in a packed object, with so many megabytes of spaces behind it."""
    packer = zlib.compressobj(1)
    packed = packer.compress(b"1 0 <</Type/Catalog/Pages 2 0 R>>")
    packed += b"".join(packer.compress(b" " * (1 << 20)) for _ in range(padding)) + packer.flush()
    out, at = b"%PDF-1.7\n", {}
    for number, one in {
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        4: b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed),
    }.items():
        at[number] = len(out)
        out += b"%d 0 obj%s\nendobj\n" % (number, one)
    rows = [(0, 0), (2, 4), (1, at[2]), (1, at[3]), (1, at[4]), (1, len(out))]
    table = b"".join(bytes([kind]) + where.to_bytes(4) + b"\0" for kind, where in rows)
    head = b"<</Type/XRef/Size 6/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % len(table)
    return out + b"5 0 obj%s%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (head, table, len(out))
