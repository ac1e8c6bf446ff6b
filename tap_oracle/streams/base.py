"""What the streams of every replication method share: catalog entry, chunk loop, messages."""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from singer_sdk import Stream
from singer_sdk.helpers._catalog import get_selected_schema
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.singerlib import CatalogEntry as SingerCatalogEntry
from singer_sdk.singerlib import MetadataMapping
from singer_sdk.singerlib.catalog import Metadata

from oracle_core.connection import EXACT_FETCH
from oracle_core.errors import DataError
from oracle_core.state import read_bookmark, write_bookmark
from tap_oracle.plan import plan_stream
from tap_oracle.settings import DEFAULT_ARRAY_SIZE_ROWS
from tap_oracle.writer import record_encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from singer_sdk.helpers.types import Context
    from singer_sdk.singerlib import Catalog

    from oracle_core.state import Bookmark
    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.plan import StreamPlan
    from tap_oracle.query import Statement
    from tap_oracle.run import StreamProgress
    from tap_oracle.tap import TapOracle
    from tap_oracle.writer import Row

    ChunkEncoder = Callable[[Sequence[Row], dt.datetime], bytes]

LARGE_OBJECT_ROWS = 500
"""Rows a fetch where a row holds large objects, to bound memory."""


class OracleStream(Stream):
    """One table or view.

    The Singer SDK keeps configuration, selection, stream maps and messages; rows are read, encoded
    and written here, a chunk at a time: lines, then the bookmark of the last row, then STATE.
    """

    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    _tap: TapOracle

    def __init__(self, tap: TapOracle, entry: CatalogEntry) -> None:
        """Make the stream of a catalog entry.

        Args:
            tap: the tap.
            entry: the stream as the catalog describes it.
        """
        self.entry = entry
        super().__init__(tap, schema=dict(entry.schema), name=entry.stream_id)
        self.forced_replication_method = entry.replication_method
        self._replication_key = entry.replication_key
        self._primary_keys = list(entry.key_properties)
        self._metadata = self._selection_metadata(entry)

    @staticmethod
    def _selection_metadata(entry: CatalogEntry) -> MetadataMapping:
        """Return the selection; columns of the keys are always part of it."""
        metadata = MetadataMapping.from_iterable(
            {"breadcrumb": element["breadcrumb"], "metadata": element.get("metadata") or {}}
            for element in entry.metadata
        )
        for name in (*entry.key_properties, *filter(None, [entry.replication_key])):
            column = metadata["properties", name]
            if column.inclusion != Metadata.InclusionType.UNSUPPORTED:
                column.inclusion = Metadata.InclusionType.AUTOMATIC
        return metadata

    @property
    def metadata(self) -> MetadataMapping:
        """The selection metadata of the catalog, one object for the life of the stream."""
        if self._metadata is None:
            self._metadata = self._selection_metadata(self.entry)
        return self._metadata

    @property
    def selected(self) -> bool:
        """Whether the stream is selected."""
        return bool(self.mask.get((), True))

    @selected.setter
    def selected(self, value: bool | None) -> None:
        self.metadata.root.selected = value
        self._mask = self.metadata.resolve_selection()
        self._stream_maps = None
        self.register_with(self._tap)

    @property
    def _singer_catalog_entry(self) -> SingerCatalogEntry:
        entry = SingerCatalogEntry.from_dict(dict(self.entry.raw))
        entry.metadata = self.metadata
        return entry

    @property
    def selected_schema(self) -> dict[str, Any]:
        """The JSON schema of the selected columns."""
        return get_selected_schema(self.name, self.schema, self.mask)

    @property
    def emit_activate_version_messages(self) -> bool:
        """False: the message follows the last record, where it cannot empty the table early."""
        return False

    @property
    def row_limit(self) -> int | None:
        """How many rows to ask for: one beyond the limit of a test run, or no limit."""
        limit = self.ABORT_AT_RECORD_COUNT
        return None if limit is None else limit + 1

    def apply_catalog(self, catalog: Catalog) -> None:
        """Keep the input catalog; the entry has been read from it already."""
        self._tap_input_catalog = catalog

    def register_with(self, tap: TapOracle) -> None:
        """Give the mapper the schema of the selected columns."""
        tap.mapper.register_raw_stream_schema(self.name, self.selected_schema, self.primary_keys)

    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """Return None: rows come in the order of the key, so that no signpost is needed."""

    def get_batch_config(self, config: Mapping[str, Any]) -> None:
        """Return None: BATCH messages are not written."""

    def log(self, message: str, *args: object, level: int = logging.INFO, **kwargs: Any) -> None:
        """Log a message of the SDK; its errors as details: the tap reports a failure once."""
        shown = logging.DEBUG if level >= logging.ERROR else level
        super().log(message, *args, level=shown, **kwargs)

    def statement(self, plan: StreamPlan) -> Statement:
        """Return the SELECT of the rows that are due."""
        raise NotImplementedError

    @property
    def bookmark(self) -> Bookmark:
        """How far the stream has come, as the state says."""
        return read_bookmark(self.stream_state)

    def keep(self, bookmark: Bookmark) -> None:
        """Write a bookmark into the state."""
        self.stream_state.clear()
        self.stream_state.update(write_bookmark(bookmark))

    def advance(self, plan: StreamPlan, last_row: Row) -> None:
        """Take the last row written as the place to go on from."""

    def table_version(self) -> int | None:
        """Return the version that the records of this run carry, if any."""
        return None

    def get_records(self, context: Context | None) -> Iterator[dict[str, Any]]:
        """Yield the rows that are due as mappings.

        Args:
            context: no partitions; always None.
        """
        del context
        plan = self._plan()
        for rows in self._chunks(plan):
            yield from plan.documents(rows)

    def _sync_records(
        self, context: Context | None = None, *, write_messages: bool = True
    ) -> Generator[dict[str, Any], Any, Any]:
        """Write the rows that are due; a generator for the SDK's sake, which yields nothing."""
        del context, write_messages
        counter, timer = self.get_record_counter(), self.get_sync_timer()
        with self._tap.run.stream(self.name, self.replication_method) as progress, counter, timer:
            counter.with_context({})
            timer.with_context({})
            plan = self._plan()
            encode = self._encoder(plan)
            for rows in self._chunks(plan):
                allowed = self._allowed(rows, progress.rows)
                self._write_chunk(plan, encode, allowed, progress)
                counter.increment(len(allowed))
                if len(allowed) < len(rows):
                    self._check_max_record_limit(current_record_index=progress.rows)
        self._report_non_finite(plan)
        if (version := self.table_version()) is not None:
            self._write_activate_version_message(version)
        self._finalize_state(self.stream_state)
        self._write_state_message()
        yield from ()

    def _report_non_finite(self, plan: StreamPlan) -> None:
        if plan.non_finite and plan.options.non_finite == "null":
            self.logger.warning(
                "Stream '%s': %d NaN or infinite values were written as null; "
                "set non_finite to string to keep them",
                self.name,
                plan.non_finite,
            )

    def _plan(self) -> StreamPlan:
        names = self.selected_schema["properties"]
        any_year = bool(self.config.get("any_year"))
        return plan_stream(self.entry, names, self._tap.options, any_year=any_year)

    def _chunks(self, plan: StreamPlan) -> Iterator[list[Row]]:
        """Yield rows as the driver gives them, in lists of one fetch."""
        statement = self.statement(plan)
        size = self.config.get("array_size_rows") or DEFAULT_ARRAY_SIZE_ROWS
        if plan.has_large_objects:
            size = min(size, LARGE_OBJECT_ROWS)
        with closing(self._tap.connection.cursor()) as cursor:
            cursor.arraysize = size
            cursor.prefetchrows = size
            if statement.input_types:
                cursor.setinputsizes(**statement.input_types)
            with _readable():
                cursor.execute(statement.sql, dict(statement.binds), **EXACT_FETCH)
                rows = cursor.fetchmany(size)
            while rows:
                yield rows
                with _readable():
                    rows = cursor.fetchmany(size)

    def _allowed(self, rows: list[Row], written: int) -> list[Row]:
        limit = self.ABORT_AT_RECORD_COUNT
        return rows if limit is None else rows[: limit - written]

    def _write_chunk(
        self, plan: StreamPlan, encode: ChunkEncoder, rows: list[Row], progress: StreamProgress
    ) -> None:
        """Write a chunk and take its last row as the bookmark: both, or neither."""
        if not rows:
            return
        lines = encode(rows, dt.datetime.now(dt.UTC))
        with self._tap.termination.holding():
            self._tap.message_writer.write_lines(lines)
            progress.add(rows=len(rows), size=len(lines))
            self.advance(plan, rows[-1])
            self.state_manager.is_flushed = False
        self._write_state_message()

    def _encoder(self, plan: StreamPlan) -> ChunkEncoder:
        """Choose the bulk path, or the SDK's record by record where something changes records."""
        reason = self._why_record_by_record()
        path = "bulk path" if reason is None else f"record by record: {reason}"
        self.logger.info(
            "Stream '%s': %s, %d columns, %s",
            self.name,
            self.replication_method,
            len(plan.names),
            path,
        )
        if reason is not None:
            return self._record_by_record(plan)
        encode = record_encoder(self.name, plan.names, self.table_version())
        return lambda rows, time_extracted: encode(plan.values(rows), time_extracted)

    def _why_record_by_record(self) -> str | None:
        maps = self.stream_maps
        if len(maps) > 1:
            return "it is mapped to several streams"
        if type(maps[0]) is not SameRecordTransform:
            return "a stream map changes it"
        if maps[0].flattening_enabled:
            return "flattening is enabled"
        if maps[0].stream_alias != self.name:
            return "a stream map renames it"
        return None

    def _record_by_record(self, plan: StreamPlan) -> ChunkEncoder:
        self._stream_version = self.table_version()

        def encode(rows: Sequence[Row], time_extracted: dt.datetime) -> bytes:
            lines = []
            for record in plan.documents(rows):
                for message in self._generate_record_messages(record):
                    message.time_extracted = time_extracted
                    lines.append(self._tap.message_writer.serialize_message(message))
            return b"".join(lines)

        return encode


@contextmanager
def _readable() -> Iterator[None]:
    """Explain why the driver cannot make Python values of what it has fetched.

    Raises:
        DataError: text that is no valid Unicode; or a year before 1, which no datetime of Python
            holds.
    """
    try:
        yield
    except UnicodeError as error:
        msg = "a text holds bytes that are none of the database's character set"
        raise DataError(msg) from error
    except ValueError as error:
        msg = "a date cannot be read natively, probably a year before 1; set any_year"
        raise DataError(msg) from error
