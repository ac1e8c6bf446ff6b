"""Flashback query, flashback version query, DBMS_FLASHBACK and their errors."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from oracle_standin.backend import SessionInfo
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin

_SCN = "SELECT DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER FROM dual"
_VERSIONS = (
    "SELECT id, name, versions_operation, versions_startscn, versions_endscn FROM t"
    " VERSIONS BETWEEN SCN {} AND {} ORDER BY versions_startscn NULLS FIRST, id, 3"
)


def scn_of(asker: UserSession) -> int:
    return int(asker.rows(_SCN)[0][0])


def commit(writer: UserSession, *statements: str) -> int:
    for statement in statements:
        writer.run(statement)
    writer.run("COMMIT")
    return scn_of(writer)


@pytest.fixture
def table(session: UserSession) -> UserSession:
    session.run("CREATE TABLE t (id NUMBER(5) PRIMARY KEY, name VARCHAR2(20))")
    return session


@pytest.fixture
def other(engine_database: Database) -> Iterator[UserSession]:
    engine_database.create_user("FLASHBACK_READER", "secret")
    opened = engine_database.open_session("FLASHBACK_READER", SessionInfo(7001, 1))
    try:
        yield UserSession(opened)
    finally:
        opened.close()


def names(reader: UserSession, source: str) -> list[Any]:
    return [row[0] for row in reader.rows(f"SELECT name FROM {source} ORDER BY id")]


class TestAsOf:
    def test_states(self, table: UserSession) -> None:
        first = commit(table, "INSERT INTO t VALUES (1, 'a')", "INSERT INTO t VALUES (2, 'b')")
        second = commit(table, "UPDATE t SET name = 'A' WHERE id = 1", "DELETE t WHERE id = 2")
        assert names(table, f"t AS OF SCN {first}") == ["a", "b"]
        assert names(table, f"t AS OF SCN {second} x") == ["A"]
        assert names(table, "t") == ["A"]

    def test_own_changes_that_are_not_committed_do_not_show(self, table: UserSession) -> None:
        first = commit(table, "INSERT INTO t VALUES (1, 'a')")
        table.run("UPDATE t SET name = 'mine'")
        table.run("INSERT INTO t VALUES (2, 'mine too')")
        assert names(table, f"t AS OF SCN {first}") == ["a"]

    def test_join_of_two_moments_with_now(self, table: UserSession) -> None:
        first = commit(table, "INSERT INTO t VALUES (1, 'a')")
        second = commit(table, "UPDATE t SET name = 'b'")
        table.run("UPDATE t SET name = 'c'")
        query = (
            f"SELECT x.name, y.name, z.name FROM t AS OF SCN {first} x"
            f" JOIN t AS OF SCN {second} y ON x.id = y.id JOIN t z ON z.id = x.id"
        )
        assert table.rows(query) == [("a", "b", "c")]

    def test_bring_deleted_rows_back(self, table: UserSession) -> None:
        first = commit(table, "INSERT INTO t VALUES (1, 'a')")
        table.run("DELETE t")
        table.run("INSERT INTO t SELECT * FROM t AS OF SCN :scn", scn=first)
        assert names(table, "t") == ["a"]

    def test_timestamp(self, table: UserSession) -> None:
        first = commit(table, "INSERT INTO t VALUES (1, 'a')")
        moment = table.rows(f"SELECT TO_CHAR(SCN_TO_TIMESTAMP({first})) FROM dual")[0][0]
        commit(table, "DELETE t")
        assert moment
        assert names(table, f"t AS OF TIMESTAMP SCN_TO_TIMESTAMP({first})") == ["a"]
        assert names(table, "t AS OF TIMESTAMP SYSTIMESTAMP") == []

    def test_read_only_transaction_that_began_before(self, table: UserSession) -> None:
        first = commit(table, "INSERT INTO t VALUES (1, 'a')")
        commit(table, "DELETE t")
        table.run("SET TRANSACTION READ ONLY")
        assert names(table, "t") == []
        assert names(table, f"t AS OF SCN {first}") == ["a"]

    def test_rowid_of_a_row_that_lives_is_its_own(self, table: UserSession) -> None:
        first = commit(table, "INSERT INTO t VALUES (1, 'a')")
        commit(table, "UPDATE t SET name = 'b'")
        then = table.rows(f"SELECT ROWIDTOCHAR(rowid) FROM t AS OF SCN {first}")
        assert then == table.rows("SELECT ROWIDTOCHAR(rowid) FROM t")

    def test_column_added_since_is_null(self, table: UserSession) -> None:
        first = commit(table, "INSERT INTO t VALUES (1, 'a')", "INSERT INTO t VALUES (2, 'b')")
        table.run("ALTER TABLE t ADD (extra NUMBER)")
        commit(table, "UPDATE t SET extra = 5 WHERE id = 1")
        found = table.rows(f"SELECT id, extra FROM t AS OF SCN {first} ORDER BY id")
        assert found == [("1", None), ("2", None)]

    def test_partitioned_table(self, session: UserSession) -> None:
        session.run(
            "CREATE TABLE t (id NUMBER, name VARCHAR2(9)) PARTITION BY RANGE (id)"
            " (PARTITION low VALUES LESS THAN (10), PARTITION high VALUES LESS THAN (MAXVALUE))"
        )
        first = commit(session, "INSERT INTO t VALUES (1, 'a')", "INSERT INTO t VALUES (11, 'b')")
        commit(session, "UPDATE t SET name = 'z'")
        assert names(session, f"t AS OF SCN {first}") == ["a", "b"]

    def test_columns_are_described_as_the_tables(self, table: UserSession) -> None:
        first = commit(table)
        described = table.session.describe(f"SELECT * FROM t AS OF SCN {first}", [])
        assert described == table.session.describe("SELECT * FROM t", [])


class TestVersions:
    def test_life_of_rows(self, table: UserSession) -> None:
        start = commit(table, "INSERT INTO t VALUES (1, 'a')", "INSERT INTO t VALUES (2, 'still')")
        one = commit(table, "UPDATE t SET name = 'b' WHERE id = 1")
        two = commit(table, "UPDATE t SET id = 3 WHERE id = 1")
        three = commit(table, "DELETE t WHERE id = 3")
        still = ("2", "still", "I", str(start), None)
        assert table.rows(_VERSIONS.format(start, "MAXVALUE")) == [
            ("1", "a", "I", str(start), str(one)),
            still,
            ("1", "b", "U", str(one), str(two)),
            ("3", "b", "U", str(two), str(three)),
            ("3", "b", "D", str(three), None),
        ]
        assert table.rows(_VERSIONS.format(one, one)) == [
            ("2", "still", None, None, None),
            ("1", "b", "U", str(one), None),
        ]
        assert table.rows(_VERSIONS.format(three, three)) == [
            ("2", "still", None, None, None),
            ("3", "b", "D", str(three), None),
        ]

    def test_one_version_for_each_transaction(self, table: UserSession) -> None:
        start = commit(table, "INSERT INTO t VALUES (1, 'a')")
        done = commit(
            table,
            "UPDATE t SET name = 'b'",
            "UPDATE t SET name = 'c'",
            "INSERT INTO t VALUES (2, 'x')",
            "UPDATE t SET name = 'y' WHERE id = 2",
            "INSERT INTO t VALUES (3, 'gone')",
            "DELETE t WHERE id = 3",
            "SAVEPOINT s",
            "DELETE t",
            "ROLLBACK TO s",
        )
        table.run("UPDATE t SET name = 'not committed'")
        found = table.rows(_VERSIONS.format(start + 1, "MAXVALUE"))
        assert found == [
            ("1", "c", "U", str(done), None),
            ("2", "y", "I", str(done), None),
        ]

    def test_update_and_delete_in_one_transaction(self, table: UserSession) -> None:
        start = commit(table, "INSERT INTO t VALUES (1, 'a')")
        done = commit(table, "UPDATE t SET name = 'b'", "DELETE t")
        assert table.rows(_VERSIONS.format(start, done)) == [
            ("1", "a", "I", str(start), str(done)),
            ("1", "b", "D", str(done), None),
        ]

    def test_versions_of_a_row_share_rowid_and_differ_in_transaction(
        self, table: UserSession
    ) -> None:
        start = commit(table, "INSERT INTO t VALUES (1, 'a')")
        commit(table, "UPDATE t SET id = 2")
        commit(table, "DELETE t")
        found = table.rows(
            f"SELECT ROWIDTOCHAR(rowid), versions_xid FROM t VERSIONS BETWEEN SCN {start}"
            " AND MAXVALUE"
        )
        assert len({row_id for row_id, _ in found}) == 1
        assert len({xid for _, xid in found}) == 3

    def test_goes_on_behind_the_last_change(self, table: UserSession) -> None:
        last = commit(table, "INSERT INTO t VALUES (1, 'a')")
        assert table.rows(_VERSIONS.format(last + 1, "MAXVALUE")) == [("1", "a", None, None, None)]

    def test_times(self, table: UserSession) -> None:
        commit(table, "INSERT INTO t VALUES (1, 'a')")
        found = table.rows(
            "SELECT name FROM t VERSIONS BETWEEN TIMESTAMP MINVALUE AND MAXVALUE"
            " WHERE versions_starttime <= SYSTIMESTAMP AND versions_endtime IS NULL"
        )
        assert found == [("a",)]

    def test_truncate_leaves_no_deletions(self, table: UserSession) -> None:
        commit(table, "INSERT INTO t VALUES (1, 'a')")
        table.run("TRUNCATE TABLE t")
        assert table.rows(_VERSIONS.format("MINVALUE", "MAXVALUE")) == []
        commit(table, "INSERT INTO t VALUES (1, 'a')")
        assert [row[2] for row in table.rows(_VERSIONS.format("MINVALUE", "MAXVALUE"))] == ["I"]


class TestErrors:
    def test_scn_that_never_was(self, table: UserSession) -> None:
        for scn in ("0", "-5", "999999999999", "NULL"):
            assert "ORA-08181" in table.fails(f"SELECT * FROM t AS OF SCN {scn}")

    def test_time_before_the_database(self, table: UserSession) -> None:
        message = table.fails("SELECT * FROM t AS OF TIMESTAMP DATE '2001-01-01'")
        assert "ORA-08180" in message

    def test_time_to_come(self, table: UserSession) -> None:
        for moment in ("SYSTIMESTAMP + 1", "SYSDATE + 1", "TIMESTAMP '9999-01-01 00:00:00'"):
            assert "ORA-08186" in table.fails(f"SELECT * FROM t AS OF TIMESTAMP {moment}")
        table.rows("SELECT * FROM t AS OF TIMESTAMP SYSTIMESTAMP")

    @pytest.mark.parametrize(
        "ddl",
        [
            "ALTER TABLE t DROP COLUMN name",
            "ALTER TABLE t MODIFY (name VARCHAR2(30))",
            "ALTER TABLE t ADD (extra NUMBER DEFAULT 5)",
            "ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0)",
            "TRUNCATE TABLE t",
            "CREATE INDEX t_name ON t (name)",
        ],
    )
    def test_definition_changed_since(self, table: UserSession, ddl: str) -> None:
        before = commit(table, "INSERT INTO t VALUES (1, 'a')")
        table.run(ddl)
        after = scn_of(table)
        assert "ORA-01466" in table.fails(f"SELECT id FROM t AS OF SCN {before}")
        message = table.fails(f"SELECT id FROM t VERSIONS BETWEEN SCN {before} AND MAXVALUE")
        assert "ORA-01466" in message
        table.rows(f"SELECT id FROM t AS OF SCN {after}")

    def test_changes_that_harm_nothing(self, table: UserSession) -> None:
        before = commit(table, "INSERT INTO t VALUES (1, 'a')")
        table.run("COMMENT ON TABLE t IS 'x'")
        table.run("GRANT SELECT ON t TO system")
        assert names(table, f"t AS OF SCN {before}") == ["a"]

    def test_table_that_was_not_there(self, session: UserSession) -> None:
        before = scn_of(session)
        session.run("CREATE TABLE t (id NUMBER)")
        assert "ORA-01466" in session.fails(f"SELECT * FROM t AS OF SCN {before}")

    def test_limits_of_versions(self, table: UserSession) -> None:
        now = commit(table, "INSERT INTO t VALUES (1, 'a')")
        assert "ORA-30053" in table.fails(_VERSIONS.format(now, now + 1))
        assert "ORA-30054" in table.fails(_VERSIONS.format(now, now - 1))
        assert "ORA-08181" in table.fails(_VERSIONS.format(0, now))

    def test_places_without_a_past(self, table: UserSession) -> None:
        table.run("CREATE VIEW v AS SELECT * FROM t")
        assert "ORA-30051" in table.fails(
            "SELECT * FROM v VERSIONS BETWEEN SCN MINVALUE AND MAXVALUE"
        )
        assert "ORA-08187" in table.fails("SELECT * FROM user_tables AS OF SCN 1000001")
        assert "ORA-08187" in table.fails("DELETE FROM t AS OF SCN 1000001")
        assert "ORA-00904" in table.fails("SELECT versions_xid FROM t")

    def test_privilege(self, table: UserSession, other: UserSession) -> None:
        now = commit(table, "INSERT INTO t VALUES (1, 'a')")
        query = f"SELECT name FROM {table.session.user}.t AS OF SCN {now}"
        assert "ORA-00942" in other.fails(query)
        table.run("GRANT SELECT ON t TO flashback_reader")
        assert "ORA-01031" in other.fails(query)
        table.run("GRANT FLASHBACK ON t TO flashback_reader")
        assert other.rows(query) == [("a",)]


class TestSessionMode:
    def test_moves_all_reads(self, table: UserSession) -> None:
        first = commit(table, "INSERT INTO t VALUES (1, 'a')")
        commit(table, "UPDATE t SET name = 'b'")
        table.run("BEGIN DBMS_FLASHBACK.ENABLE_AT_SYSTEM_CHANGE_NUMBER(:scn); END;", scn=first)
        assert names(table, "t") == ["a"]
        assert "ORA-08182" in table.fails("DELETE t")
        assert "ORA-08182" in table.fails("CREATE TABLE x (id NUMBER)")
        again = "BEGIN DBMS_FLASHBACK.ENABLE_AT_SYSTEM_CHANGE_NUMBER(:scn); END;"
        assert "ORA-08184" in table.fails(again, scn=first)
        table.run("BEGIN DBMS_FLASHBACK.DISABLE; END;")
        assert names(table, "t") == ["b"]

    def test_at_a_time(self, table: UserSession) -> None:
        commit(table, "INSERT INTO t VALUES (1, 'a')")
        table.run("BEGIN DBMS_FLASHBACK.ENABLE_AT_TIME(SYSTIMESTAMP); END;")
        assert names(table, "t") == ["a"]
        table.run("BEGIN DBMS_FLASHBACK.DISABLE; END;")

    def test_not_in_a_transaction(self, table: UserSession) -> None:
        first = commit(table, "INSERT INTO t VALUES (1, 'a')")
        table.run("DELETE t")
        enable = "BEGIN DBMS_FLASHBACK.ENABLE_AT_SYSTEM_CHANGE_NUMBER(:scn); END;"
        assert "ORA-08183" in table.fails(enable, scn=first)
        table.run("ROLLBACK")
        assert "ORA-08181" in table.fails(enable, scn=999999999)


def test_undo_is_kept_for_the_retention(engine_database: Database, table: UserSession) -> None:
    first = commit(table, "INSERT INTO t VALUES (1, 'a')")
    commit(table, "UPDATE t SET name = 'b'")
    administrator = engine_database.open_session("SYSTEM", SessionInfo(7002, 1))
    admin = UserSession(administrator)
    try:
        assert "ORA-01031" in table.fails("ALTER SYSTEM SET UNDO_RETENTION = 1")
        admin.run("ALTER SYSTEM SET undo_retention = 1 SCOPE=BOTH")
        shown = admin.rows("SELECT value FROM v$parameter WHERE name = 'undo_retention'")
        assert shown == [("1",)]
        time.sleep(1.2)
        assert "ORA-01555" in table.fails(f"SELECT * FROM t AS OF SCN {first}")
        assert "ORA-30052" in table.fails(_VERSIONS.format(first, "MAXVALUE"))
    finally:
        admin.run("ALTER SYSTEM SET undo_retention = 900")
        administrator.close()
    assert names(table, f"t AS OF SCN {scn_of(table)}") == ["b"]
