"""Intervals: Oracle's texts and ISO 8601 durations, exact in both directions.

Oracle writes `+01 02:03:04.567000` and `+1234-05` whatever mask TO_CHAR is given. A negative
duration carries its sign in front (`-P1DT2H`), as ISO 8601-2 and XML Schema do.
"""

from __future__ import annotations

import re

_DAY_TO_SECOND = re.compile(r"([+-]?)(\d+) (\d+):(\d+):(\d+)(?:\.(\d+))?")
_YEAR_TO_MONTH = re.compile(r"([+-]?)(\d+)-(\d+)")
# ISO 8601 allows a comma as the decimal sign; digits of other scripts are not numbers to Oracle.
_ISO = re.compile(
    r"([+-]?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?)?",
    re.ASCII,
)


def iso_from_day_to_second(text: str) -> str:
    """Return the ISO 8601 duration of an INTERVAL DAY TO SECOND in Oracle's text.

    Args:
        text: For example `+01 02:03:04.567000`.

    Returns:
        For example `P1DT2H3M4.567S`; `PT0S` for none.

    Raises:
        ValueError: If the text is not such an interval.
    """
    match = _DAY_TO_SECOND.fullmatch(text.strip())
    if match is None:
        msg = "not an INTERVAL DAY TO SECOND"
        raise ValueError(msg)
    sign, days, hours, minutes, seconds, fraction = match.groups(default="")
    fraction = fraction.rstrip("0")
    date = _part(days, "D")
    time = _part(hours, "H") + _part(minutes, "M")
    if int(seconds) or fraction:
        time += f"{int(seconds)}{'.' if fraction else ''}{fraction}S"
    if not date and not time:
        return "PT0S"
    return f"{'-' if sign == '-' else ''}P{date}{'T' if time else ''}{time}"


def iso_from_year_to_month(text: str) -> str:
    """Return the ISO 8601 duration of an INTERVAL YEAR TO MONTH in Oracle's text.

    Args:
        text: For example `+1234-05`.

    Returns:
        For example `P1234Y5M`; `P0M` for none.

    Raises:
        ValueError: If the text is not such an interval.
    """
    match = _YEAR_TO_MONTH.fullmatch(text.strip())
    if match is None:
        msg = "not an INTERVAL YEAR TO MONTH"
        raise ValueError(msg)
    sign, years, months = match.groups(default="")
    body = _part(years, "Y") + _part(months, "M")
    if not body:
        return "P0M"
    return f"{'-' if sign == '-' else ''}P{body}"


def day_to_second_from_iso(text: str) -> str:
    """Return a duration as TO_DSINTERVAL reads it.

    Minutes, hours and weeks beyond their usual range are carried over to days.

    Args:
        text: For example `P1DT2H3M4.5S`.

    Returns:
        For example `+1 02:03:04.5`.

    Raises:
        ValueError: If it is not a duration, or one of years or months, which have no fixed length.
    """
    sign, years, months, weeks, days, hours, minutes, seconds, fraction = _iso_parts(text)
    if int(years or 0) or int(months or 0):
        msg = "a duration of years or months is not an INTERVAL DAY TO SECOND"
        raise ValueError(msg)
    total = (int(weeks or 0) * 7 + int(days or 0)) * 86_400
    total += int(hours or 0) * 3_600 + int(minutes or 0) * 60 + int(seconds or 0)
    whole_days, rest = divmod(total, 86_400)
    fraction = fraction.rstrip("0")
    return (
        f"{'-' if sign == '-' else '+'}{whole_days} {rest // 3600:02}:{rest // 60 % 60:02}:"
        f"{rest % 60:02}{'.' if fraction else ''}{fraction}"
    )


def year_to_month_from_iso(text: str) -> str:
    """Return a duration as TO_YMINTERVAL reads it.

    Args:
        text: For example `P1234Y5M`.

    Returns:
        For example `+1234-05`.

    Raises:
        ValueError: If it is not a duration, or one with days or times.
    """
    sign, years, months, *rest = _iso_parts(text)
    if any(int(part or 0) for part in rest):
        msg = "a duration of days or times is not an INTERVAL YEAR TO MONTH"
        raise ValueError(msg)
    total = int(years or 0) * 12 + int(months or 0)
    return f"{'-' if sign == '-' else '+'}{total // 12}-{total % 12:02}"


def _iso_parts(text: str) -> tuple[str, ...]:
    match = _ISO.fullmatch(text)
    # The pattern also matches `P`, `P1DT` and the like.
    if match is None or text[-1] in "PT" or not any(match.groups()[1:]):
        msg = "not an ISO 8601 duration"
        raise ValueError(msg)
    return match.groups(default="")


def _part(digits: str, unit: str) -> str:
    value = int(digits)
    return f"{value}{unit}" if value else ""
