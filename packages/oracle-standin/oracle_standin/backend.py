"""The seam between the wire server and the SQL engine.

The wire layer (`oracle_standin.wire`) knows packets, messages and binds; the engine
(`oracle_standin.engine`) knows SQL, transactions and the dictionary. They meet only here.

Values cross the seam in **Oracle's internal format**, as `bytes` without a length, None for NULL:

| type code | bytes |
| --- | --- |
| VARCHAR, CHAR, LONG | the text in UTF-8 for both character set forms (the wire converts) |
| NUMBER, BINARY_INTEGER | Oracle NUMBER: exponent byte and base-100 digits |
| DATE | 7 bytes |
| TIMESTAMP, TIMESTAMP_LTZ | 11 bytes, 7 when the fraction is zero; LTZ in the session's zone |
| TIMESTAMP_TZ | 13 bytes: the instant in UTC, then hour + 20 and minute + 60 of the offset |
| BINARY_DOUBLE, BINARY_FLOAT | 8 or 4 bytes, sign bit flipped (negative: all bits) |
| INTERVAL_DS, INTERVAL_YM | 11 or 5 bytes |
| RAW, LONG_RAW | the bytes |
| ROWID, UROWID | the 18 characters in ASCII |
| BOOLEAN | 0x01 or 0x00 |
| CLOB, BLOB | the whole content, UTF-8 for CLOB and NCLOB; an empty LOB is b"", which is not NULL |
| BFILE | names of directory and file, each in UTF-8 after its length in 2 bytes |
| CURSOR | the number of one of the session's `open_cursors` |
| OBJECT | of XMLTYPE: the text of the document in UTF-8; of others: the image |
| JSON | the document as JSON text in UTF-8 |
| VECTOR | the vector's image, as `codecs.vectors` describes it |
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from oracle_standin.codecs import VectorShape
    from oracle_standin.open_cursors import OpenCursors
    from oracle_standin.verifier import PasswordVerifier

Value = bytes | None
BindValue = bytes | list[bytes | None] | None
Row = tuple[Value, ...]


class TypeCode(IntEnum):
    """Oracle's data type numbers as they travel in describe and bind metadata."""

    VARCHAR = 1
    NUMBER = 2
    BINARY_INTEGER = 3
    LONG = 8
    ROWID = 11
    DATE = 12
    RAW = 23
    LONG_RAW = 24
    CHAR = 96
    BINARY_FLOAT = 100
    BINARY_DOUBLE = 101
    CURSOR = 102
    OBJECT = 109
    CLOB = 112
    BLOB = 113
    BFILE = 114
    JSON = 119
    VECTOR = 127
    TIMESTAMP = 180
    TIMESTAMP_TZ = 181
    INTERVAL_YM = 182
    INTERVAL_DS = 183
    UROWID = 208
    TIMESTAMP_LTZ = 231
    BOOLEAN = 252


class CharsetForm(IntEnum):
    """Which character set a text value belongs to."""

    NONE = 0
    DATABASE = 1
    NATIONAL = 2


class OracleError(Exception):
    """An error as the client sees it.

    Args:
        code: The ORA number, 942 for ORA-00942.
        message: The text after "ORA-00942: ", which may continue with further "ORA-" lines.
        offset: Character offset of the fault in the statement, 0 when unknown.
    """

    def __init__(self, code: int, message: str, offset: int = 0) -> None:
        """Keep the parts; `str()` gives the whole line."""
        super().__init__(f"ORA-{code:05d}: {message}")
        self.code = code
        self.message = message
        self.offset = offset


def not_in_this_standin(what: str, code: int = 3001) -> OracleError:
    """Return the refusal for something that Oracle does and the stand-in does not."""
    return OracleError(code, f"unimplemented feature: {what} is not in this stand-in")


class ClientGoneError(Exception):
    """The client closed its connection while the engine was working for it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result, with the values that describe information carries.

    `precision` and `scale` follow Oracle: NUMBER(9,2) is 9/2, a bare NUMBER 0/-127, INTEGER 38/0,
    FLOAT 126/-127, TIMESTAMP(6) has scale 6, INTERVAL DAY(2) TO SECOND(6) is 2/6.
    `size_bytes` is the buffer: 4 times the characters for database text, 2 times for national text.
    """

    name: str
    type_code: TypeCode
    precision: int = 0
    scale: int = 0
    size_bytes: int = 0
    size_chars: int = 0
    charset_form: CharsetForm = CharsetForm.NONE
    nullable: bool = True
    is_json: bool = False
    type_schema: str = ""
    type_name: str = ""
    """Schema and name of an object type."""
    vector: VectorShape | None = None
    """What a VECTOR column asks of its values."""


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


class RowSource(Protocol):
    """The rows of an open query; independent of later commits in the same session."""

    def fetch(self, count: int) -> list[Row]:
        """Return up to `count` further rows; fewer only at the end."""

    def close(self) -> None:
        """Release what the rows hold; further calls are harmless."""


@runtime_checkable
class EncodedRowSource(Protocol):
    """Rows that are kept as they travel; a `RowSource` may be one too (the bench server's is)."""

    def fetch_encoded(
        self, count: int, encode: Callable[[Sequence[Row]], bytes]
    ) -> tuple[bytes, int]:
        """Return up to `count` further rows, encoded by `encode` once, and how many they are."""


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
