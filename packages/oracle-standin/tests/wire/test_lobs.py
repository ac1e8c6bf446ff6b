from __future__ import annotations

from typing import TYPE_CHECKING

import oracledb
import pytest

from tests.wire.fake_rows import LONG_TEXT

if TYPE_CHECKING:
    from tests.wire.fix_backend import FakeBackend

EXPECTED = [
    (1, "short", "öß", b"\x00\x01"),
    (2, LONG_TEXT, LONG_TEXT, bytes(range(256)) * 600),
    (3, None, None, None),
    (4, "", "", b""),
]


def test_locators(cursor: oracledb.Cursor) -> None:
    rows = cursor.execute("select * from lobs").fetchall()
    assert [
        tuple(value.read() if isinstance(value, oracledb.LOB) else value for value in row)
        for row in rows
    ] == EXPECTED
    text, _, binary = rows[1][1:]
    assert text.size() == 30000 * 4  # UTF-16 units
    assert text.read(2, 3) == "\U0001f600x"
    assert binary.size() == 256 * 600
    assert binary.read(255, 4) == b"\xfe\xff\x00\x01"
    assert binary.getchunksize() > 0
    assert text.type is oracledb.DB_TYPE_CLOB
    assert rows[1][2].type is oracledb.DB_TYPE_NCLOB


def test_locators_of_a_statement_run_again(cursor: oracledb.Cursor) -> None:
    for _ in range(3):
        rows = cursor.execute("select * from lobs").fetchall()
        assert rows[0][1].read() == "short"


def test_inline(connection: oracledb.Connection) -> None:
    with connection.cursor() as cursor:
        for _ in range(3):
            rows = cursor.execute("select * from lobs", fetch_lobs=False).fetchall()
            # An empty LOB read inline is NULL, as the driver documents for LONG.
            assert rows[:3] == EXPECTED[:3]
            assert rows[3] == (4, None, None, None)


def test_writing_through_a_stored_locator_is_refused(cursor: oracledb.Cursor) -> None:
    row = cursor.execute("select * from lobs").fetchone()
    assert row is not None
    with pytest.raises(oracledb.DatabaseError, match="not in this stand-in"):
        row[1].write("new")
    assert row[1].read() == "short"


def test_temporary_lobs(connection: oracledb.Connection, backend: FakeBackend) -> None:
    text = connection.createlob(oracledb.DB_TYPE_CLOB, "hello ü")
    text.write("more", 8)
    assert text.read() == "hello ümore"
    text.trim(5)
    assert (text.read(), text.size()) == ("hello", 5)
    text.open()
    assert text.isopen()
    with pytest.raises(oracledb.DatabaseError, match="ORA-22293"):
        text.open()
    text.close()
    assert not text.isopen()
    with pytest.raises(oracledb.DatabaseError, match="ORA-22289"):
        text.close()
    binary = connection.createlob(oracledb.DB_TYPE_BLOB)
    binary.write(b"abc", 3)
    assert binary.read() == b"\x00\x00abc"
    national = connection.createlob(oracledb.DB_TYPE_NCLOB, "日本")
    with connection.cursor() as cursor:
        cursor.execute("insert into t values (:1, :2, :3)", [text, binary, national])
    assert backend.tables["t"].rows == [(b"hello", b"\x00\x00abc", "日本".encode())]
    del text, binary, national
    connection.ping()
    with pytest.raises(oracledb.DatabaseError, match="ORA-22926"):
        connection.createlob(oracledb.DB_TYPE_CLOB, "x").trim(2)


def test_values_bound_as_lobs(cursor: oracledb.Cursor, backend: FakeBackend) -> None:
    cursor.setinputsizes(oracledb.DB_TYPE_CLOB, oracledb.DB_TYPE_BLOB, None)
    cursor.execute("insert into t values (:1, :2, :3)", [LONG_TEXT, bytes(200_000), 5])
    cursor.execute("insert into t values (:1, :2, :3)", [None, None, 6])
    stored = backend.tables["t"].rows
    assert stored[0][0] == LONG_TEXT.encode()
    assert stored[0][1] == bytes(200_000)
    assert stored[1][:2] == (None, None)


def test_an_array_of_lobs(cursor: oracledb.Cursor, backend: FakeBackend) -> None:
    cursor.setinputsizes(oracledb.DB_TYPE_CLOB, None)
    rows = [("x" * number, number) for number in range(1, 200)]
    cursor.executemany("insert into t values (:1, :2)", rows)
    assert [len(row[0] or b"") for row in backend.tables["t"].rows] == list(range(1, 200))


def test_output_type_handlers_choose_the_form(connection: oracledb.Connection) -> None:
    def as_long(cursor: oracledb.Cursor, metadata: oracledb.FetchInfo) -> oracledb.Var | None:
        if metadata.type_code is oracledb.DB_TYPE_CLOB:
            return cursor.var(oracledb.DB_TYPE_LONG, arraysize=cursor.arraysize)
        if metadata.type_code is oracledb.DB_TYPE_BLOB:
            return cursor.var(oracledb.DB_TYPE_LONG_RAW, arraysize=cursor.arraysize)
        return None

    connection.outputtypehandler = as_long
    with connection.cursor() as cursor:
        row = cursor.execute("select * from lobs").fetchone()
    assert row is not None
    assert (row[1], row[3]) == ("short", b"\x00\x01")
    assert isinstance(row[2], oracledb.LOB)
