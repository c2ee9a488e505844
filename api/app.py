"""The web application: opens what the routes need, puts the routes together."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI

from activities.facts import FactFinder
from api import (
    access,
    accounts,
    alliance,
    calendars,
    cases,
    complaints,
    deadlines,
    editions,
    feed,
    files,
    gate,
    grants,
    incidents,
    lateness,
    library,
    machines,
    members,
    national,
    operations,
    organizations,
    problems,
    proposals,
    register,
    requirements,
    roots,
    second_factor,
    waves,
)
from api.console import home, sign_in
from api.engine import CaseEngine
from api.identity import Callers, Secrets
from api.limits import BodyLimit
from records.database import connect as connect_database
from services.engine import connect as connect_engine
from services.schemes import Library
from services.storage import Storage
from settings import Settings

ROUTES: Final = (
    accounts,
    alliance,
    calendars,
    cases,
    complaints,
    deadlines,
    editions,
    feed,
    files,
    grants,
    home,
    incidents,
    lateness,
    library,
    machines,
    members,
    national,
    operations,
    organizations,
    proposals,
    register,
    requirements,
    roots,
    second_factor,
    sign_in,
    waves,
)
"""The parts of the API, each with its router."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, with `settings` from the environment when none are given."""
    settings = settings or Settings()

    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        keys = settings.data / "keys"
        client = await connect_engine(
            settings.temporal_address, settings.temporal_namespace, keys / "payload.key", lazy=True
        )
        app.state.settings = settings
        app.state.database = connect_database(settings.sql_url)
        app.state.engine = CaseEngine(client, settings)
        app.state.secrets = Secrets(keys / "tokens.key")
        app.state.callers = Callers(app.state.database, settings)
        app.state.doors = accounts.Doors(settings.sign_ins_per_minute)
        app.state.library = Library.load(*settings.further_packs)
        app.state.facts = FactFinder(app.state.library)
        app.state.storage = Storage.open(settings.files_url)
        app.state.gate = gate.Gate(settings.register_per_minute)
        app.state.complaints = complaints.Receipts(settings)
        gc.freeze()
        yield
        app.state.database.dispose()

    app = FastAPI(title="jingpin", version="1", lifespan=opened, docs_url=None, redoc_url=None)
    problems.install(app)
    app.exception_handler(gate.TooOften)(gate.too_often)

    app.add_middleware(BodyLimit)
    routers = [*(part.router for part in ROUTES), operations.health]
    access.check_lines(route for router in routers for route in router.routes)
    for router in routers:
        app.include_router(router)
    return app
