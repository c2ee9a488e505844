"""Files under their digest: kept once, verified when read."""

import hashlib
from pathlib import Path

import pytest

from services.storage import Damaged, Storage, StorageUnavailable

DATA = b"evidence"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage.open(f"file:{tmp_path / 'files and more'}")


def _place(tmp_path: Path) -> Path:
    return tmp_path / "files and more" / DIGEST[:2] / DIGEST[2:4] / DIGEST


def test_file_lies_under_its_digest(storage: Storage, tmp_path: Path) -> None:
    stored = storage.put(DATA)
    assert (stored.sha256, stored.size) == (DIGEST, len(DATA))
    assert _place(tmp_path).read_bytes() == DATA
    assert storage.get(DIGEST) == DATA
    assert storage.exists(DIGEST)


def test_same_bytes_again_are_not_written(storage: Storage, tmp_path: Path) -> None:
    storage.put(DATA)
    before = _place(tmp_path).stat()
    assert storage.put(DATA).sha256 == DIGEST
    after = _place(tmp_path).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_changed_content_is_found_and_not_overwritten(storage: Storage, tmp_path: Path) -> None:
    storage.put(DATA)
    _place(tmp_path).write_bytes(b"forged")
    with pytest.raises(Damaged):
        storage.get(DIGEST)
    with pytest.raises(Damaged):
        storage.put(DATA)
    assert _place(tmp_path).read_bytes() == b"forged"


def test_unknown_digest_is_not_there(storage: Storage) -> None:
    assert not storage.exists(DIGEST)
    with pytest.raises(FileNotFoundError):
        storage.get(DIGEST)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", DIGEST.upper(), DIGEST[:-1]])
def test_only_digests_are_names(storage: Storage, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        storage.get(name)


def test_empty_file_is_a_file(storage: Storage) -> None:
    assert storage.get(storage.put(b"").sha256) == b""


@pytest.mark.parametrize("url", ["/srv/x", "ftp://host/x", "file://elsewhere/x", "s3://"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="storage address"):
        Storage.open(url)


def test_bucket_that_cannot_be_reached_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "local",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    storage = Storage.open("s3://evidence/cases")
    with pytest.raises(StorageUnavailable):
        storage.put(DATA)


def test_what_was_deleted_is_not_there_and_may_be_deleted_again(storage: Storage) -> None:
    sha256 = storage.put(b"x").sha256
    for _ in range(2):
        storage.delete(sha256)
        assert not storage.exists(sha256)
