"""A run of the target: sinks, transactions and STATE in the order of the messages."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk.mapper import RemoveRecordTransform

from oracle_core import stream_maps
from oracle_core.identifiers import Identifier
from oracle_core.telemetry import Telemetry
from oracle_core.termination import Termination
from target_oracle.bad_rows import warn_of_refused
from target_oracle.barrier import StateBarrier, write_stdout
from target_oracle.batch_reader import BatchInput
from target_oracle.bookkeeping import Bookkeeping, open_bookkeeping
from target_oracle.history import LoadHistory
from target_oracle.naming import NamingRules, TableRegister
from target_oracle.preflight import check_streams
from target_oracle.rows import Rows
from target_oracle.services import LoadServices
from target_oracle.session import TargetSession
from target_oracle.settings import TargetSettings
from target_oracle.sink import OracleSink
from target_oracle.state_table import StateTransaction
from target_oracle.stream_errors import StreamFailures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    import pyarrow as pa
    from singer_sdk.mapper import PluginMapper, StreamMap

    from target_oracle.barrier import Pending
    from target_oracle.batch_files import BatchMessage
    from target_oracle.records import RecordDecoder

OpenBookkeeping = Callable[[TargetSettings, TargetSession, Callable[[], None]], Bookkeeping | None]
"""Returns the bookkeeping of a run, from its settings, session and checkpoint."""

_LOGGER = logging.getLogger("target-oracle")
_JSON = msgspec.json.Encoder(decimal_format="number")


class LoadRun:
    """Takes the messages of one input and loads them.

    A STATE is written as soon as all rows before it are committed. Rows wait for their batch to
    fill, but never longer than `state_interval_seconds`, nor behind a STATE that already waits for
    as many rows as a batch has.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        settings: TargetSettings,
        mapper: PluginMapper,
        *,
        write: Callable[[bytes], None] = write_stdout,
        session: TargetSession | None = None,
        bookkeeping: OpenBookkeeping | None = None,
        clock: Callable[[], float] = time.monotonic,
        telemetry: Telemetry | None = None,
    ) -> None:
        """Prepare the run; the database is reached with the first SCHEMA."""
        self.history = LoadHistory(config, telemetry or Telemetry())
        self.settings = settings
        self._config = config
        self._mapper = mapper
        self._unit: StateTransaction | None = None
        self._last_state: bytes | None = None
        self._has_rows_behind_state = False
        self._session = session or TargetSession(config)
        self._session.on_change = self.history.table_changed
        self._open_bookkeeping = bookkeeping or partial(open_bookkeeping, config)
        self._bookkeeping: Bookkeeping | None = None
        self._shared: LoadServices | None = None
        self._barrier = StateBarrier(write)
        self._batch_input = BatchInput(self, settings)
        # With state_table the streams share a transaction, which one failure rolls back.
        goes_on = settings.on_stream_error == "continue" and not settings.state_table
        self._failures = StreamFailures(goes_on=goes_on)
        self._clock = clock
        self._register = TableRegister()
        self._sinks: dict[str, OracleSink] = {}
        self._pending: dict[str, OracleSink] = {}
        self._pending_since = clock()
        self._schemas: dict[str, Mapping[str, Any]] = {}
        self.termination = Termination(held=True, breakable=True)

    # What the reader asks

    def waiting(self) -> AbstractContextManager[None]:
        """Surround a wait for input, in which a signal ends the run at once."""
        return self.termination.waiting()

    def idle(self) -> None:
        """Commit what has waited long enough while no input comes."""
        self._flush_when_due()

    def knows(self, stream: str) -> bool:
        """Return whether the SCHEMA of a stream has come."""
        return stream in self._schemas

    def decoder(self, stream: str) -> RecordDecoder | None:
        """Return the decoder of a stream, None when its records go through a stream map."""
        maps = self._mapper.stream_maps[stream]
        if len(maps) == 1 and stream_maps.changes_nothing(maps[0]) and stream in self._sinks:
            return self._sinks[stream].decoder
        return None

    # Messages

    def take_schema(self, message: dict[str, Any]) -> None:
        """Take a SCHEMA: bring the table to it, after the rows of the earlier one are committed."""
        stream = message["stream"]
        declared = {
            "schema": message["schema"],
            "key_properties": list(message.get("key_properties") or ()),
        }
        if self._schemas.get(stream) == declared:
            return
        self.history.begin()
        self._schemas[stream] = copy.deepcopy(declared)
        self._mapper.register_raw_stream_schema(
            stream, declared["schema"], declared["key_properties"]
        )
        maps = [
            stream_map
            for stream_map in self._mapper.stream_maps[stream]
            if not isinstance(stream_map, RemoveRecordTransform)
        ]
        check_streams(maps, self.settings, bookmarks=message.get("bookmark_properties"))
        for stream_map in maps:
            with self._failures.of(stream_map.stream_alias, self._oldest_of(stream_map)):
                self._make_sink(stream_map)
        self._released()

    def _oldest_of(self, stream_map: StreamMap) -> Callable[[], int]:
        """Return what tells the oldest row of a stream that is not committed."""

        def oldest() -> int:
            stream = stream_map.stream_alias
            sink = self._sinks.get(stream)
            self._pending.pop(stream, None)
            return (sink.oldest if sink else None) or self._barrier.rows + 1

        return oldest

    def _make_sink(self, stream_map: StreamMap) -> None:
        stream = stream_map.stream_alias
        table = self._services().rules.table(stream)
        self._register.claim(stream, table)
        services = self._services()
        if services.ledger is not None and self.history.run_id is not None:
            services.ledger.run_id = self.history.run_id
        self.history.refuse_own_table(stream, table, self._session.own_schema)
        if services.bookkeeping is not None:
            locks, session = services.bookkeeping.locks, self._session
            where = f"stream '{stream}': lock {table} against another load"
            session.run_ddl(lambda c: locks.claim(c, table, stream), where)
        sink = OracleSink(
            stream=stream,
            schema=stream_map.transformed_schema,
            key_properties=tuple(stream_map.transformed_key_properties or ()),
            table=table,
            services=services,
        )
        earlier = self._sinks.get(stream)
        if earlier is not None:
            earlier.flush()
            sink.inherit(earlier)
            if stream in self._pending:
                self._pending[stream] = sink
        sink.prepare()
        sink.on_loaded = self.history.batch_loaded
        if sink.bad is not None:
            sink.bad.on_written = partial(self.history.rows_refused, stream)
        self._sinks[stream] = sink
        self.history.begin_stream(stream, self.settings.load_method, str(table), sink.lineage)
        is_bulk = stream_maps.changes_nothing(stream_map)
        how = "in bulk" if is_bulk else "one by one, through its stream map"
        _LOGGER.debug("%s; records are read %s", sink.describe(), how)

    def _services(self) -> LoadServices:
        """Return what the sinks share; made with the first SCHEMA."""
        if self._shared is None:
            settings, session, checkpoint = self.settings, self._session, self.termination.check
            named, style = settings.default_target_schema, settings.identifier_style
            schema = Identifier.fold(named, style) if named else session.own_schema
            rules = NamingRules(schema, style, session.server.name_bytes)
            self._bookkeeping = self._open_bookkeeping(settings, session, checkpoint)
            books = self._bookkeeping
            transactions: TargetSession | StateTransaction = session
            if books is not None and books.states is not None:
                of_state = TargetSession(self._config)
                of_state.on_change = self.history.table_changed
                self._unit = StateTransaction(of_state, books.states, books.ledger)
                transactions = self._unit
            self._shared = LoadServices(
                settings, session, rules, checkpoint, transactions, self._bookkeeping
            )
        return self._shared

    def take_batch(self, message: BatchMessage) -> None:
        """Load the files of a BATCH in their order, after the rows before it."""
        self._batch_input.read(message, lambda: self._barrier.rows)
        self._released()

    def take_table(self, stream: str, table: pa.Table, size: int) -> bool:
        """Load rows of a file as an Arrow table; return False where they are wanted as rows."""
        if stream in self._failures:
            self._barrier.number(table.num_rows)
            return True
        sink, first = self._sinks[stream], self._barrier.rows + 1
        with self._failures.of(stream, lambda: self._give_up(sink, first)):
            if not sink.take_table(table, first, size):
                return False
        self._barrier.number(table.num_rows)
        self._has_rows_behind_state = True
        self.history.take_rows(stream, size)
        if sink.oldest is not None:
            self._pending[stream] = sink
        self._released()
        return True

    def take_rows(self, stream: str, rows: Rows, size: int, line: int, *, file: str = "") -> None:
        """Load rows of a stream as its decoder made them."""
        if stream in self._failures:
            self._barrier.number(len(rows))
            return
        if not self._pending:
            self._pending_since = self._clock()
        sink = self._sinks[stream]
        self._pending[stream] = sink
        self._has_rows_behind_state = True
        self.history.take_rows(stream, size)
        first = self._barrier.number(len(rows))
        with self._failures.of(stream, lambda: self._give_up(sink, first)):
            if sink.take(rows, first, size, line, file=file):
                self._released()
        self._flush_when_due()

    def take_refused(self, stream: str, line: bytes, reason: str) -> bool:
        """Keep a line that its SCHEMA refuses, or return False where it ends the run."""
        if self.settings.on_bad_row != "table" or stream in self._failures:
            return False
        self._pending[stream] = sink = self._sinks[stream]
        self._has_rows_behind_state = True
        sink.refuse(line, reason, self._barrier.number(1))
        return True

    def take_record(self, stream: str, message: dict[str, Any], size: int, line: int) -> None:
        """Load a RECORD through stream maps; NotDecoded if the result does not match its schema."""
        for stream_map in self._mapper.stream_maps[stream]:
            record = stream_map.transform(copy.copy(message["record"]))
            if record is None:
                continue
            alias = stream_map.stream_alias
            if alias in self._failures:
                continue
            text = _JSON.encode({**message, "stream": alias, "record": record})
            row = self._sinks[alias].decoder.decode_line(text)
            self.take_rows(alias, Rows.of(row), size, line)

    def _give_up(self, sink: OracleSink, first: int) -> int:
        """Let a stream wait no longer; return the number of its oldest row not committed."""
        self._pending.pop(sink.stream, None)
        return sink.oldest or first

    def take_state(self, value: bytes) -> None:
        """Take a STATE; it leaves when the rows before it are committed."""
        self.history.take_state(value)
        self._barrier.take(value)
        if self.settings.state_table:
            self._commit_with_state(value)
            return
        waiting = sum(sink.waiting_rows for sink in self._pending.values())
        if waiting >= self.settings.batch_size_rows:
            self.flush_all()
        self._released()

    def _commit_with_state(self, value: bytes) -> None:
        """Commit the rows of all streams before a STATE together with it.

        What a stream stages until its end is replaced there, and the STATE waits for that.
        """
        self._last_state, self._has_rows_behind_state = value, False
        if self._unit is not None and self.settings.load_method != "overwrite":
            for sink in self._pending.values():
                sink.flush()
            self._pending.clear()
            self._unit.commit(value)

    def take_activate_version(self, stream: str, version: int) -> None:
        """Take an ACTIVATE_VERSION; the rows before it are loaded first."""
        if stream not in self._schemas:
            return
        for stream_map in self._mapper.stream_maps[stream]:
            alias = stream_map.stream_alias
            if not isinstance(stream_map, RemoveRecordTransform) and alias not in self._failures:
                sink = self._sinks[alias]
                with self._failures.of(alias, partial(self._give_up, sink, self._barrier.rows)):
                    sink.activate_version(version)
        self._released()

    # Barriers

    def flush_all(self) -> None:
        """Commit every row that waits, then write the STATE that they held back."""
        for sink in list(self._pending.values()):
            with self._failures.of(sink.stream, partial(self._give_up, sink, self._barrier.rows)):
                sink.flush()
        self._pending_since = self._clock()
        self._released()

    def _flush_when_due(self) -> None:
        if not self._pending or self._unit is not None:
            return
        if self._clock() - self._pending_since >= self.settings.state_interval_seconds:
            self.flush_all()

    def _released(self) -> None:
        self._pending = {name: s for name, s in self._pending.items() if s.oldest is not None}
        if not self.settings.state_table:
            held: list[Pending] = [*self._pending.values(), *self._failures.held.values()]
            self._barrier.release(held)
            self._batch_input.delete_before(self._barrier.uncommitted(held))

    def finish(self) -> None:
        """Load the rest, write the last STATE and end the session."""
        try:
            self._finish_sinks()
        except BaseException as failure:
            self.fail(failure)
            raise
        rows = sum(sink.loaded_rows for sink in self._sinks.values())
        _LOGGER.info("%d rows of %d streams are loaded", rows, len(self._sinks))
        warn_of_refused(sink.bad for sink in self._sinks.values())
        maps = self._config.get("stream_maps") or {}
        for line in stream_maps.unmatched(maps, self._schemas):
            _LOGGER.warning("%s", line)
        self.history.end(None)
        self._close()

    def _finish_sinks(self) -> None:
        if self._unit is not None and self._gives_up_rows():
            self._unit.rollback()
        else:
            for sink in self._sinks.values():
                if sink.stream in self._failures:
                    continue
                give_up = partial(self._give_up, sink, self._barrier.rows)
                with self._failures.of(sink.stream, give_up):
                    sink.finish()
                if self._unit is None:
                    self._released()
                self.termination.check()
            if self._unit is not None:
                self._unit.commit(self._last_state)
        held = list(self._failures.held.values())
        self._barrier.release(held)
        self._batch_input.delete_before(self._barrier.uncommitted(held))
        self._failures.check(len(self._schemas))

    def _gives_up_rows(self) -> bool:
        """Return whether rows came behind the last STATE: the next run begins with them."""
        if not self._has_rows_behind_state or self._last_state is None:
            return False
        if self.settings.load_method == "overwrite":
            return False
        _LOGGER.warning("Rows behind the last STATE are not committed, because of state_table")
        return True

    def fail(self, failure: BaseException) -> None:
        """End the session after a failure; what is not committed is rolled back."""
        warn_of_refused(sink.bad for sink in self._sinks.values())
        try:
            self.history.end(failure)
        finally:
            self._close()

    def _close(self) -> None:
        bookkeeping, self._bookkeeping = self._bookkeeping, None
        try:
            if bookkeeping is not None and not self._session.is_abandoned:
                bookkeeping.close(self._session)
            if self._unit is not None:
                self._unit.close()
            self._session.close()
        finally:
            self.history.close()
