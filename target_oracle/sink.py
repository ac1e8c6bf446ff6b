"""One stream's way into its table: rows wait here until their batch is committed."""

from __future__ import annotations

import datetime as dt
import logging
import time
from typing import TYPE_CHECKING

from singer_sdk import metrics

from oracle_core.errors import DataError
from oracle_core.telemetry.events import Column
from target_oracle import statements
from target_oracle.batch_writer import BatchWriter
from target_oracle.errors import LoadError, TableMismatchError
from target_oracle.folding import positions_to_load
from target_oracle.metadata import (
    ALL,
    DELETED_AT,
    FOR_VERSIONS,
    TABLE_VERSION,
    BatchMoment,
    metadata_property,
)
from target_oracle.properties import Property, properties_of
from target_oracle.records import NULL, RecordDecoder, Row
from target_oracle.sources import Source, batch_of, sources
from target_oracle.table_spec import TableSpec, column_specs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    import oracledb

    from oracle_core.identifiers import Identifier, TableName
    from oracle_core.telemetry.events import Operation
    from target_oracle.batch import Batch
    from target_oracle.naming import NamingRules
    from target_oracle.session import TargetSession
    from target_oracle.settings import TargetSettings

_LOGGER = logging.getLogger("target-oracle")


class OracleSink:
    """Collects the rows of one stream and loads them, a batch a transaction.

    A SCHEMA that changes makes a new sink. `oldest` is the number of the oldest row not committed.
    """

    def __init__(
        self,
        *,
        stream: str,
        schema: Mapping[str, Any],
        key_properties: Sequence[str],
        settings: TargetSettings,
        rules: NamingRules,
        table: TableName,
        session: TargetSession,
        checkpoint: Callable[[], None],
    ) -> None:
        """Read the SCHEMA; nothing is sent to the database yet.

        `checkpoint` is called before each batch and may end the run there.

        Raises:
            TableMismatchError: when names collide or a key property is not in the SCHEMA.
        """
        self.stream = stream
        self.table = table
        self.schema = schema
        self.key_properties = tuple(key_properties)
        self._settings = settings
        self._rules = rules
        self._session = session
        self._checkpoint = checkpoint
        self.on_loaded: Callable[[str, int, float, Operation], object] | None = None
        self.properties = properties_of(schema, key_properties, validate=settings.validate_records)
        self._check_keys()
        self.decoder = RecordDecoder(stream, self.properties)
        self._metadata = tuple(metadata_property(name) for name in self._wanted_metadata(()))
        self._columns = self._name_columns()
        self._sources: tuple[Source, ...] = ()
        self._rows: list[Row] = []
        self._lines: list[tuple[int, int]] = []  # (position of a waiting row, its line)
        self._size = 0
        self._started = dt.datetime.now(dt.UTC)
        self._first_received = self._started
        self.oldest: int | None = None
        self.is_keyed = bool(key_properties) and settings.load_method != "append-only"
        self._is_emptied = settings.load_method != "overwrite"
        self._announced: int | None = None
        self._is_activation_due = False
        self._versions_seen: set[int] = set()
        self._counter = metrics.record_counter(stream)

    # Columns

    def _check_keys(self) -> None:
        missing = [key for key in self.key_properties if key not in self.schema["properties"]]
        if missing:
            what = f"stream '{self.stream}': key property '{missing[0]}' is not in its SCHEMA"
            raise TableMismatchError(what)

    def _wanted_metadata(self, extra: Sequence[str]) -> list[str]:
        """Return the metadata columns to add; those that the stream sends itself are its own."""
        wanted = ALL if self._settings.add_record_metadata else extra
        return [name for name in wanted if name not in self.schema["properties"]]

    def _name_columns(self) -> dict[str, Identifier]:
        named = [each.name for each in (*self.properties, *self._metadata)]
        return self._rules.columns(self.stream, named)

    def prepare(self) -> None:
        """Bring the table to what the stream needs; call it with no transaction open.

        Raises:
            TableMismatchError: when the table cannot take the stream.
        """
        keys = self.key_properties if self.is_keyed else ()
        specs = column_specs(
            (*self.properties, *self._metadata),
            self._columns,
            keyed=self.is_keyed,
            server_major=self._session.server_major,
        )
        spec = TableSpec(self.table, specs, tuple(self._columns[key] for key in keys))
        freeze = self._settings.freeze_schema
        found = self._session.ensure_table(spec, stream=self.stream, freeze=freeze)
        self._sources = sources(
            self.properties, self._metadata, self._columns, found.types, keyed=self.is_keyed
        )
        if sum(part.column.is_key for part in self._sources) != len(keys):
            what = f"stream '{self.stream}': a key column of {self.table} is generated by Oracle"
            raise TableMismatchError(what)

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
        return f"Stream '{self.stream}' goes into {self.table}: {method}"

    # Rows

    def take(self, rows: Sequence[Row], first: int, size: int, line: int) -> bool:
        """Buffer rows numbered from `first` on, of the lines from `line` on, and load full batches.

        Returns:
            Whether anything was committed.
        """
        self._note_versions(rows)
        if not self._rows:
            self.oldest = first
            self._first_received = dt.datetime.now(dt.UTC)
        self._lines.append((len(self._rows), line))
        self._rows.extend(rows)
        self._size += size
        self._counter.increment(len(rows))
        most = self._settings.batch_size_rows
        committed = False
        while len(self._rows) >= most:
            self._load(self._rows[:most])
            self._drop_rows(most)
            # What is left came with these rows: their first number is early enough.
            self.oldest = first if self._rows else None
            self._size = 0
            committed = True
        if self._size >= self._settings.batch_size_bytes:
            self.flush()
            committed = True
        return committed

    @property
    def waiting_rows(self) -> int:
        """Rows that are not loaded yet."""
        return len(self._rows)

    def flush(self) -> None:
        """Load and commit the rows that wait."""
        if self._rows:
            self._load(self._rows)
        self._forget_rows()

    def _drop_rows(self, count: int) -> None:
        """Forget the first rows, and shift the places of the others."""
        del self._rows[:count]
        shifted = [(start - count, line) for start, line in self._lines]
        last_before = max((i for i, (start, _) in enumerate(shifted) if start <= 0), default=0)
        self._lines = shifted[last_before:]

    def _line_of(self, position: int) -> int:
        """Return the number of the input line that a waiting row came in."""
        start, line = max(place for place in self._lines if place[0] <= position)
        return line + position - start

    def _forget_rows(self) -> None:
        self._rows = []
        self._lines = []
        self._size = 0
        self.oldest = None

    def finish(self) -> None:
        """Load the rest, and do what waited for the end of the stream."""
        self.flush()
        if not self._is_emptied:
            self._empty()
        if self._is_activation_due:
            self._activate()
        self._counter.exit()

    def _empty(self) -> None:
        self._session.truncate(self.table, self.stream)
        self._is_emptied = True

    def inherit(self, earlier: OracleSink) -> None:
        """Go on where the sink of the stream's earlier SCHEMA ended."""
        self._is_emptied = earlier._is_emptied
        self._announced = earlier._announced
        self._is_activation_due = earlier._is_activation_due
        self._versions_seen = earlier._versions_seen
        if earlier._announced is not None or earlier._versions_seen:
            self._add_version_columns()

    # Versions

    def activate_version(self, version: int) -> None:
        """Make a version the current one: rows of earlier versions are deleted or marked.

        The rows that wait are loaded first, in the same transaction. A version that is announced
        before its rows is activated at the end of the input, so that rows which are about to come
        again are not deleted in between; records without a version of their own belong to it. Rows
        that never had a version are left alone.
        """
        if not self._settings.process_activate_version_messages:
            return
        is_loaded = version in self._versions_seen
        self._announced = version
        self._is_activation_due = True
        self._add_version_columns()
        if is_loaded:
            self._activate()

    def _note_versions(self, rows: Sequence[Row]) -> None:
        if not self._settings.process_activate_version_messages:
            return
        versions = {row[-1] for row in rows} - {None}
        if versions - self._versions_seen:
            self._versions_seen |= versions
            self._add_version_columns()

    def _add_version_columns(self) -> None:
        if any(each.name == TABLE_VERSION for each in self._metadata):
            return
        self.flush()
        names = self._wanted_metadata(FOR_VERSIONS)
        self._metadata = tuple(metadata_property(name) for name in names)
        self._columns = self._name_columns()
        if self._sources:
            self.prepare()

    def _activate(self) -> None:
        self._checkpoint()
        if not self._is_emptied:
            self._empty()
        rules = self._rules
        version, deleted_at = rules.identifier(TABLE_VERSION), rules.identifier(DELETED_AT)
        rows = self._rows
        batch = self._batch(rows) if rows else None
        with self._session.transaction(self.table, self.stream) as cursor:
            if batch:
                self._write(cursor, batch, rows)
            if self._settings.hard_delete:
                cursor.execute(statements.delete_older(self.table, version), [self._announced])
            else:
                now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000+00:00")
                sql = statements.mark_older(self.table, version, deleted_at)
                cursor.execute(sql, [now, self._announced])
        self._is_activation_due = False
        self._forget_rows()

    # Loading

    def _load(self, rows: Sequence[Row]) -> None:
        self._checkpoint()
        if not self._is_emptied:
            self._empty()
        timer = metrics.Timer(
            metrics.Metric.BATCH_PROCESSING_TIME, tags={metrics.Tag.STREAM: self.stream}
        )
        started = time.monotonic()
        with timer:
            batch = self._batch(rows)
            with self._session.transaction(self.table, self.stream) as cursor:
                self._write(cursor, batch, rows)
        if self.on_loaded:
            operation: Operation = "merge" if self.is_keyed else "insert"
            self.on_loaded(self.stream, len(rows), time.monotonic() - started, operation)

    def _batch(self, rows: Sequence[Row]) -> Batch:
        moment = BatchMoment(
            received_at=self._first_received,
            batched_at=dt.datetime.now(dt.UTC),
            sync_started_ms=int(self._started.timestamp() * 1000),
            version=self._announced,
        )
        try:
            return batch_of(self._sources, rows, moment)
        except DataError as error:
            line = "" if error.position is None else f" (line {self._line_of(error.position)})"
            what = (
                f"stream '{self.stream}': {error}{line}; map or correct it, or change {self.table}"
            )
            raise LoadError(what) from None

    def _write(self, cursor: oracledb.Cursor, batch: Batch, rows: Sequence[Row]) -> None:
        writer = BatchWriter(cursor, self.table)
        if not self.is_keyed:
            writer.append(batch)
            return
        kept = positions_to_load(batch.columns, batch.values)
        positions = kept if kept is not None else list(range(batch.rows))
        deleted = self._deleted(rows, positions)
        if deleted:
            writer.delete(batch.pick(sorted(deleted)))
            positions = [position for position in positions if position not in deleted]
        if len(positions) == batch.rows:
            writer.upsert(batch)
        elif positions:
            writer.upsert(batch.pick(positions))

    def _deleted(self, rows: Sequence[Row], positions: Sequence[int]) -> set[int]:
        """Return the positions of records that say of themselves that their row is deleted."""
        if not self._settings.hard_delete:
            return set()
        found = _position_of(DELETED_AT, self.properties)
        if found is None:
            return set()
        return {position for position in positions if rows[position][found] not in (None, NULL)}


def _position_of(name: str, properties: Sequence[Property]) -> int | None:
    return next((i for i, each in enumerate(properties) if each.name == name), None)
