"""ALTER TABLE, DROP, TRUNCATE, RENAME and constraints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import SessionInfo
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin


def _constraints(session: UserSession, table: str) -> list[tuple[str, ...]]:
    return session.rows(
        "SELECT constraint_name, constraint_type, status FROM user_constraints"
        f" WHERE table_name = '{table}' AND generated = 'USER NAME' ORDER BY 1"
    )


@pytest.mark.parametrize(
    ("column", "value", "change", "error"),
    [
        ("NUMBER(5)", "1", "NUMBER(3)", "ORA-01440"),
        ("NUMBER(5)", "1", "NUMBER(6,2)", "ORA-01440"),
        ("NUMBER(5)", "1", "VARCHAR2(5)", "ORA-01439"),
        ("NUMBER", "1", "NUMBER(5)", "ORA-01440"),
        ("VARCHAR2(5)", "'abcde'", "VARCHAR2(4)", "ORA-01441"),
        ("VARCHAR2(5)", "'abcde'", "CLOB", "ORA-22858"),
        ("VARCHAR2(5)", "'abcde'", "NUMBER", "ORA-01439"),
        ("TIMESTAMP(6)", "TIMESTAMP '2024-01-01 00:00:00'", "TIMESTAMP(3)", "ORA-30082"),
        ("TIMESTAMP(6)", "TIMESTAMP '2024-01-01 00:00:00'", "DATE", "ORA-01439"),
    ],
)
def test_modify_refuses_to_hurt_values(
    session: UserSession,
    column: str,
    value: str,
    change: str,
    error: str,
) -> None:
    session.run(f"CREATE TABLE t (c {column})")
    session.run(f"INSERT INTO t VALUES ({value})")
    assert error in session.fails(f"ALTER TABLE t MODIFY (c {change})")


@pytest.mark.parametrize(
    ("column", "value", "change", "shown"),
    [
        ("NUMBER(5)", "7", "NUMBER(7,2)", "7"),
        ("NUMBER(5)", "7", "NUMBER", "7"),
        ("VARCHAR2(5)", "'ab'", "VARCHAR2(2)", "ab"),
        ("VARCHAR2(5)", "'ab'", "VARCHAR2(5 CHAR)", "ab"),
        ("CHAR(2)", "'ab'", "VARCHAR2(9)", "ab"),
    ],
)
def test_modify_widens(
    session: UserSession,
    column: str,
    value: str,
    change: str,
    shown: str,
) -> None:
    session.run(f"CREATE TABLE t (c {column})")
    session.run(f"INSERT INTO t VALUES ({value})")
    session.run(f"ALTER TABLE t MODIFY c {change}")
    assert session.rows("SELECT c FROM t") == [(shown,)]


def test_modify_null_and_not_null(session: UserSession) -> None:
    session.run("CREATE TABLE t (a NUMBER NOT NULL, b NUMBER)")
    session.run("ALTER TABLE t MODIFY (a NULL)")
    session.run("INSERT INTO t VALUES (NULL, NULL)")
    assert "ORA-01451" in session.fails("ALTER TABLE t MODIFY a NULL")
    assert "ORA-02296" in session.fails("ALTER TABLE t MODIFY b NOT NULL")
    session.run("DELETE FROM t")
    session.run("ALTER TABLE t MODIFY b NOT NULL")
    assert "ORA-01442" in session.fails("ALTER TABLE t MODIFY b NOT NULL")
    assert "ORA-01400" in session.fails("INSERT INTO t VALUES (1, NULL)")


def test_modify_keeps_constraints_and_indexes(session: UserSession) -> None:
    session.run("CREATE TABLE p (id NUMBER(5) CONSTRAINT p_pk PRIMARY KEY)")
    session.run(
        "CREATE TABLE t (id NUMBER(5) CONSTRAINT t_fk REFERENCES p (id),"
        " a VARCHAR2(5) CONSTRAINT t_nn NOT NULL CONSTRAINT t_ck CHECK (a <> 'x'))"
    )
    session.run("CREATE INDEX t_ix ON t (UPPER(a), id)")
    constraints, indexes = (
        (
            "SELECT constraint_name, constraint_type, search_condition_vc, r_constraint_name"
            " FROM user_constraints ORDER BY 1"
        ),
        (
            "SELECT index_name, REGEXP_REPLACE(column_name, '[0-9]+', 'n'), column_position"
            " FROM user_ind_columns ORDER BY 1, 3"
        ),
    )
    before = session.rows(constraints), session.rows(indexes)
    assert (len(before[0]), len(before[1])) == (4, 3)
    session.run("ALTER TABLE t MODIFY (a VARCHAR2(9), id NUMBER(9))")
    session.run("ALTER TABLE p MODIFY (id NUMBER(9))")
    assert (session.rows(constraints), session.rows(indexes)) == before
    session.run("ALTER TABLE t MODIFY (a VARCHAR2(12) NULL)")


def test_add_and_drop_columns(session: UserSession) -> None:
    session.run("CREATE TABLE t (a NUMBER)")
    session.run("INSERT INTO t VALUES (1)")
    session.run("ALTER TABLE t ADD (b NUMBER DEFAULT 7 NOT NULL, c VARCHAR2(5))")
    assert session.rows("SELECT * FROM t") == [("1", "7", None)]
    assert "ORA-01430" in session.fails("ALTER TABLE t ADD b DATE")
    assert "ORA-01758" in session.fails("ALTER TABLE t ADD d DATE NOT NULL")
    session.run("ALTER TABLE t DROP (b, c)")
    assert "ORA-12983" in session.fails("ALTER TABLE t DROP COLUMN a")
    assert session.rows("SELECT column_name, column_id FROM user_tab_columns") == [("A", "1")]


def test_set_unused_hides_a_column_for_good(session: UserSession) -> None:
    session.run("CREATE TABLE t (a NUMBER, b NUMBER NOT NULL, c NUMBER)")
    session.run("ALTER TABLE t SET UNUSED COLUMN b")
    session.run("INSERT INTO t VALUES (1, 2)")
    assert session.rows("SELECT * FROM t") == [("1", "2")]
    hidden = session.rows(
        "SELECT user_generated FROM user_tab_cols WHERE table_name = 'T' AND hidden_column = 'YES'"
    )
    assert hidden == [("NO",)]
    session.run("ALTER TABLE t DROP UNUSED COLUMNS")
    assert session.rows("SELECT COUNT(*) FROM user_tab_cols WHERE table_name = 'T'") == [("2",)]


def test_renames_keep_what_hangs_on_a_table(session: UserSession) -> None:
    session.run("CREATE TABLE t (a VARCHAR2(3) CONSTRAINT k PRIMARY KEY)")
    session.run("COMMENT ON COLUMN t.a IS 'first'")
    session.run("ALTER TABLE t RENAME COLUMN a TO b")
    session.run("RENAME t TO u")
    assert session.rows("SELECT table_name, column_name, comments FROM user_col_comments") == [
        ("U", "B", "first")
    ]
    assert "ORA-12899" in session.fails("INSERT INTO u VALUES ('éé')")
    assert _constraints(session, "U") == [("K", "P", "ENABLED")]
    assert "ORA-00942" in session.fails("SELECT * FROM t")


def test_constraints_come_and_go(session: UserSession) -> None:
    session.run("CREATE TABLE p (id NUMBER)")
    session.run("CREATE TABLE c (id NUMBER, p_id NUMBER)")
    session.run("ALTER TABLE p ADD CONSTRAINT p_pk PRIMARY KEY (id)")
    session.run("ALTER TABLE c ADD CONSTRAINT c_fk FOREIGN KEY (p_id) REFERENCES p")
    session.run("ALTER TABLE c ADD CONSTRAINT c_ck CHECK (id > 0)")
    assert "ORA-02264" in session.fails("ALTER TABLE p ADD CONSTRAINT c_ck UNIQUE (id)")
    assert "ORA-02291" in session.fails("INSERT INTO c VALUES (1, 1)")
    assert "ORA-02290" in session.fails("INSERT INTO c VALUES (-1, NULL)")
    assert "ORA-02449" in session.fails("DROP TABLE p")
    assert "ORA-02266" in session.fails("TRUNCATE TABLE p")
    assert "ORA-02273" in session.fails("ALTER TABLE p DROP PRIMARY KEY")
    session.run("ALTER TABLE c DISABLE CONSTRAINT c_ck")
    assert _constraints(session, "C") == [("C_CK", "C", "DISABLED"), ("C_FK", "R", "ENABLED")]
    session.run("INSERT INTO c VALUES (-1, NULL)")
    session.run("COMMIT")
    assert "ORA-02293" in session.fails("ALTER TABLE c ENABLE CONSTRAINT c_ck")
    session.run("ALTER TABLE c DISABLE CONSTRAINT c_fk")
    session.run("ALTER TABLE c ENABLE CONSTRAINT c_fk")
    session.run("ALTER TABLE p DROP CONSTRAINT p_pk CASCADE")
    assert _constraints(session, "C") == [("C_CK", "C", "DISABLED")]
    session.run("INSERT INTO p VALUES (NULL)")
    session.run("DROP TABLE p PURGE")


def test_rows_that_contradict_a_new_key(session: UserSession) -> None:
    session.run("CREATE TABLE t (a NUMBER, b NUMBER)")
    session.run("INSERT INTO t VALUES (1, 1)")
    session.run("INSERT INTO t VALUES (1, 2)")
    assert "ORA-02437" in session.fails("ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (a)")
    assert "ORA-02299" in session.fails("ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)")
    assert "ORA-01452" in session.fails("CREATE UNIQUE INDEX i ON t (a)")
    session.run("CREATE UNIQUE INDEX i ON t (b)")
    assert "ORA-01408" in session.fails("CREATE INDEX j ON t (b)")
    assert "ORA-01418" in session.fails("DROP INDEX j")


def test_read_only_tables_refuse_changes(session: UserSession) -> None:
    session.run("CREATE TABLE t (a NUMBER)")
    session.run("ALTER TABLE t READ ONLY")
    assert "ORA-12081" in session.fails("INSERT INTO t VALUES (1)")
    session.run("ALTER TABLE t READ WRITE")
    session.run("INSERT INTO t VALUES (1)")


def test_if_exists_and_if_not_exists(session: UserSession) -> None:
    session.run("CREATE TABLE IF NOT EXISTS t (a NUMBER)")
    session.run("CREATE TABLE IF NOT EXISTS t (a NUMBER)")
    assert "ORA-00955" in session.fails("CREATE TABLE t (a NUMBER)")
    session.run("DROP TABLE IF EXISTS t")
    session.run("DROP TABLE IF EXISTS t")
    assert "ORA-00942" in session.fails("DROP TABLE t")


def test_supplemental_logging_shows_in_the_dictionary(session: UserSession) -> None:
    session.run("CREATE TABLE t (a NUMBER)")
    session.run("ALTER TABLE t ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS")
    assert session.rows("SELECT log_group_type FROM user_log_groups") == [("ALL COLUMN LOGGING",)]
    assert "ORA-32588" in session.fails("ALTER TABLE t ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS")
    session.run("ALTER TABLE t DROP SUPPLEMENTAL LOG DATA (ALL) COLUMNS")
    assert session.rows("SELECT log_group_type FROM user_log_groups") == []


@pytest.mark.parametrize("kind", ["ALL", "PRIMARY KEY"])
def test_supplemental_logging_leaves_flashback_alone(session: UserSession, kind: str) -> None:
    session.run("CREATE TABLE t (a NUMBER)")
    for verb in ("ADD", "DROP"):
        session.run(f"ALTER TABLE t {verb} SUPPLEMENTAL LOG DATA ({kind}) COLUMNS")
        session.run("INSERT INTO t VALUES (1)")
        session.run("COMMIT")
        scn = session.value("DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER")
        session.run("UPDATE t SET a = 2")
        session.run("DELETE FROM t")
        session.run("COMMIT")
        assert session.rows(f"SELECT a FROM t AS OF SCN {scn}") == [("1",)]


def test_supplemental_logging_of_the_database(engine_database: Database) -> None:
    administrator = UserSession(engine_database.open_session("SYSTEM", SessionInfo(7301, 1)))
    shown = (
        "SELECT supplemental_log_data_min, supplemental_log_data_pk, supplemental_log_data_all"
        " FROM v$database"
    )
    for change, flags in (
        ("ADD SUPPLEMENTAL LOG DATA (PRIMARY KEY) COLUMNS", ("IMPLICIT", "YES", "NO")),
        ("ADD SUPPLEMENTAL LOG DATA", ("YES", "YES", "NO")),
        ("ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS", ("YES", "YES", "YES")),
        ("DROP SUPPLEMENTAL LOG DATA (ALL, PRIMARY KEY) COLUMNS", ("YES", "NO", "NO")),
        ("DROP SUPPLEMENTAL LOG DATA", ("NO", "NO", "NO")),
    ):
        administrator.run(f"ALTER DATABASE {change}")
        assert administrator.rows(shown) == [flags]
    administrator.run("ALTER DATABASE ADD SUPPLEMENTAL LOG DATA (UNIQUE) COLUMNS")
    assert "ORA-32589" in administrator.fails("ALTER DATABASE DROP SUPPLEMENTAL LOG DATA")
    administrator.run("ALTER DATABASE DROP SUPPLEMENTAL LOG DATA (UNIQUE) COLUMNS")
    assert administrator.rows(shown) == [("NO", "NO", "NO")]
    administrator.session.close()


def test_sequences_count(session: UserSession) -> None:
    session.run("CREATE SEQUENCE s START WITH 5 INCREMENT BY 2 CACHE 10 MAXVALUE 1000")
    assert session.value("s.NEXTVAL") == "5"
    assert session.value("s.NEXTVAL") == "7"
    shown = session.rows(
        "SELECT min_value, max_value, increment_by, cache_size, last_number FROM user_sequences"
    )
    assert shown == [("1", "1000", "2", "10", "25")]
    session.run("ALTER SEQUENCE s INCREMENT BY 10")
    assert session.value("s.NEXTVAL") == "17"
    session.run("DROP SEQUENCE s")
    assert "ORA-02289" in session.error("s.NEXTVAL")


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("CREATE TRIGGER g BEFORE INSERT ON t BEGIN NULL; END;", "not in this stand-in"),
        ("CREATE NONSENSE x", "ORA-00901"),
        ("DROP NONSENSE x", "ORA-00950"),
        ("FROBNICATE", "ORA-00900"),
        ('CREATE SCHEMA "X"', "ORA-02420"),
        ("ALTER TABLE nothing ADD (a NUMBER)", "ORA-00942"),
        ("COMMENT ON TABLE nothing IS 'x'", "ORA-00942"),
        ("RENAME nothing TO other", "ORA-04043"),
    ],
)
def test_other_ddl_is_refused_with_oracles_code(
    session: UserSession,
    statement: str,
    error: str,
) -> None:
    assert error in session.fails(statement)


@pytest.mark.parametrize(
    "partitions",
    [
        "LIST (k) (PARTITION p1 VALUES (1, 2), PARTITION p2 VALUES (11))",
        "RANGE (k) (PARTITION p1 VALUES LESS THAN (10), PARTITION p2 VALUES LESS THAN (MAXVALUE))",
    ],
)
def test_rows_move_only_where_they_may(session: UserSession, partitions: str) -> None:
    session.run(f"CREATE TABLE p (k NUMBER, n NUMBER) PARTITION BY {partitions}")
    session.run("INSERT INTO p VALUES (1, 1)")
    session.run("UPDATE p SET k = 2, n = 2")
    for _ in range(2):
        assert session.fails("UPDATE p SET k = 11").startswith("ORA-14402")
        session.run("ALTER TABLE p ENABLE ROW MOVEMENT")
        session.run("UPDATE p SET k = 11")
        session.run("UPDATE p SET k = 1")
        session.run("ALTER TABLE p DISABLE ROW MOVEMENT")


def test_options_back_to_what_they_were(session: UserSession) -> None:
    session.run("CREATE TABLE o (a NUMBER) NOLOGGING PARALLEL 4 ROW STORE COMPRESS BASIC")
    session.run("ALTER TABLE o LOGGING")
    session.run("ALTER TABLE o NOPARALLEL")
    session.run("ALTER TABLE o NOCOMPRESS")
    shown = "SELECT logging, TRIM(degree), compression FROM user_tables"
    assert session.rows(shown) == [("YES", "1", "DISABLED")]
