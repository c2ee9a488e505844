"""Pages of a PDF as pictures: for eyes (PNG files) and for checks (grey levels)."""

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import zxingcpp


@dataclass(frozen=True)
class Page:
    """One rendered page: 8-bit RGB, row by row."""

    width: int
    height: int
    rgb: bytes
    text: str

    def reddish(self) -> float:
        """The share of points that are clearly red."""
        reds, greens, blues = self.rgb[0::3], self.rgb[1::3], self.rgb[2::3]
        hits = sum(r > g + 25 and abs(g - b) < 20 for r, g, b in zip(reds, greens, blues, strict=True))
        return hits / (self.width * self.height)

    def codes(self) -> list[str]:
        """The texts of all bar codes that a reader finds in the picture."""
        grey = memoryview(self.rgb[1::3]).cast("B", shape=[self.height, self.width])
        return [found.text for found in zxingcpp.read_barcodes(grey)]

    def save(self, path: Path) -> None:
        """Write the page as a PNG."""
        row = self.width * 3
        lines = b"".join(b"\0" + self.rgb[at : at + row] for at in range(0, len(self.rgb), row))
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        path.write_bytes(
            b"\x89PNG\r\n\x1a\n"
            + _chunk(b"IHDR", head)
            + _chunk(b"IDAT", zlib.compress(lines, 1))
            + _chunk(b"IEND", b"")
        )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pages(pdf: bytes, folder: Path, name: str, dpi: int = 72) -> list[Page]:
    """Every page of the file, rendered, and kept as `<name>-<page>.png` in the folder."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        shown = [_page(document[number], dpi) for number in range(len(document))]
    finally:
        document.close()
    for number, page in enumerate(shown, start=1):
        page.save(folder / f"{name}-{number}.png")
    return shown


def _page(page: pypdfium2.PdfPage, dpi: int) -> Page:
    bitmap = page.render(scale=dpi / 72, rev_byteorder=True, force_bitmap_format=pypdfium2.raw.FPDFBitmap_BGR)
    raw, row = bytes(bitmap.buffer), bitmap.width * 3
    tight = b"".join(raw[y * bitmap.stride : y * bitmap.stride + row] for y in range(bitmap.height))
    text = page.get_textpage().get_text_bounded()
    return Page(bitmap.width, bitmap.height, tight, text)
