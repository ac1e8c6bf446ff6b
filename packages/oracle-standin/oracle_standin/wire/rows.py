"""Writing rows: each column by an encoder of its own, a whole page at a time."""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import chain, repeat
from typing import TYPE_CHECKING

from oracle_standin.codecs import oson_from_json, rowid_parts, vector_from_bytes, vector_to_text
from oracle_standin.protocol import CharsetForm, TypeCode, Value
from oracle_standin.wire import objects
from oracle_standin.wire.codes import Message
from oracle_standin.wire.declarations import Declaration
from oracle_standin.wire.encoding import LENGTH_BYTE, MAX_SHORT_LENGTH, NULL, sized, unsigned
from oracle_standin.wire.files import file_column
from oracle_standin.wire.lobs import CHUNK_BYTES, LOCATOR_BYTES
from oracle_standin.wire.replies import rowid_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from oracle_standin.rows import Column
    from oracle_standin.wire.encoding import ColumnEncoder
    from oracle_standin.wire.lobs import LobStore
    from oracle_standin.wire.stores import Stores


_ROW = bytes((Message.ROW_DATA,))
_LONG_END = b"\x00\x00"
_LONG_NULL = b"\x00\x81\x01\x02\x05\x7d"
"""NULL, indicator -1, return code 1405 (fetched column value is NULL)."""

_TEXT = frozenset({TypeCode.VARCHAR, TypeCode.CHAR})
_LONG = frozenset({TypeCode.LONG, TypeCode.LONG_RAW})
_LOB = frozenset({TypeCode.CLOB, TypeCode.BLOB})
_DEFINED = _LOB | {TypeCode.JSON, TypeCode.VECTOR}
_AS_LONG: dict[tuple[int, TypeCode], TypeCode] = {
    (TypeCode.VARCHAR, TypeCode.CLOB): TypeCode.LONG,
    (TypeCode.CHAR, TypeCode.CLOB): TypeCode.LONG,
    (TypeCode.LONG, TypeCode.CLOB): TypeCode.LONG,
    (TypeCode.RAW, TypeCode.BLOB): TypeCode.LONG_RAW,
    (TypeCode.LONG_RAW, TypeCode.BLOB): TypeCode.LONG_RAW,
}
"""Type that a client knows a column by and type that the column has now, to the type sent."""
_INLINE_TYPES = frozenset(
    {
        TypeCode.LONG,
        TypeCode.LONG_RAW,
        TypeCode.VARCHAR,
        TypeCode.CHAR,
        TypeCode.RAW,
    }
)


def encode_rows(encoders: Sequence[ColumnEncoder], rows: Sequence[Sequence[Value]]) -> bytes:
    """Return the row messages of a page."""
    if not rows:
        return b""
    columns = [
        encoder(values) for encoder, values in zip(encoders, zip(*rows, strict=True), strict=True)
    ]
    return b"".join(chain.from_iterable(zip(repeat(_ROW), *columns, strict=False)))


