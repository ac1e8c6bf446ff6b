"""What follows when a job or a run has moved: the jobs behind it, the end of the run, the next run.

Every function runs inside a transaction that holds the row of the pipeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from oracle_scheduler.jobfile import TriggerRule, stored_pipeline
from oracle_scheduler.store import events, history
from oracle_scheduler.store.states import ACTIVE, State

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from oracle_scheduler.jobfile import Job, Pipeline
    from oracle_scheduler.store.database import Database

PASSED_OVER = "skipped on request"
"""Reason of a job that the operator skipped; it counts as a success for the jobs behind it."""


def verdict(job: Job, states: Mapping[str, State]) -> State:
    """Return what becomes of a waiting job: WAITING, QUEUED or SKIPPED.

    Args:
        job: The job.
        states: State of each job of the run; SUCCESS for one that was skipped on request.
    """
    before = [states[name] for name in job.dependencies]
    # These two rules hold before all dependencies have ended; the others need all ends.
    rule = job.trigger_rule
    if rule is TriggerRule.ONE_SUCCESS and State.SUCCESS in before:
        return State.QUEUED
    if rule is TriggerRule.ONE_FAILED and any(state.is_failure for state in before):
        return State.QUEUED
    if not all(state.is_final for state in before):
        return State.WAITING
    return State.QUEUED if not before or _holds(rule, before) else State.SKIPPED


def _holds(rule: TriggerRule, before: list[State]) -> bool:
    failures = [state for state in before if state.is_failure]
    results = {
        TriggerRule.ALL_SUCCESS: all(state is State.SUCCESS for state in before),
        TriggerRule.ALL_DONE: True,
        TriggerRule.ALL_FAILED: len(failures) == len(before),
        TriggerRule.ONE_SUCCESS: State.SUCCESS in before,
        TriggerRule.ONE_FAILED: bool(failures),
        TriggerRule.NONE_FAILED: not failures,
    }
    return results[rule]


def advance(
    database: Database,
    connection: sa.Connection,
    run_id: str,
    pipeline: Pipeline,
    now: dt.datetime,
) -> State | None:
    """Queue the jobs that may start now, skip those that never can, and end the run at its end.

    Returns:
        The state that the run has come to, or None where it goes on.
    """
    run, task = database.tables.run, database.tables.task
    database.lock_row(connection, run, run.c.run_id == run_id)
    rows = _task_rows(database, connection, run_id)
    states = {job_id: _effective(row) for job_id, row in rows.items()}
    changed: dict[str, State] = {}
    is_moving = True
    # Repeated: a job that is skipped may decide those behind it, which the file may list before it.
    while is_moving:
        is_moving = False
        for job in pipeline.jobs:
            if states.get(job.id) is not State.WAITING:
                continue
            decided = verdict(job, states)
            if decided is not State.WAITING:
                states[job.id] = changed[job.id] = decided
                is_moving = True
    for job_id, state in changed.items():
        values: dict[str, Any] = {"state": state}
        values |= {"ready_at": now} if state is State.QUEUED else _skipped(now)
        where = (task.c.run_id == run_id, task.c.job_id == job_id)
        connection.execute(sa.update(task).where(*where).values(values))
    history.record(database, connection, run_id, now, list(changed))
    final = _run_state(states.values())
    values = {"state": State.QUEUED} if final is None else {"state": final, "ended_at": now}
    # Only forwards: a run that is RUNNING is not put back to QUEUED, and one that has ended does
    # not end again, with a second notice.
    waiting = run.c.state.in_([State.WAITING] if final is None else sorted(ACTIVE))
    moved = connection.execute(sa.update(run).where(run.c.run_id == run_id, waiting).values(values))
    if final is not None and moved.rowcount:
        events.run_ends(database, connection, run_id, pipeline, final, now)
    return final


def _skipped(now: dt.datetime) -> dict[str, Any]:
    return {"ended_at": now, "reason": "the jobs before it did not end as its trigger_rule asks"}


def _effective(row: Mapping[str, Any]) -> State:
    state = State(row["state"])
    return State.SUCCESS if state is State.SKIPPED and row["reason"] == PASSED_OVER else state


def _task_rows(
    database: Database, connection: sa.Connection, run_id: str
) -> dict[str, Mapping[str, Any]]:
    task = database.tables.task
    query = sa.select(task.c.job_id, task.c.state, task.c.reason).where(task.c.run_id == run_id)
    return {row["job_id"]: dict(row) for row in connection.execute(query).mappings()}


def _run_state(states: Iterable[State]) -> State | None:
    """Return the state of a run whose jobs have all ended; None while one has not."""
    ended = list(states)
    if not all(state.is_final for state in ended):
        return None
    # Before CANCELLED: whoever looks for failures must find the run.
    if any(state.is_failure for state in ended):
        return State.FAILED
    return State.CANCELLED if State.CANCELLED in ended else State.SUCCESS


def promote(
    database: Database, connection: sa.Connection, pipeline: Pipeline, now: dt.datetime
) -> None:
    """Let the oldest waiting run begin where the pipeline has room for it."""
    run = database.tables.run
    query = (
        sa.select(run.c.run_id, run.c.state)
        .where(run.c.pipeline_name == pipeline.name, run.c.state.in_(sorted(ACTIVE)))
        # Ids of one transaction are in the order of its times; those of the next may overlap them.
        .order_by(run.c.created_at, run.c.run_id)
    )
    rows = connection.execute(query).all()
    room = pipeline.max_active_runs - sum(row.state != State.WAITING for row in rows)
    for row in [row for row in rows if row.state == State.WAITING][: max(0, room)]:
        text = sa.select(run.c.definition).where(run.c.run_id == row.run_id)
        # Its own: the job file may have changed between the two runs, and with it the jobs.
        own = stored_pipeline(connection.execute(text).scalar_one(), pipeline.name)
        advance(database, connection, row.run_id, own, now)


def cancel_run(
    database: Database, connection: sa.Connection, run_id: str, reason: str, now: dt.datetime
) -> None:
    """Cancel a run: what has not ended is CANCELLED, and the token of what runs is taken away.

    The worker of a running job meets its lost token at its next heartbeat and kills the child.
    """
    tables = database.tables
    active = (tables.task.c.run_id == run_id, tables.task.c.state.in_(sorted(ACTIVE)))
    # Read before the UPDATE, behind which no job is active.
    job_ids = list(connection.execute(sa.select(tables.task.c.job_id).where(*active)).scalars())
    values = {"state": State.CANCELLED, "ended_at": now, "reason": reason}
    for table in (tables.run, tables.task, tables.attempt):
        where = (table.c.run_id == run_id, table.c.state.in_(sorted(ACTIVE)))
        # The attempt keeps its token, by which its output is still stored.
        released = {"token": None, "lease_until": None} if table is tables.task else {}
        connection.execute(sa.update(table).where(*where).values(**values, **released))
    history.record(database, connection, run_id, now, job_ids)
    events.disarm(database, connection, run_id, now)
