"""BATCH files load as the RECORD lines of the same values do."""

from __future__ import annotations

import gzip
import json
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demo.compare import contents
from tests.fix_plugins import select
from tests.oracle.loader import ID, Loader, record_line, schema_line, state_line

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

TABLES = ("ALL_TYPES", "EMPLOYEES", "JOB_HISTORY")
LOADS = [
    pytest.param("jsonl", "upsert", id="jsonl"),
    pytest.param("parquet", "upsert", id="parquet-upsert"),
    pytest.param("arrow", "upsert", id="arrow-upsert"),
    pytest.param("arrow", "append-only", id="arrow-append"),
    pytest.param("parquet", "overwrite", id="parquet-overwrite"),
]


@pytest.fixture
def loader(target: Plugin, oracle_database: OracleDatabase, fresh_schema: str) -> Loader:
    return Loader(target, oracle_database, fresh_schema)


@pytest.mark.parametrize(("file_format", "method"), LOADS)
def test_the_table_is_that_of_the_source(
    oracle_database: OracleDatabase,
    tap: Plugin,
    target: Plugin,
    hr_schema: str,
    fresh_schema: str,
    tmp_path: Path,
    file_format: str,
    method: str,
) -> None:
    storage = {"root": tmp_path.as_uri()}
    config = oracle_database.config(
        hr_schema,
        filter_tables=[f"{hr_schema}.{table}" for table in TABLES],
        array_size_rows=10_000,
        batch_config={"encoding": {"format": file_format}, "storage": storage},
    )
    found = tap.run(config, "--discover")
    catalog = select(json.loads(found.stdout), lambda _: "")
    extracted = tap.run(config, catalog=catalog)
    assert extracted.code == 0, extracted.stderr
    assert b'"type":"BATCH"' in extracted.stdout and b'"type":"RECORD"' not in extracted.stdout
    loaded = target.run(
        oracle_database.config(
            fresh_schema,
            default_target_schema=fresh_schema,
            load_method=method,
            batch_roots=[str(tmp_path)],
            batch_delete_files=True,
        ),
        stdin=extracted.stdout,
    )
    assert loaded.code == 0, loaded.stderr
    with (
        closing(oracle_database.connect(hr_schema)) as source,
        closing(oracle_database.connect(fresh_schema)) as copy,
    ):
        if method == "append-only":  # no key, which the comparison goes by
            with copy.cursor() as cursor:
                cursor.execute("ALTER TABLE employees ADD PRIMARY KEY (employee_id)")
        for table in TABLES if method != "append-only" else ["EMPLOYEES"]:
            assert contents(source, hr_schema, table) == contents(copy, fresh_schema, table)
    assert not list(tmp_path.glob(f"*.{file_format}*"))


def batch_line(path: Path, file_format: str = "jsonl", compression: str = "none") -> str:
    encoding = {"format": file_format, "compression": compression}
    message = {"type": "BATCH", "stream": "HR-T", "encoding": encoding, "manifest": [path.as_uri()]}
    return json.dumps(message)


A = {"A": {"type": ["string", "null"], "maxLength": 5}}


def test_batches_and_records_of_a_stream_keep_their_order(loader: Loader, tmp_path: Path) -> None:
    first, second = tmp_path / "1.jsonl.gz", tmp_path / "2.arrow"
    first.write_bytes(gzip.compress(b'{"ID": 1, "A": "file"}\n{"ID": 2, "A": "file"}\n'))
    table = pa.table({"ID": pa.array([2, 3]), "A": pa.array(["arrow", "arrow"])})
    with pa.ipc.new_file(str(second), table.schema) as writer:
        writer.write_table(table)
    done = loader.load(
        schema_line({**ID, **A}),
        record_line({"ID": 1, "A": "first"}),
        batch_line(first, "jsonl", "gzip"),
        record_line({"ID": 3, "A": "old"}),
        batch_line(second, "arrow"),
        record_line({"ID": 2, "A": "last"}),
        state_line({"n": 1}),
        batch_roots=[tmp_path.as_uri()],
    )
    assert json.loads(done.stdout.splitlines()[-1]) == {"n": 1}
    assert loader.rows("SELECT id, a FROM t ORDER BY id") == [
        (1, "file"),
        (2, "last"),
        (3, "arrow"),
    ]
    assert first.exists() and second.exists()


