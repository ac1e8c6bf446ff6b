"""How a worker comes to a job: one row wins, and every later write carries its token.

Neither SKIP LOCKED nor DBMS_LOCK nor queues of the database: the row of the queue is locked, the
free slots are counted, and the job is taken by `UPDATE … WHERE STATE = …`, which one worker wins.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from oracle_scheduler.jobfile import Job, Pipeline, pipeline_of
from oracle_scheduler.store import history
from oracle_scheduler.store.states import CLAIMABLE, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_scheduler.store.database import Database

_CANDIDATES = 100
"""Ready jobs that one claim looks at; those whose run or key is busy are passed over."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that a worker has taken.

    Attributes:
        token: Proof of the claim; whoever has lost it writes nothing more.
        attempt: Number of the attempt, counted from 1.
        env: Variables given when the run was started.
        was_killed: Whether the attempt before was killed or lost, so that Meltano's own guard may
            still hold the job for minutes.
    """

    run_id: str
    job: Job
    pipeline: Pipeline
    token: str
    attempt: int
    scheduled_for: dt.datetime | None
    env: Mapping[str, str]
    was_killed: bool


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who claims, and for how long a claim holds without a heartbeat."""

    node_id: str
    lease_seconds: float


def set_slots(database: Database, queue: str, slots: int) -> None:
    """Say how many jobs of a queue run at the same time, over all workers."""

    def work(connection: sa.Connection) -> None:
        table = database.tables.queue
        row = database.find_and_lock(connection, table, table.c.name == queue)
        if row is None:
            connection.execute(sa.insert(table).values(name=queue, slots=slots, claims=0))
        else:
            connection.execute(sa.update(table).where(table.c.name == queue).values(slots=slots))

    database.perform(work)


def claim(database: Database, queue: str, claimant: Claimant, token: str) -> Claim | None:
    """Take the next job of a queue.

    Args:
        database: The store.
        queue: Name of the queue.
        claimant: Who asks.
        token: New for each call. Where the answer to a COMMIT was lost, the repeated transaction
            meets the token in the store and returns what it had taken.

    Returns:
        The claim; None where nothing is ready or no slot is free.
    """

    def work(connection: sa.Connection) -> Claim | None:
        task = database.tables.task
        # Before anything else: `perform` repeats this after a COMMIT whose answer was lost.
        own = connection.execute(sa.select(task).where(task.c.token == token)).mappings().first()
        if own is not None:
            return _claim_of(database, connection, own, token)
        table = database.tables.queue
        row = database.find_and_lock(connection, table, table.c.name == queue)
        if row is None:
            return None
        now = database.now(connection)
        # Under the lock of the queue: two workers that count at once would both see the last slot.
        chosen = _choose(database, connection, queue, int(row["slots"]), now)
        if chosen is None or not _take(database, connection, chosen, claimant, token, now):
            return None
        update = sa.update(table).where(table.c.name == queue)
        connection.execute(update.values(claims=table.c.claims + 1))
        return _claim_of(database, connection, chosen, token)

    return database.perform(work)


def _choose(
    database: Database, connection: sa.Connection, queue: str, slots: int, now: dt.datetime
) -> sa.RowMapping | None:
    """Return the first ready job whose queue, run and concurrency key have room."""
    task, run = database.tables.task, database.tables.run
    running = connection.execute(
        sa.select(task.c.run_id, task.c.queue_name, task.c.concurrency_key).where(
            task.c.state == State.RUNNING
        )
    ).all()
    # Counted in the table and not kept as a number, which a worker that died would leave too high.
    if sum(row.queue_name == queue for row in running) >= slots:
        return None
    # Of all queues: two jobs of one Meltano state must not meet, wherever they run.
    busy_keys = {key for row in running for key in (row.concurrency_key or "").split()}
    # No FOR UPDATE: with row limiting it is ORA-02014, and SKIP LOCKED behind ROWNUM counts the
    # rows that it then skips. `_take` decides by what its UPDATE finds.
    query = (
        sa.select(task, run.c.max_workers)
        .join(run, run.c.run_id == task.c.run_id)
        .where(task.c.queue_name == queue, task.c.state.in_(CLAIMABLE), task.c.ready_at <= now)
        # Run and place make the order total: on equal times the file decides.
        .order_by(task.c.priority.desc(), task.c.ready_at, task.c.run_id, task.c.place)
        .limit(_CANDIDATES)
    )
    for row in connection.execute(query).mappings():
        own = sum(other.run_id == row["run_id"] for other in running)
        keys = (row["concurrency_key"] or "").split()
        if own < row["max_workers"] and busy_keys.isdisjoint(keys):
            return row
    return None


