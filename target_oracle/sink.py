"""One stream's way into its table: rows wait here until their batch is committed."""

from __future__ import annotations

import datetime as dt
import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from singer_sdk import metrics

from oracle_core.errors import DataError
from target_oracle import bad_rows
from target_oracle.comments import comment_of
from target_oracle.errors import LoadError, TableMismatchError
from target_oracle.metadata import (
    ALL,
    DELETED_AT,
    FOR_VERSIONS,
    TABLE_VERSION,
    BatchMoment,
    deleted_positions,
    metadata_property,
)
from target_oracle.properties import check_keys, properties_of
from target_oracle.records import RecordDecoder
from target_oracle.row_buffer import RowBuffer
from target_oracle.sources import Source, batch_of, lineage, sources
from target_oracle.table_loader import loader_of
from target_oracle.table_options import options_of
from target_oracle.table_spec import TableSpec, column_specs, for_exchange
from target_oracle.text_growth import growths
from target_oracle.versions import Activation, VersionState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

    import pyarrow as pa

    from oracle_core.identifiers import Identifier, TableName
    from oracle_core.telemetry.events import Column, Operation
    from target_oracle.arrow_columns import ArrowBatch
    from target_oracle.batch import Batch
    from target_oracle.rows import Rows
    from target_oracle.services import LoadServices
    from target_oracle.table_swap import Then

_LOGGER = logging.getLogger("target-oracle")


