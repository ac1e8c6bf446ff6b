"""Text without a length: VARCHAR2 as long as it lasts, CLOB when a longer value comes.

Most values of text are short, and a CLOB takes no `=`, GROUP BY, DISTINCT, join or index. MODIFY
cannot turn text into a CLOB (ORA-22858), so that a column is added, filled in pieces, and takes the
name of the old one (`column_move`). A key cannot be a CLOB: its VARCHAR2 grows instead, by MODIFY,
as far as an index takes it (ORA-01450).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle_core.errors import DataError
from oracle_core.types import OracleType
from oracle_core.types.fit import LENGTH_BYTES, key_bytes
from target_oracle.binding import longest_value
from target_oracle.column_move import ColumnMove, column_move
from target_oracle.text_limits import longest_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import oracledb

    from oracle_core.identifiers import Identifier, TableName
    from oracle_core.server import Server
    from target_oracle.batch import Batch
    from target_oracle.statements import LoadColumn

_CLOB = OracleType("CLOB")
_LOGGER = logging.getLogger("target-oracle")


@dataclass(frozen=True, slots=True)
class KeyGrowth:
    """A key column that gets a longer VARCHAR2."""

    table: TableName
    column: Identifier
    type: OracleType

    def run(self, connection: oracledb.Connection) -> None:
        """Change the column.

        Raises:
            oracledb.Error: If the database refuses it, as for another index (ORA-01404).
        """
        _LOGGER.info("Table %s: key %s grows to %s", self.table, self.column, self.type.ddl())
        statement = f"ALTER TABLE {self.table.sql} MODIFY ({self.column.sql} {self.type.ddl()})"
        with connection.cursor() as cursor:
            cursor.execute(statement)


def growths(
    table: TableName,
    batch: Batch,
    growing: Mapping[Identifier, str],
    server: Server,
    *,
    freeze: bool,
) -> list[ColumnMove | KeyGrowth]:
    """Return the changes of the columns that a batch has longer text for.

    Args:
        table: The table.
        batch: The bind values.
        growing: Columns that may become longer, each with the property that it comes from.
        server: What the database can.
        freeze: Whether `freeze_schema` forbids changes.

    Raises:
        DataError: If it does, or a key is longer than an index takes.
    """
    changes: list[ColumnMove | KeyGrowth] = []
    for place, (column, position) in _outgrown(batch, growing, server).items():
        what = f"property '{growing[column.name]}': a text is longer than column {column.name}"
        if freeze:
            refusal = f"{what} and freeze_schema is set"
            raise DataError(refusal, position=position)
        if column.is_key:
            longer = _longer_key(column, batch.values[place], batch.columns, server, what)
            changes.append(KeyGrowth(table, column.name, longer))
        else:
            changes.append(column_move(table, column.name, _CLOB, server))
    return changes


def _outgrown(
    batch: Batch, growing: Collection[Identifier], server: Server
) -> dict[int, tuple[LoadColumn, int]]:
    """Return the columns that a batch has a longer value for, with the position of the first."""
    places = {}
    for place, (column, values) in enumerate(zip(batch.columns, batch.values, strict=True)):
        if column.name not in growing or column.type.kind != "VARCHAR2":
            continue
        position = _first_longer(values, column.type, server)
        if position is not None:
            places[place] = (column, position)
    return places


def _longer_key(
    column: LoadColumn,
    values: Sequence[object],
    columns: Sequence[LoadColumn],
    server: Server,
    what: str,
) -> OracleType:
    """Return the type of a key column for the longest of its values.

    Raises:
        DataError: If no index takes it.
    """
    per_character = server.bytes_per_character
    others = [each.type for each in columns if each.is_key and each.name != column.name]
    left = server.key_bytes - sum(key_bytes(each, per_character) for each in others)
    # A table whose key is too long for an index already has none (`ddl.create_table`).
    most = max(left, key_bytes(column.type, per_character)) - LENGTH_BYTES
    most = min(most, longest_text(server).length or 0)
    in_bytes = OracleType("VARCHAR2", length=most, char_used="B")
    position = _first_longer(values, in_bytes, server)
    if position is not None:
        reason = f"{what}, which may have at most {most} bytes in a key (ORA-01450)"
        raise DataError(reason, position=position)
    longest = max(map(len, filter(None, values)))  # type: ignore[arg-type]
    # With room to spare, so that few changes of the table lead to the limit.
    rounded = max(longest, min(1 << longest.bit_length(), most // per_character))
    if rounded * per_character <= most:
        return OracleType("VARCHAR2", length=rounded, char_used="C")
    return in_bytes


def _first_longer(values: Sequence[Any], text: OracleType, server: Server) -> int | None:
    length = text.length or 0
    # A length in characters has the limit in bytes besides (SQL Language Reference, "VARCHAR2").
    most_bytes = length if text.char_used != "C" else longest_text(server).length or 0
    most_characters = length if text.char_used == "C" else most_bytes
    # A character has four bytes at most, so that one look at lengths clears most batches.
    if longest_value(values) * 4 <= min(most_bytes, most_characters):
        return None
    codec = server.codec or "utf-8"
    for position, value in enumerate(values):
        if isinstance(value, str) and (
            len(value) > most_characters or len(value.encode(codec, "replace")) > most_bytes
        ):
            return position
    return None
