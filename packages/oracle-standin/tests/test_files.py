"""Directories, BFILE values and SDO_GEOMETRY columns, through the driver."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.standin


@pytest.fixture
def cursor(oracle_database: OracleDatabase, fresh_schema: str) -> Iterator[oracledb.Cursor]:
    with closing(oracle_database.connect(fresh_schema)) as connection:
        yield connection.cursor()


@pytest.fixture
def directory(
    oracle_database: OracleDatabase, fresh_schema: str, tmp_path: Path
) -> Iterator[tuple[str, Path]]:
    """Give a directory that the fresh schema's user may read, and its folder."""
    name = f"{fresh_schema}_DIR"
    oracle_database.administer(
        f"CREATE DIRECTORY {name} AS '{tmp_path}'",
        f"GRANT READ ON DIRECTORY {name} TO {fresh_schema}",
    )
    yield name, tmp_path
    oracle_database.administer(f"DROP DIRECTORY IF EXISTS {name}")


def bfile(cursor: oracledb.Cursor, directory: str, name: str) -> oracledb.LOB:
    (found,) = cursor.execute("SELECT BFILENAME(:1, :2) FROM dual", [directory, name]).fetchone()
    assert isinstance(found, oracledb.LOB)
    return found


def code(cursor: oracledb.Cursor, statement: str, *binds: Any) -> str:
    with pytest.raises(oracledb.DatabaseError) as caught:
        cursor.execute(statement, binds)
    return str(caught.value.args[0].full_code)


def test_a_column_of_files_is_stored_and_described(cursor: oracledb.Cursor) -> None:
    cursor.execute("CREATE TABLE docs (id NUMBER(9), doc BFILE)")
    cursor.execute("INSERT INTO docs VALUES (1, BFILENAME('NOWHERE', 'a.txt'))")
    cursor.execute("INSERT INTO docs VALUES (2, NULL)")
    cursor.execute("SELECT doc FROM docs ORDER BY id")
    assert cursor.description is not None
    assert cursor.description[0].type_code is oracledb.DB_TYPE_BFILE
    (first,), (second,) = cursor.fetchall()
    assert first.getfilename() == ("NOWHERE", "a.txt")
    assert second is None
    cursor.execute("UPDATE docs SET doc = :1 WHERE id = 2", [first])
    cursor.execute("CREATE TABLE copies AS SELECT * FROM docs")
    (names,) = {lob.getfilename() for (lob,) in cursor.execute("SELECT doc FROM copies")}
    assert names == ("NOWHERE", "a.txt")
    cursor.execute(
        "SELECT table_name, data_type, data_type_owner, data_length, data_precision"
        " FROM user_tab_columns WHERE column_name = 'DOC' ORDER BY 1"
    )
    assert cursor.fetchall() == [
        ("COPIES", "BFILE", None, 530, None),
        ("DOCS", "BFILE", None, 530, None),
    ]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("INSERT INTO docs VALUES (1, 'a.txt')", "ORA-00932"),
        ("INSERT INTO docs (name) SELECT doc FROM docs", "ORA-00932"),
        ("SELECT * FROM docs WHERE doc = BFILENAME('A', 'b')", "ORA-00932"),
        ("SELECT doc || 'x' FROM docs", "ORA-00932"),
        ("SELECT DISTINCT doc FROM docs", "ORA-22848"),
        ("SELECT TO_NUMBER(doc) FROM docs", "ORA-00932"),
        ("CREATE INDEX i ON docs (doc)", "ORA-02327"),
        ("SELECT BFILENAME(NULL, 'x') FROM dual", "ORA-03001"),
    ],
)
def test_a_file_is_no_text_and_not_compared(
    cursor: oracledb.Cursor, statement: str, expected: str
) -> None:
    cursor.execute("CREATE TABLE docs (id NUMBER(9), doc BFILE, name VARCHAR2(100))")
    cursor.execute("INSERT INTO docs VALUES (1, BFILENAME('NOWHERE', 'a.txt'), 'x')")
    wanted = statement.replace("VALUES (1, 'a.txt')", "(id, doc) VALUES (1, 'a.txt')")
    assert code(cursor, wanted) == expected


def test_a_file_is_read(cursor: oracledb.Cursor, directory: tuple[str, Path]) -> None:
    name, folder = directory
    content = bytes(range(256)) * 400
    (folder / "a.bin").write_bytes(content)
    (folder / "b.bin").write_bytes(b"other")
    lob = bfile(cursor, name, "a.bin")
    assert lob.size() == len(content)
    assert lob.read() == content
    assert lob.read(255, 3) == b"\xfe\xff\x00"
    assert not lob.isopen()
    lob.open()
    assert lob.isopen()
    lob.close()
    lob.setfilename(name, "b.bin")
    assert lob.read() == b"other"


