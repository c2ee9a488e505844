"""Temporal's Web UI, read-only, on a port of 127.0.0.1: what the engine itself knows of a case."""

from asyncio import to_thread
from pathlib import Path
from typing import Final

import yaml

from deploy.embedded.binaries import TEMPORAL_WEB_UI, ensure
from deploy.embedded.child import Command
from deploy.embedded.errors import EngineUnavailable
from deploy.embedded.ports import preferred_or_free
from deploy.embedded.probes import answers_http
from deploy.embedded.supervisor import Kept, Pace, StartFailedError
from deploy.embedded.temporal import NAMESPACE, without_temporal_settings

_ENVIRONMENT: Final = "embedded"
_READY_WITHIN: Final = 30.0
_GRACE: Final = 5.0
_WRITES: Final = ("Terminate", "Cancel", "Signal", "Update", "Reset", "Pause")


class WebUI:
    """The Web UI of one Temporal server.

    Either `start()` and `stop()` it, or give what `prepare()` returns to the supervisor.

    Args:
        data: The product's data folder.
        temporal_address: `host:port` of the server's frontend.
        preferred_port: Its own port when that is free.
        namespace: The one it opens with.
    """

    def __init__(
        self, data: Path, temporal_address: str, preferred_port: int = 8233, *, namespace: str = NAMESPACE
    ) -> None:
        self._folder = data.absolute() / "temporal" / "web-ui"
        self._log = data.absolute() / "logs" / "web-ui.log"
        self._temporal_address = temporal_address
        self._preferred_port = preferred_port
        self._namespace = namespace
        self._port: int | None = None
        self._kept: Kept | None = None

    @property
    def url(self) -> str:
        """Where a browser finds it, known from `prepare()` on."""
        if self._port is None:
            raise RuntimeError("the Web UI's address is known once it is prepared or started")
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Build it if need be, start it and wait until it answers.

        Raises:
            EngineUnavailable: The message says why and what to do.
        """
        self._kept = Kept(await self.prepare(), say=lambda _: None, pace=Pace())
        try:
            await self._kept.start()
        except StartFailedError as error:
            raise EngineUnavailable(str(error), f"Read {self._log}; it ends with the reason.") from error

    async def stop(self) -> None:
        """Stop it, after 5 s by force; nothing when it does not run."""
        if self._kept is not None:
            await self._kept.stop(_GRACE)
            self._kept = None

    async def prepare(self) -> Command:
        """Find the binary, choose the port, write the configuration; returns what to run.

        Raises:
            EngineUnavailable: There is no binary and none can be built.
        """
        (binary,) = await to_thread(ensure, TEMPORAL_WEB_UI)
        self._port = port = await to_thread(preferred_or_free, self._preferred_port)
        self._folder.mkdir(parents=True, exist_ok=True)
        config = web_ui_config(self._temporal_address, port, self._namespace)
        (self._folder / f"{_ENVIRONMENT}.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        return Command(
            name="Temporal Web UI",
            argv=(str(binary), "--root", str(self._folder), "--config", ".", "--env", _ENVIRONMENT, "start"),
            log=self._log,
            ready=answers_http(f"{self.url}/healthz"),
            ready_within=_READY_WITHIN,
            canary=answers_http(f"{self.url}/healthz"),
            env=without_temporal_settings(),
        )


def web_ui_config(temporal_address: str, port: int, namespace: str) -> dict[str, object]:
    """The Web UI's configuration file, as data: it writes nothing and asks nothing of the network."""
    return {
        "temporalGrpcAddress": temporal_address,
        "host": "127.0.0.1",
        "port": port,
        "enableUi": True,
        "defaultNamespace": namespace,
        "disableNewsFetch": True,
        "hideLogs": True,
        "cors": {"allowOrigins": [f"http://127.0.0.1:{port}"], "cookieInsecure": False},
        "disableWriteActions": True,
        **{f"workflow{action}Disabled": True for action in _WRITES},
        "batchActionsDisabled": True,
        "startWorkflowDisabled": True,
        "activityCommandsDisabled": True,
    }
