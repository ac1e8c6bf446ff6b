"""How the columns of one batch are bound: declared types and sizes, so that cursors are shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import oracledb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from target_oracle.statements import LoadColumn

LONGEST_TEXT_CHARACTERS = 1000
"""Characters of a text bind that every statement takes.

The driver declares four bytes per character, and the server judges a bind by its declared size:
over 4,000 bytes a MERGE may refuse it (ORA-01461), and a LOB before it does (ORA-24816).
"""

# The longest RAW with MAX_STRING_SIZE=STANDARD (SQL Language Reference, "Data Types").
LONGEST_RAW_BYTES = 2000

MOST_LOBS = 500
"""Rows per call where values become temporary LOBs, which live in the session's temporary space."""

MOST_BYTES_OF_THICK_MODE = 64 * 1024 * 1024
"""Oracle Client allocates rows times the declared size for every column of a call."""

_BYTES_PER_CHARACTER = 4
# A NUMBER has up to 22 bytes (SQL Language Reference, "Data Types"), moments have fewer.
_OTHER_BYTES = 24

# Bound as a LOB each value would be a temporary LOB and two round trips.
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
        longest = longest_value(values)
        if longest > LONGEST_TEXT_CHARACTERS:
            # A LOB has no declared size.
            return Binding(db_type, 0 if db_type in _LOBS else longest, db_type not in _LOBS)
        return Binding(_SHORT_OF.get(db_type, db_type), _rounded(longest, LONGEST_TEXT_CHARACTERS))
    if db_type in _BINARIES:
        longest = longest_value(values)
        if longest > LONGEST_RAW_BYTES:
            return Binding(db_type, longest, is_long=True)
        return Binding(oracledb.DB_TYPE_RAW, _rounded(longest, LONGEST_RAW_BYTES))
    return Binding(db_type)


def longest_value(values: Sequence[object]) -> int:
    """Return the length of the longest text or binary; 1 where there is none."""
    try:
        return max(map(len, values), default=1) or 1  # type: ignore[arg-type]
    except TypeError:  # a null has no length
        return max(map(len, filter(None, values)), default=1)  # type: ignore[arg-type]


def rows_per_call(bindings: Sequence[Binding], rows: int) -> int:
    """Return how many rows one call of the driver binds, given the rows of the batch."""
    most = max(1, rows)
    if any(binding.db_type in _LOBS for binding in bindings):
        most = min(most, MOST_LOBS)
    if not oracledb.is_thin_mode():
        most = min(most, max(1, MOST_BYTES_OF_THICK_MODE // sum(map(_allocated_bytes, bindings))))
    return most


def _allocated_bytes(bound: Binding) -> int:
    if bound.db_type in _TEXTS:
        return bound.size * _BYTES_PER_CHARACTER or _OTHER_BYTES
    return bound.size or _OTHER_BYTES


def _rounded(size: int, most: int) -> int:
    return min(most, max(16, 1 << (size - 1).bit_length()))
