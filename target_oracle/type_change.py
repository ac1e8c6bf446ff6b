"""What becomes of a column that cannot take a stream's values: the setting `on_type_change`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_core.identifiers import Identifier
from oracle_core.types import OracleType, row_of
from oracle_core.types.oracle_type import TIMESTAMP_TZ
from oracle_core.types.type_row import Family
from target_oracle.column_move import ColumnMove, column_move
from target_oracle.text_limits import longest_text

if TYPE_CHECKING:
    from oracle_core.identifiers import TableName
    from oracle_core.server import Server
    from target_oracle.table_spec import ColumnSpec, ExistingColumn

# TM9 writes every digit (SQL Language Reference, "Format Models"), and the parameter fixes the
# decimal point whatever the session has.
_DIGITS = "TO_CHAR({}, 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''')"
# JSON has a digit before the point, TO_CHAR has none.
_NUMBER_TEXT = f"REGEXP_REPLACE({_DIGITS}, '^(-?)[.]', '\\10.')"
_CLOCK = 'SYYYY-MM-DD"T"HH24:MI:SS'


def new_column_name(column: Identifier, wanted: OracleType, server: Server) -> Identifier:
    """Return the column beside another that takes values of another type: `A_NUMBER`."""
    kind = wanted.kind.partition("(")[0].replace(" ", "_")
    return Identifier(f"{column.name}_{kind}").shorten(server.name_bytes)


def larger_text(
    table: TableName, column: ColumnSpec, present: ExistingColumn, server: Server
) -> ColumnMove | None:
    """Return the move of a text column to CLOB, None where the change is another one."""
    old, new = row_of(present.type), row_of(column.type)
    is_growth = old.family is new.family is Family.TEXT and old.sized and new.is_large
    if not is_growth or old.is_padded:
        return None
    lob = OracleType("NCLOB" if present.type.is_national else "CLOB")
    return column_move(table, column.name, lob, server)


def text_type(present: ExistingColumn, server: Server) -> OracleType | None:
    """Return what MODIFY makes of a text column so that it takes any value as text.

    Returns:
        None where the column does not hold text.
    """
    row = row_of(present.type)
    if row.family is not Family.TEXT:
        return None
    if row.sized is None or present.type.is_national:
        return present.type
    longest = longest_text(server)
    is_longest = not row.is_padded and (present.type.length or 0) >= (longest.length or 0)
    return present.type if is_longest else longest


def move_to_text(
    table: TableName, column: Identifier, present: ExistingColumn, server: Server
) -> ColumnMove | None:
    """Return the move of a column to text, None where its values have no exact text in SQL."""
    value = text_of(column, present.type)
    if value is None:
        return None
    return column_move(table, column, longest_text(server), server, value)


def text_of(column: Identifier, stored: OracleType) -> str | None:
    """Return the SQL of a column's value as records spell it, None where SQL has none.

    Binary floating-point numbers have none: TO_CHAR writes 17 digits, not the shortest.
    """
    row, name = row_of(stored), column.sql
    # SYYYY writes a blank before years after 0, which LTRIM removes.
    seconds = f"{_CLOCK}.FF{stored.fraction_digits}" if stored.fraction_digits else _CLOCK
    texts = {
        Family.DECIMAL: _NUMBER_TEXT.format(name),
        Family.WALL_CLOCK: f"LTRIM(TO_CHAR({name}, '{seconds}'))",
        # SYS_EXTRACT_UTC, whatever the time zone of the session is.
        Family.INSTANT: f"LTRIM(TO_CHAR(SYS_EXTRACT_UTC({name}), '{seconds}')) || '+00:00'",
        Family.BOOLEAN: f"CASE WHEN {name} THEN 'true' ELSE 'false' END",
        Family.ROWID: f"ROWIDTOCHAR({name})",
    }
    if stored.kind == TIMESTAMP_TZ:
        return f"LTRIM(TO_CHAR({name}, '{seconds}TZH:TZM'))"
    return texts.get(row.family)
