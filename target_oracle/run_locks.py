"""Locks of a run: rows held by a session of their own, so that they end with the run.

A lock is a row of SINGER_LOAD_LOCKS, locked with SELECT … FOR UPDATE in a transaction that stays
open to the end of the run. However the run ends, the database ends the transaction and the lock.
One row stands for the run, so that others see whether it lives; one for each table it loads.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import describe
from oracle_core.identifiers import TableName
from target_oracle.errors import LoadError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_core.connection import ConnectionSource
    from oracle_core.identifiers import Identifier

LOCKS = "SINGER_LOAD_LOCKS"
WAIT_SECONDS = 2

# ORA-00054 ends NOWAIT, ORA-30006 ends WAIT n.
_BUSY = frozenset({"ORA-00054", "ORA-30006"})
_UNIQUE_VIOLATED = "ORA-00001"
_LOGGER = logging.getLogger("target-oracle")


class RunLocks:
    """The locks of one run."""

    def __init__(
        self,
        source: ConnectionSource,
        schema: Identifier,
        run_key: str,
        *,
        waits: bool,
        checkpoint: Callable[[], None],
    ) -> None:
        """Lock in the session of `source`; nothing is sent yet.

        Args:
            source: Opens the session that holds the locks and does nothing else.
            schema: Schema of SINGER_LOAD_LOCKS.
            run_key: What stands for the run.
            waits: Whether a table that another load holds is waited for.
            checkpoint: Called while waiting; may end the run.
        """
        self.table = TableName.of(schema.name, LOCKS)
        self._source = source
        self._run = _run_name(run_key)
        self._waits = waits
        self._checkpoint = checkpoint
        self._held: set[str] = set()
        self._session: oracledb.Connection | None = None

    def ddl(self) -> str:
        """Return CREATE TABLE."""
        return (
            f"CREATE TABLE {self.table.sql} (\n"
            "  LOCK_NAME VARCHAR2(300 BYTE) NOT NULL PRIMARY KEY,\n"
            "  CREATED_AT TIMESTAMP(6) DEFAULT SYS_EXTRACT_UTC(SYSTIMESTAMP) NOT NULL\n"
            ")"
        )

    def start(self, connection: oracledb.Connection) -> None:
        """Lock the row of the run; `connection` commits it first, with no transaction open."""
        while not self._lock(connection, self._run):  # another run looks whether this one lives
            self._checkpoint()

    def claim(self, connection: oracledb.Connection, table: TableName, stream: str) -> None:
        """Lock a table for the rest of the run.

        Args:
            connection: Session that commits the row to be locked; no transaction may be open.
            table: Table that the run is going to load.
            stream: Stream that it is loaded from, for messages.

        Raises:
            LoadError: If another load holds the table and `waits` is not set.
        """
        name = f"TABLE {table.schema.name}.{table.table.name}"
        if name in self._held:
            return
        is_announced = False
        while not self._lock(connection, name):
            where = f"stream '{stream}': another load holds {table}"
            if not self._waits:
                what = f"{where}; run again when it has ended, or set on_concurrent_load to wait"
                raise LoadError(what)
            if not is_announced:
                _LOGGER.info("%s; waiting for its end", where)
                is_announced = True
            self._checkpoint()

    def _lock(self, connection: oracledb.Connection, name: str) -> bool:
        """Lock a row and return whether that succeeded within `WAIT_SECONDS`."""
        holder = self._holder()
        # Short waits: between two the checkpoint may end the run after a signal.
        wait = f"WAIT {WAIT_SECONDS}" if self._waits else "NOWAIT"
        sql = f"SELECT LOCK_NAME FROM {self.table.sql} WHERE LOCK_NAME = :1 FOR UPDATE {wait}"  # noqa: S608
        try:
            while True:
                with holder.cursor() as cursor:
                    if cursor.execute(sql, [name]).fetchone() is not None:
                        self._held.add(name)
                        return True
                # FOR UPDATE locks nothing where there is no row. Another session adds it, since
                # the COMMIT would end the locks of this one.
                self._add(connection, name)
        except oracledb.Error as error:
            if describe(error).code in _BUSY:
                return False
            raise

    def _holder(self) -> oracledb.Connection:
        if self._session is None:
            self._session = self._source.connection()
        return self._session

    def _add(self, connection: oracledb.Connection, name: str) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"INSERT INTO {self.table.sql} (LOCK_NAME) VALUES (:1)", [name])  # noqa: S608
            connection.commit()
        except oracledb.IntegrityError as error:
            connection.rollback()
            if describe(error).code != _UNIQUE_VIOLATED:  # another run has just added the row
                raise

    def confirm(self) -> None:
        """Check that the session which holds the locks still lives.

        Raises:
            LoadError: If it is gone, and with it the locks.
        """
        if self._session is None:
            return
        try:
            # Nothing else is sent in this session, so that its loss would not be seen.
            self._session.ping()
        except oracledb.Error as error:
            fault = describe(error, where="the session that holds the locks of this run")
            what = f"{fault.report}; another load may have begun, so this one ends; run it again"
            raise LoadError(what) from None

    def is_alive(self, connection: oracledb.Connection, run_key: str) -> bool:
        """Return whether another run still holds its row; the row of a dead run is removed.

        Raises:
            oracledb.Error: If the database does not answer.
        """
        name = _run_name(run_key)
        sql = f"SELECT LOCK_NAME FROM {self.table.sql} WHERE LOCK_NAME = :1 FOR UPDATE NOWAIT"  # noqa: S608
        try:
            with connection.cursor() as cursor:
                # NOWAIT fails while the run lives, since its session holds the row.
                if cursor.execute(sql, [name]).fetchone() is None:
                    return False
        except oracledb.Error as error:
            if describe(error).code in _BUSY:
                return True
            raise
        finally:
            connection.rollback()
        return False

    def dead_runs(self, connection: oracledb.Connection) -> list[str]:
        """Return what stands for the runs that ended without removing their row."""
        with connection.cursor() as cursor:
            sql = f"SELECT LOCK_NAME FROM {self.table.sql} WHERE LOCK_NAME LIKE :1"  # noqa: S608
            names = [name for (name,) in cursor.execute(sql, [_run_name("%")])]
        keys = [name.removeprefix(_run_name("")) for name in names if name != self._run]
        return [key for key in keys if not self.is_alive(connection, key)]

    def forget(self, connection: oracledb.Connection, run_key: str) -> None:
        """Remove the row of a run that has ended."""
        with connection.cursor() as cursor:
            name = _run_name(run_key)
            cursor.execute(f"DELETE FROM {self.table.sql} WHERE LOCK_NAME = :1", [name])  # noqa: S608
        connection.commit()

    def close(self) -> None:
        """Remove the row of the run and end the session, and with it every lock."""
        session, self._session = self._session, None
        if session is not None:
            try:
                with session.cursor() as cursor:
                    sql = f"DELETE FROM {self.table.sql} WHERE LOCK_NAME = :1"  # noqa: S608
                    cursor.execute(sql, [self._run])
                session.commit()
            except oracledb.Error as error:
                # The next run finds the row unlocked and removes it.
                _LOGGER.debug("%s", describe(error, where="remove the row of this run").report)
        self._source.close()


def _run_name(run_key: str) -> str:
    return f"RUN {run_key}"
