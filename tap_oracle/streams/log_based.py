"""LOG_BASED: a snapshot at one SCN, then what was committed since, deletes included."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import oracledb
from singer_sdk.singerlib import ActivateVersionMessage

from oracle_core.connection import ConnectionSource
from oracle_core.errors import ConfigurationError, DatabaseError, describe
from oracle_core.state import BOOKMARK_VERSION, Bookmark, read_bookmark
from tap_oracle.blocks import Block, Piece
from tap_oracle.catalog_entry import LOG_BASED
from tap_oracle.change_rows import ChangeRows, server_zone
from tap_oracle.changes import COMMIT_SCN, DELETED_AT, Advanced, Changed, GapError
from tap_oracle.fetching import fetch_rows
from tap_oracle.flashback.reader import current_scn
from tap_oracle.flashback.source import COLUMNS, SEGMENTS, FlashbackSource
from tap_oracle.logminer.connections import MiningConnection
from tap_oracle.logminer.position import INCARNATION, RESTART_SCN, LogPosition, position_of
from tap_oracle.logminer.readiness import reasons_against
from tap_oracle.logminer.source import LogMinerSource
from tap_oracle.plan import plan_stream
from tap_oracle.query import Extras, Statement, select
from tap_oracle.row_reader import RowReader
from tap_oracle.streams.base import OracleStream
from tap_oracle.writer import record_encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from singer_sdk import Tap

    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.changes import Event
    from tap_oracle.plan import StreamPlan
    from tap_oracle.services import StreamServices
    from tap_oracle.writer import Row

    RowLines = Callable[[Iterable[Row]], bytes]

LOGMINER, FLASHBACK = "logminer", "flashback"
METHOD = "log_based_method"
"""Key of the bookmark: the method that wrote it."""

_NO_PAST = frozenset({"ORA-01031", "ORA-01466"})
"""FLASHBACK is not granted, or the table is too young to have a past."""

_METADATA_PROPERTIES: Mapping[str, Any] = {
    DELETED_AT: {"type": ["string", "null"], "format": "date-time"},
    COMMIT_SCN: {"type": ["integer", "null"]},
}


@dataclass(frozen=True)
class _Moment:
    """The end of a run's changes: by LogMiner a position in the redo, by flashback an SCN."""

    scn: int
    bookmark: Mapping[str, Any]
    position: LogPosition | None = None


@dataclass(frozen=True, slots=True)
class LogPiece(Piece):
    """The whole stream; `bookmark` says, as in the state, what was delivered before."""

    bookmark: Mapping[str, Any] = field(default_factory=dict)


