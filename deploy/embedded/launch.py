"""Becomes another program that dies with the process that started it.

Run by path with `python -I -S`, so it imports only the standard library:
`launch.py PARENT_PID PROGRAM [ARGUMENT…]`. A preexec function would do the same, but runs Python between fork
and exec, which is unsafe beside the threads of the Temporal SDK.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def _die_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # The parent died before the line above took effect.
        raise SystemExit(1)


def main() -> None:
    """Bind to the parent, then become the program."""
    parent, *argv = sys.argv[1:]
    if sys.platform == "linux":
        _die_with(int(parent))
    # Python ignores these two, and an ignored signal stays ignored across exec.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - the command comes from the supervisor
    except OSError as error:
        raise SystemExit(f"cannot start {argv[0]}: {error.strerror}") from error


if __name__ == "__main__":
    main()
