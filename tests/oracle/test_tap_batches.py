"""BATCH messages: the same values as RECORD lines, in files that anybody's loader reads."""

from __future__ import annotations

import gzip
import json
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from oracle_standin.testing.fixtures import HR_EMPLOYEES
from singer_sdk.helpers._batch import BaseBatchFileEncoding
from singer_sdk.sinks import BatchSink
from singer_sdk.target_base import Target

from tests.fix_plugins import select

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Finished, Plugin

pytestmark = pytest.mark.oracle

ENCODINGS = [
    pytest.param("jsonl", "gzip", id="jsonl"),
    pytest.param("jsonl", "none", id="plain"),
    pytest.param("parquet", "zstd", id="parquet"),
    pytest.param("arrow", "lz4", id="arrow"),
]


def catalog_of(tap: Plugin, config: dict[str, Any], key: str = "") -> dict[str, Any]:
    done = tap.run(config, "--discover")
    assert done.code == 0, done.stderr
    return select(json.loads(done.stdout), lambda _: key)


def with_batches(
    config: dict[str, Any], folder: Path, file_format: str, compression: str | None = None
) -> dict[str, Any]:
    encoding = {"format": file_format} | ({"compression": compression} if compression else {})
    storage = {"root": folder.as_uri(), "prefix": "x-"}
    return {**config, "batch_config": {"encoding": encoding, "storage": storage}}


def path_of(url: str) -> Path:
    return Path(unquote(urlparse(url).path))


def rows_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the records of a BATCH message as JSON values."""
    rows: list[dict[str, Any]] = []
    for url in message["manifest"]:
        content = path_of(url).read_bytes()
        if message["encoding"]["format"] == "jsonl":
            is_packed = message["encoding"]["compression"] == "gzip"
            lines = gzip.decompress(content) if is_packed else content
            rows += [json.loads(line, parse_float=Decimal) for line in lines.splitlines()]
        else:
            is_parquet = message["encoding"]["format"] == "parquet"
            source = pa.BufferReader(content)
            table = pq.read_table(source) if is_parquet else pa.ipc.open_file(source).read_all()
            rows += json_values(table)
    return rows


def json_values(table: pa.Table) -> list[dict[str, Any]]:
    documents = [field.name for field in table.schema if (field.metadata or {}).get(b"singer.json")]
    return [
        {
            name: json.loads(value, parse_float=Decimal) if name in documents and value else value
            for name, value in row.items()
        }
        for row in table.to_pylist()
    ]


def comparable(record: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    """Return a record whose numbers compare by value.

    A decimal column has one scale, and one whose numbers no decimal holds is text.
    """
    return {
        name: Decimal(str(value)) if isinstance(like[name], (int, Decimal)) else value
        for name, value in record.items()
    }


def batches(done: Finished) -> list[dict[str, Any]]:
    assert done.code == 0, done.stderr
    return [message for message in done.messages() if message["type"] == "BATCH"]


@pytest.mark.parametrize(("file_format", "compression"), ENCODINGS)
def test_every_value_is_that_of_the_record(
    oracle_database: OracleDatabase,
    tap: Plugin,
    hr_schema: str,
    tmp_path: Path,
    file_format: str,
    compression: str,
) -> None:
    config = oracle_database.config(hr_schema, filter_schemas=hr_schema, array_size_rows=600)
    catalog = catalog_of(tap, config)
    plain = tap.run(config, catalog=catalog)
    folder = tmp_path / "files of batches"
    done = tap.run(with_batches(config, folder, file_format, compression), catalog=catalog)

    found: dict[str, list[dict[str, Any]]] = {}
    for message in batches(done):
        assert message["encoding"] == {"format": file_format, "compression": compression}
        found.setdefault(message["stream"], []).extend(rows_of(message))
    expected: dict[str, list[dict[str, Any]]] = {}
    for line in plain.stdout.splitlines():
        message = json.loads(line, parse_float=Decimal)
        if message["type"] == "RECORD":
            expected.setdefault(message["stream"], []).append(message["record"])
    assert sum(map(len, expected.values())) > HR_EMPLOYEES
    for stream, records in expected.items():
        assert len(found[stream]) == len(records)
        for row, record in zip(found[stream], records, strict=True):
            assert comparable(row, record) == comparable(record, record)
    assert not list(folder.glob(".*"))
    assert all(path.name.startswith("x-") for path in folder.iterdir())


def test_a_state_follows_the_manifest_that_it_covers(
    oracle_database: OracleDatabase, tap: Plugin, hr_schema: str, tmp_path: Path
) -> None:
    tables = f"{hr_schema}.EMPLOYEES"
    config = oracle_database.config(hr_schema, filter_tables=tables, array_size_rows=200)
    catalog = catalog_of(tap, config, "UPDATED_AT")
    config["parallelism"] = 2
    done = tap.run(with_batches(config, tmp_path, "jsonl"), catalog=catalog)

    newest, checked = None, 0
    for message in done.messages():
        if message["type"] == "BATCH":
            newest = rows_of(message)[-1]["UPDATED_AT"]
        elif message["type"] == "STATE" and newest is not None:
            bookmark = message["value"]["bookmarks"][f"{hr_schema}-EMPLOYEES"]
            assert bookmark["replication_key_value"] == newest
            checked += 1
    assert checked >= 10


class CollectingSink(BatchSink):
    """Keeps what the SDK's own loader reads."""

    rows: list[dict[str, Any]] = []  # noqa: RUF012 - one for the test

    def process_batch(self, context: Any) -> None:
        self.rows.extend(context["records"])


class CollectingTarget(Target):
    name = "target-collecting"
    default_sink_class = CollectingSink
    config_jsonschema = {"type": "object", "properties": {}}  # noqa: RUF012


@pytest.mark.parametrize("file_format", ["jsonl", "parquet"])
def test_the_loader_of_the_sdk_reads_the_files(
    oracle_database: OracleDatabase, tap: Plugin, hr_schema: str, tmp_path: Path, file_format: str
) -> None:
    config = oracle_database.config(hr_schema, filter_tables=f"{hr_schema}.EMPLOYEES")
    catalog = catalog_of(tap, config)
    done = tap.run(with_batches(config, tmp_path, file_format), catalog=catalog)
    (schema,) = [message for message in done.messages() if message["type"] == "SCHEMA"]
    CollectingSink.rows.clear()
    sink = CollectingSink(CollectingTarget(), schema["stream"], schema["schema"], ["EMPLOYEE_ID"])
    for message in batches(done):
        encoding = BaseBatchFileEncoding.from_dict(dict(message["encoding"]))
        sink.process_batch_files(encoding, message["manifest"])

    assert len(CollectingSink.rows) == HR_EMPLOYEES
    assert len({row["EMPLOYEE_ID"] for row in CollectingSink.rows}) == HR_EMPLOYEES


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"stream_maps": {"A": {"x": "1"}}}, "a stream map changes one record at a time"),
        ({"flattening_enabled": True, "flattening_max_depth": 1}, "flattening changes one record"),
        ({"emit_activate_version_messages": True}, "carries no version"),
    ],
)
def test_what_needs_records_is_refused(
    oracle_database: OracleDatabase,
    tap: Plugin,
    hr_schema: str,
    tmp_path: Path,
    settings: dict[str, Any],
    reason: str,
) -> None:
    config = oracle_database.config(hr_schema, filter_schemas=hr_schema, **settings)
    done = tap.run(with_batches(config, tmp_path, "jsonl"))

    assert done.code == 2
    assert reason in done.errors()[0]


def test_numbers_of_every_size_and_documents(
    oracle_database: OracleDatabase, tap: Plugin, fresh_schema: str, tmp_path: Path
) -> None:
    values = ["1E-130", "9.99E125", "0", "-0.5", "123456789012345678901234567890.123", "7"]
    document_type = "JSON" if oracle_database.release >= 21 else "VARCHAR2(40)"
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "CREATE TABLE t (id NUMBER(5) PRIMARY KEY, n NUMBER, i NUMBER(38),"
            f" j {document_type}, e CLOB)"
        )
        for number, value in enumerate(values):
            cursor.execute(
                f"INSERT INTO t VALUES ({number}, {value}, {10**37 + number},"
                f""" '{{"a": [{number}, null, 0.10]}}', EMPTY_CLOB())"""
            )
        connection.commit()
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    done = tap.run(with_batches(config, tmp_path, "parquet"), catalog=catalog_of(tap, config))
    rows = [row for message in batches(done) for row in rows_of(message)]
    rows.sort(key=lambda row: int(row["ID"]))

    assert [Decimal(row["N"]) for row in rows] == [Decimal(value) for value in values]
    assert [int(row["I"]) for row in rows] == [10**37 + number for number in range(6)]
    documents = [row["J"] for row in rows]
    if document_type != "JSON":
        documents = [json.loads(text, parse_float=Decimal) for text in documents]
    assert documents == [{"a": [number, None, Decimal("0.10")]} for number in range(6)]
    assert {row["E"] for row in rows} == {""}
