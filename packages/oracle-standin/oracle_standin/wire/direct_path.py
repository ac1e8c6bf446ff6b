"""Direct path load: prepare, load streams of row pieces, finish or abort.

The rows are inserted like those of an array INSERT, so constraints and triggers act as they do
there; Oracle's own direct path skips some of them. Finishing commits (Call Interface Programmer's
Guide, OCIDirPathFinish), aborting takes the rows back.

A stream is a sequence of pieces: flags, the length of a "fast" row (2 bytes), a segment count and
the segments. A segment is a length byte and the bytes; 254 announces a 2-byte length and 255 NULL.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from oracle_standin.backend import Bind, CountedRows, ExecuteOptions, Result, RowCounter
from oracle_standin.faults import COMMIT
from oracle_standin.protocol import (
    BindValue,
    CharsetForm,
    OracleError,
    TypeCode,
    not_in_this_standin,
)
from oracle_standin.wire.codes import Message
from oracle_standin.wire.encoding import NULL, unsigned
from oracle_standin.wire.reader import MalformedRequestError, RequestReader, decoded
from oracle_standin.wire.replies import column_metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from oracle_standin.backend import BackendSession
    from oracle_standin.rows import Column
    from oracle_standin.wire.faults import SessionFaults

_TABLE, _SCHEMA, _COLUMN = 1, 3, 4
_FINISH = 2
_OUT_VALUES = 4
_FAST_ROW, _FIRST, _LAST, _CONTINUES = 0x20, 0x08, 0x04, 0x02
_LONG_SEGMENT, _NULL_SEGMENT = 254, 255
_MAX_COLUMNS = 1000
_SAVEPOINT = "DIRECT_PATH_LOAD"
_LOBS = frozenset({TypeCode.CLOB, TypeCode.BLOB})
_REFUSED = frozenset(
    {
        TypeCode.JSON,
        TypeCode.VECTOR,
        TypeCode.OBJECT,
        TypeCode.BFILE,
        TypeCode.ROWID,
        TypeCode.UROWID,
    }
)


@dataclass(slots=True)
class _Load:
    """A load between prepare and finish."""

    statement: str
    columns: Sequence[Column]
    binds: Sequence[Bind]
    has_savepoint: bool = False


class DirectPathCalls:
    """The loads of one session; each call returns the messages before the end of the call."""

    def __init__(self, session: BackendSession, faults: SessionFaults, field_version: int) -> None:
        """Start without loads."""
        self._session = session
        self._faults = faults
        self._field_version = field_version
        self._loads: dict[int, _Load] = {}
        self._last_number = 0

    def prepare(self, reader: RequestReader) -> bytes:
        """Describe the columns of a load and open it."""
        schema, table, names = _read_prepare(reader)
        target = f"{_quoted(schema)}.{_quoted(table)}" if schema else _quoted(table)
        listed = ", ".join(map(_quoted, names))
        query = f"SELECT {listed} FROM {target}"  # noqa: S608 - the names are quoted
        columns = self._session.describe(query, ())
        for column in columns:
            if column.type_code in _REFUSED:
                refusal = not_in_this_standin(f"direct path load of {column.type_code.name}")
                raise refusal
        marks = ", ".join(f":{position}" for position in range(1, len(columns) + 1))
        self._last_number += 1
        self._loads[self._last_number] = _Load(
            f"INSERT INTO {target} ({listed}) VALUES ({marks})",  # noqa: S608 - quoted
            columns,
            [_bind(position, column) for position, column in enumerate(columns, 1)],
        )
        metadata = [column_metadata(_announced(column), self._field_version) for column in columns]
        # The fourth of the values returned is the number of the load.
        out_values = [0] * (_OUT_VALUES - 1) + [self._last_number]
        return b"".join(
            (
                bytes((Message.PARAMETER,)),
                unsigned(len(metadata)),
                *metadata,
                NULL,
                unsigned(_OUT_VALUES),
                *map(unsigned, out_values),
            )
        )

    def load(self, reader: RequestReader) -> bytes:
        """Insert the rows of one stream."""
        number = reader.unsigned()
        reader.skip("b")
        size = reader.unsigned()
        reader.skip("ububb")
        stream = reader.raw(size)
        load = self._find(number)
        if not load.has_savepoint:
            self._session.execute(f"SAVEPOINT {_SAVEPOINT}", (), ((),), ExecuteOptions())
            load.has_savepoint = True
        self._faults.before(load.statement, _row_count(stream))
        result = self._insert(load, stream)
        if result.error is not None:
            raise result.error
        self._faults.after(load.statement)
        return _DONE

    def _insert(self, load: _Load, stream: bytes) -> Result:
        session = self._session
        if isinstance(session, RowCounter) and session.counts(load.statement):
            first = next((_values(load.columns, row) for row in _rows(stream)), None)
            if first is None:
                return Result()
            counted = CountedRows(_row_count(stream), first)
            options = ExecuteOptions(iterations=counted.count)
            return session.execute_counted(load.statement, load.binds, counted, options)
        rows = [_values(load.columns, segments) for segments in _rows(stream)]
        if not rows:
            return Result()
        options = ExecuteOptions(iterations=len(rows))
        return session.execute(load.statement, load.binds, rows, options)

    def operate(self, reader: RequestReader) -> bytes:
        """Finish a load, which commits it, or abort it."""
        operation, number = reader.unsigned(), reader.unsigned()
        reader.skip("bubb")
        load = self._find(number)
        del self._loads[number]
        if operation == _FINISH:
            self._faults.before(COMMIT)
            self._session.commit()
            self._faults.after(COMMIT)
        elif load.has_savepoint:
            back = f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}"
            self._session.execute(back, (), ((),), ExecuteOptions())
        return _DONE

    def _find(self, number: int) -> _Load:
        load = self._loads.get(number)
        if load is None:
            raise OracleError(39776, "fatal Direct Path API error loading table")
        return load


_DONE = bytes((Message.PARAMETER, 0))


def _read_prepare(reader: RequestReader) -> tuple[str, str, list[str]]:
    """Return schema, table and column names."""
    reader.skip("ub")
    keyword_count = reader.unsigned()
    reader.skip("b")
    value_count = reader.unsigned()
    reader.skip("bbbbbb")
    if keyword_count > _MAX_COLUMNS + 2:
        raise OracleError(1792, "maximum number of columns in a table or view is 1000")
    schema = table = ""
    columns = []
    for _ in range(keyword_count):
        if reader.unsigned():
            reader.sized()
        reader.skip("u")
        text = decoded(reader.sized() or b"")
        keyword = reader.unsigned()
        if keyword == _SCHEMA:
            schema = text
        elif keyword == _TABLE:
            table = text
        elif keyword == _COLUMN:
            columns.append(text)
    for _ in range(value_count):
        reader.unsigned()
    return schema, table, columns


def _quoted(name: str) -> str:
    """Return a name for SQL: exact when it came in quotes, else in upper case."""
    if len(name) > 2 and name[0] == name[-1] == '"':
        return name
    return '"' + name.replace('"', "").upper() + '"'


def _announced(column: Column) -> Column:
    """Return a column as the client wants it here: sizes in bytes, none for LOBs."""
    size = 0 if column.type_code in _LOBS else column.size_bytes
    return replace(column, size_chars=size)


def _bind(position: int, column: Column) -> Bind:
    form = CharsetForm.DATABASE if column.charset_form else CharsetForm.NONE
    return Bind(str(position), column.type_code, form, column.size_bytes)


def _rows(stream: bytes) -> Iterator[list[bytes | None]]:
    """Yield the segments of each row, values that were cut joined again."""
    position = 0
    row: list[bytes | None] = []
    while position < len(stream):
        flags = stream[position]
        position += 3 if flags & _FAST_ROW else 1
        if flags & _FIRST:
            row = []
        segments, position = _segments(stream, position)
        if flags & _CONTINUES and row and segments:
            row[-1] = (row[-1] or b"") + (segments.pop(0) or b"")
        row += segments
        if flags & _LAST:
            yield row
            row = []


def _row_count(stream: bytes) -> int:
    """Return the number of rows; a "fast" row's length, header included, leads to the next one."""
    position = count = 0
    while position < len(stream):
        flags = stream[position]
        if flags & _FAST_ROW:
            position += int.from_bytes(stream[position + 1 : position + 3], "big") or len(stream)
        else:
            _, position = _segments(stream, position + 1)
        count += bool(flags & _LAST)
    if position > len(stream):
        detail = "direct path stream ends inside a row"
        raise MalformedRequestError(detail)
    return count


