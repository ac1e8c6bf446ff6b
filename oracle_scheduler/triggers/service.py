"""The loop that waits for times: APScheduler's, made to outlive errors of the database."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import oracledb
import sqlalchemy as sa
from apscheduler.executors.base import BaseExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import STATE_STOPPED

from oracle_core.errors import OracleError, describe
from oracle_scheduler.store import firing
from oracle_scheduler.triggers.job_store import EXECUTOR, PipelineJobStore

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from apscheduler.job import Job

    from oracle_scheduler.store.database import Database

_LOGGER = logging.getLogger(__name__)

DATABASE_ERRORS = (OracleError, oracledb.Error, sa.exc.SQLAlchemyError, OSError)
"""What the loop outlives."""

_RETRY_SECONDS = 5.0


class FiringExecutor(BaseExecutor):  # type: ignore[misc] # APScheduler 3 has no types
    """Turns what is due into runs."""

    def __init__(self, database: Database, announce: Callable[[], None]) -> None:
        """Fire in a store.

        Args:
            database: The store.
            announce: Called after runs were made, so that workers need not wait for their poll.
        """
        super().__init__()
        self._database = database
        self._announce = announce

    def submit_job(self, job: Job, run_times: Sequence[dt.datetime]) -> None:
        """Fire a pipeline; the store reads the times again by its own clock and under its lock."""
        # Those of APScheduler come from this machine's clock.
        del run_times
        count = firing.RUNS_MAX
        while count == firing.RUNS_MAX:
            try:
                # In the loop and not in a pool: the times have moved when the store is read next.
                run_ids = firing.fire(self._database, job.id)
            except DATABASE_ERRORS as error:
                _LOGGER.warning("Pipeline '%s' is fired later: %s", job.id, describe(error).report)
                return
            for run_id in run_ids:
                _LOGGER.info("Pipeline '%s': run %s", job.id, run_id)
            if run_ids:
                self._announce()
            count = len(run_ids)

    def _do_submit_job(self, job: Job, run_times: Sequence[dt.datetime]) -> None:
        """Stand for the part of the stock executors that `submit_job` replaces."""
        raise NotImplementedError


class FiringScheduler(BackgroundScheduler):  # type: ignore[misc] # APScheduler 3 has no types
    """A scheduler of APScheduler whose loop goes on after an error of the database.

    The stock loop has no handler: an error while the next time is written ends its thread, and
    the process looks healthy (apscheduler issues 109, 213).
    """

    def _main_loop(self) -> None:
        wait = 0.0
        while self.state != STATE_STOPPED:
            self._event.wait(wait)
            self._event.clear()
            # `shutdown` sets the event to end the wait.
            if self.state == STATE_STOPPED:
                return
            try:
                wait = self._process_jobs()
            except DATABASE_ERRORS as error:
                _LOGGER.warning("Times are read later: %s", describe(error).report)
                wait = _RETRY_SECONDS


def firing_scheduler(
    database: Database,
    *,
    is_leader: Callable[[], bool],
    poll_seconds: float,
    announce: Callable[[], None] = lambda: None,
) -> FiringScheduler:
    """Return a scheduler that fires the pipelines of a store; `start` starts its thread."""
    scheduler = FiringScheduler(timezone="UTC", jobstore_retry_interval=_RETRY_SECONDS)
    store = PipelineJobStore(database, is_leader=is_leader, poll_seconds=poll_seconds)
    scheduler.add_jobstore(store, "pipelines")
    scheduler.add_executor(FiringExecutor(database, announce), EXECUTOR)
    return scheduler
