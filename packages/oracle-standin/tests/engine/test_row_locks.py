"""Which queries may lock rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import Bind, ExecuteOptions, SessionInfo
from oracle_standin.codecs import number_from_text
from oracle_standin.protocol import OracleError, TypeCode
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM t FETCH FIRST 2 ROWS ONLY FOR UPDATE",
        "SELECT id FROM t ORDER BY id FETCH FIRST 1 ROW ONLY FOR UPDATE SKIP LOCKED",
        "SELECT id FROM t OFFSET 1 ROW FOR UPDATE",
        "SELECT id FROM (SELECT id FROM t ORDER BY id) WHERE ROWNUM < 3 FOR UPDATE",
        "SELECT id FROM (SELECT id FROM t FETCH FIRST 2 ROWS ONLY) FOR UPDATE",
        "SELECT id FROM (SELECT DISTINCT id FROM t) FOR UPDATE",
        "SELECT id FROM (SELECT id FROM t GROUP BY id) FOR UPDATE",
        "SELECT id FROM (SELECT id FROM t UNION ALL SELECT id FROM t) FOR UPDATE",
    ],
)
def test_computed_rows_are_not_locked(table: UserSession, query: str) -> None:
    assert table.fails(query).startswith("ORA-02014")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM t ORDER BY id FOR UPDATE SKIP LOCKED",
        "SELECT id FROM t WHERE ROWNUM < 3 ORDER BY id FOR UPDATE",
        "SELECT id FROM t WHERE id IN (SELECT id FROM t FETCH FIRST 2 ROWS ONLY) FOR UPDATE",
    ],
)
def test_rows_of_tables_are(table: UserSession, query: str) -> None:
    assert table.rows(query) == [("1",), ("2",)]


def test_skip_locked_locks_rows_as_they_are_fetched(
    table: UserSession, engine_database: Database
) -> None:
    query = "SELECT id FROM t ORDER BY id FOR UPDATE SKIP LOCKED"
    other = engine_database.open_session(table.session.user, SessionInfo(7400, 1))
    try:
        first = table.session.execute(query, [], [[]], ExecuteOptions())
        assert first.rows is not None
        assert len(first.rows.fetch(1)) == 1
        assert UserSession(other).rows(query) == [("2",)]
        assert first.rows.fetch(10) == []  # the second row is the other's by now
        other.rollback()
        table.run("ROLLBACK")
        assert UserSession(other).rows(query) == [("1",), ("2",)]
    finally:
        other.close()


def test_rows_of_an_ended_transaction_are_not_fetched(table: UserSession) -> None:
    query = "SELECT id FROM t WHERE id > :1 FOR UPDATE SKIP LOCKED"
    bind = Bind("1", TypeCode.NUMBER)
    values = [[number_from_text("0")]]
    found = table.session.execute(query, [bind], values, ExecuteOptions())
    assert found.rows is not None
    assert len(found.rows.fetch(1)) == 1
    table.run("COMMIT")
    with pytest.raises(OracleError, match="ORA-01002"):
        found.rows.fetch(1)
    found.rows.close()
    assert table.rows("SELECT COUNT(*) FROM t") == [("2",)]
