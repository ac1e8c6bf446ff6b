"""Text without a length: VARCHAR2 as long as it lasts, CLOB when a longer value comes.

Most values of text are short, and a CLOB takes no `=`, GROUP BY, DISTINCT, join or index. MODIFY
cannot turn text into a CLOB (ORA-22858), so that a column is added, filled in pieces, and takes the
name of the old one. Every step can be cut off: `interrupted_move` finds a column between its names.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from oracle_core.identifiers import Identifier
from target_oracle.errors import TableMismatchError
from target_oracle.text_limits import longest_text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import oracledb

    from oracle_core.identifiers import TableName
    from oracle_core.server import Server
    from oracle_core.types import OracleType
    from target_oracle.batch import Batch
    from target_oracle.statements import LoadColumn
    from target_oracle.table_spec import ExistingTable, TableSpec

PIECE_ROWS = 10_000
"""Rows that are copied per transaction."""

_SUFFIX = "_SDC_CLOB"
_LOGGER = logging.getLogger("target-oracle")
_INDEXES = """
SELECT MIN(INDEX_NAME) FROM ALL_IND_COLUMNS
 WHERE TABLE_OWNER = :1 AND TABLE_NAME = :2 AND COLUMN_NAME = :3
"""


def outgrown(
    batch: Batch, growing: Collection[Identifier], server: Server
) -> list[tuple[LoadColumn, int]]:
    """Return the columns that a batch has a longer value for, with the position of the first.

    Args:
        batch: The bind values.
        growing: Columns that may become CLOB.
        server: What the database can.
    """
    places = []
    for column, values in zip(batch.columns, batch.values, strict=True):
        if column.name not in growing or column.type.kind != "VARCHAR2":
            continue
        position = _first_longer(values, column.type, server)
        if position is not None:
            places.append((column, position))
    return places


def _first_longer(values: Sequence[object], text: OracleType, server: Server) -> int | None:
    length = text.length or 0
    most_bytes = length if text.char_used != "C" else longest_text(server).length or 0
    most_characters = length if text.char_used == "C" else most_bytes
    if max(map(len, filter(None, values)), default=0) * 4 <= min(most_bytes, most_characters):  # type: ignore[arg-type]
        return None
    codec = server.codec or "utf-8"
    for position, value in enumerate(values):
        if isinstance(value, str) and (
            len(value) > most_characters or len(value.encode(codec, "replace")) > most_bytes
        ):
            return position
    return None


def _between(column: Identifier, server: Server) -> Identifier:
    return Identifier(column.name + _SUFFIX).shorten(server.name_bytes)


def interrupted_move(spec: TableSpec, existing: ExistingTable, server: Server) -> list[str]:
    """Return what ends moves that were cut off after the old column had gone."""
    return [
        _rename(spec.name, _between(column.name, server), column.name)
        for column in spec.columns
        if column.name not in existing.columns and _between(column.name, server) in existing.columns
    ]


def move_to_clob(
    connection: oracledb.Connection, table: TableName, column: Identifier, server: Server
) -> None:
    """Turn a VARCHAR2 column into a CLOB; every step commits.

    Raises:
        TableMismatchError: If the column is indexed: its indexes would go with it.
        oracledb.Error: If the database refuses a step.
    """
    new = _between(column, server)
    _LOGGER.info("Table %s: column %s becomes CLOB for longer text", table, column)
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, [table.schema.name, table.table.name, column.name])
        row = cursor.fetchone()
        if row is not None and row[0] is not None:
            what = (
                f"column {table}.{column} would have to become CLOB for a longer text and is in "
                f"index {row[0]}; drop the index, or set text_without_length to varchar2"
            )
            raise TableMismatchError(what)
        cursor.execute(
            "SELECT COUNT(*) FROM ALL_TAB_COLUMNS WHERE OWNER = :1 AND TABLE_NAME = :2"
            " AND COLUMN_NAME = :3",
            [table.schema.name, table.table.name, new.name],
        )
        if cursor.fetchone() != (0,):  # copied in part by a run that ended
            cursor.execute(f"ALTER TABLE {table.sql} DROP COLUMN {new.sql}")
        cursor.execute(f"ALTER TABLE {table.sql} ADD ({new.sql} CLOB)")
        copy = (
            f"UPDATE {table.sql} SET {new.sql} = {column.sql} "  # noqa: S608
            f"WHERE {column.sql} IS NOT NULL AND {new.sql} IS NULL AND ROWNUM <= {PIECE_ROWS}"
        )
        while True:
            cursor.execute(copy)
            copied = cursor.rowcount
            connection.commit()
            if copied < PIECE_ROWS:
                break
        # Only a change of the dictionary; DROP COLUMN would rewrite every block.
        cursor.execute(f"ALTER TABLE {table.sql} SET UNUSED ({column.sql})")
        cursor.execute(_rename(table, new, column))


def _rename(table: TableName, old: Identifier, new: Identifier) -> str:
    return f"ALTER TABLE {table.sql} RENAME COLUMN {old.sql} TO {new.sql}"
