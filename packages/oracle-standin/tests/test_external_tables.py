"""External tables over text files, through the driver."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.standin

PLAIN = "RECORDS DELIMITED BY NEWLINE FIELDS TERMINATED BY ','"


@dataclass
class Loading:
    """A schema, and a directory that its user may read."""

    database: OracleDatabase
    user: str
    directory: str
    folder: Path
    cursor: oracledb.Cursor

    def create(self, columns: str, parameters: str = PLAIN, rest: str = "") -> None:
        self.cursor.execute(
            f"CREATE TABLE ext ({columns}) ORGANIZATION EXTERNAL (TYPE ORACLE_LOADER"
            f" DEFAULT DIRECTORY {self.directory} ACCESS PARAMETERS ({parameters})"
            f" LOCATION ('f.csv')) {rest}"
        )

    def write(self, *lines: str, name: str = "f.csv") -> None:
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def rows(self, query: str = "SELECT * FROM ext") -> list[tuple[Any, ...]]:
        return list(self.cursor.execute(query))

    def error(self, statement: str) -> str:
        with pytest.raises(oracledb.DatabaseError) as caught:
            self.cursor.execute(statement)
        return str(caught.value)


@pytest.fixture
def loading(
    oracle_database: OracleDatabase, fresh_schema: str, tmp_path: Path
) -> Iterator[Loading]:
    directory = f"{fresh_schema}_DIR"
    oracle_database.administer(
        f"CREATE DIRECTORY {directory} AS '{tmp_path}'",
        f"GRANT READ ON DIRECTORY {directory} TO {fresh_schema}",
    )
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        yield Loading(oracle_database, fresh_schema, directory, tmp_path, cursor)
    oracle_database.administer(f"DROP DIRECTORY {directory}")


def test_rows_are_read_anew_at_each_query(loading: Loading) -> None:
    loading.create("id NUMBER(9), name VARCHAR2(20 CHAR)")
    loading.write("1,Ann", "2, é b ", "3,")
    assert loading.rows() == [(1, "Ann"), (2, " é b "), (3, None)]
    loading.write("4,Dan")
    assert loading.rows() == [(4, "Dan")]
    assert loading.rows("SELECT COUNT(*), MAX(e.id) FROM ext e WHERE id > 3") == [(1, 4)]
    assert [c.type_code for c in loading.cursor.description or ()] == [oracledb.DB_TYPE_NUMBER] * 2


def test_rows_are_read_within_older_snapshots(loading: Loading) -> None:
    loading.create("id NUMBER(9)")
    loading.write("1")
    loading.cursor.execute("SET TRANSACTION READ ONLY")
    assert loading.rows() == [(1,)]
    loading.write("2")
    assert loading.rows() == [(2,)]
    loading.cursor.connection.rollback()
    assert loading.rows() == [(2,)]


def test_a_format_is_followed(loading: Loading) -> None:
    loading.create(
        "id NUMBER(9), day DATE, note VARCHAR2(20), amount NUMBER(9,2), at TIMESTAMP(3)",
        "RECORDS DELIMITED BY '\\n' CHARACTERSET AL32UTF8 SKIP 1 NOLOGFILE NOBADFILE"
        " FIELDS TERMINATED BY ';' OPTIONALLY ENCLOSED BY '\"' MISSING FIELD VALUES ARE NULL"
        ' (id, note CHAR(10), ignored, day DATE "DD.MM.YYYY",'
        ' at CHAR(30) DATE_FORMAT TIMESTAMP MASK "YYYY-MM-DD HH24:MI:SS.FF")',
    )
    loading.write(
        "id;note;x;day;at",
        '1;"a;""b"" ";zzz;31.12.2024;2024-02-29 01:02:03.456',
        '2; c ;;"01.01.0001"',
        "3",
    )
    assert loading.rows("SELECT id, note, day, amount, at FROM ext") == [
        (1, 'a;"b" ', dt.datetime(2024, 12, 31), None, dt.datetime(2024, 2, 29, 1, 2, 3, 456000)),  # noqa: DTZ001 - Oracle's DATE has no zone
        (2, "c ", dt.datetime(1, 1, 1), None, None),  # noqa: DTZ001
        (3, None, None, None, None),
    ]


def test_dates_without_a_mask_follow_the_session(loading: Loading) -> None:
    loading.create("day DATE")
    loading.write("2024-12-31")
    assert "ORA-30653: reject limit reached" in loading.error("SELECT * FROM ext")
    loading.cursor.execute("ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD'")
    assert loading.rows() == [(dt.datetime(2024, 12, 31),)]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        ("id NUMBER(2), name VARCHAR2(5)", "100,a"),
        ("id NUMBER(2), name VARCHAR2(5)", "x,a"),
        ("id NUMBER(2), name VARCHAR2(5)", "1,abcdef"),
        ("id NUMBER(2), name VARCHAR2(5)", "1"),
        ("id NUMBER(2), name VARCHAR2(5) NOT NULL", "1,"),
        ("id NUMBER(2), name VARCHAR2(300)", "1," + "x" * 256),
    ],
)
def test_bad_rows_are_rejected_up_to_a_limit(loading: Loading, columns: str, line: str) -> None:
    loading.create(columns)
    loading.write("7,good", line)
    message = loading.error("SELECT * FROM ext")
    assert message.startswith("ORA-29913")
    assert "ORA-30653" in message
    loading.cursor.execute("DROP TABLE ext")
    loading.create(columns, rest="REJECT LIMIT 1")
    assert loading.rows() == [(7, "good")]
    loading.write(line, line)
    assert "ORA-30653" in loading.error("SELECT * FROM ext")
    loading.cursor.execute("DROP TABLE ext")
    loading.create(columns, rest="REJECT LIMIT UNLIMITED")
    assert loading.rows() == []


def test_what_cannot_be_read(loading: Loading) -> None:
    loading.create("id NUMBER(9)")
    message = loading.error("SELECT * FROM ext")
    assert message.startswith("ORA-29913")
    assert f"KUP-04040: file f.csv in {loading.directory} not found" in message
    loading.database.administer(f"CREATE OR REPLACE DIRECTORY {loading.directory} AS '/nowhere'")
    assert "KUP-04063" in loading.error("SELECT * FROM ext")
    loading.database.administer(f"REVOKE READ ON DIRECTORY {loading.directory} FROM {loading.user}")
    assert "ORA-06564" in loading.error("SELECT * FROM ext")
    loading.cursor.execute("DROP TABLE ext")
    with pytest.raises(oracledb.DatabaseError, match="ORA-06564"):
        loading.create("id NUMBER(9)")


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("INSERT INTO ext VALUES (1)", "ORA-30657"),
        ("UPDATE ext SET id = 1", "ORA-30657"),
        ("DELETE FROM ext", "ORA-30657"),
        ("MERGE INTO ext e USING dual ON (1 = 1) WHEN MATCHED THEN UPDATE SET id = 1", "ORA-30657"),
        ("TRUNCATE TABLE ext", "ORA-30657"),
        ("CREATE INDEX i ON ext (id)", "ORA-30657"),
        ("ANALYZE TABLE ext COMPUTE STATISTICS", "ORA-30657"),
        ("SELECT id FROM ext FOR UPDATE", "ORA-30657"),
        ("SELECT e.id FROM ext e JOIN dual ON 1 = 1 FOR UPDATE OF e.id", "ORA-30657"),
        ("BEGIN DBMS_STATS.GATHER_TABLE_STATS(NULL, 'EXT'); END;", "not in this stand-in"),
        ("SELECT * FROM ext AS OF SCN 1", "ORA-08187"),
        ("ALTER TABLE ext ADD (b NUMBER)", "not in this stand-in"),
        ("CREATE MATERIALIZED VIEW m AS SELECT * FROM ext", "not in this stand-in"),
    ],
)
def test_an_external_table_is_read_only(loading: Loading, statement: str, code: str) -> None:
    loading.create("id NUMBER(9)")
    loading.write("1")
    assert code in loading.error(statement)


def test_a_schema_s_statistics_leave_external_tables_out(loading: Loading) -> None:
    loading.create("id NUMBER(9)")
    loading.cursor.execute("CREATE TABLE plain (id NUMBER)")
    loading.cursor.execute("BEGIN DBMS_STATS.GATHER_SCHEMA_STATS(NULL); END;")
    assert loading.rows("SELECT table_name, num_rows FROM user_tables ORDER BY 1") == [
        ("EXT", None),
        ("PLAIN", 0),
    ]


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("(id NUMBER PRIMARY KEY) ORGANIZATION EXTERNAL (DEFAULT DIRECTORY {d})", "ORA-30657"),
        ("(id NUMBER) ORGANIZATION EXTERNAL (TYPE ORACLE_DATAPUMP DEFAULT DIRECTORY {d})", "stand"),
        ("(id NUMBER) ORGANIZATION EXTERNAL (DEFAULT DIRECTORY nowhere)", "ORA-06564"),
        (
            "(id NUMBER) ORGANIZATION EXTERNAL (DEFAULT DIRECTORY {d}"  # noqa: ISC004 - one text
            " ACCESS PARAMETERS (RECORDS FIXED 20))",
            "not in this stand-in",
        ),
    ],
)
def test_what_is_no_external_table(loading: Loading, table: str, code: str) -> None:
    assert code in loading.error(f"CREATE TABLE ext {table.format(d=loading.directory)}")


def test_views_copies_and_others_read_it(loading: Loading) -> None:
    loading.create("id NUMBER(9)")
    loading.write("1", "2")
    other = loading.database.create_user("R")
    loading.cursor.execute("CREATE VIEW seen AS SELECT id * 10 AS tenfold FROM ext")
    loading.cursor.execute("CREATE TABLE copied AS SELECT * FROM ext")
    loading.cursor.execute("INSERT INTO copied SELECT id + 5 FROM ext")
    assert loading.rows("SELECT * FROM seen") == [(10,), (20,)]
    assert loading.rows("SELECT * FROM copied ORDER BY 1") == [(1,), (2,), (6,), (7,)]
    assert loading.rows("SELECT a.id FROM ext a JOIN ext b ON b.id = a.id + 1") == [(1,)]
    read = f"SELECT * FROM {loading.user}.ext"
    with closing(loading.database.connect(other)) as connection:
        cursor = connection.cursor()
        with pytest.raises(oracledb.DatabaseError, match="ORA-00942"):
            cursor.execute(read)
        loading.cursor.execute(f"GRANT SELECT ON ext TO {other}")
        with pytest.raises(oracledb.DatabaseError, match="ORA-06564"):
            cursor.execute(read)
        loading.database.administer(f"GRANT READ ON DIRECTORY {loading.directory} TO {other}")
        assert cursor.execute(read).fetchall() == [(1,), (2,)]
    loading.database.drop_user(other)


def test_the_dictionary_knows_it(loading: Loading) -> None:
    loading.create("id NUMBER(9)", PLAIN, "REJECT LIMIT 5")
    assert loading.rows(
        "SELECT table_name, type_name, default_directory_name, reject_limit"
        " FROM user_external_tables"
    ) == [("EXT", "ORACLE_LOADER", loading.directory, "5")]
    (text,) = loading.rows("SELECT access_parameters FROM user_external_tables")[0]
    assert text.read() == PLAIN
    assert loading.rows("SELECT location, directory_name FROM user_external_locations") == [
        ("f.csv", loading.directory)
    ]
    assert loading.rows("SELECT external, tablespace_name, temporary FROM user_tables") == [
        ("YES", None, "N")
    ]
    loading.cursor.execute("RENAME ext TO other")
    assert loading.rows("SELECT table_name FROM user_external_tables") == [("OTHER",)]
    loading.cursor.execute("DROP TABLE other")
    assert loading.rows("SELECT * FROM user_external_locations") == []


def test_the_ddl_of_an_external_table_makes_it_again(loading: Loading) -> None:
    loading.create("id NUMBER(9), word VARCHAR2(9)", rest="REJECT LIMIT 7")
    loading.write("1,it's")
    facts = "SELECT default_directory_name, reject_limit FROM user_external_tables"
    before = loading.rows(facts)
    ((ddl,),) = loading.rows("SELECT DBMS_METADATA.GET_DDL('TABLE', 'EXT') FROM dual")
    text = ddl.read()
    loading.cursor.execute("DROP TABLE ext")
    loading.cursor.execute(text)
    assert loading.rows(facts) == before
    assert loading.rows() == [(1, "it's")]
