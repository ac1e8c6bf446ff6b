"""Replaces the content of a table at the end of its stream.

Until then the new rows are in a staging table, and the old rows are there for every reader; after
a failure they still are. `transaction` and `difference` commit DELETE, INSERT and the ledger row
together, and Oracle's queries read one moment; `exchange` and `rename` put another table into the
place of the old one, and the ledger row follows.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from target_oracle import direct_path, staged_statements
from target_oracle.errors import LoadError
from target_oracle.foreign_keys import changing_foreign_key
from target_oracle.ledger import LoadEntry, RowCounts
from target_oracle.staging import can_store
from target_oracle.swap_obstacles import missing_rights, obstacle
from target_oracle.table_swap import TableSwap, insert_into

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import oracledb

    from oracle_core.identifiers import Identifier, TableName
    from target_oracle.arrow_columns import ArrowBatch
    from target_oracle.bad_rows import BadRows
    from target_oracle.batch import Batch
    from target_oracle.bookkeeping import Bookkeeping
    from target_oracle.services import LoadServices
    from target_oracle.staging import StagingTable
    from target_oracle.statements import LoadColumn
    from target_oracle.swap_obstacles import Strategy
    from target_oracle.table_swap import Then


class OverwriteLoader:
    """Stages the batches of one stream and replaces the table's rows at its end."""

    commits_batches = False

    def __init__(self, services: LoadServices, stream: str, table: TableName) -> None:
        """Replace the rows of `table`."""
        self._services = services
        self.stream = stream
        self.table = table
        self.how = ""  # for the log
        self._staging: StagingTable | None = None
        self._columns: tuple[LoadColumn, ...] = ()
        self._deleted_at: Identifier | None = None
        self._byte_count = 0
        self.bad: BadRows | None = None

    @property
    def _bookkeeping(self) -> Bookkeeping:
        bookkeeping = self._services.bookkeeping
        if bookkeeping is None:
            what = (
                f"stream '{self.stream}': overwrite needs staging, and there is no ledger; create "
                "the tables of docs/loading.md or name a ledger_schema"
            )
            raise LoadError(what)
        return bookkeeping

    def check(self, *, is_keyed: bool) -> None:
        """Refuse what the strategy cannot do, before anything is touched.

        Raises:
            LoadError: If the run has no staging, or the strategy cannot be used with the table.
        """
        self._bookkeeping.locks.confirm()
        if self._staging is None:
            where = f"stream '{self.stream}': overwrite {self.table}"
            self._services.session.run_ddl(lambda c: self._check(c, is_keyed=is_keyed), where)

    def set_columns(self, columns: Sequence[LoadColumn], *, is_keyed: bool) -> None:
        """Take the columns of the table as they are now; the staging table is made to match."""
        del is_keyed  # the columns say it
        self._columns = tuple(columns)
        refusal = direct_path.refusal(
            self._services.session.connection, self._services.settings.direct_path
        )
        if refusal is None and not can_store(columns):
            refusal = "it does not take the type of every column"
        where = f"stream '{self.stream}': create a staging table for {self.table}"
        area, session = self._bookkeeping.staging, self._services.session
        staging = self._staging
        if staging is None:
            self._staging = session.run_ddl(
                lambda c: area.create(c, columns, uses_direct_path=refusal is None), where
            )
            how = (
                "loaded by direct path" if refusal is None else f"inserted (direct path: {refusal})"
            )
            self.how = f"rows are {how} into a staging table"
        else:
            session.run_ddl(lambda c: area.extend(c, staging, columns, session.server), where)

    def _check(self, connection: oracledb.Connection, *, is_keyed: bool) -> None:
        strategy = self._services.settings.overwrite_strategy
        if strategy in ("rename", "exchange"):
            self._check_swap(connection, strategy)
            return
        is_difference = strategy == "difference"
        if is_difference and not is_keyed:
            what = (
                f"stream '{self.stream}': overwrite_strategy difference needs key properties; "
                "use transaction"
            )
            raise LoadError(what)
        if is_difference:
            return
        # DELETE of all rows also deletes those that come back, and what refers to them.
        key = changing_foreign_key(connection, self.table)
        if key is not None:
            what = (
                f"stream '{self.stream}': replacing all rows of {self.table} would change rows of "
                f"{key.owner}.{key.table} (foreign key {key.name}, ON DELETE {key.delete_rule}); "
                "set overwrite_strategy to difference, or disable the constraint"
            )
            raise LoadError(what)

    def _check_swap(self, connection: oracledb.Connection, strategy: Strategy) -> None:
        session, where = self._services.session, f"stream '{self.stream}'"
        if self._services.settings.freeze_schema:
            what = f"{where}: overwrite_strategy {strategy} is DDL, and freeze_schema is set"
            raise LoadError(what)
        if strategy == "rename" and self.table.schema != session.own_schema:
            what = (
                f"{where}: overwrite_strategy rename works in the schema of the session only, "
                f"since grants on {self.table} could not be read in full; use exchange or "
                "transaction"
            )
            raise LoadError(what)
        missing = missing_rights(connection, self.table.schema, session.own_schema, session.server)
        if missing:
            what = f"{where}: overwrite_strategy {strategy} needs {', '.join(missing)}"
            raise LoadError(what)
        reason = obstacle(connection, self.table, strategy)
        if reason is not None:
            what = (
                f"{where}: overwrite_strategy {strategy} cannot replace {self.table}: {reason}; "
                "use transaction or difference"
            )
            raise LoadError(what)

    def takes_tables(self, rows: int) -> bool:
        """Return whether a batch may be an Arrow table."""
        del rows
        return self.bad is None  # a refused row is wanted as its record

    def load(
        self,
        batch: Batch | ArrowBatch | None,
        *,
        byte_count: int = 0,
        deleted: Collection[int] = (),
        deleted_at: Identifier | None = None,
        then: Then | None = None,
    ) -> int:
        """Stage a batch; what else belongs to it waits for the end of the stream.

        Returns:
            0: rows that the staging table refuses end the run.
        """
        del then  # versions are activated in `finish`
        staging = self._staging
        assert staging is not None  # noqa: S101 - `set_columns` comes first
        if deleted:
            self._deleted_at = deleted_at
        self._byte_count += byte_count
        if batch is not None:
            where = f"stream '{self.stream}': stage rows for {self.table}"
            self._services.session.run_ddl(lambda c: staging.fill(c, batch), where)
        return 0

    def finish(self, then: Then | None) -> None:
        """Replace the rows of the table and commit.

        Raises:
            LoadError: If the database refuses it; the old rows are then untouched.
        """
        self._bookkeeping.locks.confirm()
        entry = LoadEntry(self.stream, self.table, 1, self._byte_count)
        strategy = self._services.settings.overwrite_strategy
        # DDL commits, so that the ledger row of a swap can only follow it.
        swapped: RowCounts | None = None
        if strategy in ("rename", "exchange"):
            swapped = self._swap(strategy, then)

        def write(cursor: oracledb.Cursor) -> RowCounts:
            if self.bad is not None:
                self.bad.write(cursor)
            if swapped is not None:
                return swapped
            is_difference = strategy == "difference"
            counts = self._difference(cursor) if is_difference else self._replace(cursor)
            return counts + then(cursor, self.table) if then else counts

        counts = self._services.transactions.load(entry, write, self._bookkeeping.ledger)
        if self.bad is not None:
            self.bad.end_attempt()
        self.how += (
            f" and replaced the old ones ({counts.deleted} deleted, {counts.inserted} inserted, "
            f"{counts.merged} merged)"
        )

    def _swap(self, strategy: Strategy, then: Then | None) -> RowCounts:
        """Put another table into the place of the stream's; STATE and ledger row come later.

        A run that is killed before them repeats the load, which ends with the same rows.
        """
        session, where = self._services.session, f"stream '{self.stream}': replace {self.table}"
        # Asked again: the table may have changed since the stream began.
        session.run_ddl(partial(self._check, is_keyed=True), where)
        swap = TableSwap(self.table, strategy, session.server.name_bytes)
        insert = insert_into([column.name.sql for column in self._columns], self._rows())
        try:
            return session.run_ddl(lambda c: swap.replace(c, insert, then), where)
        except LoadError:
            with suppress(LoadError):  # the next run removes what is left
                session.run_ddl(swap.repair, where)
            raise

    def _rows(self) -> str:
        assert self._staging is not None  # noqa: S101 - `set_columns` comes first
        return staged_statements.folded(
            self._staging.name, self._columns, self._deleted_at, live=True
        )

    def _replace(self, cursor: oracledb.Cursor) -> RowCounts:
        # Not TRUNCATE, which commits (SQL Language Reference, "Types of SQL Statements"): readers
        # would see an empty table until the INSERT is committed.
        cursor.execute(f"DELETE FROM {self.table.sql}")  # noqa: S608
        deleted = cursor.rowcount
        cursor.execute(staged_statements.insert(self.table, self._columns, self._rows()))
        return RowCounts(inserted=cursor.rowcount, deleted=deleted)

    def _difference(self, cursor: oracledb.Cursor) -> RowCounts:
        columns, rows = self._columns, self._rows()
        # First, so that a unique value of a row that goes is free for another.
        cursor.execute(staged_statements.delete_missing(self.table, columns, rows))
        deleted = cursor.rowcount
        cursor.execute(staged_statements.merge(self.table, columns, rows, only_different=True))
        return RowCounts(merged=cursor.rowcount, deleted=deleted)
