"""INTERVAL DAY TO SECOND (11 bytes) and INTERVAL YEAR TO MONTH (5 bytes).

Every field carries the sign of the whole interval and an offset that keeps it positive: 2**31 for
days, years and nanoseconds, 60 for the small fields.
"""

from __future__ import annotations

import struct

from oracle_standin.protocol import OracleError

_MIDDLE = 2**31
_SMALL = 60
_DAY_SECOND = struct.Struct(">IBBBI")
_YEAR_MONTH = struct.Struct(">IB")
_MAX_LEADING = 999_999_999


def interval_ds_to_bytes(text_seconds: str) -> bytes:
    """Return the 11 bytes of decimal seconds such as "-93784.500000001".

    Digits after the ninth are cut off. Raises OracleError 1873 beyond 999,999,999 days.
    """
    sign = -1 if text_seconds.startswith("-") else 1
    whole, _, fraction = text_seconds.lstrip("+-").partition(".")
    nanoseconds = int(fraction[:9].ljust(9, "0")) if fraction else 0
    days, of_day = divmod(int(whole or "0"), 86_400)
    if days > _MAX_LEADING:
        raise OracleError(1873, "the leading precision of the interval is too small")
    hours, of_hour = divmod(of_day, 3600)
    minutes, seconds = divmod(of_hour, 60)
    return _DAY_SECOND.pack(
        _MIDDLE + sign * days,
        _SMALL + sign * hours,
        _SMALL + sign * minutes,
        _SMALL + sign * seconds,
        _MIDDLE + sign * nanoseconds,
    )


def interval_ds_from_bytes(value: bytes) -> str:
    """Return decimal seconds, up to 9 decimals without trailing zeros: "93784.5", "-0.000000001".

    Raises OracleError 1867 for another length.
    """
    if len(value) != _DAY_SECOND.size:
        raise OracleError(1867, "the interval is invalid")
    days, hours, minutes, seconds, nanoseconds = _DAY_SECOND.unpack(value)
    whole = (
        (days - _MIDDLE) * 86_400
        + (hours - _SMALL) * 3600
        + (minutes - _SMALL) * 60
        + (seconds - _SMALL)
    )
    total = whole * 1_000_000_000 + (nanoseconds - _MIDDLE)
    sign = "-" if total < 0 else ""
    whole, fraction = divmod(abs(total), 1_000_000_000)
    return f"{sign}{whole}.{fraction:09d}".rstrip("0") if fraction else f"{sign}{whole}"


def interval_ym_to_bytes(months: int) -> bytes:
    """Return the 5 bytes of some months; raises OracleError 1873 beyond 999,999,999 years."""
    sign = -1 if months < 0 else 1
    years, of_year = divmod(abs(months), 12)
    if years > _MAX_LEADING:
        raise OracleError(1873, "the leading precision of the interval is too small")
    return _YEAR_MONTH.pack(_MIDDLE + sign * years, _SMALL + sign * of_year)


def interval_ym_from_bytes(value: bytes) -> int:
    """Return the number of months in 5 bytes; raises OracleError 1867 for another length."""
    if len(value) != _YEAR_MONTH.size:
        raise OracleError(1867, "the interval is invalid")
    years, months = _YEAR_MONTH.unpack(value)
    total: int = (years - _MIDDLE) * 12 + (months - _SMALL)
    return total
