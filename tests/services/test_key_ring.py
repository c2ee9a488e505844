"""Keys can be changed while everything runs: what an old one sealed stays open, and nobody else may read one."""

import shutil
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from temporalio.api.common.v1 import Payload
from typer.testing import CliRunner

from cli import app
from services.encryption import EncryptionCodec
from services.key_ring import KeyRing
from services.keys import Exposed

PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"An"')


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "payload.key"


async def sealed(file: Path) -> Payload:
    [payload] = await EncryptionCodec(KeyRing(file)).encode([PLAIN])
    return payload


async def opened(codec: EncryptionCodec, payload: Payload) -> Payload:
    [plain] = await codec.decode([payload])
    return plain


async def test_what_was_sealed_by_the_first_key_names_it_and_opens_after_rotations(file: Path) -> None:
    before = await sealed(file)
    KeyRing(file).rotate()
    KeyRing(file).rotate()
    assert before.metadata["key"] == b"local"
    assert await opened(EncryptionCodec(KeyRing(file)), before) == PLAIN


async def test_the_latest_key_seals_also_in_what_was_running_before(file: Path) -> None:
    codec = EncryptionCodec(KeyRing(file))
    KeyRing(file).rotate()
    [payload] = await codec.encode([PLAIN])
    assert payload.metadata["key"] == b"payload-0002"


async def test_a_key_made_later_opens_in_what_was_running_before(file: Path) -> None:
    codec = EncryptionCodec(KeyRing(file))
    KeyRing(file).rotate()
    assert await opened(codec, await sealed(file)) == PLAIN


async def test_a_key_that_is_still_being_copied_seals_once_it_is_whole(file: Path) -> None:
    codec = EncryptionCodec(KeyRing(file))
    copied = file.with_name("payload-0002.key")
    copied.touch(mode=0o600)
    [before] = await codec.encode([PLAIN])
    copied.write_bytes(b"x" * 32)
    [after] = await codec.encode([PLAIN])
    assert (before.metadata["key"], after.metadata["key"]) == (b"local", b"payload-0002")


async def test_a_key_that_was_exposed_seals_once_it_is_not(file: Path) -> None:
    codec = EncryptionCodec(KeyRing(file))
    exposed = file.with_name("payload-0002.key")
    exposed.write_bytes(b"x" * 32)
    exposed.chmod(0o644)
    for _ in range(2):
        with pytest.raises(Exposed):
            await codec.encode([PLAIN])
    exposed.chmod(0o600)
    [payload] = await codec.encode([PLAIN])
    assert payload.metadata["key"] == b"payload-0002"


def test_after_a_lost_key_the_next_has_a_number_of_its_own(file: Path) -> None:
    ring = KeyRing(file)
    ring.rotate()
    third = ring.rotate()
    file.with_name("payload-0002.key").unlink()
    assert (third.id, KeyRing(file).rotate().id) == ("payload-0003", "payload-0004")


async def test_an_unknown_key_is_named(file: Path, tmp_path: Path) -> None:
    KeyRing(tmp_path / "other" / "payload.key").rotate()
    payload = await sealed(tmp_path / "other" / "payload.key")
    with pytest.raises(LookupError, match="no key payload-0002 beside"):
        await opened(EncryptionCodec(KeyRing(file)), payload)


async def test_what_was_changed_does_not_open(file: Path) -> None:
    payload = await sealed(file)
    changed = Payload(metadata=payload.metadata, data=payload.data[:-1] + bytes([payload.data[-1] ^ 1]))
    with pytest.raises(InvalidTag):
        await opened(EncryptionCodec(KeyRing(file)), changed)


async def test_a_payload_does_not_open_under_another_keys_name(file: Path) -> None:
    payload = await sealed(file)
    shutil.copy(file, file.with_name("payload-0002.key"))
    payload.metadata["key"] = b"payload-0002"
    with pytest.raises(InvalidTag):
        await opened(EncryptionCodec(KeyRing(file)), payload)


def test_keys_are_for_their_owner_alone(file: Path) -> None:
    ring = KeyRing(file)
    ring.rotate()
    assert {key.file.stat().st_mode & 0o777 for key in ring.all()} == {0o600}
    assert {len(key.secret) for key in ring.all()} == {32}
    assert len({key.secret for key in ring.all()}) == 2


def test_a_key_that_everybody_may_read_is_refused(file: Path) -> None:
    KeyRing(file).rotate()
    file.with_name("payload-0002.key").chmod(0o644)
    with pytest.raises(Exposed, match=r"payload-0002\.key: chmod 600"):
        KeyRing(file)


def test_the_commands_name_the_keys_and_never_print_one(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINGPIN_DATA", str(file.parents[1]))
    made = CliRunner().invoke(app, ["keys", "rotate"])
    listed = CliRunner().invoke(app, ["keys", "list"])
    assert (made.exit_code, listed.exit_code) == (0, 0)
    assert [line.split()[0] for line in listed.output.splitlines()] == ["local", "payload-0002"]
    assert made.output.strip() == listed.output.splitlines()[1]
    for key in KeyRing(file).all():
        assert key.secret.hex() not in listed.output


def test_the_commands_say_which_key_is_exposed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINGPIN_DATA", str(file.parents[1]))
    KeyRing(file)
    file.chmod(0o644)
    for command in ("list", "rotate"):
        result = CliRunner().invoke(app, ["keys", command])
        assert (result.exit_code, "chmod 600" in result.output) == (1, True)
