"""Sessions of a new user whose statements are PostgreSQL's own.

See `native`: nothing here depends on translation.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import SessionInfo
from oracle_standin.engine import ddl, query
from tests.engine import native
from tests.engine.session.handle import Handle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

    from oracle_standin.engine.database import Database
    from oracle_standin.engine.session import Session

_schemas = itertools.count(1)


@pytest.fixture(autouse=True)
def _native_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "translate", native.translate, raising=False)
    monkeypatch.setattr(ddl, "run", lambda statement, engine: engine.run(statement))


@pytest.fixture
def user(owner: psycopg.Connection[tuple[object, ...]]) -> str:
    """Return a new user with a table T (ID primary key, NAME up to 5 characters)."""
    name = f"CORE{next(_schemas)}"
    owner.execute(
        f"""
        CREATE ROLE "{name}"; CREATE SCHEMA "{name}" AUTHORIZATION "{name}";
        GRANT USAGE ON SCHEMA "{name}" TO PUBLIC;
        INSERT INTO ora.users (username) VALUES ('{name}');
        INSERT INTO ora.role_grants VALUES ('{name}', 'CONNECT');
        SET ROLE "{name}";
        CREATE TABLE "{name}"."T" (
          "ID" numeric(9,0) CONSTRAINT "T_PK" PRIMARY KEY, "NAME" varchar(5)
            CONSTRAINT "T_NAME" CHECK ("NAME" <> 'bad'));
        RESET ROLE;
        INSERT INTO ora.table_facts (relid, object_type, parent) VALUES
          ('"{name}"."T"'::regclass, 'TABLE', NULL),
          ('"{name}"."T_PK"'::regclass, 'INDEX', '"{name}"."T"'::regclass);
        """.encode()
    )
    return name


@pytest.fixture
def connect(engine_database: Database, user: str) -> Iterator[Callable[..., Handle]]:
    opened: list[Session] = []

    def open_one(name: str = user) -> Handle:
        session = engine_database.open_session(name, SessionInfo(len(opened) + 1, 1))
        opened.append(session)
        return Handle(session)

    yield open_one
    for session in opened:
        session.close()


@pytest.fixture
def one(connect: Callable[..., Handle]) -> Handle:
    return connect()


@pytest.fixture
def two(connect: Callable[..., Handle]) -> Handle:
    return connect()
