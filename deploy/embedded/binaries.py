"""Finds the engine's programs in the user's cache, or builds them there once.

`python -m deploy.embedded.binaries` makes sure of both and prints their paths.
"""

import fcntl
import hashlib
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.embedded.build import Workshop, workshop
from deploy.embedded.errors import EngineUnavailable
from deploy.embedded.progress import say


@dataclass(frozen=True)
class Program:
    """A Go program the engine consists of.

    Attributes:
        name: Its name in the cache.
        package: The Go package of its command.
        version: Without the leading `v`.
        takes: How long its build takes on a fresh machine.
        override: The environment variable that names a binary to use instead, if there is one.
    """

    name: str
    package: str
    version: str
    takes: str
    override: str | None = None


TEMPORAL_SERVER: Final = Program(
    "temporal-server",
    "go.temporal.io/server/cmd/server",
    "1.32.2",
    "about 4 minutes",
    "JINGPIN_TEMPORAL_SERVER",
)
TEMPORAL_WEB_UI: Final = Program(
    "temporal-ui", "github.com/temporalio/ui-server/v2/cmd/server", "2.54.1", "about 1 minute"
)


def cache_folder() -> Path:
    """`JINGPIN_CACHE`, else `jingpin` in the user's cache folder."""
    own = os.environ.get("JINGPIN_CACHE")
    if own:
        return Path(own).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jingpin"


def ensure(*programs: Program) -> list[Path]:
    """The binary of each program, in the same order, building those that are missing.

    Raises:
        EngineUnavailable: One cannot be had; the message says why and what to do.
    """
    ready = {program: _present(program) for program in programs}
    if None in ready.values():
        with _only_one_builds():
            ready = {program: path or _present(program) for program, path in ready.items()}
            missing = [program for program, path in ready.items() if path is None]
            if missing:
                ready |= _build(missing)
    return [path for path in (ready[program] for program in programs) if path is not None]


def version_of(binary: Path) -> str:
    """The version the binary says it has, such as `1.32.2`.

    Raises:
        EngineUnavailable: It does not start.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the engine's own binary
            [binary, "--version"], capture_output=True, text=True, check=False, timeout=60
        )
        answer = done.stdout + done.stderr
    except (OSError, subprocess.TimeoutExpired) as error:
        answer = str(error)
    version = re.search(r"version v?(\d+\.\d+\.\d+\S*)", answer)
    if version is None:
        raise EngineUnavailable(
            f"{binary} does not start on this machine: {answer.strip()[-500:] or 'it printed nothing'}",
            "Remove it and run this again, so that it is built anew; where JINGPIN_TEMPORAL_SERVER names it, "
            "let that name a Temporal server for this system.",
        )
    return version[1]


def _present(program: Program) -> Path | None:
    """The binary that is configured or cached and sound, else None."""
    override = os.environ.get(program.override or "")
    if override:
        version_of(Path(override))
        return Path(override)
    binary = _cached(program)
    if not binary.exists():
        return None
    checksum = _checksum_file(binary)
    if checksum.exists() and checksum.read_text().split()[:1] == [_sha256(binary)]:
        return binary
    say(f"{binary} is not what was built (its checksum differs): building it anew.")
    return None


def _build(programs: Sequence[Program]) -> dict[Program, Path | None]:
    with workshop(cache_folder()) as shop:
        return {program: _build_one(shop, program) for program in programs}


def _build_one(shop: Workshop, program: Program) -> Path:
    what = f"Building {program.name} {program.version} from its Go module ({program.takes}, once)"
    built = shop.build(what, f"{program.package}@v{program.version}")
    version_of(built)
    binary = _cached(program)
    checksum = _checksum_file(binary)
    draft = checksum.with_suffix(".new")
    draft.write_text(f"{_sha256(built)}  {binary.name}\n")
    # In this order nobody meets a binary without its checksum.
    draft.replace(checksum)
    built.replace(binary)
    return binary


@contextmanager
def _only_one_builds() -> Iterator[None]:
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "build.lock").open("w")
    except OSError as error:
        raise EngineUnavailable(
            f"The cache folder {folder} cannot be written: {error.strerror}.",
            "Make it writable, or set JINGPIN_CACHE to a folder that is.",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another process builds the engine; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _cached(program: Program) -> Path:
    system = f"{platform.system()}-{platform.machine()}".lower()
    return cache_folder() / f"{program.name}-{program.version}-{system}"


def _checksum_file(binary: Path) -> Path:
    return binary.with_name(f"{binary.name}.sha256")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> int:
    """Make sure of both programs and print their paths, one a line; the exit status."""
    try:
        paths = ensure(TEMPORAL_SERVER, TEMPORAL_WEB_UI)
    except EngineUnavailable as error:
        say(f"The engine is not available. {error}")
        return 1
    sys.stdout.writelines(f"{path}\n" for path in paths)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
