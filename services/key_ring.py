"""The keys that seal payloads: a first file and those made after it beside it; the latest seals, all open."""

import secrets
from pathlib import Path
from typing import Final, NamedTuple

from services.keys import kept

KEY_BYTES: Final = 32
FIRST: Final = "local"
"""The id of the first key; the others are called like their files."""


class Key(NamedTuple):
    """A key by its id, which travels with each payload that it sealed."""

    id: str
    file: Path
    secret: bytes


class KeyRing:
    """The keys of `payload.key`, `payload-0002.key`, … as the folder holds them now.

    A file that comes later is found without a restart: the folder is looked at again before each sealing, and whenever
    a payload names a key that is not known yet.

    Args:
        first: The first key's file; made where it is missing.

    Raises:
        Exposed: a file that everybody on the machine may read.
    """

    def __init__(self, first: Path) -> None:
        self._first = first
        self._keys: dict[str, Key] = {}
        self._seen = 0
        self._read()

    def latest(self) -> Key:
        """The key that seals."""
        if self._changed():
            self._read()
        return [*self._keys.values()][-1]

    def named(self, key_id: str) -> Key:
        """The key of an id.

        Raises:
            LookupError: there is none.
        """
        if key_id not in self._keys:
            self._read()
        if key_id not in self._keys:
            raise LookupError(f"no key {key_id} beside {self._first}")
        return self._keys[key_id]

    def all(self) -> list[Key]:
        """Every key, in the order in which they were made."""
        return [*self._keys.values()]

    def rotate(self) -> Key:
        """Make the next key, which seals from now on; the others go on opening what they sealed."""
        latest = self.latest().id
        number = 2 if latest == FIRST else int(latest.rpartition("-")[2]) + 1
        kept(self._first.with_stem(f"{self._first.stem}-{number:04d}"), _new)
        self._read()
        return self.latest()

    def _read(self) -> None:
        """Look for keys; a file whose bytes are still to come is looked at again the next time."""
        seen, whole = self._moment(), True
        later = sorted(self._first.parent.glob(f"{self._first.stem}-[0-9]*{self._first.suffix}"))
        found = {FIRST: Key(FIRST, self._first, kept(self._first, _new))}
        for file in later:
            key = Key(file.stem, file, kept(file, _new))
            if len(key.secret) == KEY_BYTES:
                found[key.id] = key
            whole &= len(key.secret) == KEY_BYTES
        self._keys = found
        self._seen = seen if whole else 0

    def _changed(self) -> bool:
        return self._moment() != self._seen

    def _moment(self) -> int:
        folder = self._first.parent
        return folder.stat().st_mtime_ns if folder.exists() else 0


def _new() -> bytes:
    return secrets.token_bytes(KEY_BYTES)
