"""Unique keys of which some columns are NULL, and when constraints are checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin import codecs
from oracle_standin.backend import Bind, ExecuteOptions
from oracle_standin.protocol import CharsetForm, TypeCode

if TYPE_CHECKING:
    from oracle_standin.protocol import BindValue
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


def violated(session: UserSession, statement: str, key: str, listed: str = "A, B") -> None:
    owner = session.session.user
    name, table = key.split(" of ")
    expected = (
        f"ORA-00001: unique constraint ({owner}.{name}) violated"
        f" on table {owner}.{table} columns ({listed})"
    )
    assert session.fails(statement) == expected


class TestPartlyNullKeys:
    def test_the_columns_that_are_there_are_compared(self, session: UserSession) -> None:
        session.run("CREATE TABLE t (a NUMBER, b VARCHAR2(9), CONSTRAINT t_uk UNIQUE (a, b))")
        for row in ("1, NULL", "2, ''", "NULL, 'x'", "NULL, NULL", "NULL, ''", "1, 'x'"):
            session.run(f"INSERT INTO t VALUES ({row})")
        for row in ("1.0, NULL", "2, NULL", "NULL, 'x'"):
            violated(session, f"INSERT INTO t VALUES ({row})", "T_UK of T")
        violated(session, "UPDATE t SET b = '' WHERE b = 'x' AND a = 1", "T_UK of T")
        merge = (
            "MERGE INTO t USING (SELECT 1 a, '' b FROM dual) s ON (t.a = s.a AND t.b = s.b)"
            " WHEN NOT MATCHED THEN INSERT VALUES (s.a, s.b)"
        )
        violated(session, merge, "T_UK of T")

    def test_many_rows_at_once(self, session: UserSession) -> None:
        session.run("CREATE TABLE t (a NUMBER, b VARCHAR2(9), CONSTRAINT t_uk UNIQUE (a, b))")
        binds = [
            Bind("A", TypeCode.NUMBER, size_bytes=22),
            Bind("B", TypeCode.VARCHAR, CharsetForm.DATABASE, size_bytes=9),
        ]
        one: BindValue = codecs.number_from_text("1")
        rows = [[one, b"x"], [one, None], [one, b"y"], [one, None]]
        result = session.session.execute(
            "INSERT INTO t VALUES (:a, :b)", binds, rows, ExecuteOptions()
        )
        assert result.error is not None
        assert result.error.code == 1
        assert result.row_count == 3

    def test_guards_follow_their_key(self, session: UserSession) -> None:
        session.run("CREATE TABLE t (a NUMBER, b VARCHAR2(9), CONSTRAINT t_uk UNIQUE (a, b))")
        session.run("ALTER TABLE t RENAME CONSTRAINT t_uk TO again")
        session.run("ALTER TABLE t MODIFY b CHAR(9)")
        session.run("INSERT INTO t VALUES (1, NULL)")
        violated(session, "INSERT INTO t VALUES (1, NULL)", "AGAIN of T")
        session.run("ALTER TABLE t DISABLE CONSTRAINT again")
        session.run("INSERT INTO t VALUES (1, NULL)")
        assert session.fails("ALTER TABLE t ENABLE CONSTRAINT again").startswith("ORA-02299")
        assert session.rows("SELECT COUNT(*) FROM user_indexes") == [("0",)]

    def test_unique_indexes_and_expressions(self, session: UserSession) -> None:
        session.run("CREATE TABLE t (a NUMBER, b VARCHAR2(9))")
        session.run("INSERT INTO t VALUES (1, NULL)")
        session.run("CREATE UNIQUE INDEX t_ix ON t (a, UPPER(b))")
        assert session.fails("INSERT INTO t VALUES (1, NULL)").startswith("ORA-00001")
        session.run("DROP INDEX t_ix")
        session.run("INSERT INTO t VALUES (1, NULL)")
        assert session.fails("CREATE UNIQUE INDEX t_ix ON t (a, b)").startswith("ORA-01452")

    def test_parts_and_temporary_tables_name_the_tables_key(self, session: UserSession) -> None:
        session.run(
            "CREATE TABLE p (a NUMBER, b NUMBER, CONSTRAINT p_uk UNIQUE (a, b))"
            " PARTITION BY RANGE (a) (PARTITION p1 VALUES LESS THAN (MAXVALUE))"
        )
        session.run(
            "CREATE GLOBAL TEMPORARY TABLE g (a NUMBER, b NUMBER, CONSTRAINT g_uk UNIQUE (a, b))"
        )
        for table, row in (("p", "1, 2"), ("p", "1, NULL"), ("g", "1, 2"), ("g", "1, NULL")):
            session.run(f"INSERT INTO {table} VALUES ({row})")
            key = f"{table.upper()}_UK of {table.upper()}"
            violated(session, f"INSERT INTO {table} VALUES ({row})", key)


class TestDeferredConstraints:
    @pytest.fixture
    def table(self, session: UserSession) -> UserSession:
        session.run(
            "CREATE TABLE t (a NUMBER, b VARCHAR2(9),"
            " CONSTRAINT t_uk UNIQUE (a, b) DEFERRABLE INITIALLY DEFERRED)"
        )
        session.run("INSERT INTO t VALUES (1, NULL)")
        session.run("COMMIT")
        return session

    def test_partly_null_key_waits(self, table: UserSession) -> None:
        table.run("INSERT INTO t VALUES (1.0, NULL)")
        assert table.fails("COMMIT").startswith("ORA-02091")
        assert table.rows("SELECT COUNT(*) FROM t") == [("1",)]

    def test_set_constraint_begins_a_transaction(self, table: UserSession) -> None:
        table.run("SET CONSTRAINT t_uk IMMEDIATE")
        violated(table, "INSERT INTO t VALUES (1.0, NULL)", "T_UK of T")
        table.run("ROLLBACK")
        table.run("INSERT INTO t VALUES (1, '')")
        assert table.fails("SET CONSTRAINT t_uk IMMEDIATE").startswith("ORA-00001")

    def test_whole_session(self, table: UserSession) -> None:
        table.run("ALTER SESSION SET CONSTRAINTS = IMMEDIATE")
        for _ in range(2):
            assert table.fails("INSERT INTO t VALUES (1, NULL)").startswith("ORA-00001")
            table.run("COMMIT")
        table.run("ALTER SESSION SET CONSTRAINTS = DEFAULT")
        table.run("INSERT INTO t VALUES (1, NULL)")

    def test_disabled_one_comes_back_deferrable(self, table: UserSession) -> None:
        shown = "SELECT deferrable, deferred, status FROM user_constraints"
        table.run("ALTER TABLE t DISABLE CONSTRAINT t_uk")
        assert table.rows(shown) == [("DEFERRABLE", "DEFERRED", "DISABLED")]
        table.run("ALTER TABLE t ENABLE CONSTRAINT t_uk")
        assert table.rows(shown) == [("DEFERRABLE", "DEFERRED", "ENABLED")]

    def test_names(self, table: UserSession) -> None:
        assert table.fails("SET CONSTRAINT nosuch DEFERRED").startswith("ORA-02448")
        table.run("ALTER TABLE t ADD CONSTRAINT plain UNIQUE (b)")
        assert table.fails("SET CONSTRAINT plain DEFERRED").startswith("ORA-02447")

    def test_initial_timing_of_a_foreign_key(self, session: UserSession) -> None:
        session.run("CREATE TABLE p (id NUMBER PRIMARY KEY)")
        session.run("CREATE TABLE c (id NUMBER CONSTRAINT c_fk REFERENCES p DEFERRABLE)")
        session.run("ALTER TABLE c MODIFY CONSTRAINT c_fk INITIALLY DEFERRED")
        session.run("INSERT INTO c VALUES (7)")
        assert session.fails("COMMIT").startswith("ORA-02091")

    @pytest.mark.parametrize("column", ["a NUMBER CHECK (a > 0)", "a NUMBER NOT NULL"])
    def test_checks_cannot_wait(self, session: UserSession, column: str) -> None:
        error = session.fails(f"CREATE TABLE x ({column} DEFERRABLE)")
        assert error.endswith("is not in this stand-in")
