"""Text without a length: VARCHAR2 as long as it lasts, CLOB when a longer value comes.

Most values of text are short, and a CLOB takes no `=`, GROUP BY, DISTINCT, join or index. MODIFY
cannot turn text into a CLOB (ORA-22858), so that a column is added, filled in pieces, and takes the
name of the old one (`column_move`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_core.errors import DataError
from oracle_core.types import OracleType
from target_oracle.column_move import column_move
from target_oracle.text_limits import longest_text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from oracle_core.identifiers import Identifier, TableName
    from oracle_core.server import Server
    from target_oracle.batch import Batch
    from target_oracle.column_move import ColumnMove
    from target_oracle.statements import LoadColumn

_CLOB = OracleType("CLOB")


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


def clob_moves(
    table: TableName,
    longer: Sequence[tuple[LoadColumn, int]],
    server: Server,
    *,
    freeze: bool,
) -> list[ColumnMove]:
    """Return the moves of the columns that `outgrown` found.

    Raises:
        DataError: If `freeze_schema` forbids them.
    """
    for column, position in longer:
        if freeze:
            what = f"column {column.name}: a text is too long and freeze_schema is set"
            raise DataError(what, position=position)
    return [column_move(table, column.name, _CLOB, server) for column, _ in longer]


def _first_longer(values: Sequence[object], text: OracleType, server: Server) -> int | None:
    length = text.length or 0
    # A length in characters has the limit in bytes besides (SQL Language Reference, "VARCHAR2").
    most_bytes = length if text.char_used != "C" else longest_text(server).length or 0
    most_characters = length if text.char_used == "C" else most_bytes
    # A character has four bytes at most, so that one look at lengths clears most batches.
    if max(map(len, filter(None, values)), default=0) * 4 <= min(most_bytes, most_characters):  # type: ignore[arg-type]
        return None
    codec = server.codec or "utf-8"
    for position, value in enumerate(values):
        if isinstance(value, str) and (
            len(value) > most_characters or len(value.encode(codec, "replace")) > most_bytes
        ):
            return position
    return None
