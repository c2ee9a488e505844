"""`./start` and `./test` prepare a fresh machine, and say what to do where they cannot."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("sh", "dirname", "date", "mktemp", "rm", "mkdir", "tail", "grep", "cat", "env")
SCRIPTS = ("start", "test", "deploy/embedded/prepare.sh")
BARE_PYTHON = f"""
case "$*" in
*sys.executable*) echo "$0" ;;
"-m venv "*) echo "ensurepip is not available"; exit 1 ;;
"-m pip "*) echo "No module named pip"; exit 1 ;;
*) exec {sys.executable} "$@" ;;
esac
"""
UV = """
[ "$1" = --version ] && echo "uv 0.13.8" && exit
echo "$*" >> "$HOME/uv-calls"
case "$*" in
*{broken}*) echo "uv: it broke" >&2; exit 1 ;;
*pytest*) echo "7 passed in 0.1s" ;;
esac
"""


class Machine:
    """A machine with a shell, tools of POSIX, a clone of the scripts, and the programs a test gives it."""

    def __init__(self, folder: Path) -> None:
        self._bin, self._home, self._clone = folder / "bin", folder / "home", folder / "clone"
        self._bin.mkdir()
        self._home.mkdir()
        (self._clone / "deploy" / "embedded").mkdir(parents=True)
        for script in SCRIPTS:
            shutil.copy(ROOT / script, self._clone / script)
        for tool in TOOLS:
            (self._bin / tool).symlink_to(shutil.which(tool) or tool)

    def has(self, name: str, script: str) -> None:
        """Give it a program."""
        (self._bin / name).write_text(f"#!/bin/sh\n{script}\n")
        (self._bin / name).chmod(0o755)

    def has_python_and_uv(self, broken: str = "nothing") -> None:
        """Give it both; uv fails where its arguments contain `broken`."""
        self.has("python3", f'exec {sys.executable} "$@"')
        self.has("uv", UV.format(broken=broken))

    def run(self, script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run one of the scripts."""
        return subprocess.run(  # noqa: S603 - the scripts of this repository
            [self._clone / script, *arguments],
            env={"PATH": str(self._bin), "HOME": str(self._home), "UV_SYSTEM_CERTS": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def uv_calls(self) -> list[str]:
        """The arguments of each call of uv."""
        calls = self._home / "uv-calls"
        return calls.read_text().splitlines() if calls.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A fresh one, without Python."""
    return Machine(tmp_path)


def test_without_python_both_say_which_to_install(machine: Machine) -> None:
    for script in ("start", "test"):
        done = machine.run(script)
        assert done.returncode == 1
        assert "There is no Python 3.11 or newer" in done.stderr
        assert "What to do: Install one" in done.stderr


def test_an_old_python_does_not_count(machine: Machine) -> None:
    machine.has("python3", "exit 1")
    assert "There is no Python 3.11 or newer" in machine.run("start").stderr


def test_a_python_without_venv_and_pip_is_explained(machine: Machine) -> None:
    machine.has("python3", BARE_PYTHON)
    done = machine.run("start")
    assert done.returncode == 1
    assert "has neither venv nor pip" in done.stderr
    assert "apt install python3-venv" in done.stderr


def test_an_unreachable_package_index_is_explained(machine: Machine) -> None:
    machine.has("python3", BARE_PYTHON.replace("No module named pip", "Connection refused"))
    done = machine.run("start")
    assert done.returncode == 1
    assert "Connection refused" in done.stderr
    assert "PIP_INDEX_URL" in done.stderr


def test_an_old_uv_is_not_used(machine: Machine) -> None:
    machine.has("python3", BARE_PYTHON)
    machine.has("uv", 'echo "uv 0.2.1"')
    assert "Installing uv 0.13.8" in machine.run("start").stderr


def test_start_installs_then_serves(machine: Machine) -> None:
    machine.has_python_and_uv()
    assert machine.run("start", "--port", "9000").returncode == 0
    assert machine.uv_calls() == [
        "sync --locked --quiet --no-dev --inexact",
        "run --no-sync jingpin serve --port 9000",
    ]


def test_packages_that_cannot_be_installed_stop_both(machine: Machine) -> None:
    machine.has_python_and_uv(broken="sync --locked")
    for script in ("start", "test"):
        done = machine.run(script)
        assert done.returncode == 1
        assert "The Python packages could not be installed" in done.stderr
    assert all(call.startswith("sync") for call in machine.uv_calls())


def test_an_engine_that_cannot_be_built_stops_the_tests(machine: Machine) -> None:
    machine.has_python_and_uv(broken="binaries")
    assert machine.run("test").returncode == 1
    assert machine.uv_calls()[-1].endswith("deploy.embedded.binaries")


def test_all_parts_run_when_one_fails(machine: Machine) -> None:
    machine.has_python_and_uv(broken="mypy")
    done = machine.run("test")
    assert done.returncode == 1
    assert [call.removeprefix("run --no-sync ") for call in machine.uv_calls()] == [
        "sync --locked --quiet",
        "python -m deploy.embedded.binaries",
        "ruff check",
        "ruff format --check",
        "mypy",
        "lint-imports",
        "deptry .",
        "pytest --durations=15 -m not engine and not postgres -n auto",
        "pytest --durations=15 -m engine or postgres",
    ]
    *_, closing, failed, took = done.stdout.splitlines()
    assert closing == "7 passed in 0.1s"
    assert failed == "FAILED: mypy"
    assert re.match(r"Took: packages \d+ s · engine \d+ s · ruff check \d+ s", took)


def test_options_run_the_tests_they_name_and_no_others(machine: Machine) -> None:
    machine.has_python_and_uv()
    assert machine.run("test", "-k", "dates").returncode == 0
    assert machine.uv_calls()[-1] == "run --no-sync pytest --durations=15 -k dates"
    assert sum("pytest" in call for call in machine.uv_calls()) == 1


def test_fast_needs_no_engine_and_passes_options_on(machine: Machine) -> None:
    machine.has_python_and_uv()
    assert machine.run("test", "fast", "-k", "dates").returncode == 0
    calls = machine.uv_calls()
    assert calls[-1] == "run --no-sync pytest --durations=15 -m not engine and not postgres -n auto -k dates"
    assert not any("binaries" in call for call in calls)


def test_continuous_integration_runs_what_everybody_runs() -> None:
    lines = (ROOT / ".ci/run").read_text().splitlines()
    assert lines[-1] == "exec ./test"
