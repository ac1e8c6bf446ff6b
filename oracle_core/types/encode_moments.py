"""Conversion of JSON date-times to bind values, one column at a time.

Oracle's calendar is its own: Julian until 4 October 1582, no year 0, no 24:00 and no leap second.
What does not exist there, or has more digits than the column, is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import partial
from types import NoneType
from typing import TYPE_CHECKING, cast

from oracle_core.errors import DataError
from oracle_core.types.encoder import Refused, encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_core.types.plans import Encoder

# RFC 3339 allows lower case and a blank for the T, ISO 8601 a comma as the decimal sign.
_DATETIME = re.compile(
    r"([+-]?\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?"
    r"\s*([Zz]|[+-]\d\d:?\d\d(?::\d\d)?|[+-]\d\d)?",
    re.ASCII,  # \d would be the digits of any script
)
_MOST_OFFSET_HOURS = 15
"""Hours of an offset either way (ORA-01874)."""


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


def _is_offset(text: str) -> bool:
    """Return whether Oracle takes an offset, spelled `+HH:MM` (ORA-01874, ORA-01875)."""
    return int(text[1:3]) <= _MOST_OFFSET_HOURS and int(text[4:6]) < 60


def _offset(text: str | None) -> str:
    if text is None or text in "Zz":
        return "+00:00"
    digits = text[1:].replace(":", "")
    # Local mean times of before about 1900 have seconds. Columns without a zone drop the whole
    # offset; in those with one, seconds are refused.
    seconds = f":{digits[4:]}" if digits[4:].strip("0") else ""
    return f"{text[0]}{digits[:2]}:{digits[2:4] or '00'}{seconds}"


# Python and Oracle agree on all days from here on.
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
        if _is_all_utc(column):
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


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How every moment of a column is spelled: the length of its clock and the offset's kind."""

    clock: int
    fraction_digits: int
    has_offset: bool


# Every digit becomes 0, so that two moments spelled alike become equal texts.
_ANY_DIGIT = str.maketrans("123456789", "000000000")
_SPELLINGS = {
    f"0000-00-00T00:00:00{'.' if digits else ''}{'0' * digits}{offset}": _Spelling(
        19 + (digits + 1 if digits else 0), digits, offset != "Z"
    )
    for digits in range(10)
    for offset in ("Z", "+00:00", "-00:00")
}


def _spelled_alike(moments: Sequence[str], most_digits: int) -> _Spelling | None:
    """Return how moments are spelled, None unless all of them are spelled alike.

    Args:
        moments: The texts, at least one.
        most_digits: Digits of a fraction that the column holds.
    """
    together = "\n".join(moments)
    form = moments[0].translate(_ANY_DIGIT)
    spelling = _SPELLINGS.get(form)
    if spelling is None or spelling.fraction_digits > most_digits:
        return None
    # From Python 3.13 on midnight may be 24:00, which Oracle does not know.
    if "T24" in together:
        return None
    # One comparison of all: a regular expression costs three times as much.
    alike = "\n".join([form] * len(moments))
    return spelling if together.translate(_ANY_DIGIT) == alike else None


_TEXT_KINDS = frozenset({str, NoneType})


def _is_all_utc(column: Sequence[object]) -> bool:
    moments = _texts_of(column)
    if moments is None:
        return False
    together = "\n".join([*moments, ""])
    return len(moments) in (together.count("Z\n"), together.count("+00:00\n"))


