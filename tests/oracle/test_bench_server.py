"""The bench server, driven by the real driver and by the two plugins."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import oracledb
import pyarrow as pa
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.standin

ROWS = 25_000
DISTINCT = 10_000


def start(*options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "oracle_standin", "bench", *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture(scope="module")
def ready() -> Iterator[dict[str, Any]]:
    with start("--rows", str(ROWS)) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            assert process.stderr is not None
            errors = process.stderr.read().splitlines()
    assert process.returncode == 0
    assert len(errors) == 1
    stopped = json.loads(errors[0])
    assert stopped["event"] == "stopped" and 0 < stopped["cpu_seconds"] < 60


@pytest.fixture
def connection(ready: dict[str, Any]) -> Iterator[oracledb.Connection]:
    opened = oracledb.connect(user="bench", password="bench", dsn=ready["dsn"])
    with closing(opened):
        yield opened


@pytest.fixture
def cursor(connection: oracledb.Connection) -> Iterator[oracledb.Cursor]:
    with connection.cursor() as opened:
        yield opened


def one(cursor: oracledb.Cursor, sql: str) -> Any:
    cursor.execute(sql)
    row = cursor.fetchone()
    assert row is not None
    return row[0]


def names(cursor: oracledb.Cursor) -> list[str]:
    return [column.name for column in cursor.description or ()]


@pytest.fixture
def table(cursor: oracledb.Cursor) -> Iterator[str]:
    cursor.execute("CREATE TABLE t (id NUMBER(9) PRIMARY KEY, s VARCHAR2(1000), ns NVARCHAR2(20))")
    yield "t"
    cursor.execute("DROP TABLE t")


class TestReads:
    def test_every_row_arrives_and_the_distinct_ones_repeat(self, cursor: oracledb.Cursor) -> None:
        cursor.arraysize = 777
        rows = cursor.execute("SELECT * FROM wide10").fetchall()
        assert len(rows) == ROWS
        assert [row[0] for row in rows[:DISTINCT]] == list(range(1, DISTINCT + 1))
        assert rows[DISTINCT : 2 * DISTINCT] == rows[:DISTINCT]
        assert rows[2 * DISTINCT :] == rows[: ROWS - 2 * DISTINCT]

    def test_one_fetch_may_go_round_more_than_once(self, cursor: oracledb.Cursor) -> None:
        cursor.prefetchrows = ROWS + 1
        rows = cursor.execute("SELECT id FROM bench.wide10").fetchall()
        assert [row[0] for row in rows] == [i % DISTINCT + 1 for i in range(ROWS)]

    def test_any_list_of_expressions(self, cursor: oracledb.Cursor) -> None:
        sql = 'SELECT w.note, TO_CHAR(w.id, \'FM00000\') AS "x", w.d + 1 FROM "BENCH"."WIDE10" w'
        rows = cursor.execute(sql).fetchmany(10)
        assert names(cursor) == ["NOTE", "x", "W.D+1"]
        assert rows[0][:2] == ("delivered on time 1", "00001")
        assert rows[9][0] is None

    def test_values_follow_the_session_settings(self, cursor: oracledb.Cursor) -> None:
        sql = "SELECT TO_CHAR(d) FROM wide10"
        formats = ("YYYY", "MM")
        texts = []
        for mask in formats:
            cursor.execute(f"ALTER SESSION SET NLS_DATE_FORMAT = '{mask}'")
            texts.append(one(cursor, sql))
        assert texts == ["2024", "02"]

    def test_rows_arrive_as_arrow(self, connection: oracledb.Connection) -> None:
        frames = connection.fetch_df_batches("SELECT id, amount FROM wide10", size=10_000)
        assert [pa.table(frame).num_rows for frame in frames] == [10_000, 10_000, 5_000]

    def test_a_read_as_of_an_scn(self, cursor: oracledb.Cursor) -> None:
        rows = cursor.execute("SELECT id FROM wide10 AS OF SCN :scn", [1234]).fetchall()
        assert len(rows) == ROWS

    def test_count(self, cursor: oracledb.Cursor) -> None:
        assert one(cursor, "SELECT COUNT(*) AS n FROM wide10") == ROWS
        assert names(cursor) == ["N"]

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT id FROM wide10 WHERE id = 5",
            "SELECT MAX(id) FROM wide10",
            "SELECT DISTINCT id FROM wide10",
            "SELECT id FROM wide10 ORDER BY id",
            "SELECT * FROM dual CROSS JOIN wide10",
            "DELETE FROM wide10",
            "UPDATE wide10 SET id = 1",
            "INSERT INTO wide10 SELECT * FROM wide10",
            "MERGE INTO wide10 t USING dual ON (t.id = 1) WHEN MATCHED THEN UPDATE SET t.qty = 1",
        ],
    )
    def test_what_needs_other_rows_is_refused(self, cursor: oracledb.Cursor, sql: str) -> None:
        with pytest.raises(oracledb.DatabaseError, match=r"ORA-03001.*not in this stand-in"):
            cursor.execute(sql)


class TestWrites:
    @pytest.mark.parametrize("size", [1, 252, 253, 900])
    def test_array_insert_counts_rows_of_any_length(
        self, cursor: oracledb.Cursor, table: str, size: int
    ) -> None:
        rows = [(i, None if i % 7 == 0 else "x" * size, "é" * (i % 20)) for i in range(5_000)]
        cursor.setinputsizes(None, None, oracledb.DB_TYPE_NVARCHAR)
        cursor.executemany(f"INSERT INTO {table} VALUES (:1, :2, :3)", rows)
        assert cursor.rowcount == 5_000
        assert one(cursor, f"SELECT COUNT(*) FROM {table}") == 5_000

    def test_plain_rows_of_changing_length(self, cursor: oracledb.Cursor, table: str) -> None:
        rows = [(i, "x" * (i % 400)) for i in range(20_000)]
        cursor.executemany(f"INSERT INTO {table} (id, s) VALUES (:1, :2)", rows)
        assert cursor.rowcount == 20_000
        assert one(cursor, "SELECT 1 FROM dual") == 1

    def test_rollback_and_commit(self, connection: oracledb.Connection, table: str) -> None:
        cursor = connection.cursor()
        insert = f"INSERT INTO {table} (id) VALUES (:1)"
        cursor.executemany(insert, [(1,), (2,)])
        assert connection.transaction_in_progress
        connection.rollback()
        assert one(cursor, f"SELECT COUNT(*) FROM {table}") == 0
        cursor.executemany(insert, [(1,), (2,), (3,)])
        connection.commit()
        connection.rollback()
        assert one(cursor, f"SELECT COUNT(*) FROM {table}") == 3
        cursor.execute(f"TRUNCATE TABLE {table}")
        assert one(cursor, f"SELECT COUNT(*) FROM {table}") == 0

    def test_merge_and_update(self, cursor: oracledb.Cursor, table: str) -> None:
        merge = (
            f"MERGE INTO {table} t USING (SELECT :1 AS id, :2 AS s FROM dual) s ON (t.id = s.id)"
            " WHEN MATCHED THEN UPDATE SET t.s = s.s"
            " WHEN NOT MATCHED THEN INSERT (id, s) VALUES (s.id, s.s)"
        )
        cursor.executemany(merge, [(i, "x") for i in range(1_000)])
        assert cursor.rowcount == 1_000
        update = f"UPDATE {table} SET s = :1 WHERE id = :2"
        cursor.executemany(update, [("y", i) for i in range(500)], arraydmlrowcounts=True)
        assert cursor.getarraydmlrowcounts() == [1] * 500
        assert one(cursor, f"SELECT COUNT(*) FROM {table}") == 1_000

    def test_the_replayed_table_keeps_its_size(self, cursor: oracledb.Cursor) -> None:
        cursor.executemany("INSERT INTO wide10 (id) VALUES (:1)", [(1,), (2,)])
        assert cursor.rowcount == 2
        assert one(cursor, "SELECT COUNT(*) FROM wide10") == ROWS

    def test_the_first_row_meets_the_table(self, cursor: oracledb.Cursor, table: str) -> None:
        with pytest.raises(oracledb.DatabaseError, match="ORA-00942"):
            cursor.executemany("INSERT INTO nosuch VALUES (:1)", [(1,), (2,)])
        with pytest.raises(oracledb.DatabaseError, match="ORA-01400"):
            cursor.executemany(f"INSERT INTO {table} (id) VALUES (:1)", [(None,), (2,)])
        assert one(cursor, f"SELECT COUNT(*) FROM {table}") == 0

    def test_counted_rows_cannot_be_read(self, cursor: oracledb.Cursor, table: str) -> None:
        cursor.execute(f"INSERT INTO {table} (id) VALUES (1)")
        with pytest.raises(oracledb.DatabaseError, match="not in this stand-in"):
            cursor.execute(f"SELECT id FROM {table}")

    @pytest.mark.parametrize("size", [10, 300])
    def test_direct_path(self, connection: oracledb.Connection, table: str, size: int) -> None:
        rows = [(i, "x" * size, None) for i in range(3_000)]
        connection.direct_path_load("BENCH", table.upper(), ["ID", "S", "NS"], rows)
        assert one(connection.cursor(), f"SELECT COUNT(*) FROM {table}") == 3_000

    def test_rows_of_a_staging_table_are_counted_where_they_go(
        self, connection: oracledb.Connection, cursor: oracledb.Cursor, table: str
    ) -> None:
        cursor.execute("CREATE TABLE singer_stg_x (id NUMBER(9), s VARCHAR2(9))")
        rows = [(i, "x") for i in range(3_000)]
        connection.direct_path_load("BENCH", "SINGER_STG_X", ["ID", "S"], rows)
        cursor.execute(
            f"MERGE INTO {table} t USING (SELECT id, s FROM singer_stg_x) s ON (t.id = s.id)"
            " WHEN NOT MATCHED THEN INSERT (id, s) VALUES (s.id, s.s)"
        )
        assert cursor.rowcount == 3_000
        connection.commit()
        assert one(cursor, f"SELECT COUNT(*) FROM {table}") == 3_000
        cursor.execute("DROP TABLE singer_stg_x")


def test_both_plugins_run_unmodified(
    ready: dict[str, Any], tap: Plugin, target: Plugin, cursor: oracledb.Cursor
) -> None:
    config = {
        "host": ready["host"],
        "port": ready["port"],
        "service_name": ready["service_name"],
        "user": "BENCH",
        "password": "bench",
    }
    discovered = tap.run(config, "--discover")
    catalog = json.loads(discovered.stdout)
    assert [stream["tap_stream_id"] for stream in catalog["streams"]] == ["BENCH-WIDE10"]
    extracted = tap.run(config, catalog=catalog)
    assert extracted.code == 0, extracted.stderr
    assert len(extracted.records("BENCH-WIDE10")) == ROWS
    lines = extracted.stdout.replace(b'"stream":"BENCH-WIDE10"', b'"stream":"BENCH-COPY"')
    for keys, method in ((b"[]", "append-only"), (b'["ID"]', "upsert")):
        given = lines.replace(b'"key_properties":[]', b'"key_properties":' + keys)
        loaded = target.run(
            {**config, "load_method": method, "merge_strategy": "array"}, stdin=given
        )
        assert loaded.code == 0, loaded.stderr
        assert one(cursor, "SELECT COUNT(*) FROM copy") == ROWS
        cursor.execute("DROP TABLE copy")
