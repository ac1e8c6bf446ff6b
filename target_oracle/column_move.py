"""Moves a column to a type that MODIFY cannot reach: add, copy in pieces, rename.

MODIFY refuses it for a column with data (ORA-22858 for text to CLOB, ORA-01439 for another type).
Every step commits and can be cut off: `interrupted_moves` finds a column between its names.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_core.identifiers import Identifier
from target_oracle.comments import column_comment
from target_oracle.errors import TableMismatchError

if TYPE_CHECKING:
    import oracledb

    from oracle_core.identifiers import TableName
    from oracle_core.server import Server
    from oracle_core.types import OracleType
    from target_oracle.table_spec import ExistingTable, TableSpec

PIECE_ROWS = 10_000
"""Rows that are copied per transaction."""

_SUFFIX = "_SDC_NEW"
_LOGGER = logging.getLogger("target-oracle")
# SET UNUSED removes the column's indexes (Administrator's Guide, "Marking Columns Unused").
_INDEXES = """
SELECT MIN(INDEX_NAME) FROM ALL_IND_COLUMNS
 WHERE TABLE_OWNER = :1 AND TABLE_NAME = :2 AND COLUMN_NAME = :3
"""
_EXISTS = (
    "SELECT COUNT(*) FROM ALL_TAB_COLUMNS WHERE OWNER = :1 AND TABLE_NAME = :2 AND COLUMN_NAME = :3"
)
_COMMENT = (
    "SELECT COMMENTS FROM ALL_COL_COMMENTS WHERE OWNER = :1 AND TABLE_NAME = :2"
    " AND COLUMN_NAME = :3"
)


@dataclass(frozen=True, slots=True)
class ColumnMove:
    """A column that becomes another type by way of a new column.

    `value` is the SQL of the new value, from the old column.
    """

    table: TableName
    column: Identifier
    new: Identifier
    type: OracleType
    value: str

    @property
    def add(self) -> str:
        """The statement that adds the new column."""
        return f"ALTER TABLE {self.table.sql} ADD ({self.new.sql} {self.type.ddl()})"

    @property
    def copy(self) -> str:
        """The statement that copies a piece."""
        old, new = self.column.sql, self.new.sql
        return (
            f"UPDATE {self.table.sql} SET {new} = {self.value} "  # noqa: S608 - quoted names
            # Copied rows are passed over, so that every piece finds others and the last one fewer.
            f"WHERE {old} IS NOT NULL AND {new} IS NULL AND ROWNUM <= {PIECE_ROWS}"
        )

    @property
    def give_up(self) -> str:
        """The statement that removes the old column.

        SET UNUSED changes the dictionary only; DROP COLUMN would rewrite every block.
        """
        return f"ALTER TABLE {self.table.sql} SET UNUSED ({self.column.sql})"

    @property
    def rename(self) -> str:
        """The statement that gives the new column its name."""
        return _rename(self.table, self.new, self.column)

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements in order; the second is repeated until it finds no more rows."""
        return (self.add, self.copy, self.give_up, self.rename)

    def refuse_index(self, connection: oracledb.Connection) -> None:
        """Refuse the move where an index would go with the old column.

        Raises:
            TableMismatchError: If there is one.
            oracledb.Error: If the dictionary cannot be read.
        """
        with connection.cursor() as cursor:
            cursor.execute(_INDEXES, self._binds(self.column))
            row = cursor.fetchone()
        if row is not None and row[0] is not None:
            what = (
                f"column {self.table}.{self.column} would have to become {self.type.kind} and is "
                f"in index {row[0]}; drop the index, or load into another column or table "
                "(text_without_length varchar2 keeps text short)"
            )
            raise TableMismatchError(what)

    def run(self, connection: oracledb.Connection) -> None:
        """Move the column; every step commits, and the whole may be called again after a failure.

        Raises:
            TableMismatchError: If an index would go with the old column.
            oracledb.Error: If the database refuses a step.
        """
        with connection.cursor() as cursor:
            has_new = self._exists(cursor, self.new)
            # After SET UNUSED the new column is the only copy of the values.
            if has_new and not self._exists(cursor, self.column):
                cursor.execute(self.rename)
                return
            self.refuse_index(connection)
            _LOGGER.info("Table %s: column %s becomes %s", self.table, self.column, self.type.ddl())
            # From the start again: what was copied then may have changed in the old column since.
            if has_new:  # copied in part by a run that ended
                cursor.execute(f"ALTER TABLE {self.table.sql} DROP COLUMN {self.new.sql}")
            cursor.execute(self.add)
            # A comment belongs to its column and would go with the old one.
            cursor.execute(_COMMENT, self._binds(self.column))
            row = cursor.fetchone()
            if row is not None and row[0]:
                cursor.execute(column_comment(self.table, self.new, row[0]))
            while True:
                cursor.execute(self.copy)
                copied = cursor.rowcount
                # A transaction over all rows would need undo for all of them.
                connection.commit()
                if copied < PIECE_ROWS:
                    break
            cursor.execute(self.give_up)
            cursor.execute(self.rename)

    def _exists(self, cursor: oracledb.Cursor, column: Identifier) -> bool:
        cursor.execute(_EXISTS, self._binds(column))
        return bool(cursor.fetchone() != (0,))

    def _binds(self, column: Identifier) -> list[str]:
        return [self.table.schema.name, self.table.table.name, column.name]


def column_move(
    table: TableName,
    column: Identifier,
    new_type: OracleType,
    server: Server,
    value: str | None = None,
) -> ColumnMove:
    """Return the move of a column; `value` is the SQL of the new value, by default the old one."""
    return ColumnMove(table, column, _between(column, server), new_type, value or column.sql)


def interrupted_moves(spec: TableSpec, existing: ExistingTable, server: Server) -> list[str]:
    """Return what ends moves that were cut off after the old column had gone."""
    return [
        _rename(spec.name, _between(column.name, server), column.name)
        for column in spec.columns
        if column.name not in existing.columns and _between(column.name, server) in existing.columns
    ]


def _between(column: Identifier, server: Server) -> Identifier:
    return Identifier(column.name + _SUFFIX).shorten(server.name_bytes)


def _rename(table: TableName, old: Identifier, new: Identifier) -> str:
    return f"ALTER TABLE {table.sql} RENAME COLUMN {old.sql} TO {new.sql}"
