"""A program of its own: looks at the structure of the PDF on its standard input and says one word about it.

No content is decoded. It limits itself before it loads the parser, and may open next to nothing once the parser
reads. Whatever goes wrong here, the file is refused.
"""

import resource
import sys
from typing import Final

MEMORY: Final = 512 << 20
CPU_SECONDS: Final = 5


def _limit(what: int, most: int) -> None:
    resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    sys.path.append(sys.argv[1])

import pikepdf  # noqa: E402  # after the limits

MOST_OBJECTS: Final = 100_000
MOST_PAGES: Final = 5_000
DEEPEST: Final = 50

KEYS: Final = {
    "/JS": "script",
    "/JavaScript": "script",
    "/OnInstantiate": "script",
    "/EmbeddedFiles": "attachment",
    "/EF": "attachment",
    "/RichMediaContent": "media",
    "/XFA": "form",
}
"""Key of a dictionary → what it brings in."""
NAMES: Final = {
    "/JavaScript": "script",
    "/Launch": "launch",
    "/EmbeddedFile": "attachment",
    **dict.fromkeys(("/RichMedia", "/3D", "/Movie", "/Rendition", "/Sound"), "media"),
}
"""Kind of an action, annotation or stream → likewise."""
LARGEST_BARE: Final = 100_000
ACTING: Final = tuple(word.encode() for word in (*KEYS, *NAMES, "/OpenAction", "/AA", "/Encrypt", "stream", "#"))
"""What stands in a file that is packed, spelled in another way, or acts."""


class Told(Exception):  # noqa: N818  # the word about the file
    """What is to be said of the file."""


def main() -> str:
    """The word about the PDF on standard input: `sound`, or why it is not taken."""
    try:
        with pikepdf.open(sys.stdin.buffer, access_mode=pikepdf.AccessMode.mmap_only) as pdf:
            look(pdf)
    except Told as word:
        return str(word)
    except pikepdf.PasswordError:
        return "encrypted"
    except pikepdf.PdfError:
        return "sound" if is_bare() else "broken"
    return "sound"


def is_bare() -> bool:
    """Whether a file that no parser can put right has nothing in it that could do something."""
    sys.stdin.buffer.seek(0)
    text = sys.stdin.buffer.read(LARGEST_BARE + 1)
    return len(text) <= LARGEST_BARE and not any(word in text for word in ACTING)


def look(pdf: pikepdf.Pdf) -> None:
    """Look at every object once.

    Raises:
        Told: something is not taken.
    """
    if pdf.is_encrypted:
        raise Told("encrypted")
    if len(pdf.objects) > MOST_OBJECTS or len(pdf.pages) > MOST_PAGES:
        raise Told("large")
    for one in (pdf.trailer, *pdf.objects):
        look_at(one, DEEPEST)
    if any("duplicated key" in warning for warning in pdf.get_warnings()):
        # The parser keeps the last of them, another reader the first.
        raise Told("broken")


def look_at(one: object, deeper: int) -> None:
    """Look at one object and what lies directly in it; what it refers to has its own turn."""
    if deeper == 0:
        raise Told("large")
    if isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
        for key, value in one.items():
            if word := reason(key, value):
                raise Told(word)
            _go_in(value, deeper)
    elif isinstance(one, pikepdf.Array):
        for value in one:
            _go_in(value, deeper)


def _go_in(value: object, deeper: int) -> None:
    if isinstance(value, pikepdf.Object) and not value.is_indirect:
        look_at(value, deeper - 1)


def reason(key: str, value: object) -> str:
    """Why an entry of a dictionary is not taken; empty where it is."""
    if key == "/OpenAction":
        return doing(value)
    if key == "/AA" and isinstance(value, pikepdf.Dictionary):
        return next(filter(None, (doing(each) for _, each in value.items())), "")
    named = NAMES.get(str(value), "") if isinstance(value, pikepdf.Name) else ""
    return KEYS.get(key, named)


def doing(action: object) -> str:
    """Why an action that nobody chooses is not taken; empty where it only shows a place of the document."""
    if not isinstance(action, pikepdf.Dictionary) or "/S" not in action:
        return ""
    kind = str(action["/S"])
    return NAMES.get(kind, "action") if kind != "/GoTo" or "/Next" in action else ""


if __name__ == "__main__":
    _limit(resource.RLIMIT_NOFILE, 5)  # its input once more, and random numbers to look into what is encrypted
    sys.stdout.write(main())
