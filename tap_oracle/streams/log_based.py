"""LOG_BASED: a snapshot at one SCN, then what was committed since, deletes included."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import oracledb

from oracle_core.errors import OracleError, describe
from oracle_core.pool import pooled_source
from oracle_core.state import Bookmark, read_bookmark
from tap_oracle.blocks import Block, Piece
from tap_oracle.catalog_entry import LOG_BASED
from tap_oracle.change_sources import ChangeSources, LogPoint, lost_history
from tap_oracle.changes import COMMIT_SCN, DELETED_AT, Advanced, GapError
from tap_oracle.chunks import CHUNKS, ChunkProgress
from tap_oracle.fetching import fetch_rows
from tap_oracle.flashback.source import FlashbackSource
from tap_oracle.logminer.position import position_of
from tap_oracle.plan import plan_stream
from tap_oracle.streams.change_blocks import ChangeBlocks, activation, row_lines
from tap_oracle.streams.full_read import FullReadStream
from tap_oracle.streams.whole_table import WholeTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from singer_sdk import Tap

    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.change_sources import Source
    from tap_oracle.changes import Event
    from tap_oracle.plan import StreamPlan
    from tap_oracle.progress import StreamProgress
    from tap_oracle.query import Statement
    from tap_oracle.services import StreamServices
    from tap_oracle.snapshot import Moment
    from tap_oracle.writer import Row

    RowLines = Callable[[Iterable[Row]], bytes]

LOG_START = "log_start"
"""Key of the bookmark while a snapshot in chunks is unfinished: the bookmark that follows it."""

_METADATA_PROPERTIES: Mapping[str, Any] = {
    DELETED_AT: {"type": ["string", "null"], "format": "date-time"},
    COMMIT_SCN: {"type": ["integer", "null"]},
}


@dataclass(frozen=True, slots=True)
class LogPiece(Piece):
    """The changes of a stream.

    Attributes:
        bookmark: What was delivered before, as in the state.
        is_lost: Whether changes are lost, so that all rows are read in this piece instead.
    """

    bookmark: Mapping[str, Any] = field(default_factory=dict)
    is_lost: bool = False


class LogBasedStream(FullReadStream):
    """Delivers the last change of each key that was committed since the bookmark.

    Records carry the columns, `_sdc_deleted_at` (when the row was deleted, else null) and
    `_sdc_scn` (SCN of the commit), and a version, by which a TRUNCATE or a new snapshot removes
    the rows that came before. The bookmark moves when everything up to its SCN has been written;
    a run that was killed delivers the changes since then again.

    Attributes:
        is_delivered: Whether the changes of this run were read together with those of others.
    """

    def __init__(self, tap: Tap, entry: CatalogEntry, services: StreamServices) -> None:
        """Make the stream of a catalog entry.

        Args:
            tap: The SDK's tap.
            entry: The stream as the catalog describes it.
            services: What the stream needs from the run.
        """
        super().__init__(tap, entry, services)
        self._start = Bookmark()
        self._gap: str | None = None
        self.is_delivered = False
        self._own_session = pooled_source(services.settings.connection, module="tap-oracle")
        self._before_snapshot: LogPoint | None = None
        self._after_snapshot: Mapping[str, Any] | None = None

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
        session = self._session()
        self.name_session(session)
        return fetch_rows(
            session,
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
        # Without the metadata of changes, which are no columns of the table.
        names = list(super().selected_schema["properties"])
        return plan_stream(
            self.entry, names, settings.representation, any_year=settings.any_year, marks_empty=True
        )

    def pieces(self) -> Sequence[Piece]:
        """Return the snapshot or its rest, else the changes; another process has no state."""
        if self.is_delivered:
            return []
        if self.is_read_in_full and self.row_limit is None:
            return super().pieces()
        # Handed over with the piece: the bookmarks that a worker has may be older.
        return [LogPiece(bookmark=dict(self.stream_state))]

    def table_version(self) -> None:
        """Return None: the messages of versions are part of the blocks."""

    def read(self, piece: Piece) -> Iterator[Block]:
        """Yield a part of the snapshot, or the changes since the bookmark.

        Args:
            piece: One of `pieces`.

        Raises:
            ConfigurationError: If neither method is possible; the text names the way out.
            GapError: If changes are missing and `on_gap` is `fail`.
        """
        if not isinstance(piece, LogPiece):
            yield from super().read(piece)
            return
        plan = self.plan()
        if self.row_limit is not None:
            yield from self._sample(plan, piece)
            return
        self._start = read_bookmark(piece.bookmark)
        with closing(self._own_session), closing(self._sources()) as sources:
            source = sources.chosen()
            if piece.is_lost:
                # The point comes before the rows: what is committed meanwhile is delivered once
                # more as a change.
                yield from self._snapshot(plan, sources.now(source))
            else:
                yield from self._changes_or_gap(sources, source)
        self.report_non_finite(plan)

    def _sources(self) -> ChangeSources:
        return ChangeSources(self.entry, self.services.settings, self._session)

    def _changes_or_gap(self, sources: ChangeSources, source: Source) -> Iterator[Block]:
        try:
            yield from self._changes(sources, source)
        except GapError as gap:
            if self.services.settings.on_gap != "snapshot":
                raise
            # The process that writes has the state, and divides the table into chunks.
            yield Block(b"", 0, gap=str(gap))

    # Snapshot after a gap

    def take(self, block: Block, progress: StreamProgress) -> None:
        """Write a block, and note that the changes of this stream are lost."""
        super().take(block, progress)
        if block.gap is not None:
            self._gap = block.gap
            self.logger.warning("%s. on_gap is snapshot: loading it in full now", block.gap)

    def further_pieces(self) -> Sequence[Piece]:
        """Return the pieces of a snapshot where the changes of this run are lost."""
        if self._gap is None or self._after_snapshot is not None:
            return []
        snapshots = self.services.snapshots
        if not snapshots.can_read_later(self.entry):
            # A transaction that begins now gives one moment, to one session alone.
            self._gap = None
            return [LogPiece(bookmark=dict(self.stream_state), is_lost=True)]
        return super().pieces()

    # First snapshot

    @property
    def is_read_in_full(self) -> bool:
        """Whether no changes can be read yet, or an earlier snapshot is unfinished."""
        bookmark = self.bookmark
        is_complete = (
            bookmark.scn is not None
            and bookmark.replication_method == LOG_BASED
            # Older taps note the SCN of the changes before their first full load, which stopped.
            and bookmark.row_scn is None
        )
        return CHUNKS in self.stream_state or not is_complete

    @property
    def digest_parts(self) -> tuple[str, ...]:
        """The method: records of a FULL_TABLE load lack the metadata of changes."""
        return (LOG_BASED,)

    @property
    def expected_rows(self) -> int | None:
        """The number of rows by the optimizer's statistics, for a snapshot."""
        return self.entry.row_count if self.is_read_in_full else None

    def before_snapshot(self) -> None:
        """Note the point in the log from which changes follow, before the SCN of the run.

        Which transactions are open at an SCN can be asked for before it alone. A stream that
        cannot be read fails when its turn comes, so that others may go on.
        """
        try:
            self._before_snapshot = self._point_of_now()
        except (OracleError, oracledb.Error) as error:
            self.logger.debug("Stream '%s': %s", self.name, describe(error).report)

    def _point_of_now(self) -> LogPoint:
        with closing(self._own_session), closing(self._sources()) as sources:
            return sources.now(sources.chosen())

    def moment_of_full_read(self) -> Moment:
        """Return the moment of the run, or of the stream, and note the bookmark after it."""
        before = self._before_snapshot or self._point_of_now()
        if self._gap is None:
            moment = super().moment_of_full_read()
        else:
            # Not that of the run: what was open then is not known.
            moment = self.services.snapshots.of_now()
        # TIMESTAMP_TO_SCN may name an SCN some seconds old, and changes follow from `before` on.
        if moment.scn is None or moment.scn < before.scn:
            moment = replace(moment, scn=before.scn)
        self._after_snapshot = before.moved_to(moment.scn or before.scn).bookmark
        return moment

    def unfinished_load(self) -> ChunkProgress | None:
        """Return the progress of an unfinished snapshot, if its state says what follows it."""
        return super().unfinished_load() if self.stream_state.get(LOG_START) else None

    def _resumed(self, known: ChunkProgress) -> ChunkProgress:
        """Go on with an unfinished snapshot; changes follow from where it began."""
        # Not from where this run begins: chunks that are done were read at the moment of the first
        # one.
        self._after_snapshot = dict(self.stream_state[LOG_START])
        return super()._resumed(known)

    def version_of_load(self) -> int:
        """Return when the snapshot began, and more than the version of one before it."""
        known = self.version_of_unfinished_load
        return known or max(self.started_at_seconds, (self.bookmark.version or 0) + 1)

    def note_beginning(self) -> None:
        """Note the chunks; nothing else, because the snapshot is complete with its last row."""
        is_in_chunks = self._progress is not None
        self.change_bookmark(
            {
                CHUNKS: self.progress_in_bookmark,
                LOG_START: self._after_snapshot if is_in_chunks else None,
            }
        )

    def _read_once(self, piece: Piece) -> Iterator[Block]:
        plan = self.plan()
        self._version = piece.version
        # Rows of a snapshot carry its SCN, because those of their own commits are not known.
        encode, scn = row_lines(self, plan, self._version), piece.moment.scn
        for rows in super().fetched(plan, self.statement(plan, piece)):
            yield Block(encode((*row, None, scn) for row in plan.values(rows)), len(rows))
            del rows  # before the next fetch
        self.report_non_finite(plan)

    def finish(self) -> None:
        """Write the version of a snapshot, and move the bookmark to where changes follow."""
        if self._after_snapshot is not None and self.row_limit is None:
            bookmark = {**self._after_snapshot, "version": self._version}
            # A bookmark before its ACTIVATE_VERSION would leave the rows of older versions for
            # good.
            with self.services.termination.holding():
                self.services.writer.write_lines(activation(self, self._version))
                self.change_bookmark({CHUNKS: None, LOG_START: None, **bookmark})
            self.services.snapshots.end_stream()
        super().finish()

    # Reading in one piece

    def _snapshot(self, plan: StreamPlan, now: LogPoint) -> Iterator[Block]:
        """Yield all rows as of now and the bookmark from which changes follow."""
        self._version = max(self.started_at_seconds, (self._start.version or 0) + 1)
        self.logger.info("Stream '%s': snapshot as of SCN %d", self.name, now.scn)
        encode = row_lines(self, plan, self._version)
        table = WholeTable(self._session(), self.entry, self._extras, self.fetched)
        for rows in table.rows_as_of(plan, now.scn):
            values = plan.values(rows)
            yield Block(encode((*row, None, now.scn) for row in values), len(rows))
        bookmark = {**now.bookmark, "version": self._version}
        yield Block(activation(self, self._version), 0, bookmark)

    def _sample(self, plan: StreamPlan, piece: Piece) -> Iterator[Block]:
        encode = row_lines(self, plan, self._version)
        for rows in self.fetched(plan, self.statement(plan, piece)):
            yield Block(encode((*row, None, None) for row in plan.values(rows)), len(rows))
            del rows  # before the next fetch

    # Changes

    def _changes(self, sources: ChangeSources, source: Source) -> Iterator[Block]:
        """Yield what was committed since the bookmark, and the bookmark after it."""
        now = sources.now(source)
        changes = self.change_blocks(self._start, self._session(), now)
        for event in self._events(changes.plan, sources, source, now):
            yield changes.block(event)
        changes.report_non_finite()

    def change_blocks(
        self, start: Bookmark, session: oracledb.Connection, now: LogPoint
    ) -> ChangeBlocks:
        """Return what makes blocks of the changes of this stream.

        Args:
            start: The bookmark.
            session: A session that reads rows.
            now: The point up to which changes are read.
        """
        return ChangeBlocks(self, session, now, start.version or self.started_at_seconds)

    def _events(
        self, plan: StreamPlan, sources: ChangeSources, source: Source, now: LogPoint
    ) -> Iterator[Event]:
        bookmark = self._start
        start = position_of(bookmark)
        lost = lost_history(self.name, bookmark, now)
        if lost is not None:
            raise lost
        if isinstance(source, FlashbackSource):
            yield from source.events(plan, bookmark, now.scn, now.bookmark)
            return
        assert now.position is not None  # noqa: S101 - LogMiner's point has one
        if start is None:
            # The bookmark of flashback or of an older tap does not say which transactions were
            # open; one run by flashback leads to one that does.
            self.logger.info(
                "Stream '%s': its bookmark is not one of LogMiner; by flashback this once",
                self.name,
            )
            flashback = sources.flashback()
            # After the SCN of now: LogMiner goes on from there and would not see DDL before it.
            for event in flashback.events(plan, bookmark, now.scn, flashback.definition()):
                yield Advanced(now.position.bookmark()) if isinstance(event, Advanced) else event
            return
        yield from source.events(plan, start, now.position)
