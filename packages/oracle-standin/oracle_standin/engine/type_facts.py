"""What the dictionary shows of a column's data type, and its counterpart in PostgreSQL.

Source: Database Reference, ALL_TAB_COLS.
"""

from __future__ import annotations

from dataclasses import dataclass

from oracle_standin.protocol import CharsetForm, TypeCode


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A data type with the values that ALL_TAB_COLS shows.

    `precision` is binary for FLOAT and the leading field's for intervals; `length` counts bytes.
    """

    data_type: str
    """DATA_TYPE, such as TIMESTAMP(6) WITH TIME ZONE."""
    pg_type: str
    """The type in PostgreSQL, length and precision included."""
    type_code: TypeCode
    length: int
    precision: int | None = None
    scale: int | None = None
    char_length: int = 0
    char_used: str | None = None
    charset_form: CharsetForm = CharsetForm.NONE
    type_owner: str | None = None
    """DATA_TYPE_OWNER, of types that have an owner."""
    bytes_per_character: int = 4
    """Of database text, the most bytes that a character takes."""

    @property
    def is_long_value(self) -> bool:
        """Return whether values can be neither compared nor indexed: LOBs, LONG, objects."""
        return self.type_code in _LONG_VALUES

    @property
    def family(self) -> str:
        """Return the type without lengths: two types of one family can be modified into another."""
        return self.data_type.split("(")[0]


_LONG_VALUES = frozenset(
    {
        TypeCode.CLOB,
        TypeCode.BLOB,
        TypeCode.BFILE,
        TypeCode.LONG,
        TypeCode.LONG_RAW,
        TypeCode.JSON,
        TypeCode.OBJECT,
        TypeCode.VECTOR,
    }
)