def encode_rows_compressed(
    encoders: Sequence[ColumnEncoder], rows: Sequence[Sequence[Value]]
) -> bytes:
    """Return the row messages of a page, without the values that the row before has too.

    A row with such values follows a bit vector, whose set bits are the columns that are sent.
    """
    if not rows:
        return b""
    columns = [
        encoder(values) for encoder, values in zip(encoders, zip(*rows, strict=True), strict=True)
    ]
    parts: list[bytes] = []
    previous: Sequence[bytes] | None = None
    for row in zip(*columns, strict=True):
        sent = [i for i, value in enumerate(row) if previous is None or value != previous[i]]
        if len(sent) < len(row):
            bits = sum(1 << position for position in sent)
            vector = bits.to_bytes((len(row) + 7) // 8, "little")
            parts += (bytes((Message.BIT_VECTOR,)), unsigned(len(sent)), vector)
        parts += (_ROW, *(row[position] for position in sent))
        previous = row
    return b"".join(parts)


def needs_define(columns: Sequence[Column]) -> bool:
    """Return whether the client says how it wants some column before rows may be sent."""
    return any(column.type_code in _DEFINED for column in columns)


def defines_after_change(
    previous: Sequence[Column] | None,
    defined: Sequence[Declaration] | None,
    columns: Sequence[Column],
) -> list[Declaration] | None:
    """Return how the columns of a re-executed cursor are sent after their types have changed.

    What the client had `defined` is what it fetched, whatever the columns were.

    A client that fetched a column as text or bytes gets a LOB in its place as LONG or LONG RAW
    without asking, as if it had defined the column so; python-oracledb relies on it (its
    `_adjust_metadata`). None where some other LOB column still has to be defined.
    """
    if previous is None or len(previous) != len(columns):
        return None
    fetched: list[tuple[int, int]] = [(old.type_code, old.charset_form) for old in previous]
    if defined is not None and len(defined) == len(columns):
        fetched = [(define.type_number, define.charset_form) for define in defined]
    defines = [
        _declared(_AS_LONG.get((code, new.type_code)), form, new)
        for (code, form), new in zip(fetched, columns, strict=True)
    ]
    return None if any(define.type_number in _DEFINED for define in defines) else defines


def _declared(as_long: TypeCode | None, form: int, column: Column) -> Declaration:
    """Return how a column is sent: as LONG in the form the client expects, or as what it is."""
    if as_long is None:
        return Declaration(column.type_code, 0, 0, column.charset_form)
    return Declaration(as_long, 0, 0, form)


def column_encoders(
    columns: Sequence[Column], defines: Sequence[Declaration] | None, stores: Stores
) -> list[ColumnEncoder]:
    """Return the encoder of each column; defines decide how LOB columns are sent."""
    wanted = defines if defines is not None and len(defines) == len(columns) else repeat(None)
    return [
        _column_encoder(column, define, stores)
        for column, define in zip(columns, wanted, strict=False)
    ]


def _column_encoder(column: Column, define: Declaration | None, stores: Stores) -> ColumnEncoder:
    if column.type_code in _LOB and define is not None and define.type_number in _INLINE_TYPES:
        national = define.charset_form == CharsetForm.NATIONAL
        form = CharsetForm.NATIONAL if national else CharsetForm.DATABASE
        as_type = TypeCode(define.type_number)
        return value_encoder(as_type, form if column.type_code is TypeCode.CLOB else None, stores)
    if column.type_code is TypeCode.VECTOR and define is not None and define.type_number in _LONG:
        return _vector_texts
    if column.type_code is TypeCode.OBJECT and not objects.is_xml(column):
        return objects.image_columns
    return value_encoder(column.type_code, column.charset_form, stores)


def value_encoder(type_code: TypeCode, form: CharsetForm | None, stores: Stores) -> ColumnEncoder:
    """Return the encoder for values of a type."""
    if type_code in _LOB:
        return partial(_locators, type_code, form or CharsetForm.NONE, stores.lobs)
    if type_code in _LONG:
        return _national_long_values if form is CharsetForm.NATIONAL else _long_values
    if type_code in _TEXT and form is CharsetForm.NATIONAL:
        return _national_values
    special = {
        TypeCode.ROWID: _rowids,
        TypeCode.UROWID: _urowids,
        TypeCode.BOOLEAN: _booleans,
        TypeCode.CURSOR: stores.cursors.encoded,
        TypeCode.JSON: _documents,
        TypeCode.VECTOR: _vectors,
        TypeCode.BFILE: _files,
        TypeCode.OBJECT: objects.xml_columns,
    }
    return special.get(type_code, _plain_values)


def _plain_values(values: Iterable[Value]) -> list[bytes]:
    return [
        NULL
        if value is None
        else LENGTH_BYTE[len(value)] + value
        if len(value) <= MAX_SHORT_LENGTH
        else sized(value)
        for value in values
    ]


def _wide(value: bytes) -> bytes:
    return value.decode().encode("utf-16-be")


def _national_values(values: Iterable[Value]) -> list[bytes]:
    return [NULL if value is None else sized(_wide(value)) for value in values]


def _long_values(values: Iterable[Value]) -> list[bytes]:
    return [sized(value) + _LONG_END if value else _LONG_NULL for value in values]


def _national_long_values(values: Iterable[Value]) -> list[bytes]:
    return [sized(_wide(value)) + _LONG_END if value else _LONG_NULL for value in values]


def _locators(
    type_code: TypeCode, form: CharsetForm, lobs: LobStore, values: Iterable[Value]
) -> list[bytes]:
    return [NULL if value is None else lobs.locator(value, type_code, form) for value in values]


def _document(value: bytes) -> bytes:
    return _whole_content(oson_from_json(value))


def _whole_content(image: bytes) -> bytes:
    """Return a value as a LOB that is sent whole: sizes, content and a locator unused."""
    sizes = (unsigned(LOCATOR_BYTES), unsigned(len(image)), unsigned(CHUNK_BYTES))
    return b"".join((*sizes, sized(image), sized(bytes(LOCATOR_BYTES))))


def _documents(values: Iterable[Value]) -> list[bytes]:
    return [NULL if value is None else _document(value) for value in values]


def _files(values: Iterable[Value]) -> list[bytes]:
    return [NULL if value is None else file_column(value) for value in values]


def _vectors(values: Iterable[Value]) -> list[bytes]:
    return [NULL if value is None else _whole_content(value) for value in values]


def _vector_texts(values: Iterable[Value]) -> list[bytes]:
    texts = (vector_to_text(vector_from_bytes(value)) if value else None for value in values)
    return _long_values(None if text is None else text.encode() for text in texts)


@lru_cache(maxsize=65536)
def _rowid(value: bytes) -> bytes:
    return b"\x0e" + rowid_fields(value.decode("ascii"))


def _rowids(values: Iterable[Value]) -> list[bytes]:
    return [_rowid(value) if value else NULL for value in values]


def _urowid(value: bytes) -> bytes:
    """Return a physical ROWID as a universal one: 13 bytes, the first of them 1."""
    object_id, file, block, row = rowid_parts(value.decode("ascii"))
    physical = b"".join(
        (
            b"\x01",
            object_id.to_bytes(4, "big"),
            file.to_bytes(2, "big"),
            block.to_bytes(4, "big"),
            row.to_bytes(2, "big"),
        )
    )
    return sized(unsigned(len(physical))) + sized(physical)


def _urowids(values: Iterable[Value]) -> list[bytes]:
    return [_urowid(value) if value else NULL for value in values]


def _booleans(values: Iterable[Value]) -> list[bytes]:
    return [
        NULL if value is None else b"\x02\x01\x01" if value == b"\x01" else b"\x01\x00"
        for value in values
    ]
