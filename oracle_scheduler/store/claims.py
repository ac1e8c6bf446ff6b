"""How a worker comes to a job: one row wins, and every later write carries its token.

Neither SKIP LOCKED nor DBMS_LOCK nor queues of the database: the row of the queue is locked, the
free slots are counted, and the job is taken by `UPDATE … WHERE STATE = …`, which one worker wins.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from oracle_scheduler.jobfile import Job, JobFileError, Pipeline, stored_pipeline
from oracle_scheduler.store import history
from oracle_scheduler.store.states import CLAIMABLE, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from oracle_scheduler.store.database import Database

_LOGGER = logging.getLogger(__name__)

_CANDIDATES = 100
"""Ready jobs that one claim looks at; those whose key is busy are passed over."""

_FULL_MAX = 900
"""Runs without room that the query leaves out; an IN list ends at 1,000 (ORA-01795)."""

_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

_KEYS_LOCK = "concurrency keys"
"""Row of the leases' table under which jobs with concurrency keys are taken."""


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
        run_row = None if chosen is None else _locked_run(database, connection, chosen, now)
        if chosen is None or run_row is None:
            return None
        if not _take(database, connection, chosen, run_row, claimant, token, now):
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
    running = _running(database, connection)
    # Counted in the table and not kept as a number, which a worker that died would leave too high.
    if sum(row["queue_name"] == queue for row in running) >= slots:
        return None
    busy_keys = _keys(running)
    counts = Counter(row["run_id"] for row in running)
    # In the query: a run with hundreds of ready jobs would otherwise fill the candidates, and the
    # jobs of other runs wait for its end.
    full = sorted({row["run_id"] for row in running if counts[row["run_id"]] >= row["max_workers"]})
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
    if full:
        query = query.where(task.c.run_id.not_in(full[:_FULL_MAX]))
    for row in connection.execute(query).mappings():
        has_room = counts[row["run_id"]] < row["max_workers"]
        is_free = has_room and busy_keys.isdisjoint(_keys([row]))
        if is_free and _is_readable(database, connection, row["run_id"]):
            return row
    return None


def _running(database: Database, connection: sa.Connection) -> Sequence[sa.RowMapping]:
    """Return the jobs of all queues that run: two of one Meltano state meet in no two queues."""
    task, run = database.tables.task, database.tables.run
    columns = (task.c.run_id, task.c.queue_name, task.c.concurrency_key, run.c.max_workers)
    query = (
        sa.select(*columns)
        .join(run, run.c.run_id == task.c.run_id)
        # A range of the index of what runs; states are too few for an index on them to be used.
        .where(task.c.lease_until > _LONG_AGO, task.c.state == State.RUNNING)
    )
    return connection.execute(query).mappings().all()


def _keys(rows: Iterable[sa.RowMapping]) -> set[str]:
    return {key for row in rows for key in (row["concurrency_key"] or "").split()}


def _is_readable(database: Database, connection: sa.Connection, run_id: str) -> bool:
    """Return whether this version can read the definition of a job's run.

    A worker of an older version leaves a job to those that can, and takes what comes behind it.
    """
    run = database.tables.run
    query = sa.select(run.c.definition, run.c.pipeline_name).where(run.c.run_id == run_id)
    row = connection.execute(query).one()
    try:
        stored_pipeline(row.definition, row.pipeline_name)
    except JobFileError as error:
        _LOGGER.error("Run %s is left to other workers: %s", run_id, error)  # noqa: TRY400
        return False
    return True


def _locked_run(
    database: Database, connection: sa.Connection, chosen: sa.RowMapping, now: dt.datetime
) -> sa.RowMapping | None:
    """Return the run of a job, locked; None where the job must not run beside those that do.

    The lock of a queue keeps out claims of that queue alone. What counts over all of them is looked
    at again under a lock that all of them take: the row of the keys, or that of the run.
    """
    keys, run = _keys([chosen]), database.tables.run
    if keys:
        lease = database.tables.lease
        where = lease.c.name == _KEYS_LOCK
        if database.find_and_lock(connection, lease, where) is None:
            first = {"name": _KEYS_LOCK, "held_until": now, "version": 1}
            connection.execute(sa.insert(lease).values(first))
    # The run before its job, as everywhere: another order would be a deadlock (ORA-00060).
    row = database.lock_row(connection, run, run.c.run_id == chosen["run_id"])
    running = _running(database, connection)
    own = sum(other["run_id"] == chosen["run_id"] for other in running)
    has_room = own < row["max_workers"] and keys.isdisjoint(_keys(running))
    return row if has_room else None


def _take(
    database: Database,
    connection: sa.Connection,
    chosen: sa.RowMapping,
    run_row: sa.RowMapping,
    claimant: Claimant,
    token: str,
    now: dt.datetime,
) -> bool:
    """Return whether the job could be taken: another may have cancelled it meanwhile."""
    run, task = database.tables.run, database.tables.task
    run_id, job_id = chosen["run_id"], chosen["job_id"]
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
    if run_row["state"] == State.QUEUED:
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
    pipeline = stored_pipeline(run_row["definition"], run_row["pipeline_name"])
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
