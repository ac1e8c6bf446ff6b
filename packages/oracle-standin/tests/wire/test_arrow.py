from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from tests.wire.fake_rows import LONG_TEXT

if TYPE_CHECKING:
    import oracledb

    from tests.wire.fix_backend import FakeBackend

MOMENT = dt.datetime(2024, 1, 2, 3, 4, 5, 6)  # noqa: DTZ001 - a wall clock


def test_fetch_all_as_arrow(connection: oracledb.Connection) -> None:
    frame = connection.fetch_df_all("select * from gen(2500)", arraysize=1000, fetch_decimals=True)
    table = pa.table(frame)
    assert table.num_rows == 2500
    assert table.column("ID").to_pylist() == list(range(2500))
    assert table.column("AMOUNT")[7].as_py() == Decimal("7.25")
    assert table.column("S1")[0].as_py() is None
    assert table.column("D")[0].as_py().isoformat() == "2024-02-29T23:59:58"


def test_fetch_batches_as_arrow(connection: oracledb.Connection) -> None:
    frames = connection.fetch_df_batches("select * from gen(2500)", size=1000)
    assert [pa.table(frame).num_rows for frame in frames] == [1000, 1000, 500]


def test_lobs_as_arrow(connection: oracledb.Connection) -> None:
    table = pa.table(connection.fetch_df_all("select * from lobs"))
    assert table.column("C").to_pylist()[:3] == ["short", LONG_TEXT, None]
    assert table.column("B").to_pylist()[0] == b"\x00\x01"


def test_a_requested_schema(connection: oracledb.Connection) -> None:
    schema = pa.schema([("N", pa.int32()), ("S", pa.large_string())])
    frame = connection.fetch_df_all("select 1, 'x' from dual", requested_schema=schema)
    assert pa.table(frame).schema.types == [pa.int32(), pa.large_string()]


def test_arrow_tables_are_bound(cursor: oracledb.Cursor) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2, None], pa.int64()),
            "s": ["a", None, "ccc"],
            "f": [1.5, None, 3.0],
            "d": pa.array([Decimal("1.23"), None, Decimal("-9.99")], pa.decimal128(10, 2)),
            "t": pa.array([MOMENT, None, MOMENT], pa.timestamp("us")),
            "b": pa.array([b"x", None, b"zz"]),
        }
    )
    cursor.executemany("insert into t values (:1, :2, :3, :4, :5, :6)", table)
    assert cursor.rowcount == 3
    rows = cursor.execute("select * from t").fetchall()
    assert rows[0] == (1, "a", 1.5, 1.23, MOMENT, b"x")
    assert rows[1] == (2, None, None, None, None, None)


@pytest.mark.parametrize("batch_size", [1000, 7000, 50_000])
def test_large_arrow_tables_are_bound_in_batches(
    cursor: oracledb.Cursor, backend: FakeBackend, batch_size: int
) -> None:
    count = 20_000
    table = pa.table({"id": list(range(count)), "s": [f"s{number}" for number in range(count)]})
    cursor.executemany("insert into t values (:1, :2)", table, batch_size=batch_size)
    rows = backend.tables["t"].rows
    assert len(rows) == count
    assert rows[-1][1] == f"s{count - 1}".encode()
