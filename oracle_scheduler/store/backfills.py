"""Runs of times that passed before a pipeline was there, or while it was paused."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from oracle_core.errors import ConfigurationError
from oracle_scheduler.calendar.schedules import times
from oracle_scheduler.jobfile import Overlap
from oracle_scheduler.store.definitions import definition
from oracle_scheduler.store.firing import insert_run, runs_of

if TYPE_CHECKING:
    import sqlalchemy as sa

    from oracle_scheduler.jobfile import Schedule
    from oracle_scheduler.store.database import Database

TIMES_MAX = 1_000
"""Times of one backfill; more are asked for in parts."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """What a backfill came to.

    Attributes:
        times: All times of the period.
        run_ids: Runs that were made; times that had one already have none here.
    """

    times: tuple[dt.datetime, ...]
    run_ids: tuple[str, ...]


def backfill(
    database: Database,
    name: str,
    *,
    since: dt.datetime,
    until: dt.datetime,
    dry_run: bool = False,
) -> Backfill:
    """Make the runs of past times of a pipeline, in order; they wait for each other.

    A time has one key whoever makes its run, so that none is run a second time.

    Args:
        database: The store.
        name: Of the pipeline.
        since: First moment of the period; without an offset it is in the pipeline's zone.
        until: Moment behind the period, which is not run itself.
        dry_run: Whether only the times are returned.

    Raises:
        ConfigurationError: If the pipeline is not known, has no times of a clock, or the period
            has more than `TIMES_MAX`.
    """

    def work(connection: sa.Connection) -> Backfill:
        known = definition(database, connection, name)
        moments = _moments(known.pipeline.schedule, since, until)
        if dry_run:
            return Backfill(moments, ())
        now = database.now(connection)
        # Neither skipped nor cancelled for each other, whatever the pipeline does otherwise.
        queued = replace(known, pipeline=replace(known.pipeline, overlap=Overlap.QUEUE))
        made = [
            insert_run(database, connection, queued, new, now) for new in runs_of(name, moments)
        ]
        return Backfill(moments, tuple(run_id for run_id in made if run_id is not None))

    return database.perform(work)


def _moments(schedule: Schedule, since: dt.datetime, until: dt.datetime) -> tuple[dt.datetime, ...]:
    if schedule.cron is None and schedule.at is None:
        message = "only a pipeline with cron or date has times in the past; start it by hand"
        raise ConfigurationError(message)
    zone = zoneinfo.ZoneInfo(schedule.timezone)
    # In UTC: within one zone Python compares wall clocks, which go back in the autumn night.
    first, end = (
        (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
        for moment in (since, until)
    )
    # A calendar's times are those behind a moment, but the first moment of the period counts.
    moments_from = times(schedule, first - dt.timedelta(microseconds=1))
    period = takewhile(lambda moment: first <= moment < end, moments_from)
    # One more than the limit: `* * * * *` and a far end would otherwise be counted to the end.
    moments = tuple(islice(period, TIMES_MAX + 1))
    if len(moments) > TIMES_MAX:
        message = f"the period has more than {TIMES_MAX} times; ask for it in parts"
        raise ConfigurationError(message)
    return tuple(moment.astimezone(dt.UTC) for moment in moments)
