"""A real Keycloak: fetched from Maven Central once into the user's cache, made ready there, run on 127.0.0.1."""

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

from deploy.embedded.binaries import cache_folder
from deploy.embedded.child import Command, last_lines, says_yes, spawn, stop
from deploy.embedded.ports import free_ports
from deploy.embedded.probes import answers_http

VERSION = "26.7.3"
SHA256 = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
REALM = json.loads(Path(__file__).with_name("realm.json").read_text())
MEMORY = ("-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
BUILD = ("--db=dev-mem", "--cache=local")
RUN = ("--http-enabled=true", "--http-host=127.0.0.1", "--hostname-strict=false", "--cache=local")
STARTS_WITHIN = 180
ADMIN = {"username": "admin", "password": "the administrator of a throw-away realm"}


class Keycloak:
    """A running server with the realm of `realm.json`, and its administrator."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.issuer = f"{url}/realms/{REALM['realm']}"

    async def administer(self, method: str, path: str, body: Any = None) -> Any:
        """Do something in the realm, as its administrator."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=30) as http:
            form = {"grant_type": "password", "client_id": "admin-cli"} | ADMIN
            token = (await http.post("/realms/master/protocol/openid-connect/token", data=form)).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            answer = await http.request(method, f"/admin/realms{path}", json=body, headers=headers)
            assert answer.is_success, answer.text
            return answer.json() if answer.content else None


@contextlib.asynccontextmanager
async def keycloak_server(folder: Path) -> AsyncIterator[Keycloak]:
    """One with an empty database in memory, gone at the end."""
    home, (port,) = await asyncio.to_thread(distribution), free_ports(1)
    command = Command(
        name="Keycloak",
        argv=[*_java(home), "start", "--optimized", f"--http-port={port}", *RUN],
        log=folder / "keycloak.log",
        ready=answers_http(f"http://127.0.0.1:{port}/realms/master"),
        env=os.environ
        | {"KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN["username"], "KC_BOOTSTRAP_ADMIN_PASSWORD": ADMIN["password"]},
    )
    process = await spawn(command)
    try:
        for _ in range(STARTS_WITHIN * 4):
            if process.returncode is not None or await says_yes(command.ready):
                break
            await asyncio.sleep(0.25)
        assert await says_yes(command.ready), f"Keycloak does not start:\n{last_lines(command.log)}"
        server = Keycloak(f"http://127.0.0.1:{port}")
        await server.administer("POST", "", REALM)
        yield server
    finally:
        await stop(process, 10)


def distribution() -> Path:
    """Keycloak unpacked and built in the cache, fetched when it is missing."""
    for program in ("java", "mvn"):
        assert shutil.which(program), (
            f"This test runs a real Keycloak and needs Java 17 or newer and Maven; there is no `{program}` here. "
            "On Debian: apt-get install openjdk-17-jre-headless maven."
        )
    ready = cache_folder() / f"keycloak-{VERSION}"
    if not ready.exists():
        cache_folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache_folder(), prefix="keycloak-") as draft:
            _fetch(Path(draft)).rename(ready)
    return ready


def _fetch(folder: Path) -> Path:
    artifact = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
    _done(["mvn", "-q", "-B", PLUGIN, f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"], folder)
    archive = folder / f"keycloak-quarkus-dist-{VERSION}.zip"
    with archive.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == SHA256, f"{archive.name} is not what it was"
    shutil.unpack_archive(archive, folder)
    home = folder / f"keycloak-{VERSION}"
    _done([*_java(home), "build", *BUILD], home)
    return home


def _java(home: Path) -> list[str]:
    """What `kc.sh` runs, without the shell between, so that the server itself is stopped."""
    properties = {
        "kc.home.dir": home,
        "jboss.server.config.dir": home / "conf",
        "java.util.logging.manager": "org.jboss.logmanager.LogManager",
        "java.util.concurrent.ForkJoinPool.common.threadFactory": (
            "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory"
        ),
    }
    named = [f"-D{name}={value}" for name, value in properties.items()]
    started = ["-cp", str(home / "lib" / "quarkus-run.jar"), "io.quarkus.bootstrap.runner.QuarkusEntryPoint"]
    return ["java", *MEMORY, *named, *started]


def _done(command: list[str], folder: Path) -> None:
    done = subprocess.run(  # noqa: S603  # Maven and Keycloak itself
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, f"{' '.join(command[:4])} failed:\n{(done.stdout + done.stderr)[-2000:]}"
