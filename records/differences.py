"""Where two values made of JSON's parts differ, said so that a person finds the place."""

from collections.abc import Iterator

LONGEST = 80
"""Characters of a value that are shown."""


def differences(found: object, expected: object, at: str) -> Iterator[str]:
    """A sentence for each place, below `at`, in which what was found is not what was expected."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for name in sorted({*found, *expected}, key=str):
            below = f"{at}/{name}"
            if name not in found:
                yield f"{below} is missing: {shown(expected[name])}"
            elif name not in expected:
                yield f"{below} is there, but nothing led to it: {shown(found[name])}"
            else:
                yield from differences(found[name], expected[name], below)
    elif isinstance(found, list) and isinstance(expected, list):
        yield from differences(dict(enumerate(found)), dict(enumerate(expected)), at)
    elif found != expected:
        yield f"{at} is {shown(found)}, and should be {shown(expected)}"


def shown(value: object) -> str:
    """A value in one short line."""
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