def test_a_file_of_another_maker(loader: Loader, tmp_path: Path) -> None:
    """Columns of types that tap-oracle does not write; one is missing, one is not in the SCHEMA."""
    moment = 1_700_000_000_123_456_789
    table = pa.table(
        {
            "ID": pa.array([1, 2], pa.int8()),
            "AT": pa.array([moment, None], pa.timestamp("ns", "UTC")),
            "DAY": pa.array([19_000, None], pa.date32()),
            "N": pa.array([0.1, None]),
            "TAGS": pa.array([["a", "b"], None]),
            "MORE": pa.array([1, 2]),
        }
    )
    path = tmp_path / "x.parquet"
    pq.write_table(table, path)
    null = ["null"]
    properties = {
        **ID,
        "AT": {"type": ["string", *null], "format": "date-time", "x-sql-datatype": "TIMESTAMP(9)"},
        "DAY": {"type": ["string", *null], "format": "date"},
        "N": {"type": ["number", *null], "x-sql-datatype": "NUMBER(9,3)"},
        "TAGS": {"type": ["array", *null], "items": {"type": "string"}},
        "GONE": {"type": ["string", *null], "maxLength": 5},
    }
    lines = schema_line(properties), batch_line(path, "parquet", "snappy")
    loader.load(*lines, batch_roots=[str(tmp_path)])
    query = (
        "SELECT id, TO_CHAR(at, 'YYYY-MM-DD HH24:MI:SS.FF9'), TO_CHAR(day, 'YYYY-MM-DD'),"
        " TO_CHAR(n), JSON_VALUE(tags, '$[1]'), gone FROM t ORDER BY id"
    )
    assert loader.rows(query) == [
        (1, "2023-11-14 22:13:20.123456789", "2022-01-08", ".1", "b", None),
        (2, None, None, None, None, None),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"ID": 1}\n{"ID": "secret"}\n', "line 2"),
        (b'{"ID": 1}\n{"A": "secret"}\n', "key property 'ID' is missing"),
        (b'{"ID": 1, "A": "x"}\n{"ID": 2, "A": "secret-too-long"}\n', "line 2 of the file x.jsonl"),
        (b'{"ID": 1}\n{"ID": 2, "A": "secr', "not valid JSON"),
    ],
)
def test_a_refused_row_of_a_file(
    loader: Loader, tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    integer = {"ID": {"type": "integer"}, "A": {**A["A"], "x-sql-datatype": "CHAR(5)"}}
    keys = ("ID", "A") if b"too-long" in content else ("ID",)
    error = loader.error(schema_line(integer, keys), batch_line(path), batch_roots=[str(tmp_path)])
    assert reason in error
    assert "x.jsonl" in error
    assert "secr" not in error


def test_files_elsewhere_and_broken_files(loader: Loader, tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    outside = tmp_path / "secret.jsonl"
    outside.write_bytes(b'{"ID": 1}\n')
    (inside / "link.jsonl").symlink_to(outside)
    cut = inside / "cut.gz"
    cut.write_bytes(gzip.compress(b'{"ID": 1}\n' * 1000)[:-20])
    wrong = inside / "wrong.parquet"
    wrong.write_bytes(b"no parquet at all")
    schema = schema_line(ID)
    for path in (outside, inside / "link.jsonl", inside / ".." / "secret.jsonl"):
        assert "outside batch_roots" in loader.error(
            schema, batch_line(path), batch_roots=[str(inside)]
        )
    assert "outside batch_roots" in loader.error(schema, batch_line(outside))
    for path, encoding in ((cut, ("jsonl", "gzip")), (wrong, ("parquet", "none"))):
        error = loader.error(schema, batch_line(path, *encoding), batch_roots=[str(inside)])
        assert path.name in error
    missing = loader.error(schema, batch_line(inside / "gone"), batch_roots=[str(inside)])
    assert "the file gone of a BATCH cannot be read" in missing


def test_a_stream_map_sees_the_rows_of_a_table(loader: Loader, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"ID": [1, 2], "A": ["x", "y"]}), path)
    maps: dict[str, Any] = {"HR-T": {"A": "A.upper()"}}
    loader.load(
        schema_line({**ID, **A}),
        batch_line(path, "parquet"),
        batch_roots=[str(tmp_path)],
        stream_maps=maps,
    )
    assert loader.rows("SELECT id, a FROM t ORDER BY id") == [(Decimal(1), "X"), (Decimal(2), "Y")]
