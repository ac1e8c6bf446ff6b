"""Stored and local procedures and functions: parameters, results, overloads, errors."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import ExecuteOptions

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin
_OPTIONS = ExecuteOptions()


def test_parameters_of_each_mode(session: UserSession) -> None:
    session.run("""
        CREATE PROCEDURE p (a VARCHAR2, b IN OUT NUMBER, c OUT NOCOPY VARCHAR2) AS
        BEGIN
          b := b + LENGTH(a);
          c := a || '!';
        END p;""")
    assert session.run("BEGIN p('abc', :b, :c); END;", b=4, c="old") == {"b": "7", "c": "abc!"}
    assert session.run("BEGIN p(c => :c, a => 'x', b => :b); END;", b=1, c=None) == {
        "b": "2",
        "c": "x!",
    }
    assert session.run("CALL p('abc', :b, :c)", b=4, c=None) == {"b": "7", "c": "abc!"}


def test_an_out_parameter_begins_as_null(session: UserSession) -> None:
    session.run("CREATE PROCEDURE p (a OUT VARCHAR2, b OUT VARCHAR2) AS BEGIN b := a || 'x'; END;")
    assert session.run("BEGIN p(:a, :b); END;", a="was here", b=None) == {"a": None, "b": "x"}


def test_defaults_see_the_parameters_owner(session: UserSession) -> None:
    session.run("CREATE FUNCTION one RETURN NUMBER IS BEGIN RETURN 1; END;")
    session.run(
        "CREATE FUNCTION f (a NUMBER, b NUMBER DEFAULT one + 1, c NUMBER := 10) RETURN NUMBER IS"
        " BEGIN RETURN a + b * c; END;"
    )
    block = "BEGIN :r := f(1) || ' ' || f(1, 5) || ' ' || f(1, c => 1); END;"
    assert session.run(block, r=None) == {"r": "21 51 3"}


def test_functions_in_expressions(session: UserSession) -> None:
    session.run("CREATE FUNCTION twice (n NUMBER) RETURN NUMBER IS BEGIN RETURN n * 2; END;")
    session.run("CREATE FUNCTION is_large (n NUMBER) RETURN BOOLEAN IS BEGIN RETURN n > 9; END;")
    block = """
    DECLARE
      v NUMBER := twice(2) + 1;
    BEGIN
      FOR i IN twice(1) .. twice(2) LOOP v := v + twice(twice(i)); END LOOP;
      IF is_large(v) AND NOT is_large(twice(1)) THEN :r := 'v=' || v; END IF;
    END;"""
    assert session.run(block, r=None) == {"r": "v=41"}


def test_functions_run_once_for_each_time_they_are_named(session: UserSession) -> None:
    block = """
    DECLARE
      n NUMBER := 0;
      r NUMBER;
      FUNCTION count_up RETURN NUMBER IS BEGIN n := n + 1; RETURN n; END;
      FUNCTION yes RETURN BOOLEAN IS BEGIN n := n + 10; RETURN TRUE; END;
    BEGIN
      r := count_up + 1;
      r := (count_up);
      r := count_up || count_up;
      IF count_up > 0 AND yes THEN r := -count_up(); END IF;
      :r := n || ' ' || r;
    END;"""
    assert session.run(block, r=None) == {"r": "16 -16"}


def test_conditions_are_worked_out_from_left_to_right(session: UserSession) -> None:
    session.run(
        "CREATE FUNCTION fails RETURN BOOLEAN IS BEGIN RAISE_APPLICATION_ERROR(-20001, 'no'); END;"
    )
    block = """BEGIN
      IF 1 = 2 AND fails THEN NULL; END IF;
      IF 1 = 1 OR (fails AND 1 = 1) THEN :r := 'short'; END IF;
      IF 1 BETWEEN 0 AND 2 OR fails THEN :r := :r || ' circuit'; END IF;
    END;"""
    assert session.run(block, r=None) == {"r": "short circuit"}
    assert session.fails("BEGIN IF NULL = 1 AND fails THEN NULL; END IF; END;").startswith(
        "ORA-20001: no"
    )


def test_what_would_be_evaluated_too_early_is_refused(session: UserSession) -> None:
    session.run("CREATE FUNCTION f RETURN NUMBER IS BEGIN RETURN 1; END;")
    error = session.fails("BEGIN :r := CASE WHEN 1 = 2 THEN f ELSE 0 END; END;", r=0)
    assert "not in this stand-in" in error


def test_a_function_without_return(session: UserSession) -> None:
    session.run("CREATE FUNCTION f RETURN NUMBER IS BEGIN NULL; END;")
    assert session.fails("BEGIN :r := f; END;", r=0).startswith(
        "ORA-06503: PL/SQL: Function returned without value"
    )


def test_return_fits_the_type(session: UserSession) -> None:
    session.run("CREATE FUNCTION f RETURN NUMBER IS BEGIN RETURN 'abc'; END;")
    assert session.fails("BEGIN :r := f; END;", r=0).startswith("ORA-06502:")


def test_recursion(session: UserSession) -> None:
    session.run("""
        CREATE FUNCTION factorial (n NUMBER) RETURN NUMBER IS
        BEGIN
          IF n <= 1 THEN RETURN 1; END IF;
          RETURN n * factorial(n - 1);
        END;""")
    assert session.run("BEGIN :r := factorial(10); END;", r=0) == {"r": "3628800"}


def test_recursion_without_end(session: UserSession) -> None:
    session.run("CREATE FUNCTION f (n NUMBER) RETURN NUMBER IS BEGIN RETURN 1 + (f(n + 1)); END;")
    assert session.fails("BEGIN :r := f(1); END;", r=0).startswith("ORA-06500:")
    assert session.value("1 + 1") == "2"


def test_calls_leave_the_stack_of_the_process_as_it_was(session: UserSession) -> None:
    before = sys.getrecursionlimit()
    session.run("CREATE FUNCTION f (n NUMBER) RETURN NUMBER IS BEGIN RETURN n; END;")
    assert session.run("BEGIN EXECUTE IMMEDIATE 'BEGIN :r := f(1); END;' USING OUT :r; END;", r=0)
    assert session.fails("BEGIN :r := f('x'); END;", r=0)
    assert sys.getrecursionlimit() == before


def test_a_function_is_called_by_call(session: UserSession) -> None:
    session.run("CREATE FUNCTION f (a NUMBER, b NUMBER) RETURN NUMBER IS BEGIN RETURN a - b; END;")
    assert session.run("CALL f(5, b => 2) INTO :r", r=0) == {"r": "3"}


def test_local_programs_and_forward_declarations(session: UserSession) -> None:
    block = """
    DECLARE
      total NUMBER := 0;
      FUNCTION odd (n NUMBER) RETURN BOOLEAN;
      FUNCTION even (n NUMBER) RETURN BOOLEAN IS
      BEGIN
        IF n = 0 THEN RETURN TRUE; END IF;
        RETURN odd(n - 1);
      END;
      FUNCTION odd (n NUMBER) RETURN BOOLEAN IS
      BEGIN
        IF n = 0 THEN RETURN FALSE; END IF;
        RETURN even(n - 1);
      END;
      PROCEDURE add (n NUMBER) IS BEGIN total := total + n; END;
    BEGIN
      add(5);
      IF odd(3) THEN add(n => 2); END IF;
      :r := total;
    END;"""
    assert session.run(block, r=0) == {"r": "7"}


def test_subtypes(session: UserSession) -> None:
    session.run("CREATE PACKAGE p IS SUBTYPE code IS VARCHAR2(3); SUBTYPE same IS code; END;")
    block = "DECLARE v p.same := 'abc'; BEGIN :r := v; {} END;"
    assert session.run(block.format(""), r=None) == {"r": "abc"}
    assert session.fails(block.format("v := 'abcd';"), r=None).startswith("ORA-06502:")


def test_overloads_by_number_names_and_types(session: UserSession) -> None:
    block = """
    DECLARE
      PROCEDURE say (a NUMBER) IS BEGIN :r := :r || 'number '; END;
      PROCEDURE say (a VARCHAR2) IS BEGIN :r := :r || 'text '; END;
      PROCEDURE say (a BOOLEAN) IS BEGIN :r := :r || 'boolean '; END;
      PROCEDURE say (a NUMBER, b NUMBER) IS BEGIN :r := :r || 'two '; END;
      PROCEDURE say (c DATE) IS BEGIN :r := :r || 'date '; END;
      d DATE := SYSDATE;
    BEGIN
      say(1); say('1'); say(TRUE); say(1, 2); say(d); say(c => SYSDATE);
    END;"""
    assert session.run(block, r=None) == {"r": "number text boolean two date date "}


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("p", "PLS-00306"),
        ("p(1, 2)", "PLS-00306"),
        ("p(1, a => 2)", "PLS-00306"),
        ("p(z => 1)", "PLS-00306"),
        ("p(TRUE)", "PLS-00306"),
        ("p(DATE '2024-01-01' > SYSDATE, 1)", "PLS-00306"),
        (":r := p(1)", "PLS-00222"),
        ("f(1)", "PLS-00221"),
        ("q(1)", "PLS-00363"),
        ("q(LENGTH('x'))", "PLS-00363"),
        ("nothing(1)", "PLS-00201"),
    ],
)
def test_calls_that_do_not_compile(session: UserSession, call: str, code: str) -> None:
    session.run("CREATE PROCEDURE p (a NUMBER) IS BEGIN NULL; END;")
    session.run("CREATE PROCEDURE q (a OUT NUMBER) IS BEGIN a := 1; END;")
    session.run("CREATE FUNCTION f (a NUMBER) RETURN NUMBER IS BEGIN RETURN a; END;")
    session.run("CREATE TABLE t (id NUMBER)")
    binds = {"r": 0} if ":r" in call else {}
    error = session.fails(f"BEGIN INSERT INTO t VALUES (1); COMMIT; {call}; END;", **binds)
    assert error.startswith("ORA-06550: line 1, column ")
    assert code in error
    assert session.rows("SELECT * FROM t") == []


def test_the_stack_names_units_and_lines(session: UserSession) -> None:
    session.run("CREATE PROCEDURE deep IS\nBEGIN\n  RAISE_APPLICATION_ERROR(-20001, 'x');\nEND;")
    session.run("CREATE PROCEDURE outer_one IS\nBEGIN\n  NULL;\n  deep;\nEND;")
    owner = session.session.user
    assert session.fails("BEGIN\n  outer_one;\nEND;").splitlines() == [
        "ORA-20001: x",
        f'ORA-06512: at "{owner}.DEEP", line 3',
        f'ORA-06512: at "{owner}.OUTER_ONE", line 4',
        "ORA-06512: at line 2",
    ]


def test_the_backtrace_of_an_exception(session: UserSession) -> None:
    session.run("CREATE PROCEDURE deep IS\nBEGIN\n  RAISE PROGRAM_ERROR;\nEND;")
    block = """BEGIN
      deep;
    EXCEPTION WHEN OTHERS THEN :r := DBMS_UTILITY.FORMAT_ERROR_BACKTRACE;
    END;"""
    assert session.run(block, r=None) == {
        "r": f'ORA-06512: at "{session.session.user}.DEEP", line 3\nORA-06512: at line 2\n'
    }


def test_exceptions_go_through_calls_and_copy_nothing_out(session: UserSession) -> None:
    session.run("CREATE PROCEDURE p (a OUT NUMBER) IS BEGIN a := 5; RAISE NO_DATA_FOUND; END;")
    block = "BEGIN p(:a); EXCEPTION WHEN NO_DATA_FOUND THEN :c := SQLCODE; END;"
    assert session.run(block, a=1, c=0) == {"a": "1", "c": "100"}


def test_in_parameters_are_constant(session: UserSession) -> None:
    result = session.session.execute(
        "CREATE PROCEDURE p (a NUMBER) IS BEGIN a := 1; END;", [], [], _OPTIONS
    )
    assert result.warning
    assert (
        "PLS-00363: expression 'A' cannot be used"
        in session.rows("SELECT text FROM user_errors")[0][0]
    )


def test_sql_in_programs_and_the_row_count_of_the_caller(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER, name VARCHAR2(10))")
    session.run("""
        CREATE PROCEDURE fill (n PLS_INTEGER) IS
          last_name t.name%TYPE;
        BEGIN
          FOR i IN 1 .. n LOOP INSERT INTO t (id, name) VALUES (i, 'n' || i); END LOOP;
          UPDATE t SET name = UPPER(name) WHERE id = n RETURNING name INTO last_name;
          UPDATE t SET name = LOWER(last_name) || fill.n WHERE id < fill.n;
        END;""")
    assert session.run("BEGIN fill(3); :n := SQL%ROWCOUNT; END;", n=0) == {"n": "2"}
    assert session.rows("SELECT name FROM t ORDER BY id") == [("n33",), ("n33",), ("N3",)]


def test_functions_in_sql_are_refused(session: UserSession) -> None:
    session.run("CREATE FUNCTION f (n NUMBER) RETURN NUMBER IS BEGIN RETURN n; END;")
    assert "not in this stand-in" in session.fails("SELECT f(1) FROM dual")
    session.run("CREATE TABLE t (id NUMBER)")
    assert "not in this stand-in" in session.fails("BEGIN INSERT INTO t VALUES (f(1)); END;")


def test_a_program_that_commits(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("CREATE PROCEDURE p IS BEGIN INSERT INTO t VALUES (1); COMMIT; RAISE PROGRAM_ERROR;"
                " END;")  # fmt: skip
    assert session.fails("BEGIN p; END;").startswith("ORA-06501:")
    session.run("ROLLBACK")
    assert session.rows("SELECT id FROM t") == [("1",)]


def test_dynamic_sql_and_ddl_in_programs(session: UserSession) -> None:
    session.run("""
        CREATE PROCEDURE make (name VARCHAR2) IS
        BEGIN
          EXECUTE IMMEDIATE 'CREATE TABLE ' || name || ' (id NUMBER)';
          EXECUTE IMMEDIATE 'INSERT INTO ' || name || ' VALUES (:1)' USING LENGTH(name);
        END;""")
    session.run("BEGIN make('made'); make('again'); END;")
    assert session.rows("SELECT m.id, a.id FROM made m CROSS JOIN again a") == [("4", "5")]
