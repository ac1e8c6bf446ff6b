"""What a schema holds, as facts: tables, columns and keys in the exact names of Oracle.

The annotations are read at run time: `catalog.description` writes and reads these classes as JSON.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - see above
from dataclasses import dataclass
from enum import Enum

from oracle_core.types.oracle_type import OracleType  # noqa: TC001 - see above


class TableKind(Enum):
    """What a row source is."""

    TABLE = "TABLE"
    VIEW = "VIEW"
    MATERIALIZED_VIEW = "MATERIALIZED VIEW"
    EXTERNAL_TABLE = "EXTERNAL TABLE"
    TEMPORARY_TABLE = "TEMPORARY TABLE"
    OBJECT_TABLE = "OBJECT TABLE"


class KeyKind(Enum):
    """What makes the columns of a key unique, the strongest first."""

    PRIMARY = "PRIMARY"
    UNIQUE = "UNIQUE"
    UNIQUE_INDEX = "UNIQUE INDEX"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `unsupported` is the reason why the column cannot be read, None where it can. `identity` is
    ALWAYS, BY DEFAULT, or YES where only its being one is known.
    """

    name: str
    type: OracleType
    nullable: bool
    comment: str | None = None
    unsupported: str | None = None
    identity: str | None = None
    is_virtual: bool = False
    is_invisible: bool = False
    is_default_on_null: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """Columns that identify a row, in the order of the constraint or index."""

    name: str
    kind: KeyKind
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns that refer to a key of another table, each to the one in the same place."""

    name: str
    columns: tuple[str, ...]
    referred_schema: str
    referred_table: str
    referred_columns: tuple[str, ...]
    is_enforced: bool = True


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition; `row_count` is that of the last analysis."""

    name: str
    row_count: int | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the last analysis counted, and when that was; all None if there was none."""

    rows: int | None = None
    blocks: int | None = None
    analyzed_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table or view.

    `row_count` is that of the last analysis, None if there was none. `unreadable` is the reason
    why no row can be read, None where they can. `indexed_columns` are those that an index starts
    with. `directories` are those of an external table. `synonym_for` is schema and name of what is
    described when the table's own name is that of a synonym, and `is_repeated` says that the rows
    come by another name already.
    """

    schema: str
    name: str
    kind: TableKind
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()
    comment: str | None = None
    row_count: int | None = None
    unreadable: str | None = None
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexed_columns: tuple[str, ...] = ()
    estimate: Estimate = Estimate()
    is_index_organized: bool = False
    partitioning: str | None = None
    partitions: tuple[Partition, ...] = ()
    last_ddl_at: dt.datetime | None = None
    directories: tuple[str, ...] = ()
    synonym_for: tuple[str, str] | None = None
    is_repeated: bool = False

    @property
    def source(self) -> tuple[str, str]:
        """Schema and name of what its rows are read from."""
        return self.synonym_for or (self.schema, self.name)

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


@dataclass(frozen=True, slots=True)
class Synonym:
    """Another name of a table; the schema of a public synonym is PUBLIC."""

    schema: str
    name: str
    referred_schema: str
    referred_table: str


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What holds for the whole database; None where the session may not know it."""

    character_set: str | None = None
    national_character_set: str | None = None
    max_string_size: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was left out or cannot be read, and why."""

    schema: str
    table: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that was found: schemas by name, and what stood in the way.

    `read_at` is the time by the database's own clock, as `Estimate.analyzed_at` is.
    """

    schemas: tuple[Schema, ...]
    database: DatabaseFacts = DatabaseFacts()
    synonyms: tuple[Synonym, ...] = ()
    problems: tuple[Problem, ...] = ()
    read_at: dt.datetime | None = None

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables, by schema and name."""
        return tuple(table for schema in self.schemas for table in schema.tables)
