"""BULK COLLECT and FORALL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin

_DECLARED = """
    DECLARE
      TYPE numbers IS TABLE OF NUMBER INDEX BY PLS_INTEGER;
      TYPE names IS TABLE OF VARCHAR2(4) INDEX BY PLS_INTEGER;
      n numbers; k numbers; s names;
    BEGIN
"""


@pytest.fixture
def table(session: UserSession) -> UserSession:
    session.run("CREATE TABLE t (id NUMBER(9) PRIMARY KEY, name VARCHAR2(10))")
    session.run("BEGIN FOR i IN 1 .. 3 LOOP INSERT INTO t VALUES (i, 'n' || i); END LOOP; END;")
    return session


def test_all_rows_of_a_query(table: UserSession) -> None:
    block = f"""{_DECLARED}
      n(99) := 1;
      SELECT id, name BULK COLLECT INTO n, s FROM t WHERE id > 1 ORDER BY id;
      :r := SQL%ROWCOUNT || ' ' || n.COUNT || ' ' || n.FIRST || ' ' || n(2) || ' ' || s(1);
      SELECT id BULK COLLECT INTO n FROM t WHERE id > 9;
      :r := :r || ' ' || n.COUNT;
      EXECUTE IMMEDIATE 'SELECT id FROM t WHERE id < :x ORDER BY id DESC' BULK COLLECT INTO n
        USING 3;
      :r := :r || ' ' || n(1) || n(2);
    END;"""
    assert table.run(block, r=None) == {"r": "2 2 1 3 n2 0 21"}


def test_rows_that_were_changed(table: UserSession) -> None:
    block = f"""{_DECLARED}
      UPDATE t SET name = UPPER(name) WHERE id < 3 RETURNING id, name BULK COLLECT INTO n, s;
      :r := n.COUNT || s(1) || s(2) || SQL%ROWCOUNT;
      DELETE FROM t WHERE id > 9 RETURNING id BULK COLLECT INTO n;
      :r := :r || n.COUNT;
    END;"""
    assert table.run(block, r=None) == {"r": "2N1N220"}


def test_forall(table: UserSession) -> None:
    block = f"""{_DECLARED}
      FOR i IN 1 .. 3 LOOP n(i) := i; s(i) := 'x' || i; END LOOP;
      FORALL i IN 2 .. n.LAST UPDATE t SET name = s(i) WHERE id = n(i);
      :r := SQL%ROWCOUNT;
      FORALL i IN n.FIRST .. n.LAST
        EXECUTE IMMEDIATE 'UPDATE t SET name = name || :a WHERE id >= :b' USING 'y', n(i);
      :r := :r || ' ' || SQL%ROWCOUNT;
      FORALL i IN 1 .. 0 DELETE FROM t WHERE id = n(i);
      :r := :r || ' ' || SQL%ROWCOUNT;
    END;"""
    assert table.run(block, r=None) == {"r": "2 6 0"}
    assert table.rows("SELECT name FROM t ORDER BY id") == [("n1y",), ("x2yy",), ("x3yyy",)]


def test_forall_stops_at_what_fails(table: UserSession) -> None:
    block = f"""{_DECLARED}
      n(1) := 10; n(2) := 1; n(3) := 11;
      FORALL i IN 1 .. 3 INSERT INTO t VALUES (n(i), 'f');
    EXCEPTION WHEN DUP_VAL_ON_INDEX THEN NULL;
    END;"""
    table.run(block)
    assert table.rows("SELECT id FROM t WHERE name = 'f'") == [("10",)]
    block = f"{_DECLARED} n(1) := 20; FORALL i IN 1 .. 2 DELETE FROM t WHERE id = n(i); END;"
    assert table.fails(block).startswith("ORA-22160: element at index [2] does not exist")


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("SELECT id INTO n FROM t;", "PLS-00385"),
        ("SELECT id BULK COLLECT INTO n(1) FROM t;", "PLS-00385"),
        ("SELECT id, name BULK COLLECT INTO n FROM t;", "ORA-00913"),
        ("SELECT id + 10000 BULK COLLECT INTO s FROM t;", "ORA-06502"),
        ("FORALL i IN INDICES OF n DELETE FROM t WHERE id = n(i);", "not in this stand-in"),
        ("FORALL i IN 1 .. 2 SAVE EXCEPTIONS DELETE FROM t WHERE id = n(i);", "not in this"),
        ("FORALL i IN 1 .. 2 DELETE FROM t RETURNING id BULK COLLECT INTO n;", "not in this"),
        ("FORALL i IN 1 .. 2 NULL;", "PLS-00103"),
        ("k(1) := SQL%BULK_ROWCOUNT(1);", "not in this stand-in"),
    ],
)
def test_what_does_not_compile(table: UserSession, statement: str, part: str) -> None:
    assert part in table.fails(f"{_DECLARED} {statement} END;")


def test_in_a_stored_procedure(table: UserSession) -> None:
    table.run("""
        CREATE PROCEDURE shift AS
          TYPE numbers IS TABLE OF t.id%TYPE INDEX BY PLS_INTEGER;
          n numbers;
        BEGIN
          SELECT id BULK COLLECT INTO n FROM t;
          FORALL i IN 1 .. n.COUNT UPDATE t SET id = -n(i) WHERE id = n(i);
        END;""")
    table.run("BEGIN shift; END;")
    assert table.rows("SELECT SUM(id) FROM t") == [("-6",)]
