"""Writes one batch: array binds of declared types and sizes, all in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import oracledb

from target_oracle import statements

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_core.identifiers import TableName
    from target_oracle.statements import LoadColumn, Statement

LONGEST_TEXT_BYTES = 4000
"""Bytes of a text bind that every statement takes (ORA-01461 beyond, but in INSERT and UPDATE)."""

LONGEST_RAW_BYTES = 2000

_SHORT_OF = {
    oracledb.DB_TYPE_LONG: oracledb.DB_TYPE_VARCHAR,
    oracledb.DB_TYPE_LONG_NVARCHAR: oracledb.DB_TYPE_NVARCHAR,
    oracledb.DB_TYPE_CLOB: oracledb.DB_TYPE_VARCHAR,
    oracledb.DB_TYPE_LONG_RAW: oracledb.DB_TYPE_RAW,
}
_TEXTS = frozenset(
    {
        oracledb.DB_TYPE_VARCHAR,
        oracledb.DB_TYPE_CHAR,
        oracledb.DB_TYPE_NVARCHAR,
        oracledb.DB_TYPE_NCHAR,
        oracledb.DB_TYPE_LONG,
        oracledb.DB_TYPE_LONG_NVARCHAR,
        oracledb.DB_TYPE_CLOB,
    }
)
_BINARIES = frozenset({oracledb.DB_TYPE_RAW, oracledb.DB_TYPE_LONG_RAW})
_LOBS = frozenset({oracledb.DB_TYPE_CLOB})


@dataclass(frozen=True, slots=True)
class Binding:
    """How one column of one batch is bound: the driver's type, and a size where it has one.

    `size` is in characters for text and in bytes for binary. `is_long` values are only safe in
    plain INSERT and UPDATE.
    """

    db_type: oracledb.DbType
    size: int = 0
    is_long: bool = False

    def variable(self, cursor: oracledb.Cursor, rows: int) -> Any:  # noqa: ANN401 - oracledb.Var
        """Return the bind variable for `rows` values."""
        return cursor.var(self.db_type, size=self.size, arraysize=rows)


def binding(column: LoadColumn, values: Sequence[object]) -> Binding:
    """Return how a column is bound, from its type and its longest value.

    Sizes go up in powers of two, so that batches of like data share one cursor.
    """
    db_type = column.plan.input_type
    if db_type in _TEXTS:
        longest = max(map(len, filter(None, values)), default=1)  # type: ignore[arg-type]
        if _text_bytes(values, longest) > LONGEST_TEXT_BYTES:
            return Binding(db_type, 0 if db_type in _LOBS else longest, db_type not in _LOBS)
        return Binding(_SHORT_OF.get(db_type, db_type), _rounded(longest, LONGEST_TEXT_BYTES))
    if db_type in _BINARIES:
        longest = max(map(len, filter(None, values)), default=1)  # type: ignore[arg-type]
        if longest > LONGEST_RAW_BYTES:
            return Binding(db_type, longest, is_long=True)
        return Binding(oracledb.DB_TYPE_RAW, _rounded(longest, LONGEST_RAW_BYTES))
    return Binding(db_type)


def _text_bytes(values: Sequence[object], longest: int) -> int:
    """Return the bytes in UTF-8 of the longest text, or a bound that is good enough."""
    if longest * 4 <= LONGEST_TEXT_BYTES:
        return longest * 4
    if longest > LONGEST_TEXT_BYTES:
        return longest
    return max(len(value.encode()) for value in values if isinstance(value, str))


def _rounded(size: int, most: int) -> int:
    return min(most, max(16, 1 << (size - 1).bit_length()))


@dataclass(frozen=True, slots=True)
class Batch:
    """Bind values of one batch, a sequence for each column; every sequence of `rows` values."""

    columns: Sequence[LoadColumn]
    values: Sequence[Sequence[object]]
    rows: int

    def pick(self, positions: Sequence[int]) -> Batch:
        """Return the batch of some of the rows."""
        values = [[column[position] for position in positions] for column in self.values]
        return Batch(self.columns, values, len(positions))

    def bindings(self) -> list[Binding]:
        """Return how each column is bound."""
        return [binding(c, values) for c, values in zip(self.columns, self.values, strict=True)]


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
        updated by key first, and what that did not find is inserted.
        """
        bindings = batch.bindings()
        long = _long(bindings)
        if not long:
            self._execute(statements.merge(self._table, batch.columns), batch, bindings)
            return
        statement = statements.update(self._table, batch.columns, long)
        counts = self._execute(statement, batch, bindings, count=True)
        missing = [position for position, count in enumerate(counts) if count == 0]
        if missing:
            rest = batch.pick(missing)
            self._execute(statements.insert(self._table, batch.columns, long), rest, bindings)

    def delete(self, batch: Batch) -> None:
        """Delete the rows that have the keys of the batch."""
        statement = statements.delete(self._table, batch.columns)
        self._execute(statement, batch, batch.bindings())

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
        rows = list(zip(*(batch.values[position] for position in statement.order), strict=True))
        variable: Callable[[int], Any] = lambda i: bindings[i].variable(self._cursor, batch.rows)  # noqa: E731
        self._cursor.setinputsizes(*(variable(position) for position in statement.order))
        self._cursor.executemany(statement.sql, rows, arraydmlrowcounts=count)
        return self._cursor.getarraydmlrowcounts() if count else ()


def _long(bindings: Sequence[Binding]) -> frozenset[int]:
    return frozenset(position for position, each in enumerate(bindings) if each.is_long)
