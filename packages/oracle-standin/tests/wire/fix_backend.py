"""A database in memory behind the wire server: fixed answers, stored bind rows, no SQL.

| statement | answer |
| --- | --- |
| `select <literals and binds> from dual` | one row, each column of its literal's or bind's type |
| `select * from typed` | one row with every type, one of NULLs |
| `select * from lobs` | rows with CLOB, NCLOB and BLOB |
| `select * from gen(n)` | n rows of ten columns |
| `select sleep(s) from dual` | one row after s seconds, or ORA-01013 |
| `select * from nosuch` | ORA-00942 at an offset |
| `insert into t values (...)` | stores the bind rows; first value -1, -2: ORA-00001, ORA-01400 |
| `select * from t` | what was stored |
| `begin ... end;` | numbers doubled, texts in upper case, arrays reversed |
"""

from __future__ import annotations

import re
import select
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle_standin.backend import (
    BatchError,
    Bind,
    ExecuteOptions,
    Result,
    SessionInfo,
    SessionUsage,
)
from oracle_standin.codecs import number_from_text, number_to_text
from oracle_standin.lexer import Kind, StatementKind, outline, tokens
from oracle_standin.open_cursors import OpenCursors
from oracle_standin.protocol import BindValue, OracleError, Row, TypeCode, Value
from oracle_standin.rows import Column
from oracle_standin.verifier import PasswordVerifier, make_verifier
from tests.wire.fake_rows import (
    FIXED,
    GEN_COLUMNS,
    LOADED,
    ROWID,
    gen_row,
    number_column,
    text_column,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle_standin.backend import Interrupt


class ListRows:
    """Rows from a list."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._position = 0
        self.closed = False

    def fetch(self, count: int) -> list[Row]:
        page = list(self._rows[self._position : self._position + count])
        self._position += len(page)
        return page

    def close(self) -> None:
        self.closed = True


@dataclass
class Table:
    columns: tuple[Column, ...] = ()
    rows: list[Row] = field(default_factory=list)


class FakeSession:
    """One session of the fake database."""

    def __init__(self, backend: FakeBackend, user: str, info: SessionInfo) -> None:
        self.backend = backend
        self.info = info
        self.in_transaction = False
        self.current_schema = user
        self.attributes: dict[str, str] = {}
        self.contexts: dict[str, dict[str, str]] = {}
        self.closed = False
        self.usage = SessionUsage()
        self.open_cursors = OpenCursors()
        self._interrupt: Interrupt | None = None

    def execute(
        self,
        statement: str,
        binds: Sequence[Bind],
        rows: Sequence[Sequence[BindValue]],
        options: ExecuteOptions,
    ) -> Result:
        kind = outline(statement).kind
        if kind is StatementKind.QUERY:
            columns, found = self._query(statement, binds, rows[0] if rows else ())
            return Result(columns=columns, rows=ListRows(found))
        if kind is StatementKind.PLSQL:
            self.backend.blocks += [tuple(row) for row in rows]
            return Result(out_values=_doubled(binds, rows[0]))
        if kind is StatementKind.OTHER:
            return self._other(statement)
        result = self._dml(statement, binds, rows, options)
        self.in_transaction = not options.commit
        return result

    def describe(self, statement: str, binds: Sequence[Bind]) -> tuple[Column, ...]:
        if outline(statement).kind is not StatementKind.QUERY:
            return ()
        return self._query(statement, binds, (None,) * len(binds))[0]

    def check(self) -> None:
        """Never killed."""

    def commit(self) -> None:
        self.in_transaction = False

    def rollback(self) -> None:
        self.in_transaction = False

    def set_current_schema(self, name: str) -> None:
        if name == "NOSUCH":
            raise OracleError(1435, "user does not exist")
        self.current_schema = name

    def set_client_attributes(self, attributes: Mapping[str, str]) -> None:
        self.attributes.update(attributes)

    def set_context(self, namespace: str, values: Mapping[str, str]) -> None:
        self.contexts[namespace] = dict(values)

    def watch(self, interrupt: Interrupt) -> None:
        self._interrupt = interrupt

    def close(self) -> None:
        self.closed = True
        self.backend.closed.set()

    def _query(
        self, statement: str, binds: Sequence[Bind], values: Sequence[BindValue]
    ) -> tuple[tuple[Column, ...], Sequence[Row]]:
        if "nosuch" in statement:
            raise OracleError(942, "table or view does not exist", statement.index("nosuch"))
        if "boom" in statement:
            message = "a fault of the engine"
            raise RuntimeError(message)
        if sleep := re.search(r"sleep\((.*?)\)", statement):
            self._sleep(float(sleep.group(1)))
            return (number_column("SLEPT"),), [(number_from_text("1"),)]
        if "NOSUCH" in statement:
            raise OracleError(942, "table or view does not exist")
        if gen := re.search(r"gen\((\d+)\)", statement):
            return GEN_COLUMNS, self.backend.generated(int(gen.group(1)))
        source = re.search(r"from (\w+)", statement)
        name = source.group(1) if source else ""
        if name in FIXED:
            return FIXED[name]
        if name == "dual":
            return self._literals(statement, binds, values)
        loaded = re.match(r'SELECT (.*) FROM "SCOTT"."(\w+)"', statement)
        if loaded:
            return tuple(LOADED[column.strip('"')] for column in loaded.group(1).split(", ")), []
        table = self.backend.tables.get(name, Table())
        return table.columns, list(table.rows)

    def _literals(
        self, statement: str, binds: Sequence[Bind], values: Sequence[BindValue]
    ) -> tuple[tuple[Column, ...], list[Row]]:
        columns: list[Column] = []
        row: list[Value] = []
        used = 0
        for token in tokens(statement)[1:]:
            if token.kind is Kind.NUMBER:
                columns.append(number_column(token.text))
                row.append(number_from_text(token.text))
            elif token.kind is Kind.STRING:
                columns.append(text_column(token.text, max(len(token.value), 1)))
                row.append(token.value.encode() or None)
            elif token.kind is Kind.BIND:
                columns.append(bind_column(binds[used]))
                value = values[used]
                assert not isinstance(value, list)
                row.append(value)
                used += 1
            elif token.is_word("NULL"):
                columns.append(text_column("NULL", 0))
                row.append(None)
            elif token.is_word("USER"):
                columns.append(text_column("USER", 128))
                row.append(self.current_schema.encode())
        return tuple(columns), [tuple(row)]

    def _dml(
        self,
        statement: str,
        binds: Sequence[Bind],
        rows: Sequence[Sequence[BindValue]],
        options: ExecuteOptions,
    ) -> Result:
        result = Result(row_counts=[], last_rowid=ROWID)
        name = statement.split()[2]
        table = self.backend.tables.setdefault(name, Table())
        inputs = [position for position, bind in enumerate(binds) if not bind.is_return]
        returns = [bind for bind in binds if bind.is_return]
        table.columns = tuple(bind_column(binds[position]) for position in inputs)
        for iteration, row in enumerate(rows):
            failure = _failure(binds, row)
            if failure is not None and not options.batch_errors:
                if len(rows) == 1:
                    raise failure
                result.error = failure
                break
            if failure is not None:
                result.batch_errors.append(BatchError(iteration, failure.code, failure.message))
                result.row_counts.append(0)
                continue
            table.rows.append(tuple(row[position] for position in inputs))  # type: ignore[misc]
            result.row_count += 1
            result.row_counts.append(1)
            if returns:
                result.returning = result.returning or []
                result.returning.append([_returned(returns, len(table.rows))])
        return result

    def _other(self, statement: str) -> Result:
        self.backend.statements.append(statement)
        self.in_transaction = False
        return Result(warning="warning" in statement)

    def _sleep(self, seconds: float) -> None:
        assert self._interrupt is not None
        self.backend.sleeping.set()
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self._interrupt], [], [], left)
            if ready and self._interrupt.requested():
                raise OracleError(1013, "User requested cancel of current operation.")


def _failure(binds: Sequence[Bind], row: Sequence[BindValue]) -> OracleError | None:
    if not binds or binds[0].type_code is not TypeCode.NUMBER:
        return None
    first = row[0]
    if not isinstance(first, bytes):
        return None
    return {
        "-1": OracleError(1, "unique constraint (T.PK) violated"),
        "-2": OracleError(1400, "cannot insert NULL into (T.C)"),
    }.get(number_to_text(first))


def _returned(returns: Sequence[Bind], number: int) -> Row:
    values: dict[TypeCode, Value] = {
        TypeCode.NUMBER: number_from_text(str(number)),
        TypeCode.VARCHAR: ROWID.encode(),
        TypeCode.CLOB: b"returned text",
        TypeCode.RAW: bytes(range(100)),
    }
    return tuple(values[bind.type_code] for bind in returns)


def _doubled(binds: Sequence[Bind], row: Sequence[BindValue]) -> dict[int, BindValue]:
    values: dict[int, BindValue] = {}
    for position, (bind, value) in enumerate(zip(binds, row, strict=True)):
        if bind.name.startswith("IN_"):
            continue
        if isinstance(value, list):
            values[position] = value[::-1]
        elif value is None or bind.type_code is TypeCode.BOOLEAN:
            values[position] = value
        elif bind.type_code is TypeCode.NUMBER:
            values[position] = number_from_text(str(2 * int(number_to_text(value))))
        else:
            values[position] = value.upper()
    return values


def bind_column(bind: Bind) -> Column:
    """Return a column that can hold a bind's values, as `select :x from dual` has."""
    text = {TypeCode.VARCHAR, TypeCode.CHAR, TypeCode.LONG}
    type_code = bind.type_code
    if type_code in text:
        type_code = TypeCode.VARCHAR
    elif type_code is TypeCode.LONG_RAW:
        type_code = TypeCode.RAW
    form = bind.charset_form
    return Column(bind.name, type_code, 0, -127, bind.size_bytes, bind.size_bytes, form)


class FakeBackend:
    """The fake database: users, tables and what the tests want to look at afterwards."""

    def __init__(self) -> None:
        self.users = {"SCOTT": make_verifier("tiger"), "LOCKED": make_verifier("tiger")}
        self.tables: dict[str, Table] = {}
        self.statements: list[str] = []
        self.sessions: list[FakeSession] = []
        self.closed = threading.Event()
        self.sleeping = threading.Event()
        self.blocks: list[tuple[BindValue, ...]] = []
        self._generated: list[Row] = []

    def verifier(self, user: str) -> PasswordVerifier | None:
        return self.users.get(user)

    def set_password(self, user: str, password: str) -> None:
        self.users[user] = make_verifier(password)

    def open_session(self, user: str, info: SessionInfo) -> FakeSession:
        if user == "LOCKED":
            raise OracleError(28000, "The account is locked.")
        session = FakeSession(self, user, info)
        self.sessions.append(session)
        return session

    def generated(self, count: int) -> Sequence[Row]:
        """Return `count` prepared rows, kept for the next time."""
        while len(self._generated) < count:
            self._generated.append(gen_row(len(self._generated)))
        return self._generated[:count]
