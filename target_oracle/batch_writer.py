"""Writes one batch by array binds, in the caller's transaction."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from target_oracle import statements
from target_oracle.binding import rows_per_call
from target_oracle.long_documents import with_documents

if TYPE_CHECKING:
    from collections.abc import Sequence

    import oracledb

    from oracle_core.identifiers import TableName
    from target_oracle.arrow_columns import ArrowBatch
    from target_oracle.bad_rows import BadRows
    from target_oracle.batch import Batch
    from target_oracle.binding import Binding
    from target_oracle.statements import Statement

MOST_MERGED_COLUMNS = 500
"""A view has at most 1,000 columns (ORA-01792), and MERGE joins the table with its source."""


class BatchWriter:
    """Runs the statements of one table on a cursor."""

    def __init__(
        self, cursor: oracledb.Cursor, table: TableName, bad: BadRows | None = None
    ) -> None:
        """Write into `table`; the caller commits. Rows that are refused go to `bad`, if given."""
        self._cursor = cursor
        self._table = table
        self._bad = bad

    def append(self, batch: Batch) -> None:
        """Insert all rows."""
        batch = with_documents(batch)
        bindings = batch.bindings()
        long = _long(bindings)
        self._execute(statements.insert(self._table, batch.columns, long), batch, bindings)

    def append_table(self, batch: ArrowBatch) -> None:
        """Insert all rows of an Arrow table, which the driver reads by itself."""
        statement, table = batch.insert(self._table)
        # Without batch errors: where refused rows are kept, batches are not taken as tables.
        self._cursor.executemany(statement.sql, table)

    def upsert(self, batch: Batch) -> None:
        """Update the rows whose key is there and insert the others; keys come once.

        Long values are only safe in INSERT and UPDATE (ORA-01461), so a batch that has some is
        updated by key first, and what that did not find is inserted. So is a table whose columns
        and those of the MERGE's source could be too many together. A table of keys alone has
        nothing to update.
        """
        batch = with_documents(batch)
        bindings = batch.bindings()
        long = _long(bindings)
        is_wide = len(batch.columns) > MOST_MERGED_COLUMNS
        if not (long or is_wide) or all(column.is_key for column in batch.columns):
            self._execute(statements.merge(self._table, batch.columns), batch, bindings)
            return
        statement = statements.update(self._table, batch.columns, long)
        counts: list[int] = []
        self._execute(statement, batch, bindings, counts)
        # A row that UPDATE refused counts -1: it is in the table of errors and not inserted.
        missing = [position for position, count in enumerate(counts) if count == 0]
        if missing:
            rest = batch.pick(missing)
            self._execute(statements.insert(self._table, batch.columns, long), rest, bindings)

    def delete(self, batch: Batch) -> int:
        """Delete the rows that have the keys of the batch, and return how many there were."""
        statement = statements.delete(self._table, batch.columns)
        return self._execute(statement, batch, batch.bindings())

    def _execute(
        self,
        statement: Statement,
        batch: Batch,
        bindings: Sequence[Binding],
        counts: list[int] | None = None,
    ) -> int:
        """Run a statement for every row and return how many rows of the table it touched.

        Without `bad` the first bad row fails the call, and the caller rolls back all. With it a
        refused row counts as -1.

        Args:
            statement: The statement.
            batch: The rows.
            bindings: How their columns are bound.
            counts: Gets the number of rows that each row touched, if given.
        """
        rows = list(zip(*(batch.values[position] for position in statement.order), strict=True))
        most = rows_per_call(bindings, len(rows))
        touched = 0
        for start in range(0, len(rows), most):
            part = rows[start : start + most]
            if counts is not None:
                # python-oracledb 3.4 and 26.1 do not ask for the counts when a cursor of the
                # statement cache runs again (DPY-4006), so this statement is parsed each time.
                self._cursor.prepare(statement.sql, cache_statement=False)
            variable = partial(_variable, bindings, self._cursor, len(part))
            self._cursor.setinputsizes(*map(variable, statement.order))
            is_counted = counts is not None
            # None runs what `prepare` has parsed.
            sql = None if is_counted else statement.sql
            self._cursor.executemany(
                sql, part, batcherrors=self._bad is not None, arraydmlrowcounts=is_counted
            )
            touched += self._cursor.rowcount
            part_counts = list(self._cursor.getarraydmlrowcounts()) if is_counted else []
            self._note_refused(batch.positions[start:], part_counts)
            if counts is not None:
                counts += part_counts
        return touched

    def _note_refused(self, positions: Sequence[int], counts: list[int]) -> None:
        """Note the rows of the last call that were refused; their counts become -1."""
        errors = self._cursor.getbatcherrors() if self._bad is not None else None
        if self._bad is None or not errors:
            return
        self._bad.note_refused(errors, positions)
        for error in errors if counts else ():
            counts[error.offset] = -1


def _variable(
    bindings: Sequence[Binding], cursor: oracledb.Cursor, rows: int, position: int
) -> Any:  # noqa: ANN401 - oracledb.Var
    return bindings[position].variable(cursor, rows)


def _long(bindings: Sequence[Binding]) -> frozenset[int]:
    return frozenset(position for position, binding in enumerate(bindings) if binding.is_long)
