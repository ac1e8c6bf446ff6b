"""What a schema holds, as facts: tables, columns and keys in the exact names of Oracle."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle_core.types import OracleType


class TableKind(Enum):
    """What a row source is."""

    TABLE = "TABLE"
    VIEW = "VIEW"
    MATERIALIZED_VIEW = "MATERIALIZED VIEW"


class KeyKind(Enum):
    """What makes the columns of a key unique, the strongest first."""

    PRIMARY = "PRIMARY"
    UNIQUE = "UNIQUE"
    UNIQUE_INDEX = "UNIQUE INDEX"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `unsupported` is the reason why the column cannot be read, None where it can.
    """

    name: str
    type: OracleType
    nullable: bool
    comment: str | None = None
    unsupported: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """Columns that identify a row, in the order of the constraint or index."""

    name: str
    kind: KeyKind
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table or view; `row_count` is that of the last analysis, None if there was none."""

    schema: str
    name: str
    kind: TableKind
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()
    comment: str | None = None
    row_count: int | None = None

    @property
    def is_view(self) -> bool:
        """Whether it is a view without storage of its own."""
        return self.kind is TableKind.VIEW

    @property
    def identifying_columns(self) -> tuple[str, ...]:
        """The columns that identify a row, in key order; empty where nothing is known to.

        The primary key, else the first unique key, else the first unique index, in the order of
        their names, all of whose columns are NOT NULL and can be read: Oracle lets any number of
        rows be NULL in a unique key (Database Concepts, "Unique Key Constraints").
        """
        columns = {column.name: column for column in self.columns}
        usable = [key for key in self.keys if _identifies(key, columns)]
        strength = list(KeyKind)
        usable.sort(key=lambda key: (strength.index(key.kind), key.name))
        return usable[0].columns if usable else ()


def _identifies(key: Key, columns: dict[str, Column]) -> bool:
    return all(
        name in columns and not columns[name].nullable and columns[name].unsupported is None
        for name in key.columns
    )


@dataclass(frozen=True, slots=True)
class Schema:
    """One schema and its tables, in the order of their names."""

    name: str
    tables: tuple[Table, ...]
