"""Offsets of time zones, from the zone files that PostgreSQL itself uses.

A zone is text such as "+02:00" or a region name such as "Europe/Zurich".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from oracle_standin.engine import postgres
from oracle_standin.protocol import OracleError

_OFFSET = re.compile(r"([+-])(\d{1,2}):(\d{2})(?::(\d{2}))?")
_FIRST_SECOND = -62_135_596_800  # 0001-01-01, where Python's calendar starts
_LAST_SECOND = 253_402_300_799  # 9999-12-31 23:59:59


def offset_at_instant(zone: str, seconds: int) -> int:
    """Return the minutes east of UTC that hold at an instant, given in UTC seconds since 1970."""
    fixed = fixed_offset(zone)
    if fixed is not None:
        return fixed
    return _region_offset(zone, seconds - seconds % 900)


def offset_at_wall_clock(zone: str, seconds: int) -> int:
    """Return the minutes east of UTC at a local clock reading, given as seconds since 1970.

    A reading that occurs twice is taken for the first, standard-time rules apply to a skipped one.
    """
    fixed = fixed_offset(zone)
    if fixed is not None:
        return fixed
    local = datetime(1970, 1, 1) + timedelta(seconds=_clamped(seconds))  # noqa: DTZ001
    return _minutes(local.replace(tzinfo=_region(zone)))


@lru_cache(maxsize=1024)
def fixed_offset(zone: str) -> int | None:
    """Return the minutes of an offset such as "-03:30", None for a region name."""
    if zone.upper() in {"UTC", "GMT", "Z"}:
        return 0
    match = _OFFSET.fullmatch(zone)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    return -minutes if match[1] == "-" else minutes


@lru_cache(maxsize=16384)
def _region_offset(zone: str, seconds: int) -> int:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=_clamped(seconds))
    return _minutes(instant.astimezone(_region(zone)))


def _clamped(seconds: int) -> int:
    day = 86_400
    return min(max(seconds, _FIRST_SECOND + day), _LAST_SECOND - day)


def _minutes(moment: datetime) -> int:
    offset = moment.utcoffset()
    return round(offset.total_seconds() / 60) if offset is not None else 0


@lru_cache(maxsize=512)
def _region(name: str) -> ZoneInfo:
    folder = postgres.binaries().parent / "share" / "postgresql" / "timezone"
    wanted = name.lower().split("/")
    for part in wanted:
        found = [entry for entry in folder.iterdir() if entry.name.lower() == part]
        if not found:
            raise OracleError(1882, "timezone region not found")
        folder = found[0]
    if not folder.is_file():
        raise OracleError(1882, "timezone region not found")
    with folder.open("rb") as file:
        return ZoneInfo.from_file(file, key=name)
