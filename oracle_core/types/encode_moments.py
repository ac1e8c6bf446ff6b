"""Conversion of JSON date-times to bind values, one column at a time.

Oracle's calendar is its own: Julian until 4 October 1582, no year 0, no 24:00 and no leap second.
What does not exist there, or has more digits than the column, is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from oracle_core.errors import DataError
from oracle_core.types.encoder import Refused, encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_core.types.plans import Encoder

# RFC 3339 allows lower case and a blank for the T, ISO 8601 a comma as the decimal sign.
_DATETIME = re.compile(
    r"([+-]?\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?"
    r"\s*([Zz]|[+-]\d\d:?\d\d(?::\d\d)?|[+-]\d\d)?"
)


def _refuse_fraction(fraction: str, digits: int) -> None:
    if len(fraction.rstrip("0")) > digits:
        msg = f"a time has more than the {digits} fraction digits of the column"
        raise Refused(msg)


def _datetime_parts(value: object) -> tuple[str, str, str]:
    """Return `[-]YYYY-MM-DDTHH:MI:SS`, the fraction's digits and the offset as `+HH:MM[:SS]`."""
    match = _DATETIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        msg = "a text is not a date and time in ISO 8601"
        raise Refused(msg)
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    if not _exists(int(year), int(month), int(day)) or not _is_clock(hour, minute, second):
        msg = "a text names a day or a time that does not exist"
        raise Refused(msg)
    clock = f"{hour or '00'}:{minute or '00'}:{second or '00'}"
    return f"{year.lstrip('+')}-{month}-{day}T{clock}", fraction or "", _offset(offset)


def _exists(year: int, month: int, day: int) -> bool:
    """Return whether Oracle's calendar has a day: Julian until 4 October 1582, no year 0.

    Source: SQL Language Reference, "Datetime and Interval Data Types" (ORA-01841, 01843, 01847).
    """
    if not -4712 <= year <= 9999 or year == 0 or not 1 <= month <= 12:
        return False
    if (year, month) == (1582, 10) and 4 < day < 15:
        return False
    is_leap = year % 4 == 0 and (year < 1582 or year % 100 != 0 or year % 400 == 0)
    # Sources disagree on which years before 1 are leap years, so the server judges these.
    february = 29 if is_leap or year < 0 else 28
    return 1 <= day <= (31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _is_clock(hour: str | None, minute: str | None, second: str | None) -> bool:
    """Return whether a time of day exists; Oracle has no 24:00 and no leap second (ORA-01852)."""
    return int(hour or 0) < 24 and int(minute or 0) < 60 and int(second or 0) < 60


def _offset(text: str | None) -> str:
    if text is None or text in "Zz":
        return "+00:00"
    digits = text[1:].replace(":", "")
    # Local mean times of before about 1900 have seconds. Columns without a zone drop the whole
    # offset; in those with one, seconds are refused.
    seconds = f":{digits[4:]}" if digits[4:].strip("0") else ""
    return f"{text[0]}{digits[:2]}:{digits[2:4] or '00'}{seconds}"


_USUAL_CLOCK = r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{6})?"
_USUAL = re.compile(rf"{_USUAL_CLOCK}(?:\n{_USUAL_CLOCK})*+", re.ASCII)
_GREGORIAN = dt.datetime(1582, 10, 15)  # noqa: DTZ001 - a wall clock, as those it is compared with
_UTC = frozenset({"+00:00", "-00:00"})


def only_utc(encode: Encoder) -> Encoder:
    """Return an encoder of DATE or TIMESTAMP that takes only moments in UTC.

    The column keeps no offset: 10:00+02:00 and 10:00Z would become equal.

    Args:
        encode: The encoder that drops offsets.
    """

    def check(column: Sequence[object]) -> list[object]:
        bound = encode(column)
        # The usual column is judged at once; only another one is worth a look at each value.
        if {value[-6:] for value in column if type(value) is str} <= {"+00:00"}:
            return bound
        for position, value in enumerate(column):
            if value is None or (type(value) is str and value.endswith(("+00:00", "Z"))):
                continue
            if _datetime_parts(value)[2] not in _UTC:
                msg = (
                    "a moment has an offset, which the column does not keep; use a column of type "
                    "TIMESTAMP WITH TIME ZONE, or send it in UTC"
                )
                raise DataError(msg, position=position)
        return bound

    return check


