"""Secrets that an embedded installation makes for itself, once, readable by its owner only."""

import os
from collections.abc import Callable
from pathlib import Path


class Exposed(ValueError):  # noqa: N818  # a state of affairs
    """A secret that everybody on this machine may read or change."""


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """The secret in a file, made where it is missing; a crash in between leaves no half-written one.

    Raises:
        Exposed: it is no secret any more.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(make())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    if path.stat().st_mode & 0o007:
        raise Exposed(f"everybody on this machine may use the secret in {path}: chmod 600 {path}")
    return path.read_bytes()
