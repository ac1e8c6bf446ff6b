"""The target's session: transactions and DDL, with errors that say what to do."""

from __future__ import annotations

import logging
import re
import time
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import oracledb

from oracle_core import retry
from oracle_core.connection import ConnectionSource, connect, is_alive
from oracle_core.errors import describe
from oracle_core.identifiers import Identifier
from oracle_core.server import read_server
from oracle_core.termination import Terminated
from target_oracle.audited import AuditedConnection
from target_oracle.errors import LoadError
from target_oracle.ledger import RowCounts
from target_oracle.settings import DEFAULT_DDL_TIMEOUT_SECONDS
from target_oracle.table_changes import MISSING_RIGHT, TableChanges, patiently

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from oracle_core.identifiers import TableName
    from oracle_core.server import Server
    from oracle_core.telemetry.events import Change
    from target_oracle.ddl import Plan
    from target_oracle.ledger import Ledger, LoadEntry
    from target_oracle.settings import OnTypeChange
    from target_oracle.table_spec import TableSpec

    OnChange = Callable[[Change, TableName, str, int | None, str | None], None]
    """Gets each committed change: what, table, user, rows, statement."""

Result = TypeVar("Result")

_LOGGER = logging.getLogger("target-oracle")

PING_AFTER_SECONDS = 60
"""Pause between two transactions after which the session is asked whether it is still there."""

ATTEMPTS = 3
"""How often a transaction is tried that was rolled back through no fault of its own."""

_ROLLED_BACK = frozenset({"ORA-00060"})
"""A deadlock rolls the statement back, and the other transaction goes on."""


def session_setup(ddl_timeout_seconds: int) -> tuple[str, ...]:
    """Return what a session of the target needs beyond every other; no right is needed for it."""
    return (
        # Without it DDL beside an open transaction fails at once (ORA-00054).
        f"ALTER SESSION SET DDL_LOCK_TIMEOUT = {ddl_timeout_seconds:d}",
        # After a parallel MERGE the transaction cannot read or change the table again
        # (ORA-12838); the services _high and _medium of an Autonomous Database run DML in parallel.
        "ALTER SESSION DISABLE PARALLEL DML",
    )


_CODE = re.compile(r"\((\w{3}-\d{4,5})\)")
"""The code in the report of a fault."""


class _Repeatable(Exception):  # noqa: N818 - never leaves this module
    """A transaction may be run again; `is_in_doubt` where its COMMIT may have arrived."""

    def __init__(
        self, report: str, counts: RowCounts, *, session_dead: bool, is_in_doubt: bool
    ) -> None:
        """Keep what is known."""
        super().__init__(report)
        self.counts = counts
        self.session_dead = session_dead
        self.is_in_doubt = is_in_doubt


