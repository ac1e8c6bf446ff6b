"""Statements that a session runs as the engine's owner, for DDL and dictionary upkeep."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import psycopg
import psycopg.sql

from oracle_standin.engine import names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from oracle_standin.engine.link import Link
    from oracle_standin.engine.transactions import Transaction
    from oracle_standin.protocol import OracleError


# DDL meets short reads of other sessions, which Oracle's would not: it waits a moment for those.
_PATIENCE_MILLISECONDS = 500


class OwnerAccess:
    """Runs PostgreSQL statements with `%s` placeholders as the owner, in the transaction."""

    def __init__(
        self,
        link: Link,
        transaction: Transaction,
        user: str,
        explain: Callable[[psycopg.Error], OracleError],
    ) -> None:
        """Work on the session's connection; `explain` gives Oracle's error for a failure."""
        self._link = link
        self._transaction = transaction
        self.user = user
        """Whose role the connection has between these statements."""
        self._explain = explain
        self.is_owner = False
        """Whether DDL is running."""

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement; returns the rows it touched."""
        with self._cursor(sql, parameters) as cursor:
            return max(cursor.rowcount, 0)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query; returns its rows as Python values."""
        with self._cursor(sql, parameters) as cursor:
            return cursor.fetchall() if cursor.description else []

    def define(self, work: Callable[[], None], lock_timeout_seconds: int) -> None:
        """Run DDL as the owner in a transaction of its own.

        Raises what `work` raises, and EngineFailureError when the commit fails.
        """
        timeout = _PATIENCE_MILLISECONDS + 1000 * lock_timeout_seconds
        self._link.run_simple(b"BEGIN; SET LOCAL ROLE NONE; SET LOCAL lock_timeout = %d" % timeout)
        self.is_owner = True
        try:
            work()
            # Whoever reads the past may hold the order of commits for long: no case of ORA-00054.
            self._link.run_simple(b"SET LOCAL lock_timeout = 0; SELECT ora.record_commit(); COMMIT")
        except BaseException:
            if not self._link.closed:
                self._link.run_simple(b"ROLLBACK")
            raise
        finally:
            self.is_owner = False

    def define_within(self, work: Callable[[], None]) -> None:
        """Run DDL as the owner inside the session's transaction, which the caller protects."""
        self._link.run_simple(b"SET LOCAL ROLE NONE")
        self.is_owner = True
        try:
            work()
        finally:
            self.is_owner = False
        self._link.execute(self._user_role())

    def _user_role(self) -> psycopg.sql.Composed:
        user = psycopg.sql.Identifier(names.engine_name(self.user))
        return psycopg.sql.SQL("SET ROLE {}").format(user)

    @contextlib.contextmanager
    def _cursor(
        self, sql: str, parameters: Sequence[Any]
    ) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
        role = contextlib.nullcontext() if self.is_owner else self._switched()
        try:
            with role, self._link.cursor() as cursor:
                yield cursor.execute(sql.encode(), parameters or None)
        except psycopg.Error as error:
            raise self._explain(error) from None

    @contextlib.contextmanager
    def _switched(self) -> Iterator[None]:
        """Be the owner for one statement; in a transaction a failure undoes that statement."""
        link, in_transaction = self._link, self._transaction.open
        back = self._user_role()
        link.run_simple(b'SAVEPOINT "ora$owner"' if in_transaction else b"SET ROLE NONE")
        if in_transaction:
            link.run_simple(b"SET ROLE NONE")
        try:
            yield
        except BaseException:
            if in_transaction:
                link.run_simple(b'ROLLBACK TO "ora$owner"; RELEASE "ora$owner"')
            else:
                link.execute(back)
            raise
        link.execute(back)
        if in_transaction:
            link.run_simple(b'RELEASE "ora$owner"')
