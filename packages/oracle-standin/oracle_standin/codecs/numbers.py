"""Oracle NUMBER: an exponent byte and up to 20 base-100 digits.

A positive number is (193 + e), then each digit plus 1; a negative one (62 - e), then 101 minus each
digit and a closing 102 when there are fewer than 20 digits; zero is the single byte 128. The value
is d.ddd * 100**e. Two decimal digits make one byte, so `bytes.hex` and a translation table turn a
mantissa into decimal text and back without a loop.
"""

from __future__ import annotations

import re
from functools import lru_cache

from oracle_standin.protocol import OracleError

MAX_DECIMAL_DIGITS = 40
"""20 base-100 digits: 40 decimal digits, 39 when the first of a pair is a zero."""

_ZERO = b"\x80"
_NEGATIVE_END = 102
_MIN_EXPONENT = -65
_MAX_EXPONENT = 62


def _packed(number: int) -> int:
    """Return a two-digit number as packed decimal: 42 becomes 0x42."""
    return number // 10 << 4 | number % 10


def _to_packed(meaning: range) -> bytes:
    """Return a translation table from mantissa bytes to packed decimal."""
    table = bytearray(256)
    for digit, byte in enumerate(meaning):
        table[byte] = _packed(digit)
    return bytes(table)


def _from_packed(meaning: range) -> bytes:
    """Return a translation table from packed decimal to mantissa bytes."""
    table = bytearray(256)
    for digit, byte in enumerate(meaning):
        table[_packed(digit)] = byte
    return bytes(table)


_POSITIVE_DIGITS = range(1, 101)
_NEGATIVE_DIGITS = range(101, 1, -1)
_UNPACK_POSITIVE = _to_packed(_POSITIVE_DIGITS)
_UNPACK_NEGATIVE = _to_packed(_NEGATIVE_DIGITS)
_PACK_POSITIVE = _from_packed(_POSITIVE_DIGITS)
_PACK_NEGATIVE = _from_packed(_NEGATIVE_DIGITS)

_NUMBER = re.compile(r"\s*([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,9}))?\s*", re.ASCII)


@lru_cache(maxsize=65536)
def number_to_text(value: bytes) -> str:
    """Return the exact decimal digits of a NUMBER, without exponent: "-0.05", "12300", "0".

    Raises OracleError 1722 for empty bytes and for Oracle's infinities, which no client sends.
    """
    if value == _ZERO:
        return "0"
    if len(value) < 2:
        raise OracleError(1722, "invalid number")
    first = value[0]
    if first & 0x80:
        digits = value[1:].translate(_UNPACK_POSITIVE).hex()
        return _place_point(digits, (first - 192) * 2)
    mantissa = value[1:-1] if value[-1] == _NEGATIVE_END else value[1:]
    return "-" + _place_point(mantissa.translate(_UNPACK_NEGATIVE).hex(), (63 - first) * 2)


def _place_point(digits: str, point: int) -> str:
    """Return plain decimal text, `point` digits of which stand before the decimal point."""
    if point >= len(digits):
        return (digits + "0" * (point - len(digits))).lstrip("0") or "0"
    if point <= 0:
        return "0." + "0" * -point + digits.rstrip("0")
    fraction = digits[point:].rstrip("0")
    whole = digits[:point].lstrip("0") or "0"
    return f"{whole}.{fraction}" if fraction else whole


@lru_cache(maxsize=65536)
def number_from_text(text: str) -> bytes:
    """Return the NUMBER of plain or exponent notation, rounded half away from zero to 20 digits.

    Magnitudes under 1E-130 become 0. Raises OracleError 1426 from 1E126 on and 1722 for text that
    is no number.
    """
    if text.isdecimal() and text.isascii():
        return _encode(text, len(text), negative=False)
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise OracleError(1722, "invalid number")
    sign, whole, fraction, exponent = match.groups()
    point = len(whole) + int(exponent or 0)
    return _encode(whole + fraction, point, negative=sign == "-")


def _encode(digits: str, point: int, *, negative: bool) -> bytes:
    significant = digits.lstrip("0")
    point -= len(digits) - len(significant)
    significant = significant.rstrip("0")
    if not significant:
        return _ZERO
    if point & 1:
        significant = "0" + significant
        point += 1
    if len(significant) > MAX_DECIMAL_DIGITS:
        significant, point = _rounded(significant, point)
    if len(significant) & 1:
        significant += "0"
    exponent = point // 2 - 1
    if exponent > _MAX_EXPONENT:
        raise OracleError(1426, "numeric overflow")
    if exponent < _MIN_EXPONENT:
        return _ZERO
    mantissa = bytes.fromhex(significant)
    if not negative:
        return bytes((193 + exponent,)) + mantissa.translate(_PACK_POSITIVE)
    end = b"\x66" if len(mantissa) < MAX_DECIMAL_DIGITS // 2 else b""
    return bytes((62 - exponent,)) + mantissa.translate(_PACK_NEGATIVE) + end


def _rounded(digits: str, point: int) -> tuple[str, int]:
    kept = digits[:MAX_DECIMAL_DIGITS]
    if digits[MAX_DECIMAL_DIGITS] >= "5":
        kept = str(int(kept) + 1).zfill(MAX_DECIMAL_DIGITS)
        if len(kept) > MAX_DECIMAL_DIGITS:
            kept, point = "0" + kept, point + 2
    return kept.rstrip("0"), point
