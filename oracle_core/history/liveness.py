"""Which runs still live: a run keeps the row of its own in JOB_HISTORY locked.

The lock ends with the session, however the process ended, and finding it free needs no grant, as
V$SESSION would. SQLite has no locks of rows; there the age of a run decides.
"""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from oracle_core.connection import is_alive
from oracle_core.history.model import RunStatus
from oracle_core.history.rows import utc

if TYPE_CHECKING:
    from collections.abc import Iterator

STALE_AFTER = dt.timedelta(hours=24)
"""Age from which a RUNNING row in a SQLite file counts as left behind."""


class RunLock:
    """The session in which a run writes its rows, and which keeps the run's row locked."""

    def __init__(self, engine: sa.Engine, table: sa.Table) -> None:
        """Keep the engine; no session is opened yet."""
        self._engine = engine
        self._table = table
        self._session: sa.Connection | None = None

    @contextmanager
    def writing(self, number: int, row: str) -> Iterator[sa.Connection]:
        """Yield the session for one transaction, and lock the run's row again after its commit.

        Args:
            number: RUN_ID of the run.
            row: ID of its row.
        """
        if self._engine.dialect.name == "sqlite":
            with self._engine.begin() as connection:
                yield connection
            return
        connection = self._open_session()
        columns = self._table.c
        try:
            yield connection
            connection.commit()
            # COMMIT has released all locks of the transaction (SQL Language Reference, "COMMIT").
            own = sa.select(columns["RUN_ID"]).where(
                columns["RUN_ID"] == number, columns["ID"] == row
            )
            connection.execute(own.with_for_update())
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the session and with it the lock."""
        session, self._session = self._session, None
        if session is not None:
            # A session that has died already cannot be closed, and need not be.
            with suppress(sa.exc.DBAPIError):
                session.close()

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

    def _open_session(self) -> sa.Connection:
        """Return the session of the run, a new one where there is none or the old one has died."""
        if self._session is not None:
            session: Any = self._session.connection.driver_connection
            if is_alive(session):
                return self._session
            # Dropped instead of given back: the pool would hand the dead session to somebody else.
            self._session.invalidate()
            self.close()
        self._session = self._engine.connect()
        return self._session
