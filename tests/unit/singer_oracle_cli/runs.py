"""Runs to show."""

from __future__ import annotations

import datetime as dt
from functools import partial

from oracle_core.history import RunHistory, RunRecord, StreamRun, start_run

START = dt.datetime(2026, 1, 1, 2, tzinfo=dt.UTC)
SPECIAL = 'HR-<b>"&Ü'


def _same(moment: dt.datetime) -> dt.datetime:
    return moment


def some_runs(count: int = 12) -> list[RunRecord]:
    """Return runs of which every fourth failed, the third was interrupted and the last runs."""
    runs = []
    for number in range(count):
        begin = START + dt.timedelta(days=number)
        job = "dev:<tap>-to-target"
        clock = partial(_same, begin)
        _, run = start_run(RunHistory(), application="tap-oracle", job=job, clock=clock)
        for position, stream in enumerate(("HR-JOBS", "HR-EMPLOYEES", SPECIAL)):
            moved = StreamRun("FULL_TABLE", 1000 * number + position, 10**6, 400 * (position + 1))
            run = run.with_stream(stream, moved)
        end = begin + dt.timedelta(seconds=30 + 7 * number)
        if number == count - 1:
            runs.append(run)
            break
        if number % 4 == 3:
            run = run.failed(end, "ORA-01555", SPECIAL)
        elif number == 2:
            run = run.interrupted()
        else:
            run = run.succeeded(end)
        runs.append(run)
    return runs
