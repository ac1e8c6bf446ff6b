"""From JSON numbers to binds of numbers and vectors; what would lose a digit is refused."""

from __future__ import annotations

import array
import math
import re
import struct
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation
from functools import partial
from types import NoneType
from typing import TYPE_CHECKING, cast

import msgspec

from oracle_core.errors import DataError
from oracle_core.types.encoder import Refused, encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_core.types.plans import Encoder

_JSON_DECODER = msgspec.json.Decoder(float_hook=Decimal)
# Any 38 digits fit; whether 39 or 40 do depends on their place, see `_in_range`.
_INTEGERS_END = 10**38
_MAX_DIGITS = 40
_MAX_EXPONENT = 125
_MIN_EXPONENT = -130


def number(scale: int | None) -> Encoder:
    """Return the encoder of a NUMBER: exact, never rounded.

    Args:
        scale: Digits after the point; None where any number of them.

    Returns:
        An encoder to int and Decimal. It accepts numbers, booleans as 0 and 1, and text in any
        decimal form. Digits beyond the scale, which Oracle would round away silently, are
        refused; so are more than 40 digits. Too many digits before the point are left to the
        server (ORA-01438).
    """

    def convert(value: object) -> object:
        if type(value) is int and -_INTEGERS_END < value < _INTEGERS_END:
            if scale is not None and scale < 0 and value % 10**-scale:
                raise Refused(_too_fine(scale))
            return value
        if type(value) is Decimal and _is_ordinary(value, scale):
            return value
        exact = _decimal(value)
        if scale is not None and _fraction_digits(exact) > scale:
            raise Refused(_too_fine(scale))
        return _in_range(exact)

    return encoder(convert, partial(_ordinary_column, scale=scale))


def _ordinary_column(column: Sequence[object], scale: int | None) -> list[object] | None:
    """Return a column of short integers and decimals as it is, None for any other.

    All of it happens in C. The texts of finite decimals are digits, a point and signs, and have
    few enough digits where none is longer than 38 characters.
    """
    if scale is not None and scale < 0:
        return None
    kinds = set(map(type, column))
    values = [each for each in column if each is not None] if NoneType in kinds else column
    kinds.discard(NoneType)
    if kinds == {int}:
        integers = cast("Sequence[int]", values)
        is_short = min(integers) > -_INTEGERS_END and max(integers) < _INTEGERS_END
        return list(column) if is_short else None
    if not kinds <= {int, Decimal}:
        return None
    return list(column) if _are_ordinary(values, scale) else None


def _are_ordinary(values: Sequence[object], scale: int | None) -> bool:
    """Return whether integers and decimals are short and have no digits beyond a scale."""
    texts = list(map(str, values))
    together = " ".join(texts)
    # Letters are those of NaN and Infinity, and the E that str() gives to decimals below 1E-6.
    if max(map(len, texts), default=0) > 38 or "N" in together or "I" in together:
        return False
    if scale is not None and re.search(rf"\.\d{{{scale + 1}}}", together):
        return False
    if "E" not in together:
        return True
    return all(
        _is_ordinary(cast("Decimal", value), scale)
        for value, text in zip(values, texts, strict=True)
        if "E" in text
    )


def _is_ordinary(value: Decimal, scale: int | None) -> bool:
    """Return whether a decimal fits, without counting zeros: a cheap test that most values pass."""
    _, digits, exponent = value.as_tuple()
    # The exponent of NaN and infinities is a letter (decimal, `as_tuple`).
    if not isinstance(exponent, int) or len(digits) > 38 or not -80 < exponent < 80:
        return False
    return scale is None or -exponent <= scale


def _too_fine(scale: int) -> str:
    return f"a number has digits beyond the column's scale of {scale}"


def binary_float_number(bits: int) -> Encoder:
    """Return the encoder of a FLOAT: a NUMBER with the digits of its binary precision.

    Args:
        bits: Binary digits; the column holds ⌈bits * 0.30103⌉ decimal digits and rounds the rest
            away, so that more of them are refused.
    """
    digits = min(_MAX_DIGITS, math.ceil(bits * 0.30103))

    def convert(value: object) -> object:
        exact = _decimal(value)
        if len(_significant(exact)[0]) > digits:
            msg = f"a number has more than the {digits} digits of the column"
            raise Refused(msg)
        return _in_range(exact)

    return encoder(convert)


def _decimal(value: object) -> Decimal:
    if isinstance(value, Decimal):
        exact = value
    elif isinstance(value, (bool, int)):
        exact = Decimal(int(value))
    elif isinstance(value, float):
        # The digits that were written, not those of the binary fraction.
        exact = Decimal(repr(value))
    elif isinstance(value, str):
        try:
            exact = Decimal(value.strip())
        except InvalidOperation:
            msg = "a text is not a number"
            raise Refused(msg) from None
    else:
        raise TypeError
    if not exact.is_finite():
        msg = "NUMBER cannot store NaN and infinities"
        raise Refused(msg)
    return exact


