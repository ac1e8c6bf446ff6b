"""What LogMiner refuses: ranges, options, log files, sessions and missing privileges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.engine.database import Database
from oracle_standin.engine.server_facts import ServerFacts
from oracle_standin.protocol import OracleError
from tests.engine.mining import LOG_FILE, OPTIONS, Miner, committed

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


@pytest.fixture
def table(writer: UserSession, miner: Miner) -> int:
    """Make table T and return the SCN then."""
    writer.run("CREATE TABLE t (id NUMBER(5) PRIMARY KEY, name VARCHAR2(20), born DATE)")
    return miner.scn()


class TestErrors:
    def test_before_supplemental_logging(self, miner: Miner) -> None:
        (first,) = miner.session.rows("SELECT first_change#, bytes FROM v$log")
        assert "ORA-01291" in miner.start_fails(int(first[0]) - 1)
        miner.start(int(first[0]))
        miner.administrator.run("ALTER DATABASE DROP SUPPLEMENTAL LOG DATA")
        assert "not in this stand-in" in miner.start_fails(int(first[0]))
        miner.administrator.run("ALTER DATABASE ADD SUPPLEMENTAL LOG DATA")
        assert "ORA-01291" in miner.start_fails(int(first[0]))
        message = "ORA-01291"
        with pytest.raises(OracleError, match=message):
            miner.contents("scn")

    def test_redo_beyond_the_size_of_the_log_is_gone(
        self,
        miner: Miner,
        writer: UserSession,
        table: int,
        mining_database: Database,
    ) -> None:
        with mining_database.owner_connection() as owner:
            owner.execute("UPDATE ora.redo_limits SET max_bytes = 1000")
        for number in range(20):
            committed(writer, f"INSERT INTO t (id) VALUES ({number})")
        miner.start(miner.scn())
        assert "ORA-01291" in miner.start_fails(table + 1)
        first = int(miner.session.rows("SELECT first_change# FROM v$log")[0][0])
        assert table + 1 < first < miner.scn()
        miner.start(first)
        found = miner.contents("commit_scn", "operation = 'INSERT'")
        assert [int(row[0]) for row in found] == list(range(first + 1, miner.scn() + 1))
        with mining_database.owner_connection() as owner:
            owner.execute("UPDATE ora.redo_limits SET max_bytes = 209715200")

    @pytest.mark.parametrize(
        ("options", "error"),
        [
            (f"{OPTIONS} + CONTINUOUS_MINE", "ORA-44609"),
            (f"{OPTIONS} + DICT_FROM_REDO_LOGS", "ORA-01298"),
            (f"{OPTIONS} + DDL_DICT_TRACKING", "ORA-01298"),
            (f"{OPTIONS} + PRINT_PRETTY_SQL", "not in this stand-in"),
            (f"{OPTIONS} + STRING_LITERALS_IN_STMT", "not in this stand-in"),
            ("DICT_FROM_ONLINE_CATALOG + COMMITTED_DATA_ONLY", "not in this stand-in"),
            ("COMMITTED_DATA_ONLY + NO_ROWID_IN_STMT", "not in this stand-in"),
        ],
    )
    def test_options(self, miner: Miner, options: str, error: str) -> None:
        assert error in miner.start_fails(miner.scn(), options=options)

    def test_unknown_option_bits(self, miner: Miner) -> None:
        block = "BEGIN DBMS_LOGMNR.START_LOGMNR(startScn => 5, options => 128); END;"
        assert "ORA-01283" in miner.session.fails(block)

    def test_ranges(self, miner: Miner) -> None:
        assert "ORA-01281" in miner.start_fails(miner.scn(), miner.scn() - 1)
        assert "ORA-01292" in miner.start_fails(0)

    def test_log_files(self, miner: Miner) -> None:
        session = miner.session
        add = "BEGIN DBMS_LOGMNR.ADD_LOGFILE(:name, DBMS_LOGMNR.{}); END;"
        remove = "BEGIN DBMS_LOGMNR.REMOVE_LOGFILE(:name); END;"
        assert session.rows("SELECT member FROM v$logfile") == [(LOG_FILE,)]
        assert "ORA-01284" in session.fails(add.format("NEW"), name="/none.log")
        assert "ORA-01290" in session.fails(remove, name=LOG_FILE)
        session.run("BEGIN DBMS_LOGMNR.ADD_LOGFILE(logFileName => :name); END;", name=LOG_FILE)
        assert "ORA-01289" in session.fails(add.format("ADDFILE"), name=LOG_FILE)
        session.run(add.format("NEW"), name=LOG_FILE)
        assert session.rows("SELECT filename, low_scn FROM v$logmnr_logs") == [
            (LOG_FILE, *session.rows("SELECT first_change# FROM v$log")[0])
        ]
        miner.start(0)  # a named file is a range
        (parameters,) = session.rows("SELECT start_scn, end_scn, options FROM v$logmnr_parameters")
        assert parameters == (*session.rows("SELECT first_change# FROM v$log")[0], "0", "2066")
        session.run(add.format("REMOVEFILE"), name=LOG_FILE)
        assert session.rows("SELECT filename FROM v$logmnr_logs") == []
        with pytest.raises(OracleError, match="ORA-01306"):
            miner.contents("scn")

    def test_without_a_session(self, miner: Miner) -> None:
        with pytest.raises(OracleError, match="ORA-01306"):
            miner.contents("scn")
        assert "ORA-01307" in miner.session.fails("BEGIN DBMS_LOGMNR.END_LOGMNR; END;")
        miner.start(miner.scn())
        miner.end()
        with pytest.raises(OracleError, match="ORA-01306"):
            miner.contents("scn")
        with pytest.raises(OracleError, match="ORA-01306"):
            miner.session.value("DBMS_LOGMNR.MINE_VALUE(2, 'A.B.C')")

    def test_contents_are_the_sessions_own(self, miner: Miner) -> None:
        miner.start(miner.scn())
        with pytest.raises(OracleError, match="ORA-01306"):
            miner.administrator.rows("SELECT scn FROM v$logmnr_contents")

    def test_the_range_outlives_a_rollback(
        self, miner: Miner, writer: UserSession, table: int
    ) -> None:
        miner.session.run("SAVEPOINT s")
        miner.start(table + 1)
        miner.session.run("ROLLBACK")
        committed(writer, "INSERT INTO t (id) VALUES (1)")
        assert len(miner.contents("scn")) == 3

    def test_old_snapshots_are_refused(self, miner: Miner) -> None:
        miner.start(miner.scn())
        miner.session.run("SET TRANSACTION READ ONLY")
        with pytest.raises(OracleError, match="not in this stand-in"):
            miner.contents("scn")
        miner.session.run("COMMIT")

    def test_constants_are_not_for_sql(self, miner: Miner) -> None:
        assert "ORA-00904" in miner.session.fails("SELECT DBMS_LOGMNR.NEW FROM dual")


class TestPrivileges:
    def test_execute(self, miner: Miner, writer: UserSession) -> None:
        end = "BEGIN DBMS_LOGMNR.END_LOGMNR; END;"
        user = writer.session.user
        error = writer.fails(end)
        assert "ORA-06550" in error
        assert "PLS-00201: identifier 'DBMS_LOGMNR' must be declared" in error
        for privilege in ("EXECUTE ON SYS.DBMS_LOGMNR", "EXECUTE_CATALOG_ROLE"):
            miner.administrator.run(f"GRANT {privilege} TO {user}")
            assert "ORA-01307" in writer.fails(end)
            revoked = f"REVOKE {privilege} FROM {user}"
            miner.administrator.run(revoked)
            assert "PLS-00201" in writer.fails(end)
        assert "ORA-02225" in miner.administrator.fails(f"GRANT SELECT ON DBMS_LOGMNR TO {user}")

    def test_grants_show(self, miner: Miner) -> None:
        query = "SELECT owner, privilege, type FROM user_tab_privs WHERE table_name = 'DBMS_LOGMNR'"
        assert miner.session.rows(query) == [("SYS", "EXECUTE", "PACKAGE")]

    def test_logmining(self, miner: Miner, writer: UserSession) -> None:
        user = writer.session.user
        miner.administrator.run(f"GRANT EXECUTE ON DBMS_LOGMNR TO {user}")
        start = "BEGIN DBMS_LOGMNR.START_LOGMNR(startScn => 5); END;"
        assert "ORA-01031" in writer.fails(start)
        assert "ORA-00942" in writer.fails("SELECT scn FROM v$logmnr_contents")
        miner.administrator.run(f"GRANT SELECT ON V_$LOGMNR_CONTENTS TO {user}")
        with pytest.raises(OracleError, match="ORA-01031"):
            writer.rows("SELECT scn FROM v$logmnr_contents")


def test_long_names_were_unsupported_in_19() -> None:
    with Database(server=ServerFacts("19")) as database:
        database.create_user("APP", "secret")
        miner = Miner(database)
        miner.administrator.run("ALTER DATABASE ADD SUPPLEMENTAL LOG DATA")
        writer = miner.open("APP")
        writer.run(f"CREATE TABLE {'t' * 31} (id NUMBER)")
        writer.run("CREATE TABLE short (id NUMBER)")
        first = miner.scn()
        committed(writer, f"INSERT INTO {'t' * 31} VALUES (1)", "INSERT INTO short VALUES (1)")
        assert miner.redo(first + 1) == [
            "Unsupported",
            """insert into "APP"."SHORT"("ID") values ('1');""",
        ]
