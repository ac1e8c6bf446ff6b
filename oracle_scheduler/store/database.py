"""The database of the scheduler: connections, transactions and its clock."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import oracledb
import sqlalchemy as sa

from oracle_core import retry
from oracle_core.errors import ConfigurationError
from oracle_core.history.ddl import HistoryNames
from oracle_core.history.settings import DEFAULT_TABLE
from oracle_core.history.store import HistoryStore
from oracle_scheduler.store.moments import UtcMoment
from oracle_scheduler.store.tables import DEFAULT_PREFIX, Tables, tables

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

Result = TypeVar("Result")

_BUSY_SECONDS = 30.0
_LOCK_SECONDS = 10


class Database:
    """One database with the scheduler's tables."""

    def __init__(
        self,
        engine: sa.Engine,
        *,
        prefix: str = DEFAULT_PREFIX,
        schema: str | None = None,
        history_table: str | None = DEFAULT_TABLE,
        backoff: retry.Backoff | None = None,
    ) -> None:
        """Use an engine.

        Args:
            engine: Of Oracle or SQLite.
            prefix: First part of each table's name.
            schema: Schema of the tables; None: that of the user.
            history_table: JOB_HISTORY or its other name, beside the tables; None: none is written.
            backoff: How often a transaction is repeated after a fault that may pass.
        """
        self._backoff = backoff
        self.engine = engine
        self.tables: Tables = tables(prefix, schema)
        self.history: HistoryStore | None = None
        if history_table:
            self.history = HistoryStore(engine, HistoryNames.of(history_table, schema))
        self.is_sqlite = engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Run the body in one transaction.

        On SQLite it holds the one lock for writers from its start on (`BEGIN IMMEDIATE`), so that
        what was read still holds when it is written.
        """
        with self.engine.begin() as connection:
            yield connection

    def perform(self, work: Callable[[sa.Connection], Result]) -> Result:
        """Return what `work` returns from one transaction; repeat it after a fault that may pass.

        The answer to a COMMIT may be lost, so that `work` has to see in the database whether it
        has been done already: by a token, a unique key or a version.

        Args:
            work: Reads and writes by the connection given to it, and nothing else.

        Raises:
            sqlalchemy.exc.DBAPIError: If the fault does not pass.
        """

        def once() -> Result:
            try:
                try:
                    with self.transaction() as connection:
                        return work(connection)
                except sa.exc.IntegrityError:
                    # Another process inserted the row between the look at it and our INSERT, which
                    # waited for its COMMIT (ORA-00001): this time the look finds it.
                    with self.transaction() as connection:
                        return work(connection)
            except sa.exc.DBAPIError as error:
                # The driver's own error: `retry` knows by its ORA or DPY code what may pass.
                if isinstance(error.orig, oracledb.Error):
                    raise error.orig from error
                raise

        return retry.call(once, where="scheduler store", backoff=self._backoff)

    def now(self, connection: sa.Connection) -> dt.datetime:
        """Return the present moment by the database's clock, the same for all processes."""
        if self.is_sqlite:
            # One machine: its clock is that of the database.
            return dt.datetime.now(dt.UTC)
        # SYSTIMESTAMP carries the zone of the server; the clocks of the processes may differ.
        statement = sa.text("SELECT SYS_EXTRACT_UTC(SYSTIMESTAMP) FROM DUAL")
        moment: dt.datetime = connection.execute(statement).scalar_one()
        return moment.replace(tzinfo=dt.UTC)

    def now_in_sql(self) -> sa.ColumnElement[dt.datetime]:
        """Return an expression for the present moment, to compare columns with."""
        if self.is_sqlite:
            return sa.literal(dt.datetime.now(dt.UTC), UtcMoment())
        return sa.literal_column("SYS_EXTRACT_UTC(SYSTIMESTAMP)", UtcMoment())

    def later_in_sql(self, wait: dt.timedelta) -> sa.ColumnElement[dt.datetime]:
        """Return an expression for the moment after a wait."""
        if self.is_sqlite:
            return sa.literal(dt.datetime.now(dt.UTC) + wait, UtcMoment())
        seconds = sa.func.numtodsinterval(wait.total_seconds(), "SECOND")
        return self.now_in_sql() + seconds

    def lock_row(
        self, connection: sa.Connection, table: sa.Table, *where: sa.ColumnElement[bool]
    ) -> sa.RowMapping:
        """Return a row that nobody else changes until the transaction ends.

        A single row by its key: row limiting with FOR UPDATE is ORA-02014 on Oracle.

        Raises:
            sqlalchemy.exc.NoResultFound: If the row is not known.
        """
        return self._locked(connection, table, *where).one()

    def find_and_lock(
        self, connection: sa.Connection, table: sa.Table, *where: sa.ColumnElement[bool]
    ) -> sa.RowMapping | None:
        """Return a row as `lock_row` does, or None where there is none."""
        return self._locked(connection, table, *where).one_or_none()

    def _locked(
        self, connection: sa.Connection, table: sa.Table, *where: sa.ColumnElement[bool]
    ) -> sa.MappingResult:
        query = sa.select(table).where(*where)
        # SQLite has no FOR UPDATE, and needs none after BEGIN IMMEDIATE. WAIT, which ends with
        # ORA-30006: a process that was stopped in a transaction keeps its locks until it goes on.
        if not self.is_sqlite:
            query = query.suffix_with(f"FOR UPDATE WAIT {_LOCK_SECONDS}")
        return connection.execute(query).mappings()

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()


def sqlite_engine(path: Path) -> sa.Engine:
    """Return an engine for a SQLite file whose transactions are serial.

    The driver begins transactions late and on its own, which would let two writers read the same
    state; here every transaction begins with the lock for writers (SQLAlchemy, "Serializable
    isolation / Savepoints / Transactional DDL" of the SQLite dialect).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        f"sqlite:///{path}",
        # The threads of the service share the pool. sqlite3 waits five seconds by default, and then
        # raises "database is locked".
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,
    )

    @sa.event.listens_for(engine, "connect")
    def _leave_transactions_to_us(connection: sqlite3.Connection, _record: object) -> None:
        # Else sqlite3 begins transactions itself, and only before the first statement that writes.
        connection.isolation_level = None
        # With a rollback journal readers keep the writer from its COMMIT.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=ON")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def only_service(path: Path) -> Iterator[None]:
    """Hold a SQLite file for one service while the body runs.

    Args:
        path: The database file; the lock is a file beside it and ends with its process.

    Raises:
        ConfigurationError: If another service holds it.
    """
    lock_path = path.with_name(f"{path.name}.lock")
    # A file of its own: closing any descriptor of the database file would drop SQLite's locks on it
    # (fcntl(2)).
    descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            # flock and not a file with a process id: the kernel drops it however the process ends.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = (
                f"another service uses {path}; a SQLite file serves one service, several need "
                "an Oracle database"
            )
            raise ConfigurationError(message, setting="store_url") from error
        yield
    finally:
        os.close(descriptor)
