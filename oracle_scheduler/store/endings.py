"""How an attempt ends: reported by its worker, or found lost when its lease has expired."""

from __future__ import annotations

import datetime as dt
import logging
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from oracle_scheduler.jobfile import JobFileError, stored_pipeline
from oracle_scheduler.store import history
from oracle_scheduler.store.progress import advance, promote
from oracle_scheduler.store.states import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_scheduler.jobfile import Job, Retry
    from oracle_scheduler.store.database import Database

_LOGGER = logging.getLogger(__name__)

INTERRUPTIONS_MAX = 3
"""Attempts that may be lost before a job that is retried when interrupted fails."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended.

    Attributes:
        state: SUCCESS, FAILED, TIMEOUT or INTERRUPTED.
        exit_code: Of the command, 128 + n for signal n; None where it is not known.
        reason: What a person needs to know; no output of the command.
        was_started: False where the command is known not to have begun, so that it is safe to start
            whatever `on_interrupted` says.
    """

    state: State
    exit_code: int | None = None
    reason: str | None = None
    was_started: bool = True


def finish(
    database: Database,
    token: str,
    ending: Ending,
    *,
    only_expired: bool = False,
    chance: Callable[[], float] = random.random,
) -> bool:
    """Record the end of an attempt, and what follows from it.

    Args:
        database: The store.
        token: Of the claim.
        ending: How the attempt ended.
        only_expired: Whether a claim that still holds is left alone.
        chance: Returns a random number from 0 to 1, for the jitter of the wait.

    Returns:
        Whether the end counts. False where the claim was lost before: its job has been given to
        another or was cancelled.
    """

    def work(connection: sa.Connection) -> bool:
        attempt = database.tables.attempt
        row = (
            connection.execute(sa.select(attempt).where(attempt.c.token == token))
            .mappings()
            .first()
        )
        if row is None:
            return False
        if row["state"] == ending.state and row["ended_at"] is not None:
            return True  # the answer to an earlier COMMIT was lost
        locked = _locked(database, connection, row)
        now = database.now(connection)
        # Under the lock of the job: a claim may be lost between the heartbeat and here, and one
        # that had run out may have been extended.
        if locked.task["token"] != token or (only_expired and locked.task["lease_until"] >= now):
            return False
        _end(database, connection, locked, ending, now, chance)
        return True

    return database.perform(work)


@dataclass(frozen=True, slots=True)
class _Locked:
    """The rows of a run and one of its jobs, locked together with their pipeline."""

    run: sa.RowMapping
    task: sa.RowMapping


def _locked(database: Database, connection: sa.Connection, attempt_row: sa.RowMapping) -> _Locked:
    """Lock what the end of an attempt changes."""
    run, task, pipeline = database.tables.run, database.tables.task, database.tables.pipeline
    run_id, job_id = attempt_row["run_id"], attempt_row["job_id"]
    # Read without a lock: it says which pipeline to lock, and a run never changes its pipeline.
    name = connection.execute(
        sa.select(run.c.pipeline_name).where(run.c.run_id == run_id)
    ).scalar_one()
    # Pipeline, run, job: every transaction locks in this order, so that none waits for one that
    # waits for it (ORA-00060). The pipeline may have been removed; its runs stay.
    database.find_and_lock(connection, pipeline, pipeline.c.name == name)
    return _Locked(
        run=database.lock_row(connection, run, run.c.run_id == run_id),
        task=database.lock_row(connection, task, task.c.run_id == run_id, task.c.job_id == job_id),
    )


def _end(
    database: Database,
    connection: sa.Connection,
    locked: _Locked,
    ending: Ending,
    now: dt.datetime,
    chance: Callable[[], float],
) -> None:
    task, task_row = database.tables.task, locked.task
    run_id, job_id = task_row["run_id"], task_row["job_id"]
    # As the run began with it: the job file may have changed since.
    pipeline = stored_pipeline(locked.run["definition"], locked.run["pipeline_name"])
    job = pipeline.job(job_id)
    wait = retry_wait(job, ending, task_row["attempts"], now - task_row["started_at"], chance)
    _close_attempt(database, connection, task_row["token"], ending, now)
    values: dict[str, Any] = {"token": None, "lease_until": None, "exit_code": ending.exit_code}
    if wait is not None:
        ready_at = now + dt.timedelta(seconds=wait)
        values |= {"state": State.RETRYING, "ready_at": ready_at, "reason": ending.reason}
    else:
        values |= {"state": ending.state, "ended_at": now, "reason": ending.reason}
    where = (task.c.run_id == run_id, task.c.job_id == job_id)
    connection.execute(sa.update(task).where(*where).values(values))
    history.record(database, connection, run_id, now, [job_id])
    if wait is None and advance(database, connection, run_id, pipeline, now) is not None:
        promote(database, connection, pipeline, now)


def _close_attempt(
    database: Database, connection: sa.Connection, token: str, ending: Ending, now: dt.datetime
) -> None:
    attempt = database.tables.attempt
    values = {
        "state": ending.state,
        "ended_at": now,
        "exit_code": ending.exit_code,
        "reason": ending.reason,
    }
    connection.execute(sa.update(attempt).where(attempt.c.token == token).values(values))


def retry_wait(
    job: Job,
    ending: Ending,
    attempts: int,
    elapsed: dt.timedelta,
    chance: Callable[[], float],
) -> float | None:
    """Return the seconds until the next attempt, or None where there is none.

    Args:
        job: The job with its rule for retries.
        ending: How the attempt ended.
        attempts: Attempts so far.
        elapsed: Time since the first attempt began.
        chance: Returns a random number from 0 to 1.
    """
    may_repeat = job.retry_interrupted or not ending.was_started
    if ending.state is State.INTERRUPTED and may_repeat:
        # Not a failure of the command, so that it costs no retry; bounded, because the job itself
        # may be what ends its worker.
        return 0.0 if attempts <= max(INTERRUPTIONS_MAX, job.retry.max_retries) else None
    if not ending.state.is_failure or attempts > job.retry.max_retries:
        return None
    if not _is_retried(job.retry, ending):
        return None
    wait = job.retry.delay_seconds * job.retry.backoff ** (attempts - 1)
    wait *= 1 + job.retry.jitter * (2 * chance() - 1)
    limit = job.retry.max_time_seconds
    return None if limit is not None and elapsed.total_seconds() + wait > limit else wait


def _is_retried(retry: Retry, ending: Ending) -> bool:
    if ending.state is State.FAILED:
        return not retry.on_exit_codes or ending.exit_code in retry.on_exit_codes
    return str(ending.state) in retry.on_status


def reap(database: Database) -> int:
    """End the attempts whose lease has expired as INTERRUPTED, and return their number.

    The supervisor of such an attempt has killed its child before: its deadline without a
    heartbeat is shorter than the lease.
    """

    def expired(connection: sa.Connection) -> list[str]:
        task = database.tables.task
        where = (task.c.state == State.RUNNING, task.c.lease_until < database.now_in_sql())
        return [row.token for row in connection.execute(sa.select(task.c.token).where(*where))]

    ending = Ending(State.INTERRUPTED, None, "its worker stopped without a word")
    count = 0
    # One transaction for each: it locks a pipeline, a run and a job, and two processes that reap at
    # once would lock several in different orders.
    for token in database.perform(expired):
        try:
            count += finish(database, token, ending, only_expired=True)
        except JobFileError as error:
            # Written by a later version; the others must not wait for it.
            _LOGGER.error("An attempt that was lost is left as it is: %s", error)  # noqa: TRY400
    return count
