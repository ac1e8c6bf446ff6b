"""One stream's way into its table: rows wait here until their batch is committed."""

from __future__ import annotations

import datetime as dt
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from singer_sdk import metrics

from oracle_core.errors import DataError
from oracle_core.telemetry.events import Column
from target_oracle.comments import comment_of
from target_oracle.errors import LoadError, TableMismatchError
from target_oracle.metadata import (
    ALL,
    DELETED_AT,
    FOR_VERSIONS,
    TABLE_VERSION,
    BatchMoment,
    metadata_property,
)
from target_oracle.properties import properties_of
from target_oracle.records import NULL, RecordDecoder, Row
from target_oracle.row_buffer import RowBuffer
from target_oracle.sources import Source, batch_of, sources
from target_oracle.table_loader import loader_of
from target_oracle.table_options import options_of
from target_oracle.table_spec import TableSpec, column_specs, for_exchange
from target_oracle.text_growth import clob_moves, outgrown
from target_oracle.versions import Activation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from oracle_core.identifiers import Identifier, TableName
    from oracle_core.telemetry.events import Operation
    from target_oracle.batch import Batch
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
        self._check_keys()
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
        self._announced: int | None = None
        self._is_activation_due = False
        self._versions_seen: set[int] = set()
        self._has_unversioned = False  # rows of this run came before any version was announced
        self._counter = metrics.record_counter(stream)

    # Columns

    def _check_keys(self) -> None:
        missing = [key for key in self.key_properties if key not in self.schema["properties"]]
        if missing:
            what = f"stream '{self.stream}': key property '{missing[0]}' is not in its SCHEMA"
            raise TableMismatchError(what)

    def _wanted_metadata(self, extra: Sequence[str]) -> list[str]:
        # Those that the stream sends itself are its own.
        wanted = ALL if self._settings.add_record_metadata else extra
        return [name for name in wanted if name not in self.schema["properties"]]

    def _name_columns(self) -> dict[str, Identifier]:
        named = [each.name for each in (*self.properties, *self._metadata)]
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
        is_exchanged = settings.load_method == "overwrite"
        is_exchanged = is_exchanged and settings.overwrite_strategy == "exchange"
        return for_exchange(spec, self.stream) if is_exchanged else spec

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
        self._sources = tuple(
            replace(
                part,
                is_lenient=not settings.validate_records,
                refuses_empty=settings.empty_string == "fail",
                empty_key=" " if settings.empty_string == "space" else None,
            )
            for part in sources(
                self.properties,
                self._metadata,
                self._placed,
                planned.types,
                keyed=self.is_keyed,
                server=session.server,
            )
        )
        if sum(part.column.is_key for part in self._sources) != len(spec.keys):
            what = f"stream '{self.stream}': a key column of {self.table} is generated by Oracle"
            raise TableMismatchError(what)
        columns = [part.column for part in self._sources]
        self._loader.set_columns(columns, is_keyed=self.is_keyed)

    def lineage(self) -> tuple[Column, ...]:
        """Return the columns that are loaded, each with the property that it comes from."""
        return tuple(
            Column(
                part.column.name.name,
                part.column.type.ddl(),
                None if part.position is None else part.property.name,
            )
            for part in self._sources
        )

    def describe(self) -> str:
        """Return one line on how the stream is loaded."""
        keys = ", ".join(self.key_properties)
        method = f"upsert by {keys}" if self.is_keyed else "append"
        if self._settings.load_method == "overwrite":
            method = f"overwrite, {method}"
        return f"Stream '{self.stream}' into {self.table}: {method}"

    # Rows

    def take(self, rows: Sequence[Row], first: int, size: int, line: int) -> bool:
        """Buffer rows numbered from `first` on, of the lines from `line` on; load full batches.

        Returns:
            Whether a batch was loaded.
        """
        self._note_versions(rows)
        if self.oldest is None:
            self.oldest = first
        self._buffer.add(rows, size, line)
        self._counter.increment(len(rows))
        most = self._settings.batch_size_rows
        is_loaded = False
        while len(self._buffer.rows) >= most:
            self._load(most)
            # What is left came with these rows: their first number is early enough.
            self._note_committed(first if self._buffer.rows else None)
            is_loaded = True
        if self._buffer.size >= self._settings.batch_size_bytes:
            self.flush()
            is_loaded = True
        return is_loaded

    @property
    def waiting_rows(self) -> int:
        """Rows that are not loaded yet."""
        return len(self._buffer.rows)

    def flush(self) -> None:
        """Load the rows that wait."""
        if self._buffer.rows:
            self._load(len(self._buffer.rows))
        self._note_committed(None)

    def _note_committed(self, oldest: int | None) -> None:
        """Note from which row on nothing is committed; rows in staging are not."""
        if self._loader.commits_batches:
            self.oldest = oldest

    def finish(self) -> None:
        """Load the rest, and do what waited for the end of the stream."""
        self.flush()
        self._services.checkpoint()
        self._loader.finish(self._activation() if self._is_activation_due else None)
        self._is_activation_due = False
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
        self._announced = earlier._announced
        self._is_activation_due = earlier._is_activation_due
        self._versions_seen = earlier._versions_seen
        self._has_unversioned = earlier._has_unversioned
        self.oldest = earlier.oldest
        if earlier._announced is not None or earlier._versions_seen:
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
        is_loaded = version in self._versions_seen
        self._announced = version
        self._is_activation_due = True
        self.add_version_columns()
        if is_loaded and self._loader.commits_batches:
            self._activate()

    def _note_versions(self, rows: Sequence[Row]) -> None:
        if not self._settings.process_activate_version_messages:
            return
        versions = {row[-1] for row in rows}
        if self._announced is None and None in versions:
            self._has_unversioned = True
        versions.discard(None)
        if versions - self._versions_seen:
            self._versions_seen |= versions
            self.add_version_columns()

    def add_version_columns(self) -> None:
        """Give the table the columns of versions, unless it has them."""
        if any(each.name == TABLE_VERSION for each in self._metadata):
            return
        self.flush()
        names = self._wanted_metadata(FOR_VERSIONS)
        self._metadata = tuple(metadata_property(name) for name in names)
        self._columns = self._name_columns()
        if self._sources:
            self.prepare()

    def _activate(self) -> None:
        self._load(len(self._buffer.rows), then=self._activation())
        self._is_activation_due = False
        self.oldest = None

    def _activation(self) -> Then:
        """Return what deletes or marks the rows of earlier versions in a table."""
        return Activation(
            self._announced,
            max({self._announced or 0} | self._versions_seen),
            self._services.rules.identifier(TABLE_VERSION),
            self._services.rules.identifier(DELETED_AT),
            with_null=not self._has_unversioned,
            deletes=self._settings.hard_delete,
        ).run

    # Loading

    def _load(self, count: int, then: Then | None = None) -> None:
        """Load the first rows that wait, and what belongs to them, as one batch."""
        self._services.checkpoint()
        timer = metrics.Timer(
            metrics.Metric.BATCH_PROCESSING_TIME, tags={metrics.Tag.STREAM: self.stream}
        )
        waiting = self._buffer
        rows = waiting.rows if count == len(waiting.rows) else waiting.rows[:count]
        size = waiting.size * count // max(1, len(waiting.rows))
        started = time.monotonic()
        with timer:
            self._loader.load(
                self._batch(rows) if rows else None,
                byte_count=size,
                deleted=self._deleted(rows),
                deleted_at=self._placed.get(DELETED_AT),
                then=then,
            )
        waiting.drop(count)
        self.loaded_rows += count
        self._load_seconds += time.monotonic() - started
        if self.on_loaded and count:
            operation: Operation = "merge" if self.is_keyed else "insert"
            self.on_loaded(self.stream, count, time.monotonic() - started, operation)

    def _batch(self, rows: Sequence[Row]) -> Batch:
        moment = BatchMoment(
            received_at=self._buffer.first_received,
            batched_at=dt.datetime.now(dt.UTC),
            sync_started_ms=int(self._started.timestamp() * 1000),
            version=self._announced,
        )
        try:
            batch = batch_of(self._sources, rows, moment)
            if not self._grow(batch):
                return batch
            return batch_of(self._sources, rows, moment)
        except DataError as error:
            line = ""
            if error.position is not None:
                line = f" (line {self._buffer.line_of(error.position)})"
            what = (
                f"stream '{self.stream}': {error}{line}; map or correct it, or change {self.table}"
            )
            raise LoadError(what) from None

    def _grow(self, batch: Batch) -> bool:
        """Move the columns that a batch has longer text for to CLOB; return whether there are any.

        Raises:
            DataError: If `freeze_schema` forbids it.
        """
        session = self._services.session
        longer = outgrown(batch, self._growing, session.server)
        moves = clob_moves(self.table, longer, session.server, freeze=self._settings.freeze_schema)
        for move in moves:
            session.run_ddl(move.run, f"stream '{self.stream}': move {self.table}.{move.column}")
        if longer:
            self.prepare()
        return bool(longer)

    def _deleted(self, rows: Sequence[Row]) -> set[int]:
        """Return the positions of records that say of themselves that their row is deleted."""
        place = next((i for i, p in enumerate(self.properties) if p.name == DELETED_AT), None)
        if place is None or not self._settings.hard_delete or not self.is_keyed:
            return set()
        return {position for position, row in enumerate(rows) if row[place] not in (None, NULL)}
