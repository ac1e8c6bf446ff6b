"""Transaction control as a session offers it, with Oracle's errors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeVar

from oracle_standin.engine import names
from oracle_standin.engine.link import EngineFailureError, Link, Step
from oracle_standin.engine.transactions import SERIALIZABLE, Transaction
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

_T = TypeVar("_T")
# The client's break and a lost connection are not a constraint's doing.
_NOT_THE_TRANSACTIONS_FAULT = frozenset({1013, 1089, 3113})


class TransactionControl(ABC):
    """COMMIT, ROLLBACK, SAVEPOINT, SET TRANSACTION and LOCK TABLE on a connection."""

    def __init__(self, link: Link) -> None:
        """Begin without a transaction."""
        self._link = link
        self._transaction = Transaction(link)

    @abstractmethod
    def _explained(self, failure: EngineFailureError | psycopg.Error) -> OracleError:
        """Return Oracle's error for a failure, after the statement was undone."""

    def _told(self, work: Callable[[], _T]) -> _T:
        """Return what `work` does; a failure of the engine becomes Oracle's error."""
        try:
            return work()
        except EngineFailureError as failure:
            raise self._explained(failure) from None

    def commit(self) -> None:
        """End the transaction and keep its changes; ORA-02091 when a constraint forbids it."""
        try:
            self._transaction.commit()
        except EngineFailureError as failure:
            reason = self._explained(failure)
            if reason.code in _NOT_THE_TRANSACTIONS_FAULT:
                raise reason from None
            raise OracleError(2091, f"transaction rolled back\n{reason}") from None

    def rollback(self) -> None:
        """End the transaction and undo its changes."""
        self._transaction.rollback()

    def begin(self) -> None:
        """Begin a transaction unless one is open."""
        self._transaction.begin()

    def savepoint(self, name: str) -> None:
        """Set a savepoint."""
        self._transaction.savepoint(name)

    def rollback_to(self, name: str) -> None:
        """Undo back to a savepoint."""
        self._transaction.rollback_to(name)

    def set_isolation(self, level: str, *, whole_session: bool = False) -> None:
        """Set the isolation level, of the next transaction or of all to come in the session.

        Levels are READ COMMITTED and SERIALIZABLE, which is the engine's REPEATABLE READ: both
        promise one snapshot and refuse to change what another transaction has changed since
        (ORA-08177).
        """
        if whole_session:
            self._transaction.set_session_level(level)
        elif level == SERIALIZABLE:
            self._transaction.begin_special("ISOLATION LEVEL REPEATABLE READ")
        else:
            self._transaction.begin_special("ISOLATION LEVEL READ COMMITTED")

    def set_constraint_timing(self, timing: str | None) -> None:
        """Check deferrable constraints IMMEDIATE or DEFERRED from now on; None as they say."""
        self._told(lambda: self._transaction.set_constraint_timing(timing))

    def set_read_only(self) -> None:
        """Begin a transaction that sees the database of this moment and may not change it."""
        self._transaction.begin_special("ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def transaction_id(self) -> str | None:
        """Return undo segment, slot and sequence as "usn.slot.sqn"; None without changes."""
        if not self._transaction.changed:
            return None
        step = Step(b"SELECT ora.transaction_id(pg_catalog.pg_current_xact_id())")
        value = self._transaction.run(step, changes=False).get_value(0, 0)
        return value.decode() if value else None

    def lock_table(
        self,
        owner: str,
        name: str,
        mode: str,
        nowait: bool,  # noqa: FBT001
        wait_seconds: int | None,
    ) -> None:
        """Lock a table until the end of the transaction; ORA-00054 when it is not to be had."""
        engine_mode = "ROW SHARE" if mode == "SHARE UPDATE" else mode
        table = f"{names.quoted(owner)}.{names.quoted(name)}"
        text = f"LOCK TABLE {table} IN {engine_mode} MODE{' NOWAIT' if nowait else ''}"
        seconds = 0 if wait_seconds is None else max(wait_seconds * 1000, 1)
        steps = [
            Step(b"SET LOCAL lock_timeout = %d" % seconds),
            Step(text.encode()),
            Step(b"SET LOCAL lock_timeout = 0"),
        ]
        self._told(
            lambda: self._transaction.protect(lambda: self._link.run_steps(steps), changes=True)
        )
