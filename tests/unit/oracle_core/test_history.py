"""Runs in the state."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from oracle_core.history import (
    HISTORY_KEY,
    MAX_RUNS,
    RunHistory,
    RunStatus,
    StreamRun,
    read_history,
    start_run,
    time_ordered_id,
    write_history,
)

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


def stored(history: RunHistory) -> RunHistory:
    """Send a history through JSON, where a fractional number would be an error."""
    text = json.dumps({HISTORY_KEY: write_history(history)})
    return read_history(json.loads(text, parse_float=pytest.fail))


def run_once(history: RunHistory, clock: Clock, end: str) -> RunHistory:
    history, run = start_run(history, application="tap-oracle", job="j", clock=clock)
    if end == "success":
        history = history.with_run(run.succeeded(clock()))
    elif end == "failure":
        history = history.with_run(run.failed(clock(), "ORA-00942", "HR-JOBS"))
    return stored(history)


def test_a_run_from_start_to_end() -> None:
    clock = Clock()
    history, run = start_run(RunHistory(), application="tap-oracle", job="j", clock=clock)
    written = write_history(history)
    assert written["v"] == 1
    assert written["runs"][run.run_id] == {
        "id": "tap-oracle:j",
        "application_name": "tap-oracle",
        "status": "RUNNING",
        "started_at": "2026-01-01T00:00:01.000Z",
        "ended_at": None,
        "duration_ms": None,
        "retry_count": 0,
        "error": None,
        "rows": 0,
        "bytes": 0,
        "stream_count": 0,
        "streams": {},
    }
    run = run.with_stream("HR-JOBS", StreamRun("FULL_TABLE", 5, 100, 7, scn=42))
    done = stored(history.with_run(run.succeeded(clock()))).runs[0]
    assert done.status is RunStatus.SUCCESS
    assert done.duration_ms == 1000
    assert done.streams == {"HR-JOBS": StreamRun("FULL_TABLE", 5, 100, 7, 42)}


def test_failures_are_counted_until_a_success() -> None:
    clock, history = Clock(), RunHistory()
    for end in ("failure", "none", "failure", "success", "success"):
        history = run_once(history, clock, end)
    assert [run.retry_count for run in history.runs] == [0, 1, 2, 3, 0]
    assert [run.status.value for run in history.runs] == [
        "FAILED", "INTERRUPTED", "FAILED", "SUCCESS", "SUCCESS"
    ]  # fmt: skip
    error = history.runs[0].error
    assert error is not None
    assert (error.code, error.stream) == ("ORA-00942", "HR-JOBS")


def test_only_the_newest_are_kept_and_retries_are_still_counted() -> None:
    clock, history = Clock(), RunHistory()
    for _ in range(MAX_RUNS + 5):
        history = run_once(history, clock, "failure")
    assert len(history.runs) == MAX_RUNS
    assert history.runs[-1].retry_count == MAX_RUNS + 4
    ids = [run.run_id for run in history.runs]
    assert ids == sorted(ids)


def test_another_jobs_failures_do_not_count() -> None:
    clock = Clock()
    history = run_once(RunHistory(), clock, "failure")
    _, run = start_run(history, application="tap-oracle", job="other", clock=clock)
    assert run.retry_count == 0


def test_keys_of_others_are_kept() -> None:
    history = run_once(RunHistory(), Clock(), "success")
    written = write_history(history)
    run_id = history.runs[0].run_id
    written["runs"][run_id]["later"] = {"a": 1.5}
    again = write_history(read_history({HISTORY_KEY: written}))
    assert again["runs"][run_id]["later"] == {"a": "1.5"}


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        5,
        {"v": 1},
        {"runs": []},
        {"runs": {"a": None, "b": {}, "c": {"status": "SUCCESS"}}},
        {"runs": {"a": {"status": "NEVER", "started_at": "2026-01-01T00:00:00Z"}}},
        {"runs": {"a": {"status": "SUCCESS", "started_at": "yesterday"}}},
    ],
)
def test_damage_reads_as_nothing(value: object) -> None:
    assert read_history({HISTORY_KEY: value}) == RunHistory()
    assert read_history(None) == RunHistory()


def test_damaged_parts_are_left_out() -> None:
    raw: dict[str, Any] = {
        "status": "RUNNING",
        "started_at": "2026-01-01T00:00:00",
        "ended_at": 5,
        "retry_count": "x",
        "error": {"code": None},
        "streams": {"A": None, "B": {"rows": -5, "bytes": True}},
    }
    run = read_history({HISTORY_KEY: {"runs": {"a": raw}}}).runs[0]
    assert run.started_at == START
    assert (run.ended_at, run.retry_count, run.error) == (None, 0, None)
    assert run.streams == {"B": StreamRun("")}


def test_ids() -> None:
    first = time_ordered_id(START, random_bits=lambda bits: 2**bits - 1)
    later = time_ordered_id(START + dt.timedelta(milliseconds=1), random_bits=lambda _: 0)
    assert first < later
    assert first[14] == "7"
    assert first[19] in "89ab"
    assert time_ordered_id(START) != time_ordered_id(START)


def figures(tables: int) -> dict[str, StreamRun]:
    return {
        f"APPLICATION-TABLE_NUMBER_{n}": StreamRun("INCREMENTAL", 123_456, 98_765_432, 1234)
        for n in range(tables)
    }


def wide_run(history: RunHistory, clock: Clock, *, fails: bool = False) -> RunHistory:
    """Run 202 streams and store the history as the state does."""
    history, run = start_run(history, application="tap-oracle", job="j", clock=clock)
    for name, stream in figures(202).items():
        run = run.with_stream(name, stream)
    ended = run.succeeded(clock())
    if fails:
        ended = run.failed(clock(), "ORA-01555", "APPLICATION-TABLE_NUMBER_7")
    return stored(history.with_run(ended))


@pytest.mark.parametrize("fails", [False, True])
def test_the_history_of_many_tables_stays_small(fails: bool) -> None:
    clock, history = Clock(), RunHistory()
    for _ in range(MAX_RUNS):
        history = wide_run(history, clock, fails=fails)
    assert len(json.dumps(write_history(history))) < 40_000
    assert len(history.runs[-1].streams) == 202
    assert [run.totals.rows for run in history.runs] == [202 * 123_456] * MAX_RUNS
    assert [run.totals.streams for run in history.runs] == [202] * MAX_RUNS
    failing = {"APPLICATION-TABLE_NUMBER_7"} if fails else set()
    assert all(set(run.streams) == failing for run in history.runs[:-1])


def test_figures_of_failed_runs_are_kept_while_they_are_few() -> None:
    clock, history = Clock(), RunHistory()
    for end in ("failure", "success", "success"):
        history, run = start_run(history, application="tap-oracle", job="j", clock=clock)
        run = run.with_stream("HR-JOBS", StreamRun("FULL_TABLE", 5, 100, 7))
        ended = run.succeeded(clock())
        if end == "failure":
            ended = run.failed(clock(), "ORA-01555", "HR-JOBS")
        history = stored(history.with_run(ended))
    assert [len(run.streams) for run in history.runs] == [1, 0, 1]
    assert [run.totals.rows for run in history.runs] == [5, 5, 5]


def test_the_number_of_runs_can_be_chosen() -> None:
    clock, history = Clock(), RunHistory(max_runs=2)
    for _ in range(4):
        history = run_once(history, clock, "success")
        history = read_history({HISTORY_KEY: write_history(history)}, max_runs=2)
    assert len(history.runs) == 2
    none = read_history({HISTORY_KEY: write_history(history)}, max_runs=0)
    assert none.runs == ()
    assert start_run(none, application="a", job="j", clock=clock)[0].runs == ()
