"""What an operator does to a run: cancel it, resume it, call a job done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from oracle_core.errors import ConfigurationError
from oracle_scheduler.jobfile import stored_pipeline
from oracle_scheduler.store import history
from oracle_scheduler.store.errors import UnknownNameError
from oracle_scheduler.store.progress import PASSED_OVER, advance, cancel_run, promote
from oracle_scheduler.store.states import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_scheduler.jobfile import Pipeline
    from oracle_scheduler.store.database import Database

MARKED = "marked as done by an operator"

_FAILED = (State.FAILED, State.TIMEOUT, State.INTERRUPTED)
_NOT_DONE = (*_FAILED, State.CANCELLED, State.SKIPPED)


def cancel(database: Database, run_id: str) -> None:
    """Cancel a run that has not ended; what runs is killed at its next heartbeat.

    Raises:
        ConfigurationError: If the run is not known (`UnknownNameError`), or it has ended.
    """

    def work(connection: sa.Connection) -> None:
        pipeline, state = _locked(database, connection, run_id)
        if state.is_final:
            message = f"run '{run_id}' has ended as {state}; there is nothing to cancel"
            raise ConfigurationError(message)
        now = database.now(connection)
        cancel_run(database, connection, run_id, "cancelled by an operator", now)
        promote(database, connection, pipeline, now)

    database.perform(work)


def resume(database: Database, run_id: str, *, failed_only: bool = False) -> None:
    """Let a run that has ended go on: its jobs that are not done are started again.

    Args:
        database: The store.
        run_id: Of a run that has ended.
        failed_only: Whether only jobs that failed are started again, not those that were skipped
            because of them or cancelled.

    Raises:
        ConfigurationError: If the run is not known (`UnknownNameError`), it has not ended, or
            all is done.
    """
    again = _FAILED if failed_only else _NOT_DONE

    def work(connection: sa.Connection) -> None:
        pipeline, state = _locked(database, connection, run_id)
        if not state.is_final or state in {State.MISSED, State.SKIPPED}:
            message = f"run '{run_id}' is {state}; only a run whose jobs have ended is resumed"
            raise ConfigurationError(message)
        task, run = database.tables.task, database.tables.run
        # What an operator skipped stays skipped; what was skipped for a failure is tried again.
        passed_over = sa.and_(task.c.state == State.SKIPPED, task.c.reason == PASSED_OVER)
        statement = sa.update(task).where(
            task.c.run_id == run_id, task.c.state.in_(again), sa.not_(passed_over)
        )
        values = {"state": State.WAITING, "ended_at": None, "reason": None, "token": None}
        if connection.execute(statement.values(values)).rowcount == 0:
            message = f"run '{run_id}' has no job that is not done"
            raise ConfigurationError(message)
        # WAITING and not QUEUED: `promote` begins it when `max_active_runs` leaves room.
        waiting = {"state": State.WAITING, "ended_at": None, "reason": None}
        connection.execute(sa.update(run).where(run.c.run_id == run_id).values(waiting))
        now = database.now(connection)
        history.record(database, connection, run_id, now)
        promote(database, connection, pipeline, now)

    database.perform(work)


def mark_success(database: Database, run_id: str, job_ids: Sequence[str]) -> None:
    """Call jobs of a run done, so that the jobs behind them may start.

    Raises:
        ConfigurationError: If the run or a job is not known, or a job runs.
    """

    def work(connection: sa.Connection) -> None:
        pipeline, _ = _locked(database, connection, run_id)
        task, run = database.tables.task, database.tables.run
        now = database.now(connection)
        for job_id in job_ids:
            # Not one that runs: it would end a second time, with a result of its own.
            statement = sa.update(task).where(
                task.c.run_id == run_id, task.c.job_id == job_id, task.c.state != State.RUNNING
            )
            values = {"state": State.SUCCESS, "ended_at": now, "reason": MARKED}
            if connection.execute(statement.values(values)).rowcount == 0:
                message = f"run '{run_id}' has no job '{job_id}' that is not running"
                raise ConfigurationError(message)
        waiting = {"state": State.WAITING, "ended_at": None}
        ended = (run.c.run_id == run_id, run.c.ended_at.is_not(None))
        connection.execute(sa.update(run).where(*ended).values(waiting))
        history.record(database, connection, run_id, now, job_ids)
        if advance(database, connection, run_id, pipeline, now) is not None:
            promote(database, connection, pipeline, now)

    database.perform(work)


def _locked(database: Database, connection: sa.Connection, run_id: str) -> tuple[Pipeline, State]:
    """Return the pipeline of a run as the run knows it, and the state of the run, both locked."""
    run, pipeline = database.tables.run, database.tables.pipeline
    query = sa.select(run.c.pipeline_name).where(run.c.run_id == run_id)
    name = connection.execute(query).scalar()
    if name is None:
        message = f"no run has the id '{run_id}'; `oracle-scheduler runs list` shows them"
        raise UnknownNameError(message)
    # Pipeline, then run: the order of `endings`, where another would be a deadlock (ORA-00060).
    database.find_and_lock(connection, pipeline, pipeline.c.name == name)
    row = database.lock_row(connection, run, run.c.run_id == run_id)
    return stored_pipeline(row["definition"], name), State(row["state"])
