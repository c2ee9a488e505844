"""Whether a PDF is sound and does nothing by itself: asked of a child process that may do very little."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO, Final

from domain.refusal import Refused
from services.mapped import Bytes

PATIENCE_SECONDS: Final = 10
INSPECTOR: Final = Path(__file__).with_name("pdf_inspector.py")
SOUND: Final = "sound"
REASONS: Final = {
    "encrypted": ("已加密", "is encrypted"),
    "script": ("含有脚本", "contains a script"),
    "launch": ("会启动其他程序", "starts other programs"),
    "action": ("打开时会自动执行操作", "acts by itself when it is opened"),
    "attachment": ("含有附件", "has files attached"),
    "media": ("含有多媒体内容", "contains rich media"),
    "form": ("含有XFA表单", "contains an XFA form"),
    "large": ("结构过大", "has too large a structure"),
    "broken": ("已损坏或过于复杂，无法读取", "is damaged, or too complex to be read"),
}
"""What the inspector says → what its sender is told."""

_AFTER_THE_END: Final = 1024
_children = BoundedSemaphore(4)


def check_pdf(file: BinaryIO, data: Bytes, name: str) -> None:
    """Take a PDF only if it is whole and tame.

    Raises:
        Refused: `unsupported_media`, with the reason.
    """
    found = _inspected(file) if b"%%EOF" in data[-_AFTER_THE_END:] else "broken"
    if found != SOUND:
        zh, en = REASONS.get(found, REASONS["broken"])
        raise Refused("unsupported_media", f"PDF文件“{name}”{zh}", f"the PDF {name!r} {en}")


def _inspected(file: BinaryIO) -> str:
    """The inspector's word; `broken` where it crashed, ran into a limit or took too long."""
    command = [sys.executable, "-I", "-S", str(INSPECTOR), _packages()]
    # Opened anew: the child must not move the place at which this process reads, nor write.
    with _children, Path(f"/proc/self/fd/{file.fileno()}").open("rb") as again:
        try:
            done = subprocess.run(  # noqa: S603  # a command of our own
                command,
                stdin=again,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                timeout=PATIENCE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "broken"
    return done.stdout.decode(errors="replace") if done.returncode == 0 else "broken"


def _packages() -> str:
    """The folder pikepdf lies in, without loading it here."""
    found = find_spec("pikepdf")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("pikepdf")
    return str(Path(found.origin).parents[1])
