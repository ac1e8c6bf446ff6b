"""Fixtures of the scheduler's HTTP interface on a store in SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_scheduler.store import migrations
from oracle_scheduler.store.database import Database, sqlite_engine
from tests.scheduler_api import Api, api_of, register

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Database]:
    """Return a store in SQLite with one pipeline."""
    database = Database(sqlite_engine(tmp_path / "scheduler.db"))
    migrations.migrate(database)
    register(database)
    yield database
    database.close()


@pytest.fixture
def api(sqlite_store: Database, tmp_path: Path) -> Iterator[Api]:
    """Return a client with a token of scope admin, and a folder `scripts` that is allowed."""
    (tmp_path / "scripts").mkdir()
    with api_of(sqlite_store, allow_adhoc=(f"{tmp_path}/scripts", "checks")) as result:
        yield result
