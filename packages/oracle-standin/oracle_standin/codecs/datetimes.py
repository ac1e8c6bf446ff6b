"""DATE and TIMESTAMP fields, bytes and seconds since 1970.

Years: `DateTime.year` and the bytes follow Oracle, which has no year 0: -1 is 1 BC, -4712 the
first year. The functions that count days use astronomical years, where 0 is 1 BC and -4711 is
4712 BC; `_astronomical` and `_calendar_year` are the only places that convert. The calendar is
Gregorian throughout (Oracle itself switches to the Julian one before 15 October 1582).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from oracle_standin.protocol import OracleError, not_in_this_standin

SECONDS_PER_DAY = 86_400
_DAYS_PER_ERA = 146_097
_DAYS_TO_EPOCH = 719_468
_NANOSECONDS = 1_000_000_000
_REGION_FLAG = 0x80


class DateTime(NamedTuple):
    """Calendar and clock fields as Oracle holds them.

    `year` is -4712 to 9999 and never 0; `offset_minutes` is the zone's distance east of UTC, or
    None for a value without zone. With an offset, the other fields are the local clock.
    """

    year: int
    month: int
    day: int
    hour: int = 0
    minute: int = 0
    second: int = 0
    nanosecond: int = 0
    offset_minutes: int | None = None


def days_from_civil(year: int, month: int, day: int) -> int:
    """Return the days from 1970-01-01 to a Gregorian date; `year` is astronomical (0 is 1 BC)."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _DAYS_PER_ERA + day_of_era - _DAYS_TO_EPOCH


@lru_cache(maxsize=65536)
def civil_from_days(days: int) -> tuple[int, int, int]:
    """Return astronomical year, month and day of a number of days since 1970-01-01."""
    era, day_of_era = divmod(days + _DAYS_TO_EPOCH, _DAYS_PER_ERA)
    leap_corrected = day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096
    year_of_era = leap_corrected // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    return era * 400 + year_of_era + (month <= 2), month, day


def _astronomical(year: int) -> int:
    return year + 1 if year < 0 else year


def _calendar_year(astronomical: int) -> int:
    return astronomical if astronomical > 0 else astronomical - 1


@lru_cache(maxsize=65536)
def _day_bytes(year: int, month: int, day: int) -> bytes:
    """Return the first four bytes of a date; Oracle divides BC years towards zero."""
    if not -4712 <= year <= 9999 or year == 0:
        raise OracleError(1841, "(full) year must be between -4712 and +9999, and not be 0")
    sign = -1 if year < 0 else 1
    century, of_century = divmod(abs(year), 100)
    return bytes((100 + sign * century, 100 + sign * of_century, month, day))


def date_to_bytes(value: DateTime) -> bytes:
    """Return the 7 bytes of a DATE; the fraction and the offset are left out.

    Raises OracleError 1841 for a year Oracle does not have.
    """
    return _day_bytes(value[0], value[1], value[2]) + bytes(
        (value[3] + 1, value[4] + 1, value[5] + 1)
    )


def timestamp_to_bytes(value: DateTime) -> bytes:
    """Return the 11 bytes of a TIMESTAMP, or 7 when the fraction is zero."""
    if value.nanosecond:
        return date_to_bytes(value) + value.nanosecond.to_bytes(4, "big")
    return date_to_bytes(value)


def timestamp_tz_to_bytes(value: DateTime) -> bytes:
    """Return the 13 bytes of a TIMESTAMP WITH TIME ZONE: the UTC fields, then the offset.

    `value` has the local clock and its offset; no offset means UTC.
    """
    offset = value.offset_minutes or 0
    in_utc = _shifted(value, -offset) if offset else value
    hours, minutes = divmod(abs(offset), 60)
    sign = -1 if offset < 0 else 1
    zone = bytes((20 + sign * hours, 60 + sign * minutes))
    return date_to_bytes(in_utc) + value.nanosecond.to_bytes(4, "big") + zone


def datetime_from_bytes(value: bytes) -> DateTime:
    """Return the fields of 7, 11 or 13 bytes; 13 bytes give the local clock and the offset.

    Raises OracleError 1801 for another length or impossible fields, and 3001 for a named zone.
    """
    if len(value) not in {7, 11, 13}:
        raise OracleError(1801, "date format is too long for internal buffer")
    year = (value[0] - 100) * 100 + value[1] - 100
    nanosecond = int.from_bytes(value[7:11], "big") if len(value) > 7 else 0
    fields = DateTime(
        year, value[2], value[3], value[4] - 1, value[5] - 1, value[6] - 1, nanosecond
    )
    if not (1 <= fields.month <= 12 and 1 <= fields.day <= 31 and 0 <= fields.hour <= 23):
        raise OracleError(1801, "date format is too long for internal buffer")
    if len(value) < 13:
        return fields
    if value[11] & _REGION_FLAG:
        refusal = not_in_this_standin("a time zone region in a bind value")
        raise refusal
    offset = (value[11] - 20) * 60 + value[12] - 60
    return _shifted(fields, offset)._replace(offset_minutes=offset)


def _shifted(value: DateTime, minutes: int) -> DateTime:
    """Return the fields moved by some minutes, with the fraction kept and the offset dropped."""
    seconds = _whole_seconds(value) + minutes * 60
    return _from_whole_seconds(seconds, value.nanosecond)


def _whole_seconds(value: DateTime) -> int:
    days = days_from_civil(_astronomical(value.year), value.month, value.day)
    return days * SECONDS_PER_DAY + value.hour * 3600 + value.minute * 60 + value.second


def _from_whole_seconds(seconds: int, nanosecond: int) -> DateTime:
    days, of_day = divmod(seconds, SECONDS_PER_DAY)
    year, month, day = civil_from_days(days)
    hour, of_hour = divmod(of_day, 3600)
    minute, second = divmod(of_hour, 60)
    return DateTime(_calendar_year(year), month, day, hour, minute, second, nanosecond)


def seconds_to_datetime(text: str) -> DateTime:
    """Return the wall clock of decimal seconds since 1970-01-01, as in "-62135596800.123456789".

    Digits after the ninth are cut off.
    """
    whole, _, fraction = text.partition(".")
    seconds = int(whole)
    nanosecond = int(fraction[:9].ljust(9, "0")) if fraction else 0
    if nanosecond and whole[0] == "-":
        seconds, nanosecond = seconds - 1, _NANOSECONDS - nanosecond
    return _from_whole_seconds(seconds, nanosecond)


def datetime_to_seconds(value: DateTime) -> str:
    """Return the decimal seconds since 1970-01-01 of the clock fields; the offset is ignored.

    At most 9 decimals, without trailing zeros: "0", "-0.5", "1700000000.123456789".
    """
    seconds = _whole_seconds(value)
    nanosecond = value.nanosecond
    if not nanosecond:
        return str(seconds)
    sign = ""
    if seconds < 0:
        sign, seconds, nanosecond = "-", -seconds - 1, _NANOSECONDS - nanosecond
    return f"{sign}{seconds}.{nanosecond:09d}".rstrip("0")
