"""STATE in the transaction of the data it covers, so that the next run starts exactly there.

The table is that of Meltano's state backend (`meltano-state-oracle`), which reads a plain STATE as
a completed one.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import describe
from oracle_core.termination import Terminated
from target_oracle.errors import LoadError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_core.identifiers import TableName
    from target_oracle.ledger import Ledger, LoadEntry, RowCounts
    from target_oracle.session import TargetSession

_LOGGER = logging.getLogger("target-oracle")


class StateTable:
    """One row of a table of states; `SEQ` counts its changes.

    A change is only made to the SEQ that this run knows: a run that was thought dead, or an older
    STATE of this one, never replaces a newer.
    """

    def __init__(self, table: TableName, state_id: str) -> None:
        """Keep the STATE of `state_id`; nothing is sent yet."""
        self.table = table
        self.state_id = state_id
        self._sequence: int | None = None

    def ddl(self) -> str:
        """Return CREATE TABLE, as the state backend has it."""
        return (
            f"CREATE TABLE {self.table.sql} (\n"
            "  STATE_ID VARCHAR2(4000 BYTE) NOT NULL PRIMARY KEY,\n"
            "  STATE CLOB,\n"
            "  RUN_UUID VARCHAR2(36 BYTE),\n"
            "  SEQ NUMBER(19),\n"
            "  UPDATED_AT TIMESTAMP(6)\n"
            ")"
        )

    def open(self, connection: oracledb.Connection) -> None:
        """Read where the row stands; the row is added, and committed, where it is missing."""
        with connection.cursor() as cursor:
            # SEQ may be NULL, which the state backend counts as 0 too.
            sql = f"SELECT NVL(SEQ, 0) FROM {self.table.sql} WHERE STATE_ID = :1"  # noqa: S608
            row = cursor.execute(sql, [self.state_id]).fetchone()
            if row is None:
                sql = f"INSERT INTO {self.table.sql} (STATE_ID, SEQ) VALUES (:1, 0)"  # noqa: S608
                cursor.execute(sql, [self.state_id])
                connection.commit()
            self._sequence = int(row[0]) if row else 0

    def store(self, cursor: oracledb.Cursor, value: bytes, run_id: str) -> None:
        """Replace the STATE in the caller's transaction.

        Raises:
            LoadError: If another process changed it since this run began.
        """
        # A STATE beyond 32,767 bytes needs a LOB; declared for all, so that the statement is one.
        cursor.setinputsizes(oracledb.DB_TYPE_CLOB)
        cursor.execute(
            f"UPDATE {self.table.sql} SET STATE = :1, RUN_UUID = :2, SEQ = :3, "  # noqa: S608
            "UPDATED_AT = SYS_EXTRACT_UTC(SYSTIMESTAMP) "
            "WHERE STATE_ID = :4 AND NVL(SEQ, 0) = :5",
            [value.decode(), run_id, (self._sequence or 0) + 1, self.state_id, self._sequence],
        )
        if cursor.rowcount != 1:
            what = (
                f"the STATE '{self.state_id}' in {self.table} was changed by another process; see "
                "that one pipeline alone writes it, and run again"
            )
            raise LoadError(what)

    def note_stored(self) -> None:
        """Note that the last change was committed."""
        self._sequence = (self._sequence or 0) + 1

    def is_stored(self, connection: oracledb.Connection) -> bool:
        """Return whether the last change was committed by a session that was lost.

        The row is locked to find out: that waits for the lost session's transaction to end.
        """
        try:
            with connection.cursor() as cursor:
                sql = f"SELECT SEQ FROM {self.table.sql} WHERE STATE_ID = :1 FOR UPDATE"  # noqa: S608
                row = cursor.execute(sql, [self.state_id]).fetchone()
        finally:
            connection.rollback()
        return row is not None and row[0] == (self._sequence or 0) + 1


class StateTransaction:
    """One transaction from STATE to STATE, over all streams.

    It stands where `TargetSession.load` stands, and commits only with a STATE. A failure rolls
    back to the last STATE; the transaction is not repeated, because its rows are not kept.
    """

    def __init__(self, session: TargetSession, states: StateTable, ledger: Ledger) -> None:
        """Load in `session`, which nothing else may commit."""
        self._session = session
        self._states = states
        self._ledger = ledger
        self._entries: list[tuple[LoadEntry, RowCounts]] = []

    def load(
        self,
        entry: LoadEntry,
        write: Callable[[oracledb.Cursor], RowCounts],
        ledger: Ledger | None = None,
    ) -> RowCounts:
        """Write a batch without committing it.

        Raises:
            LoadError: If the database refuses a statement.
        """
        del ledger  # its rows are written with the STATE, whose digest they hold
        with self._session.rolled_back_on_error(
            f"stream '{entry.stream}': load into {entry.table}"
        ):
            with self._session.connection.cursor() as cursor:
                counts = write(cursor)
            self._entries.append((entry, counts))
        return counts

    def commit(self, value: bytes | None) -> None:
        """Commit everything written since the last STATE, together with this one.

        Raises:
            LoadError: If the database refuses it.
        """
        connection, where = self._session.connection, "commit with the STATE"
        with self._session.rolled_back_on_error(where), connection.cursor() as cursor:
            for entry, counts in self._entries:
                self._ledger.record(cursor, replace(entry, state=value), counts)
            if value is not None:
                self._states.store(cursor, value, self._ledger.run_id)
        try:
            connection.commit()
        except oracledb.Error as error:
            self._settle(error, value)
        except Terminated as ended:
            self._session.is_abandoned = ended.forced
            raise
        if value is not None:
            self._states.note_stored()
        for entry, counts in self._entries:
            self._session.tell_loaded(entry.table, counts)
        self._entries.clear()

    def _settle(self, error: oracledb.Error, value: bytes | None) -> None:
        """Find out whether a COMMIT arrived; raise where it did not."""
        fault = describe(error, where="commit with the STATE")
        if fault.session_dead:
            self._session.reopen()
            entries = self._entries
            if value is None and not entries:
                _LOGGER.info("%s; there was nothing to commit", fault.report)
                return
            # Without a STATE the ledger is asked, whose rows were in the same transaction.
            is_done = self._session.run_ddl(
                lambda c: (
                    self._states.is_stored(c)
                    if value is not None
                    else self._ledger.is_committed(c, entries[-1][0])
                ),
                "ask whether the last COMMIT arrived",
            )
            if is_done:
                _LOGGER.info("%s; the database shows that it was committed", fault.report)
                return
        what = f"{fault.report}; everything up to the last STATE is committed, so run again"
        raise LoadError(what)

    def close(self) -> None:
        """End the session; what is not committed is rolled back."""
        self._session.close()

    def rollback(self) -> None:
        """Give up what was written since the last STATE."""
        self._entries.clear()
        with self._session.rolled_back_on_error("roll back to the last STATE"):
            self._session.connection.rollback()
