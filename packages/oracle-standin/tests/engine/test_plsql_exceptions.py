"""Handlers and exceptions, what of a failed block is undone, and where its error is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin import codecs
from oracle_standin.backend import Bind, ExecuteOptions
from oracle_standin.protocol import OracleError, TypeCode
from tests.engine.plsql_table import names

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


# Exceptions


@pytest.mark.parametrize(
    ("statement", "handler"),
    [
        ("INSERT INTO t VALUES (1, 'again')", "DUP_VAL_ON_INDEX"),
        ("SELECT id INTO :n FROM t WHERE id = 77", "NO_DATA_FOUND"),
        ("SELECT id INTO :n FROM t", "TOO_MANY_ROWS"),
        (":n := 1 / 0", "ZERO_DIVIDE"),
        (":n := 'x'", "VALUE_ERROR"),
        ("RAISE INVALID_NUMBER", "INVALID_NUMBER"),
        ("RAISE NO_DATA_FOUND", "TOO_MANY_ROWS OR NO_DATA_FOUND"),
        ("RAISE_APPLICATION_ERROR(-20001, 'x')", "OTHERS"),
    ],
)
def test_handlers(table: UserSession, statement: str, handler: str) -> None:
    block = f"BEGIN :n := 0; {statement}; EXCEPTION WHEN {handler} THEN :o := 'handled'; END;"
    assert table.run(block, n=0, o=None)["o"] == "handled"


def test_own_exceptions(session: UserSession) -> None:
    block = """
    DECLARE
      mine EXCEPTION;
      other EXCEPTION;
    BEGIN
      BEGIN
        RAISE mine;
      EXCEPTION
        WHEN other THEN :o := 'wrong';
      END;
    EXCEPTION
      WHEN mine THEN :o := SQLCODE || ' ' || SQLERRM;
    END;"""
    assert session.run(block, o=None) == {"o": "1 User-Defined Exception"}


def test_what_a_handler_sees(session: UserSession) -> None:
    block = """
    BEGIN
      :a := SQLCODE || SQLERRM;
      BEGIN
        RAISE_APPLICATION_ERROR(-20010, 'stop');
      EXCEPTION WHEN OTHERS THEN :b := SQLCODE || SQLERRM;
      END;
      :c := SQLCODE;
    END;"""
    assert session.run(block, a=None, b=None, c=None) == {
        "a": "0ORA-0000: normal, successful completion",
        "b": "-20010ORA-20010: stop",
        "c": "0",
    }


def test_stack_lines(session: UserSession) -> None:
    block = "BEGIN\n  NULL;\n  RAISE_APPLICATION_ERROR(-20001, 'stop');\nEND;"
    assert session.fails(block) == "ORA-20001: stop\nORA-06512: at line 3"
    again = "BEGIN\n  RAISE ZERO_DIVIDE;\nEXCEPTION\n  WHEN OTHERS THEN\n    RAISE;\nEND;"
    assert session.fails(again) == (
        "ORA-01476: divisor is equal to zero\nORA-06512: at line 5\nORA-06512: at line 2"
    )
    nested = "BEGIN\n  EXECUTE IMMEDIATE 'BEGIN RAISE NO_DATA_FOUND; END;';\nEND;"
    assert session.fails(nested) == (
        "ORA-01403: no data found\nORA-06512: at line 1\nORA-06512: at line 2"
    )
    assert session.fails("DECLARE e EXCEPTION; BEGIN RAISE e; END;").startswith(
        "ORA-06510: PL/SQL: unhandled user-defined exception"
    )


def test_numbers_of_application_errors(session: UserSession) -> None:
    assert session.fails("BEGIN RAISE_APPLICATION_ERROR(-1, 'x'); END;").startswith("ORA-21000:")


# Transactions


def test_a_failed_block_is_undone_as_a_whole(table: UserSession) -> None:
    table.run("UPDATE t SET name = 'before' WHERE id = 1")
    table.fails("BEGIN DELETE FROM t; RAISE NO_DATA_FOUND; END;")
    assert names(table) == ["before", "b"]
    table.run("ROLLBACK")
    assert names(table) == ["a", "b"]


def test_what_a_block_commits_stays(table: UserSession) -> None:
    table.fails(
        "BEGIN DELETE FROM t WHERE id = 1; COMMIT; DELETE FROM t; RAISE NO_DATA_FOUND; END;"
    )
    assert names(table) == ["b"]


def test_handled_errors_keep_the_work_before_them(table: UserSession) -> None:
    table.run(
        "BEGIN INSERT INTO t VALUES (3, 'c'); INSERT INTO t VALUES (1, 'x');"
        " EXCEPTION WHEN DUP_VAL_ON_INDEX THEN NULL; END;"
    )
    assert names(table) == ["a", "b", "c"]


def test_savepoints_in_blocks(table: UserSession) -> None:
    table.run(
        "BEGIN INSERT INTO t VALUES (3, 'c'); SAVEPOINT s; DELETE FROM t;"
        " ROLLBACK TO SAVEPOINT s; COMMIT; END;"
    )
    assert names(table) == ["a", "b", "c"]


# Where an error is


@pytest.mark.parametrize(
    ("block", "offset"),
    [
        ("BEGIN missing := 5; END;", 6),
        ("BEGIN NULL;\nmissing(1); END;", 12),
        ("BEGIN NULL END;", 11),
        ("BEGIN RAISE PROGRAM_ERROR; END;", 0),
    ],
)
def test_the_offset_of_an_error(session: UserSession, block: str, offset: int) -> None:
    with pytest.raises(OracleError) as caught:
        session.run(block)
    assert caught.value.offset == offset


def test_iterations_before_the_failing_one_stay_done(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER)")
    block = "BEGIN INSERT INTO t VALUES (10 / (4 - :1)); END;"
    rows = [[codecs.number_from_text(str(number))] for number in range(1, 10)]
    result = session.session.execute(block, [Bind("1", TypeCode.NUMBER)], rows, ExecuteOptions())
    assert result.error is not None
    assert (result.error.code, result.row_count) == (1476, 3)
    assert session.rows("SELECT COUNT(*) FROM t") == [("3",)]
