"""From a schedule to a trigger, and from a long silence to the times that it passed over."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from oracle_scheduler.calendar.cron import CrontabTrigger
from oracle_scheduler.jobfile.model import CatchUp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apscheduler.triggers.base import BaseTrigger

    from oracle_scheduler.jobfile.model import Pipeline, Schedule

MISSED_MAX = 100_000
"""Times that are counted one by one after a silence; a job of every minute has them in 69 days."""

ON_TIME_SECONDS = 60.0
"""A time that is at most this late is run whatever `catch_up` says."""


@dataclass(frozen=True, slots=True)
class Due:
    """The times of a trigger that have come.

    Attributes:
        run: Times that become runs, in order.
        missed: Times that are recorded as missed, in order.
        next_time: The first time that has not come; None where none follows.
    """

    run: tuple[dt.datetime, ...]
    missed: tuple[dt.datetime, ...]
    next_time: dt.datetime | None


def trigger_of(schedule: Schedule, anchor: dt.datetime) -> BaseTrigger | None:
    """Return the trigger of a schedule, or None for one that is started by hand.

    Args:
        schedule: When the pipeline runs.
        anchor: Moment from which intervals count.
    """
    if schedule.cron is not None:
        return CrontabTrigger(schedule.cron, schedule.timezone)
    zone = zoneinfo.ZoneInfo(schedule.timezone)
    if schedule.interval_seconds is not None:
        # The first time of an IntervalTrigger is `start_date` itself.
        length = dt.timedelta(seconds=schedule.interval_seconds)
        return IntervalTrigger(
            seconds=schedule.interval_seconds, start_date=anchor + length, timezone=zone
        )
    if schedule.at is not None:
        return DateTrigger(dt.datetime.fromisoformat(schedule.at), timezone=zone)
    return None


def first_time(schedule: Schedule, now: dt.datetime) -> dt.datetime | None:
    """Return the first time of a schedule that is not before now; None for no time at all."""
    trigger = trigger_of(schedule, now)
    if trigger is None:
        return None
    moment: dt.datetime | None = trigger.get_next_fire_time(None, now)
    return moment


def times(schedule: Schedule, after: dt.datetime) -> Iterator[dt.datetime]:
    """Yield the times of a schedule after a moment, in order."""
    trigger = trigger_of(schedule, after)
    moment = None if trigger is None else trigger.get_next_fire_time(None, after)
    while trigger is not None and moment is not None:
        yield moment
        moment = trigger.get_next_fire_time(moment, moment)


def due(pipeline: Pipeline, next_time: dt.datetime, now: dt.datetime) -> Due:
    """Decide what becomes of the times of a pipeline that have come.

    Args:
        pipeline: Says what to catch up, how far back and how many times.
        next_time: The first time that is not yet decided.
        now: The present moment of the database.
    """
    # Intervals count from the time that is due, not from now: a late look does not shift them.
    trigger = trigger_of(pipeline.schedule, next_time)
    passed: list[dt.datetime] = []
    moment: dt.datetime | None = next_time
    while moment is not None and moment <= now and len(passed) < MISSED_MAX:
        passed.append(moment)
        moment = None if trigger is None else trigger.get_next_fire_time(moment, now)
    chosen = _chosen(pipeline, passed, now)
    run = frozenset(chosen)
    return Due(tuple(chosen), tuple(time for time in passed if time not in run), moment)


def _chosen(pipeline: Pipeline, passed: list[dt.datetime], now: dt.datetime) -> list[dt.datetime]:
    window = pipeline.catch_up_window_seconds
    recent = [
        moment for moment in passed if window is None or (now - moment).total_seconds() <= window
    ]
    if pipeline.catch_up is CatchUp.ALL:
        return recent[-pipeline.catch_up_max :]
    latest = recent[-1:]
    if pipeline.catch_up is CatchUp.LATEST:
        return latest
    return [moment for moment in latest if (now - moment).total_seconds() <= ON_TIME_SECONDS]