def _take(
    database: Database,
    connection: sa.Connection,
    chosen: sa.RowMapping,
    claimant: Claimant,
    token: str,
    now: dt.datetime,
) -> bool:
    """Return whether the job could be taken: another may have cancelled it meanwhile."""
    run, task = database.tables.run, database.tables.task
    run_id, job_id = chosen["run_id"], chosen["job_id"]
    # The run before its job, as everywhere: another order would be a deadlock (ORA-00060).
    held = database.lock_row(connection, run, run.c.run_id == run_id)
    attempt = chosen["attempts"] + 1
    statement = sa.update(task).where(
        task.c.run_id == run_id,
        task.c.job_id == job_id,
        task.c.state.in_(CLAIMABLE),
        # A job that was retried in between is in a state of CLAIMABLE as well.
        task.c.attempts == chosen["attempts"],
    )
    values = {
        "state": State.RUNNING,
        "attempts": attempt,
        "token": token,
        "node_id": claimant.node_id,
        "lease_until": now + dt.timedelta(seconds=claimant.lease_seconds),
        # Of the first attempt: `max_time_seconds` of the retries counts from it.
        "started_at": now if chosen["started_at"] is None else chosen["started_at"],
    }
    if connection.execute(statement.values(values)).rowcount != 1:
        return False
    if held["state"] == State.QUEUED:
        begun = sa.update(run).where(run.c.run_id == run_id)
        connection.execute(begun.values(state=State.RUNNING, started_at=now))
    history.record(database, connection, run_id, now, [job_id])
    connection.execute(
        sa.insert(database.tables.attempt).values(
            run_id=run_id,
            job_id=job_id,
            attempt=attempt,
            token=token,
            node_id=claimant.node_id,
            state=State.RUNNING,
            started_at=now,
        )
    )
    return True


def _claim_of(
    database: Database, connection: sa.Connection, row: sa.RowMapping, token: str
) -> Claim:
    run, attempt, task = database.tables.run, database.tables.attempt, database.tables.task
    run_row = (
        connection.execute(sa.select(run).where(run.c.run_id == row["run_id"])).mappings().one()
    )
    number = connection.execute(
        sa.select(task.c.attempts).where(task.c.token == token)
    ).scalar_one()
    before = connection.execute(
        sa.select(attempt.c.state).where(
            attempt.c.run_id == row["run_id"],
            attempt.c.job_id == row["job_id"],
            attempt.c.attempt == number - 1,
        )
    ).scalar()
    pipeline = pipeline_of(run_row["definition"], run_row["pipeline_name"])
    return Claim(
        run_id=row["run_id"],
        job=pipeline.job(row["job_id"]),
        pipeline=pipeline,
        token=token,
        attempt=int(number),
        scheduled_for=run_row["scheduled_for"],
        env=json.loads(run_row["env"]) if run_row["env"] else {},
        was_killed=before in {State.INTERRUPTED, State.TIMEOUT},
    )


def extend(database: Database, token: str, lease_seconds: float) -> bool:
    """Return whether a claim still holds; if so, it holds for further `lease_seconds`."""

    def work(connection: sa.Connection) -> bool:
        task = database.tables.task
        until = database.now(connection) + dt.timedelta(seconds=lease_seconds)
        # By token and state: a claim that was cancelled or found lost is not brought back.
        where = (task.c.token == token, task.c.state == State.RUNNING)
        result = connection.execute(sa.update(task).where(*where).values(lease_until=until))
        return bool(result.rowcount == 1)

    return database.perform(work)
