"""A store of the scheduler: in a SQLite file, or in a schema of the database under test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_core.connection import sqlalchemy_engine
from oracle_core.retry import Backoff
from oracle_scheduler.store.database import Database, sqlite_engine
from oracle_scheduler.store.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase


@pytest.fixture(params=["sqlite", "oracle"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Return a store with its tables, once in SQLite and once in Oracle."""
    if request.param == "sqlite":
        database = Database(sqlite_engine(tmp_path / "scheduler.db"))
    else:
        oracle: OracleDatabase = request.getfixturevalue("oracle_database")
        schema: str = request.getfixturevalue("fresh_schema")
        engine = sqlalchemy_engine(oracle.config(schema), module="scheduler test")
        database = Database(engine, backoff=Backoff(attempts=20, first_seconds=0.05))
    migrate(database)
    yield database
    database.close()
