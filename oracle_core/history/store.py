"""The history of runs as a table, by SQLAlchemy Core: in Oracle, or in a SQLite file.

One row per run (`ID` is the job) and one per stream (`ID` is job, slash, stream), both with the
run's number. Everything here may raise; `recorder` is what keeps a run going when it does.

This module imports SQLAlchemy, a fifth of a command's start: import it only when a history is kept.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa

from oracle_core.errors import OracleError
from oracle_core.history.ddl import HistoryNames, migrations, script
from oracle_core.history.liveness import RunLock
from oracle_core.history.model import RunStatus, StreamRun
from oracle_core.history.rows import (
    TEXT_BYTES,
    fitting,
    row_id,
    run_values,
    runs_of,
    stream_status,
    stream_values,
    utc,
)
from oracle_core.history.settings import DEFAULT_TABLE, HistorySettings
from oracle_core.history.table import history_table
from oracle_core.pool import pool_of, pooled_engine

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from oracle_core.history.ddl import Dialect, Migration
    from oracle_core.history.model import RunRecord


class HistoryError(OracleError):
    """The history's table cannot be used."""


class HistoryStore:
    """The table and what is done with it."""

    def __init__(
        self, engine: sa.Engine, names: HistoryNames, *, on_close: Callable[[], None] | None = None
    ) -> None:
        """Keep the engine; nothing is sent yet.

        Args:
            engine: Opens the sessions.
            names: The table and what belongs to it.
            on_close: Called after the sessions have ended.
        """
        self._engine = engine
        self._on_close = on_close
        self._names = names
        self._table = history_table(names)
        self.run_lock = RunLock(engine, self._table)
        """Keeps the row of a run that has begun."""

    @classmethod
    def of(
        cls,
        settings: HistorySettings,
        config: Mapping[str, Any],
        *,
        module: str,
        call_seconds: float = 0,
    ) -> Self:
        """Return the store that settings name.

        Args:
            settings: Where the history is kept.
            config: Connection settings under their canonical names.
            module: Shown in V$SESSION.MODULE.
            call_seconds: Limit of a round trip to Oracle; 0 for that of the settings.

        Raises:
            ConfigurationError: If the settings name no database.
        """
        if settings.url:
            names = HistoryNames.of(settings.table or DEFAULT_TABLE)
            return cls(sa.create_engine(settings.url, hide_parameters=True), names)
        names = HistoryNames.of(settings.table or DEFAULT_TABLE, settings.schema)
        engine = pooled_engine(config, module=module, call_seconds=call_seconds)
        return cls(engine, names, on_close=pool_of(config).close_idle)

    @property
    def dialect(self) -> Dialect:
        """The dialect of the database."""
        return "oracle" if self._engine.dialect.name == "oracle" else "sqlite"

    @property
    def column_names(self) -> tuple[str, ...]:
        """The table's columns in their order."""
        return tuple(column.name for column in self._table.columns)

    @property
    def table_name(self) -> str:
        """The name of the table."""
        return self._table.name

    def script(self) -> str:
        """Return its DDL as a script for an administrator."""
        return script(self._names, self.dialect)

    def close(self) -> None:
        """End the sessions, and with them the lock of the run."""
        self.run_lock.close()
        self._engine.dispose()
        if self._on_close is not None:
            self._on_close()

    # Migrations

    def migrate(self) -> list[Migration]:
        """Make what is missing, and return the migrations that were needed.

        Raises:
            HistoryError: If the table is one of something else.
        """
        with self._engine.connect() as connection:
            # The usual case is one SELECT, for which nobody needs rights to make tables.
            if self._has_columns(connection):
                return []
        done = []
        with self._engine.begin() as connection:
            self._refuse_foreign_table(connection)
            for step in migrations(self._names, self.dialect):
                if step.name not in self._existing(connection, step.kind):
                    connection.exec_driver_sql(step.statement)
                    done.append(step)
        return done

    def is_current(self) -> bool:
        """Return whether the table is there with all columns.

        Raises:
            HistoryError: If the table is one of something else.
        """
        with self._engine.connect() as connection:
            if self._has_columns(connection):
                return True
            self._refuse_foreign_table(connection)
        return False

    def _has_columns(self, connection: sa.Connection) -> bool:
        try:
            # No row: the column belongs to the primary key. `sa.false()` is ORA-00920 here.
            connection.execute(sa.select(self._table).where(self._table.c["RUN_ID"].is_(None)))
        except sa.exc.DatabaseError:
            connection.rollback()
            return False
        return True

    def _refuse_foreign_table(self, connection: sa.Connection) -> None:
        columns = self._existing(connection, "column")
        if columns and not {"RUN_ID", "ID", "STATUS", "APPLICATION_NAME"} <= columns:
            what = (
                f"{self._table.name} is a table of something else, not of the run history; "
                "set job_history_table to another name"
            )
            raise HistoryError(what)

    def _existing(self, connection: sa.Connection, kind: str) -> set[str]:
        """Return the names of the objects of a kind; of the table's columns for `column`."""
        table = self._names.table.name
        if self.dialect == "sqlite":
            # Names of columns have no case in SQLite: the file of another program may have them in
            # lower case.
            pragma = sa.text("SELECT UPPER(name) FROM pragma_table_info(:name)")
            master = sa.text("SELECT name FROM sqlite_master WHERE type = :kind")
            binds = {"name": table} if kind == "column" else {"kind": kind}
            rows = connection.execute(pragma if kind == "column" else master, binds)
            return {row[0] for row in rows}
        owner = self._names.schema
        binds = {"owner": owner.name if owner else self._current_schema(connection)}
        if kind == "column":
            binds["name"] = table
        rows = connection.execute(_DICTIONARY[kind], binds)
        return {row[0] for row in rows}

    @staticmethod
    def _current_schema(connection: sa.Connection) -> str:
        # A name without a schema means the current one, which a logon trigger may have changed.
        query = "SELECT SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM DUAL"
        return str(connection.exec_driver_sql(query).scalar_one())

    # Writing

    def begin(
        self,
        run: RunRecord,
        *,
        description: str = "",
        command: str = "",
        parent: str | None = None,
    ) -> int:
        """Write a run down as RUNNING and return its number; its row stays locked to its end.

        Args:
            run: The run.
            description: What it does, for people.
            command: The command line, without secrets.
            parent: Id of the scheduler's run that started this one. Where the table knows it, the
                rows stand under its number, those of an earlier attempt replaced.
        """
        with self._engine.begin() as connection:
            shared = self._number_of(connection, parent) if parent else None
            number = self.next_number(connection) if shared is None else shared
        values = run_values(run) | {
            "RUN_ID": number,
            "DESCRIPTION": fitting(description, TEXT_BYTES) or None,
            "COMMAND": fitting(command, TEXT_BYTES) or None,
        }
        with self.run_lock.writing(number, values["ID"], run.run_id) as connection:
            if shared is None:
                connection.execute(self._table.insert(), values)
            else:
                self.put(connection, number, values)
        return number

    def _number_of(self, connection: sa.Connection, parent: str) -> int | None:
        """Return the number of a run of the scheduler; its row is RUNNING while we are."""
        columns = self._table.c
        # By the index on STATUS: RUN_UUID has none.
        running = _is(columns["STATUS"], RunStatus.RUNNING.value)
        query = sa.select(sa.func.min(columns["RUN_ID"]))
        number = connection.execute(query.where(running, _is(columns["RUN_UUID"], parent))).scalar()
        return None if number is None else int(number)

    def next_number(self, connection: sa.Connection) -> int:
        """Return a new RUN_ID; the transaction that inserts it is the caller's."""
        if self.dialect == "oracle":
            sequence = self._names.sql(self._names.sequence)
            drawn = connection.exec_driver_sql(f"SELECT {sequence}.NEXTVAL FROM DUAL")  # noqa: S608
            return int(drawn.scalar_one())
        # SQLite has no sequences.
        highest = connection.execute(sa.select(sa.func.max(self._table.c["RUN_ID"]))).scalar()
        return int(highest or 0) + 1

    def begin_stream(self, number: int, run: RunRecord, stream: str, method: str) -> None:
        """Write down that a stream of a run has begun."""
        values = stream_values(run, stream, StreamRun(method), RunStatus.RUNNING)
        with self.run_lock.writing(number, row_id(run.job), run.run_id) as connection:
            self.put(connection, number, values)

    def end(self, number: int, run: RunRecord) -> None:
        """Write down how a run ended, and what each of its streams moved."""
        with self.run_lock.writing(number, row_id(run.job), run.run_id) as connection:
            self.put(connection, number, run_values(run))
            for name, stream in run.streams.items():
                status = stream_status(run, name)
                self.put(connection, number, stream_values(run, name, stream, status))
            self._end_streams(connection, number, run)
        self.run_lock.close()

    def put(self, connection: sa.Connection, number: int, values: Mapping[str, Any]) -> None:
        """Update the row of a run, or insert it where it is not there.

        Args:
            connection: Its transaction is the caller's.
            number: RUN_ID.
            values: Columns except RUN_ID; ID is among them.
        """
        table = self._table
        key = sa.and_(_is(table.c["RUN_ID"], number), _is(table.c["ID"], values["ID"]))
        # Not MERGE, which SQLite does not have.
        changed = connection.execute(table.update().where(key).values(dict(values)))
        if changed.rowcount == 0:
            connection.execute(table.insert(), {**values, "RUN_ID": number})

    def _end_streams(self, connection: sa.Connection, number: int, run: RunRecord) -> None:
        """End the rows of streams that had begun and of which the run says nothing."""
        table = self._table
        unended = sa.and_(
            _is(table.c["RUN_ID"], number),
            # Rows of the scheduler and of the other program may stand under the same number.
            _is(table.c["RUN_UUID"], run.run_id),
            _is(table.c["STATUS"], RunStatus.RUNNING.value),
        )
        ended = {"STATUS": run.status.value, "ENDED_AT": utc(run.ended_at)}
        connection.execute(table.update().where(unended).values(ended))

    def interrupt(self, job: str, *, known_ended: Sequence[str] = ()) -> int:
        """Mark the runs of a job that no process will end any more as INTERRUPTED.

        Args:
            job: The job.
            known_ended: `RUN_UUID` of runs of which the state says that they ended.

        Returns:
            The number of rows changed.
        """
        table, row = self._table, row_id(job)
        running = _is(table.c["STATUS"], RunStatus.RUNNING.value)
        with self._engine.begin() as connection:
            wanted = sa.select(table.c["RUN_ID"], table.c["RUN_UUID"])
            runs = connection.execute(wanted.where(running, _is(table.c["ID"], row))).all()
            # Rows are locked only where a run seems to be left over.
            dead = self.run_lock.dead_runs(connection, row) if runs else set()
            changed = 0
            # One statement per run, usually the only one: a list of all would end at 1,000
            # (ORA-01795).
            for number, uuid in runs:
                if number not in dead and uuid not in known_ended:
                    continue
                # Rows of older tables have no RUN_UUID, and no rows of streams beside them.
                own = sa.or_(_is(table.c["ID"], row), _is(table.c["RUN_UUID"], uuid))
                change = table.update().where(running, _is(table.c["RUN_ID"], number), own)
                interrupted = change.values(STATUS=RunStatus.INTERRUPTED.value)
                changed += connection.execute(interrupted).rowcount
            return changed

    def add(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert rows as they are, leaving out those whose key is there; return their number."""
        table, added = self._table, 0
        with self._engine.begin() as connection:
            for row in rows:
                key = sa.and_(_is(table.c["RUN_ID"], row["RUN_ID"]), _is(table.c["ID"], row["ID"]))
                if connection.execute(sa.select(table.c["ID"]).where(key)).first() is None:
                    connection.execute(table.insert(), dict(row))
                    added += 1
        return added

    def prune(self, before: dt.datetime) -> int:
        """Delete the rows of runs that began before a moment; return their number."""
        table = self._table
        with self._engine.begin() as connection:
            old = sa.func.coalesce(table.c["STARTED_AT"], table.c["LAST_RUN"]) < utc(before)
            # Not by way of coalesce to an empty text, which is NULL in Oracle.
            status = table.c["STATUS"]
            ended = sa.or_(status.is_(None), status != RunStatus.RUNNING.value)
            return connection.execute(table.delete().where(old, ended)).rowcount

    # Reading

    def rows(self, *, limit: int | None = None) -> list[dict[str, Any]]:
        """Return the rows of the newest runs, oldest run first.

        Args:
            limit: Number of runs; None for all.
        """
        table = self._table
        query = sa.select(table).order_by(table.c["RUN_ID"], table.c["ID"])
        if limit is not None:
            newest = sa.select(table.c["RUN_ID"]).distinct().order_by(table.c["RUN_ID"].desc())
            query = query.where(table.c["RUN_ID"].in_(newest.limit(limit)))
        with self._engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001 - public

    def runs(self, *, limit: int | None = None) -> list[RunRecord]:
        """Return the newest runs with their streams, oldest first.

        Args:
            limit: Number of runs; None for all.
        """
        return runs_of(self.rows(limit=limit))


_DICTIONARY = {
    "sequence": sa.text("SELECT SEQUENCE_NAME FROM ALL_SEQUENCES WHERE SEQUENCE_OWNER = :owner"),
    "table": sa.text("SELECT TABLE_NAME FROM ALL_TABLES WHERE OWNER = :owner"),
    "index": sa.text("SELECT INDEX_NAME FROM ALL_INDEXES WHERE OWNER = :owner"),
    "column": sa.text(
        "SELECT COLUMN_NAME FROM ALL_TAB_COLUMNS WHERE OWNER = :owner AND TABLE_NAME = :name"
    ),
}


@contextmanager
def opened(
    settings: HistorySettings, config: Mapping[str, Any], *, module: str
) -> Iterator[HistoryStore]:
    """Yield a store and close it."""
    store = HistoryStore.of(settings, config, module=module)
    try:
        yield store
    finally:
        store.close()


def _is(column: sa.Column[Any], value: object) -> sa.ColumnElement[bool]:
    return column == value
