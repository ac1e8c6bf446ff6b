"""Cursor variables in blocks: OPEN FOR, FETCH, CLOSE, attributes, results for the client."""

from __future__ import annotations

from typing import Any

import pytest

from oracle_standin.backend import Bind, ExecuteOptions
from oracle_standin.open_cursors import ListedRows, OpenCursor, OpenCursors
from oracle_standin.protocol import OracleError, TypeCode
from tests.engine.user_session import UserSession, readable

pytestmark = pytest.mark.standin


@pytest.fixture
def table(session: UserSession) -> UserSession:
    session.run("CREATE TABLE t (id NUMBER(9), name VARCHAR2(10))")
    session.run("INSERT INTO t VALUES (1, 'A'), (2, 'B'), (3, NULL)")
    return session


def rows_of(session: UserSession, value: object) -> list[tuple[Any, ...]]:
    cursor = session.session.open_cursors.take(value)
    codes = [column.type_code for column in cursor.columns]
    return [tuple(map(readable, codes, row)) for row in cursor.rows.fetch(100)]


def given(session: UserSession, block: str, value: bytes | None = None) -> Any:
    """Run a block with one bind, :c, a cursor; return its value afterwards."""
    bind = Bind("C", TypeCode.CURSOR)
    result = session.session.execute(block, [bind], [[value]], ExecuteOptions())
    return (result.out_values or {}).get(0)


def test_rows_are_fetched_one_by_one(table: UserSession) -> None:
    block = """
        DECLARE
            TYPE cur IS REF CURSOR;
            c cur;
            n t.id%TYPE;
            v VARCHAR2(10);
            lowest NUMBER := 2;
        BEGIN
            :r := CASE WHEN c%ISOPEN THEN 'open' ELSE 'shut' END;
            OPEN c FOR SELECT id, name FROM t WHERE id >= lowest ORDER BY id;
            IF c%NOTFOUND IS NULL THEN :r := :r || ' unknown'; END IF;
            LOOP
                FETCH c INTO n, v;
                EXIT WHEN c%NOTFOUND;
                :r := :r || ' ' || c%ROWCOUNT || n || v;
            END LOOP;
            IF NOT c%FOUND AND c%ISOPEN THEN :r := :r || ' end ' || n; END IF;
            CLOSE c;
            :r := :r || CASE WHEN c%ISOPEN THEN ' open' ELSE ' shut' END;
        END;"""
    assert table.run(block, r=None) == {"r": "shut unknown 12B 23 end 3 shut"}


def test_rows_are_fetched_into_tables_and_records(table: UserSession) -> None:
    block = """
        DECLARE
            TYPE numbers IS TABLE OF NUMBER INDEX BY PLS_INTEGER;
            TYPE names IS TABLE OF VARCHAR2(10) INDEX BY PLS_INTEGER;
            c SYS_REFCURSOR;
            i numbers;
            n names;
            r t%ROWTYPE;
        BEGIN
            OPEN c FOR SELECT id, name FROM t ORDER BY id;
            FETCH c INTO r;
            :r := r.id || r.name;
            FETCH c BULK COLLECT INTO i, n LIMIT 1;
            :r := :r || ' ' || i.COUNT || i(1) || n(1);
            IF c%FOUND THEN :r := :r || ' more'; END IF;
            FETCH c BULK COLLECT INTO i, n;
            :r := :r || ' ' || i.COUNT || i(1) || c%ROWCOUNT;
            IF c%NOTFOUND THEN :r := :r || ' end'; END IF;
        END;"""
    assert table.run(block, r=None) == {"r": "1A 12B more 133 end"}


def test_dynamic_queries_take_binds(table: UserSession) -> None:
    block = """
        DECLARE c SYS_REFCURSOR; v VARCHAR2(10);
        BEGIN
            OPEN c FOR 'SELECT name FROM t WHERE id = :x' USING 1;
            FETCH c INTO v;
            OPEN c FOR 'SELECT name || :y FROM t WHERE id = :x' USING v, 2;
            FETCH c INTO v;
            :r := v;
        END;"""
    assert table.run(block, r=None) == {"r": "BA"}


def test_a_bind_takes_a_cursor_out_and_in(table: UserSession) -> None:
    value = given(table, "BEGIN OPEN :c FOR SELECT id, name FROM t ORDER BY id; END;")
    fetched = "DECLARE n NUMBER; v VARCHAR2(10); BEGIN FETCH :c INTO n, v; END;"
    assert given(table, fetched, value) is None
    assert rows_of(table, value) == [("2", "B"), ("3", None)]


