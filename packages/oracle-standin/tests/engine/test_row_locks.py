"""Which queries may lock rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

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
