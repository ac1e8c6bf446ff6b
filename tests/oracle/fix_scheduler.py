"""A store of the scheduler: in a SQLite file, or in a schema of the database under test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from oracle_core.connection import sqlalchemy_engine
from oracle_core.retry import Backoff
from oracle_scheduler.store.database import Database, sqlite_engine
from oracle_scheduler.store.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase


@pytest.fixture(scope="session")
def scheduler_schema(oracle_database: OracleDatabase) -> Iterator[str]:
    """Return a user whose schema keeps the tables of a store from one test to the next."""
    user = oracle_database.create_user("S")
    yield user
    oracle_database.drop_user(user)


@pytest.fixture(params=["sqlite", "oracle"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Return a store with empty tables, once in SQLite and once in Oracle."""
    if request.param == "sqlite":
        database = Database(sqlite_engine(tmp_path / "scheduler.db"))
        migrate(database)
        yield database
        database.close()
        return
    oracle: OracleDatabase = request.getfixturevalue("oracle_database")
    schema: str = request.getfixturevalue("scheduler_schema")
    engine = sqlalchemy_engine(oracle.config(schema), module="scheduler test")
    database = Database(engine, backoff=Backoff(attempts=20, first_seconds=0.05))
    migrate(database)
    yield database
    _empty(database)
    database.close()


def _empty(database: Database) -> None:
    """Delete the rows of a store's tables, but those that say which migrations were applied."""
    with database.transaction() as connection:
        for table in reversed(database.tables.version.metadata.sorted_tables):
            if table is not database.tables.version:
                connection.execute(sa.delete(table))
        connection.execute(sa.text("DELETE FROM job_history"))
