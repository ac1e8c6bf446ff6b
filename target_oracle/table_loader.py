"""Loads batches into one table: by array binds, or through a staging table and one statement."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from target_oracle import direct_path, staged_statements
from target_oracle.batch import Batch
from target_oracle.batch_writer import BatchWriter
from target_oracle.errors import LoadError
from target_oracle.folding import positions_to_load
from target_oracle.ledger import LoadEntry, RowCounts
from target_oracle.overwrite import OverwriteLoader
from target_oracle.staging import can_store

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import oracledb

    from oracle_core.identifiers import Identifier, TableName
    from target_oracle.arrow_columns import ArrowBatch
    from target_oracle.bad_rows import BadRows
    from target_oracle.services import LoadServices
    from target_oracle.staging import StagingTable
    from target_oracle.statements import LoadColumn
    from target_oracle.table_swap import Then

STAGED_ROWS = 5_000
"""Rows of a batch from which one set-based MERGE is cheaper than one MERGE per row.

A MERGE per row costs the server an index look-up and an execution each; a set-based one costs two
statements of DDL and data definition around it.
"""

_LOGGER = logging.getLogger("target-oracle")


class TableLoader:
    """Writes the batches of one stream, each in a transaction with its ledger row."""

    commits_batches = True

    def __init__(self, services: LoadServices, stream: str, table: TableName) -> None:
        """Load into `table`."""
        self._services = services
        self.stream = stream
        self.table = table
        self.how = ""  # for the log
        self._is_keyed = False
        self._staging: StagingTable | None = None
        self._columns: tuple[LoadColumn, ...] = ()
        self._stages_from: int | None = None
        self._batch_number = 0
        self.bad: BadRows | None = None

    def check(self, *, is_keyed: bool) -> None:
        """Do nothing: what cannot be is found when the columns are known."""

    def set_columns(self, columns: Sequence[LoadColumn], *, is_keyed: bool) -> None:
        """Take the columns of the table as they are now, and choose how to load.

        Rows are upserted where `is_keyed`, else appended.
        """
        self._is_keyed = is_keyed
        self._columns = tuple(columns)
        self._staging = None
        self._stages_from, self.how = self._choice()
        _LOGGER.debug("Stream '%s': %s", self.stream, self.how)

    def _choice(self) -> tuple[int | None, str]:
        """Return from how many rows on a batch is staged (None: never), and why, for the log."""
        settings = self._services.settings
        strategy = settings.merge_strategy
        if not self._is_keyed:
            return None, "rows are inserted by array binds"
        reason = self._no_staging()
        if reason is not None:
            if strategy == "staged":
                what = f"stream '{self.stream}': merge_strategy is staged, but {reason}"
                raise LoadError(what)
            return None, f"rows are merged by array binds, because {reason}"
        refusal = self._no_direct_path()
        by = "inserted" if refusal else "loaded by direct path"
        because = f" ({refusal})" if refusal else ""
        if strategy == "staged":
            return 1, f"batches are {by} into a staging table{because} and merged at once"
        if refusal:
            return None, f"rows are merged by array binds, because {refusal}"
        return STAGED_ROWS, (
            f"batches of {STAGED_ROWS:,} rows or more are {by} into a staging table and merged "
            "at once, smaller ones are merged by array binds"
        )

    def _no_staging(self) -> str | None:
        """Return why no staging table is used, or None where one can be."""
        if self._services.settings.merge_strategy == "array":
            return "merge_strategy is array"
        if self._services.settings.on_bad_row == "table":
            return "on_bad_row is table and one statement for all rows does not say which is bad"
        if self._services.bookkeeping is None:
            return "there is no ledger"
        if self._services.commits_by_state:
            return "state_table keeps the transaction open from STATE to STATE"
        return None

    def _no_direct_path(self) -> str | None:
        settings, session = self._services.settings, self._services.session
        refusal = direct_path.refusal(session.connection, settings.direct_path)
        if refusal is None and not can_store(self._columns):
            return "direct path does not take the type of every column"
        return refusal

    def takes_tables(self, rows: int) -> bool:
        """Return whether a batch of `rows` rows may be an Arrow table.

        Array binds of MERGE need its keys folded row by row.
        """
        if self.bad is not None:
            return False  # a refused row is wanted as its record
        if not self._is_keyed:
            return True
        return self._stages_from is not None and rows >= self._stages_from

    def load(
        self,
        batch: Batch | ArrowBatch | None,
        *,
        byte_count: int = 0,
        deleted: Collection[int] = (),
        deleted_at: Identifier | None = None,
        then: Then | None = None,
    ) -> int:
        """Write a batch and what belongs to it in one transaction.

        Args:
            batch: The rows, or None for `then` alone.
            byte_count: Size of the rows in the input.
            deleted: Positions of rows that say that their row is to be deleted.
            deleted_at: Column that says so.
            then: What else is done in the transaction.

        Returns:
            Number of rows of the batch that the database refused.
        """
        self._batch_number += 1
        entry = LoadEntry(self.stream, self.table, self._batch_number, byte_count)
        services = self._services
        if services.bookkeeping is not None:
            services.bookkeeping.locks.confirm()
        is_staged = (
            batch is not None and self._stages_from is not None and batch.rows >= self._stages_from
        )
        if batch is not None and is_staged:
            # Direct path commits by itself, so before the transaction of the batch.
            self._fill(batch)

        bad = self.bad

        def write(cursor: oracledb.Cursor) -> RowCounts:
            counts = RowCounts()
            if bad is not None:
                bad.begin_attempt()
            if batch is not None and is_staged:
                counts += self._merge_staged(cursor, deleted_at if deleted else None)
            elif batch is not None:
                counts += self._write_array(cursor, batch, deleted)
            if then is not None:
                counts += then(cursor, self.table)
            if bad is not None:
                bad.write(cursor)
            return counts

        services.transactions.load(entry, write, services.ledger)
        return 0 if bad is None else bad.end_attempt()

    def finish(self, then: Then | None) -> None:
        """Do what waited for the end of the stream, in a transaction of its own."""
        if then is not None:
            self.load(None, then=then)

    # Through a staging table

    def _fill(self, batch: Batch | ArrowBatch) -> None:
        services = self._services
        assert services.bookkeeping is not None  # noqa: S101 - `_no_staging` has asked
        area, session = services.bookkeeping.staging, services.session
        where = f"stream '{self.stream}': stage rows for {self.table}"
        staging = self._staging
        if staging is None:
            staging = session.run_ddl(
                lambda c: area.create(
                    c, self._columns, uses_direct_path=self._no_direct_path() is None
                ),
                where,
            )
            self._staging = staging
        elif staging.rows or staging.is_in_doubt:
            session.run_ddl(lambda c: area.empty(c, staging), where)
        session.run_ddl(lambda c: staging.fill(c, batch), where)

    def _merge_staged(self, cursor: oracledb.Cursor, deleted_at: Identifier | None) -> RowCounts:
        assert self._staging is not None  # noqa: S101 - filled just before
        source, columns = self._staging.name, self._columns
        removed = 0
        if deleted_at is not None:
            gone = staged_statements.folded(source, columns, deleted_at, live=False)
            cursor.execute(staged_statements.delete_matching(self.table, columns, gone))
            removed = cursor.rowcount
        rows = staged_statements.folded(source, columns, deleted_at, live=True)
        cursor.execute(staged_statements.merge(self.table, columns, rows))
        return RowCounts(merged=cursor.rowcount, deleted=removed)

    # By array binds

    def _write_array(
        self, cursor: oracledb.Cursor, batch: Batch | ArrowBatch, deleted: Collection[int]
    ) -> RowCounts:
        writer = BatchWriter(cursor, self.table, self.bad)
        if not isinstance(batch, Batch):
            writer.append_table(batch)
            return RowCounts(inserted=batch.rows)
        if not self._is_keyed:
            writer.append(batch)
            return RowCounts(inserted=batch.rows - self._refused)
        return self._upsert(writer, batch, deleted)

    @property
    def _refused(self) -> int:
        """Rows that the database refused in the transaction in hand."""
        return self.bad.refused if self.bad is not None else 0

    def _upsert(self, writer: BatchWriter, batch: Batch, deleted: Collection[int]) -> RowCounts:
        positions: Sequence[int] = range(batch.rows)
        # UPDATE and then INSERT would insert a new key twice (ORA-00001).
        kept = positions_to_load(batch.columns, batch.values)
        if kept is not None:
            positions = kept
        gone = sorted(set(deleted) & set(positions))
        removed = writer.delete(batch.pick(gone)) if gone else 0
        if gone:
            positions = [position for position in positions if position not in deleted]
        if len(positions) == batch.rows:
            writer.upsert(batch)
        elif positions:
            writer.upsert(batch.pick(positions))
        return RowCounts(merged=len(positions) - self._refused, deleted=removed)


def loader_of(
    services: LoadServices, stream: str, table: TableName
) -> TableLoader | OverwriteLoader:
    """Return what writes the batches of a stream, by `load_method`."""
    if services.settings.load_method == "overwrite":
        return OverwriteLoader(services, stream, table)
    return TableLoader(services, stream, table)
