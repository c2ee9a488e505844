"""The web application and the courier, as in the tests of the API and of the activities."""

from tests.activities.conftest import courier as courier  # noqa: PLC0414  # a fixture handed on
from tests.api.conftest import database as database  # noqa: PLC0414
from tests.api.conftest import settings as settings  # noqa: PLC0414
from tests.api.conftest import web as web  # noqa: PLC0414
