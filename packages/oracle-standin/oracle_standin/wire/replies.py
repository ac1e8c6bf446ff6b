"""The messages a server sends: end of call, describe information, parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.codecs import rowid_parts
from oracle_standin.protocol import CharsetForm, OracleError, TypeCode
from oracle_standin.wire.codes import Message
from oracle_standin.wire.encoding import NULL, signed, sized, twice_sized, unsigned
from oracle_standin.wire.profiles import (
    FIELD_VERSION_12_2,
    FIELD_VERSION_20,
    FIELD_VERSION_23_1,
    FIELD_VERSION_23_1_ANNOTATIONS,
    FIELD_VERSION_23_4,
    UTF8_CHARSET,
    UTF16_CHARSET,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.backend import BatchError
    from oracle_standin.rows import Column

NO_MORE_ROWS = OracleError(1403, "no data found")
BATCH_ERRORS = OracleError(24381, "error(s) in array DML")

_IN_TRANSACTION = 0x2
_WARNING = 0x20
_IS_JSON = 0x100
_ANY_DIMENSIONS, _IS_SPARSE = 0x01, 0x02
_SYNCHRONIZE = 5
_CURRENT_SCHEMA = 168
_MAX_OFFSET = 32767

_BUFFER_BYTES = {
    TypeCode.NUMBER: 22,
    TypeCode.BINARY_INTEGER: 22,
    TypeCode.DATE: 7,
    TypeCode.TIMESTAMP: 11,
    TypeCode.TIMESTAMP_LTZ: 11,
    TypeCode.TIMESTAMP_TZ: 13,
    TypeCode.BINARY_DOUBLE: 8,
    TypeCode.BINARY_FLOAT: 4,
    TypeCode.INTERVAL_DS: 11,
    TypeCode.INTERVAL_YM: 5,
    TypeCode.ROWID: 18,
    TypeCode.UROWID: 4000,
    TypeCode.BOOLEAN: 4,
    TypeCode.CLOB: 4000,
    TypeCode.BLOB: 4000,
}
_CHARACTER_TYPES = frozenset({TypeCode.VARCHAR, TypeCode.CHAR, TypeCode.LONG, TypeCode.CLOB})
_CHARSETS = {
    CharsetForm.NONE: 0,
    CharsetForm.DATABASE: UTF8_CHARSET,
    CharsetForm.NATIONAL: UTF16_CHARSET,
}


def status(*, in_transaction: bool) -> bytes:
    """Return the end of a call that changes nothing but the transaction."""
    return _byte(Message.STATUS) + unsigned(_IN_TRANSACTION if in_transaction else 0) + NULL


def parameters(pairs: Sequence[tuple[str, str, int]]) -> bytes:
    """Return keys, values and flags as a parameter message."""
    parts = [_byte(Message.PARAMETER), unsigned(len(pairs))]
    for key, value, flags in pairs:
        parts += (twice_sized(key), twice_sized(value), unsigned(flags))
    return b"".join(parts)


def row_counts(counts: Sequence[int]) -> bytes:
    """Return the row count of each iteration of an array DML."""
    return (
        _byte(Message.PARAMETER)
        + bytes(4)
        + unsigned(len(counts))
        + b"".join(map(unsigned, counts))
    )


def row_header(iterations: int) -> bytes:
    """Return the message before the rows of a fetch."""
    return b"".join(
        (_byte(Message.ROW_HEADER), b"\x00\x01\x01\x00", unsigned(iterations), bytes(3))
    )


def end_of_call(
    field_version: int,
    *,
    error: OracleError | None = None,
    in_transaction: bool = False,
    row_count: int = 0,
    cursor_id: int = 0,
    rowid: str | None = None,
    batch: Sequence[BatchError] = (),
    warning: bool = False,
) -> bytes:
    """Return the message that ends a call, with or without an error."""
    code = error.code if error else 0
    offset = min(error.offset, _MAX_OFFSET) if error else 0
    parts = [
        _byte(Message.ERROR),
        unsigned(_IN_TRANSACTION if in_transaction else 0),
        NULL,
        unsigned(row_count & 0xFFFFFFFF),
        unsigned(code if code < 65536 else 0),
        bytes(2),
        unsigned(cursor_id),
        signed(offset),
        bytes(5),
        _byte(_WARNING if warning else 0),
        rowid_fields(rowid) if rowid else bytes(5),
        bytes(6),
        _batch(batch) if batch else bytes(3),
        unsigned(code),
        unsigned(row_count),
    ]
    if field_version >= FIELD_VERSION_20:
        parts.append(bytes(2))
    if error:
        parts.append(sized(f"{error}\n".encode()))
    return b"".join(parts)


def _batch(errors: Sequence[BatchError]) -> bytes:
    """Return the three arrays of batch errors: codes, iterations and messages."""
    count = unsigned(len(errors))
    parts = [count, b"\x01", *(unsigned(error.code) for error in errors)]
    parts += (count, b"\x01", *(unsigned(error.iteration) for error in errors))
    parts += (count, b"\x01")
    for error in errors:
        prefix = f"ORA-{error.code:05d}: "
        text = (prefix + error.message.removeprefix(prefix)).encode()
        parts += (unsigned(len(text)), sized(text), bytes(2))
    return b"".join(parts)


def changed_schema(name: str) -> bytes:
    """Return the server's piggyback that tells of another current schema."""
    pair = twice_sized(name) + NULL + unsigned(_CURRENT_SCHEMA)
    head = bytes((Message.SERVER_PIGGYBACK, _SYNCHRONIZE))
    return b"".join((head, unsigned(0), b"\0", unsigned(1), b"\0", pair, unsigned(0)))


