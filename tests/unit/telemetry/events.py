"""The events of a small run."""

from __future__ import annotations

import datetime as dt

from oracle_core.history import RunHistory, RunRecord, StreamRun, start_run
from oracle_core.telemetry import (
    BatchMoved,
    Column,
    Event,
    Retried,
    RunEnded,
    RunStarted,
    StreamStarted,
    TableChanged,
)

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=dt.UTC)
CONFIG = {"host": "db.example.com", "port": 1522, "service_name": "ORCL", "password": "canary"}


def new_run() -> RunRecord:
    history = RunHistory()
    return start_run(history, application="tap-oracle", job='dev:a"b', clock=lambda: NOW)[1]


def a_run(*, fails: bool = False) -> list[Event]:
    run = new_run()
    columns = (Column("ID", "NUMBER(18)", "ID"), Column("_SDC_X", "NUMBER"))
    events: list[Event] = [
        RunStarted(run),
        StreamStarted(run, "HR-JOBS", "upsert", "HR_COPY.JOBS", columns),
        TableChanged("CREATE", "HR_COPY.JOBS", "APP", statement="CREATE TABLE ..."),
        BatchMoved("HR-JOBS", 5, 100, 0.25, "merge"),
        BatchMoved("HR-JOBS", 2, 50, 2.0, "merge"),
        Retried("ORA-12541"),
        TableChanged("LOAD", "HR_COPY.JOBS", "APP", rows=7),
    ]
    run = run.with_stream("HR-JOBS", StreamRun("upsert", 7, 150, 2250))
    end = NOW + dt.timedelta(milliseconds=1234)
    ended = run.failed(end, "ORA-01653", "HR-JOBS") if fails else run.succeeded(end)
    return [*events, RunEnded(ended, (("HR-JOBS", "2026-01-02T03:04:00Z"),))]
