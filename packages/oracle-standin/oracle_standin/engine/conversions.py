"""Conversions between Oracle's value formats, for variables of another type than their value.

Source: SQL Language Reference, "Implicit Data Conversion", as far as no format mask is needed.
"""

from __future__ import annotations

from collections.abc import Callable

from oracle_standin import codecs
from oracle_standin.protocol import OracleError, TypeCode

Converter = Callable[[bytes], bytes]

_TEXT = frozenset({TypeCode.VARCHAR, TypeCode.CHAR, TypeCode.LONG, TypeCode.CLOB})
_NUMBERS = frozenset({TypeCode.NUMBER, TypeCode.BINARY_INTEGER})
_BYTES = frozenset({TypeCode.RAW, TypeCode.LONG_RAW, TypeCode.BLOB})
_ROWIDS = frozenset({TypeCode.ROWID, TypeCode.UROWID})
_SAME = (_TEXT, _NUMBERS, _BYTES, _ROWIDS, _TEXT | _ROWIDS)


def converter(have: TypeCode, want: TypeCode) -> Converter:
    """Return the function from one type's bytes to another's.

    Raises OracleError 932 when the stand-in has none.
    """
    if have == want or any(have in family and want in family for family in _SAME):
        return _unchanged
    found = _CONVERTERS.get((_family(have), _family(want)))
    if found is None:
        message = (
            f"inconsistent datatypes: expected {want.name} got {have.name}; "
            "this conversion is not in this stand-in"
        )
        raise OracleError(932, message)
    return found


def _family(code: TypeCode) -> TypeCode:
    if code in _TEXT:
        return TypeCode.VARCHAR
    if code in _NUMBERS:
        return TypeCode.NUMBER
    return TypeCode.RAW if code in _BYTES else code


def _unchanged(value: bytes) -> bytes:
    return value


def number_text(value: bytes) -> bytes:
    """Return a NUMBER as TO_CHAR writes it: no zero before the point."""
    text = codecs.number_to_text(value)
    if text.startswith("0."):
        text = text[1:]
    elif text.startswith("-0."):
        text = "-" + text[2:]
    return text.encode()


def _text_number(value: bytes) -> bytes:
    return codecs.number_from_text(value.decode(errors="replace"))


def _with_fraction(value: bytes) -> bytes:
    return value[:11]


_CONVERTERS: dict[tuple[TypeCode, TypeCode], Converter] = {
    (TypeCode.NUMBER, TypeCode.VARCHAR): number_text,
    (TypeCode.VARCHAR, TypeCode.NUMBER): _text_number,
    (TypeCode.NUMBER, TypeCode.BINARY_DOUBLE): lambda value: codecs.binary_double_to_bytes(
        float(codecs.number_to_text(value))
    ),
    (TypeCode.NUMBER, TypeCode.BINARY_FLOAT): lambda value: codecs.binary_float_to_bytes(
        float(codecs.number_to_text(value))
    ),
    (TypeCode.BINARY_DOUBLE, TypeCode.NUMBER): lambda value: codecs.number_from_text(
        repr(codecs.binary_double_from_bytes(value))
    ),
    (TypeCode.BINARY_FLOAT, TypeCode.NUMBER): lambda value: codecs.number_from_text(
        repr(codecs.binary_float_from_bytes(value))
    ),
    (TypeCode.DATE, TypeCode.TIMESTAMP): _unchanged,
    (TypeCode.DATE, TypeCode.TIMESTAMP_LTZ): _unchanged,
    (TypeCode.TIMESTAMP, TypeCode.DATE): lambda value: value[:7],
    (TypeCode.TIMESTAMP_LTZ, TypeCode.DATE): lambda value: value[:7],
    (TypeCode.TIMESTAMP_LTZ, TypeCode.TIMESTAMP): _with_fraction,
    (TypeCode.TIMESTAMP, TypeCode.TIMESTAMP_LTZ): _with_fraction,
    (TypeCode.RAW, TypeCode.VARCHAR): lambda value: value.hex().upper().encode(),
    (TypeCode.BOOLEAN, TypeCode.NUMBER): lambda value: codecs.number_from_text(str(value[0])),
    (TypeCode.BOOLEAN, TypeCode.VARCHAR): lambda value: b"TRUE" if value != b"\0" else b"FALSE",
}
