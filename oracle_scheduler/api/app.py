"""The application: its routes, and what stands before them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import anyio.to_thread
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from oracle_scheduler.api import jobs, monitor, pages, runs
from oracle_scheduler.api.access import Access
from oracle_scheduler.api.context import ApiContext
from oracle_scheduler.api.documents import TITLE, with_problem
from oracle_scheduler.api.limits import BodyLimit, RateLimit, SecurityHeaders
from oracle_scheduler.api.problems import Answers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from oracle_scheduler.api.settings import ApiSettings
    from oracle_scheduler.store.database import Database

THREADS = 8
"""Requests that are answered at once: the pool of connections serves scheduler and worker too, and
the others wait without holding one."""

VERSION = "1"


def create_app(database: Database, settings: ApiSettings) -> FastAPI:
    """Return the application on a store.

    Pages that FastAPI makes of the OpenAPI document are left out: they load scripts from other
    hosts. The document itself is at `/openapi.json`.
    """
    app = FastAPI(
        title=TITLE,
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    access = Access(database, settings)
    app.state.access = access
    app.state.context = ApiContext(database, settings, access)
    for module in (monitor, jobs, runs, pages):
        app.include_router(module.router)
    # From here and not from another host: the content policy of `limits` allows `self` alone.
    app.mount("/static", StaticFiles(directory=Path(__file__).with_name("static")), "static")
    Answers(pages.problem_page).install(app)
    # What is added last comes first: a refusal of the limits has the headers too.
    app.add_middleware(BodyLimit, bytes_max=settings.body_bytes_max)
    app.add_middleware(
        RateLimit, per_second=settings.requests_per_second, burst=settings.requests_burst
    )
    app.add_middleware(SecurityHeaders, is_secure=settings.is_secure)
    # Made once: FastAPI would make it at the first request, in the thread of that request.
    document = with_problem(app.openapi())
    app.openapi = lambda: document  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield
