"""Files of BATCH messages in places that fsspec opens, and what is said where it cannot."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFile, MemoryFileSystem

from oracle_core.errors import ConfigurationError
from oracle_core.types import fetch_plan, parse
from oracle_core.types.plans import JsonSchemaOptions
from tap_oracle.batches import batch_encoder, batch_settings
from tap_oracle.plan import ColumnPlan, StreamPlan

NOW = dt.datetime(2024, 5, 6, tzinfo=dt.UTC)
ROWS = [(1, "one"), (2, None)]


def written(root: str, **encoding: str) -> dict[str, Any]:
    types = {"ID": parse("NUMBER(9)"), "NAME": parse("VARCHAR2(10)")}
    columns = [ColumnPlan(name, kind, fetch_plan(kind)) for name, kind in types.items()]
    config = {"batch_config": {"encoding": encoding, "storage": {"root": root, "prefix": "p-"}}}
    settings = batch_settings(config)
    assert settings is not None
    encode = batch_encoder("HR-T", StreamPlan(tuple(columns), JsonSchemaOptions()), settings)
    message: dict[str, Any] = json.loads(encode(ROWS, NOW))
    return message


def content_of(message: dict[str, Any]) -> bytes:
    (url,) = message["manifest"]
    with fsspec.open(url, "rb") as file:
        content: bytes = file.read()
    return content


def test_objects_are_written_where_fsspec_opens_them() -> None:
    lines = written("memory://bucket/a folder/", format="jsonl", compression="none")
    assert lines["manifest"][0].startswith("memory://bucket/a folder/p-HR-T-20240506T000000-")
    records = [json.loads(line) for line in content_of(lines).splitlines()]
    assert records == [{"ID": 1, "NAME": "one"}, {"ID": 2, "NAME": None}]

    parquet = content_of(written("memory://bucket", format="parquet"))
    assert pq.read_table(pa.BufferReader(parquet)).to_pylist() == records
    arrow = content_of(written("memory://bucket", format="arrow"))
    assert pa.ipc.open_file(arrow).read_all().to_pylist() == records


class NoCredentialsError(Exception):
    """As S3 raises it: neither an OSError nor a ValueError."""


def test_errors_of_a_file_system_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object, **named: object) -> MemoryFile:
        del arguments, named
        raise NoCredentialsError

    monkeypatch.setattr(MemoryFileSystem, "_open", refused)
    with pytest.raises(ConfigurationError, match=r"cannot be written \(NoCredentialsError\)"):
        written("memory://bucket")


def test_a_scheme_that_nothing_opens_is_named() -> None:
    with pytest.raises(ConfigurationError, match="extra for nowhere://"):
        written("nowhere://bucket")