def test_a_cursor_goes_through_programs(table: UserSession) -> None:
    table.run(
        "CREATE PACKAGE p IS TYPE r IS REF CURSOR; PROCEDURE o(least NUMBER, c OUT r);"
        " FUNCTION f RETURN SYS_REFCURSOR; PROCEDURE z(c r); END;"
    )
    table.run(
        "CREATE PACKAGE BODY p IS"
        " PROCEDURE o(least NUMBER, c OUT r) IS BEGIN"
        "  OPEN c FOR SELECT id FROM t WHERE id > least ORDER BY id; END;"
        " FUNCTION f RETURN SYS_REFCURSOR IS c SYS_REFCURSOR; BEGIN o(2, c); RETURN c; END;"
        " PROCEDURE z(c r) IS BEGIN CLOSE c; END;"
        "END;"
    )
    assert rows_of(table, given(table, "BEGIN p.o(1, :c); END;")) == [("2",), ("3",)]
    value = given(table, "BEGIN :c := p.f; END;")
    assert given(table, "BEGIN p.z(:c); END;", value) is None
    assert not table.session.open_cursors.is_open(value)


def test_results_for_the_client(table: UserSession) -> None:
    block = """
        DECLARE c SYS_REFCURSOR; n NUMBER;
        BEGIN
            OPEN c FOR SELECT id FROM t ORDER BY id;
            FETCH c INTO n;
            DBMS_SQL.RETURN_RESULT(c);
            EXECUTE IMMEDIATE 'DECLARE d SYS_REFCURSOR; BEGIN OPEN d FOR SELECT 9 FROM dual;
                DBMS_SQL.RETURN_RESULT(d); END;';
        END;"""
    result = table.session.execute(block, [], [[]], ExecuteOptions())
    assert [rows_of(table, value) for value in result.implicit_results] == [
        [("2",), ("3",)],
        [("9",)],
    ]


def test_what_a_block_does_not_give_back_is_forgotten(table: UserSession) -> None:
    opened = table.session.open_cursors
    before = opened.latest
    table.run("DECLARE c SYS_REFCURSOR; BEGIN OPEN c FOR SELECT id FROM t; END;")
    failing = (
        "DECLARE c SYS_REFCURSOR; BEGIN OPEN c FOR SELECT id FROM t; DBMS_SQL.RETURN_RESULT(c);"
        " RAISE NO_DATA_FOUND; END;"
    )
    assert "ORA-01403" in table.fails(failing)
    kept = [number for number in range(before, opened.latest + 1)
            if opened.is_open(number.to_bytes(4, "big"))]  # fmt: skip
    assert kept == []
    assert opened.take_given_back() == []


@pytest.mark.parametrize(
    ("block", "error"),
    [
        ("DECLARE c SYS_REFCURSOR; n NUMBER; BEGIN FETCH c INTO n; END;", "ORA-01001"),
        ("DECLARE c SYS_REFCURSOR; BEGIN CLOSE c; END;", "ORA-01001"),
        ("DECLARE c SYS_REFCURSOR; BEGIN IF c%FOUND THEN NULL; END IF; END;", "ORA-01001"),
        ("DECLARE c SYS_REFCURSOR; BEGIN DBMS_SQL.RETURN_RESULT(c); END;", "ORA-01001"),
        ("DECLARE c SYS_REFCURSOR; BEGIN c := 1; END;", "PLS-00382"),
        (
            (
                "DECLARE c SYS_REFCURSOR; BEGIN OPEN c FOR SELECT 1 FROM dual;"
                " DBMS_SQL.RETURN_RESULT(c); CLOSE c; END;"
            ),
            "ORA-01001",
        ),
        ("BEGIN CLOSE c; END;", "PLS-00201"),
        ("DECLARE c NUMBER; BEGIN OPEN c FOR SELECT 1 FROM dual; END;", "PLS-00456"),
        ("DECLARE c SYS_REFCURSOR; BEGIN OPEN c FOR SELECT 1 FROM nowhere; END;", "ORA-00942"),
        ("DECLARE c SYS_REFCURSOR; BEGIN OPEN c FOR 'DELETE FROM t'; END;", "ORA-06539"),
        (
            "DECLARE c SYS_REFCURSOR; BEGIN OPEN c FOR SELECT 1, 2 FROM t; FETCH c INTO :n; END;",
            "ORA-00913",
        ),
        ("DECLARE c SYS_REFCURSOR; BEGIN OPEN c; END;", "PLS-00456"),
        ("DECLARE TYPE r IS REF CURSOR RETURN t%ROWTYPE; BEGIN NULL; END;", "not in this stand-in"),
        ("DECLARE c SYS_REFCURSOR; n NUMBER; BEGIN FETCH c BULK COLLECT INTO n; END;", "PLS-00385"),
    ],
)
def test_faults(table: UserSession, block: str, error: str) -> None:
    binds = {"n": 0} if ":n" in block else {}
    assert error in table.fails(block, **binds)


def test_the_collection_of_open_cursors() -> None:
    cursors = OpenCursors()
    first = cursors.add(OpenCursor((), ListedRows([(b"1",), (b"2",)])))
    assert cursors.find(first).rows.fetch(1) == [(b"1",)]
    assert cursors.take(first).rows.fetch(5) == [(b"2",)]
    for value in (first, None, b"none", [first]):
        with pytest.raises(OracleError, match="ORA-01001"):
            cursors.find(value)
