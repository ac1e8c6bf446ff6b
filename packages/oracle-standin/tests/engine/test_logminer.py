"""LogMiner: sessions, ranges, what V$LOGMNR_CONTENTS shows, and the errors."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.engine.mining import OPTIONS, Miner, committed, without_owner

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin

_CREATE = "CREATE TABLE t (id NUMBER(5) PRIMARY KEY, name VARCHAR2(20), born DATE)"


@pytest.fixture
def table(writer: UserSession, miner: Miner) -> int:
    """Make table T and return the SCN then."""
    writer.run(_CREATE)
    return miner.scn()


class TestContents:
    def test_rows_of_a_transaction(
        self,
        miner: Miner,
        writer: UserSession,
        table: int,
    ) -> None:
        committed(
            writer,
            "INSERT INTO t VALUES (1, 'O''Neil', DATE '2024-01-31')",
            "UPDATE t SET name = NULL",
            "DELETE FROM t",
        )
        miner.session.run("ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD HH24:MI:SS'")
        miner.start(table + 1)
        owner = writer.session.user
        born = "TO_DATE('2024-01-31 00:00:00', 'YYYY-MM-DD HH24:MI:SS')"
        new, after = f"'1','O''Neil',{born}", f"'1',NULL,{born}"
        place = f'"{owner}"."T"'
        columns = '("ID","NAME","BORN")'
        was = f"\"ID\" = '1' and \"NAME\" = 'O''Neil' and \"BORN\" = {born}"
        assert miner.contents("operation, operation_code, sql_redo, sql_undo") == [
            ("START", "6", "set transaction read write;", None),
            (
                "INSERT",
                "1",
                f"insert into {place}{columns} values ({new});",
                f"delete from {place} where {was};",
            ),
            (
                "UPDATE",
                "3",
                f"update {place} set \"NAME\" = NULL where \"NAME\" = 'O''Neil';",
                f"update {place} set \"NAME\" = 'O''Neil' where \"NAME\" IS NULL;",
            ),
            (
                "DELETE",
                "2",
                f'delete from {place} where "ID" = \'1\' and "NAME" IS NULL and "BORN" = {born};',
                f"insert into {place}{columns} values ({after});",
            ),
            ("COMMIT", "7", "commit;", None),
        ]

    def test_facts_of_a_change(
        self,
        miner: Miner,
        writer: UserSession,
        table: int,
    ) -> None:
        writer.run("BEGIN DBMS_SESSION.SET_IDENTIFIER('me'); END;")
        writer.run("INSERT INTO t (id) VALUES (1)")
        transaction = miner.administrator.rows(
            "SELECT xid, xidusn, xidslot, xidsqn FROM v$transaction"
        )
        writer.run("COMMIT")
        commit_scn = miner.scn()
        miner.start(table + 1)
        names = (
            "scn, start_scn, commit_scn, seg_owner, seg_name, table_name, seg_type_name, username,"
            " client_id, thread#, rollback, row_id, csf, status, src_con_name"
        )
        (found,) = miner.contents(names, "operation = 'INSERT'")
        owner = writer.session.user
        assert found == (
            *(str(table + 1), str(table + 1), str(commit_scn), owner, "T", "T", "TABLE", owner),
            *("me", "1", "0", None, "0", "0", "FREEPDB1"),
        )
        assert miner.contents("xid, xidusn, xidslt, xidsqn", "operation = 'INSERT'") == transaction
        ((moment, commit, now),) = miner.contents(
            "timestamp, commit_timestamp, SYSDATE", "operation = 'INSERT'"
        )
        assert moment <= commit <= now

    def test_transactions_come_in_the_order_of_their_commits(
        self,
        miner: Miner,
        writer: UserSession,
        table: int,
    ) -> None:
        other = miner.open(writer.session.user)
        writer.run("INSERT INTO t VALUES (1, 'first', NULL)")
        committed(other, "INSERT INTO t VALUES (2, 'second', NULL)")
        writer.run("INSERT INTO t VALUES (3, 'third', NULL)")
        writer.run("COMMIT")
        other.session.close()
        miner.start(table + 1)
        found = miner.contents("scn, commit_scn, sql_redo", "operation_code = 1")
        assert [row[2].split("'")[3] for row in found] == ["second", "first", "third"]
        commits = [int(row[1]) for row in found]
        assert commits == [table + 1, table + 2, table + 2]
        assert [int(row[0]) for row in found] == [table + 1, table + 1, table + 2]

    def test_what_was_undone_is_not_shown(
        self,
        miner: Miner,
        writer: UserSession,
        table: int,
    ) -> None:
        for statement in (
            "INSERT INTO t (id) VALUES (1)",
            "SAVEPOINT s",
            "INSERT INTO t (id) VALUES (2)",
            "ROLLBACK TO s",
            "INSERT INTO t (id) VALUES (3)",
        ):
            writer.run(statement)
        assert "ORA-00001" in writer.fails("INSERT INTO t SELECT 4 - id, 'x', NULL FROM t")
        writer.run("COMMIT")
        committed(writer, "INSERT INTO t (id) VALUES (9)", "ROLLBACK")
        found = [redo.split("'")[1] for redo in miner.redo(table + 1)]
        assert found == ["1", "3"]

    def test_ddl_of_tables(self, miner: Miner, writer: UserSession, table: int) -> None:
        committed(writer, "INSERT INTO t (id) VALUES (1)")
        writer.run("ALTER TABLE t ADD (more NUMBER)")
        writer.run("CREATE INDEX i ON t (name)")
        writer.run("Truncate  Table t")
        writer.run("DROP TABLE t")
        miner.start(table + 1)
        owner = writer.session.user
        found = miner.contents("seg_owner, table_name, sql_redo, info", "operation = 'DDL'")
        info = "USER DDL (PlSql=0 RecDep=0)"
        assert found == [
            (owner, "T", "ALTER TABLE t ADD (more NUMBER);", info),
            (owner, "T", "Truncate  Table t;", info),
            (owner, "T", "DROP TABLE t;", info),
        ]

    def test_a_table_is_created_before_its_rows(
        self,
        miner: Miner,
        writer: UserSession,
        table: int,
    ) -> None:
        committed(writer, "INSERT INTO t (id) VALUES (1)")
        first = miner.scn()
        writer.run("CREATE TABLE c AS SELECT id FROM t")
        miner.start(first + 1)
        short = without_owner(writer)
        found = [short(redo) for (redo,) in miner.contents("sql_redo", "seg_name = 'C'")]
        assert found == [
            "CREATE TABLE c AS SELECT id FROM t;",
            """insert into "C"("ID") values ('1');""",
        ]
        assert table < first

    def test_rows_from_before_ddl_do_not_fit_the_dictionary(
        self,
        miner: Miner,
        writer: UserSession,
        table: int,
    ) -> None:
        committed(writer, "INSERT INTO t (id) VALUES (1)")
        writer.run("ALTER TABLE t ADD (more NUMBER)")
        committed(writer, "INSERT INTO t (id) VALUES (2)")
        facts = "table_name, sql_redo, status, info, DBMS_LOGMNR.COLUMN_PRESENT(redo_value, :name)"
        name = f"'{writer.session.user}.T.ID'"
        facts = facts.replace(":name", name)
        miner.start(table + 1)
        before, after = miner.contents(facts, "operation_code = 1")
        assert before == ("T", None, "2", "Dictionary Mismatch", "0")
        assert (after[2], after[4]) == ("0", "1")
        writer.run("DROP TABLE t")
        found = miner.contents(
            "seg_owner, status", "operation_code = 1 AND table_name LIKE 'OBJ#%'"
        )
        assert found == [("UNKNOWN", "2")] * 2

    def test_long_statements_go_on_in_the_next_row(
        self,
        miner: Miner,
        writer: UserSession,
        table: int,
    ) -> None:
        writer.run("CREATE TABLE w (a VARCHAR2(4000), b VARCHAR2(4000))")
        statement = "INSERT INTO w VALUES (RPAD('é', 2000, 'é'), RPAD('b', 4000, 'b'))"
        committed(writer, statement)
        miner.start(table + 1)
        found = miner.contents("sql_redo, sql_undo, csf, rs_id, ssn", "operation = 'INSERT'")
        assert [row[2] for row in found] == ["1", "1", "0"]
        assert len({row[3:] for row in found}) == 1
        assert all(len(piece.encode()) <= 4000 for row in found for piece in row[:2] if piece)
        whole = "".join(row[0] for row in found)
        place = f'"{writer.session.user}"."W"'
        values = f"'{'é' * 2000}','{'b' * 4000}'"
        assert whole == f'insert into {place}("A","B") values ({values});'
        undo = "".join(row[1] or "" for row in found)
        assert undo.startswith(f"delete from {place} where ")
        assert undo.endswith("b';")

    def test_large_objects(self, miner: Miner, writer: UserSession) -> None:
        short = without_owner(writer)
        writer.run("CREATE TABLE l (id NUMBER PRIMARY KEY, c CLOB, b BLOB)")
        writer.run("ALTER TABLE l ADD SUPPLEMENTAL LOG DATA (PRIMARY KEY) COLUMNS")
        first = miner.scn()
        committed(
            writer,
            "INSERT INTO l VALUES (1, 'text', HEXTORAW('00FF'))",
            "INSERT INTO l VALUES (2, EMPTY_CLOB(), NULL)",
            "UPDATE l SET c = 'other' WHERE id = 2",
            "DELETE FROM l WHERE id = 1",
        )
        assert list(map(short, miner.redo(first + 1))) == [
            """insert into "L"("ID","C","B") values ('1',EMPTY_CLOB(),EMPTY_BLOB());""",
            """update "L" set "C" = 'text', "B" = HEXTORAW('00FF') where "ID" = '1';""",
            """insert into "L"("ID","C","B") values ('2',EMPTY_CLOB(),NULL);""",
            """update "L" set "C" = 'other' where "ID" = '2';""",
            """delete from "L" where "ID" = '1';""",
        ]

    def test_large_objects_out_of_the_row(self, miner: Miner, writer: UserSession) -> None:
        writer.run("CREATE TABLE l (id NUMBER PRIMARY KEY, c CLOB, b BLOB)")
        writer.run("ALTER TABLE l ADD SUPPLEMENTAL LOG DATA (PRIMARY KEY) COLUMNS")
        first = miner.scn()
        committed(
            writer,
            "INSERT INTO l VALUES (1, RPAD(TO_CLOB('x'), 2500, 'x'), NULL)",
            "UPDATE l SET b = TO_BLOB(UTL_RAW.CAST_TO_RAW(RPAD('y', 2000, 'y')))",
        )
        miner.start(first + 1)
        found = miner.contents("operation, operation_code, sql_redo, status", "seg_name = 'L'")
        short = without_owner(writer)
        codes = [("INSERT", "1"), *[("SELECT_LOB_LOCATOR", "9"), *[("LOB_WRITE", "10")] * 3]]
        codes += [("SELECT_LOB_LOCATOR", "9"), *[("LOB_WRITE", "10")] * 2]
        assert [row[:2] for row in found if row[0] != "DDL"] == codes
        assert {row[3] for row in found} == {"0"}
        redo = [short(row[2]) for row in found if row[0] != "DDL"]
        assert redo[1].endswith(
            """BEGIN\n select "C" into loc_c from "L" where "ID" = '1' for update;"""
        )
        assert redo[2] == (
            f" buf_c := '{'x' * 1000}'; \n  dbms_lob.write(loc_c, 1000, 1, buf_c);\nend;"
        )
        assert "dbms_lob.write(loc_c, 500, 2001, buf_c)" in redo[4]
        assert redo[6].startswith(f" buf_b := HEXTORAW('{'79' * 1000}');")

    def test_without_committed_data_only_redo_comes_as_it_was_written(
        self, miner: Miner, writer: UserSession, table: int
    ) -> None:
        other = miner.open(writer.session.user)
        writer.run("INSERT INTO t VALUES (1, 'first', NULL)")
        committed(other, "INSERT INTO t VALUES (2, 'second', NULL)")
        committed(writer, "INSERT INTO t VALUES (3, 'third', NULL)")
        other.session.close()
        options = "DICT_FROM_ONLINE_CATALOG + NO_ROWID_IN_STMT"
        miner.start(table + 1, options=options)
        found = miner.contents("operation, scn, commit_scn, xid")
        assert [row[0] for row in found] == [
            *("START", "INSERT", "START", "INSERT", "COMMIT", "INSERT", "COMMIT"),
        ]
        assert [int(row[1]) - table for row in found] == [1, 1, 1, 1, 1, 2, 2]
        assert {row[2] for row in found} == {None}
        assert found[2][3] == found[5][3] != found[0][3]
        miner.start(table + 1, table + 1, options=options)
        assert len(miner.contents("scn")) == 5
        miner.start(table + 2, options=options)
        assert [row[0] for row in miner.contents("operation")] == ["INSERT", "COMMIT"]

    def test_unsupported_types(self, miner: Miner, writer: UserSession, table: int) -> None:
        writer.run("CREATE TABLE u (id NUMBER, j JSON)")
        committed(writer, "INSERT INTO u VALUES (1, '{}')")
        miner.start(table + 1)
        assert miner.contents(
            "operation, operation_code, sql_redo, status, info", "seg_name = 'U'"
        )[1:] == [("UNSUPPORTED", "255", "Unsupported", "2", "Unsupported data type JSON")]

    def test_without_delimiter(self, miner: Miner, writer: UserSession, table: int) -> None:
        committed(writer, "INSERT INTO t (id) VALUES (1)")
        miner.start(table + 1, options=f"{OPTIONS} + NO_SQL_DELIMITER + SKIP_CORRUPTION")
        assert miner.contents("sql_redo", "operation = 'COMMIT'") == [("commit",)]


class TestRange:
    def test_ends_are_included(self, miner: Miner, writer: UserSession) -> None:
        writer.run(_CREATE)
        scns = []
        for number in range(4):
            committed(writer, f"INSERT INTO t (id) VALUES ({number})")
            scns.append(miner.scn())
        assert [r.split("'")[1] for r in miner.redo(scns[0] + 1, scns[2])] == ["1", "2"]
        assert [r.split("'")[1] for r in miner.redo(scns[3], scns[3] + 100)] == ["3"]

    def test_a_transaction_that_began_before_the_range_shows_its_rest(
        self,
        miner: Miner,
        writer: UserSession,
        table: int,
    ) -> None:
        other = miner.open(writer.session.user)
        writer.run("INSERT INTO t VALUES (1, 'before', NULL)")
        committed(other, "INSERT INTO t VALUES (2, 'other', NULL)")
        between = miner.scn()
        committed(writer, "INSERT INTO t VALUES (3, 'after', NULL)")
        other.session.close()
        miner.start(between + 1)
        assert miner.contents("operation, start_scn") == [("INSERT", None), ("COMMIT", None)]
        miner.start(table + 1)
        assert len(miner.contents("scn", "operation = 'INSERT'")) == 3

    def test_times(self, miner: Miner, writer: UserSession) -> None:
        writer.run(_CREATE)
        time.sleep(1)  # SYSDATE of whole seconds must not be before supplemental logging
        committed(writer, "INSERT INTO t (id) VALUES (1)")
        options = " + ".join(f"DBMS_LOGMNR.{name}" for name in OPTIONS.split(" + "))
        start = (
            "BEGIN DBMS_LOGMNR.START_LOGMNR(startTime => {}, endTime => {}, options => {}); END;"
        )
        miner.session.run(start.format("SYSDATE", "SYSDATE + 1", options))
        assert miner.contents("operation", "operation = 'COMMIT'")
        long_ago = start.format("SYSDATE - 1", "SYSDATE", options)
        assert "ORA-01291" in miner.session.fails(long_ago)
        assert "ORA-01282" in miner.session.fails(start.format("SYSDATE", "SYSDATE - 1", options))

    def test_a_transaction_that_was_open_when_the_log_was_read(
        self,
        miner: Miner,
        writer: UserSession,
        table: int,
    ) -> None:
        other = miner.open(writer.session.user)
        writer.run("INSERT INTO t VALUES (1, 'early', NULL)")
        ((oldest,),) = miner.administrator.rows("SELECT MIN(start_scn) FROM v$transaction")
        committed(other, "INSERT INTO t VALUES (2, 'other', NULL)")
        other.session.close()
        assert len(miner.redo(table + 1)) == 1
        committed(writer, "INSERT INTO t VALUES (3, 'late', NULL)")
        miner.start(int(oldest))
        found = miner.contents("scn, start_scn, sql_redo", "operation = 'INSERT'")
        assert [row[2].split("'")[3] for row in found] == ["other", "early", "late"]
        assert [int(row[0]) - table for row in found] == [1, 1, 2]
        assert {int(row[1]) - table for row in found} == {1}

    def test_what_is_committed_later_is_seen(
        self,
        miner: Miner,
        writer: UserSession,
        table: int,
    ) -> None:
        miner.start(table + 1)
        assert miner.contents("sql_redo") == []
        committed(writer, "INSERT INTO t (id) VALUES (1)")
        assert len(miner.contents("sql_redo")) == 3
