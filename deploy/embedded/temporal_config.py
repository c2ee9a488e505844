"""The configuration of the embedded Temporal server: one SQLite file, every port on 127.0.0.1."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import yaml

from deploy.embedded.ports import free_ports, preferred_or_free

_LOCAL: Final = "127.0.0.1"
_SERVICES: Final = ("frontend", "history", "matching", "worker")
_MANY_SKIPS: Final = 1_000_000

Settings = dict[str, object]


@dataclass(frozen=True)
class Ports:
    """The server's ports on 127.0.0.1; `grpc` and `membership` follow the order of the services."""

    grpc: tuple[int, ...]
    membership: tuple[int, ...]
    http: int
    pprof: int
    metrics: int


def choose_ports(preferred: int) -> Ports:
    """Free ports; the frontend speaks gRPC on the preferred one when that is free."""
    frontend = preferred_or_free(preferred)
    others = [port for port in free_ports(11) if port != frontend]
    return Ports(
        grpc=(frontend, *others[0:3]),
        membership=tuple(others[3:7]),
        http=others[7],
        pprof=others[8],
        metrics=others[9],
    )


def server_config(database: Path, dynamic_config: Path, ports: Ports) -> Settings:
    """The server's configuration file, as data."""
    frontend = f"{_LOCAL}:{ports.grpc[0]}"
    return {
        "log": {"stdout": True, "level": "warn"},
        "persistence": {
            "defaultStore": "sqlite",
            "visibilityStore": "sqlite",
            # Cannot be changed later; one connection writes, so more shards would only add idle work.
            "numHistoryShards": 1,
            "datastores": {"sqlite": {"sql": _sqlite(database)}},
        },
        "global": {
            "membership": {"maxJoinDuration": "30s", "broadcastAddress": _LOCAL},
            "pprof": {"host": _LOCAL, "port": ports.pprof},
            "metrics": {"prometheus": {"listenAddress": f"{_LOCAL}:{ports.metrics}", "timerType": "histogram"}},
        },
        "services": _services(ports),
        "clusterMetadata": {
            "enableGlobalNamespace": False,
            "failoverVersionIncrement": 10,
            "masterClusterName": "active",
            "currentClusterName": "active",
            "clusterInformation": {
                "active": {
                    "enabled": True,
                    "initialFailoverVersion": 1,
                    "rpcName": "frontend",
                    "rpcAddress": frontend,
                    "httpAddress": f"{_LOCAL}:{ports.http}",
                },
            },
        },
        "dcRedirectionPolicy": {"policy": "noop"},
        "dynamicConfigClient": {"filepath": str(dynamic_config), "pollInterval": "60s"},
    }


def dynamic_config(*, rehearsal: bool) -> Settings:
    """The server's dynamic configuration; every limit on payloads and updates stays at its default."""
    values: Settings = {"history.timerProcessorMaxTimeShift": "10ms"}
    if rehearsal:
        values["frontend.WorkflowTimeSkippingEnabled"] = True
        values["frontend.WorkflowTimeSkippingMaxSkipPerSession"] = _MANY_SKIPS
    return {name: [{"value": value}] for name, value in values.items()}


def write_config(folder: Path, database: Path, ports: Ports, *, rehearsal: bool) -> Path:
    """Write both files into the folder; returns the path of the server's own."""
    folder.mkdir(parents=True, exist_ok=True)
    main, dynamic = folder / "server.yaml", folder / "dynamic.yaml"
    dynamic.write_text(yaml.safe_dump(dynamic_config(rehearsal=rehearsal)), encoding="utf-8")
    main.write_text(yaml.safe_dump(server_config(database, dynamic, ports)), encoding="utf-8")
    return main


def _services(ports: Ports) -> Settings:
    services: Settings = {}
    for name, grpc, membership in zip(_SERVICES, ports.grpc, ports.membership, strict=True):
        rpc: Settings = {"grpcPort": grpc, "membershipPort": membership, "bindOnIP": _LOCAL}
        if name == "frontend":
            rpc["httpPort"] = ports.http
        services[name] = {"rpc": rpc}
    return services


def _sqlite(database: Path) -> Settings:
    return {
        "pluginName": "sqlite",
        # The plugin builds a `file:` URI of it, in which `?`, `#` and `%` have a meaning.
        "databaseName": quote(str(database)),
        "connectAddr": "localhost",
        "connectProtocol": "tcp",
        "connectAttributes": {
            "cache": "private",
            "setup": "true",
            "journal_mode": "wal",
            # An answer is acknowledged once it is on the disk, not merely handed to the system.
            "synchronous": "2",
        },
        "maxConns": 1,
        "maxIdleConns": 1,
        "maxConnLifetime": "1h",
    }
