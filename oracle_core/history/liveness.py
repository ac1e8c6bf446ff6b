"""Which runs still live: a run keeps the row of its own in JOB_HISTORY locked.

The lock ends with the session, however the process ended, and finding it free needs no grant, as
V$SESSION would. SQLite has no locks of rows; there the age of a run decides.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import oracledb
import sqlalchemy as sa

from oracle_core.connection import is_alive
from oracle_core.history.keep_alive import KeepAlive
from oracle_core.history.model import RunStatus
from oracle_core.history.rows import utc

if TYPE_CHECKING:
    from collections.abc import Iterator

STALE_AFTER = dt.timedelta(hours=24)
"""Age from which a RUNNING row in a SQLite file counts as left behind."""

KEEP_ALIVE_SECONDS = 30.0
"""Half of the shortest IDLE_TIME, which counts whole minutes (SQL Reference, "CREATE PROFILE")."""

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Owned:
    """The row that is locked."""

    number: int
    row: str
    run_uuid: str


class RunLock:
    """The session in which a run writes its rows, and which keeps the run's row locked.

    The session is idle while the data flow, for hours perhaps. A thread commits and locks the row
    again and again, so that IDLE_TIME of a profile, MAX_IDLE_TIME and firewalls see it in use, and
    a session that was lost all the same is replaced before the next run takes this one for dead.
    The transaction is never old: INCREMENTAL and LOG_BASED streams of this database begin at the
    oldest one that is open (V$TRANSACTION), and would read much again.
    """

    def __init__(
        self, engine: sa.Engine, table: sa.Table, *, keep_alive_seconds: float = KEEP_ALIVE_SECONDS
    ) -> None:
        """Keep the engine; no session is opened yet.

        Args:
            engine: Opens the sessions.
            table: JOB_HISTORY.
            keep_alive_seconds: How long the session may be idle.
        """
        self._engine = engine
        self._table = table
        self._session: sa.Connection | None = None
        self._owned: _Owned | None = None
        # The driver lets one thread at a time use a session, but a transaction is several calls.
        self._mutex = threading.RLock()
        self._keep_alive = KeepAlive(
            self.keep, seconds=keep_alive_seconds, name="job-history-keep-alive"
        )

    @contextmanager
    def writing(self, number: int, row: str, run_uuid: str) -> Iterator[sa.Connection]:
        """Yield the session for one transaction, and lock the run's row again after its commit.

        Args:
            number: RUN_ID of the run.
            row: ID of its row.
            run_uuid: RUN_UUID of the run.
        """
        if self._engine.dialect.name == "sqlite":
            with self._engine.begin() as connection:
                yield connection
            return
        with self._mutex:
            owned = _Owned(number, row, run_uuid)
            connection = self._open_session(owned)
            try:
                yield connection
                connection.commit()
                # COMMIT has released all locks of the transaction (SQL Language Reference,
                # "COMMIT").
                self._lock_row(connection, owned)
            except BaseException:
                self._drop_session()
                raise
            self._owned = owned
            self._keep_alive.start()

    def keep(self) -> None:
        """Lock the run's row in a new transaction, and a new session where the old one was lost."""
        with self._mutex, suppress(sa.exc.DBAPIError, oracledb.Error, OSError):
            owned = self._owned
            if owned is None:
                return
            if self._session is not None:
                try:
                    self._renew(self._session, owned)
                except (sa.exc.DBAPIError, oracledb.Error) as error:
                    # ORA-02396 and its like; a database that is away is asked again next time.
                    _LOGGER.debug("The session of the run history was lost", exc_info=error)
                    self._drop_session()
                else:
                    return
            with self.writing(owned.number, owned.row, owned.run_uuid):
                pass

    def close(self) -> None:
        """End the session and with it the lock."""
        self._keep_alive.stop()
        with self._mutex:
            self._owned = None
            self._end_session()

    def _end_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            # A session that has died already cannot be closed, and need not be.
            with suppress(sa.exc.DBAPIError):
                session.close()

    def _drop_session(self) -> None:
        """End the session without giving it back: the pool would hand it to somebody else."""
        if self._session is not None:
            with suppress(sa.exc.DBAPIError):
                self._session.invalidate()
            self._end_session()

    def _renew(self, connection: sa.Connection, owned: _Owned) -> None:
        connection.commit()
        # Between the two the row is free: a run that looked then has found it without a lock.
        if self._lock_row(connection, owned) == RunStatus.INTERRUPTED.value:
            self._take_back(connection, owned)
            connection.commit()
            self._lock_row(connection, owned)

    def _lock_row(self, connection: sa.Connection, owned: _Owned) -> str | None:
        """Lock the row of the run and return its status."""
        columns = self._table.c
        own = sa.select(columns["STATUS"]).where(
            columns["RUN_ID"] == owned.number, columns["ID"] == owned.row
        )
        status: str | None = connection.execute(own.with_for_update()).scalar()
        return status

    def dead_runs(self, connection: sa.Connection, row: str) -> set[int]:
        """Return RUN_ID of the runs of a job that are RUNNING though no process will end them.

        Args:
            connection: Its transaction takes the locks that the dead runs lost.
            row: ID of the job's rows.
        """
        columns = self._table.c
        running = sa.select(columns["RUN_ID"], columns["STARTED_AT"]).where(
            columns["ID"] == row, columns["STATUS"] == RunStatus.RUNNING.value
        )
        if self._engine.dialect.name == "sqlite":
            oldest = utc(dt.datetime.now(dt.UTC) - STALE_AFTER)
            rows = connection.execute(running).all()
            return {number for number, started in rows if started is None or started < oldest}
        # NOWAIT would fail at the first run that still lives (ORA-00054) and show nothing of the
        # others.
        unlocked = connection.execute(running.with_for_update(skip_locked=True)).all()
        return {row[0] for row in unlocked}

    def _open_session(self, owned: _Owned) -> sa.Connection:
        """Return the session of the run, a new one where there is none or the old one has died."""
        if self._session is not None:
            session: Any = self._session.connection.driver_connection
            if is_alive(session):
                return self._session
            self._drop_session()
        self._session = self._engine.connect()
        if self._owned == owned:
            self._take_back(self._session, owned)
        return self._session

    def _take_back(self, connection: sa.Connection, owned: _Owned) -> None:
        """Set the rows of this run to RUNNING, where another run found them without a lock."""
        columns = self._table.c
        taken = sa.and_(
            columns["RUN_ID"] == owned.number,
            # Other programs may have rows under the number of a scheduled run.
            columns["RUN_UUID"] == owned.run_uuid,
            columns["STATUS"] == RunStatus.INTERRUPTED.value,
        )
        running = {"STATUS": RunStatus.RUNNING.value}
        connection.execute(self._table.update().where(taken).values(running))
