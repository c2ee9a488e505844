"""The store in an S3 bucket: the same promises as in a folder, over the real protocol."""

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from obstore.exceptions import AlreadyExistsError

from services.storage import Damaged, Storage, StorageUnavailable
from tests.buckets import Bucket, endpoint, new_bucket

DATA = b"evidence"
DIGEST = hashlib.sha256(DATA).hexdigest()
KEY = f"evidence/{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with endpoint() as address:
        yield address


@pytest.fixture
def bucket(address: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    return new_bucket(address, monkeypatch)


@pytest.fixture
def storage(bucket: Bucket) -> Storage:
    return Storage.open(bucket.url)


def test_file_lies_under_its_digest_and_is_read_back(storage: Storage, bucket: Bucket) -> None:
    assert not storage.exists(DIGEST)
    assert storage.put(DATA).sha256 == DIGEST
    assert bucket.names() == [KEY]
    assert storage.exists(DIGEST)
    assert storage.get(DIGEST) == DATA


def test_file_of_many_megabytes_is_kept_whole(storage: Storage) -> None:
    large = os.urandom(12 << 20)
    with storage.open_file(storage.put(large).sha256) as file:
        assert file.read() == large


def test_same_bytes_again_are_not_written(storage: Storage, bucket: Bucket) -> None:
    storage.put(DATA)
    before = bucket.client.head_object(Bucket=bucket.name, Key=KEY)["LastModified"]
    assert storage.put(DATA).sha256 == DIGEST
    assert bucket.names() == [KEY]
    assert bucket.client.head_object(Bucket=bucket.name, Key=KEY)["LastModified"] == before


def test_the_server_refuses_to_overwrite(storage: Storage) -> None:
    """What the store relies on: a conditional write (`If-None-Match: *`) that the server honours."""
    storage._store.put("x", b"first", mode="create")  # noqa: SLF001  # past the digest
    with pytest.raises(AlreadyExistsError):
        storage._store.put("x", b"second", mode="create")  # noqa: SLF001
    assert storage._store.get("x").bytes().to_bytes() == b"first"  # noqa: SLF001


def test_changed_content_is_found_and_not_overwritten(storage: Storage, bucket: Bucket) -> None:
    storage.put(DATA)
    bucket.forge(KEY, b"forged")
    for again in (lambda: storage.get(DIGEST), lambda: storage.put(DATA)):
        with pytest.raises(Damaged):
            again()
    assert bucket.client.get_object(Bucket=bucket.name, Key=KEY)["Body"].read() == b"forged"


def test_several_at_once_keep_one(storage: Storage, bucket: Bucket) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert {one.sha256 for one in pool.map(storage.put, [DATA] * 16)} == {DIGEST}
    assert bucket.names() == [KEY]


def test_unknown_digest_is_not_there(storage: Storage) -> None:
    with pytest.raises(FileNotFoundError):
        storage.get(DIGEST)


def test_bucket_that_is_gone_is_an_outage(storage: Storage, bucket: Bucket) -> None:
    bucket.client.delete_bucket(Bucket=bucket.name)
    with pytest.raises(StorageUnavailable):
        storage.put(DATA)
