"""The record of a load: the tap's own run where `tap-oracle` feeds, else one of the target."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from oracle_core import run_context
from oracle_core.history import (
    RunHistory,
    RunRecord,
    RunStatus,
    StreamRun,
    read_history,
    start_run,
    utc_now,
)
from oracle_core.history.failure import failed_stream, failure_code
from oracle_core.history.settings import HistorySettings
from oracle_core.telemetry import (
    BatchMoved,
    RowsRefused,
    RunEnded,
    RunStarted,
    StreamStarted,
    TableChanged,
    Telemetry,
)
from oracle_core.telemetry.history_sink import HistorySink
from oracle_core.termination import Terminated
from target_oracle.errors import TableMismatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from oracle_core.identifiers import Identifier, TableName
    from oracle_core.telemetry.events import Change, Column, Operation

APPLICATION = "target-oracle"
STATE_ID_VARIABLE = "MELTANO_STATE_ID"
_HISTORY_MARK = b'"job_history"'


class LoadHistory:
    """Follows a run of the target and tells telemetry about it.

    The STATE of `tap-oracle` names the run under way: its id, its job and its start are taken
    over, so that JOB_HISTORY and the state tell the same. The run begins with the first STATE or
    SCHEMA, whichever comes first.
    """

    def __init__(self, config: Mapping[str, Any], telemetry: Telemetry) -> None:
        """Keep where to report to; nothing is reported yet."""
        self._telemetry = telemetry
        self._job = job_name(config)
        self._run: RunRecord | None = None
        self._is_own = True
        self._settings = HistorySettings.of(config)
        self._is_kept_by_reader = False
        self._loaded: dict[str, StreamRun] = {}
        self._waiting_bytes: Counter[str] = Counter()

    @property
    def run_id(self) -> str | None:
        """Id of the run; None before the first STATE or SCHEMA."""
        return None if self._run is None else self._run.run_id

    def take_state(self, value: bytes) -> None:
        """Look into a STATE for the record of the run.

        Args:
            value: The value of the STATE as JSON.
        """
        # A STATE may be large and come often: only one that holds a history is parsed.
        is_known = self._run is not None and not self._telemetry.is_on
        if is_known or _HISTORY_MARK not in value:
            return
        try:
            state = msgspec.json.decode(value)
        except (msgspec.MsgspecError, RecursionError):
            return
        history = read_history(state if isinstance(state, dict) else None)
        newest = history.runs[-1] if history.runs else None
        if newest is None:
            return
        if self._run is None and newest.status is RunStatus.RUNNING:
            self._is_own = False
            self._begin(newest, history)
        elif not self._is_own and self._run is not None and newest.run_id == self._run.run_id:
            self._run = newest

    def begin(self) -> None:
        """Begin a run of the target's own, if no STATE has named one."""
        if self._run is None:
            _, run = start_run(RunHistory(), application=APPLICATION, job=self._job)
            self._begin(run, RunHistory())

    def _begin(self, run: RunRecord, history: RunHistory) -> None:
        self._run = run
        run_context.set_run(run.run_id, run.job)
        ended = (known.run_id for known in history.runs if known.status is not RunStatus.RUNNING)
        self._telemetry.emit(RunStarted(run, f"load by {APPLICATION}", tuple(ended)))

    @property
    def record(self) -> RunRecord:
        """The run, which has begun."""
        assert self._run is not None  # noqa: S101 - `begin` comes first
        return self._run

    @property
    def is_kept(self) -> bool:
        """Whether the run stands in a history, written here or by the process that reads."""
        sink = self._telemetry.find(HistorySink)
        return self._is_kept_by_reader or (sink is not None and sink.has_begun)

    def join(self, run: RunRecord, *, is_kept: bool) -> None:
        """Load as a part of a run that another process reports.

        Args:
            run: The run.
            is_kept: Whether the other process has written it into the history.
        """
        self._run, self._is_own, self._is_kept_by_reader = run, False, is_kept
        run_context.set_run(run.run_id, run.job)

    def take_event(self, event: object) -> None:
        """Report what a part of the run in another process has done."""
        if isinstance(event, StreamStarted) and event.stream not in self._loaded:
            self._loaded[event.stream] = StreamRun(event.method)
        elif isinstance(event, BatchMoved):
            self._count(event)
        elif isinstance(event, RowsRefused):
            self._count_refused(event)
        if isinstance(event, (StreamStarted, BatchMoved, RowsRefused, TableChanged)):
            self._telemetry.emit(event)

    def refuse_own_table(self, stream: str, table: TableName, own_schema: Identifier) -> None:
        """Refuse a stream that would be loaded into the history of runs.

        Raises:
            TableMismatchError: If the table is that of the history.
        """
        if self.is_kept and self._settings.table_in(own_schema) == table:
            what = (
                f"stream '{stream}' would be loaded into {table}, which keeps the history of "
                "runs: set job_history_table to another name, or to an empty one"
            )
            raise TableMismatchError(what)

    def begin_stream(
        self, stream: str, method: str, table: str, columns: Callable[[], tuple[Column, ...]]
    ) -> None:
        """Note that a stream begins.

        Args:
            stream: The stream.
            method: How it is loaded.
            table: `SCHEMA.TABLE`.
            columns: Returns its columns.
        """
        if self._run is not None and stream not in self._loaded and self._telemetry.is_on:
            self._loaded[stream] = StreamRun(method)
            self._telemetry.emit(StreamStarted(self._run, stream, method, table, columns()))

    def take_rows(self, stream: str, size: int) -> None:
        """Note that rows of a stream have come; `size` is in bytes of input."""
        self._waiting_bytes[stream] += size

    def batch_loaded(self, stream: str, rows: int, seconds: float, operation: Operation) -> None:
        """Note that a batch was committed."""
        size = self._waiting_bytes.pop(stream, 0)
        moved = BatchMoved(stream, rows, size, seconds, operation)
        if self._count(moved):
            self._telemetry.emit(moved)

    def rows_refused(self, stream: str, rows: int) -> None:
        """Note that rows of a stream were committed to its table of errors."""
        refused = RowsRefused(stream, rows)
        if self._count_refused(refused):
            self._telemetry.emit(refused)

    def _count_refused(self, refused: RowsRefused) -> bool:
        """Add rows to those that their stream refused; return whether the stream is followed."""
        known = self._loaded.get(refused.stream)
        if known is None:
            return False
        self._loaded[refused.stream] = replace(known, refused=known.refused + refused.rows)
        return True

    def _count(self, moved: BatchMoved) -> bool:
        """Add a batch to what its stream has loaded; return whether the stream is followed."""
        known = self._loaded.get(moved.stream)
        if known is None:
            return False
        self._loaded[moved.stream] = replace(
            known,
            rows=known.rows + moved.rows,
            bytes=known.bytes + moved.bytes,
            duration_ms=known.duration_ms + round(moved.seconds * 1000),
        )
        return True

    def table_changed(
        self, change: Change, table: TableName, user: str, rows: int | None, statement: str | None
    ) -> None:
        """Tell of a change that the database has committed."""
        self._telemetry.emit(TableChanged(change, str(table), user, rows, statement))

    def end(self, failure: BaseException | None) -> None:
        """Tell how the run ended, once.

        Args:
            failure: What ended it; None after a success.
        """
        run, self._run = self._run, None
        # A run that failed before its first SCHEMA is told too.
        if run is None and failure is not None and self._telemetry.is_on:
            _, run = start_run(RunHistory(), application=APPLICATION, job=self._job)
            self._telemetry.emit(RunStarted(run))
        if run is not None and not (isinstance(failure, Terminated) and failure.forced):
            self._telemetry.emit(RunEnded(self._ended(run, failure)))

    def close(self) -> None:
        """End telemetry; what is dropped after the end of the run has been told by then."""
        self._telemetry.close()

    def _ended(self, run: RunRecord, failure: BaseException | None) -> RunRecord:
        now = utc_now()
        if failure is not None:
            run = replace(run, streams=self._loaded)
            return run.failed(now, failure_code(failure), failed_stream(failure))
        if self._is_own:
            return replace(run, streams=self._loaded).succeeded(now)
        if run.status is RunStatus.RUNNING:
            # All that came is loaded, but the tap never said that it was done.
            return replace(run, streams=self._loaded).interrupted(now)
        return self._with_refused(run)

    def _with_refused(self, run: RunRecord) -> RunRecord:
        """Return the tap's record of the run with the rows that were refused here."""
        for stream, loaded in self._loaded.items():
            if loaded.refused:
                read = run.streams.get(stream, loaded)
                run = run.with_stream(stream, replace(read, refused=loaded.refused))
        return run


def job_name(config: Mapping[str, Any]) -> str:
    """Return the job: Meltano's state id where there is one, else the service and the schema."""
    if state_id := os.environ.get(STATE_ID_VARIABLE):
        return state_id
    service = config.get("service_name") or config.get("sid") or "dsn"
    return f"{service}/{config.get('default_target_schema') or config.get('user') or '*'}"
