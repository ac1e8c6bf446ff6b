"""What a client learns of the rows that DML changed, or would have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import ExecuteOptions

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


def last_rowid(session: UserSession, statement: str) -> str | None:
    return session.session.execute(statement, [], [[]], ExecuteOptions()).last_rowid


@pytest.fixture
def pairs(session: UserSession) -> UserSession:
    session.run("CREATE TABLE a (id NUMBER, name VARCHAR2(5))")
    session.run("CREATE TABLE b (id NUMBER, name VARCHAR2(5))")
    for number in (1, 2, 3):
        session.run(f"INSERT INTO a VALUES ({number}, 'a{number}')")
        session.run(f"INSERT INTO b VALUES ({number}, 'b{number}')")
    return session


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO a VALUES (9, 'x')", "UPDATE a SET id = 9 WHERE id = 2"],
)
def test_the_last_rowid_is_that_of_the_row(pairs: UserSession, statement: str) -> None:
    found = last_rowid(pairs, statement)
    assert pairs.rows(f"SELECT id FROM a WHERE ROWID = '{found}'") == [("9",)]


def test_no_row_has_no_rowid(pairs: UserSession) -> None:
    assert last_rowid(pairs, "DELETE FROM a WHERE id = 77") is None
    assert last_rowid(pairs, "INSERT INTO a SELECT id, name FROM b") is None


@pytest.mark.parametrize("name", ["s.name", "s.NAME"])
def test_a_merge_says_how_long_the_value_was(pairs: UserSession, name: str) -> None:
    merge = (
        "MERGE INTO a t USING (SELECT :1 AS id, :2 AS name FROM dual) s ON (t.id = s.id)"
        f" WHEN MATCHED THEN UPDATE SET t.name = {name}"
        f" WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, {name})"
    )
    told = f'"{pairs.session.user}"."A"."NAME" (actual: 9, maximum: 5)'
    for number in ("1", "8"):
        error = pairs.fails(merge, **{"1": number, "2": "too long!"})
        assert error == f"ORA-12899: value too large for column {told}"


def test_rownum_limits_a_join_before_it_is_sorted(pairs: UserSession) -> None:
    join = "FROM a, b WHERE a.id = b.id AND ROWNUM <= 2 ORDER BY"
    assert pairs.rows(f"SELECT a.id, b.name AS n {join} n DESC") == [("2", "b2"), ("1", "b1")]
    assert pairs.rows(f"SELECT ROWNUM, a.name {join} b.id DESC, 1") == [("2", "a2"), ("1", "a1")]
    ansi = "SELECT b.name FROM a JOIN b ON a.id = b.id WHERE ROWNUM < 3 ORDER BY a.id DESC"
    assert pairs.rows(ansi) == [("b2",), ("b1",)]


def test_insert_all_runs_its_query_once(pairs: UserSession) -> None:
    pairs.run("CREATE SEQUENCE s")
    statement = (
        "INSERT ALL WHEN n > 1 THEN INTO a (id) VALUES (n) WHEN n > 2 THEN INTO b VALUES (n, 'x')"
        " SELECT s.NEXTVAL AS n FROM dual CONNECT BY LEVEL <= 3"
    )
    result = pairs.session.execute(statement, [], [[]], ExecuteOptions())
    assert result.row_count == 3
    assert pairs.rows("SELECT id FROM a WHERE name IS NULL ORDER BY id") == [("2",), ("3",)]
    assert pairs.rows("SELECT id FROM b WHERE name = 'x'") == [("3",)]


def test_a_failing_insert_all_inserts_nothing(pairs: UserSession) -> None:
    statement = "INSERT ALL INTO a VALUES (7, 'x') INTO b VALUES (7, 'too long') SELECT 1 FROM dual"
    assert pairs.fails(statement).startswith("ORA-12899")
    assert pairs.rows("SELECT id FROM a WHERE id = 7") == []


def test_a_date_returned_into_a_text_is_written_as_the_session_says(pairs: UserSession) -> None:
    pairs.run("ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY/MM/DD'")
    pairs.run("CREATE TABLE days (d DATE)")
    block = "BEGIN INSERT INTO days VALUES (DATE '2024-02-29') RETURNING d INTO :d; END;"
    assert pairs.run(block, d=None) == {"d": "2024/02/29"}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT DISTINCT c FROM texts",
        "SELECT c, COUNT(*) FROM texts GROUP BY c",
        "SELECT c FROM texts ORDER BY c",
        "SELECT c FROM texts UNION SELECT c FROM texts",
    ],
)
def test_rows_are_not_told_apart_by_a_lob(pairs: UserSession, query: str) -> None:
    pairs.run("CREATE TABLE texts (id NUMBER, c CLOB)")
    assert pairs.fails(query) == "ORA-22848: cannot use CLOB type as comparison key"
    assert pairs.rows("SELECT c FROM texts UNION ALL SELECT c FROM texts") == []


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("TO_NUMBER('x' DEFAULT 5 ON CONVERSION ERROR)", "5"),
        ("TO_NUMBER('7' DEFAULT 5 ON CONVERSION ERROR)", "7"),
        ("TO_NUMBER('x' DEFAULT NULL ON CONVERSION ERROR)", None),
        ("TO_CHAR(TO_DATE('x' DEFAULT '2020-01' ON CONVERSION ERROR, 'YYYY-MM'), 'MM')", "01"),
    ],
)
def test_a_conversion_may_have_a_default(
    session: UserSession, expression: str, value: str | None
) -> None:
    assert session.value(expression) == value
