"""The run: its current stream, what each stream has written, and its record in the state."""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from oracle_core.errors import describe
from oracle_core.history import (
    HISTORY_KEY,
    RunHistory,
    RunRecord,
    StreamRun,
    read_history,
    start_run,
    utc_now,
    write_history,
)
from oracle_core.termination import Terminated
from tap_oracle.progress import StreamProgress

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

    from tap_oracle.settings import TapSettings

APPLICATION = "tap-oracle"
STATE_ID_VARIABLE = "MELTANO_STATE_ID"


class CurrentRun:
    """One run of the tap; `begin` and `end` write its record into the state."""

    def __init__(self, state: MutableMapping[str, Any], settings: TapSettings) -> None:
        """Begin a record; `begin` writes it.

        Args:
            state: The tap's state, changed in place.
            settings: The tap's settings, which name the job.
        """
        self._state = state
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
                read_history(self._state), application=APPLICATION, job=self._job
            )
        return self._record

    def begin(self) -> None:
        """Record the run as RUNNING; runs that never ended become INTERRUPTED."""
        self._write(self.record)

    def end(self, failure: BaseException | None) -> None:
        """Record how the run ended.

        Args:
            failure: What ended it; None after a success. A run that a signal ended has failed,
                with the name of the signal as the code of its error.
        """
        now = utc_now()
        if failure is None:
            self._write(self.record.succeeded(now))
        else:
            self._write(self.record.failed(now, _code(failure), self._stream))

    @contextlib.contextmanager
    def stream(self, name: str, method: str) -> Iterator[StreamProgress]:
        """Record that a stream is being read, and finally what it has written.

        Args:
            name: The stream.
            method: Its replication method.
        """
        self._stream = name
        progress = StreamProgress()
        try:
            yield progress
        finally:
            duration_ms = round(progress.seconds * 1000)
            written = StreamRun(method, progress.rows, progress.size, duration_ms, progress.scn)
            self._record = self.record.with_stream(name, written)
        self._stream = None

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
        self._state[HISTORY_KEY] = write_history(self._history)


def _code(failure: BaseException) -> str:
    return str(failure) if isinstance(failure, Terminated) else describe(failure).code


def job_name(settings: TapSettings) -> str:
    """Return the job: Meltano's state id where the environment holds one, else the schemas."""
    if state_id := os.environ.get(STATE_ID_VARIABLE):
        return state_id
    connection = settings.connection
    service = connection.get("service_name") or connection.get("sid") or "dsn"
    return f"{service}/{','.join(settings.filter_schemas) or '*'}"
