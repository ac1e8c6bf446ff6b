"""When STATE leaves a run, and how a signal ends one."""

from __future__ import annotations

import io
import signal
from typing import Any

import pytest

from oracle_core.termination import Terminated
from target_oracle.barrier import StateBarrier
from target_oracle.errors import LoadError, TargetError
from target_oracle.reader import BulkReader
from target_oracle.rows import Rows
from tests.unit.target_oracle.fake_run import Harness, record, schema, state


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


def test_a_signal_in_a_batch_ends_the_run_after_its_commit() -> None:
    harness = Harness(batch_size_rows=2)
    termination = harness.run.termination

    def arrive() -> None:
        termination.handle(signal.SIGTERM)
        termination.release()

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
        harness.run.termination.handle(signal.SIGINT)
        harness.run.termination.release()
        harness.run.termination.handle(signal.SIGINT)

    harness.session.on_execute = arrive
    with pytest.raises(Terminated):
        harness.read(schema(), record(1))
    assert harness.session.words() == ["ddl", "rollback"]


def test_a_stream_that_fails_may_leave_the_others_alone() -> None:
    number: dict[str, Any] = {"c": {"type": "number", "x-sql-datatype": "NUMBER(5,2)"}}
    messages = [
        schema("HR-T", **number),
        schema("HR-U"),
        record(1, "HR-U"),
        state({"n": 1}),
        record(2, "HR-T", record={"c": 1.234}),
        record(3, "HR-T"),
        record(4, "HR-U"),
        state({"n": 2}),
    ]
    harness = Harness(on_stream_error="continue", batch_size_rows=1)
    harness.read(*messages)
    with pytest.raises(TargetError, match=r"1 of 2 streams failed \('HR-T'\)"):
        harness.run.finish()
    assert [row[0] for row in harness.session.loaded()] == [1, 4]
    assert harness.lines == [b'{"n": 1}\n']
    with pytest.raises(LoadError, match="property 'c'"):
        Harness(batch_size_rows=1).read(*messages)


def test_a_stream_that_fails_at_its_schema() -> None:
    wrong = schema("HR-T", keys=("nope",))
    harness = Harness(on_stream_error="continue")
    harness.read(wrong, schema("HR-U"), record(1, "HR-T"), record(1, "HR-U"), state({"n": 1}))
    with pytest.raises(TargetError, match="1 of 2 streams failed"):
        harness.run.finish()
    assert [row[0] for row in harness.session.loaded()] == [1]
    assert harness.lines == []


def test_a_batch_of_long_lines_ends_by_the_copies_of_its_values() -> None:
    harness = Harness(batch_size_bytes=20 << 20)
    harness.read(schema())
    sizes = (3 << 20, 100, 3 << 20)  # two long lines are 24 MiB with their copies
    for number, size in enumerate(sizes, 2):
        assert "commit" not in harness.session.words()
        harness.run.take_rows("HR-T", Rows.of((number, "a", None, None)), size, number)
    assert harness.session.words().count("commit") == 1
    assert len(harness.session.loaded()) == 3
