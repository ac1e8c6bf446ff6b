"""The seam between the wire server and the SQL engine.

The wire layer (`oracle_standin.wire`) knows packets, messages and binds; the engine
(`oracle_standin.engine`) knows SQL, transactions and the dictionary. They meet only here.

The values that cross it are those of `oracle_standin.protocol`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from oracle_standin.protocol import CharsetForm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from oracle_standin.open_cursors import OpenCursors
    from oracle_standin.protocol import BindValue, OracleError, Row, TypeCode
    from oracle_standin.rows import Column, RowSource
    from oracle_standin.verifier import PasswordVerifier


@dataclass(frozen=True, slots=True)
class Bind:
    """One bind variable as the client declared it.

    `name` is upper case unless it was quoted; a positional bind is its digits. `is_return` marks
    the targets of RETURNING ... INTO, which have no value in the bind rows. `is_array` marks a
    PL/SQL index-by table.
    """

    name: str
    type_code: TypeCode
    charset_form: CharsetForm = CharsetForm.NONE
    size_bytes: int = 0
    is_return: bool = False
    is_array: bool = False
    max_elements: int = 0
    """How many elements an array has room for."""


@dataclass(frozen=True, slots=True)
class ExecuteOptions:
    """How one execute call wants to be run.

    Args:
        iterations: How many bind rows to run; 1 for a statement without binds.
        batch_errors: Collect row errors instead of stopping at the first.
        row_counts: Return the row count of each iteration.
        commit: Commit after success (the driver's autocommit).
    """

    iterations: int = 1
    batch_errors: bool = False
    row_counts: bool = False
    commit: bool = False


@dataclass(frozen=True, slots=True)
class BatchError:
    """One failed iteration of an array DML run with batch errors."""

    iteration: int
    code: int
    message: str


@dataclass(frozen=True, slots=True)
class CountedRows:
    """Bind rows that were read past: how many, and the values of the first."""

    count: int
    first: Sequence[BindValue]


@runtime_checkable
class RowCounter(Protocol):
    """A session that counts the bind rows of some statements and has no use for their values."""

    def counts(self, statement: str) -> bool:
        """Return whether bind rows of a statement go to `execute_counted`."""

    def execute_counted(
        self,
        statement: str,
        binds: Sequence[Bind],
        rows: CountedRows,
        options: ExecuteOptions,
    ) -> Result:
        """Do what `execute` does, knowing only the number of rows and the first of them."""


@runtime_checkable
class FileFinder(Protocol):
    """A session that has directories: what BFILE values need."""

    def find_file(self, directory: str, name: str, operation: str) -> Path | None:
        """Return a file of a directory, None when it is not there.

        Raises OracleError 22285 for an unknown directory, 22286 for one that the user may not read,
        22288 for a file that must not be opened. `operation` is named in the error.
        """


@dataclass(slots=True)
class Result:
    """What one execute call produced.

    Args:
        columns: Describe information of a query, else None.
        rows: The rows of a query, else None.
        row_count: Rows changed by DML over all iterations.
        row_counts: Rows changed by each iteration, when asked for.
        returning: For RETURNING INTO, one list a run iteration, each holding rows of the return
            binds' values in bind order, in the type that each return bind declared.
        out_values: For PL/SQL, bind position (in first-appearance order) to its value on return.
        batch_errors: Failed iterations, when batch errors were asked for.
        implicit_results: Cursors that DBMS_SQL.RETURN_RESULT gave back, as values.
        last_rowid: ROWID of the last row changed, 18 characters, or None.
        warning: Whether the call ended with a compilation or logon warning.
        error: An error that ends an array DML after `row_count` rows; those rows stay done, as in
            Oracle.
    """

    columns: tuple[Column, ...] | None = None
    rows: RowSource | None = None
    row_count: int = 0
    row_counts: list[int] = field(default_factory=list)
    returning: list[list[Row]] | None = None
    out_values: Mapping[int, BindValue] | None = None
    batch_errors: list[BatchError] = field(default_factory=list)
    implicit_results: list[bytes] = field(default_factory=list)
    last_rowid: str | None = None
    warning: bool = False
    error: OracleError | None = None


class Interrupt(Protocol):
    """How a working engine learns that the client sent a break or went away."""

    def fileno(self) -> int:
        """Return the client's socket, to wait on beside the engine's own."""

    def requested(self) -> bool:
        """Return whether a break is waiting, without consuming it.

        Call it when `fileno()` is readable. Raises ClientGoneError when the client has closed.
        """


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """Who is connecting, as V$SESSION shows it.

    `proxy_user` is the user whose password opened the session for another one, "" for none.
    """

    session_id: int
    serial_number: int
    service_name: str = "FREEPDB1"
    program: str = ""
    machine: str = ""
    os_user: str = ""
    terminal: str = ""
    driver_name: str = ""
    proxy_user: str = ""
    network_protocol: str = "tcp"
    time_zone: str = "+00:00"


@dataclass(slots=True)
class SessionUsage:
    """What V$SESSTAT shows of a session: counted by the wire, shown by the engine."""

    round_trips: int = 0
    parses: int = 0


class BackendSession(Protocol):
    """One logged-on session. Used by one thread at a time."""

    @property
    def usage(self) -> SessionUsage:
        """Return the session's counters, for the wire to count in."""

    @property
    def open_cursors(self) -> OpenCursors:
        """Return the session's cursors that are values."""

    def check(self) -> None:
        """Raise OracleError 28 when the session was killed; called before each of its calls."""

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction with changes or locks is open."""

    @property
    def current_schema(self) -> str:
        """Return the schema that unqualified names resolve to."""

    def execute(
        self,
        statement: str,
        binds: Sequence[Bind],
        rows: Sequence[Sequence[BindValue]],
        options: ExecuteOptions,
    ) -> Result:
        """Run a statement.

        `rows` has one entry for each iteration, aligned with `binds` (return binds hold None).
        For SQL, `binds` has one entry for each occurrence of a placeholder in the text; for PL/SQL
        one for each distinct name, in order of first appearance.
        Raises OracleError; the failed statement alone is undone, the transaction stays open.
        """

    def describe(self, statement: str, binds: Sequence[Bind]) -> tuple[Column, ...]:
        """Return the columns of a query without running it; empty for other statements."""

    def commit(self) -> None:
        """End the transaction and keep its changes."""

    def rollback(self) -> None:
        """End the transaction and undo its changes."""

    def set_current_schema(self, name: str) -> None:
        """Do what ALTER SESSION SET CURRENT_SCHEMA does."""

    def set_client_attributes(self, attributes: Mapping[str, str]) -> None:
        """Set MODULE, ACTION, CLIENT_INFO, CLIENT_IDENTIFIER, DBOP; absent keys keep theirs."""

    def set_context(self, namespace: str, values: Mapping[str, str]) -> None:
        """Set attributes of an application context, or clear it when there are none.

        Raises OracleError 28267 for a namespace that clients may not set.
        """

    def watch(self, interrupt: Interrupt) -> None:
        """Look at `interrupt` while working from now on."""

    def close(self) -> None:
        """Roll back and free everything the session holds; further calls are harmless."""


class Backend(Protocol):
    """The database behind the wire server. Used by many threads."""

    def verifier(self, user: str) -> PasswordVerifier | None:
        """Return the stored password verifier of a user (exact case), or None if there is none."""

    def set_password(self, user: str, password: str) -> None:
        """Give a user a new password; raises OracleError 988, 972 or 28218 for a wrong one."""

    def open_session(self, user: str, info: SessionInfo) -> BackendSession:
        """Log a verified user on.

        Raises OracleError 1045 without CREATE SESSION, 28000 when the account is locked, and 28150
        when the user may not connect through `info.proxy_user`.
        """
