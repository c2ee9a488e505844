"""The web application: opens what the routes need, puts the routes together."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from fastapi import FastAPI

from activities.facts import FactFinder
from api import (
    access,
    accounts,
    alliance,
    calendars,
    cases,
    codec,
    complaints,
    deadlines,
    editions,
    feed,
    files,
    gate,
    grants,
    holds,
    incidents,
    lateness,
    library,
    links,
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
from api.description import describe
from api.engine import CaseEngine
from api.identity import Callers, Secrets
from api.limits import BodyLimit
from api.shield import Shield
from api.traces import Traces
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
    codec,
    complaints,
    deadlines,
    editions,
    feed,
    files,
    grants,
    holds,
    home,
    incidents,
    lateness,
    library,
    links,
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
            settings.temporal_address,
            settings.temporal_namespace,
            settings.payload_key_file,
            pems=settings.temporal_pems,
            lazy=True,
        )
        app.state.settings = settings
        app.state.codec = client.data_converter.payload_codec
        app.state.database = connect_database(settings.sql_url)
        app.state.engine = CaseEngine(client, settings)
        app.state.secrets = Secrets(keys / "tokens.key")
        app.state.callers = Callers(app.state.database, settings)
        app.state.doors = accounts.Doors(settings.sign_ins_per_minute)
        app.state.library = Library.load(*settings.further_packs)
        app.state.facts = FactFinder(app.state.library)
        app.state.intake = files.Intake(settings)
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
    app.add_middleware(codec.UiMayAsk, ui_url=settings.temporal_ui_url)
    app.add_middleware(problems.Mishaps)
    app.add_middleware(Shield, https=settings.public_url.startswith("https:"))
    app.add_middleware(Traces)
    routers = [*(part.router for part in ROUTES), operations.health]
    access.check_lines(route for router in routers for route in router.routes)
    for router in routers:
        app.include_router(router)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]  # as FastAPI has one replace it
    return app