def _texts_of(column: Sequence[object]) -> Sequence[str] | None:
    """Return the texts of a column without nulls, None where a value is of another type."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return cast("Sequence[str]", column)
    return [str(text) for text in column if text is not None] if kinds <= _TEXT_KINDS else None


def _like_nulls(column: Sequence[object], values: Sequence[object]) -> list[object]:
    """Return the values of the texts of a column with its nulls between them."""
    if len(values) == len(column):
        return list(values)
    remaining = iter(values)
    return [None if text is None else next(remaining) for text in column]


def _wall_clocks(
    moments: Sequence[str], most_digits: int
) -> tuple[_Spelling, list[dt.datetime]] | None:
    """Return wall clocks of moments and their spelling, None where it is not one of the usual.

    The way value by value then decides, and says which value is refused. Python alone would take
    week dates (2024-W05-1), 24:00, and days that Oracle's calendar has not.
    """
    spelling = _spelled_alike(moments, most_digits)
    if spelling is None:
        return None
    length = spelling.clock
    try:
        clocks = list(map(dt.datetime.fromisoformat, [moment[:length] for moment in moments]))
    except ValueError:
        return None
    return (spelling, clocks) if min(clocks) >= _GREGORIAN else None


def native_datetimes(fraction_digits: int) -> Encoder:
    """Return the encoder of DATE and of TIMESTAMP up to 6 digits to the wall clock as datetime.

    The offset only labels these values and is dropped. A missing time is midnight, a missing
    offset no matter. Years outside 1 to 9999 are refused.

    Args:
        fraction_digits: Digits that the column holds; more of them are refused.
    """
    most_digits = min(fraction_digits, 6)

    def convert(value: object) -> object:
        if type(value) is str and (usual := _wall_clocks([value], most_digits)):
            return usual[1][0]
        clock, fraction, _ = _datetime_parts(value)
        _refuse_fraction(fraction, fraction_digits)
        if clock.startswith("-"):
            msg = "a year before 1 cannot be bound"
            raise Refused(msg)
        return dt.datetime.fromisoformat(f"{clock}.{fraction[:6]:0<6}")

    def whole(column: Sequence[object]) -> list[object] | None:
        moments = _texts_of(column)
        if not moments:
            return None
        usual = _wall_clocks(moments, most_digits)
        return _like_nulls(column, usual[1]) if usual else None

    return encoder(convert, whole)


def _padded(
    column: Sequence[object], most_digits: int, *, keeps_offset: bool
) -> list[object] | None:
    """Return moments with nine fraction digits, None where they are not in a usual spelling.

    Args:
        column: Moments and nulls.
        most_digits: Digits that the column of the table holds.
        keeps_offset: Whether the offset follows, +00:00 for Z.
    """
    moments = _texts_of(column)
    usual = _wall_clocks(moments, most_digits) if moments else None
    if not moments or usual is None:
        return None
    spelling, _ = usual
    length, digits = spelling.clock, spelling.fraction_digits
    zeros = "0" * (9 - digits) if digits else ".000000000"
    if not keeps_offset:
        texts = [moment[:length] + zeros for moment in moments]
    elif spelling.has_offset:
        if not all(map(_is_offset, {moment[length:] for moment in moments})):
            return None
        texts = [moment[:length] + zeros + moment[length:] for moment in moments]
    else:
        zeros += "+00:00"
        texts = [moment[:length] + zeros for moment in moments]
    return _like_nulls(column, texts)


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

    whole = partial(_padded, most_digits=min(fraction_digits, 9), keeps_offset=False)
    return encoder(convert, whole if fraction_digits else None)


def zoned_texts(fraction_digits: int) -> Encoder:
    """Return the encoder of zoned moments to text under `SYYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM`.

    A missing offset means UTC.

    Args:
        fraction_digits: Digits that the column holds; more of them are refused.
    """

    def convert(value: object) -> object:
        clock, fraction, offset = _datetime_parts(value)
        _refuse_fraction(fraction, fraction_digits)
        if not _is_offset(offset):
            msg = "a text has an offset that does not exist"
            raise Refused(msg)
        # TIME_ZONE_HOUR and TIME_ZONE_MINUTE are all that Oracle keeps (SQL Language Reference,
        # "TIMESTAMP WITH TIME ZONE"); without the seconds it would be another instant.
        if len(offset) > len("+00:00"):
            msg = "an offset has seconds, which Oracle does not keep"
            raise Refused(msg)
        return f"{clock}.{fraction[:9]:0<9}{offset}"

    return encoder(
        convert, partial(_padded, most_digits=min(fraction_digits, 9), keeps_offset=True)
    )
