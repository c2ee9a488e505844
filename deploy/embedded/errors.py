"""The one error of the embedded engine: what happened, and what to do about it."""


class EngineUnavailable(Exception):  # noqa: N818 - its name is what the reader sees
    """The engine cannot be had or cannot run.

    Attributes:
        what: One sentence on what happened, with the last lines of output where there are any.
        remedy: What the reader can do now.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\nWhat to do: {remedy}")
        self.what = what
        self.remedy = remedy