def rowid_fields(rowid: str) -> bytes:
    """Return a ROWID as the fields that replies carry."""
    object_id, file, block, row = rowid_parts(rowid)
    return b"".join((unsigned(object_id), unsigned(file), NULL, unsigned(block), unsigned(row)))


def buffer_bytes(column: Column) -> int:
    """Return the buffer size to announce; never 0, which would mean "always NULL"."""
    return column.size_bytes or _BUFFER_BYTES.get(column.type_code, 1)


def describe(columns: Sequence[Column], field_version: int) -> bytes:
    """Return the describe information of a query."""
    return _byte(Message.DESCRIBE) + b"\x01\x00" + described_columns(columns, field_version)


def described_columns(columns: Sequence[Column], field_version: int) -> bytes:
    """Return the describe information of a query or cursor without what goes before it."""
    parts = [
        unsigned(sum(map(buffer_bytes, columns))),
        unsigned(len(columns)),
    ]
    if columns:
        parts.append(b"\x01")
    parts += [column_metadata(column, field_version) for column in columns]
    parts.append(bytes(6))
    return b"".join(parts)


def column_metadata(column: Column, field_version: int) -> bytes:
    """Return the description of one column."""
    name = column.name.encode()
    form = column.charset_form
    if form is CharsetForm.NONE and column.type_code in _CHARACTER_TYPES:
        form = CharsetForm.DATABASE
    parts = [
        bytes((column.type_code, 0, column.precision & 0xFF, column.scale & 0xFF)),
        unsigned(buffer_bytes(column)),
        bytes(4),
        unsigned(_CHARSETS[form]),
        _byte(form),
        unsigned(column.size_chars),
    ]
    if field_version >= FIELD_VERSION_12_2:
        parts.append(NULL)
    parts += (_byte(column.nullable), _byte(min(len(name), 255)), twice_sized(name))
    parts += (twice_sized(column.type_schema), twice_sized(column.type_name), NULL)
    parts.append(unsigned(_IS_JSON if column.is_json else 0))
    if field_version >= FIELD_VERSION_23_1:
        parts.append(bytes(2))  # domain schema and name
    if field_version >= FIELD_VERSION_23_1_ANNOTATIONS:
        parts.append(NULL)
    if field_version >= FIELD_VERSION_23_4:
        parts.append(_vector(column))
    return b"".join(parts)


def _vector(column: Column) -> bytes:
    """Return dimensions, format and flags of a vector column."""
    shape = column.vector
    if shape is None:
        return bytes(3)
    flags = (0 if shape.dimensions else _ANY_DIMENSIONS) | (_IS_SPARSE if shape.sparse else 0)
    return unsigned(shape.dimensions) + bytes((shape.format or 0, flags))


def _byte(value: int) -> bytes:
    return bytes((value,))
