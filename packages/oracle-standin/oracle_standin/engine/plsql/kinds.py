"""Declared types of PL/SQL, as they are written and looked up.

Source: PL/SQL Language Reference, "PL/SQL Data Types" and "PL/SQL Collections and Records".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.positions import Position
    from oracle_standin.protocol import CharsetForm, TypeCode


@dataclass(frozen=True, slots=True)
class DataType:
    """The declared type of a variable; sizes are 0 and precision None when not given."""

    type_code: TypeCode
    charset_form: CharsetForm
    sql: str
    """The type as CAST takes it."""
    size_bytes: int = 0
    size_chars: int = 0
    constrained: bool = False
    """Whether values must pass CAST to `sql` to fit: NUMBER(p,s), INTEGER, TIMESTAMP(n)."""


@dataclass(frozen=True, slots=True)
class ColumnType:
    """`table.column%TYPE` or `variable%TYPE`, looked up when the block runs."""

    names: tuple[str, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class NamedType:
    """A type by its name, of a declaration or of a package."""

    names: tuple[str, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class RowType:
    """`table%ROWTYPE`, looked up when the block runs."""

    names: tuple[str, ...]
    position: Position


DeclaredType = DataType | ColumnType | RowType | NamedType


@dataclass(frozen=True, slots=True)
class TableType:
    """TABLE OF element INDEX BY key, under the name that tells it from others."""

    name: str
    element: DataType
    key: DataType | None = None
    """The text type of its indexes; None for PLS_INTEGER."""


@dataclass(frozen=True, slots=True)
class RecordType:
    """RECORD (field type, ...), or the columns of a row, under the name that tells it apart."""

    name: str
    fields: tuple[tuple[str, DataType], ...]
    is_row: bool = False
    """Whether it is that of %ROWTYPE or of a loop over a query."""


Kind = DataType | TableType | RecordType
"""A declared type, looked up."""
