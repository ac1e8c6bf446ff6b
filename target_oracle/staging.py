"""Staging tables: private to the run, named after it, dropped at its end.

A run that was killed leaves its tables behind; the next run removes them, because
the row that stands for a dead run is not locked any more (`run_locks`).
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import oracledb

from oracle_core.errors import describe
from oracle_core.identifiers import Identifier, TableName
from oracle_core.types import BindPlan, Family, OracleType, row_of
from target_oracle import direct_path
from target_oracle.batch import Batch
from target_oracle.batch_writer import BatchWriter
from target_oracle.column_move import column_move
from target_oracle.errors import LoadError
from target_oracle.staged_statements import ROW_NUMBER
from target_oracle.statements import LoadColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_core.server import Server
    from target_oracle.arrow_columns import ArrowBatch
    from target_oracle.run_locks import RunLocks

PREFIX = "SINGER_STG_"

_LOGGER = logging.getLogger("target-oracle")
_NAME = re.compile(rf"{PREFIX}([0-9A-F]{{16}})_\d+")
_GONE = "ORA-00942"

_TEXT = OracleType("VARCHAR2", length=4000, char_used="B")
_NATIONAL_TEXT = OracleType("NVARCHAR2", length=2000)
_NUMBER = OracleType("NUMBER")
_STORAGE = {
    oracledb.DB_TYPE_VARCHAR: _TEXT,
    oracledb.DB_TYPE_CHAR: _TEXT,
    oracledb.DB_TYPE_NVARCHAR: _NATIONAL_TEXT,
    oracledb.DB_TYPE_NCHAR: _NATIONAL_TEXT,
    oracledb.DB_TYPE_LONG: OracleType("CLOB"),
    oracledb.DB_TYPE_CLOB: OracleType("CLOB"),
    oracledb.DB_TYPE_LONG_NVARCHAR: OracleType("NCLOB"),
    oracledb.DB_TYPE_RAW: OracleType("RAW", length=2000),
    oracledb.DB_TYPE_LONG_RAW: OracleType("BLOB"),
    oracledb.DB_TYPE_NUMBER: _NUMBER,
    oracledb.DB_TYPE_TIMESTAMP: OracleType("TIMESTAMP", scale=9),
}
"""Type that stores the bind values of a plan, wide enough that only the stream's table judges."""

_ROW_COLUMN = LoadColumn(ROW_NUMBER, _NUMBER, BindPlan("{}", oracledb.DB_TYPE_NUMBER, list))


def storage(column: LoadColumn) -> OracleType:
    """Return the type of a column's bind values in a staging table."""
    wide = _STORAGE.get(column.plan.input_type, column.type)
    # A VARCHAR2 or RAW longer than STANDARD allows (MAX_STRING_SIZE=EXTENDED) is stored as it is.
    is_extended = wide.length is not None and (column.type.length or 0) > wide.length
    return column.type if is_extended and column.plan.expression == "{}" else wide


def can_store(columns: Sequence[LoadColumn]) -> bool:
    """Return whether direct path takes the names and values of all columns."""
    return all(
        column.plan.input_type in direct_path.TYPES and direct_path.takes_name(column.name)
        for column in columns
    )


@dataclass(slots=True)
class StagingTable:
    """One staging table and how it is filled; `rows` counts what it certainly holds.

    `columns` are those of the stream's table, bound as the staging table stores them.
    `is_in_doubt` after a fill that did not come to its end.
    """

    name: TableName
    columns: tuple[LoadColumn, ...]
    uses_direct_path: bool
    rows: int = 0
    is_in_doubt: bool = False

    def fill(self, connection: oracledb.Connection, batch: Batch | ArrowBatch) -> None:
        """Add the rows of a batch and commit; call it with no transaction open.

        Raises:
            oracledb.Error: If the database refuses them.
        """
        if self.is_in_doubt:
            self._remove_doubtful(connection)
        self.is_in_doubt = True
        self._write(connection, batch)
        self.is_in_doubt = False
        self.rows += batch.rows

    def _remove_doubtful(self, connection: oracledb.Connection) -> None:
        """Remove rows that a lost session may have committed after the last certain ones.

        The lock waits for the end of that session's transaction, which may still be running.
        """
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {self.name.sql} IN EXCLUSIVE MODE")
            sql = f"DELETE FROM {self.name.sql} WHERE {ROW_NUMBER.sql} >= :1"  # noqa: S608
            cursor.execute(sql, [self.rows])
        connection.commit()

    def _write(self, connection: oracledb.Connection, batch: Batch | ArrowBatch) -> None:
        numbers = list(range(self.rows, self.rows + batch.rows))
        if self.uses_direct_path and self._is_bound_as_stored(batch):
            names = [*(column.name.name for column in batch.columns), ROW_NUMBER.name]
            rows: Any = (
                list(zip(*batch.values, numbers, strict=True))
                if isinstance(batch, Batch)
                else batch.numbered(ROW_NUMBER.name, self.rows)
            )
            code = direct_path.load(connection, self.name, names, rows)
            if code is None:
                return
            _LOGGER.info("%s: rows are inserted, because direct path gave %s", self.name, code)
        with connection.cursor() as cursor:
            writer = BatchWriter(cursor, self.name)
            if isinstance(batch, Batch):
                writer.append(self._stored(batch, numbers))
            else:
                table = batch.numbered(ROW_NUMBER.name, self.rows)
                columns = [*self._bound_plainly(batch.columns), _ROW_COLUMN]
                writer.append_table(replace(batch, columns=columns, table=table))
        connection.commit()

    def _is_bound_as_stored(self, batch: Batch | ArrowBatch) -> bool:
        planned = {column.name: column.plan for column in self.columns}
        return all(column.plan == planned[column.name] for column in batch.columns)

    def _stored(self, batch: Batch, numbers: Sequence[int]) -> Batch:
        """Return the batch with the numbers of its rows, bound as the table stores it."""
        columns = [*self._bound_plainly(batch.columns), _ROW_COLUMN]
        return Batch(columns, [*batch.values, numbers], batch.rows)

    def _bound_plainly(self, columns: Sequence[LoadColumn]) -> list[LoadColumn]:
        """Return columns with conversions left out, except where one is bound in another way.

        A year before 1 comes as text for a column that stores dates.
        """
        planned = {column.name: column.plan for column in self.columns}
        return [
            replace(
                column,
                is_key=False,
                plan=replace(column.plan, expression="{}")
                if column.plan == planned[column.name]
                else column.plan,
            )
            for column in columns
        ]


