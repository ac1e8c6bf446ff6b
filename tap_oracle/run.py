"""The run: its current stream, what each stream has written, and its record in the state."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from oracle_core import run_context
from oracle_core.history import (
    HISTORY_KEY,
    MAX_RUNS,
    RunHistory,
    RunRecord,
    RunStatus,
    StreamRun,
    read_history,
    start_run,
    utc_now,
    write_history,
)
from oracle_core.history.failure import failure_code
from oracle_core.history.state_codec import read_time
from oracle_core.telemetry import BatchMoved, RunEnded, RunStarted, StreamStarted, Telemetry
from oracle_core.termination import Terminated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping

    from oracle_core.telemetry import Column
    from tap_oracle.progress import StreamProgress
    from tap_oracle.settings import TapSettings

APPLICATION = "tap-oracle"
STATE_ID_VARIABLE = "MELTANO_STATE_ID"
TRACEPARENT_VARIABLE = "TRACEPARENT"
"""W3C Trace Context of the caller, which the run's record hands on."""

# Length of version 00 (W3C Trace Context, "traceparent Header"); the state takes no more.
_TRACEPARENT_LENGTH = 55


class CurrentRun:
    """One run of the tap; `begin` and `end` write its record into the state."""

    def __init__(
        self,
        state: MutableMapping[str, Any],
        settings: TapSettings,
        *,
        telemetry: Telemetry | None = None,
        max_runs: int = MAX_RUNS,
    ) -> None:
        """Begin a record; `begin` writes it.

        Args:
            state: The tap's state, changed in place.
            settings: The tap's settings, which name the job.
            telemetry: Gets the events of the run.
            max_runs: Runs that the state remembers; 0 for none.
        """
        self._state = state
        self._telemetry = telemetry or Telemetry()
        self._max_runs = max_runs
        self._moved_at = time.monotonic()
        self._job = job_name(settings)
        self._history = RunHistory()
        self._record: RunRecord | None = None
        self._stream: str | None = None

    def place(self) -> str:
        """Return what the run is doing, for messages."""
        return APPLICATION if self._stream is None else f"stream '{self._stream}'"

    @property
    def record(self) -> RunRecord:
        """The run as far as it has come; one that has not begun begins now.

        The SDK makes the streams before it loads the state, so that the history of the state
        cannot be read earlier.
        """
        if self._record is None:
            self._history, self._record = start_run(
                read_history(self._state, max_runs=self._max_runs),
                application=APPLICATION,
                job=self._job,
            )
            if traceparent := os.environ.get(TRACEPARENT_VARIABLE):
                extra = {**self._record.extra, "traceparent": traceparent[:_TRACEPARENT_LENGTH]}
                self._record = replace(self._record, extra=extra)
            run_context.set_run(self._record.run_id, self._record.job)
        return self._record

    def join(self, record: RunRecord) -> None:
        """Belong to a run that another process has begun and writes into the state."""
        self._record = record
        run_context.set_run(record.run_id, record.job)

    @property
    def ended_before(self) -> tuple[str, ...]:
        """The ids of the runs that the state knows and that have ended."""
        runs = self._history.runs
        return tuple(run.run_id for run in runs if run.status is not RunStatus.RUNNING)

    def begin(self) -> None:
        """Record the run as RUNNING; runs that never ended become INTERRUPTED."""
        self._write(self.record)
        self._telemetry.emit(RunStarted(self.record, f"read by {APPLICATION}", self.ended_before))

    def end(self, failure: BaseException | None) -> None:
        """Record how the run ended.

        Args:
            failure: What ended it; None after a success. A run that a signal ended has failed,
                with the name of the signal as the code of its error.
        """
        now = utc_now()
        failed_streams = self.record.extra.get("failed_streams")
        if failure is None:
            self._write(self.record.succeeded(now))
        # With `on_stream_error: continue` the first stream that failed names the cause.
        elif failed_streams and not isinstance(failure, Terminated):
            stream, code = next(iter(failed_streams.items()))
            self._write(self.record.failed(now, code, stream))
        else:
            self._write(self.record.failed(now, failure_code(failure), self._stream))
        # A forced end breaks off work at once; sending an event may take its time.
        if not (isinstance(failure, Terminated) and failure.forced):
            self._telemetry.emit(RunEnded(self.record, tuple(self._bookmark_times())))
        self._telemetry.close()

    def _bookmark_times(self) -> Iterator[tuple[str, str]]:
        bookmarks = self._state.get("bookmarks") or {}
        for stream, bookmark in bookmarks.items():
            value = bookmark.get("replication_key_value")
            if read_time(value) is not None:
                yield stream, value

    def at(self, name: str | None) -> None:
        """Note which stream the run is at, if any, for messages and the record of a failure."""
        self._stream = name
        run_context.set_stream(name)

    def stream_started(
        self, name: str, method: str, *, table: str, columns: Callable[[], tuple[Column, ...]]
    ) -> None:
        """Tell telemetry that a stream is being read.

        Args:
            name: The stream.
            method: Its replication method.
            table: The table, `SCHEMA.TABLE`.
            columns: Returns its columns.
        """
        if self._telemetry.is_on:
            # The columns need a plan, so that they are asked for only if somebody listens.
            self._telemetry.emit(StreamStarted(self.record, name, method, table, columns()))
            self._moved_at = time.monotonic()

    def record_stream(self, name: str, method: str, progress: StreamProgress) -> None:
        """Record what a stream has written.

        Args:
            name: The stream.
            method: Its replication method.
            progress: What it has written.
        """
        duration_ms = round(progress.seconds * 1000)
        written = StreamRun(method, progress.rows, progress.size, duration_ms, progress.scn)
        self._record = self.record.with_stream(name, written)

    def note_failure(self, name: str, code: str) -> None:
        """Record that a stream failed while others go on."""
        known = dict(self.record.extra.get("failed_streams") or {})
        self._record = replace(
            self.record, extra={**self.record.extra, "failed_streams": {**known, name: code}}
        )

    def moved(self, name: str, *, rows: int, size: int) -> None:
        """Tell telemetry that rows of a stream were written; `size` is in bytes."""
        if self._telemetry.is_on:
            now = time.monotonic()
            seconds, self._moved_at = now - self._moved_at, now
            self._telemetry.emit(BatchMoved(name, rows, size, seconds, "read"))

    def note_reread(self, name: str, code: str, scn: int | None) -> None:
        """Record that a part of a stream was read again at a newer SCN.

        Args:
            name: The stream.
            code: The error that made the older SCN unreadable.
            scn: The newer SCN.
        """
        known = dict(self.record.extra.get("rereads") or {})
        times = known.get(name, {}).get("times", 0) + 1
        known[name] = {"code": code, "scn": scn, "times": times}
        self._record = replace(self.record, extra={**self.record.extra, "rereads": known})

    def _write(self, record: RunRecord) -> None:
        self._record = record
        self._history = self._history.with_run(record)
        if self._max_runs:
            self._state[HISTORY_KEY] = write_history(self._history)
        else:
            self._state.pop(HISTORY_KEY, None)


def job_name(settings: TapSettings) -> str:
    """Return the job: Meltano's state id where the environment holds one, else the schemas."""
    if state_id := os.environ.get(STATE_ID_VARIABLE):
        return state_id
    connection = settings.connection
    service = connection.get("service_name") or connection.get("sid") or "dsn"
    return f"{service}/{','.join(settings.filter_schemas) or '*'}"
