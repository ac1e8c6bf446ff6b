"""The rows that the driver's tests expect in their tables."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import oracledb

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL_TABLES = (
    "insert into TestXML values (1, '<root><item>one</item></root>')",
    "insert into TestJsonCols values (1, '[1, 2, 3]', '[4, 5, 6]', '5B372C20382C20395D')",
    "insert into TestJsonCols values (2, 'null', 'null', '6E756C6C')",
    "insert into TableWithDomainAndAnnotations values (1, 25)",
)


def _numbers(i: int) -> tuple[Any, ...]:
    return (i, 38**i, i * 1.25, i * 1.75, i**3 + i * 0.5, 143**i if i % 2 else None)


def _strings(i: int) -> tuple[Any, ...]:
    return (i, f"String {i}", f"Raw {i}".encode(), f"Fixed Char {i}", _odd(i, f"Nullable {i}"))


def _unicodes(i: int) -> tuple[Any, ...]:
    return (i, f"Unicode \u3042 {i}", f"Fixed Unicode {i}", _odd(i, f"Nullable {i}"))


def _dates(i: int) -> tuple[Any, ...]:
    step = dt.timedelta(days=i, hours=i * 2, minutes=i * 24)
    other = dt.timedelta(days=i * 2, hours=i * 3, minutes=i * 36)
    base = _day(2002, 12, 9)
    return (i, base + step, _odd(i, base + other))


def _timestamps(i: int) -> tuple[Any, ...]:
    return _instants(i, _day(2002, 12, 9), dt.timedelta())


def _zoned(i: int) -> tuple[Any, ...]:
    return _instants(i, _day(2022, 6, 3), dt.timedelta())


def _local(i: int) -> tuple[Any, ...]:
    hours = i if i % 4 == 0 else i + 0.5 if i % 2 == 0 else -(i + 0.5)
    first = _instants(i, _day(2022, 6, 2), dt.timedelta(hours=hours))
    second = _instants(i, _day(2022, 6, 2), dt.timedelta())
    return (*first[:2], second[2], first[3])


def _instants(
    i: int, base: dt.datetime, shift: dt.timedelta
) -> tuple[int, dt.datetime, dt.datetime | None, dt.datetime]:
    """Return one row: seconds and fraction grow with the number, every other value is null."""

    def moment(days: int, seconds: int, fraction: int) -> dt.datetime:
        microseconds = int(str(fraction).ljust(6, "0"))
        step = dt.timedelta(days=days, seconds=seconds, microseconds=microseconds)
        return base + shift + step

    nullable = _odd(i, moment(i + 1, i * 3, i * 125))
    return (i, moment(i, i * 2, i * 50), nullable, _day(2009, 12, 14))


def _intervals(i: int) -> tuple[Any, ...]:
    step = dt.timedelta(days=i, hours=i, minutes=i * 2, seconds=i * 3)
    other = dt.timedelta(days=i + 5, hours=i + 2, minutes=i * 2 + 5, seconds=i * 3 + 5)
    precise = dt.timedelta(days=8, hours=5, minutes=15)
    scaled = dt.timedelta(days=10, hours=12, minutes=15, seconds=15)
    return (i, step, _odd(i, other), precise, scaled)


def _months(i: int) -> tuple[Any, ...]:
    step = oracledb.IntervalYM(i - 5, -i if i < 5 else i)
    return (i, step, _odd(i, oracledb.IntervalYM(i + 5, i + 2)), oracledb.IntervalYM(3, 8))


def _odd(i: int, value: Any) -> Any:
    return value if i % 2 else None


def _day(year: int, month: int, day: int) -> dt.datetime:
    return dt.datetime(year, month, day)  # noqa: DTZ001 - Oracle's DATE has no zone


ROWS: dict[str, Callable[[int], tuple[Any, ...]]] = {
    "TestNumbers": _numbers,
    "TestStrings": _strings,
    "TestUnicodes": _unicodes,
    "TestDates": _dates,
    "TestTimestamps": _timestamps,
    "TestTimestampTZs": _zoned,
    "TestTimestampLTZs": _local,
    "TestIntervals": _intervals,
    "TestIntervalYMs": _months,
}

FRACTIONS = {
    "TestTimestamps": oracledb.DB_TYPE_TIMESTAMP,
    "TestTimestampTZs": oracledb.DB_TYPE_TIMESTAMP,
    "TestTimestampLTZs": oracledb.DB_TYPE_TIMESTAMP_LTZ,
}
PLACES = {"TestTimestampTZs": "from_tz(:{}, '+05:30')"}
