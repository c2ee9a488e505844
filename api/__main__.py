"""The API as a process: `python -m api --host 127.0.0.1 --port 8000`, with its settings from the environment."""

import argparse

import uvicorn

from api.app import create_app
from api.heads import Heads
from services import logs
from settings import Settings


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    asked = argparse.ArgumentParser(prog="python -m api", description=__doc__)
    asked.add_argument("--host", default="127.0.0.1")
    asked.add_argument("--port", type=int, default=8000)
    given = asked.parse_args()
    settings = Settings()
    logs.configure(settings.log_level)
    uvicorn.run(
        create_app(settings),
        host=given.host,
        port=given.port,
        server_header=False,
        access_log=False,
        log_config=None,
        http=Heads,
    )


if __name__ == "__main__":
    main()
