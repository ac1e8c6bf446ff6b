"""Fixtures of the engine's tests.

`engine_database` is one running Database for the whole test run: tests make schemas of their own
in it. `owner` is a PostgreSQL connection as its owner `sys`, in autocommit mode, with the search
path of a session whose own schema is "SYS"; each test has its own.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from oracle_standin.engine.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg


@pytest.fixture(scope="session")
def engine_database() -> Iterator[Database]:
    with Database() as database:
        yield database


@pytest.fixture
def owner(engine_database: Database) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    with closing(engine_database.owner_connection()) as connection:
        yield connection
