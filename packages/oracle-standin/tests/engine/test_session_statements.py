"""ALTER SESSION, transaction control, LOCK TABLE, SET ROLE, SET CONSTRAINTS."""

from __future__ import annotations

import pytest

from tests.engine.user_session import UserSession, session

__all__ = ["session"]
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
        "ALTER SESSION SET ISOLATION_LEVEL = SERIALIZABLE",
        "ALTER SESSION SET ISOLATION_LEVEL = READ COMMITTED",
        "ALTER SESSION SET CURRENT_SCHEMA = SYSTEM",
        "ALTER SESSION SET NLS_TIMESTAMP_TZ_FORMAT='YYYY-MM-DD HH24:MI:SS.FF6 TZH:TZM'",
        "SET ROLE ALL",
        "SET CONSTRAINTS ALL DEFERRED",
        "SET TRANSACTION READ WRITE NAME 'x'",
        "COMMIT WORK",
        "COMMIT COMMENT 'done'",
        "COMMIT WRITE BATCH NOWAIT",
        "ROLLBACK WORK",
    ],
)
def test_statements_that_are_accepted(session: UserSession, statement: str) -> None:
    session.run(statement)


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
