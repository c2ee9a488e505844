"""The web application on a record seeded by hand, as for the API's own tests."""

from tests.api.conftest import database, settings, web

__all__ = ["database", "settings", "web"]