class OracleSink:
    """Collects the rows of one stream and loads them batch by batch.

    A SCHEMA that changes makes a new sink. `oldest` is the number of the oldest row not committed.
    """

    def __init__(
        self,
        *,
        stream: str,
        schema: Mapping[str, Any],
        key_properties: Sequence[str],
        table: TableName,
        services: LoadServices,
    ) -> None:
        """Read the SCHEMA; nothing is sent to the database yet.

        Raises:
            TableMismatchError: If names collide or a key property is not in the SCHEMA.
        """
        self.stream = stream
        self.table = table
        self.schema = schema
        self.key_properties = tuple(key_properties)
        self._services = services
        self._settings = settings = services.settings
        self.on_loaded: Callable[[str, int, float, Operation], object] | None = None
        self.properties = properties_of(schema, key_properties, validate=settings.validate_records)
        check_keys(stream, key_properties, schema)
        self.decoder = RecordDecoder(
            stream, self.properties, is_lenient=not settings.validate_records
        )
        self._metadata = tuple(metadata_property(name) for name in self._wanted_metadata(()))
        self._columns = self._name_columns()
        self._placed = self._columns  # where the values go, after on_type_change
        self._sources: tuple[Source, ...] = ()
        self._growing: set[Identifier] = set()
        self._buffer = RowBuffer()
        self.loaded_rows = 0
        self._load_seconds = 0.0
        self._started = dt.datetime.now(dt.UTC)
        self.oldest: int | None = None
        self.is_keyed = bool(key_properties) and settings.load_method != "append-only"
        self._loader = loader_of(services, stream, table)
        self._versions = VersionState()
        self.bad: bad_rows.BadRows | None = None
        self._counter = metrics.record_counter(stream)

    # Columns

    def _wanted_metadata(self, extra: Sequence[str]) -> list[str]:
        # Those that the stream sends itself are its own.
        wanted = ALL if self._settings.add_record_metadata else extra
        return [name for name in wanted if name not in self.schema["properties"]]

    def _name_columns(self) -> dict[str, Identifier]:
        named = [prop.name for prop in (*self.properties, *self._metadata)]
        return self._services.rules.columns(self.stream, named)

    def table_spec(self) -> TableSpec:
        """Return the table that the stream needs."""
        settings = self._settings
        keys = self.key_properties if self.is_keyed else ()
        specs = column_specs(
            (*self.properties, *self._metadata),
            self._columns,
            keyed=self.is_keyed,
            server=self._services.session.server,
            text=settings.text_without_length,
        )
        spec = TableSpec(
            self.table,
            specs,
            tuple(self._columns[key] for key in keys),
            options_of(self.stream, settings.table_options),
            comment_of(self.schema.get("description")),
        )
        return for_exchange(spec, self.stream) if settings.is_exchanged else spec

    def prepare(self) -> None:
        """Bring the table to what the stream needs; call it with no transaction open.

        Raises:
            TableMismatchError: If the table cannot take the stream.
        """
        settings, session = self._settings, self._services.session
        spec = self.table_spec()
        self._growing = {column.name for column in spec.columns if column.grows}
        self._loader.check(is_keyed=self.is_keyed)
        planned = session.ensure_table(
            spec,
            stream=self.stream,
            freeze=settings.freeze_schema,
            on_type_change=settings.on_type_change,
        )
        self._placed = {
            text: planned.replaced.get(name, name) for text, name in self._columns.items()
        }
        parts = sources(
            self.properties,
            self._metadata,
            self._placed,
            planned.types,
            keyed=self.is_keyed,
            server=session.server,
        )
        self._sources = tuple(part.under(settings) for part in parts)
        if sum(part.column.is_key for part in self._sources) != len(spec.keys):
            what = f"stream '{self.stream}': a key column of {self.table} is generated by Oracle"
            raise TableMismatchError(what)
        if settings.on_bad_row == "table" and self.bad is None:
            self.bad = bad_rows.open_error_table(session, settings, self.stream, self.table)
        self._loader.bad = self.bad
        self._loader.set_columns([part.column for part in parts], is_keyed=self.is_keyed)

    def refuse(self, line: bytes, reason: str, number: int) -> None:
        """Keep a line that the SCHEMA refuses for the table of errors."""
        assert self.bad is not None  # noqa: S101 - only with on_bad_row table
        self.oldest = self.oldest or number
        self.bad.add(bad_rows.REFUSED_BY_SCHEMA, reason, line.decode().strip())

    def lineage(self) -> tuple[Column, ...]:
        """Return the columns that are loaded, each with the property that it comes from."""
        return lineage(self._sources)

    def describe(self) -> str:
        """Return one line on how the stream is loaded."""
        method = f"upsert by {', '.join(self.key_properties)}" if self.is_keyed else "append"
        method = f"overwrite, {method}" if self._settings.load_method == "overwrite" else method
        return f"Stream '{self.stream}' into {self.table}: {method}"

    # Rows

    def take(self, rows: Rows, first: int, size: int, line: int, *, file: str = "") -> bool:
        """Buffer rows numbered from `first` on, of the lines from `line` on; load full batches.

        The line is one of the input, or of `file` of a BATCH; `size` is in bytes of input.

        Returns:
            Whether a batch was loaded.
        """
        self._note_versions(rows)
        if self.oldest is None:
            self.oldest = first
        self._buffer.add(rows, size, line, file)
        self._counter.increment(len(rows))
        most = self._settings.batch_size_rows
        is_loaded = False
        while len(self._buffer) >= most:
            self._load(most)
            # What is left came with these rows: their first number is early enough.
            self._note_committed(first if self._buffer else None)
            is_loaded = True
        if self._buffer.weight >= self._settings.batch_size_bytes:
            self.flush()
            is_loaded = True
        return is_loaded

    def take_table(self, table: pa.Table, first: int, size: int) -> bool:
        """Load an Arrow table as one batch; return False where rows have to be looked at."""
        from target_oracle.arrow_columns import arrow_batch  # noqa: PLC0415 - needs an extra

        settings, server = self._settings, self._services.session.server
        marks_deleted = settings.hard_delete and DELETED_AT in self.schema["properties"]
        is_possible = settings.validate_records and not marks_deleted
        if not is_possible or not self._loader.takes_tables(table.num_rows):
            return False
        if (batch := arrow_batch(self._sources, table, server, growing=self._growing)) is None:
            return False
        self.flush()
        self.oldest = self.oldest or first
        self._counter.increment(batch.rows)
        self._write(lambda: batch, batch.rows, size)
        self._note_committed(None)
        return True

    @property
    def waiting_rows(self) -> int:
        """Rows that are not loaded yet."""
        return len(self._buffer)

    def flush(self) -> None:
        """Load the rows that wait."""
        if self._buffer or (self.bad and self.bad.are_waiting):
            self._load(len(self._buffer))
        self._note_committed(None)

    def _note_committed(self, oldest: int | None) -> None:
        """Note from which row on nothing is committed; rows in staging are not."""
        if self._loader.commits_batches:
            self.oldest = oldest

    def finish(self) -> None:
        """Load the rest, and do what waited for the end of the stream."""
        self.flush()
        self._services.checkpoint()
        self._loader.finish(self._activation() if self._versions.is_due else None)
        self._versions.is_due = False
        self.oldest = None
        self._counter.exit()
        seconds = max(self._load_seconds, 0.001)
        _LOGGER.info(
            "%s; %d rows in %.1f s of loading (%.0f rows/s); %s",
            self.describe(),
            self.loaded_rows,
            seconds,
            self.loaded_rows / seconds,
            self._loader.how,
        )

    def inherit(self, earlier: OracleSink) -> None:
        """Go on where the sink of the stream's earlier SCHEMA ended."""
        self._loader = earlier._loader
        self.loaded_rows, self._load_seconds = earlier.loaded_rows, earlier._load_seconds
        self._versions, self.bad = earlier._versions, earlier.bad
        self.oldest = earlier.oldest
        if self._versions.are_known:
            self.add_version_columns()

    # Versions

    def activate_version(self, version: int) -> None:
        """Make a version the current one: rows of earlier versions are deleted or marked.

        The rows that wait are loaded first, in the same transaction. A version that is announced
        before its rows is activated at the end of the input, so that rows which are about to come
        again are not deleted in between; records without a version of their own belong to it. Rows
        without a version count as older, unless this run itself loaded some before.
        """
        if not self._settings.process_activate_version_messages:
            return
        is_loaded = self._versions.announce(version)
        self.add_version_columns()
        if is_loaded and self._loader.commits_batches:
            self._activate()

    def _note_versions(self, rows: Rows) -> None:
        if not self._settings.process_activate_version_messages:
            return
        if self._versions.note(set(rows.versions)):
            self.add_version_columns()

    def add_version_columns(self) -> None:
        """Give the table the columns of versions, unless it has them."""
        if any(prop.name == TABLE_VERSION for prop in self._metadata):
            return
        self.flush()
        names = self._wanted_metadata(FOR_VERSIONS)
        self._metadata = tuple(metadata_property(name) for name in names)
        self._columns = self._name_columns()
        if self._sources:
            self.prepare()

    def _activate(self) -> None:
        self._load(len(self._buffer), then=self._activation())
        self._versions.is_due = False
        self.oldest = None

    def _activation(self) -> Then:
        """Return what deletes or marks the rows of earlier versions in a table."""
        return Activation(
            self._versions.announced,
            self._versions.highest,
            self._services.rules.identifier(TABLE_VERSION),
            self._services.rules.identifier(DELETED_AT),
            with_null=not self._versions.has_unversioned,
            deletes=self._settings.hard_delete,
        ).run

    # Loading

    def _load(self, count: int, then: Then | None = None) -> None:
        """Load the first rows that wait, and what belongs to them, as one batch."""
        waiting = self._buffer
        rows = waiting.first(count)
        size = waiting.size * count // max(1, len(waiting))
        if rows and self.bad is not None:
            encode = partial(batch_of, self._sources, moment=self._moment())
            rows = bad_rows.without_refused(rows, self.bad, self.properties, encode)
        may_delete = self._settings.hard_delete and self.is_keyed
        deleted = deleted_positions(rows, self.properties) if rows and may_delete else ()
        kept = len(rows) if rows else 0
        self._write(lambda: self._batch(rows) if rows else None, kept, size, deleted, then)
        waiting.drop(count)

    def _write(
        self,
        make_batch: Callable[[], Batch | ArrowBatch | None],
        count: int,
        size: int,
        deleted: Collection[int] = (),
        then: Then | None = None,
    ) -> None:
        """Make a batch of `count` rows, `size` bytes of input, and load it."""
        self._services.checkpoint()
        timer = metrics.Timer(
            metrics.Metric.BATCH_PROCESSING_TIME, tags={metrics.Tag.STREAM: self.stream}
        )
        started = time.monotonic()
        with timer:
            count -= self._loader.load(
                make_batch(),
                byte_count=size,
                deleted=deleted,
                deleted_at=self._placed.get(DELETED_AT),
                then=then,
            )
        self.loaded_rows += count
        self._load_seconds += time.monotonic() - started
        if self.on_loaded and count:
            operation: Operation = "merge" if self.is_keyed else "insert"
            self.on_loaded(self.stream, count, time.monotonic() - started, operation)

    def _moment(self) -> BatchMoment:
        return BatchMoment(
            received_at=self._buffer.first_received,
            batched_at=dt.datetime.now(dt.UTC),
            sync_started_ms=int(self._started.timestamp() * 1000),
            version=self._versions.announced,
        )

    def _batch(self, rows: Rows) -> Batch:
        try:
            batch = batch_of(self._sources, rows, moment := self._moment())
            if not self._grow(batch):
                return batch
            return batch_of(self._sources, rows, moment)
        except DataError as error:
            line = ""
            if error.position is not None:
                line = f" ({self._buffer.place_of(error.position)})"
            what = (
                f"stream '{self.stream}': {error}{line}; map or correct it, or change {self.table}"
            )
            raise LoadError(what) from None

    def _grow(self, batch: Batch) -> bool:
        """Make columns longer that a batch has longer text for; DataError where none may be."""
        session, freeze = self._services.session, self._settings.freeze_schema
        properties = {part.column.name: part.property.name for part in self._sources}
        growing = {name: properties[name] for name in self._growing if name in properties}
        changes = growths(self.table, batch, growing, session.server, freeze=freeze)
        for change in changes:
            where = f"stream '{self.stream}': change {self.table}.{change.column}"
            session.run_ddl(change.run, where)
        if changes:
            self.prepare()
        return bool(changes)
