"""What the handlers of requests work with."""

# Annotations are read at run time by FastAPI, so that they are no texts here.

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from oracle_scheduler.api.access import Access
from oracle_scheduler.api.settings import ApiSettings
from oracle_scheduler.store.database import Database


@dataclass(frozen=True, slots=True)
class ApiContext:
    """The store, the settings and who may do what."""

    database: Database
    settings: ApiSettings
    access: Access


def _context(request: Request) -> ApiContext:
    context: ApiContext = request.app.state.context
    return context


Context = Annotated[ApiContext, Depends(_context)]
