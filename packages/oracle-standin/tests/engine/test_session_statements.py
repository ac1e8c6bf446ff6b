"""ALTER SESSION, transaction control, LOCK TABLE, SET ROLE, SET CONSTRAINTS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import SessionInfo
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin


def test_several_parameters_in_one_statement(session: UserSession) -> None:
    session.run(
        "ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY' TIME_ZONE='Europe/Berlin'"
        " NLS_NUMERIC_CHARACTERS = ',.' DDL_LOCK_TIMEOUT=5"
    )
    assert session.value("TO_CHAR(DATE '2024-01-01')") == "2024"
    assert session.value("SESSIONTIMEZONE") == "Europe/Berlin"
    assert session.value("TO_CHAR(1.5)") == "1,5"
    assert session.session.nls("DDL_LOCK_TIMEOUT") == "5"


@pytest.mark.parametrize(
    ("zone", "stored"),
    [("UTC", "UTC"), ("+2:00", "+02:00"), ("-03:30", "-03:30"), ("europe/berlin", "Europe/Berlin"),
     ("LOCAL", "+00:00"), ("DBTIMEZONE", "+00:00")],
)  # fmt: skip
def test_time_zones(session: UserSession, zone: str, stored: str) -> None:
    session.run(f"ALTER SESSION SET TIME_ZONE = '{zone}'")
    assert session.value("SESSIONTIMEZONE") == stored


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER SESSION ENABLE PARALLEL DML",
        "ALTER SESSION FORCE PARALLEL QUERY PARALLEL 4",
        "ALTER SESSION DISABLE PARALLEL DDL",
        "ALTER SESSION SET OPTIMIZER_MODE = FIRST_ROWS_10",
        'ALTER SESSION SET "_optimizer_something" = FALSE',
        "ALTER SESSION SET NLS_COMP = BINARY NLS_SORT = BINARY",
        "ALTER SESSION SET NLS_LENGTH_SEMANTICS = CHAR",
        "ALTER SESSION SET CURRENT_SCHEMA = SYSTEM",
        "SET CONSTRAINTS ALL DEFERRED",
    ],
)
def test_statements_that_leave_the_transaction_open(table: UserSession, statement: str) -> None:
    table.run("INSERT INTO t VALUES (3, 'c')")
    owner = table.value("USER")
    table.run(statement)
    assert table.rows(f"SELECT COUNT(*) FROM {owner}.t") == [("3",)]
    table.run("ROLLBACK")
    assert table.rows(f"SELECT COUNT(*) FROM {owner}.t") == [("2",)]


@pytest.mark.parametrize(
    ("statement", "expression", "value"),
    [
        ("ALTER SESSION SET CURRENT_SCHEMA = SYSTEM",
         "SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')", "SYSTEM"),
        ("ALTER SESSION SET NLS_TIMESTAMP_TZ_FORMAT='YYYY-MM-DD HH24:MI:SS.FF6 TZH:TZM'",
         "TO_CHAR(TIMESTAMP '2024-01-01 02:03:04.5 +02:00')",
         "2024-01-01 02:03:04.500000 +02:00"),
        ("ALTER SESSION SET NLS_LENGTH_SEMANTICS = CHAR",
         "(SELECT value FROM nls_session_parameters WHERE parameter = 'NLS_LENGTH_SEMANTICS')",
         "CHAR"),
    ],
)  # fmt: skip
def test_settings_take_effect(
    session: UserSession, statement: str, expression: str, value: str
) -> None:
    assert session.value(expression) != value
    session.run(statement)
    assert session.value(expression) == value


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("COMMIT WORK", "3"),
        ("COMMIT COMMENT 'done'", "3"),
        ("COMMIT WRITE BATCH NOWAIT", "3"),
        ("ROLLBACK WORK", "2"),
    ],
)
def test_words_after_commit_and_rollback(table: UserSession, statement: str, rows: str) -> None:
    table.run("SET TRANSACTION READ WRITE NAME 'x'")
    table.run("INSERT INTO t VALUES (3, 'c')")
    table.run(statement)
    table.run("ROLLBACK")
    assert table.rows("SELECT COUNT(*) FROM t") == [(rows,)]


def test_isolation_of_the_session(table: UserSession, engine_database: Database) -> None:
    other = engine_database.open_session(table.session.user, SessionInfo(7100, 1))
    try:
        for level, seen in (("SERIALIZABLE", "2"), ("READ COMMITTED", "3")):
            table.run(f"ALTER SESSION SET ISOLATION_LEVEL = {level}")
            assert table.rows("SELECT COUNT(*) FROM t") == [("2",)]
            UserSession(other).run("INSERT INTO t VALUES (3, 'c')")
            other.commit()
            assert table.rows("SELECT COUNT(*) FROM t") == [(seen,)]
            table.run("COMMIT")
            table.run("DELETE FROM t WHERE id = 3")
            table.run("COMMIT")
    finally:
        other.close()


def test_set_role_keeps_what_roles_grant(session: UserSession) -> None:
    session.run("SET ROLE ALL")
    assert ("CONNECT",) in session.rows("SELECT role FROM session_roles")


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("ALTER SESSION SET NOTHING = 1", 2248),
        ("ALTER SESSION SET", 2248),
        ("ALTER SESSION SET NLS_DATE_FORMAT 'YYYY'", 927),
        ("ALTER SESSION SET NLS_DATE_FORMAT = 'bla'", 1821),
        ("ALTER SESSION SET NLS_DATE_FORMAT = 'FF6'", 1821),
        ("ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '..'", 12705),
        ("ALTER SESSION SET NLS_COMP = NONSENSE", 12705),
        ("ALTER SESSION SET NLS_SORT = GERMAN", 3001),
        ("ALTER SESSION SET TIME_ZONE = 'Nowhere/At_All'", 1882),
        ("ALTER SESSION SET TIME_ZONE = '+16:00'", 1874),
        ("ALTER SESSION SET ISOLATION_LEVEL = CHAOS", 2248),
        ("ALTER SESSION SET CURRENT_SCHEMA = NOBODY_AT_ALL", 1435),
        ("ALTER SESSION SET DDL_LOCK_TIMEOUT = 1000001", 68),
        ("ALTER SESSION CLOSE DATABASE LINK x", 3001),
        ("COMMIT NOW", 2185),
        ("ROLLBACK NOW", 2181),
        ("ROLLBACK TO SAVEPOINT nowhere", 1086),
        ("SAVEPOINT", 931),
        ("SET TRANSACTION ISOLATION LEVEL CHAOS", 2179),
        ("SET ROLE nobody_has", 1924),
        ("SET ROLE NONE", 3001),
        ("LOCK TABLE nowhere IN SHARE MODE", 942),
        ("LOCK TABLE dual SHARE MODE", 1738),
        ("LOCK TABLE dual IN STRANGE MODE", 1737),
        ("LOCK TABLE dual IN SHARE", 1739),
        ("LOCK TABLE dual IN SHARE MODE WAIT soon", 30005),
    ],
)
def test_statements_that_are_refused(session: UserSession, statement: str, code: int) -> None:
    error = session.fails(statement)
    assert error.startswith(f"ORA-{code:05d}:")
    assert code != 3001 or error.endswith("not in this stand-in")


def test_savepoints(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("INSERT INTO t VALUES (1)")
    session.run("SAVEPOINT before_two")
    session.run("INSERT INTO t VALUES (2)")
    session.run("ROLLBACK TO before_two")
    assert session.rows("SELECT id FROM t") == [("1",)]
    session.run("ROLLBACK WORK")
    assert session.rows("SELECT id FROM t") == []
    assert session.fails("ROLLBACK TO before_two").startswith("ORA-01086:")


def test_set_transaction(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("SET TRANSACTION READ ONLY")
    assert session.fails("INSERT INTO t VALUES (1)").startswith("ORA-01456:")
    session.run("COMMIT")
    session.run("INSERT INTO t VALUES (1)")
    assert session.fails("SET TRANSACTION READ ONLY").startswith("ORA-01453:")
    session.run("ROLLBACK")
    session.run("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
    session.run("INSERT INTO t VALUES (1)")
    session.run("COMMIT")
    assert session.rows("SELECT id FROM t") == [("1",)]


@pytest.mark.parametrize(
    "mode",
    ["ROW SHARE", "SHARE UPDATE", "ROW EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE"],
)
def test_lock_modes(session: UserSession, mode: str) -> None:
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("CREATE TABLE u (id NUMBER)")
    session.run(f"LOCK TABLE t, {session.session.user}.u IN {mode} MODE NOWAIT")
    assert session.session.in_transaction
    session.run("ROLLBACK")
