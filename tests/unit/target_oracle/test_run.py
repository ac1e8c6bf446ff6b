"""A whole run over a database that only remembers: transactions, barriers, signals, versions."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import oracledb
import pytest
from singer_sdk.mapper import PluginMapper

from oracle_core.identifiers import Identifier
from target_oracle.barrier import StateBarrier
from target_oracle.ddl import Plan, TableSpec, plan
from target_oracle.errors import LineError, LoadError, TableMismatchError
from target_oracle.reader import BulkReader
from target_oracle.run import LoadRun
from target_oracle.termination import Terminated, Termination

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from oracle_core.identifiers import TableName


class FakeCursor:
    """Keeps what it is asked to run; `counts` are what UPDATE reports."""

    def __init__(self, database: FakeSession) -> None:
        self.database = database

    def var(self, db_type: oracledb.DbType, *, size: int, arraysize: int) -> tuple[Any, ...]:
        return (db_type, size, arraysize)

    def setinputsizes(self, *sizes: Any) -> None:
        self.database.sizes = sizes

    def executemany(self, sql: str, rows: list[Any], *, arraydmlrowcounts: bool) -> None:
        if self.database.on_execute:
            self.database.on_execute()
        self.database.log.append((sql.split(maxsplit=1)[0], rows))
        self.counted = arraydmlrowcounts

    def getarraydmlrowcounts(self) -> list[int]:
        assert self.counted
        return self.database.counts

    def execute(self, sql: str, binds: list[Any]) -> None:
        self.database.log.append((sql.split(maxsplit=1)[0], binds))


class FakeSession:
    """Stands where `TargetSession` stands."""

    server_major = 19
    name_limit = 128
    own_schema = Identifier("DWH")

    def __init__(self) -> None:
        self.log: list[tuple[str, Any]] = []
        self.counts: list[int] = []
        self.sizes: tuple[Any, ...] = ()
        self.on_execute: Callable[[], None] | None = None
        self.specs: list[TableSpec] = []
        self.closed = False

    def ensure_table(self, spec: TableSpec, *, stream: str, freeze: bool) -> Plan:
        assert not self.log or self.log[-1][0] in ("commit", "ddl", "TRUNCATE"), "DDL in between"
        self.specs.append(spec)
        self.log.append(("ddl", [column.name.name for column in spec.columns]))
        return plan(spec, None, freeze=freeze, stream=stream)

    def truncate(self, table: TableName, stream: str) -> None:
        assert stream
        self.log.append(("TRUNCATE", table.table.name))

    @contextmanager
    def transaction(self, table: TableName, stream: str) -> Iterator[FakeCursor]:
        assert table.table.name in stream
        try:
            yield FakeCursor(self)
        except BaseException:
            self.log.append(("rollback", None))
            raise
        self.log.append(("commit", None))

    def close(self) -> None:
        self.closed = True

    def words(self) -> list[str]:
        return [word for word, _ in self.log]

    def loaded(self) -> list[Any]:
        return [row for word, rows in self.log if word in ("MERGE", "INSERT") for row in rows]


class Harness:
    """A run with its input, its output and a clock that stands still."""

    def __init__(self, **config: Any) -> None:
        self.session = FakeSession()
        self.lines: list[bytes] = []
        self.now = 0.0
        mapper = PluginMapper(plugin_config=config, logger=logging.getLogger("mapper"))
        self.run = LoadRun(
            config,
            mapper,
            write=self.lines.append,
            session=self.session,  # type: ignore[arg-type]
            clock=lambda: self.now,
        )

    def read(self, *messages: dict[str, Any]) -> Harness:
        data = b"".join(json.dumps(message).encode() + b"\n" for message in messages)
        BulkReader(self.run, max_line_bytes=1 << 20).read(io.BytesIO(data))
        return self


def schema(stream: str = "HR-T", *, keys: tuple[str, ...] = ("id",), **more: Any) -> dict[str, Any]:
    properties = {"id": {"type": "integer"}, "a": {"type": ["string", "null"], "maxLength": 9}}
    return {
        "type": "SCHEMA",
        "stream": stream,
        "schema": {"properties": {**properties, **more}},
        "key_properties": list(keys),
    }


def record(number: int, stream: str = "HR-T", **more: Any) -> dict[str, Any]:
    message = {"type": "RECORD", "stream": stream, "record": {"id": number}}
    message["record"].update(more.pop("record", {}))  # type: ignore[attr-defined]
    return {**message, **more}


def state(value: Any) -> dict[str, Any]:
    return {"type": "STATE", "value": value}


def test_state_follows_the_commit_that_covers_it() -> None:
    harness = Harness(batch_size_rows=2)
    harness.read(schema(), record(1), state({"n": 1}))
    assert harness.lines == []
    harness.read(record(2), record(3), state({"n": 3}))
    assert harness.lines == [b'{"n": 1}\n']
    harness.read(record(4))
    assert harness.lines == [b'{"n": 1}\n', b'{"n": 3}\n']
    harness.run.finish()
    assert harness.session.words() == ["ddl", "MERGE", "commit", "MERGE", "commit"]
    assert harness.session.closed


def test_state_waits_for_the_rows_of_every_stream() -> None:
    harness = Harness(batch_size_rows=3)
    harness.read(schema("A"), schema("B"), record(1, "A"), record(1, "B"), state({"n": 1}))
    harness.read(record(2, "A"), record(3, "A"))
    assert harness.session.words().count("commit") == 1
    assert harness.lines == []
    harness.read(record(2, "B"), record(4, "A"), record(5, "A"), state({"n": 2}))
    assert harness.lines == [b'{"n": 2}\n']


def test_state_is_not_held_longer_than_the_interval() -> None:
    harness = Harness(state_interval_seconds=30)
    harness.read(schema(), record(1), state({"n": 1}))
    harness.now = 29
    harness.run.idle()
    assert harness.lines == []
    harness.now = 31
    harness.run.idle()
    assert harness.lines == [b'{"n": 1}\n']
    harness.now = 100
    harness.read(record(2))
    harness.now = 131
    harness.read(record(3), state({"n": 3}))
    assert harness.lines == [b'{"n": 1}\n', b'{"n": 3}\n']


def test_state_with_no_rows_leaves_at_once_and_only_once() -> None:
    harness = Harness()
    harness.read(state({"n": 1}), state({"n": 1}), state({}), state({"n": 2}))
    assert harness.lines == [b'{"n": 1}\n', b'{"n": 2}\n']


def test_state_passes_through_as_it_came() -> None:
    harness = Harness()
    line = b'{"type":"STATE","value":{"f": 1.10, "big": 12345678901234567890123, "x":"\\u00e9"}}\n'
    BulkReader(harness.run, max_line_bytes=1000).read(io.BytesIO(line))
    assert harness.lines == [b'{"f": 1.10, "big": 12345678901234567890123, "x":"\\u00e9"}\n']


def test_waiting_states_are_bounded_and_the_last_stays() -> None:
    written: list[bytes] = []
    barrier = StateBarrier(written.append)
    for number in range(500):
        barrier.number(1)
        barrier.take(b'{"n":%d}' % number)
    barrier.release([])
    assert written == [b'{"n":499}\n']


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


def test_overwrite_empties_before_the_first_batch_only() -> None:
    harness = Harness(load_method="overwrite", batch_size_rows=1)
    harness.read(schema(), record(1), schema(b={"type": "integer"}), record(2))
    harness.run.finish()
    words = [word for word in harness.session.words() if word not in ("ddl", "commit")]
    assert words == ["TRUNCATE", "MERGE", "MERGE"]


def test_overwrite_with_no_rows_empties_the_table() -> None:
    harness = Harness(load_method="overwrite").read(schema())
    assert harness.session.words() == ["ddl"]
    harness.run.finish()
    assert harness.session.words() == ["ddl", "TRUNCATE"]


def test_long_values_are_updated_then_inserted() -> None:
    harness = Harness()
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


ACTIVATE = {"type": "ACTIVATE_VERSION", "stream": "HR-T", "version": 8}


def test_a_version_is_activated_with_its_last_rows_in_one_transaction() -> None:
    harness = Harness(hard_delete=True)
    harness.read(schema(), record(1, version=8), ACTIVATE, state({"n": 1}))
    assert harness.session.words() == ["ddl", "ddl", "MERGE", "DELETE", "commit"]
    assert harness.session.log[1][1][2:] == ["_SDC_DELETED_AT", "_SDC_TABLE_VERSION"]
    assert harness.session.log[3][1] == [8]
    assert harness.lines == [b'{"n": 1}\n']


def test_a_version_announced_first_is_activated_at_the_end() -> None:
    harness = Harness()
    harness.read(schema(), ACTIVATE, record(1), record(2))
    assert "UPDATE" not in harness.session.words()
    harness.run.finish()
    assert harness.session.words() == ["ddl", "ddl", "MERGE", "commit", "UPDATE", "commit"]
    assert [row[-1] for row in harness.session.loaded()] == [8, 8]


def test_versions_may_be_left_alone() -> None:
    harness = Harness(process_activate_version_messages=False)
    harness.read(schema(), record(1, version=8), ACTIVATE)
    harness.run.finish()
    assert harness.session.words() == ["ddl", "MERGE", "commit"]


def test_records_that_say_they_are_deleted_are() -> None:
    deleted: dict[str, Any] = {
        "_sdc_deleted_at": {"type": ["string", "null"], "format": "date-time"}
    }
    harness = Harness(hard_delete=True)
    gone = record(2, record={"_sdc_deleted_at": "2024-01-01T00:00:00Z"})
    harness.read(schema(**deleted), record(1), record(2), gone)
    harness.run.finish()
    assert harness.session.words() == ["ddl", "DELETE", "MERGE", "commit"]
    assert harness.session.log[1][1] == [(2,)]
    assert [row[0] for row in harness.session.loaded()] == [1]


def test_stream_maps_go_record_by_record() -> None:
    harness = Harness(stream_maps={"HR-T": {"a": "str(id * 2)", "__filter__": "id != 2"}})
    harness.read(schema(), record(1), record(2), record(3))
    harness.run.finish()
    assert harness.session.loaded() == [(1, "2"), (3, "6")]


def test_a_stream_mapped_away_is_not_loaded() -> None:
    harness = Harness(stream_maps={"HR-T": None})
    harness.read(schema(), record(1), state({"n": 1}))
    assert harness.session.words() == []
    assert harness.lines == [b'{"n": 1}\n']


def test_flattened_objects_become_columns() -> None:
    harness = Harness(flattening_enabled=True, flattening_max_depth=1)
    inner = {"type": "object", "properties": {"x": {"type": "number"}}}
    harness.read(schema(o=inner), record(1, record={"o": {"x": 1.25}}))
    harness.run.finish()
    assert harness.session.log[0][1] == ["ID", "A", "O__X"]
    assert [str(value) for value in harness.session.loaded()[0]] == ["1", "None", "1.25"]


def test_nested_values_are_json_text_and_flags_are_numbers() -> None:
    harness = Harness()
    more: dict[str, Any] = {
        "o": {"type": "object"},
        "l": {"type": "array"},
        "f": {"type": "boolean"},
        "any": {},
    }
    values = {"o": {"k": [1.5, "é"]}, "l": [], "f": True, "any": "text"}
    harness.read(schema(**more), record(1, record=values))
    harness.run.finish()
    row = harness.session.loaded()[0]
    assert json.loads(row[2]) == values["o"]
    assert row[3] == "[]"
    assert row[4] == 1
    assert row[5] == "text"


@pytest.mark.parametrize(
    ("schema_of_c", "value", "what"),
    [
        ({"type": "number", "x-sql-datatype": "NUMBER(5,2)"}, 1.234, "scale of 2"),
        ({"type": "number"}, "NaN", "NaN"),
        ({"type": "string", "format": "date-time"}, "SECRET", "date and time"),
        ({"type": "string", "contentEncoding": "base64"}, "SECRET!", "base64"),
    ],
)
def test_values_that_do_not_fit_are_refused_without_being_shown(
    schema_of_c: dict[str, Any], value: Any, what: str
) -> None:
    harness = Harness().read(schema(c=schema_of_c), record(1), record(2, record={"c": value}))
    with pytest.raises(LoadError, match=what) as caught:
        harness.run.finish()
    text = str(caught.value)
    assert "stream 'HR-T': property 'c'" in text
    assert "row 2 of the batch" in text
    assert "SECRET" not in text
    assert harness.session.words() == ["ddl"]
    assert harness.session.closed


def test_dates_are_bound_as_such_and_years_before_1_as_text() -> None:
    time = {"type": ["string", "null"], "format": "date-time"}
    more: dict[str, Any] = {"d": {**time, "x-sql-datatype": "DATE"}}
    harness = Harness(batch_size_rows=1)
    for text in ("2024-01-02T03:04:05+00:00", "-4712-01-01T00:00:00+00:00"):
        harness.read(schema(**more), record(1, record={"d": text}))
    values = [row[2] for row in harness.session.loaded()]
    assert values == [dt.datetime(2024, 1, 2, 3, 4, 5), "-4712-01-01T00:00:00"]  # noqa: DTZ001


def test_an_empty_key_is_refused() -> None:
    harness = Harness().read(schema(keys=("a",)), record(1, record={"a": ""}))
    with pytest.raises(LoadError, match="NULL in Oracle"):
        harness.run.finish()


def test_a_mapped_record_that_does_not_fit_names_its_line() -> None:
    harness = Harness(stream_maps={"HR-T": {"id": "a"}})
    with pytest.raises(LineError, match="line 2 "):
        harness.read(schema(), record(1, record={"a": "x"}))


def test_a_signal_in_a_batch_ends_the_run_after_its_commit() -> None:
    harness = Harness(batch_size_rows=2)
    termination = harness.run.termination

    def arrive() -> None:
        termination.handle(signal.SIGTERM, None)
        signal.setitimer(signal.ITIMER_REAL, 0)

    harness.session.on_execute = arrive
    harness.read(schema(), record(1), state({"n": 1}))
    more = [record(2), state({"n": 2}), record(3), record(4), state({"n": 4})]
    with pytest.raises(Terminated) as ended:
        harness.read(*more)
    assert ended.value.exit_code == 128 + signal.SIGTERM
    assert harness.session.words() == ["ddl", "MERGE", "commit"]
    assert harness.lines == [b'{"n": 1}\n', b'{"n": 2}\n']


def test_a_second_signal_ends_the_batch() -> None:
    harness = Harness(batch_size_rows=1)

    def arrive() -> None:
        harness.run.termination.handle(signal.SIGINT, None)
        signal.setitimer(signal.ITIMER_REAL, 0)
        harness.run.termination.handle(signal.SIGINT, None)

    harness.session.on_execute = arrive
    with pytest.raises(Terminated):
        harness.read(schema(), record(1))
    assert harness.session.words() == ["ddl", "rollback"]


def test_a_signal_while_waiting_ends_at_once() -> None:
    termination = Termination()
    with pytest.raises(Terminated), termination.waiting():
        termination.handle(signal.SIGTERM, None)
