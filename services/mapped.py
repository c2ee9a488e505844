"""A file's bytes as if they were in memory, without reading the file into memory."""

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

Bytes = bytes | mmap.mmap


@contextmanager
def mapped(file: BinaryIO) -> Iterator[Bytes]:
    """All bytes of a file that lies on a disk and is not written meanwhile."""
    file.flush()
    if os.fstat(file.fileno()).st_size == 0:
        yield b""
        return
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data
