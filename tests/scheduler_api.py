"""The scheduler's HTTP interface without a server: an application on a store in SQLite."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.testclient import TestClient

from oracle_scheduler.api.app import create_app
from oracle_scheduler.api.settings import ApiSettings
from oracle_scheduler.jobfile import pipeline_of
from oracle_scheduler.store import definitions, tokens
from oracle_scheduler.store.tokens import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_scheduler.store.database import Database

NIGHT = """\
application_name: night
description: Loads what the day left
schedule: {cron: "30 2 * * *", timezone: Europe/Berlin}
env_variables: {TARGET_ENV: prod}
jobs:
- {id: load, type: meltano, run: oracle-to-oracle}
- {id: check, type: python, call: "checks:run", dependencies: [load]}
- {id: report, command: "./report.sh", dependencies: [check]}
"""


@dataclass
class Api:
    """A client of the interface and the store behind it."""

    store: Database
    client: TestClient
    headers: dict[str, str]

    def call(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        headers = {**self.headers, **options.pop("headers", {})}
        response = self.client.request(method, path, headers=headers, **options)
        assert response.status_code == status, response.text
        kind = response.headers["content-type"]
        if status >= 400:
            assert kind == "application/problem+json", kind
        return response.json()

    def get(self, path: str, status: int = 200, **options: Any) -> Any:
        return self.call("GET", path, status, **options)

    def post(self, path: str, status: int = 200, **options: Any) -> Any:
        return self.call("POST", path, status, **options)


def register(store: Database, text: str = NIGHT) -> None:
    definitions.register(store, pipeline_of(text, "night.yml"), text)


@contextmanager
def api_of(store: Database, *, scope: Scope | None = Scope.ADMIN, **settings: Any) -> Iterator[Api]:
    """Give a client whose token has a scope; None for one without a token."""
    headers = {}
    if scope is not None:
        headers["Authorization"] = f"Bearer {tokens.create(store, 'test', scope)}"
    app = create_app(store, ApiSettings(**settings))
    with TestClient(app, "http://127.0.0.1:8090", raise_server_exceptions=False) as client:
        yield Api(store, client, headers)
