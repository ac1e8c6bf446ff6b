"""Rows that are refused go to `<TABLE>_ERR` with their batch, or end the run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.oracle.loader import ID, Loader, record_line, schema_line, state_line

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

PROPERTIES: dict[str, Any] = {
    **ID,
    "A": {"type": ["string", "null"], "maxLength": 20},
    "N": {"type": ["number", "null"], "x-sql-datatype": "NUMBER(9,2)"},
}
TABLE = (
    "CREATE TABLE t (id NUMBER(18) PRIMARY KEY, a VARCHAR2(20) CHECK (a <> 'no'), n NUMBER(9,2))"
)
LINES = [
    schema_line(PROPERTIES),
    record_line({"ID": 1, "A": "yes"}),
    record_line({"ID": "x", "A": "the SCHEMA refuses it"}),
    record_line({"ID": 2, "A": "no"}),
    record_line({"ID": 3, "N": 1.005}),
    record_line({"ID": 4, "A": "yes"}),
    state_line({"n": 1}),
]
ERRORS = 'SELECT "_SDC_ERROR_CODE", "_SDC_RECORD" FROM t_err ORDER BY 1'


@pytest.fixture
def loader(target: Plugin, oracle_database: OracleDatabase, fresh_schema: str) -> Loader:
    return Loader(target, oracle_database, fresh_schema)


@pytest.mark.parametrize("method", ["upsert", "append-only"])
def test_refused_rows_are_kept_with_their_error(loader: Loader, method: str) -> None:
    loader.execute(TABLE)
    done = loader.load(*LINES, on_bad_row="table", load_method=method)

    assert loader.rows("SELECT id FROM t ORDER BY id") == [(1,), (4,)]
    errors = loader.rows(ERRORS)
    assert [code for code, _ in errors] == ["ORA-02290", "SCHEMA", "SCHEMA"]
    records = [json.loads(str(record)) for _, record in errors]
    assert records[0]["A"] == "no"
    assert {"ID": 3, "A": None, "N": 1.005} in records
    assert "3 rows were refused (on_bad_row): 3 in " in done.stderr
    assert json.loads(done.stdout) == {"n": 1}
    inserted = "SELECT SUM(rows_inserted + rows_updated) FROM singer_loads"
    assert loader.rows(inserted) == [(2,)]


@pytest.mark.parametrize("parallelism", [1, 2])
def test_refused_rows_are_counted_in_the_run(
    loader: Loader, tmp_path: Path, parallelism: int
) -> None:
    loader.execute(TABLE)
    metrics = tmp_path / "target.prom"
    done = loader.load(
        *LINES,
        on_bad_row="table",
        job_history_table="RUNS",
        metrics_file=str(metrics),
        parallelism=parallelism,
    )
    assert "2 rows of 1 streams are loaded" in done.stderr
    counts = "SELECT row_count, JSON_VALUE(details, '$.refused') FROM runs ORDER BY id"
    assert loader.rows(counts) == [(2, "3"), (2, "3")]  # the run, and its stream
    assert 'target_oracle_refused_rows_total{stream="HR-T"} 3\n' in metrics.read_text("utf-8")


def test_refused_rows_are_counted_when_the_run_fails(loader: Loader) -> None:
    """The first batch and its refused rows are committed; the second ends the run."""
    loader.execute(TABLE)
    settings = {"on_bad_row": "table", "bad_rows_max": 2, "batch_size_rows": 2}
    more = [record_line({"ID": 9, "A": "no"}), record_line({"ID": 10, "A": "no"})]
    done = loader.load(*LINES, *more, job_history_table="RUNS", code=1, **settings)
    kept = len(loader.rows(ERRORS))
    assert kept
    assert f"{kept} rows were refused (on_bad_row)" in done.stderr
    counts = "SELECT status, JSON_VALUE(details, '$.refused') FROM runs ORDER BY id"
    assert loader.rows(counts)[0] == ("FAILED", str(kept))


def test_a_refused_row_ends_the_run_by_default(loader: Loader) -> None:
    loader.execute(TABLE)
    assert "does not hold a value of type integer" in loader.error(*LINES)
    assert "ORA-02290" in loader.error(LINES[0], LINES[3])


def test_too_many_refused_rows_end_the_run(loader: Loader) -> None:
    loader.execute(TABLE)
    error = loader.error(*LINES, on_bad_row="table", bad_rows_max=2)
    assert "more than 2 rows were refused (bad_rows_max)" in error
    assert loader.rows("SELECT COUNT(*) FROM t_err") == [(0,)]
    assert loader.rows("SELECT COUNT(*) FROM t") == [(0,)]


def test_a_table_that_is_overwritten(loader: Loader) -> None:
    """What the database refuses when the rows are moved on has no single row to name."""
    loader.load(
        *(line for line in LINES if '"no"' not in line), on_bad_row="table", load_method="overwrite"
    )
    assert loader.rows("SELECT id FROM t ORDER BY id") == [(1,), (4,)]
    assert loader.rows("SELECT COUNT(*) FROM t_err") == [(2,)]


def test_refused_rows_of_an_overwrite_are_counted(loader: Loader) -> None:
    lines = [line for line in LINES if '"no"' not in line]
    done = loader.load(
        *lines, on_bad_row="table", load_method="overwrite", job_history_table="RUNS"
    )
    assert "2 rows of 1 streams are loaded" in done.stderr
    counts = "SELECT row_count, JSON_VALUE(details, '$.refused') FROM runs ORDER BY id"
    assert loader.rows(counts) == [(2, "2"), (2, "2")]


def test_rows_of_a_file_are_refused_likewise(loader: Loader, tmp_path: Path) -> None:
    loader.execute(TABLE)
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"ID": [1, None, 2], "A": ["yes", "yes", "no"]}), path)
    encoding = {"format": "parquet"}
    message = {"type": "BATCH", "stream": "HR-T", "encoding": encoding, "manifest": [str(path)]}
    loader.load(LINES[0], json.dumps(message), on_bad_row="table", batch_roots=[str(tmp_path)])
    assert loader.rows("SELECT id FROM t") == [(1,)]
    assert [code for code, _ in loader.rows(ERRORS)] == ["ORA-02290", "SCHEMA"]


def test_long_values_and_line_faults(loader: Loader) -> None:
    """UPDATE and INSERT instead of MERGE; and input that is broken still ends the run."""
    loader.execute(
        "CREATE TABLE t (id NUMBER(18) PRIMARY KEY, a CLOB, n NUMBER(9,2) CHECK (n > 0))"
    )
    schema = schema_line({**PROPERTIES, "A": {"type": "string", "x-sql-datatype": "CLOB"}})
    rows = [record_line({"ID": i, "A": "x" * 5000, "N": i - 1}) for i in range(3)]
    loader.load(schema, *rows, on_bad_row="table")
    loader.load(schema, *rows, on_bad_row="table")
    assert loader.rows("SELECT id FROM t ORDER BY id") == [(2,)]
    assert len(loader.rows("SELECT 1 FROM t_err")) == 4
    assert "not valid JSON" in loader.error(schema, rows[0][:-20], on_bad_row="table")