def _significant(exact: Decimal) -> tuple[str, int]:
    """Return the digits without zeros at either end, and the exponent of the last one."""
    _, digits, exponent = exact.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    stripped = text.rstrip("0")
    return stripped, int(exponent) + len(text) - len(stripped)


def _fraction_digits(exact: Decimal) -> int:
    """Return the number of digits after the point; negative for zeros before it."""
    digits, exponent = _significant(exact)
    return -exponent if digits else -_MAX_EXPONENT


def _in_range(exact: Decimal) -> Decimal:
    """Return a number if NUMBER holds it: 20 pairs of digits, from 1E-130 to below 1E126."""
    digits, exponent = _significant(exact)
    if not digits:
        return Decimal(0)
    first = exponent + len(digits) - 1
    # NUMBER stores pairs of digits aligned to the point: a first pair with one digit costs a place.
    odd_start = first % 2 == 0
    if len(digits) + odd_start > _MAX_DIGITS:
        msg = "a number has more digits than NUMBER holds"
        raise Refused(msg)
    if first > _MAX_EXPONENT or exponent < _MIN_EXPONENT:
        msg = "a number is beyond the range of NUMBER"
        raise Refused(msg)
    return exact


_NON_FINITE = frozenset({"NaN", "Infinity", "-Infinity"})
_FLOAT32 = struct.Struct("<f")


def _as_double(number: Decimal) -> float:
    """Round to BINARY_DOUBLE."""
    return float(number)


def _as_float(number: Decimal) -> float:
    """Round to BINARY_FLOAT."""
    return _FLOAT32.unpack(_FLOAT32.pack(float(number)))[0]  # type: ignore[no-any-return]


def _real(rounded: Callable[[Decimal], float]) -> Encoder:
    """Return the encoder of a binary floating-point column.

    A number is taken where each of its digits is kept: the stored number, rounded to as many
    digits as were given, is the number given. So 0.1 is taken, 16777217 in BINARY_FLOAT is not.
    """

    def convert(value: object) -> object:
        if isinstance(value, str) and value.strip() in _NON_FINITE:
            return float(value)
        if type(value) is float and not math.isfinite(value):
            return value
        exact = _decimal(value)
        try:
            stored = rounded(exact)
        except OverflowError:
            stored = math.inf
        if math.isinf(stored):
            msg = "a number is beyond the range of the column"
            raise Refused(msg)
        if not _keeps_digits(stored, exact):
            msg = "a number has more digits than the column's binary floating point keeps"
            raise Refused(msg)
        return stored

    return encoder(convert)


def _keeps_digits(stored: float, given: Decimal) -> bool:
    if Decimal(repr(stored)) == given:  # the usual case: the shortest digits of a float
        return True
    digits, _ = _significant(given)
    # Twice as many digits as a double ever has (767) bound the work on a hostile text.
    if not digits or len(digits) > 1_600:
        return not digits and stored == 0
    context = Context(prec=len(digits), Emax=MAX_EMAX, Emin=MIN_EMIN)
    rounded = context.create_decimal(stored)
    return rounded == given


doubles = _real(_as_double)
"""To BINARY_DOUBLE; also from the texts `NaN`, `Infinity`, `-Infinity`."""

floats = _real(_as_float)
"""To BINARY_FLOAT; likewise."""

_VECTOR_ELEMENTS = {"FLOAT32": ("f", floats), "FLOAT64": ("d", doubles)}
_BYTE_ELEMENTS = {"INT8": "b", "BINARY": "B"}


def vectors(element_format: str | None) -> Encoder:
    """Return the encoder of dense vectors to arrays of the driver.

    Args:
        element_format: FLOAT32, FLOAT64, INT8 or BINARY; None for a column that takes any, which
            gets FLOAT64.

    Returns:
        An encoder of JSON arrays, given as lists or as JSON text. Elements whose digits the
        format would change are refused.
    """
    integers = _BYTE_ELEMENTS.get(element_format or "")
    code, exact = _VECTOR_ELEMENTS.get(element_format or "FLOAT64", ("d", doubles))

    def convert(value: object) -> object:
        if isinstance(value, str):
            value = _JSON_DECODER.decode(value)
        if not isinstance(value, list):
            raise TypeError
        # Arrays rather than text, of which TO_VECTOR makes FLOAT32 whatever the column holds.
        if integers is not None:
            return array.array(integers, value)
        if code == "f" and (single := _nine_digits(value)) is not None:
            return single
        try:
            return array.array(code, cast("list[float]", exact(value)))
        except DataError as error:
            raise Refused(str(error)) from None

    return encoder(convert)


def _nine_digits(elements: list[object]) -> array.array[float] | None:
    """Return FLOAT32 elements if they have the nine digits that VECTOR_SERIALIZE writes.

    This is the quick way for vectors that come from a vector, of a thousand elements and more.
    """
    given = [float(element) for element in elements]  # type: ignore[arg-type]
    try:
        single = array.array("f", given)
    except OverflowError:
        return None
    return single if list(map(float, map("%.9g".__mod__, single))) == given else None
