"""Files of BATCH messages in places that fsspec opens, and what is said where it cannot."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFile, MemoryFileSystem

from oracle_core.errors import ConfigurationError
from oracle_core.types import fetch_plan, parse
from oracle_core.types.plans import JsonSchemaOptions
from tap_oracle.batches import BatchSettings, batch_encoder, batch_settings, remove_unfinished
from tap_oracle.plan import ColumnPlan, StreamPlan

NOW = dt.datetime(2024, 5, 6, tzinfo=dt.UTC)
ROWS = [(1, "one"), (2, None)]


RUN, EARLIER = "019aa0c1-0000-7000-8000-00000000000a", "019aa0c1-0000-7000-8000-00000000000b"


def settings_of(root: str, prefix: str = "p-", **encoding: str) -> BatchSettings:
    config = {"batch_config": {"encoding": encoding, "storage": {"root": root, "prefix": prefix}}}
    settings = batch_settings(config)
    assert settings is not None
    return settings


def written(
    root: str, *, prefix: str = "p-", stream: str = "HR-T", **encoding: str
) -> dict[str, Any]:
    types = {"ID": parse("NUMBER(9)"), "NAME": parse("VARCHAR2(10)")}
    columns = [ColumnPlan(name, kind, fetch_plan(kind)) for name, kind in types.items()]
    plan = StreamPlan(tuple(columns), JsonSchemaOptions())
    encode = batch_encoder(stream, plan, settings_of(root, prefix, **encoding), RUN)
    message: dict[str, Any] = json.loads(encode(ROWS, NOW))
    return message


def content_of(message: dict[str, Any]) -> bytes:
    (url,) = message["manifest"]
    with fsspec.open(url, "rb") as file:
        content: bytes = file.read()
    return content


def test_objects_are_written_where_fsspec_opens_them() -> None:
    lines = written("memory://bucket/a folder/", format="jsonl", compression="none")
    name = f"memory://bucket/a folder/p-HR-T-20240506T000000-{RUN}-"
    assert lines["manifest"][0].startswith(name)
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


@pytest.mark.parametrize("prefix", ["p-", "by/day/p-", ""])
def test_a_run_removes_what_a_killed_one_had_not_finished(tmp_path: Path, prefix: str) -> None:
    """Not complete files, of which a target may have been told, nor those of a run at work."""
    complete = path_of(written(tmp_path.as_uri(), prefix=prefix))
    assert complete.parent == (tmp_path / f"{prefix}x").parent
    parts = {
        run: complete.with_name(f".{complete.name}.part".replace(RUN, run))
        for run in (RUN, EARLIER)
    }
    for part in parts.values():
        part.touch()
    assert remove_unfinished(settings_of(tmp_path.as_uri(), prefix), [EARLIER]) == 1
    assert set(complete.parent.iterdir()) == {complete, parts[RUN]}
    assert remove_unfinished(settings_of("memory://bucket"), [EARLIER]) == 0


def test_the_longest_names_make_a_file(tmp_path: Path) -> None:
    stream = f"{'É' * 64}-{'T' * 128}"
    assert path_of(written(tmp_path.as_uri(), stream=stream)).exists()


def path_of(message: dict[str, Any]) -> Path:
    (url,) = message["manifest"]
    return Path(unquote(urlparse(url).path))
