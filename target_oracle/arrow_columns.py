"""From Arrow tables to binds that are Arrow themselves, without a Python object per value.

Every column is judged as a whole. What cannot be proved equal to the way over rows is refused by
`arrow_batch`, and the rows then go that way, which checks value by value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import oracledb
import pyarrow as pa
import pyarrow.compute as pc

from oracle_core.types import row_of
from oracle_core.types.encode import texts
from target_oracle.arrow_rows import is_json_text
from target_oracle.properties import ValueKind
from target_oracle.statements import Statement, insert

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from oracle_core.identifiers import Identifier, TableName
    from oracle_core.server import Server
    from target_oracle.sources import Source
    from target_oracle.statements import LoadColumn

LONGEST_SHORT_TEXT = 4_000
"""Bytes of a text that is bound as VARCHAR2 everywhere; a longer one goes as LONG."""

# At most six digits: the driver makes a datetime of each Arrow timestamp, which ends there.
_UTC_CLOCK = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(\+00:00|Z)$"
_FIRST_GREGORIAN = "1583"
"""First whole year in which Oracle's calendar and Arrow's have the same days."""


@dataclass(frozen=True, slots=True)
class ArrowBatch:
    """Bind values of one batch as an Arrow table with a column per column of the load."""

    columns: Sequence[LoadColumn]
    table: pa.Table

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.table.num_rows)

    def numbered(self, name: str, first: int) -> pa.Table:
        """Return the table with a column of row numbers from `first` on."""
        numbers = pa.array(range(first, first + self.rows), pa.int64())
        return self.table.append_column(name, numbers)

    def insert(self, table: TableName) -> tuple[Statement, pa.Table]:
        """Return INSERT into a table and the binds in its order."""
        # The driver binds large_string as LONG, which has to follow the other binds (ORA-24816).
        long = frozenset(
            place
            for place, field in enumerate(self.table.schema)
            if pa.types.is_large_string(field.type)
        )
        statement = insert(table, self.columns, long)
        return statement, self.table.select(list(statement.order))


def arrow_batch(
    parts: Sequence[Source], table: pa.Table, server: Server, *, growing: Collection[Identifier]
) -> ArrowBatch | None:
    """Return the binds of a table, None where it has to be read as rows.

    Args:
        parts: Where the values of each column come from.
        table: The rows as the file has them.
        server: What the database can.
        growing: Columns that would become CLOB for longer text.
    """
    columns: list[LoadColumn] = []
    arrays: list[pa.ChunkedArray] = []
    for part in parts:
        if (
            part.position is None
            or part.is_document
            or part.property.name not in table.schema.names
        ):
            return None
        field = table.schema.field(part.property.name)
        array = _bound(part, field, table.column(part.property.name), server, growing)
        if array is None:
            return None
        columns.append(part.column)
        arrays.append(array)
    return ArrowBatch(columns, pa.Table.from_arrays(arrays, [c.name.name for c in columns]))


def _bound(
    part: Source,
    field: pa.Field,
    array: pa.ChunkedArray,
    server: Server,
    growing: Collection[Identifier],
) -> pa.ChunkedArray | None:
    """Return a column as it is bound, None where its values have to be looked at."""
    prop = part.property
    # A null that is not allowed is refused with its row, which only the way over rows knows.
    if is_json_text(field) or (array.null_count and (part.column.is_key or not prop.nullable)):
        return None
    arrow, bind = field.type, part.column.plan.input_type
    is_text = pa.types.is_string(arrow) or pa.types.is_large_string(arrow)
    if prop.kind is ValueKind.STRING and is_text:
        if bind in (oracledb.DB_TYPE_DATE, oracledb.DB_TYPE_TIMESTAMP):
            return _moments(part, array)
        return _texts(part, array, server, is_growing=part.column.name in growing)
    is_number = pa.types.is_integer(arrow) or pa.types.is_decimal128(arrow)
    takes_number = prop.kind is ValueKind.NUMBER or (
        prop.kind is ValueKind.INTEGER and pa.types.is_integer(arrow)
    )
    if is_number and takes_number and part.column.type.kind == "NUMBER":
        return _numbers(part, array)
    # The driver binds float64 as BINARY_DOUBLE: a NUMBER column would get the binary value.
    is_double = pa.types.is_float64(arrow) and part.column.type.kind == "BINARY_DOUBLE"
    return array if is_double and prop.kind is ValueKind.NUMBER else None


def _numbers(part: Source, array: pa.ChunkedArray) -> pa.ChunkedArray | None:
    scale = part.column.type.scale
    if pa.types.is_integer(array.type):
        # NUMBER(p, -s) rounds left of the point (SQL Language Reference, "NUMBER Data Type").
        return None if scale is not None and scale < 0 else array
    # The database rounds digits beyond the scale without an error.
    if scale is None or 0 <= array.type.scale <= scale:
        return array
    return None


def _texts(
    part: Source, array: pa.ChunkedArray, server: Server, *, is_growing: bool
) -> pa.ChunkedArray | None:
    """Return a text column as VARCHAR2, or as LONG where a value is longer than that takes."""
    oracle_type = part.column.type
    if not _is_plain_text(part) or not server.is_unicode:
        return None  # each character has to be one that the database has
    empty = pc.any(pc.equal(pc.binary_length(array), 0)).as_py()
    longest = pc.max(pc.binary_length(array)).as_py() or 0
    if row_of(oracle_type).sized is None:
        is_short = longest <= LONGEST_SHORT_TEXT
        return None if empty else array.cast(pa.string() if is_short else pa.large_string())
    # Text that outgrows its column moves it to CLOB, and the CAST of a CHAR key would cut it.
    is_bounded = is_growing or part.column.is_key
    most = oracle_type.length or 0 if is_bounded else LONGEST_SHORT_TEXT
    if longest > min(most, LONGEST_SHORT_TEXT):
        return None
    # An empty text is NULL in Oracle; what becomes of it is decided over rows.
    if empty and (part.column.is_key or part.refuses_empty):
        return None
    return array.cast(pa.string())


def _is_plain_text(part: Source) -> bool:
    plan = part.column.plan
    is_converted = plan.encode is not texts or plan.expression != "{}"
    return not is_converted and not part.column.type.is_national


def _moments(part: Source, array: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return texts in UTC as timestamps, None where one is spelled or dated in another way."""
    if not _all(pc.match_substring_regex(array, _UTC_CLOCK)):
        return None
    if not _all(pc.greater_equal(pc.utf8_slice_codeunits(array, 0, 4), _FIRST_GREGORIAN)):
        return None
    digits = part.column.type.fraction_digits if part.column.type.kind != "DATE" else 0
    # Digits that the column does not hold would be lost without an error.
    if digits < 6:
        most = r"\.\d{" + str(digits + 1) + r",}"
        if pc.any(pc.match_substring_regex(array, most)).as_py():
            return None
    try:
        moments: Any = array.cast(pa.timestamp("us", "UTC"))
    except pa.ArrowInvalid:  # a day that does not exist: the way over rows says which
        return None
    # Without a zone, or the driver would label what the column keeps as a wall clock.
    return moments.cast(pa.timestamp("us"))


def _all(condition: pa.ChunkedArray) -> bool:
    return pc.all(condition).as_py() is not False
