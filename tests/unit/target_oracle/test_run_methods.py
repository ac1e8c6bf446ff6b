"""Load methods, keys and schemas of a run."""

from __future__ import annotations

import oracledb
import pytest

from target_oracle.errors import LoadError, TableMismatchError
from tests.unit.target_oracle.fake_run import Harness, record, schema


def test_repeated_keys_are_folded_and_the_last_wins() -> None:
    harness = Harness()
    harness.read(schema(), *(record(n, record={"a": str(i)}) for i, n in enumerate([1, 2, 1])))
    harness.run.finish()
    assert harness.session.loaded() == [(2, "1"), (1, "2")]


def test_append_only_keeps_all_and_makes_no_key() -> None:
    harness = Harness(load_method="append-only")
    harness.read(schema(), record(1), record(1))
    harness.run.finish()
    assert harness.session.words() == ["ddl", "INSERT", "commit"]
    assert harness.session.loaded() == [(1, None), (1, None)]
    assert harness.session.specs[0].keys == ()


def test_no_keys_means_append() -> None:
    harness = Harness()
    harness.read(schema(keys=()), record(1))
    harness.run.finish()
    assert harness.session.words() == ["ddl", "INSERT", "commit"]


def test_overwrite_without_staging_is_refused_before_anything_is_touched() -> None:
    with pytest.raises(LoadError, match="overwrite needs staging"):
        Harness(load_method="overwrite").read(schema(), record(1))


def test_long_values_are_updated_then_inserted() -> None:
    harness = Harness(text_without_length="clob")
    harness.session.counts = [1, 0]
    body = {"type": ["string", "null"]}
    rows = [record(n, record={"b": "x" * 5000}) for n in (1, 2)]
    harness.read(schema(b=body), *rows)
    harness.run.finish()
    assert harness.session.words() == ["ddl", "UPDATE", "INSERT", "commit"]
    assert [row[0] for row in harness.session.loaded()] == [2]
    assert harness.session.sizes[-1][0] is oracledb.DB_TYPE_LONG


def test_a_new_schema_first_commits_the_rows_of_the_old() -> None:
    harness = Harness()
    harness.read(schema(), record(1), schema(), record(2), schema(b={"type": "integer"}), record(3))
    harness.run.finish()
    assert harness.session.words() == ["ddl", "MERGE", "commit", "ddl", "MERGE", "commit"]
    assert harness.session.loaded() == [(1, None), (2, None), (3, None, None)]


def test_streams_that_meet_in_one_table_are_refused_before_a_write() -> None:
    harness = Harness()
    with pytest.raises(TableMismatchError, match=r"both become table DWH\.T"):
        harness.read(schema("HR-T"), schema("OE-T"))


def test_a_key_that_the_schema_lacks_is_refused() -> None:
    with pytest.raises(TableMismatchError, match="'nope'"):
        Harness().read(schema(keys=("nope",)))


def test_metadata_columns_are_filled() -> None:
    harness = Harness(add_record_metadata=True)
    harness.read(schema(), record(1, time_extracted="2024-01-01T00:00:00Z", version=7))
    harness.run.finish()
    names = harness.session.log[0][1]
    assert names[2:] == [
        "_SDC_EXTRACTED_AT",
        "_SDC_RECEIVED_AT",
        "_SDC_BATCHED_AT",
        "_SDC_DELETED_AT",
        "_SDC_SEQUENCE",
        "_SDC_TABLE_VERSION",
        "_SDC_SYNC_STARTED_AT",
    ]
    row = dict(zip(names, harness.session.loaded()[0], strict=True))
    assert row["_SDC_EXTRACTED_AT"] == "2024-01-01T00:00:00.000000000+00:00"
    assert row["_SDC_TABLE_VERSION"] == 7
    assert row["_SDC_DELETED_AT"] is None
    assert row["_SDC_BATCHED_AT"].endswith("+00:00")