def _segments(stream: bytes, position: int) -> tuple[list[bytes | None], int]:
    """Return the segments of a piece, which begin with their count, and the position after."""
    found: list[bytes | None] = []
    try:
        count = stream[position]
        position += 1
        for _ in range(count):
            length = stream[position]
            position += 1
            if length == _NULL_SEGMENT:
                found.append(None)
                continue
            if length == _LONG_SEGMENT:
                length = int.from_bytes(stream[position : position + 2], "big")
                position += 2
            found.append(stream[position : position + length])
            position += length
    except IndexError:
        position = len(stream) + 1
    if position > len(stream):
        detail = "direct path stream ends inside a piece"
        raise MalformedRequestError(detail)
    return found, position


def _values(columns: Sequence[Column], segments: Sequence[bytes | None]) -> list[BindValue]:
    if len(segments) != len(columns):
        detail = f"direct path row of {len(segments)} values for {len(columns)} columns"
        raise MalformedRequestError(detail)
    return [
        _from_wide(value) if value is not None and _is_wide(column) else value or None
        for column, value in zip(columns, segments, strict=True)
    ]


def _is_wide(column: Column) -> bool:
    """Return whether text comes as UTF-16: national text and every CLOB."""
    return column.type_code is TypeCode.CLOB or column.charset_form is CharsetForm.NATIONAL


def _from_wide(value: bytes) -> bytes:
    return value.decode("utf-16-be", "replace").encode()