def test_what_cannot_be_read(
    oracle_database: OracleDatabase, cursor: oracledb.Cursor, directory: tuple[str, Path]
) -> None:
    name, folder = directory
    (folder / "inner").mkdir()
    (folder / "inner" / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(folder / "inner" / "secret.txt")
    bfile(cursor, name, "missing.txt").fileexists()
    for file, expected in (
        ("missing.txt", "ORA-22288"),
        ("link.txt", "ORA-22288"),
        ("inner", "ORA-22288"),
        ("inner/secret.txt", "ORA-03001"),
        ("../x", "ORA-03001"),
    ):
        with pytest.raises(oracledb.DatabaseError, match=expected):
            bfile(cursor, name, file).read()
    oracle_database.administer(f"CREATE DIRECTORY {name}2 AS '{folder}'")
    with pytest.raises(oracledb.DatabaseError, match="ORA-22286"):
        bfile(cursor, f"{name}2", "missing.txt").fileexists()
    oracle_database.administer(f"DROP DIRECTORY {name}2")
    for call in ("fileexists", "read", "size"):
        with pytest.raises(oracledb.DatabaseError, match="ORA-22285"):
            getattr(bfile(cursor, f"{name}2", "missing.txt"), call)()


def test_a_session_has_ten_files_open_at_most(
    cursor: oracledb.Cursor, directory: tuple[str, Path]
) -> None:
    name, folder = directory
    for number in range(11):
        (folder / str(number)).touch()
    for number in range(10):
        bfile(cursor, name, str(number)).open()
    with pytest.raises(oracledb.DatabaseError, match="ORA-22290"):
        bfile(cursor, name, "10").open()
    with pytest.raises(oracledb.DatabaseError, match="ORA-22289"):
        bfile(cursor, name, "10").close()


def test_directories_and_their_privileges(
    oracle_database: OracleDatabase, fresh_schema: str, cursor: oracledb.Cursor, tmp_path: Path
) -> None:
    name = f"{fresh_schema}_D"
    assert code(cursor, f"CREATE DIRECTORY {name} AS '/tmp'") == "ORA-01031"
    oracle_database.administer(f"CREATE DIRECTORY {name} AS '/nowhere'")
    with pytest.raises(oracledb.DatabaseError, match="ORA-00955"):
        oracle_database.administer(f"CREATE DIRECTORY {name} AS '/tmp'")
    listed = "SELECT owner, directory_path FROM all_directories WHERE directory_name = :1"
    assert cursor.execute(listed, [name]).fetchall() == []
    assert code(cursor, f"GRANT READ ON DIRECTORY {name} TO public") == "ORA-22930"
    assert code(cursor, "GRANT READ ON DIRECTORY no_such_one TO public") == "ORA-22930"
    assert code(cursor, f"DROP DIRECTORY {name}") == "ORA-01031"
    oracle_database.administer(
        f"GRANT READ, WRITE ON DIRECTORY {name} TO {fresh_schema}",
        f"REVOKE WRITE ON DIRECTORY {name} FROM {fresh_schema}",
        f"CREATE OR REPLACE DIRECTORY {name} AS '{tmp_path}'",
    )
    assert cursor.execute(listed, [name]).fetchall() == [("SYS", str(tmp_path))]
    assert code(cursor, f"GRANT READ ON DIRECTORY {name} TO public") == "ORA-01031"
    cursor.execute("SELECT owner, privilege, grantor, type FROM user_tab_privs")
    assert cursor.fetchall() == [("SYS", "READ", "SYS", "DIRECTORY")]
    cursor.execute(
        "SELECT owner, object_type, status FROM all_objects WHERE object_name = :1", [name]
    )
    assert cursor.fetchall() == [("SYS", "DIRECTORY", "VALID")]
    for statement, expected in (
        (f"GRANT SELECT ON DIRECTORY {name} TO {fresh_schema}", "ORA-22928"),
        (f"REVOKE EXECUTE ON DIRECTORY {name} FROM {fresh_schema}", "ORA-01927"),
    ):
        with pytest.raises(oracledb.DatabaseError, match=expected):
            oracle_database.administer(statement)
    oracle_database.administer(f"DROP DIRECTORY {name}")
    with pytest.raises(oracledb.DatabaseError, match="ORA-04043"):
        oracle_database.administer(f"DROP DIRECTORY {name}")
    assert cursor.execute("SELECT * FROM user_tab_privs").fetchall() == []


def test_a_geometry_has_a_column_and_no_value(cursor: oracledb.Cursor) -> None:
    cursor.execute(
        "CREATE TABLE places (id NUMBER(9), a SDO_GEOMETRY, b MDSYS.SDO_GEOMETRY NOT NULL,"
        ' c "MDSYS"."SDO_GEOMETRY")'
    )
    assert code(cursor, "INSERT INTO places VALUES (1, NULL, NULL, NULL)") == "ORA-01400"
    cursor.execute("ALTER TABLE places MODIFY b NULL")
    cursor.execute("INSERT INTO places VALUES (1, NULL, NULL, NULL)")
    assert cursor.execute("SELECT id FROM places WHERE a IS NULL").fetchall() == [(1,)]
    assert cursor.execute("SELECT COUNT(*), COUNT(a) FROM places").fetchone() == (1, 0)
    assert code(cursor, "INSERT INTO places (a) VALUES ('POINT (1 2)')") == "ORA-00932"
    with pytest.raises(oracledb.DatabaseError, match=r"MDSYS\.SDO_GEOMETRY is not in"):
        cursor.execute("SELECT * FROM places")
    cursor.execute(
        "SELECT column_name, data_type, data_type_owner, data_length FROM user_tab_columns"
        " WHERE column_name <> 'ID' ORDER BY column_id"
    )
    assert cursor.fetchall() == [
        ("A", "SDO_GEOMETRY", "PUBLIC", 1),
        ("B", "SDO_GEOMETRY", "MDSYS", 1),
        ("C", "SDO_GEOMETRY", "MDSYS", 1),
    ]
