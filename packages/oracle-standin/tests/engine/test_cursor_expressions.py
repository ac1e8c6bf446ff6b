"""CURSOR expressions: rows in a select list, described and read."""

from __future__ import annotations

import pytest

from oracle_standin.backend import ExecuteOptions
from oracle_standin.engine import cursor_rows
from oracle_standin.protocol import TypeCode
from tests.engine.user_session import UserSession, readable

pytestmark = pytest.mark.standin


def opened(session: UserSession, query: str) -> list[object]:
    """Return the rows of a query, each cursor as its column names and rows."""
    result = session.session.execute(query, [], [[]], ExecuteOptions())
    assert result.columns is not None
    assert result.rows is not None
    return [_row(session, result.columns, row) for row in result.rows.fetch(100)]


def _row(session: UserSession, columns: object, row: tuple[bytes | None, ...]) -> object:
    values = []
    for column, value in zip(columns, row, strict=True):  # type: ignore[call-overload]
        if column.type_code is TypeCode.CURSOR:
            cursor = session.session.open_cursors.take(value)
            found = [_row(session, cursor.columns, inner) for inner in cursor.rows.fetch(100)]
            values.append(([inner.name for inner in cursor.columns], found))
        else:
            values.append(readable(column.type_code, value))
    return tuple(values)


@pytest.fixture
def tables(session: UserSession) -> UserSession:
    session.run("CREATE TABLE d (id NUMBER(9), name VARCHAR2(20))")
    session.run("CREATE TABLE e (d NUMBER(9), t VARCHAR2(30), b BOOLEAN, n NUMBER(5,2))")
    session.run("INSERT INTO d VALUES (1, 'A'), (2, 'B')")
    session.run(
        "INSERT INTO e VALUES (1, 'it''s, (a) \"q\" \\ b', TRUE, 1.25), (1, NULL, NULL, -1)"
    )
    return session


def test_rows_of_each_row(tables: UserSession) -> None:
    query = "SELECT id, CURSOR(SELECT e.*, d.name FROM e WHERE d = d.id ORDER BY n DESC) es FROM d"
    names = ["D", "T", "B", "N", "NAME"]
    assert opened(tables, f"{query} ORDER BY id") == [
        ("1", (names, [("1", "it's, (a) \"q\" \\ b", b"\x01", "1.25", "A"),
                       ("1", None, None, "-1", "A")])),
        ("2", (names, [])),
    ]  # fmt: skip


def test_cursors_in_cursors_see_all_rows_around_them(tables: UserSession) -> None:
    query = (
        "SELECT CURSOR(SELECT e.n, CURSOR(SELECT d.id, e.n m FROM dual) k FROM e WHERE n > 0) o"
        " FROM d WHERE id = 1"
    )
    assert opened(tables, query) == [((["N", "K"], [("1.25", (["ID", "M"], [("1", "1.25")]))]),)]


def test_types_are_those_of_the_tables(tables: UserSession) -> None:
    result = tables.session.execute(
        "WITH w AS (SELECT * FROM e) SELECT CURSOR(SELECT n, t FROM w) FROM w", [], [[]],
        ExecuteOptions(),
    )  # fmt: skip
    assert result.columns is not None
    assert result.rows is not None
    assert [(c.type_code, c.nullable) for c in result.columns] == [(TypeCode.CURSOR, True)]
    cursor = tables.session.open_cursors.find(result.rows.fetch(1)[0][0])
    number, text = cursor.columns
    assert (number.type_code, number.precision, number.scale) == (TypeCode.NUMBER, 5, 2)
    assert (text.type_code, text.size_chars) == (TypeCode.VARCHAR, 30)


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("SELECT 1 FROM d WHERE CURSOR(SELECT 1 FROM dual) IS NULL", "ORA-22902"),
        ("SELECT * FROM (SELECT CURSOR(SELECT 1 FROM dual) c FROM dual)", "ORA-22902"),
        ("SELECT UPPER(CURSOR(SELECT 1 FROM dual)) FROM dual", "ORA-22902"),
        ("CREATE TABLE x AS SELECT CURSOR(SELECT 1 FROM dual) c FROM dual", "ORA-00902"),
        ("SELECT CURSOR(SELECT nothing FROM dual) FROM dual", "ORA-00904"),
        ("SELECT CURSOR(SELECT 1 FROM nothing) FROM dual", "ORA-00942"),
        (
            "SELECT CURSOR(SELECT 1 FROM dual) FROM dual CONNECT BY LEVEL < 3",
            "not in this stand-in",
        ),
    ],
)
def test_where_they_cannot_be(tables: UserSession, query: str, error: str) -> None:
    assert error in tables.fails(query)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (b"", []),
        (b"2:()", [[None]]),
        (b"3:(,)", [[None, None]]),
        (b'4:("")', [[b""]]),
        (b'14:("a,\n""\\\\)",b)4:(1,)', [[b'a,\n"\\)', b"b"], [b"1", None]]),
    ],
)
def test_records_are_read_as_they_were_written(text: bytes, fields: list[list[bytes]]) -> None:
    assert list(cursor_rows.records(text)) == fields