class TargetSession:
    """One session, opened when first needed; batches and DDL take turns in it.

    Every method raises `LoadError` for what the database refuses, in our words.
    """

    def __init__(
        self, config: Mapping[str, Any], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Check the settings of the connection."""
        timeout = config.get("ddl_timeout_seconds")
        self._ddl_timeout_seconds = DEFAULT_DDL_TIMEOUT_SECONDS if timeout is None else int(timeout)
        setup = session_setup(self._ddl_timeout_seconds)
        module = "target-oracle"
        self._source = ConnectionSource(
            config,
            module=module,
            opener=lambda: connect(config, module=module, setup=setup, kind=AuditedConnection),
        )
        self._user = str(config.get("proxy_user") or config.get("user") or "the user")
        self._connection: oracledb.Connection | None = None
        self.is_abandoned = False
        self._clock = clock
        self._used_at = clock()
        self.on_change: OnChange | None = None

    @property
    def connection(self) -> oracledb.Connection:
        """The open session."""
        if self._connection is None:
            self._connection = self._source.connection()
            if isinstance(self._connection, AuditedConnection):
                self._connection.on_statement = self._tell_change
        return self._connection

    @cached_property
    def server(self) -> Server:
        """What the database can; read once."""
        with self.reported("read what the database can"):
            server = read_server(self.connection)
        if not server.is_unicode and server.codec is None:
            _LOGGER.warning(
                "The database's character set %s lacks characters that cannot be told here; it "
                "would replace them without an error",
                server.charset,
            )
        return server

    @cached_property
    def own_schema(self) -> Identifier:
        """The schema of the session."""
        if not self.server.schema:
            what = "the session has no current schema; set default_target_schema"
            raise LoadError(what)
        return Identifier(self.server.schema)

    def ensure_table(
        self,
        spec: TableSpec,
        *,
        stream: str,
        freeze: bool,
        on_type_change: OnTypeChange = "fail",
    ) -> Plan:
        """Create or change a table as a stream needs; call it with no transaction open.

        Raises:
            TableMismatchError: If a column does not fit, or a change is forbidden.
            LoadError: If the database refuses a change.
        """
        return TableChanges(self).ensure(
            spec, stream=stream, freeze=freeze, on_type_change=on_type_change
        )

    def execute_ddl(self, statement: str) -> None:
        """Run one statement that commits; wait for other sessions as long as it may.

        Raises:
            oracledb.Error: If the database refuses it.
        """
        with self.connection.cursor() as cursor:
            patiently(lambda: cursor.execute(statement), self._ddl_timeout_seconds)

    def _tell_change(self, change: Change, table: TableName, statement: str) -> None:
        """Tell that a table, its definition or a right on it was changed."""
        if self.on_change:
            self.on_change(change, table, self._user, None, statement)

    def tell_loaded(self, table: TableName, counts: RowCounts) -> None:
        """Tell that rows of a table were committed."""
        if self.on_change:
            rows = counts.inserted + counts.merged + counts.deleted
            self.on_change("LOAD", table, self._user, rows, None)

    def ddl_grant(self, table: TableName) -> str:
        """Return the right that a change of a table needs, for messages."""
        own = table.schema == self.own_schema
        right = "CREATE TABLE" if own else "CREATE ANY TABLE and ALTER ANY TABLE"
        return f"missing: GRANT {right} TO {self._user}, or freeze_schema and a table made by hand"

    def run_ddl(self, action: Callable[[oracledb.Connection], Result], where: str) -> Result:
        """Run what commits by itself, with no transaction open, and again in a new session.

        Raises:
            LoadError: If the database refuses it.
        """
        failures = 0
        while True:
            try:
                return patiently(lambda: action(self.connection), self._ddl_timeout_seconds)
            except oracledb.Error as error:
                fault = describe(error, where=where)
                failures += 1
                if not fault.session_dead or failures >= ATTEMPTS:
                    raise LoadError(fault.report) from None
                self._replace(fault.report)

    def load(
        self,
        entry: LoadEntry,
        write: Callable[[oracledb.Cursor], RowCounts],
        ledger: Ledger | None = None,
    ) -> RowCounts:
        """Write a batch, its ledger row, and commit; all or nothing.

        A transaction that was certainly not committed is repeated after a deadlock or with a new
        session. A session lost during COMMIT is settled by the ledger.

        Args:
            entry: What is loaded, for the ledger and messages.
            write: Writes the rows; it may be called again after a rollback.
            ledger: Where the batch is recorded.

        Returns:
            What the committed transaction touched.

        Raises:
            LoadError: If the database refuses a statement.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                counts = self._transaction(entry, write, ledger)
                self.tell_loaded(entry.table, counts)
            except _Repeatable as repeatable:
                if attempt == ATTEMPTS:
                    raise LoadError(str(repeatable)) from None
                self._replace(str(repeatable), session_dead=repeatable.session_dead)
                if repeatable.is_in_doubt and ledger is not None:
                    where = f"stream '{entry.stream}': ask the ledger"
                    done = self.run_ddl(lambda c: ledger.is_committed(c, entry), where)
                    if done:
                        _LOGGER.info("The ledger shows that the batch was committed")
                        self.tell_loaded(entry.table, repeatable.counts)
                        return repeatable.counts
            else:
                return counts
        raise AssertionError  # the last attempt returns or raises

    def _transaction(
        self,
        entry: LoadEntry,
        write: Callable[[oracledb.Cursor], RowCounts],
        ledger: Ledger | None,
    ) -> RowCounts:
        connection = self._awake()
        where = f"stream '{entry.stream}': load into {entry.table}"
        counts, commits = RowCounts(), False
        try:
            with connection.cursor() as cursor:
                counts = write(cursor)
                if ledger is not None:
                    ledger.record(cursor, entry, counts)
            commits = True
            connection.commit()
        except oracledb.Error as error:
            with suppress(oracledb.Error):  # a session that is gone is rolled back already
                connection.rollback()
            raise self._verdict(error, entry.table, where, counts, commits, ledger) from None
        except Terminated as ended:
            # A call that was broken off may still run, and a rollback would wait for it. The
            # server rolls back when the connection ends with the process.
            self.is_abandoned = ended.forced
            if not ended.forced:
                connection.rollback()
            raise
        except BaseException:
            with suppress(oracledb.Error):
                connection.rollback()
            raise
        return counts

    @contextmanager
    def rolled_back_on_error(self, where: str) -> Iterator[None]:
        """Roll the open transaction back where the body fails.

        Raises:
            LoadError: For what the database refuses.
        """
        try:
            yield
        except Terminated as ended:
            self.is_abandoned = ended.forced
            if not ended.forced:
                self._roll_back()
            raise
        except oracledb.Error as error:
            self._roll_back()
            raise LoadError(describe(error, where=where).report) from None
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        with suppress(oracledb.Error):  # a session that is gone is rolled back already
            self.connection.rollback()

    def reopen(self) -> None:
        """Give up the session; the next use opens another."""
        self._connection = None
        self._source.close()

    def _verdict(
        self,
        error: oracledb.Error,
        table: TableName,
        where: str,
        counts: RowCounts,
        commits: bool,  # noqa: FBT001 - says where the error came from
        ledger: Ledger | None,
    ) -> Exception:
        """Return what an error means: a failure, or a reason to run the transaction again."""
        fault = describe(error, where=where)
        if fault.session_dead and commits and ledger is None:
            what = (
                f"{fault.report}; whether the last batch was committed is not known without a "
                "ledger (ledger_schema); the STATE before it was written, so run again"
            )
            return LoadError(what)
        # A session lost before COMMIT was sent is rolled back for certain; one lost during it is in
        # doubt, which the ledger settles.
        if fault.session_dead or fault.code in _ROLLED_BACK:
            return _Repeatable(
                fault.report, counts, session_dead=fault.session_dead, is_in_doubt=commits
            )
        return LoadError(fault.report + self._missing_grant(fault.code, table))

    def _awake(self) -> oracledb.Connection:
        """Return the session for the next transaction, or a new one if it died while idle."""
        now = self._clock()
        idle, self._used_at = now - self._used_at, now
        was_idle = idle >= PING_AFTER_SECONDS
        if self._connection is not None and was_idle and not is_alive(self._connection):
            self._replace("the session was lost while it was idle")
        return self.connection

    def _replace(self, report: str, *, session_dead: bool = True) -> None:
        """Go on in a new session after the old one was lost."""
        _LOGGER.warning("%s; trying again", report)
        if code := _CODE.search(report):
            retry.note(code.group(1))
        if session_dead:
            self.reopen()

    def _missing_grant(self, code: str, table: TableName) -> str:
        if code not in MISSING_RIGHT:
            return ""
        return f"; missing: GRANT SELECT, INSERT, UPDATE, DELETE ON {table.sql} TO {self._user}"

    @contextmanager
    def reported(self, where: str) -> Iterator[None]:
        """Turn what the database refuses in the body into a LoadError."""
        try:
            yield
        except oracledb.Error as error:
            raise LoadError(describe(error, where=where).report) from None

    def close(self) -> None:
        """End the session; an open transaction is rolled back."""
        # Closing would wait for the call that was broken off.
        if self.is_abandoned:
            return
        self._connection = None
        self._source.close()
