"""Fixtures: sessions of new users, with a table, with types, and one that mines."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import SessionInfo
from oracle_standin.engine.database import Database
from tests.engine.mining import Miner
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from collections.abc import Iterator

_numbers = itertools.count(1)


@pytest.fixture
def session(engine_database: Database) -> Iterator[UserSession]:
    """Give a session of a user of its own, with an empty schema."""
    name = f"USER{next(_numbers)}"
    engine_database.create_user(name, "secret")
    opened = engine_database.open_session(name, SessionInfo(next(_numbers) + 1000, 1))
    try:
        yield UserSession(opened)
    finally:
        opened.close()


@pytest.fixture
def table(session: UserSession) -> UserSession:
    """Give a session whose schema has a table T with two rows."""
    session.run("CREATE TABLE t (id NUMBER(9) PRIMARY KEY, name VARCHAR2(20))")
    session.run("BEGIN INSERT INTO t VALUES (1, 'a'); INSERT INTO t VALUES (2, 'b'); COMMIT; END;")
    return session


@pytest.fixture(scope="module")
def mining_database() -> Iterator[Database]:
    with Database() as database:
        yield database


@pytest.fixture
def miner(mining_database: Database) -> Iterator[Miner]:
    """Give a miner of a database that logs enough to be mined, and no more."""
    made = Miner(mining_database)
    made.administrator.run("ALTER DATABASE ADD SUPPLEMENTAL LOG DATA")
    yield made
    for kind in ("ALL", "PRIMARY KEY", "UNIQUE", "FOREIGN KEY"):
        made.administrator.run(f"ALTER DATABASE DROP SUPPLEMENTAL LOG DATA ({kind}) COLUMNS")
    made.administrator.run("ALTER DATABASE DROP SUPPLEMENTAL LOG DATA")
    made.session.session.close()
    made.administrator.session.close()


@pytest.fixture
def writer(mining_database: Database, miner: Miner) -> Iterator[UserSession]:
    """Give a session of a new user with an empty schema."""
    name = f"WRITER{next(_numbers)}"
    mining_database.create_user(name, "secret")
    opened = miner.open(name)
    yield opened
    opened.session.close()
