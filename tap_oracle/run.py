"""The run: what it is doing now, what each stream has written, and its record in the state."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle_core.errors import describe
from oracle_core.history import (
    HISTORY_KEY,
    StreamRun,
    read_history,
    start_run,
    utc_now,
    write_history,
)
from oracle_core.termination import Terminated
from tap_oracle.settings import name_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping

APPLICATION = "tap-oracle"
STATE_ID_VARIABLE = "MELTANO_STATE_ID"


@dataclass
class StreamProgress:
    """What a stream has written in this run."""

    rows: int = 0
    size: int = 0

    def add(self, *, rows: int, size: int) -> None:
        """Count a chunk; `size` is in bytes."""
        self.rows += rows
        self.size += size


class CurrentRun:
    """One run of the tap; `begin` and `end` write its record into the state."""

    def __init__(self, state: MutableMapping[str, Any], config: Mapping[str, Any]) -> None:
        """Take the state to write to.

        Args:
            state: the tap's state, changed in place.
            config: settings under their canonical names.
        """
        self._state = state
        self._job = job_name(config)
        self._history, self._record = start_run(
            read_history(state), application=APPLICATION, job=self._job
        )
        self._stream: str | None = None

    def place(self) -> str:
        """Name what is being done, for messages."""
        return APPLICATION if self._stream is None else f"stream '{self._stream}'"

    def begin(self) -> None:
        """Write the run down as RUNNING; runs that never ended become INTERRUPTED."""
        self._write()

    def end(self, failure: BaseException | None) -> None:
        """Write down how the run ended.

        Args:
            failure: what ended it; None after a success. A run that a signal ended has failed,
                with the name of the signal as the code of its error.
        """
        now = utc_now()
        if failure is None:
            self._record = self._record.succeeded(now)
        else:
            self._record = self._record.failed(now, _code(failure), self._stream)
        self._write()

    @contextlib.contextmanager
    def stream(self, name: str, method: str) -> Iterator[StreamProgress]:
        """Note that a stream is being read, and in the end what it has written.

        Args:
            name: the stream.
            method: its replication method.
        """
        self._stream = name
        started = time.monotonic()
        progress = StreamProgress()
        try:
            yield progress
        finally:
            duration_ms = round((time.monotonic() - started) * 1000)
            written = StreamRun(method, progress.rows, progress.size, duration_ms)
            self._record = self._record.with_stream(name, written)
        self._stream = None

    def _write(self) -> None:
        self._history = self._history.with_run(self._record)
        self._state[HISTORY_KEY] = write_history(self._history)


def _code(failure: BaseException) -> str:
    return str(failure) if isinstance(failure, Terminated) else describe(failure).code


def job_name(config: Mapping[str, Any]) -> str:
    """Name the job: Meltano's state id where it says one, else the service and the schemas."""
    if state_id := os.environ.get(STATE_ID_VARIABLE):
        return state_id
    service = config.get("service_name") or config.get("sid") or "dsn"
    return f"{service}/{','.join(name_list(config.get('filter_schemas'))) or '*'}"