class LogBasedStream(OracleStream):
    """Delivers the last change of each key that was committed since the bookmark.

    Records carry the columns, `_sdc_deleted_at` (when the row was deleted, else null) and
    `_sdc_scn` (SCN of the commit), and a version, by which a TRUNCATE or a new snapshot removes
    the rows that came before. The bookmark moves when everything up to its SCN has been written;
    a run that was killed delivers the changes since then again.
    """

    _version: int | None = None

    def __init__(self, tap: Tap, entry: CatalogEntry, services: StreamServices) -> None:
        """Make the stream of a catalog entry.

        Args:
            tap: The SDK's tap.
            entry: The stream as the catalog describes it.
            services: What the stream needs from the run.
        """
        super().__init__(tap, entry, services)
        self._start = Bookmark()
        self._mining = MiningConnection(services.settings.connection)
        self._own_session = ConnectionSource(services.settings.connection, module="tap-oracle")

    def _session(self) -> oracledb.Connection:
        """Return the session of the process, or one of its own.

        Where the run reads in one read-only transaction, that session sees no later SCN
        (ORA-30053), and must not begin another transaction.
        """
        if self.services.snapshots.is_one_session:
            return self._own_session.connection()
        return self.services.session()

    def fetched(self, plan: StreamPlan, statement: Statement) -> Iterator[list[Row]]:
        """Yield the rows of a statement, a fetch at a time."""
        settings = self.services.settings
        return fetch_rows(
            self._session(),
            statement,
            plan,
            array_size_rows=self.options.array_size_rows or settings.array_size_rows,
            fetch_bytes_max=settings.fetch_bytes_max,
        )

    @property
    def selected_schema(self) -> dict[str, Any]:
        """The JSON schema of the selected columns and the metadata of changes."""
        schema = super().selected_schema
        return {**schema, "properties": {**schema["properties"], **_METADATA_PROPERTIES}}

    def plan(self) -> StreamPlan:
        """Return how each selected column is fetched and decoded."""
        settings = self.services.settings
        names = list(super().selected_schema["properties"])
        return plan_stream(
            self.entry, names, settings.representation, any_year=settings.any_year, marks_empty=True
        )

    def pieces(self) -> list[Piece]:
        """Return the whole stream with its bookmark: another process has no state.

        Raises:
            ConfigurationError: If `stream_options` has a condition: a row that stops meeting it
                would stay in the target.
        """
        if self.options.where:
            msg = f"where is not possible for '{self.name}', which is LOG_BASED; choose columns"
            raise ConfigurationError(msg, setting="stream_options")
        return [LogPiece(bookmark=dict(self.stream_state))]

    def statement(self, plan: StreamPlan, piece: Piece) -> Statement:
        """Return the SELECT of rows as they are now, for a test run."""
        del piece
        return select(self.entry.table, plan.expressions, limit=self.limit_in_sql(plan))

    def table_version(self) -> None:
        """Return None: the messages of versions are part of the blocks."""

    def read(self, piece: Piece) -> Iterator[Block]:
        """Yield the snapshot, or the changes since the bookmark.

        Args:
            piece: The one of `pieces`.

        Raises:
            ConfigurationError: If neither method is possible; the text names the way out.
            GapError: If changes are missing and `on_gap` is `fail`.
        """
        plan = self.plan()
        if isinstance(piece, LogPiece):
            self._start = read_bookmark(piece.bookmark)
        if self.row_limit is not None:
            yield from self._sample(plan, piece)
            return
        with closing(self._own_session), closing(self._mining) as mining:
            yield from self._due(plan, self._source(mining))
        self.report_non_finite(plan)

    def _due(self, plan: StreamPlan, source: LogMinerSource | FlashbackSource) -> Iterator[Block]:
        bookmark = self._start
        if bookmark.scn is None or bookmark.replication_method != LOG_BASED:
            yield from self._snapshot(plan, source)
            return
        self._version = bookmark.version or self.started_at_seconds
        try:
            yield from self._changes(plan, source)
        except GapError as gap:
            if self.services.settings.on_gap != "snapshot":
                raise
            self.logger.warning("%s. on_gap is snapshot: loading it in full now", gap)
            yield from self._snapshot(plan, source)

    # Method

    def _source(self, mining: MiningConnection) -> LogMinerSource | FlashbackSource:
        """Return the source of the method that is wanted and possible.

        Raises:
            ConfigurationError: If LogMiner is wanted and not possible.
        """
        settings = self.services.settings
        flashback = FlashbackSource(
            self._session(), self.entry, array_size_rows=settings.array_size_rows
        )
        if settings.log_based_method == FLASHBACK:
            return flashback
        reasons = self._reasons_against_logminer(mining)
        if not reasons:
            return LogMinerSource(
                mining.session(),
                self._session(),
                self.entry,
                memory_limit_bytes=settings.log_memory_bytes,
                array_size_rows=settings.array_size_rows,
            )
        if settings.log_based_method == LOGMINER:
            msg = f"stream '{self.name}' cannot be read by LogMiner: {'; '.join(reasons)}"
            raise ConfigurationError(msg)
        self.logger.info(
            "Stream '%s': by flashback, because LogMiner cannot be used: %s",
            self.name,
            "; ".join(reasons),
        )
        return flashback

    def _reasons_against_logminer(self, mining: MiningConnection) -> list[str]:
        try:
            return reasons_against(mining.session(), self._session(), self.entry)
        except (oracledb.Error, DatabaseError) as error:
            fault = describe(error)
            return [fault.report]

    def _moment(self, source: LogMinerSource | FlashbackSource) -> _Moment:
        """Return now, and the keys of a bookmark that ends there."""
        own = {
            "bookmark_version": BOOKMARK_VERSION,
            "replication_method": LOG_BASED,
            "replication_key": None,
            "replication_key_value": None,
        }
        if isinstance(source, FlashbackSource):
            definition = source.definition()
            scn = current_scn(self._session())
            gone = {RESTART_SCN: None, INCARNATION: None}
            keys = {**own, METHOD: FLASHBACK, "scn": scn, **gone, **definition}
            return _Moment(scn, keys)
        position = source.position()
        keys = {**own, METHOD: LOGMINER, SEGMENTS: None, COLUMNS: None, **position.bookmark()}
        return _Moment(position.scn, keys, position)

    # Snapshot

    def _snapshot(
        self, plan: StreamPlan, source: LogMinerSource | FlashbackSource
    ) -> Iterator[Block]:
        """Yield all rows as of now and the bookmark from which changes follow."""
        now = self._moment(source)
        self._version = max(self.started_at_seconds, (self._start.version or 0) + 1)
        self.logger.info("Stream '%s': snapshot as of SCN %d", self.name, now.scn)
        encode = self._row_lines(plan)
        for rows in self.rows_as_of(plan, now.scn):
            values = plan.values(rows)
            yield Block(encode((*row, None, now.scn) for row in values), len(rows))
        bookmark = {**now.bookmark, "version": self._version}
        yield Block(self._activation(), 0, bookmark)

    def rows_as_of(self, plan: StreamPlan, scn: int) -> Iterator[list[Row]]:
        """Yield the rows of a table as of an SCN, or of a moment after it.

        Where the user may not look back, a read-only transaction that begins later gives one
        moment too: what it holds beyond the SCN is delivered again with the changes.
        """
        hint = Extras(hint=self.options.hint or "")
        statement = select(self.entry.table, plan.expressions, scn=scn, extras=hint)
        fetched = self.fetched(plan, statement)
        try:
            first = next(fetched, None)
        except oracledb.Error as error:
            code = describe(error).code
            if code not in _NO_PAST:
                raise
            self.logger.info(
                "Stream '%s': rows as of SCN %d cannot be read (%s); reading them in a read-only "
                "transaction",
                self.name,
                scn,
                code,
            )
            yield from self._rows_of_transaction(plan)
            return
        if first is not None:
            yield first
        yield from fetched

    def _rows_of_transaction(self, plan: StreamPlan) -> Iterator[list[Row]]:
        session = self._session()
        session.rollback()
        with session.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        try:
            yield from self.fetched(plan, select(self.entry.table, plan.expressions))
        finally:
            session.rollback()

    def _sample(self, plan: StreamPlan, piece: Piece) -> Iterator[Block]:
        encode = self._row_lines(plan)
        for rows in self.fetched(plan, self.statement(plan, piece)):
            yield Block(encode((*row, None, None) for row in plan.values(rows)), len(rows))

    # Changes

    def _changes(
        self, plan: StreamPlan, source: LogMinerSource | FlashbackSource
    ) -> Iterator[Block]:
        """Yield what was committed since the bookmark, and the bookmark after it."""
        now = self._moment(source)
        session = self._session()
        logged = replace(plan, marks_empty=False)
        rows_of = ChangeRows(
            self.entry,
            logged,
            RowReader(session, self.entry, plan, now.scn),
            server_zone(session),
            FlashbackSource(session, self.entry, array_size_rows=1).commit_times,
        )
        for event in self._events(logged, source, now):
            if isinstance(event, Changed):
                rows = list(rows_of.rows(event.changes))
                yield Block(self._row_lines(plan)(rows), len(rows))
            elif isinstance(event, Advanced):
                yield Block(b"", 0, {**now.bookmark, **event.bookmark, "version": self._version})
            else:
                self._version = (self._version or 0) + 1
                yield Block(self._activation(), 0)
        self.report_non_finite(logged)

    def _events(
        self, plan: StreamPlan, source: LogMinerSource | FlashbackSource, now: _Moment
    ) -> Iterator[Event]:
        bookmark = self._start
        start = position_of(bookmark)
        if isinstance(source, FlashbackSource):
            yield from source.events(plan, bookmark, now.scn, now.bookmark)
            return
        assert now.position is not None  # noqa: S101 - LogMiner's moment has one
        if start is None:
            # The bookmark of flashback or of an older tap does not say which transactions were
            # open; one run by flashback leads to one that does.
            self.logger.info(
                "Stream '%s': its bookmark is not one of LogMiner; by flashback this once",
                self.name,
            )
            flashback = FlashbackSource(
                self._session(),
                self.entry,
                array_size_rows=self.services.settings.array_size_rows,
            )
            for event in flashback.events(plan, bookmark, now.scn, flashback.definition()):
                yield Advanced(now.position.bookmark()) if isinstance(event, Advanced) else event
            return
        if start.incarnation != now.position.incarnation:
            raise GapError(
                self.name,
                "the database was opened with RESETLOGS since, and SCNs count anew",
                first_scn=start.scn + 1,
                last_scn=None,
            )
        yield from source.events(plan, start, now.position)

    # Messages

    def _row_lines(self, plan: StreamPlan) -> RowLines:
        """Return the encoder of rows that end in the metadata of changes."""
        names = (*plan.names, DELETED_AT, COMMIT_SCN)
        version = self._version
        if self.reason_for_single_records is None:
            encode = record_encoder(self.name, names, version)
            return lambda rows: encode(rows, dt.datetime.now(dt.UTC))
        return lambda rows: b"".join(self._mapped_lines(names, rows, version))

    def _mapped_lines(
        self, names: tuple[str, ...], rows: Iterable[Row], version: int | None
    ) -> Iterator[bytes]:
        extracted_at = dt.datetime.now(dt.UTC)
        for row in rows:
            record = dict(zip(names, row, strict=True))
            for message in self.mapped_messages(record, version):
                message.time_extracted = extracted_at
                yield self.services.writer.serialize_message(message)

    def _activation(self) -> bytes:
        """Return the ACTIVATE_VERSION message of each mapped stream."""
        version = self._version or 0
        return b"".join(
            self.services.writer.serialize_message(
                ActivateVersionMessage(stream=stream_map.stream_alias, version=version)
            )
            for stream_map in self.stream_maps
        )
