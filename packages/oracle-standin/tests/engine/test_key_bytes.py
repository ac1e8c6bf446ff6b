"""Keys that no index takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE t2 (a VARCHAR2(1000 CHAR), b VARCHAR2(1000 CHAR), PRIMARY KEY (a, b))",
        "CREATE TABLE t2 (a VARCHAR2(4000) UNIQUE, b VARCHAR2(4000), UNIQUE (a, b))",
        "CREATE INDEX i ON t (a, b)",
        "CREATE UNIQUE INDEX i ON t (b, a)",
        "ALTER TABLE t ADD PRIMARY KEY (a, b)",
        "ALTER TABLE t ADD UNIQUE (a, b)",
    ],
)
def test_declared_bytes_count(session: UserSession, statement: str) -> None:
    session.run("CREATE TABLE t (a VARCHAR2(3200), b NVARCHAR2(1600))")
    expected = "ORA-01450: maximum key length (6398) exceeded"
    assert session.fails(statement) == expected


def test_keys_that_fit(session: UserSession) -> None:
    columns = ", ".join(f"k{number} VARCHAR2(255 CHAR)" for number in range(6))
    keys = ", ".join(f"k{number}" for number in range(6))
    session.run(f"CREATE TABLE t ({columns}, PRIMARY KEY ({keys}))")
    session.run("CREATE TABLE u (a VARCHAR2(4000) PRIMARY KEY, b VARCHAR2(2000))")
    session.run("CREATE INDEX i ON u (a, b)")


def test_a_column_of_an_index_grows_no_further_than_the_index(session: UserSession) -> None:
    session.run("CREATE TABLE t (a VARCHAR2(3000), b VARCHAR2(3000), c VARCHAR2(10))")
    session.run("CREATE INDEX i ON t (a, b)")
    session.run("ALTER TABLE t MODIFY (a VARCHAR2(3300), c VARCHAR2(4000))")
    assert session.fails("ALTER TABLE t MODIFY (a VARCHAR2(4000))").startswith("ORA-01404")
