"""The content of a schema as facts: tables, columns and keys under Oracle's exact names.

The annotations are read at run time: `catalog.description` writes and reads these classes as JSON.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - see above
from dataclasses import dataclass
from enum import Enum

from oracle_core.types.oracle_type import OracleType  # noqa: TC001 - see above


class TableKind(Enum):
    """Kind of a row source."""

    TABLE = "TABLE"
    VIEW = "VIEW"
    MATERIALIZED_VIEW = "MATERIALIZED VIEW"
    EXTERNAL_TABLE = "EXTERNAL TABLE"
    TEMPORARY_TABLE = "TEMPORARY TABLE"
    OBJECT_TABLE = "OBJECT TABLE"


class KeyKind(Enum):
    """The object that makes the columns of a key unique, strongest first."""

    PRIMARY = "PRIMARY"
    UNIQUE = "UNIQUE"
    UNIQUE_INDEX = "UNIQUE INDEX"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `unsupported` is the reason why the column cannot be read, None where it can. `identity` is
    ALWAYS or BY DEFAULT, or YES where the kind of identity is not known.
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
    """Columns that refer to a key of another table, each to the column at the same position."""

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
    """Counts of the last analysis and its time; all None if the table was never analyzed."""

    rows: int | None = None
    blocks: int | None = None
    analyzed_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table or view.

    Attributes:
        schema: Schema, or that of the synonym.
        name: Name, or that of the synonym.
        kind: Kind of the row source.
        columns: Columns in their order.
        keys: Keys and unique indexes.
        comment: Comment in the dictionary.
        row_count: Rows of the last analysis.
        unreadable: Reason why no row can be read, None where they can.
        foreign_keys: Foreign keys by name.
        indexed_columns: Columns that an index starts with.
        estimate: Counts of the last analysis.
        is_index_organized: Whether the rows are stored in the index of the primary key.
        partitioning: Partitioning method, such as RANGE.
        partitions: Partitions in their order.
        last_ddl_at: Time of the last DDL.
        directories: Directories of an external table.
        synonym_for: Schema and name of the table behind a synonym.
        is_repeated: Whether another stream of the inventory reads the same rows.
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
        """Schema and name of the object that the rows are read from."""
        return self.synonym_for or (self.schema, self.name)

    @property
    def is_view(self) -> bool:
        """Whether it is a view without its own storage."""
        return self.kind is TableKind.VIEW

    @property
    def identifying_columns(self) -> tuple[str, ...]:
        """The columns that identify a row, in key order; empty where no key does.

        This is the primary key, otherwise the first unique key, otherwise the first unique index,
        ordered by name. All of its columns must be readable and NOT NULL, because Oracle allows
        any number of NULL rows in a unique key (Database Concepts, "Unique Key Constraints").
        """
        columns = {column.name: column for column in self.columns}
        usable = [key for key in self.keys if _identifies(key, columns)]
        strength = list(KeyKind)
        usable.sort(key=lambda key: (strength.index(key.kind), key.name))
        return usable[0].columns if usable else ()


def _identifies(key: Key, columns: dict[str, Column]) -> bool:
    # The column of an index on an expression, SYS_NC…$, is not among those of the table.
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
    """Facts about the whole database; None where the session lacks the privilege to read one."""

    character_set: str | None = None
    national_character_set: str | None = None
    max_string_size: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A table that was left out or cannot be read, and the reason."""

    schema: str
    table: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """Result of reading the dictionary: schemas by name, and the problems.

    `read_at` is the time of the database's clock, as is `Estimate.analyzed_at`.
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