class StagingArea:
    """The staging tables of one run."""

    def __init__(self, schema: Identifier, run_key: str, locks: RunLocks) -> None:
        """Make tables in `schema`; nothing is sent yet."""
        self.schema = schema
        self._run_key = run_key
        self._locks = locks
        self._made: list[TableName] = []

    def create(
        self,
        connection: oracledb.Connection,
        columns: Sequence[LoadColumn],
        *,
        uses_direct_path: bool,
    ) -> StagingTable:
        """Create a staging table for the bind values of columns; DDL, which commits.

        Raises:
            oracledb.Error: If the database refuses it.
        """
        name = TableName.of(self.schema.name, f"{PREFIX}{self._run_key}_{len(self._made) + 1}")
        lines = [f"{column.name.sql} {storage(column).ddl()}" for column in columns]
        lines.append(f"{ROW_NUMBER.sql} NUMBER(18)")
        self._made.append(name)  # before it is made, so that `close` drops it whatever happens
        with connection.cursor() as cursor:
            # Rows stay as they come, and a lost table is only loaded again: no room, no redo.
            cursor.execute(f"CREATE TABLE {name.sql} ({', '.join(lines)}) PCTFREE 0 NOLOGGING")
        return StagingTable(name, tuple(columns), uses_direct_path and can_store(columns))

    def extend(
        self,
        connection: oracledb.Connection,
        table: StagingTable,
        columns: Sequence[LoadColumn],
        server: Server,
    ) -> None:
        """Make a staging table that has rows ready for other columns; DDL, which commits.

        Raises:
            LoadError: If a column that has values would need another type.
            oracledb.Error: If the database refuses it.
        """
        there = {column.name: column for column in table.columns}
        added = [column for column in columns if column.name not in there]
        changed = {column.name for column in columns}
        for column in columns:
            if column.name not in there or storage(there[column.name]) == storage(column):
                continue
            old, new = storage(there[column.name]), storage(column)
            before, after = row_of(old), row_of(new)
            if before.family is after.family is Family.TEXT and after.is_large:
                column_move(table.name, column.name, OracleType("CLOB"), server).run(connection)
            elif before is after and (old.length or 0) < (new.length or 0):
                with connection.cursor() as cursor:
                    parts = f"{column.name.sql} {new.ddl()}"
                    cursor.execute(f"ALTER TABLE {table.name.sql} MODIFY ({parts})")
            else:
                what = f"column {column.name} changed its type in the middle of the run; run again"
                raise LoadError(what)
        if added:
            parts = ", ".join(f"{column.name.sql} {storage(column).ddl()}" for column in added)
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER TABLE {table.name.sql} ADD ({parts})")
        table.columns = (*(c for c in table.columns if c.name not in changed), *columns)
        table.uses_direct_path = table.uses_direct_path and can_store(columns)

    def empty(self, connection: oracledb.Connection, table: StagingTable) -> None:
        """Remove all rows of a staging table; DDL, which commits."""
        with connection.cursor() as cursor:
            # The next batch fills the same extents.
            cursor.execute(f"TRUNCATE TABLE {table.name.sql} REUSE STORAGE")
        table.rows, table.is_in_doubt = 0, False

    def remove_leftovers(self, connection: oracledb.Connection) -> None:
        """Drop the staging tables of runs that have ended, and the rows that stand for these.

        Raises:
            oracledb.Error: If the database does not answer.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT TABLE_NAME FROM ALL_TABLES WHERE OWNER = :1"
                " AND TABLE_NAME LIKE 'SINGER\\_STG\\_%' ESCAPE '\\'",
                [self.schema.name],
            )
            matches = [_NAME.fullmatch(name) for (name,) in cursor]
        leftovers = [(m.group(1), m.group(0)) for m in matches if m and m.group(1) != self._run_key]
        alive = {key: self._locks.is_alive(connection, key) for key in dict(leftovers)}
        for key, name in leftovers:
            if not alive[key]:
                _LOGGER.info("Staging table %s of a run that has ended is dropped", name)
                _drop(connection, TableName.of(self.schema.name, name))
        for key in self._locks.dead_runs(connection):
            self._locks.forget(connection, key)

    def close(self, connection: oracledb.Connection) -> None:
        """Drop the staging tables of this run.

        Raises:
            oracledb.Error: If the database does not answer.
        """
        while self._made:
            _drop(connection, self._made[-1])
            # After the drop, so that a call repeated in a new session goes on with this table.
            self._made.pop()


def _drop(connection: oracledb.Connection, table: TableName) -> None:
    """Drop a table for good: in the recycle bin it would keep its space."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {table.sql} PURGE")
    except oracledb.Error as error:
        if describe(error).code != _GONE:  # another run was quicker, or it was never made
            raise
