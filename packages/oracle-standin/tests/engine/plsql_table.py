"""A session with a table of two rows, for blocks to work on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession


@pytest.fixture
def table(session: UserSession) -> UserSession:
    """Give a session whose schema has a table T with two rows."""
    session.run("CREATE TABLE t (id NUMBER(9) PRIMARY KEY, name VARCHAR2(20))")
    session.run("BEGIN INSERT INTO t VALUES (1, 'a'); INSERT INTO t VALUES (2, 'b'); COMMIT; END;")
    return session


def names(session: UserSession) -> list[str]:
    return [row[0] for row in session.rows("SELECT name FROM t ORDER BY id")]
