"""The pipelines of the store as jobs of APScheduler."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

import sqlalchemy as sa
from apscheduler.job import Job
from apscheduler.jobstores.base import BaseJobStore

from oracle_scheduler.calendar.schedules import trigger_of
from oracle_scheduler.jobfile import JobFileError, stored_pipeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_scheduler.store.database import Database

_LOGGER = logging.getLogger(__name__)

EXECUTOR = "firing"

_NOW = dt.timedelta(0)

_POLLS_PER_READ = 3
"""Times are known ahead and met exactly; they are read again because other processes change them,
and rarely, so that an idle process sends fewer than two statements per second."""


class PipelineJobStore(BaseJobStore):  # type: ignore[misc] # APScheduler 3 has no types
    """Shows APScheduler what is due; changes of it are made by `firing.fire` alone.

    A definition that cannot be read is logged and left as it is.
    """

    def __init__(
        self, database: Database, *, is_leader: Callable[[], bool], poll_seconds: float
    ) -> None:
        """Look into a store.

        Args:
            database: The store.
            is_leader: Returns whether this process fires; while it does not, nothing is due.
            poll_seconds: How often times are read again, because other processes change them.
        """
        super().__init__()
        self._database = database
        self._is_leader = is_leader
        self._poll = dt.timedelta(seconds=poll_seconds)
        self._reread = _POLLS_PER_READ * self._poll
        self._wait = self._poll
        self._unreadable: set[str] = set()

    def get_due_jobs(self, now: dt.datetime) -> list[Job]:
        """Return the pipelines whose next time has come by the database's clock.

        One statement answers this and `get_next_run_time`, which APScheduler asks afterwards.
        """
        del now
        self._wait = self._reread
        # Before the store is asked: a process that waits to lead sends no statement here.
        if not self._is_leader():
            return []
        rows = self._database.perform(self._coming)
        # Differences by the clock of the database, in which this machine's has no part.
        waits = [row["next_time"] - row["moment"] for row in rows]
        self._wait = min((wait for wait in waits if wait > _NOW), default=self._reread)
        due = (row for row, wait in zip(rows, waits, strict=True) if wait <= _NOW)
        jobs = [self._job(row) for row in due]
        # What cannot be read stays due; its file may be mended before the next read.
        if any(job is None for job in jobs):
            self._wait = min(self._wait, self._poll)
        return [job for job in jobs if job is not None]

    def _coming(self, connection: sa.Connection) -> list[sa.RowMapping]:
        """Return the pipelines whose time has come, or comes before times are read again."""
        trigger, pipeline = self._database.tables.trigger, self._database.tables.pipeline
        moment = self._database.now_in_sql()
        query = (
            sa.select(
                pipeline.c.name,
                pipeline.c.definition,
                trigger.c.next_time,
                moment.label("moment"),
            )
            .join(trigger, trigger.c.pipeline_name == pipeline.c.name)
            .where(
                pipeline.c.is_paused == 0,
                trigger.c.next_time <= self._database.later_in_sql(self._reread),
            )
            .order_by(trigger.c.next_time)
        )
        return list(connection.execute(query).mappings())

    def _job(self, row: sa.RowMapping) -> Job | None:
        name = row["name"]
        try:
            pipeline = stored_pipeline(row["definition"], name)
        except JobFileError as error:
            if name not in self._unreadable:
                _LOGGER.error("Pipeline '%s' is left alone: %s", name, error)  # noqa: TRY400
            self._unreadable.add(name)
            return None
        self._unreadable.discard(name)
        job = Job(
            self._scheduler,
            id=name,
            name=name,
            func=_fired_by_the_executor,
            args=(),
            kwargs={},
            trigger=trigger_of(pipeline.schedule, row["next_time"]),
            executor=EXECUTOR,
            # The default of one second drops late times with a line in the log (apscheduler issues
            # 146, 182); here `catch_up` decides about them.
            misfire_grace_time=None,
            # One call of the executor per look: `fire` reads all times that have passed.
            coalesce=True,
            max_instances=1,
            next_run_time=row["next_time"],
        )
        job._jobstore_alias = self._alias  # noqa: SLF001 - as APScheduler's own stores do
        return job

    def get_next_run_time(self) -> dt.datetime:
        """Return when to look again: at the next time, or when times are read again.

        A wait by the database's clock: this machine's may be off. Never below a moment, so that a
        pipeline that cannot be read does not keep the loop busy.
        """
        return dt.datetime.now(dt.UTC) + max(self._wait, dt.timedelta(milliseconds=50))

    def lookup_job(self, job_id: str) -> Job | None:
        """Return a due pipeline by its name."""
        return next((job for job in self.get_all_jobs() if job.id == job_id), None)

    def get_all_jobs(self) -> list[Job]:
        """Return the pipelines that are due; the others are of no interest to APScheduler."""
        return self.get_due_jobs(dt.datetime.now(dt.UTC))

    def add_job(self, job: Job) -> None:
        """Refuse: pipelines come to the store by `definitions.register`.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError(job.id)

    def update_job(self, job: Job) -> None:
        """Leave the next time alone: the executor has moved it together with inserting the run."""

    def remove_job(self, job_id: str) -> None:
        """Leave a pipeline without further times in the store."""

    def remove_all_jobs(self) -> None:
        """Leave the store as it is."""


def _fired_by_the_executor() -> None:
    """Stand for the function of a job; the executor does not call it."""
