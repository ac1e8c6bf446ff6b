from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import oracledb
import pyarrow as pa
import pytest

from oracle_standin.codecs import number_to_text

if TYPE_CHECKING:
    from tests.wire.fix_backend import FakeBackend

MOMENT = dt.datetime(2024, 1, 2, 3, 4, 5, 6)  # noqa: DTZ001 - a wall clock


def stored(backend: FakeBackend, table: str) -> list[Any]:
    return backend.tables[f'"SCOTT"."{table}"'].rows


def test_rows(connection: oracledb.Connection, backend: FakeBackend) -> None:
    rows = [
        (number, f"s{number}" if number % 3 else None, f"ñ{number}", MOMENT, MOMENT, number * 0.5)
        for number in range(1000)
    ]
    connection.direct_path_load(
        "SCOTT", "LOADED", ["ID", "S", "NS", "D", "T", "BD"], rows, batch_size=300
    )
    loaded = stored(backend, "LOADED")
    assert [int(number_to_text(row[0])) for row in loaded] == list(range(1000))
    assert loaded[0][1] is None
    assert loaded[7][1:3] == (b"s7", "ñ7".encode())
    assert not connection.transaction_in_progress


def test_lobs_longer_than_a_piece(connection: oracledb.Connection, backend: FakeBackend) -> None:
    lengths = [0, 1, 249, 250, 251, 32757, 32758, 32759, 40000, 200_000]
    rows = [(1, "é" * length or None, b"r", bytes(length) or None) for length in lengths]
    connection.direct_path_load("scott", "loaded", ["ID", "C", "R", "B"], rows)
    assert [row[1:] for row in stored(backend, "LOADED")] == [
        (row[1] and row[1].encode(), row[2], row[3]) for row in rows
    ]


def test_600_columns(connection: oracledb.Connection, backend: FakeBackend) -> None:
    rows = [
        tuple(f"{row}-{column}" if (row + column) % 7 else None for column in range(600))
        for row in range(20)
    ]
    connection.direct_path_load("SCOTT", "W", [f"C{number}" for number in range(600)], rows)
    assert [
        tuple(value and value.decode() for value in row) for row in stored(backend, "W")
    ] == rows


def test_arrow(connection: oracledb.Connection, backend: FakeBackend) -> None:
    count = 20_000
    table = pa.table({"id": list(range(count)), "s": [f"s{number}" for number in range(count)]})
    connection.direct_path_load("SCOTT", "LOADED", ["ID", "S"], table)
    assert len(stored(backend, "LOADED")) == count


def test_an_error_ends_the_load_and_not_the_connection(
    connection: oracledb.Connection, backend: FakeBackend
) -> None:
    with pytest.raises(oracledb.Error, match=r"DPY-8001|NULL"):
        connection.direct_path_load("SCOTT", "LOADED", ["ID", "S"], [(None, "x")])
    with pytest.raises(oracledb.IntegrityError, match="ORA-00001"):
        connection.direct_path_load("SCOTT", "LOADED", ["ID", "S"], [(1, "x"), (-1, "x")])
    assert backend.statements[-1] == "ROLLBACK TO SAVEPOINT DIRECT_PATH_LOAD"
    with pytest.raises(oracledb.DatabaseError, match="ORA-00942"):
        connection.direct_path_load("SCOTT", "NOSUCH", ["ID"], [(1,)])
    with pytest.raises(oracledb.DatabaseError, match="JSON is not in this stand-in"):
        connection.direct_path_load("SCOTT", "LOADED", ["J"], [({},)])
    connection.ping()
