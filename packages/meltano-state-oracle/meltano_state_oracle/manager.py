"""The state backend: what Meltano calls (`meltano.core.state_store.base.StateStoreManager`)."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import oracledb
from meltano.core.state_store.base import MeltanoState, StateIDLockedError, StateStoreManager

from meltano_state_oracle.codec import newest_run, read_state
from meltano_state_oracle.errors import code_of, is_session_lost, report
from meltano_state_oracle.sessions import Sessions
from meltano_state_oracle.statements import Statements, like_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

Result = TypeVar("Result")

_ALREADY_THERE = "ORA-00955"
_DUPLICATE = "ORA-00001"
# ORA-00054 answers NOWAIT, ORA-30006 a WAIT n that ran out (SQL Language Reference, SELECT).
_LOCKED = frozenset({"ORA-00054", "ORA-30006"})
_NO_TABLE = "ORA-00942"


class OracleStateStoreManager(StateStoreManager):
    """Keeps states in the table SINGER_STATE.

    A lock is a locked row of SINGER_STATE_LOCK in a transaction of its own session. It ends with
    its session, however that ends, and nobody takes it from an owner that lives.
    """

    label = "Oracle Database"

    def __init__(
        self,
        uri: str,
        *,
        lock_timeout_seconds: float = 10,
        lock_retry_seconds: float = 1,
        **settings: Any,
    ) -> None:
        """Check the settings; nothing is opened yet.

        Args:
            uri: `oracle://HOST:PORT/SERVICE`.
            lock_timeout_seconds: How long to wait for a lock that another holds.
            lock_retry_seconds: Longest wait between two attempts to get a lock.
            **settings: The settings of the backend under the last parts of their names.

        Raises:
            OracleStateError: If the settings name no database.
        """
        super().__init__()
        self._sessions = Sessions(uri, settings)
        self._statements = Statements(settings.get("schema") or None)
        self._lock_timeout_seconds = lock_timeout_seconds
        self._lock_retry_seconds = lock_retry_seconds

    def close(self) -> None:
        """End the sessions."""
        self._sessions.close()

    # States

    def set(self, state: MeltanoState) -> None:
        """Store a state in place of what its id had."""
        self.set_all([state])

    def set_all(self, states: Iterable[MeltanoState]) -> int:
        """Store states in one transaction and return their number."""
        listed = list(states)

        def write(connection: oracledb.Connection) -> None:
            with connection.cursor() as cursor:
                for state in listed:
                    self._write(cursor, state)
            connection.commit()

        self._in_session(write, "write the state")
        return len(listed)

    def _write(self, cursor: oracledb.Cursor, state: MeltanoState) -> None:
        binds = {"state": state.json(), "run": newest_run(state), "id": state.state_id}
        # UPDATE first: it finds the row in all runs of an id but the first. MERGE would not spare
        # the handler below: two sessions that add one id meet ORA-00001 with it as well.
        if self._execute(cursor, self._statements.update, binds):
            return
        try:
            self._execute(cursor, self._statements.insert, binds)
        except oracledb.IntegrityError as error:
            # Another process added the id since the UPDATE.
            if code_of(error) != _DUPLICATE:
                raise
            self._execute(cursor, self._statements.update, binds)

    @staticmethod
    def _execute(cursor: oracledb.Cursor, statement: str, binds: dict[str, Any]) -> int:
        # A state beyond 32,767 bytes needs a LOB; declared for all, so that the statement is one.
        cursor.setinputsizes(state=oracledb.DB_TYPE_CLOB)
        cursor.execute(statement, binds)
        count: int = cursor.rowcount
        return count

    def get(self, state_id: str) -> MeltanoState | None:
        """Return the state of an id, or None."""

        def read(connection: oracledb.Connection) -> MeltanoState | None:
            with connection.cursor() as cursor:
                # As text: a LOB locator costs round trips of its own (python-oracledb, "Working
                # with CLOB, NCLOB, BLOB and BFILE data").
                cursor.execute(self._statements.read, {"id": state_id}, fetch_lobs=False)
                row = cursor.fetchone()
            return None if row is None else read_state(state_id, row[0])

        return self._in_session(read, "read the state")

    def get_all(self, pattern: str | None = None) -> Iterator[MeltanoState]:
        """Yield the states whose id matches a glob; all without one."""
        binds = {"pattern": like_pattern(pattern or "*")}

        def read(connection: oracledb.Connection) -> list[MeltanoState]:
            with connection.cursor() as cursor:
                cursor.execute(self._statements.read_like, binds, fetch_lobs=False)
                return [read_state(state_id, text) for state_id, text in cursor]

        # All are read before the first is yielded: a caller that stops in between keeps no session.
        yield from self._in_session(read, "read the states")

    def get_state_ids(self, pattern: str | None = None) -> list[str]:
        """Return the ids that match a glob, sorted; all without one."""
        binds = {"pattern": like_pattern(pattern or "*")}

        def read(connection: oracledb.Connection) -> list[str]:
            with connection.cursor() as cursor:
                return [row[0] for row in cursor.execute(self._statements.ids_like, binds)]

        return self._in_session(read, "list the states")

    def delete(self, state_id: str) -> None:
        """Remove the state of an id, if there is one."""
        self._delete(self._statements.delete, {"id": state_id})

    def clear_all(self) -> int:
        """Remove every state and return their number."""
        return self._delete(self._statements.delete_all, {})

    def _delete(self, statement: str, binds: dict[str, Any]) -> int:
        def delete(connection: oracledb.Connection) -> int:
            with connection.cursor() as cursor:
                cursor.execute(statement, binds)
                count: int = cursor.rowcount
            connection.commit()
            return count

        return self._in_session(delete, "delete the state")

    # Locks

    @contextmanager
    def acquire_lock(self, state_id: str, *, retry_seconds: float = 1) -> Generator[None]:
        """Hold the lock of an id; nobody else gets it until the block or the session ends.

        Args:
            state_id: The id.
            retry_seconds: Longest wait between two attempts.

        Raises:
            StateIDLockedError: If another held the lock for `lock_timeout_seconds`.
        """
        connection = self._in_session(
            lambda connection: self._lock(connection, state_id, retry_seconds),
            f"lock the state '{state_id}'",
            # The row stays locked as long as the transaction does, so that its session is kept
            # apart.
            keep=True,
        )
        try:
            yield
        finally:
            # Its rollback unlocks the row.
            self._sessions.put_back(connection)

    def _lock(
        self, connection: oracledb.Connection, state_id: str, retry_seconds: float
    ) -> oracledb.Connection:
        wait = min(retry_seconds, self._lock_retry_seconds or retry_seconds)
        # NOWAIT and a pause here, not WAIT n: that would be one long call, which
        # call_timeout_seconds ends with DPY-4024.
        end = time.monotonic() + (self._lock_timeout_seconds or 0)
        with connection.cursor() as cursor:
            while True:
                try:
                    if cursor.execute(self._statements.lock, {"id": state_id}).fetchone():
                        return connection
                    # FOR UPDATE locks rows only: where there is none, two sessions would both get
                    # the lock.
                    self._add_lock(connection, cursor, state_id)
                    continue
                except oracledb.Error as error:
                    if code_of(error) not in _LOCKED:
                        raise
                left = end - time.monotonic()
                if left <= 0:
                    msg = f"another process has held the state '{state_id}' for too long"
                    raise StateIDLockedError(msg)
                time.sleep(min(wait, left))

    def _add_lock(
        self, connection: oracledb.Connection, cursor: oracledb.Cursor, state_id: str
    ) -> None:
        try:
            cursor.execute(self._statements.add_lock, {"id": state_id})
        except oracledb.IntegrityError as error:
            # Another process was faster; its row serves as well.
            if code_of(error) != _DUPLICATE:
                raise
        # At once: until then an INSERT of the same id by another session waits, without a limit.
        connection.commit()

    # Sessions

    def _in_session(
        self,
        action: Callable[[oracledb.Connection], Result],
        doing: str,
        *,
        keep: bool = False,
    ) -> Result:
        """Run an action in a session.

        Tables that are missing are made; a session that was lost is replaced once, because each
        action is one transaction that can be repeated.

        Raises:
            OracleStateError: If Oracle refuses.
        """
        may_create, may_reconnect = True, True
        while True:
            connection = self._sessions.take()
            try:
                result = action(connection)
            except oracledb.Error as error:
                self._sessions.put_back(connection)
                if code_of(error) == _NO_TABLE and may_create:
                    may_create = False
                    self._create_tables()
                elif is_session_lost(error) and may_reconnect:
                    may_reconnect = False
                else:
                    # `from None`: the driver's text may hold values or a connect string.
                    raise report(error, doing) from None
            # KeyboardInterrupt as well: an open transaction would keep its locks.
            except BaseException:
                self._sessions.put_back(connection)
                raise
            else:
                if not keep:
                    self._sessions.put_back(connection)
                return result

    def _create_tables(self) -> None:
        connection = self._sessions.take()
        try:
            with connection.cursor() as cursor:
                for statement in self._statements.create_tables:
                    _create(cursor, statement)
        finally:
            self._sessions.put_back(connection)


def _create(cursor: oracledb.Cursor, statement: str) -> None:
    try:
        cursor.execute(statement)
    except oracledb.Error as error:
        # Another process made the table, or an earlier attempt that was broken off: DDL commits by
        # itself.
        if code_of(error) != _ALREADY_THERE:
            raise report(error, "create the tables of the state") from None
