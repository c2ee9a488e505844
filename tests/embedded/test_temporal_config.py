"""The server's configuration keeps to this machine, to one durable file and to the defaults of its limits."""

import socket
from pathlib import Path

import pytest
import yaml

from deploy.embedded.ports import free_ports, preferred_or_free
from deploy.embedded.temporal_config import Ports, choose_ports, dynamic_config, server_config, write_config
from deploy.embedded.webui import web_ui_config

PORTS = Ports(grpc=(1, 2, 3, 4), membership=(5, 6, 7, 8), http=9, pprof=10, metrics=11)


def a_config(database: str = "/data/temporal.sqlite") -> str:
    return yaml.safe_dump(server_config(Path(database), Path("/data/dynamic.yaml"), PORTS))


def test_only_this_machine_is_listened_on() -> None:
    config = a_config()
    assert config.count("bindOnIP: 127.0.0.1") == 4
    assert "0.0.0.0" not in config  # noqa: S104 - that is the point
    assert "listenAddress: 127.0.0.1:11" in config
    assert web_ui_config("127.0.0.1:1", 2, "jingpin")["host"] == "127.0.0.1"


def test_each_commit_reaches_the_disk() -> None:
    sql = yaml.safe_load(a_config())["persistence"]["datastores"]["sqlite"]["sql"]
    assert sql["connectAttributes"] == {
        "cache": "private",
        "setup": "true",
        "journal_mode": "wal",
        "synchronous": "2",
    }
    assert sql["maxConns"] == 1


def test_any_folder_name_survives_the_database_uri() -> None:
    config = yaml.safe_load(a_config("/data/案 a?b#c%d/t.sqlite"))
    name = config["persistence"]["datastores"]["sqlite"]["sql"]["databaseName"]
    assert name == "/data/%E6%A1%88%20a%3Fb%23c%25d/t.sqlite"


def test_time_is_skipped_in_rehearsal_only() -> None:
    assert dynamic_config(rehearsal=False) == {"history.timerProcessorMaxTimeShift": [{"value": "10ms"}]}
    rehearsal = dynamic_config(rehearsal=True)
    assert rehearsal["frontend.WorkflowTimeSkippingEnabled"] == [{"value": True}]
    assert rehearsal["frontend.WorkflowTimeSkippingMaxSkipPerSession"] == [{"value": 1_000_000}]


def test_both_files_are_written(tmp_path: Path) -> None:
    main = write_config(tmp_path / "config", tmp_path / "t.sqlite", PORTS, rehearsal=True)
    named = yaml.safe_load(main.read_text())["dynamicConfigClient"]["filepath"]
    assert yaml.safe_load(Path(named).read_text()) == dynamic_config(rehearsal=True)


def test_all_ports_differ() -> None:
    ports = choose_ports(free_ports(1)[0])
    chosen = [*ports.grpc, *ports.membership, ports.http, ports.pprof, ports.metrics]
    assert len(set(chosen)) == len(chosen) == 11


def test_a_taken_port_is_replaced() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert preferred_or_free(port) != port


def test_more_ports_than_there_are_is_an_error() -> None:
    with pytest.raises(OSError, match="found no 2001 free ports"):
        free_ports(2001)


def test_the_web_ui_changes_nothing() -> None:
    config = web_ui_config("127.0.0.1:1", 2, "jingpin")
    assert config["disableWriteActions"]
    assert all(value for name, value in config.items() if name.endswith("Disabled"))
    assert config["disableNewsFetch"]
