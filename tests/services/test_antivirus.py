"""ClamAV's daemon: only its own word makes a file clean."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from services import antivirus
from services.antivirus import Antivirus, AntivirusUnavailable
from settings import Settings
from tests.doubles.clamd import EICAR, Daemon, clamd

CLEAN = bytes(5 << 20)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with clamd(tmp_path / "clamd.sock") as daemon:
        yield daemon


@pytest.fixture
def scanner(daemon: Daemon) -> Antivirus:
    return Antivirus(str(daemon.server_address))


def test_clean_file_is_sent_whole_and_found_clean(scanner: Antivirus, daemon: Daemon) -> None:
    assert scanner.finds(CLEAN) == ""
    assert daemon.asked == [CLEAN]


def test_what_is_found_is_named(scanner: Antivirus) -> None:
    assert scanner.finds(CLEAN + EICAR) == "Win.Test.EICAR_HDB-1"


@pytest.mark.parametrize("said", [b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK", b"\0", b"stream: x ERROR\0"])
def test_anything_else_is_no_verdict(scanner: Antivirus, daemon: Daemon, said: bytes) -> None:
    daemon.says = said
    with pytest.raises(AntivirusUnavailable):
        scanner.finds(CLEAN)


def test_scanner_that_takes_too_long_gives_no_verdict(
    scanner: Antivirus, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.takes = 1
    monkeypatch.setattr(antivirus, "PATIENCE_SECONDS", 0.1)
    with pytest.raises(AntivirusUnavailable):
        scanner.finds(CLEAN)


@pytest.mark.parametrize("address", ["/nowhere/clamd.sock", "127.0.0.1:9"])
def test_scanner_that_is_away_gives_no_verdict(address: str) -> None:
    with pytest.raises(AntivirusUnavailable):
        Antivirus(address).finds(CLEAN)


def test_without_a_scanner_nothing_is_scanned() -> None:
    assert Antivirus("").finds(EICAR) == ""


@pytest.mark.parametrize("address", ["localhost", "clamd:", ":3310", "clamd:port", "run/clamd.sock"])
def test_address_that_leads_nowhere_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValidationError, match="host:port"):
        Settings(clamav=address)
