"""Ports of 127.0.0.1 that nobody uses."""

import random
import socket
from contextlib import ExitStack

# Below the range of outgoing connections, so that none is taken before it is used.
_RANGE = range(17_000, 32_000)
_TRIES = 2_000


def free_ports(count: int) -> list[int]:
    """`count` different free ports.

    Raises:
        OSError: There are not so many.
    """
    with ExitStack() as held:
        ports: list[int] = []
        for port in random.sample(_RANGE, _TRIES):
            if len(ports) == count:
                return ports
            if _bind(port, held):
                ports.append(port)
    raise OSError(f"found no {count} free ports on 127.0.0.1 between {_RANGE.start} and {_RANGE.stop}")


def preferred_or_free(preferred: int) -> int:
    """The preferred port when it is free, else another."""
    with ExitStack() as held:
        if _bind(preferred, held):
            return preferred
    return free_ports(1)[0]


def _bind(port: int, held: ExitStack) -> bool:
    listener = held.enter_context(socket.socket())
    # As the server itself does, so that a port it left a moment ago counts as free.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(1)
    except OSError:
        return False
    return True
