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

import json
import re
import select
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from oracle_standin.backend import (
    BatchError,
    Bind,
    BindValue,
    CharsetForm,
    Column,
    ExecuteOptions,
    OracleError,
    Result,
    Row,
    SessionInfo,
    SessionUsage,
    TypeCode,
    Value,
)
from oracle_standin.codecs import (
    DateTime,
    binary_double_to_bytes,
    binary_float_to_bytes,
    date_to_bytes,
    interval_ds_to_bytes,
    interval_ym_to_bytes,
    number_from_text,
    number_to_text,
    rowid_text,
    timestamp_to_bytes,
    timestamp_tz_to_bytes,
)
from oracle_standin.lexer import Kind, StatementKind, outline, tokens
from oracle_standin.open_cursors import OpenCursors
from oracle_standin.verifier import PasswordVerifier, make_verifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle_standin.backend import Interrupt

MOMENT = DateTime(2024, 2, 29, 23, 59, 58, 123456789)
ROWID = rowid_text(74000, 12, 345, 6)


def number_column(name: str, precision: int = 0, scale: int = -127) -> Column:
    return Column(name, TypeCode.NUMBER, precision, scale, 22)


def text_column(
    name: str, characters: int, form: CharsetForm = CharsetForm.DATABASE, **more: Any
) -> Column:
    type_code = more.pop("type_code", TypeCode.VARCHAR)
    width = 4 if form is CharsetForm.DATABASE else 2
    return Column(name, type_code, 0, 0, characters * width, characters, form, **more)


TYPED_COLUMNS = (
    number_column("N", 38, 10),
    text_column("V", 20),
    text_column("C", 5, type_code=TypeCode.CHAR),
    text_column("NV", 20, CharsetForm.NATIONAL),
    Column("D", TypeCode.DATE, size_bytes=7),
    Column("TS", TypeCode.TIMESTAMP, 0, 9, 11),
    Column("TSTZ", TypeCode.TIMESTAMP_TZ, 0, 9, 13),
    Column("TSLTZ", TypeCode.TIMESTAMP_LTZ, 0, 9, 11),
    Column("BD", TypeCode.BINARY_DOUBLE, size_bytes=8),
    Column("BF", TypeCode.BINARY_FLOAT, size_bytes=4),
    Column("R", TypeCode.RAW, size_bytes=16),
    Column("IDS", TypeCode.INTERVAL_DS, 2, 6, 11),
    Column("IYM", TypeCode.INTERVAL_YM, 2, 0, 5),
    Column("RID", TypeCode.ROWID, size_bytes=18),
    Column("UID", TypeCode.UROWID, size_bytes=4000),
    Column("L", TypeCode.LONG, charset_form=CharsetForm.DATABASE),
    Column("LR", TypeCode.LONG_RAW),
)
TYPED_ROW: Row = (
    number_from_text("-12345678901234567890.0123456789"),
    "héllo \U0001f600".encode(),
    b"abc  ",
    "日本".encode(),
    date_to_bytes(MOMENT),
    timestamp_to_bytes(MOMENT),
    timestamp_tz_to_bytes(MOMENT._replace(offset_minutes=-570)),
    timestamp_to_bytes(MOMENT),
    binary_double_to_bytes(-1.5e300),
    binary_float_to_bytes(0.25),
    bytes(range(16)),
    interval_ds_to_bytes("-93784.5"),
    interval_ym_to_bytes(-14),
    ROWID.encode(),
    ROWID.encode(),
    b"long text" * 100,
    bytes(1000),
)
LOB_COLUMNS = (
    number_column("ID", 9, 0),
    Column("C", TypeCode.CLOB, size_bytes=4000, charset_form=CharsetForm.DATABASE),
    Column("NC", TypeCode.CLOB, size_bytes=4000, charset_form=CharsetForm.NATIONAL),
    Column("B", TypeCode.BLOB, size_bytes=4000),
)
LONG_TEXT = "é\U0001f600x" * 30000
LOB_ROWS: list[Row] = [
    (number_from_text("1"), b"short", "öß".encode(), b"\x00\x01"),
    (number_from_text("2"), LONG_TEXT.encode(), LONG_TEXT.encode(), bytes(range(256)) * 600),
    (number_from_text("3"), None, None, None),
    (number_from_text("4"), b"", b"", b""),
]
LOADED = {
    "ID": Column("ID", TypeCode.NUMBER, 9, 0, 22, nullable=False),
    "S": text_column("S", 40),
    "NS": text_column("NS", 40, CharsetForm.NATIONAL),
    "D": Column("D", TypeCode.DATE, size_bytes=7),
    "T": Column("T", TypeCode.TIMESTAMP, 0, 6, 11),
    "BD": Column("BD", TypeCode.BINARY_DOUBLE, size_bytes=8),
    "C": Column("C", TypeCode.CLOB, size_bytes=4000, charset_form=CharsetForm.DATABASE),
    "R": Column("R", TypeCode.RAW, size_bytes=20),
    "B": Column("B", TypeCode.BLOB, size_bytes=4000),
    "J": Column("J", TypeCode.JSON),
    **{f"C{number}": text_column(f"C{number}", 40) for number in range(600)},
}
DOCUMENTS: list[Any] = [
    {"a": 1, "b": [True, False, None, "text \U0001f600", {}], "c": {"a": [], "é": -2}},
    [1, [2, [3, ["x" * 300, "y" * 70000]]]],
    {f"field {number}": number for number in range(300)},
    "just text",
    17,
    True,
    {},
    [],
    list(range(70000)),
    None,
]
FIXED: dict[str, tuple[tuple[Column, ...], list[Row]]] = {
    "typed": (TYPED_COLUMNS, [TYPED_ROW, (None,) * len(TYPED_ROW)]),
    "lobs": (LOB_COLUMNS, LOB_ROWS),
    "booleans": (
        (Column("B", TypeCode.BOOLEAN, size_bytes=4),),
        [(b"\x01",), (b"\x00",), (None,)],
    ),
    "documents": (
        (Column("J", TypeCode.JSON),),
        [
            (None if document is None else json.dumps(document, default=str).encode(),)
            for document in DOCUMENTS
        ],
    ),
}
GEN_COLUMNS = (
    number_column("ID", 18, 0),
    number_column("QTY", 9, 0),
    number_column("AMOUNT", 12, 2),
    number_column("RATIO", 20, 10),
    *(text_column(f"S{position}", 40) for position in range(4)),
    Column("D", TypeCode.DATE, size_bytes=7),
    Column("TS", TypeCode.TIMESTAMP, 0, 6, 11),
)


def gen_row(number: int) -> Row:
    text = f"value of row {number:08d}".encode()
    return (
        number_from_text(str(number)),
        number_from_text(str(number % 1000)),
        number_from_text(f"{number}.25"),
        number_from_text(f"-0.{number % 9 + 1}"),
        text,
        text if number % 2 else None,
        text,
        b"x",
        date_to_bytes(MOMENT),
        timestamp_to_bytes(MOMENT),
    )


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
