"""What the streams of every replication method share: catalog entry, reading loop, messages."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import DatabaseError, describe
from oracle_core.state import read_bookmark
from oracle_core.telemetry import Column
from tap_oracle.batches import batch_encoder
from tap_oracle.blocks import Block, Piece
from tap_oracle.fetching import fetch_rows, first_rows
from tap_oracle.plan import plan_stream
from tap_oracle.progress import StreamProgress
from tap_oracle.query import select
from tap_oracle.sdk_compat import AdaptedStream, selection_metadata
from tap_oracle.snapshot import NO_PAST, REREAD_CODES, Moment, Way
from tap_oracle.stream_options import options_of
from tap_oracle.writer import record_encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context

    from oracle_core.errors import Fault
    from oracle_core.state import Bookmark
    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.plan import StreamPlan
    from tap_oracle.query import Extras, Statement
    from tap_oracle.services import StreamServices
    from tap_oracle.settings import TapSettings
    from tap_oracle.writer import Row

    RowEncoder = Callable[[Sequence[Row], dt.datetime], bytes]


_ACTION_CHARACTERS = 16
"""V$SESSION.ACTION holds 64 bytes, and a character takes up to four."""

MAX_REREADS = 3
"""Times that a piece is read again before its failure ends the stream."""


class OracleStream(AdaptedStream):
    """One table or view.

    `pieces` are read by `read`, which yields blocks of lines, and `take` writes a block, then its
    bookmark, then the STATE that is due. Reading changes neither state nor output, so that other
    processes can do it.
    """

    def __init__(self, tap: Tap, entry: CatalogEntry, services: StreamServices) -> None:
        """Make the stream of a catalog entry.

        Args:
            tap: The SDK's tap, which the SDK's stream belongs to.
            entry: The stream as the catalog describes it.
            services: What the stream needs from the run.
        """
        super().__init__(
            tap,
            name=entry.stream_id,
            schema=entry.schema,
            replication_method=entry.replication_method,
            replication_key=entry.replication_key,
            key_properties=entry.key_properties,
            metadata=selection_metadata(entry),
            raw=entry.raw,
        )
        self.entry = entry
        self.services = services
        self.options = options_of(entry.stream_id, services.settings.stream_options)

    @property
    def _extras(self) -> Extras:
        """What the operator adds to the SELECT."""
        return self.options.extras

    @property
    def expected_rows(self) -> int | None:
        """About how many rows the stream has; None where nothing tells."""
        return None

    def replace_entry(self, entry: CatalogEntry) -> None:
        """Complete the catalog entry with what the dictionary says."""
        self.entry = entry
        self.replace_schema(entry.schema)

    def leave_out_gone_columns(self) -> None:
        """Leave out columns that were dropped since the discovery, unless they are part of a key.

        The parse alone tells, in one round trip; any other error is left to the reading.
        """
        # ORA-00904 names one column at a time.
        while (gone := self._gone_column()) is not None:
            self.logger.warning(
                "Stream '%s': column '%s' is in the catalog and no longer in the table: it is "
                "left out; discover again (meltano --refresh-catalog)",
                self.name,
                gone,
            )
            self.replace_entry(self.entry.without(gone))

    def _gone_column(self) -> str | None:
        plan = self.plan()
        try:
            with closing(self.services.session().cursor()) as cursor:
                cursor.parse(select(self.entry.table, plan.expressions).sql)
        except oracledb.DatabaseError as error:
            fault = describe(error)
            named = {name.rpartition(".")[2].strip('"') for name in fault.object_names}
            gone = named.intersection(plan.names) if fault.code == "ORA-00904" else set()
            keys = {*self.entry.key_properties, self.entry.replication_key}
            return next(iter(gone - keys), None)
        return None

    # Bookmark

    @property
    def bookmark(self) -> Bookmark:
        """How far the stream has come, as the state says."""
        return read_bookmark(self.stream_state)

    def change_bookmark(self, changes: Mapping[str, Any]) -> None:
        """Set keys of the bookmark in the state; None removes a key."""
        for name, value in changes.items():
            if value is None:
                self.stream_state.pop(name, None)
            else:
                self.stream_state[name] = value

    def table_version(self) -> int | None:
        """Return the version that the records of this run carry, if any."""
        return None

    # Reading

    @property
    def is_read_in_full(self) -> bool:
        """Whether this run reads all rows, as of the moment of the run."""
        return False

    def before_snapshot(self) -> None:
        """Note what has to be known before the moment of the run is chosen."""

    def pieces(self) -> Sequence[Piece]:
        """Return the parts of the stream that are due, each for one session to read."""
        return [Piece()]

    def prepared(self, piece: Piece) -> Piece:
        """Return a piece as it has to be read now."""
        return piece

    def statement(self, plan: StreamPlan, piece: Piece) -> Statement:
        """Return the SELECT of the rows of a piece."""
        raise NotImplementedError

    def bookmark_after(self, plan: StreamPlan, last_row: Row) -> Mapping[str, Any]:
        """Return the keys of the bookmark that change once a row has been written."""
        del plan, last_row
        return {}

    def read(self, piece: Piece) -> Iterator[Block]:
        """Yield the lines of a piece, a fetch at a time.

        Where undo or DDL has made the moment of the piece unreadable, all of it is read again at
        a newer one: a target with keys takes rows that come twice as updates.

        Args:
            piece: One of `pieces`.

        Raises:
            DatabaseError: If rows of a stream without a key would come twice.
        """
        for attempt in range(MAX_REREADS + 1):
            rows = 0
            try:
                for block in self._read_once(piece):
                    rows += block.rows
                    yield block
                    del block  # before the next fetch
            except oracledb.Error as error:
                fault = describe(error)
                if fault.code not in REREAD_CODES or attempt == MAX_REREADS:
                    raise
                if rows and not self.primary_keys:
                    raise _doubling(fault) from error
                moment = self._newer_moment(piece.moment, fault.code, attempt)
                piece = replace(piece, moment=moment)
                # So the process that writes learns the moment; this one may be a worker.
                yield Block(b"", 0, moment=moment, reread_after=fault.code)
            else:
                return

    def _newer_moment(self, moment: Moment, code: str, attempt: int) -> Moment:
        # Without a past no SCN can be read, so that a newer one does not help.
        if code == NO_PAST:
            return Moment(moment.scn)
        renewed = self.services.snapshots.renewed(moment)
        if code == "ORA-01466" and attempt and renewed.way is Way.AS_OF:
            # A table created moments ago has no past yet (Database Development Guide, "Using
            # Oracle Flashback Technology"): its newest state is all there is.
            return Moment(renewed.scn)
        return renewed

    def _read_once(self, piece: Piece) -> Iterator[Block]:
        plan = self.plan()
        encode = self.encoder(plan, piece.version)
        for rows, lines in self.encoded(plan, encode, self.statement(plan, piece)):
            yield Block(lines, len(rows), self.bookmark_after(plan, rows[-1]))
            del rows, lines  # before the next fetch, or the values of both would be in memory
        self.report_non_finite(plan)

    def encoded(
        self, plan: StreamPlan, encode: RowEncoder, statement: Statement
    ) -> Iterator[tuple[list[Row], bytes]]:
        """Yield the rows of a statement and their lines, a fetch at a time."""
        for rows in self.fetched(plan, statement):
            yield rows, encode(rows, dt.datetime.now(dt.UTC))
            del rows  # before the next fetch

    def plan(self) -> StreamPlan:
        """Return how each selected column is fetched and decoded."""
        settings = self.services.settings
        names = self.selected_schema["properties"]
        return plan_stream(
            self.entry, names, settings.representation, any_year=settings.any_year, marks_empty=True
        )

    def fetched(self, plan: StreamPlan, statement: Statement) -> Iterator[list[Row]]:
        """Yield the rows of a statement, a fetch at a time."""
        settings = self.services.settings
        session = self.services.session()
        self.name_session(session)
        fetches = fetch_rows(
            session,
            statement,
            plan,
            array_size_rows=self._most_rows(settings),
            fetch_bytes_max=settings.fetch_bytes_max,
        )
        is_cut_here = self.row_limit is not None and self.limit_in_sql(plan) is None
        return first_rows(fetches, self.row_limit or 0) if is_cut_here else fetches

    def name_session(self, session: oracledb.Connection) -> None:
        """Let V$SESSION show stream and run; sent with the next call, they cost no round trip."""
        session.action = self.name[:_ACTION_CHARACTERS]
        session.client_identifier = self.services.run.record.run_id

    def limit_in_sql(self, plan: StreamPlan) -> int | None:
        """Return the row limit of a test run, None where the statement cannot have one."""
        return None if plan.has_long else self.row_limit

    def _most_rows(self, settings: TapSettings) -> int:
        # A BATCH file holds the rows of one fetch.
        batch_rows = None if settings.batches is None else settings.batches.rows
        return self.options.array_size_rows or batch_rows or settings.array_size_rows

    def encoder(self, plan: StreamPlan, version: int | None) -> RowEncoder:
        """Return the encoder of batches or of records, or the SDK's mapper where it is needed."""
        batches = self.services.settings.batches
        if batches is not None:
            return batch_encoder(self.name, plan, batches, self.services.run.record.run_id)
        reason = self.reason_for_single_records
        if reason is not None:
            self.logger.info("Stream '%s': record by record, because %s", self.name, reason)
            return self._mapped_encoder(plan, version)
        encode = record_encoder(self.name, plan.names, version)
        return lambda rows, moment: encode(plan.values(rows, keeps_bytes=True), moment)

    def _mapped_encoder(self, plan: StreamPlan, version: int | None) -> RowEncoder:
        serialize = self.services.writer.serialize_message

        def encode(rows: Sequence[Row], time_extracted: dt.datetime) -> bytes:
            lines = []
            for record in plan.documents(rows):
                for message in self.mapped_messages(record, version):
                    message.time_extracted = time_extracted
                    lines.append(serialize(message))
            return b"".join(lines)

        return encode

    def report_non_finite(self, plan: StreamPlan) -> None:
        """Warn of the NaN and infinities that were written as null."""
        if plan.non_finite and plan.options.non_finite == "null":
            self.logger.warning(
                "Stream '%s': %d NaN or infinite values were written as null; "
                "set non_finite to string to keep them",
                self.name,
                plan.non_finite,
            )

    def get_records(self, context: Context | None) -> Iterator[dict[str, Any]]:
        """Yield the rows that are due as mappings.

        Args:
            context: No partitions; always None.
        """
        del context
        plan = self.plan()
        for piece in self.pieces():
            for rows in self.fetched(plan, self.statement(plan, piece)):
                yield from plan.documents(rows)

    # Writing

    def transfer(self) -> None:
        """Read and write all pieces in this process; the way of a test run (`--test`)."""
        progress = StreamProgress()
        for piece in self.pieces():
            for block in self.read(self.prepared(piece)):
                self.take(block, progress)
            self.complete(piece)
        self.finish()

    def lineage(self) -> tuple[Column, ...]:
        """Return the selected columns with their Oracle types."""
        types = self.entry.types
        return tuple(Column(name, types[name].ddl(), name) for name in self.plan().names)

    def take(self, block: Block, progress: StreamProgress) -> None:
        """Write a block and change the bookmark: both, or neither."""
        # A signal between the two would leave a STATE that does not say what was written.
        with self.services.termination.holding():
            if block.lines:
                self.services.writer.write_lines(block.lines)
            progress.add(rows=block.rows, size=len(block.lines))
            self.change_bookmark(block.bookmark)
            self.services.states.changed(block.rows)
        if block.reread_after is not None:
            self._note_reread(block, progress)
        settings = self.services.settings
        progress.show(self.logger, self.name, settings.progress_interval_seconds)
        self.services.run.moved(self.name, rows=block.rows, size=len(block.lines))
        self.services.states.write_if_due()

    def _note_reread(self, block: Block, progress: StreamProgress) -> None:
        scn = None if block.moment is None else block.moment.scn
        # One warning per stream: the chunks that follow may meet the same error.
        log = self.logger.debug if progress.rereads else self.logger.warning
        log(
            "Stream '%s': %s; the current part is read again at SCN %s",
            self.name,
            block.reread_after,
            scn,
        )
        progress.rereads += 1
        self.services.run.note_reread(self.name, str(block.reread_after), scn)
        self.moved_on(block)

    def moved_on(self, block: Block) -> None:
        """Note that a part is read again at the moment of a block."""

    def complete(self, piece: Piece) -> None:
        """Note that all rows of a piece have been written."""

    def further_pieces(self) -> Sequence[Piece]:
        """Return the parts that are due because of what the last piece has shown; mostly none."""
        return []

    def finish(self) -> None:
        """Write what follows the last row of the stream."""
        if (version := self.table_version()) is not None:
            self.write_activate_version(version)
        self.services.states.changed()
        # A test run does not come by `run_pipeline`, which writes the last STATE.
        if self.row_limit is None:
            self.services.states.write_if_due()
        else:
            self.services.states.write_now()


def _doubling(fault: Fault) -> DatabaseError:
    hint = (
        "the stream has no key, so that reading the rest again would double rows; name "
        "view-key-properties, or read it when less changes"
    )
    return DatabaseError(replace(fault, hint=hint))
