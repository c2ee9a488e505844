"""The engine and the product of tests/engine, for this folder too."""

from tests.engine.conftest import engine, product

__all__ = ["engine", "product"]
