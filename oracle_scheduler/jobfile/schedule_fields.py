"""From the key `schedule` to a `Schedule`."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from typing import TYPE_CHECKING

from oracle_scheduler.jobfile.cron_text import CronError, cron_fields
from oracle_scheduler.jobfile.fields import Fields
from oracle_scheduler.jobfile.model import DEFAULT_TIMEZONE, Schedule

if TYPE_CHECKING:
    from oracle_scheduler.jobfile.fields import Problems

_MANUAL = frozenset({"manual", "@manual", "@none", "none"})
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw]?)")


def read_schedule(fields: Fields, problems: Problems) -> Schedule:
    """Return the schedule of a pipeline.

    `schedule` is a mapping with `cron`, `interval` or `date` and `timezone`, a text of cron, or
    `manual`.
    """
    value = fields.raw("schedule")
    if value is None:
        return Schedule()
    if isinstance(value, str):
        return _checked(Schedule(cron=value), fields)
    parts = Fields(value, (*fields.path, "schedule"), problems)
    zone = _zone(parts)
    schedule = Schedule(
        cron=parts.text("cron") or None,
        interval_seconds=_interval(parts),
        at=_moment(parts, zone),
        timezone=zone,
    )
    given = [part for part in (schedule.cron, schedule.interval_seconds, schedule.at) if part]
    if len(given) != 1:
        parts.problem(None, "'schedule' needs one of cron, interval, date")
    parts.refuse_unknown()
    return _checked(schedule, parts)


def _checked(schedule: Schedule, fields: Fields) -> Schedule:
    if schedule.cron is None:
        return schedule
    if schedule.cron in _MANUAL:
        return Schedule(timezone=schedule.timezone)
    try:
        cron_fields(schedule.cron)
    except CronError as error:
        fields.problem("cron" if fields.has("cron") else "schedule", f"is not cron: {error}")
    return schedule


def _zone(fields: Fields) -> str:
    name = fields.text("timezone", DEFAULT_TIMEZONE)
    try:
        zoneinfo.ZoneInfo(name)
    # OSError: `Europe` alone is a folder of the zone database (IsADirectoryError).
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        fields.problem("timezone", "must be the name of a time zone, for example Europe/Berlin")
        return DEFAULT_TIMEZONE
    return name


def _interval(fields: Fields) -> float | None:
    if not fields.has("interval"):
        return None
    match = _DURATION.fullmatch(fields.text("interval").strip())
    seconds = float(match[1]) * _UNITS[match[2] or "s"] if match else 0.0
    if seconds <= 0:
        fields.problem("interval", "must be seconds, or a text such as 90s, 15m, 2h, 1d")
        return None
    return seconds


def _moment(fields: Fields, zone: str) -> str | None:
    value = fields.raw("date")
    if value is None:
        return None
    try:
        # YAML makes a moment of an unquoted date itself.
        moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    except ValueError:
        fields.problem("date", "must be a date and time of RFC 3339")
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    return moment.isoformat()
