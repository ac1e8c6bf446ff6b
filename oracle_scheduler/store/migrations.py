"""Numbered changes of the schema, each applied once and safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import oracledb
import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_scheduler.store.database import Database
    from oracle_scheduler.store.tables import Tables


@dataclass(frozen=True, slots=True)
class Migration:
    """One change of the schema.

    Attributes:
        table_names: Fields of `Tables`, in order of creation.
        indexed: Tables that were there before, with the columns that get an index.
    """

    number: int
    title: str
    table_names: tuple[str, ...] = ()
    indexed: tuple[tuple[str, str], ...] = ()

    def tables(self, all_tables: Tables) -> tuple[sa.Table, ...]:
        """Return the tables that it creates, in order."""
        return tuple(getattr(all_tables, name) for name in self.table_names)

    def indexes(self, all_tables: Tables) -> tuple[sa.Index, ...]:
        """Return the indexes that it creates on tables that were there before."""
        return tuple(
            index
            for name, column in self.indexed
            for index in getattr(all_tables, name).indexes
            if index.columns.keys() == [column]
        )


_FIRST_TABLES = (
    *("version", "pipeline", "trigger", "run", "task", "attempt", "output"),
    *("queue", "lease", "node"),
)
MIGRATIONS = (
    Migration(1, "pipelines, runs, tasks and claims", _FIRST_TABLES),
    Migration(2, "tokens of the HTTP interface", ("token",)),
    Migration(3, "notices, and numbers of runs in JOB_HISTORY", ("event", "history_run")),
    Migration(
        4,
        "indexes for heartbeats and for what runs",
        indexed=(("task", "token"), ("task", "lease_until"), ("attempt", "token")),
    ),
)


def statements(database: Database, migration: Migration) -> Iterator[str]:
    """Yield the DDL of a migration, for a DBA who runs it by hand (`migrate --print-sql`)."""
    later = {index for step in MIGRATIONS for index in step.indexes(database.tables)}
    for table in migration.tables(database.tables):
        yield str(CreateTable(table).compile(database.engine)).strip()
        # A set: sorted, so that two printouts are equal.
        for index in sorted(table.indexes - later, key=lambda index: str(index.name)):
            yield str(CreateIndex(index).compile(database.engine)).strip()
    for index in migration.indexes(database.tables):
        yield str(CreateIndex(index).compile(database.engine)).strip()


def applied(database: Database) -> int:
    """Return the number of the last migration that the database has; 0 for none."""
    version = database.tables.version
    if not sa.inspect(database.engine).has_table(version.name, schema=version.schema):
        return 0
    with database.transaction() as connection:
        number = connection.execute(sa.select(sa.func.max(version.c.version))).scalar()
    return int(number or 0)


def migrate(database: Database) -> list[Migration]:
    """Bring the schema up to date.

    DDL commits by itself on Oracle, so that a migration that was broken off is continued: tables
    and indexes that are there are left alone.

    Returns:
        The migrations that were applied now.
    """
    current = applied(database)
    missing = [migration for migration in MIGRATIONS if migration.number > current]
    for migration in missing:
        for table in migration.tables(database.tables):
            _create(database, table)
        for index in migration.indexes(database.tables):
            _create_index(database, index)
        with database.transaction() as connection:
            values = {"version": migration.number, "applied_at": database.now(connection)}
            # After its tables: a migration that was broken off has no row and is continued.
            connection.execute(sa.insert(database.tables.version).values(values))
    if database.history is not None:
        database.history.migrate()
    return missing


def _create(database: Database, table: sa.Table) -> None:
    """Create a table, or what it lacks where an earlier migration was broken off."""
    if not sa.inspect(database.engine).has_table(table.name, schema=table.schema):
        table.create(database.engine)
        return
    # SQLAlchemy's `checkfirst` looks at the table alone.
    for index in table.indexes:
        _create_index(database, index)


def _create_index(database: Database, index: sa.Index) -> None:
    # Tried and not looked up: SQLAlchemy asks five dictionary views for the indexes of a table.
    try:
        index.create(database.engine)
    except sa.exc.DatabaseError as error:
        if not _is_there(error):
            raise


def _is_there(error: sa.exc.DatabaseError) -> bool:
    """Return whether an index exists: ORA-00955, or ORA-01408 where a DBA has given it a name."""
    if isinstance(error.orig, oracledb.Error):
        return error.orig.args[0].full_code in {"ORA-00955", "ORA-01408"}
    return "already exists" in str(error.orig)
