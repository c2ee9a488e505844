"""The record of the flow's tests is good enough for these."""

from tests.flow.conftest import database

__all__ = ["database"]
