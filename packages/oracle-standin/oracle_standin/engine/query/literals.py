"""Date, timestamp and interval literals as PostgreSQL text.

Source: SQL Language Reference, "Datetime Literals" and "Interval Literals".
"""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction

from oracle_standin.engine.query.refusals import refuse
from oracle_standin.protocol import OracleError

_DATE = re.compile(r"\s*(-?\d{1,4})\D(\d{1,2})\D(\d{1,2})\s*")
_TIMESTAMP = re.compile(
    r"\s*(-?\d{1,4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{0,9})\d*)?)?"
    r"\s*(\S.*?)?\s*"
)
_EPOCH = dt.date(1970, 1, 1).toordinal()
_DAY_FIELDS = ("DAY", "HOUR", "MINUTE", "SECOND")
_SECONDS = {"DAY": 86400, "HOUR": 3600, "MINUTE": 60, "SECOND": 1}


def date_literal(text: str) -> str:
    """Return DATE 'text'; ORA-01861 when it is not YYYY-MM-DD."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise OracleError(1861, "literal does not match format string")
    return f"'{_day_seconds(match)}'::ora.\"DATE\""


def timestamp_literal(text: str) -> str:
    """Return TIMESTAMP 'text', zoned when a zone follows the time."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise OracleError(1861, "literal does not match format string")
    hour, minute, second = (int(part or 0) for part in match.group(4, 5, 6))
    for value, limit, code, what in (
        (hour, 23, 1850, "hour must be between 0 and 23"),
        (minute, 59, 1851, "minutes must be between 0 and 59"),
        (second, 59, 1852, "seconds must be between 0 and 59"),
    ):
        if value > limit:
            raise OracleError(code, what)
    whole = _day_seconds(match) + hour * 3600 + minute * 60 + second
    fraction = match.group(7) or ""
    value_text = _seconds_text(whole + Fraction(int(fraction or 0), 10 ** len(fraction)))
    local = f"'{value_text}'::ora.\"TIMESTAMP\""
    zone = match.group(8)
    return f'"SYS".from_tz({local}, {quoted_text(zone)}::text)' if zone else local


def _day_seconds(match: re.Match[str]) -> int:
    year, month, day = (int(part) for part in match.group(1, 2, 3))
    if year < 1:
        refuse("a date literal before the year 1")
    if not 1 <= month <= 12:
        raise OracleError(1843, "not a valid month")
    try:
        ordinal = dt.date(year, month, day).toordinal()
    except ValueError:
        if 1 <= day <= 31:
            raise OracleError(1839, "date not valid for month specified") from None
        message = "day of month must be between 1 and last day of month"
        raise OracleError(1847, message) from None
    return (ordinal - _EPOCH) * 86400


def _seconds_text(seconds: Fraction) -> str:
    nanoseconds = int(seconds * 10**9)
    sign = "-" if nanoseconds < 0 else ""
    whole, rest = divmod(abs(nanoseconds), 10**9)
    fraction = f".{rest:09d}".rstrip("0").rstrip(".")
    return f"{sign}{whole}{fraction}"


def quoted_text(value: str) -> str:
    """Return a text as a PostgreSQL string literal."""
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def interval_literal(text: str, first: str, last: str, digits: int = 2) -> str:
    """Return INTERVAL 'text' first TO last; ORA-01867 when the text does not fit the fields.

    ORA-01873 when the first field has more digits than its precision.
    """
    leading = re.match(r"\s*[+-]?0*(\d*)", text)
    if leading is not None and len(leading.group(1)) > digits:
        raise OracleError(1873, "the leading precision of the interval is too small")
    if first in {"YEAR", "MONTH"}:
        return _months_literal(text, first, last)
    if first not in _DAY_FIELDS or last not in _DAY_FIELDS:
        raise OracleError(30089, "missing or invalid <datetime field>")
    fields = _DAY_FIELDS[_DAY_FIELDS.index(first) : _DAY_FIELDS.index(last) + 1]
    pattern = r"\s*([+-]?)" + _separated(fields) + r"\s*"
    match = re.fullmatch(pattern, text)
    if match is None:
        raise OracleError(1867, "the interval is invalid")
    seconds = Fraction(0)
    for field, value in zip(fields, match.groups()[1:], strict=True):
        seconds += Fraction(value) * _SECONDS[field]
    signed = -seconds if match.group(1) == "-" else seconds
    return f"'{_seconds_text(signed)}'::ora.\"INTERVALDS\""


def _separated(fields: tuple[str, ...]) -> str:
    pattern = ""
    for field in fields:
        if pattern:
            pattern += r"\s+" if field == "HOUR" else ":"
        pattern += r"(\d+(?:\.\d+)?)" if field == "SECOND" else r"(\d+)"
    return pattern


def _months_literal(text: str, first: str, last: str) -> str:
    both = first == "YEAR" and last == "MONTH"
    match = re.fullmatch(r"\s*([+-]?)(\d+)(?:-(\d+))?\s*", text)
    if match is None or (match.group(3) is not None) != both or last not in {"YEAR", "MONTH"}:
        raise OracleError(1867, "the interval is invalid")
    if both and int(match.group(3)) > 11:
        raise OracleError(1843, "not a valid month")
    months = int(match.group(2)) * (12 if first == "YEAR" else 1) + int(match.group(3) or 0)
    signed = -months if match.group(1) == "-" else months
    return f"'{signed}'::ora.\"INTERVALYM\""
