"""The history's table, sequence and indexes: names and numbered, repeatable migrations.

A migration is done when the database shows what it makes, so that it can be run any number of
times, by us or by an administrator from the printed statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from oracle_core.history.settings import DEFAULT_TABLE
from oracle_core.identifiers import Identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

Dialect = Literal["oracle", "sqlite"]
Kind = Literal["sequence", "table", "column", "index"]

FIRST_COLUMNS = (
    "RUN_ID NUMBER NOT NULL",
    "ID VARCHAR2(255) NOT NULL",
    "DESCRIPTION VARCHAR2(4000)",
    "COMMAND VARCHAR2(4000)",
    "STATUS VARCHAR2(50)",
    "APPLICATION_NAME VARCHAR2(255)",
    "LAST_RUN TIMESTAMP DEFAULT CURRENT_TIMESTAMP",
    "DURATION_SECONDS NUMBER",
    "RETRY_COUNT NUMBER DEFAULT 0",
)
"""The columns of the first migration, as the users of JOB_HISTORY know them."""

LATER_COLUMNS = (
    "RUN_UUID VARCHAR2(36)",
    "STARTED_AT TIMESTAMP(3)",
    "ENDED_AT TIMESTAMP(3)",
    "ROW_COUNT NUMBER",
    "BYTE_COUNT NUMBER",
    "ERROR_CODE VARCHAR2(128)",
    "ERROR_STREAM VARCHAR2(4000)",
    "DETAILS CLOB",
)
"""The columns of the second migration. Times are UTC."""


@dataclass(frozen=True, slots=True)
class HistoryNames:
    """The names of the history's objects.

    Attributes:
        table: The table.
        schema: Its schema; None for that of the user.
    """

    table: Identifier
    schema: Identifier | None = None

    @classmethod
    def of(cls, table: str = DEFAULT_TABLE, schema: str | None = None) -> HistoryNames:
        """Return the names for a table in Oracle's exact case."""
        return cls(Identifier(table), Identifier(schema) if schema else None)

    def _named(self, name: str) -> Identifier:
        return Identifier(name).shorten()

    @property
    def primary_key(self) -> Identifier:
        """The primary key's constraint."""
        return self._named(f"PK_{self.table}")

    @property
    def run_id_index(self) -> Identifier:
        """The index on RUN_ID."""
        return self._named(f"IDX_{self.table}_RUN_ID")

    @property
    def status_index(self) -> Identifier:
        """The index on STATUS."""
        return self._named(f"IDX_{self.table}_STATUS")

    @property
    def sequence(self) -> Identifier:
        """The sequence of RUN_ID."""
        is_default = self.table.name == DEFAULT_TABLE
        return self._named("RUN_ID_SEQ" if is_default else f"{self.table}_RUN_ID_SEQ")

    def sql(self, name: Identifier) -> str:
        """Return a name with its schema, for a statement."""
        return f"{self.schema.sql}.{name.sql}" if self.schema else name.sql


@dataclass(frozen=True, slots=True)
class Migration:
    """One step.

    Attributes:
        number: Its place in the order.
        kind: Kind of object that it makes.
        name: Name of that object; a migration is needed where the name is not there.
        statement: What it runs.
    """

    number: int
    kind: Kind
    name: str
    statement: str


def migrations(names: HistoryNames, dialect: Dialect) -> list[Migration]:
    """Return every migration in its order."""
    table = names.sql(names.table)
    first = [
        *FIRST_COLUMNS,
        f"CONSTRAINT {names.primary_key.sql} PRIMARY KEY (RUN_ID, ID)",
    ]
    steps = list(_sequence(names, dialect))
    steps.append(("table", str(names.table), f"CREATE TABLE {table} (\n  {_lines(first)}\n)"))
    for index, column in ((names.run_id_index, "RUN_ID"), (names.status_index, "STATUS")):
        created = names.sql(index) if dialect == "oracle" else index.sql
        steps.append(("index", str(index), f"CREATE INDEX {created} ON {table} ({column})"))
    # One statement per column, so that a table that was changed in part gets the rest (ORA-01430).
    for column in LATER_COLUMNS:
        added = f"({column})" if dialect == "oracle" else f"COLUMN {column}"
        statement = f"ALTER TABLE {table} ADD {added}"
        steps.append(("column", column.partition(" ")[0], statement))
    return [
        Migration(number, kind, name, statement)
        for number, (kind, name, statement) in enumerate(steps, 1)
    ]


def _sequence(names: HistoryNames, dialect: Dialect) -> Iterator[tuple[Kind, str, str]]:
    if dialect == "oracle":
        # NOCACHE ORDER, so that RUN_ID follows time on every instance of a cluster.
        statement = f"CREATE SEQUENCE {names.sql(names.sequence)} START WITH 1 NOCACHE ORDER"
        yield "sequence", str(names.sequence), statement


def _lines(columns: list[str]) -> str:
    return ",\n  ".join(columns)


def script(names: HistoryNames, dialect: Dialect) -> str:
    """Return all migrations as a script for an administrator."""
    lines = [f"-- {step.number:03}\n{step.statement};" for step in migrations(names, dialect)]
    return "\n".join(lines) + "\n"
