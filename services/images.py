"""Whether a PNG or a JPEG is whole, by its own structure; nothing is decoded."""

import struct
import zlib
from typing import Final

from services.mapped import Bytes

_PNG_CHUNKS_FROM: Final = 8
_MARKER: Final = 0xFF
_START_OF_SCAN: Final = 0xDA


def is_png(data: Bytes) -> bool:
    """Chunks whose checksums hold, from the header to the closing chunk, and nothing after it."""
    at, first = _PNG_CHUNKS_FROM, b"IHDR"
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        chunk, checksum = data[at + 4 : at + 8 + length], data[at + 8 + length : at + 12 + length]
        if not chunk.startswith(first) or checksum != struct.pack(">I", zlib.crc32(chunk)):
            return False
        at, first = at + 12 + length, b""
        if chunk.startswith(b"IEND"):
            return at == len(data)
    return False


def is_jpeg(data: Bytes) -> bool:
    """Segments in order from the start of the image to the start of its scan, and an end of image after it.

    Cameras put previews and short films behind the end.
    """
    at = 2
    while at + 4 <= len(data) and data[at] == _MARKER:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker == _START_OF_SCAN:
            return data.find(b"\xff\xd9", at) > 0
        at += 2 + max(length, 2)
    return False
