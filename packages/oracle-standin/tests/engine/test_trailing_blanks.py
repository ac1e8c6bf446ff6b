"""Blanks at the end of a text count for its length; CAST cuts them off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


@pytest.fixture
def texts(session: UserSession) -> UserSession:
    session.run("CREATE TABLE t (v VARCHAR2(3), c CHAR(4), n NVARCHAR2(5), w CHAR(8))")
    session.run("INSERT INTO t (v, c, n, w) VALUES ('a', 'a', 'a', 'a')")
    return session


@pytest.mark.parametrize("column", ["v", "c", "n"])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t ({}) VALUES ('ab      ')",
        "INSERT INTO t ({}) SELECT 'ab      ' FROM dual",
        "INSERT INTO t ({}) SELECT w FROM t",
        "UPDATE t SET {} = 'ab      '",
        (
            "MERGE INTO t USING (SELECT 'ab      ' AS x FROM dual) s ON (1 = 1)"
            " WHEN MATCHED THEN UPDATE SET {} = s.x"
        ),
    ],
)
def test_too_many_are_refused(texts: UserSession, statement: str, column: str) -> None:
    error = texts.fails(statement.format(column))
    assert error.startswith("ORA-12899")
    assert f'"{column.upper()}"' in error


def test_a_bind_names_its_length(texts: UserSession) -> None:
    error = texts.fails("INSERT INTO t (v) VALUES (:a)", a="ab   ")
    assert error.endswith("(actual: 5, maximum: 3)")


def test_those_that_fit_stay(texts: UserSession) -> None:
    texts.run("UPDATE t SET v = 'a  ', c = 'a', n = ' '")
    assert texts.rows("SELECT v, c, n, LENGTH(v), LENGTH(c) FROM t") == [
        ("a  ", "a   ", " ", "3", "4")
    ]


def test_a_cast_cuts(texts: UserSession) -> None:
    texts.run("UPDATE t SET v = CAST('ab   ' AS VARCHAR2(3)), c = CAST('ab   ' AS CHAR(4))")
    assert texts.rows("SELECT v, c FROM t") == [("ab ", "ab  ")]