def _usual_moments(clocks: Sequence[str]) -> list[object] | None:
    """Return wall clocks as moments, None unless each is in the usual form.

    The way value by value then decides, and says which value is refused. Python alone would take
    week dates (2024-W05-1), from 3.13 on 24:00, and days that Oracle's calendar has not.
    """
    # One match for all: to spell each moment again costs eight times what parsing it costs.
    if not _USUAL.fullmatch("\n".join(clocks)):
        return None
    try:
        moments = [dt.datetime.fromisoformat(clock) for clock in clocks]
    except ValueError:
        return None
    return list(moments) if min(moments, default=_GREGORIAN) >= _GREGORIAN else None


def native_datetimes(fraction_digits: int) -> Encoder:
    """Return the encoder of DATE and of TIMESTAMP up to 6 digits to the wall clock as datetime.

    The offset only labels these values and is dropped. A missing time is midnight, a missing
    offset no matter. Years outside 1 to 9999 are refused.

    Args:
        fraction_digits: Digits that the column holds; more of them are refused.
    """
    parse = dt.datetime.fromisoformat
    # Lengths of texts with +00:00, as this tap writes them: whole seconds, and six fraction digits.
    usual = {25: 19, 32: 26} if fraction_digits >= 6 else {25: 19}

    def convert(value: object) -> object:
        if type(value) is str and value.endswith("+00:00"):
            length = usual.get(len(value))
            if length and (moments := _usual_moments([value[:length]])):
                return moments[0]
        clock, fraction, _ = _datetime_parts(value)
        _refuse_fraction(fraction, fraction_digits)
        if clock.startswith("-"):
            msg = "a year before 1 cannot be bound"
            raise Refused(msg)
        return parse(f"{clock}.{fraction[:6]:0<6}")

    def whole(column: Sequence[object]) -> list[object] | None:
        texts = [value for value in column if value is not None]
        lengths = set(map(len, texts)) if set(map(type, texts)) == {str} else set()  # type: ignore[arg-type]
        length = usual.get(lengths.pop()) if len(lengths) == 1 else None
        if length is None or {str(text)[length:] for text in texts} != {"+00:00"}:
            return None
        moments = _usual_moments([str(text)[:length] for text in texts])
        if moments is None or len(moments) == len(column):
            return moments
        remaining = iter(moments)
        return [None if value is None else next(remaining) for value in column]

    return encoder(convert, whole)


def naive_texts(fraction_digits: int) -> Encoder:
    """Return the encoder of DATE and TIMESTAMP to text under `SYYYY-MM-DD"T"HH24:MI:SS[.FF9]`.

    As `native_datetimes`, but exact for every year from -4712 to 9999 and for 9 digits.

    Args:
        fraction_digits: Digits that the column holds; 0 leaves the point out.
    """

    def convert(value: object) -> object:
        clock, fraction, _ = _datetime_parts(value)
        _refuse_fraction(fraction, fraction_digits)
        return f"{clock}.{fraction[:9]:0<9}" if fraction_digits else clock

    return encoder(convert)


def zoned_texts(fraction_digits: int) -> Encoder:
    """Return the encoder of zoned moments to text under `SYYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM`.

    A missing offset means UTC.

    Args:
        fraction_digits: Digits that the column holds; more of them are refused.
    """

    def convert(value: object) -> object:
        clock, fraction, offset = _datetime_parts(value)
        _refuse_fraction(fraction, fraction_digits)
        # TIME_ZONE_HOUR and TIME_ZONE_MINUTE are all that Oracle keeps (SQL Language Reference,
        # "TIMESTAMP WITH TIME ZONE"); without the seconds it would be another instant.
        if len(offset) > len("+00:00"):
            msg = "an offset has seconds, which Oracle does not keep"
            raise Refused(msg)
        return f"{clock}.{fraction[:9]:0<9}{offset}"

    return encoder(convert)
