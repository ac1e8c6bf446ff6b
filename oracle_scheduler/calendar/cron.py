"""Cron expressions as Debian's cron and Meltano read them.

APScheduler's own `from_crontab` counts weekdays from Monday, so that `0 0 * * 0` is Monday there
(apscheduler issues 286, 455), starts a daily job twice in the autumn night and at a moment that
does not exist in spring. cronsim follows Debian: a job at a fixed time runs once in each night,
one that falls into the gap runs when the gap ends.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING

from apscheduler.triggers.base import BaseTrigger
from cronsim import CronSim

from oracle_scheduler.jobfile.cron_text import cron_fields

if TYPE_CHECKING:
    from collections.abc import Iterator


class CrontabTrigger(BaseTrigger):  # type: ignore[misc] # APScheduler 3 has no types
    """A trigger of APScheduler whose times come from cronsim."""

    def __init__(self, expression: str, timezone: str) -> None:
        """Read an expression.

        Args:
            expression: Five fields or a nickname.
            timezone: Name of the zone whose clock the expression means.

        Raises:
            CronError: If the expression cannot be read.
        """
        self.expression = cron_fields(expression)
        self.timezone = zoneinfo.ZoneInfo(timezone)

    def get_next_fire_time(
        self, previous_fire_time: dt.datetime | None, now: dt.datetime
    ) -> dt.datetime:
        """Return the first time after the previous one, or after now where there is none."""
        after = previous_fire_time or now
        return next(self.times(after))

    def times(self, after: dt.datetime) -> Iterator[dt.datetime]:
        """Yield the times after a moment, in order, as moments of the trigger's zone."""
        # cronsim returns wall clocks of the zone; a jump over the gap needs the offset made new.
        for moment in CronSim(self.expression, after.astimezone(self.timezone)):
            yield moment.astimezone(dt.UTC).astimezone(self.timezone)

    def __str__(self) -> str:
        """Return the expression and the zone."""
        return f"cron[{self.expression}, {self.timezone.key}]"
