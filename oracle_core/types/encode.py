"""From JSON values to bind values, a column at a time; what would lose a digit is refused."""

from __future__ import annotations

import math
import struct
from binascii import Error as Base64Error
from binascii import a2b_base64
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING

import msgspec

from oracle_core.errors import DataError
from oracle_core.types.durations import day_to_second_from_iso, year_to_month_from_iso

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_core.types.plans import Encoder

_JSON = msgspec.json.Encoder(decimal_format="number")
_MAX_DIGITS = 40
_MAX_EXPONENT = 125
_MIN_EXPONENT = -130


class Refused(Exception):  # noqa: N818 - never leaves the encoders
    """A value cannot be bound; the text says why without the value."""


def encoder(convert: Callable[[object], object]) -> Encoder:
    """Make a column encoder of a function of one value that is not None.

    Args:
        convert: raises `Refused`, ValueError or TypeError for what it cannot take.
    """

    def encode(column: Sequence[object]) -> list[object]:
        bound: list[object] = []
        append = bound.append
        for value in column:
            if value is None:
                append(None)
                continue
            try:
                append(convert(value))
            except Refused as refused:
                raise DataError(str(refused), position=len(bound)) from None
            except (ValueError, TypeError, ArithmeticError):
                msg = f"a {type(value).__name__} is not a value of the column's type"
                raise DataError(msg, position=len(bound)) from None
        return bound

    return encode


def number(scale: int | None) -> Encoder:
    """Return the encoder of a NUMBER: exact, never rounded.

    Args:
        scale: Digits after the point; None where any number of them.

    Returns:
        An encoder to int and Decimal. It takes numbers, booleans as 0 and 1, and text in any
        decimal form. Digits beyond the scale, which Oracle would round away silently, are
        refused; so are more than 40 digits. Too many digits before the point are left to the
        server (ORA-01438).
    """

    def convert(value: object) -> object:
        if type(value) is int and -(10**38) < value < 10**38:
            if scale is not None and scale < 0 and value % 10**-scale:
                raise Refused(_too_fine(scale))
            return value
        if type(value) is Decimal and _is_ordinary(value, scale):
            return value
        exact = _decimal(value)
        if scale is not None and _fraction_digits(exact) > scale:
            raise Refused(_too_fine(scale))
        return _in_range(exact)

    return encoder(convert)


def _is_ordinary(value: Decimal, scale: int | None) -> bool:
    """Tell without counting zeros whether a decimal fits: the cheap test most values pass."""
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or len(digits) > 38 or not -80 < exponent < 80:
        return False
    return scale is None or -exponent <= scale


def _too_fine(scale: int) -> str:
    return f"a number has digits beyond the column's scale of {scale}"


def binary_float_number(bits: int) -> Encoder:
    """Make the encoder of a FLOAT: a NUMBER of as many digits as its binary precision gives.

    Args:
        bits: binary digits; the column holds ⌈bits * 0.30103⌉ decimal digits and rounds the rest
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
        exact = Decimal(repr(value))
    elif isinstance(value, str):
        try:
            exact = Decimal(value.strip())
        except InvalidOperation:
            msg = "a text is no number"
            raise Refused(msg) from None
    else:
        raise TypeError
    if not exact.is_finite():
        msg = "NaN and infinities have no place in a NUMBER"
        raise Refused(msg)
    return exact


def _significant(exact: Decimal) -> tuple[str, int]:
    """Return the digits without zeros at either end, and the exponent of the last one."""
    _, digits, exponent = exact.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    stripped = text.rstrip("0")
    return stripped, int(exponent) + len(text) - len(stripped)


def _fraction_digits(exact: Decimal) -> int:
    """Count digits after the point; negative where the last digits before it are zeros."""
    digits, exponent = _significant(exact)
    return -exponent if digits else -_MAX_EXPONENT


def _in_range(exact: Decimal) -> Decimal:
    """Check that NUMBER holds it: 20 pairs of digits, below 1E126 and not nearer 0 than 1E-130."""
    digits, exponent = _significant(exact)
    if not digits:
        return Decimal(0)
    first = exponent + len(digits) - 1
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


def _boolean(value: object) -> object:
    if isinstance(value, bool):
        return value
    if value in (0, 1):
        return bool(value)
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    msg = "a value is no boolean"
    raise Refused(msg)


def _text(value: object) -> object:
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list, int, float, Decimal)):
        return _JSON.encode(value).decode()
    raise TypeError


def _json_text(value: object) -> object:
    return _JSON.encode(value).decode()


def _binary(value: object) -> object:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise TypeError
    try:
        return a2b_base64(value.encode("ascii"), strict_mode=True)
    except (Base64Error, UnicodeEncodeError):
        msg = "a text is not base64"
        raise Refused(msg) from None


texts = encoder(_text)
"""To text: as it is; other JSON values as JSON text."""

json_texts = encoder(_json_text)
"""To JSON text, also of a text."""

binaries = encoder(_binary)
"""From base64."""

doubles = _real(_as_double)
"""To BINARY_DOUBLE; also from the texts `NaN`, `Infinity`, `-Infinity`."""

floats = _real(_as_float)
"""To BINARY_FLOAT; likewise."""

booleans = encoder(_boolean)
"""To bool; also from 0, 1 and the texts `true` and `false`."""

day_to_second = encoder(lambda value: day_to_second_from_iso(str(value)))
"""From ISO 8601 durations to the text that TO_DSINTERVAL reads."""

year_to_month = encoder(lambda value: year_to_month_from_iso(str(value)))
"""From ISO 8601 durations to the text that TO_YMINTERVAL reads."""
