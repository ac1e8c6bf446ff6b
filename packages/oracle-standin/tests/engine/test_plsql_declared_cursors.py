"""Declared cursors: OPEN, FETCH, CLOSE, attributes, parameters and loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import ExecuteOptions

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


@pytest.fixture
def table(session: UserSession) -> UserSession:
    session.run("CREATE TABLE t (id NUMBER(9), name VARCHAR2(10))")
    session.run("BEGIN FOR i IN 1 .. 3 LOOP INSERT INTO t VALUES (i, 'n' || i); END LOOP; END;")
    return session


def test_open_fetch_close(table: UserSession) -> None:
    block = """
    DECLARE
      CURSOR c IS SELECT id, name FROM t ORDER BY id;
      r c%ROWTYPE;
      i NUMBER; n VARCHAR2(10);
    BEGIN
      IF NOT c%ISOPEN THEN :r := 'closed '; END IF;
      OPEN c;
      LOOP
        FETCH c INTO r;
        EXIT WHEN c%NOTFOUND;
        :r := :r || r.name || c%ROWCOUNT || ' ';
      END LOOP;
      CLOSE c;
      OPEN c;
      FETCH c INTO i, n;
      :r := :r || i || n;
      CLOSE c;
      IF NOT c%ISOPEN THEN :r := :r || ' closed'; END IF;
    END;"""
    assert table.run(block, r=None) == {"r": "closed n11 n22 n33 1n1 closed"}


def test_parameters_and_variables(table: UserSession) -> None:
    block = """
    DECLARE
      least NUMBER := 2;
      CURSOR c (most NUMBER, less NUMBER DEFAULT 0) IS
        SELECT id FROM t WHERE id BETWEEN least - less AND most ORDER BY id;
    BEGIN
      FOR x IN c(3) LOOP :r := :r || x.id; END LOOP;
      FOR x IN c(less => 1, most => 2) LOOP :r := :r || '-' || x.id || c%ROWCOUNT; END LOOP;
      least := 3;
      FOR x IN c(9) LOOP :r := :r || ' ' || x.id; EXIT; END LOOP;
      IF NOT c%ISOPEN THEN :r := :r || ' closed'; END IF;
    END;"""
    assert table.run(block, r=None) == {"r": "23-11-22 3 closed"}


def test_rows_are_those_of_the_opening(table: UserSession) -> None:
    block = """
    DECLARE
      CURSOR c IS SELECT id FROM t ORDER BY id;
    BEGIN
      FOR x IN c LOOP DELETE FROM t WHERE id >= x.id; :r := :r || x.id; END LOOP;
    END;"""
    assert table.run(block, r=None) == {"r": "123"}


def test_bulk_fetches(table: UserSession) -> None:
    block = """
    DECLARE
      CURSOR c IS SELECT id FROM t ORDER BY id;
      TYPE numbers IS TABLE OF t.id%TYPE INDEX BY PLS_INTEGER;
      n numbers;
    BEGIN
      OPEN c;
      LOOP
        FETCH c BULK COLLECT INTO n LIMIT 2;
        EXIT WHEN n.COUNT = 0;
        :r := :r || n.COUNT || n(1) || ' ';
      END LOOP;
      CLOSE c;
    END;"""
    assert table.run(block, r=None) == {"r": "21 13 "}


def test_the_end_of_a_block_closes(table: UserSession) -> None:
    table.run("""
        CREATE PROCEDURE p IS
          CURSOR c IS SELECT id FROM t;
        BEGIN OPEN c; RAISE PROGRAM_ERROR; END;""")
    table.run("BEGIN p; EXCEPTION WHEN PROGRAM_ERROR THEN NULL; END;")
    table.run("BEGIN p; EXCEPTION WHEN PROGRAM_ERROR THEN NULL; END;")
    assert table.run("DECLARE CURSOR c IS SELECT 1 x FROM dual; BEGIN OPEN c; :r := 1; END;", r=0)


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("OPEN c; OPEN c;", "ORA-06511"),
        ("FETCH c INTO n;", "ORA-01001"),
        ("CLOSE c;", "ORA-01001"),
        ("IF c%FOUND THEN NULL; END IF;", "ORA-01001"),
        ("OPEN d;", "PLS-00201"),
        ("FOR x IN d LOOP NULL; END LOOP;", "PLS-00201"),
        ("OPEN c(1);", "PLS-00306"),
        ("OPEN p;", "PLS-00306"),
        ("FOR x IN p(1, 2) LOOP NULL; END LOOP;", "PLS-00306"),
        ("OPEN c; FETCH c INTO n, n;", "PLS-00394"),
        ("c := NULL;", "PLS-00363"),
        ("FOR x IN c LOOP n := x.wrong; END LOOP;", "PLS-00201"),
    ],
)
def test_misuse(table: UserSession, body: str, part: str) -> None:
    block = f"""
    DECLARE
      CURSOR c IS SELECT id FROM t;
      CURSOR p (i NUMBER) IS SELECT id FROM t WHERE id = i;
      n NUMBER;
    BEGIN {body} END;"""
    assert part in table.fails(block)


def test_queries_are_checked(table: UserSession) -> None:
    assert "PL/SQL: ORA-00942" in table.fails(
        "DECLARE CURSOR c IS SELECT id FROM gone; BEGIN NULL; END;"
    )
    result = table.session.execute(
        "CREATE PROCEDURE p IS CURSOR c IS SELECT wrong FROM t; BEGIN NULL; END;",
        *([], [], ExecuteOptions()),
    )
    assert result.warning
    assert table.rows("SELECT text FROM user_errors")[0][0].startswith("PL/SQL: ORA-00904")


def test_cursors_of_a_package_body(table: UserSession) -> None:
    table.run("CREATE PACKAGE k IS FUNCTION next_id RETURN NUMBER; END;")
    table.run("""
        CREATE PACKAGE BODY k IS
          CURSOR c IS SELECT id FROM t ORDER BY id;
          FUNCTION next_id RETURN NUMBER IS
            r c%ROWTYPE;
          BEGIN
            IF NOT c%ISOPEN THEN OPEN c; END IF;
            FETCH c INTO r;
            RETURN r.id;
          END;
        END;""")
    assert table.run("BEGIN :r := k.next_id || k.next_id; END;", r=None) == {"r": "12"}
    assert table.run("BEGIN :r := k.next_id; END;", r=None) == {"r": "3"}
