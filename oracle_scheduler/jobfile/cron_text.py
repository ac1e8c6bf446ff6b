"""Cron expressions in the spelling of job files and in that of cronsim."""

from __future__ import annotations

import datetime as dt
import re

from cronsim import CronSim, CronSimError

_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_WRAPPED = re.compile(r"([A-Z]{3}|\d)-([A-Z]{3}|\d)")


class CronError(ValueError):
    """A text that is not a cron expression."""


def cron_fields(text: str) -> str:
    """Return a cron expression in the spelling that cronsim reads.

    Nicknames such as `@daily`, `?` for any day and wrapped ranges of weekdays (`fri-mon`) are
    what Meltano accepts and cronsim does not.

    Args:
        text: Five fields, or a nickname.

    Raises:
        CronError: If it is neither.
    """
    compact = text.strip()
    fields = _NICKNAMES.get(compact.lower(), compact).upper().split()
    if len(fields) != 5:
        message = "needs five fields (minute hour day month weekday) or a name such as @daily"
        raise CronError(message)
    fields[2:] = ["*" if field == "?" else field for field in fields[2:]]
    fields[4] = ",".join(_unwrapped(term) for term in fields[4].split(","))
    expression = " ".join(fields)
    try:
        # Only to have it checked: cronsim reads an expression when an iterator is made.
        CronSim(expression, dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    except CronSimError as error:
        message = f"{str(error).lower()}"
        raise CronError(message) from error
    return expression


def _unwrapped(term: str) -> str:
    match = _WRAPPED.fullmatch(term)
    if match is None:
        return term
    first, last = _weekday(match[1]), _weekday(match[2])
    if first is None or last is None or first <= last:
        return term
    days = [*range(first, 7), *range(last + 1)]
    return ",".join(str(day) for day in days)


def _weekday(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    return _WEEKDAYS.index(text) if text in _WEEKDAYS else None
