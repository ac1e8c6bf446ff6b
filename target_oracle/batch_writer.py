"""Writes one batch by array binds, in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from target_oracle import statements

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import oracledb

    from oracle_core.identifiers import TableName
    from target_oracle.batch import Batch
    from target_oracle.binding import Binding
    from target_oracle.statements import Statement

MOST_MERGED_COLUMNS = 500
"""A view has at most 1,000 columns (ORA-01792), and MERGE joins the table with its source."""


class BatchWriter:
    """Runs the statements of one table on a cursor."""

    def __init__(self, cursor: oracledb.Cursor, table: TableName) -> None:
        """Write into `table`; the caller commits."""
        self._cursor = cursor
        self._table = table

    def append(self, batch: Batch) -> None:
        """Insert all rows."""
        bindings = batch.bindings()
        long = _long(bindings)
        self._execute(statements.insert(self._table, batch.columns, long), batch, bindings)

    def upsert(self, batch: Batch) -> None:
        """Update the rows whose key is there and insert the others; keys come once.

        Long values are only safe in INSERT and UPDATE (ORA-01461), so a batch that has some is
        updated by key first, and what that did not find is inserted. So is a table whose columns
        and those of the MERGE's source could be too many together. A table of keys alone has
        nothing to update.
        """
        bindings = batch.bindings()
        long = _long(bindings)
        is_wide = len(batch.columns) > MOST_MERGED_COLUMNS
        if not (long or is_wide) or all(column.is_key for column in batch.columns):
            self._execute(statements.merge(self._table, batch.columns), batch, bindings)
            return
        statement = statements.update(self._table, batch.columns, long)
        counts = self._execute(statement, batch, bindings, count=True)
        missing = [position for position, count in enumerate(counts) if count == 0]
        if missing:
            rest = batch.pick(missing)
            self._execute(statements.insert(self._table, batch.columns, long), rest, bindings)

    def delete(self, batch: Batch) -> int:
        """Delete the rows that have the keys of the batch, and return how many there were."""
        statement = statements.delete(self._table, batch.columns)
        self._execute(statement, batch, batch.bindings())
        return self._cursor.rowcount

    def _execute(
        self,
        statement: Statement,
        batch: Batch,
        bindings: Sequence[Binding],
        *,
        count: bool = False,
    ) -> Sequence[int]:
        """Run a statement for every row in one call and return the rows each touched, if asked.

        Without `batcherrors`: the first bad row fails the call, and the caller rolls back all.
        """
        if count:
            # python-oracledb 3.4 and 26.1 do not ask for the counts when a cursor of the statement
            # cache runs again (DPY-4006), so this statement is parsed each time.
            self._cursor.prepare(statement.sql, cache_statement=False)
        rows = list(zip(*(batch.values[position] for position in statement.order), strict=True))
        variable: Callable[[int], Any] = lambda i: bindings[i].variable(self._cursor, batch.rows)  # noqa: E731
        self._cursor.setinputsizes(*(variable(position) for position in statement.order))
        self._cursor.executemany(None if count else statement.sql, rows, arraydmlrowcounts=count)
        return self._cursor.getarraydmlrowcounts() if count else ()


def _long(bindings: Sequence[Binding]) -> frozenset[int]:
    return frozenset(position for position, each in enumerate(bindings) if each.is_long)
