"""From Arrow tables to the rows that RECORD lines of the same values give.

Parquet and Arrow files of `tap-oracle` hold the JSON values of its records; a field whose metadata
has `singer.json` holds JSON text. Files of others have types of their own (timestamps, binary,
lists), which become what a tap would write for them.
"""

from __future__ import annotations

import base64
import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from target_oracle.properties import ValueKind
from target_oracle.records import NULL, NotDecoded
from target_oracle.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from target_oracle.properties import Property
    from target_oracle.records import RecordDecoder

# By default msgspec writes a Decimal as a string.
_JSON = msgspec.json.Encoder(decimal_format="number")
# A float would drop digits.
_DECODE = msgspec.json.Decoder(float_hook=Decimal)
_RAW_KINDS = frozenset({ValueKind.JSON, ValueKind.ANY})
# JSON has no such numbers (RFC 8259, section 6), so that they travel as strings.
_NON_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def is_json_text(field: pa.Field) -> bool:
    """Return whether the values of a field are JSON text."""
    return bool((field.metadata or {}).get(b"singer.json"))


def rows_of(table: pa.Table, decoder: RecordDecoder) -> Rows:
    """Return the rows of a table, checked as RECORD lines are.

    Raises:
        NotDecoded: If a value does not match the SCHEMA; the text names property and row.
    """
    columns = [
        _values(table, place, prop, decoder) for place, prop in enumerate(decoder.properties)
    ]
    # The last two columns are those of RECORD messages; rows of a file have neither.
    return Rows([*columns, [None] * table.num_rows, [None] * table.num_rows])


def records_of(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table as records, for stream maps."""
    columns = [
        [None if raw is None else _DECODE.decode(raw) for raw in _json_values(table, name)]
        for name in table.column_names
    ]
    for row in zip(*columns, strict=True):
        yield dict(zip(table.column_names, row, strict=True))


def _values(table: pa.Table, place: int, prop: Property, decoder: RecordDecoder) -> list[Any]:
    """Return the values of one property as its decoder makes them."""
    if prop.name not in table.column_names:
        missing = _checked(decoder, place, None, 0)
        return [missing] * table.num_rows
    column, field = table.column(prop.name), table.schema.field(prop.name)
    # A null that is not allowed has to pass the decoder, which refuses it with its row.
    may_be_null = prop.nullable or not column.null_count
    convert = _direct(prop.kind, field) if may_be_null else None
    if convert is not None:
        return convert(column)
    return [
        _checked(decoder, place, NULL if raw is None else msgspec.Raw(raw), row)
        for row, raw in enumerate(_json_values(table, prop.name))
    ]


def _checked(decoder: RecordDecoder, place: int, raw: msgspec.Raw | None, row: int) -> object:
    try:
        return decoder.read_property(place, raw)
    except NotDecoded as verdict:
        what = f"{verdict}, in row {row + 1} of a piece of the table"
        raise type(verdict)(what) from None


def _direct(kind: ValueKind, field: pa.Field) -> Callable[[pa.ChunkedArray], list[Any]] | None:
    """Return what converts a column whose type is that of the property, None for any other."""
    arrow = field.type
    if is_json_text(field):
        return None
    is_text = pa.types.is_string(arrow) or pa.types.is_large_string(arrow)
    if kind is ValueKind.STRING and (is_text or pa.types.is_null(arrow)):
        return _plain
    if kind is ValueKind.INTEGER and pa.types.is_integer(arrow):
        return _plain
    # A float goes by its JSON, which has the shortest digits that give it.
    if kind is ValueKind.NUMBER and (pa.types.is_integer(arrow) or pa.types.is_decimal(arrow)):
        return _decimals
    if kind is ValueKind.BOOLEAN and pa.types.is_boolean(arrow):
        return _plain
    return None


def _plain(column: pa.ChunkedArray) -> list[Any]:
    return column.to_pylist()  # type: ignore[no-any-return]


def _decimals(column: pa.ChunkedArray) -> list[Any]:
    return [None if value is None else Decimal(value) for value in column.to_pylist()]


def _json_values(table: pa.Table, name: str) -> Iterator[bytes | None]:
    """Yield the values of a column as JSON, None for null."""
    column, field = table.column(name), table.schema.field(name)
    if pa.types.is_timestamp(field.type):
        column = column.cast(pa.string())  # every digit, also of nanoseconds
    is_json = is_json_text(field)
    for value in column.to_pylist():
        if value is None:
            yield None
        elif is_json:
            yield value.encode()
        else:
            yield _JSON.encode(_json_value(value))


def _json_value(value: object) -> object:
    """Return what a tap would write for a value.

    Raises:
        NotDecoded: If its type has no JSON form.
    """
    if isinstance(value, float):
        return _NON_FINITE.get(str(value), value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _json_value(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_json_value(part) for part in value]
    if value is None or isinstance(value, (str, bool, int, Decimal)):
        return value
    what = f"a {type(value).__name__} of the file has no form in JSON"
    raise NotDecoded(what)
