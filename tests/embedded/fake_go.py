"""A folder for PATH with a `go` that behaves as a test wants."""

from pathlib import Path

SCRIPT = """#!/bin/sh
case "$1" in
version) echo "go version go{version} linux/amd64" ;;
env) printf '%s\\n' "{modules}" "{modules}/build" ;;
install)
    echo "$*" >> "{folder}/installs"
    env > "{folder}/environment"
{install}
    ;;
esac
"""

BUILDS = """
    mkdir -p "$GOBIN"
    printf '#!/bin/sh\\necho "temporal version 1.32.2"\\n' > "$GOBIN/server"
    chmod +x "$GOBIN/server"
"""


class FakeGo:
    """The folder `path` holds the fake; it notes each build in `installs`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "bin"
        self._folder = folder
        self.path.mkdir()

    def set(self, install: str = BUILDS, *, version: str = "1.26.8", modules: Path = Path("/nonexistent")) -> None:
        """Let `go install` run these lines of shell."""
        text = SCRIPT.format(version=version, install=install, folder=self._folder, modules=modules)
        (self.path / "go").write_text(text)
        (self.path / "go").chmod(0o755)

    def installs(self) -> list[str]:
        """The arguments of each `go install` so far."""
        notes = self._folder / "installs"
        return notes.read_text().splitlines() if notes.exists() else []

    def environment(self) -> dict[str, str]:
        """The environment of the last build."""
        lines = (self._folder / "environment").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)
