"""Runs as facts: what ran, how it ended, what each stream moved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from oracle_core.history.run_id import time_ordered_id

MAX_RUNS = 20
"""Runs that a history keeps unless the setting `job_history_runs` says otherwise."""

Clock = Callable[[], dt.datetime]


class RunStatus(Enum):
    """How a run stands or ended."""

    RUNNING = "RUNNING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"
    # Those of the scheduler's jobs, which stand in the same table.
    WAITING = "WAITING"
    QUEUED = "QUEUED"
    RETRYING = "RETRYING"
    TIMEOUT = "TIMEOUT"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"
    MISSED = "MISSED"


def utc_now() -> dt.datetime:
    """Return the current moment in UTC, in whole milliseconds as every record of a run has it."""
    now = dt.datetime.now(dt.UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


@dataclass(frozen=True, slots=True)
class StreamRun:
    """What one stream moved in a run; bytes of its lines, times in milliseconds.

    `refused` counts the rows that went into a table of errors; `rows` does not count them.
    """

    method: str
    rows: int = 0
    bytes: int = 0
    duration_ms: int = 0
    scn: int | None = None
    refused: int = 0


@dataclass(frozen=True, slots=True)
class RunTotals:
    """What all streams of a run moved together."""

    rows: int = 0
    bytes: int = 0
    streams: int = 0

    @classmethod
    def of(cls, streams: Mapping[str, StreamRun]) -> RunTotals:
        """Return the sums over streams."""
        return cls(
            rows=sum(stream.rows for stream in streams.values()),
            bytes=sum(stream.bytes for stream in streams.values()),
            streams=len(streams),
        )


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run failed: an ORA or DPY code or the name of an error, and the stream if known."""

    code: str
    stream: str | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run.

    Attributes:
        run_id: Key of the run, ordered by time.
        job: `tap-oracle:<job>`.
        application_name: The program.
        status: How it stands or ended.
        started_at: Zone-aware.
        ended_at: Zone-aware; None while it runs.
        retry_count: Number of unsuccessful runs between the last success and this run.
        error: Why it failed.
        streams: What each stream moved; may be a part of them in an older run.
        kept_totals: Sums over all streams where `streams` holds a part of them.
        extra: Keys of later versions, kept as they are.
    """

    run_id: str
    job: str
    application_name: str
    status: RunStatus
    started_at: dt.datetime
    ended_at: dt.datetime | None = None
    retry_count: int = 0
    error: RunError | None = None
    streams: Mapping[str, StreamRun] = field(default_factory=dict)
    kept_totals: RunTotals | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def duration_ms(self) -> int | None:
        """How long it took, in whole milliseconds; None while it runs."""
        if self.ended_at is None:
            return None
        # The machine's clock may have been set back meanwhile.
        return max(0, round((self.ended_at - self.started_at).total_seconds() * 1000))

    @property
    def totals(self) -> RunTotals:
        """What all its streams moved together."""
        return self.kept_totals or RunTotals.of(self.streams)

    def with_stream(self, name: str, stream: StreamRun) -> RunRecord:
        """Return the run with what a stream has moved."""
        return replace(self, streams={**self.streams, name: stream})

    def with_streams_only(self, names: frozenset[str]) -> RunRecord:
        """Return the run with the figures of some streams; its totals stay those of all."""
        kept = {name: stream for name, stream in self.streams.items() if name in names}
        if len(kept) == len(self.streams):
            return self
        return replace(self, streams=kept, kept_totals=self.totals)

    def succeeded(self, at: dt.datetime) -> RunRecord:
        """Return the run as ended well."""
        return replace(self, status=RunStatus.SUCCESS, ended_at=at, error=None)

    def failed(self, at: dt.datetime, code: str, stream: str | None = None) -> RunRecord:
        """Return the run as failed.

        Args:
            at: When it ended.
            code: ORA or DPY code, or the name of an error.
            stream: The stream that failed, if one did.
        """
        return replace(self, status=RunStatus.FAILED, ended_at=at, error=RunError(code, stream))

    def interrupted(self, at: dt.datetime | None = None) -> RunRecord:
        """Return the run as interrupted: by a signal, or left without an end to the next run."""
        return replace(self, status=RunStatus.INTERRUPTED, ended_at=at)


@dataclass(frozen=True, slots=True)
class RunHistory:
    """The runs that the state knows, oldest first, at most `max_runs`."""

    runs: tuple[RunRecord, ...] = ()
    max_runs: int = MAX_RUNS

    def with_run(self, run: RunRecord) -> RunHistory:
        """Return the history with a run added or replaced, and without the oldest."""
        others = [known for known in self.runs if known.run_id != run.run_id]
        # Ids sort by time: UUID version 7.
        ordered = sorted([*others, run], key=lambda known: known.run_id)
        return replace(self, runs=tuple(ordered[max(0, len(ordered) - self.max_runs) :]))

    def without_running(self) -> RunHistory:
        """Return the history in which every run that has no end is INTERRUPTED."""
        runs = (
            run.interrupted(run.ended_at) if run.status is RunStatus.RUNNING else run
            for run in self.runs
        )
        return replace(self, runs=tuple(runs))

    def unsuccessful_at_end(self, job: str) -> int:
        """Return the number of runs of a job since its last success."""
        count = 0
        for run in reversed(self.runs):
            if run.job != job:
                continue
            if run.status is RunStatus.SUCCESS:
                break
            count += 1
        return count


def start_run(
    history: RunHistory, *, application: str, job: str, clock: Clock = utc_now
) -> tuple[RunHistory, RunRecord]:
    """Begin a run.

    Args:
        history: What the state knows of earlier runs.
        application: The program, for example `tap-oracle`.
        job: Meltano's job or state id, else the service and schemas.
        clock: Returns the current moment, zone-aware.

    Returns:
        The history with the new run as RUNNING and earlier runs that never ended as INTERRUPTED,
        and the new run.
    """
    known = history.without_running()
    now = clock()
    name = f"{application}:{job}"
    run = RunRecord(
        run_id=time_ordered_id(now),
        job=name,
        application_name=application,
        status=RunStatus.RUNNING,
        started_at=now,
        retry_count=_retries(known, name),
    )
    return known.with_run(run), run


def _retries(history: RunHistory, job: str) -> int:
    """Return the number of consecutive unsuccessful runs, with those no longer in the history."""
    count = history.unsuccessful_at_end(job)
    last = next((run for run in reversed(history.runs) if run.job == job), None)
    if last is None or last.status is RunStatus.SUCCESS:
        return 0
    # The history is bounded: the last run still counts failures that have left it.
    return max(count, last.retry_count + 1)
