"""Anonymous blocks: values, control, SQL, and what does not compile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.plsql_table import names

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


# Values and control


def test_out_binds(session: UserSession) -> None:
    block = "BEGIN :a := 'x' || :b; :c := LENGTH(:b) + 1; END;"
    assert session.run(block, a=None, b="yz", c=0) == {"a": "xyz", "c": "3"}


def test_binds_that_are_only_read_are_not_given_back(session: UserSession) -> None:
    assert session.run("BEGIN IF :b = 'x' THEN :a := 'yes'; END IF; END;", b="z", a=None) == {
        "a": None
    }


@pytest.mark.parametrize(
    ("declared", "value", "written"),
    [
        ("VARCHAR2(5)", "'abc'", "abc"),
        ("VARCHAR2(5 CHAR)", "'äöüßé'", "äöüßé"),
        ("CHAR(3)", "'a'", "a  "),
        ("NUMBER", "1/4", ".25"),
        ("NUMBER(5,1)", "1.25", "1.3"),
        ("PLS_INTEGER", "7/2", "4"),
        ("VARCHAR2(10)", "12 + 1", "13"),
        ("NUMBER", "'12'", "12"),
        ("DATE", "DATE '2024-01-31'", "31-JAN-24"),
        ("TIMESTAMP(0)", "TIMESTAMP '2024-01-31 10:00:00.6'", "31-JAN-24 10.00.01.000000 AM"),
        ("CLOB", "'long'", "long"),
        ("CONSTANT NUMBER", "5", "5"),
    ],
)
def test_variables(session: UserSession, declared: str, value: str, written: str) -> None:
    block = f"DECLARE v {declared} := {value}; BEGIN :o := v; END;"
    assert session.run(block, o=None) == {"o": written}


@pytest.mark.parametrize(
    ("declared", "value", "detail"),
    [
        ("VARCHAR2(2)", "'abc'", "character string buffer too small"),
        ("VARCHAR2(2)", "'ää'", "character string buffer too small"),
        ("NUMBER(2)", "123", "number precision too large"),
        ("NUMBER", "'abc'", "character to number conversion error"),
        ("NUMBER NOT NULL", "NULL", "numeric or value error"),
    ],
)
def test_values_that_do_not_fit(
    session: UserSession, declared: str, value: str, detail: str
) -> None:
    error = session.fails(f"DECLARE v {declared} := {value}; BEGIN NULL; END;")
    assert error.startswith("ORA-06502: PL/SQL: numeric or value error")
    assert detail in error


def test_loops(session: UserSession) -> None:
    block = """
    DECLARE
      n PLS_INTEGER := 0;
    BEGIN
      FOR i IN 1 .. 3 LOOP :o := :o || i; END LOOP;
      FOR i IN REVERSE 1 .. 3 LOOP CONTINUE WHEN i = 2; :o := :o || i; END LOOP;
      WHILE n < 2 LOOP n := n + 1; :o := :o || 'w'; END LOOP;
      LOOP n := n + 1; EXIT WHEN n > 4; :o := :o || 'l'; END LOOP;
      <<outer>>
      FOR i IN 1 .. 3 LOOP
        FOR j IN 1 .. 3 LOOP
          EXIT outer WHEN i = 2;
          CONTINUE outer WHEN j = 2;
          :o := :o || '(' || i || j || ')';
        END LOOP;
      END LOOP outer;
      RETURN;
      :o := 'never';
    END;"""
    assert session.run(block, o="") == {"o": "12331wwll(11)"}


def test_labels_of_blocks_qualify_names(session: UserSession) -> None:
    block = """<<outer_one>>
    DECLARE
      x NUMBER := 1;
    BEGIN
      <<inner_one>>
      DECLARE
        x NUMBER := 10;
      BEGIN
        outer_one.x := outer_one.x + inner_one.x + x;
      END inner_one;
      :o := x;
    END;"""
    assert session.run(block, o=0) == {"o": "21"}


def test_if_and_case(session: UserSession) -> None:
    block = """
    DECLARE
      yes BOOLEAN := 1 = 1;
    BEGIN
      IF :n < 0 THEN :o := 'negative';
      ELSIF :n = 0 THEN :o := 'zero';
      ELSIF yes AND :n IS NOT NULL THEN :o := 'positive';
      ELSE :o := 'unknown'; END IF;
      CASE :n WHEN 0 THEN :o := :o || '!'; ELSE NULL; END CASE;
    END;"""
    assert session.run(block, n=-1, o=None)["o"] == "negative"
    assert session.run(block, n=0, o=None)["o"] == "zero!"
    assert session.run(block, n=5, o=None)["o"] == "positive"


def test_case_without_a_match(session: UserSession) -> None:
    error = session.fails("BEGIN CASE WHEN 1 = 2 THEN NULL; END CASE; END;")
    assert error.startswith("ORA-06592:")


# SQL


def test_select_into(table: UserSession) -> None:
    block = "DECLARE v t.name%TYPE; BEGIN SELECT name INTO v FROM t WHERE id = :i; :o := v; END;"
    assert table.run(block, i=2, o=None) == {"o": "b"}
    assert table.fails(block, i=9, o=None) == "ORA-01403: no data found\nORA-06512: at line 1"
    many = "DECLARE v NUMBER; BEGIN SELECT id INTO v FROM t; END;"
    assert table.fails(many).startswith("ORA-01422:")


def test_static_dml(table: UserSession) -> None:
    block = """
    DECLARE
      wanted NUMBER := 1;
      new_id NUMBER;
    BEGIN
      UPDATE t SET name = 'c' WHERE id = wanted;
      :n := SQL%ROWCOUNT;
      DELETE FROM t WHERE id = 99;
      IF SQL%NOTFOUND THEN :o := 'none'; END IF;
      INSERT INTO t (id, name) VALUES (wanted + 2, 'd') RETURNING id INTO new_id;
      :m := new_id;
    END;"""
    assert table.run(block, n=0, o=None, m=0) == {"n": "1", "o": "none", "m": "3"}
    assert names(table) == ["c", "b", "d"]


def test_a_column_goes_before_a_variable_of_its_name(table: UserSession) -> None:
    table.run("DECLARE id NUMBER := 1; BEGIN DELETE FROM t WHERE id = id; END;")
    assert names(table) == []


def test_cursor_loop(table: UserSession) -> None:
    block = """
    BEGIN
      FOR r IN (SELECT id, name, id * 2 AS twice FROM t ORDER BY id) LOOP
        :o := :o || r.name || r.twice;
        UPDATE t SET name = r.name || r.name WHERE id = r.id;
        COMMIT;
      END LOOP;
    END;"""
    assert table.run(block, o="") == {"o": "a2b4"}
    assert names(table) == ["aa", "bb"]


def test_execute_immediate(table: UserSession) -> None:
    block = """
    DECLARE
      v VARCHAR2(20);
      n NUMBER;
    BEGIN
      EXECUTE IMMEDIATE 'SELECT name FROM t WHERE id = :1' INTO v USING 1;
      EXECUTE IMMEDIATE 'UPDATE t SET name = :x WHERE id = :y RETURNING id INTO :z'
        USING 'z', 2 RETURNING INTO n;
      EXECUTE IMMEDIATE 'BEGIN :a := :b + 1; END;' USING OUT :c, 41;
      :v := v;
      :n := n;
    END;"""
    assert table.run(block, c=0, v=None, n=0) == {"c": "42", "v": "a", "n": "2"}
    assert names(table) == ["a", "z"]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("EXECUTE IMMEDIATE 'DELETE FROM t WHERE id = :1'", 1008),
        ("EXECUTE IMMEDIATE 'DELETE FROM t WHERE id = :1' USING 1, 2", 1006),
        ("EXECUTE IMMEDIATE NULL", 6535),
        ("EXECUTE IMMEDIATE 'SELECT id FROM nowhere' INTO :n", 942),
    ],
)
def test_dynamic_sql_errors(table: UserSession, statement: str, code: int) -> None:
    error = table.fails(f"BEGIN {statement}; END;", **({"n": 0} if ":n" in statement else {}))
    assert error.startswith(f"ORA-{code:05d}:")
    assert error.endswith("ORA-06512: at line 1")


def test_ddl_in_a_block(table: UserSession) -> None:
    table.run("BEGIN EXECUTE IMMEDIATE 'CREATE TABLE made (x NUMBER)'; END;")
    assert table.rows("SELECT COUNT(*) FROM made") == [("0",)]
    drop = """
    DECLARE
      gone EXCEPTION;
      PRAGMA EXCEPTION_INIT(gone, -942);
    BEGIN
      EXECUTE IMMEDIATE 'DROP TABLE made PURGE';
      EXECUTE IMMEDIATE 'DROP TABLE made PURGE';
    EXCEPTION
      WHEN gone THEN :o := SQLCODE;
    END;"""
    assert table.run(drop, o=0) == {"o": "-942"}


# Compilation


@pytest.mark.parametrize(
    ("block", "parts"),
    [
        ("BEGIN my_pkg.do_things(1); END;", ["PLS-00201", "MY_PKG.DO_THINGS"]),
        ("BEGIN x := 1; END;", ["PLS-00201: identifier 'X' must be declared"]),
        ("BEGIN :n := y; END;", ["PLS-00201: identifier 'Y' must be declared"]),
        ("BEGIN RAISE nothing; END;", ["PLS-00201: identifier 'NOTHING'"]),
        ("BEGIN NULL; EXCEPTION WHEN nothing THEN NULL; END;", ["PLS-00201"]),
        ("DECLARE v nowhere.x%TYPE; BEGIN NULL; END;", ["PLS-00201"]),
        ("DECLARE v thing; BEGIN NULL; END;", ["PLS-00201", "identifier 'THING'"]),
        ("DECLARE CURSOR c RETURN t IS SELECT 1 FROM dual; BEGIN NULL; END;", ["not in this"]),
        ("BEGIN\n NULL\nEND;", ["line 3, column 1", 'PLS-00103: Encountered the symbol "END"']),
        ("BEGIN NULL;", ["PLS-00103", "end-of-file"]),
        ("BEGIN END;", ["PLS-00103"]),
        ("BEGIN\n  DELETE FROM nowhere;\nEND;", ["line 2", "PL/SQL: ORA-00942"]),
        ("DECLARE c CONSTANT NUMBER := 1; BEGIN c := 2; END;", ["PLS-00363"]),
        ("BEGIN SELECT 1 FROM dual; END;", ["PLS-00428"]),
        ("BEGIN DBMS_OUTPUT.PUT_LINE(); END;", ["PLS-00306"]),
        ("BEGIN RAISE; END;", ["PLS-00367"]),
        ("BEGIN GOTO x; END;", ["GOTO is not in this stand-in"]),
    ],
)
def test_blocks_that_do_not_compile(session: UserSession, block: str, parts: list[str]) -> None:
    error = session.fails(block, **({"n": 0} if ":n" in block else {}))
    assert error.startswith("ORA-06550: line ")
    for part in parts:
        assert part in error


def test_nothing_runs_of_a_block_that_does_not_compile(table: UserSession) -> None:
    table.fails("BEGIN DELETE FROM t; COMMIT; my_pkg.x; EXCEPTION WHEN OTHERS THEN NULL; END;")
    assert names(table) == ["a", "b"]
