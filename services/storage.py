"""Where files lie: a store in which the content's digest is the name."""

import hashlib
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Self, cast
from urllib.parse import unquote, urlsplit

from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from domain.model import Record
from services.mapped import Bytes

if TYPE_CHECKING:
    from obstore.store import RetryConfig


class Damaged(Exception):  # noqa: N818  # reads as what it says of a file
    """What lies under a digest is not what was put there; asking again does not help."""


class StorageUnavailable(Exception):  # noqa: N818  # the outage is the name
    """The store did not answer as it should; asking again later may help."""


PATIENCE: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=5)}
"""How long a bucket that does not answer is asked again; longer waits are the engine's business."""
_AT_ONCE: Final = 1 << 20
"""Bytes of a file that are in memory at a time."""


class Stored(Record):
    """A file in the store: its SHA-256 in lower-case hexadecimal, its size in bytes."""

    sha256: str
    size: int


class Storage:
    """Files under their SHA-256, in a folder or an S3 bucket; safe to share between threads."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def open(cls, url: str) -> Self:
        """The store at `file:<folder>` (made where absent) or `s3://<bucket>/<prefix>` (keys from the environment)."""
        parts = urlsplit(url)
        if parts.scheme == "file" and parts.netloc in {"", "localhost"}:
            folder = Path(unquote(parts.path)).absolute()
            folder.mkdir(parents=True, exist_ok=True)
            return cls(LocalStore(prefix=folder))
        if parts.scheme == "s3" and parts.netloc:
            prefix = parts.path.strip("/") or None
            return cls(S3Store(parts.netloc, prefix=prefix, retry_config=PATIENCE))
        raise ValueError(f"not a storage address (file:<folder> or s3://<bucket>/<prefix>): {url}")

    def put(self, data: Bytes) -> Stored:
        """Keep the bytes; the same bytes again change nothing. Raises Damaged, StorageUnavailable."""
        stored = Stored(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        try:
            self._store.put(_key(stored.sha256), data, mode="create")
        except AlreadyExistsError:
            self.open_file(stored.sha256).close()
        except (BaseError, FileNotFoundError) as error:  # also a bucket that is not there
            raise StorageUnavailable(str(error)) from error
        return stored

    def get(self, sha256: str) -> bytes:
        """The bytes of this digest, verified. Raises FileNotFoundError, Damaged, StorageUnavailable."""
        with self.open_file(sha256) as file:
            return file.read()

    def open_file(self, sha256: str) -> BinaryIO:
        """The file of this digest as a copy that was verified to its end, so that no damaged byte leaves the store.

        Raises FileNotFoundError, Damaged, StorageUnavailable.
        """
        with ExitStack() as unless_sound:
            copy = cast("BinaryIO", unless_sound.enter_context(tempfile.SpooledTemporaryFile(max_size=_AT_ONCE)))
            if self._copied(_key(sha256), copy) != sha256:
                raise Damaged(f"the content of {sha256} has changed")
            unless_sound.pop_all()
        copy.seek(0)
        return copy

    def _copied(self, key: str, copy: BinaryIO) -> str:
        digest = hashlib.sha256()
        try:
            for part in self._store.get(key).stream(min_chunk_size=_AT_ONCE):
                digest.update(part)
                copy.write(part)
        except FileNotFoundError:
            raise FileNotFoundError(f"no file {key}") from None
        except BaseError as error:
            raise StorageUnavailable(str(error)) from error
        return digest.hexdigest()

    def delete(self, sha256: str) -> None:
        """Take the bytes of this digest away, if they are there. Raises StorageUnavailable."""
        try:
            self._store.delete(_key(sha256))
        except FileNotFoundError:
            return
        except BaseError as error:
            raise StorageUnavailable(str(error)) from error

    def exists(self, sha256: str) -> bool:
        """Whether something lies under this digest, without reading it. Raises StorageUnavailable."""
        try:
            self._store.head(_key(sha256))
        except FileNotFoundError:
            return False
        except BaseError as error:
            raise StorageUnavailable(str(error)) from error
        return True


def _key(sha256: str) -> str:
    if len(sha256) != hashlib.sha256().digest_size * 2 or set(sha256) - set("0123456789abcdef"):
        raise ValueError("not a SHA-256 in lower-case hexadecimal")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
