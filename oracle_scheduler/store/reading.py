"""What people and pages ask the store."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from oracle_scheduler.store.errors import UnknownNameError
from oracle_scheduler.store.states import CLAIMABLE

if TYPE_CHECKING:
    import datetime as dt

    from oracle_scheduler.store.database import Database


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run."""

    run_id: str
    pipeline: str
    state: str
    scheduled_for: dt.datetime | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    reason: str | None
    missed_count: int


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One job of a run; `node_id` is the process that claimed it last."""

    job_id: str
    state: str
    attempts: int
    node_id: str | None
    exit_code: int | None
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """One pipeline and its next time."""

    name: str
    is_paused: bool
    source: str | None
    next_time: dt.datetime | None


@dataclass(frozen=True, slots=True)
class PipelineDetail(PipelineRow):
    """One pipeline with the text that defines it."""

    definition: str


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One process of the service."""

    node_id: str
    host: str
    pid: int
    roles: str
    started_at: dt.datetime
    seen_at: dt.datetime


def runs(database: Database, *, pipeline: str | None = None, limit: int = 20) -> list[RunRow]:
    """Return the newest runs, newest first.

    Args:
        database: The store.
        pipeline: Name of a pipeline; None for all.
        limit: Number of runs at most.
    """
    run = database.tables.run
    # By id, which is in the order of time (UUID version 7) and has an index; created_at has none.
    query = _run_query(run).order_by(run.c.run_id.desc()).limit(limit)
    if pipeline is not None:
        query = query.where(run.c.pipeline_name == pipeline)

    def work(connection: sa.Connection) -> list[RunRow]:
        return [RunRow(**row) for row in connection.execute(query).mappings()]

    return database.perform(work)


def _run_query(run: sa.Table) -> sa.Select[tuple[object, ...]]:
    columns = run.c
    return sa.select(
        columns.run_id,
        columns.pipeline_name.label("pipeline"),
        columns.state,
        columns.scheduled_for,
        columns.created_at,
        columns.started_at,
        columns.ended_at,
        columns.reason,
        columns.missed_count,
    )


def run_of(database: Database, run_id: str) -> tuple[RunRow, list[TaskRow]]:
    """Return a run and its jobs in the order of the file.

    Raises:
        UnknownNameError: If the run is not known.
    """
    run, task = database.tables.run, database.tables.task
    columns = task.c
    tasks = (
        sa.select(
            columns.job_id,
            columns.state,
            columns.attempts,
            columns.node_id,
            columns.exit_code,
            columns.started_at,
            columns.ended_at,
            columns.reason,
        )
        .where(columns.run_id == run_id)
        .order_by(columns.place)
    )

    def work(connection: sa.Connection) -> tuple[RunRow, list[TaskRow]] | None:
        query = _run_query(run).where(run.c.run_id == run_id)
        row = connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        rows = connection.execute(tasks).mappings()
        return RunRow(**row), [TaskRow(**task_row) for task_row in rows]

    result = database.perform(work)
    if result is None:
        raise _unknown_run(run_id)
    return result


def run_definition(database: Database, run_id: str) -> str:
    """Return the job file that a run was made of, which may differ from the present one.

    Raises:
        UnknownNameError: If the run is not known.
    """
    run = database.tables.run
    query = sa.select(run.c.definition).where(run.c.run_id == run_id)
    text = database.perform(lambda connection: connection.execute(query).scalar())
    if text is None:
        raise _unknown_run(run_id)
    return str(text)


def _unknown_run(run_id: str) -> UnknownNameError:
    message = f"no run has the id '{run_id}'; `oracle-scheduler runs list` shows them"
    return UnknownNameError(message)


def runs_by_day(
    database: Database, since: dt.datetime, *, pipeline: str | None = None
) -> list[tuple[dt.date, str, int]]:
    """Return day (UTC), state and number of the runs made since a moment.

    Days are cut here and not by the database, whose functions for it differ.
    """
    run = database.tables.run
    query = sa.select(run.c.created_at, run.c.state).where(run.c.created_at >= since)
    if pipeline is not None:
        query = query.where(run.c.pipeline_name == pipeline)

    def work(connection: sa.Connection) -> Counter[tuple[dt.date, str]]:
        return Counter((row.created_at.date(), row.state) for row in connection.execute(query))

    counts = database.perform(work)
    return [(day, state, count) for (day, state), count in counts.items()]


def pipelines(database: Database) -> list[PipelineRow]:
    """Return all pipelines by name."""
    pipeline, trigger = database.tables.pipeline, database.tables.trigger
    query = (
        sa.select(pipeline.c.name, pipeline.c.is_paused, pipeline.c.source, trigger.c.next_time)
        .outerjoin(trigger, trigger.c.pipeline_name == pipeline.c.name)
        .order_by(pipeline.c.name)
    )

    def work(connection: sa.Connection) -> list[PipelineRow]:
        return [
            PipelineRow(row["name"], bool(row["is_paused"]), row["source"], row["next_time"])
            for row in connection.execute(query).mappings()
        ]

    return database.perform(work)


def pipeline(database: Database, name: str) -> PipelineDetail:
    """Return one pipeline.

    Raises:
        UnknownNameError: If the pipeline is not known.
    """
    pipeline, trigger = database.tables.pipeline, database.tables.trigger
    columns = (pipeline.c.name, pipeline.c.is_paused, pipeline.c.source, pipeline.c.definition)
    query = (
        sa.select(*columns, trigger.c.next_time)
        .outerjoin(trigger, trigger.c.pipeline_name == pipeline.c.name)
        .where(pipeline.c.name == name)
    )

    def work(connection: sa.Connection) -> PipelineDetail | None:
        row = connection.execute(query).mappings().one_or_none()
        return (
            None if row is None else PipelineDetail(**{**row, "is_paused": bool(row["is_paused"])})
        )

    result = database.perform(work)
    if result is None:
        message = f"no pipeline is called '{name}'"
        raise UnknownNameError(message)
    return result


def nodes(database: Database) -> list[NodeRow]:
    """Return the processes of the service that were seen last, newest first."""
    node = database.tables.node
    query = sa.select(node).order_by(node.c.seen_at.desc())

    def work(connection: sa.Connection) -> list[NodeRow]:
        return [NodeRow(**row) for row in connection.execute(query).mappings()]

    return database.perform(work)


def has_ready(database: Database, queues: tuple[str, ...]) -> bool:
    """Return whether a job of some queue may be claimed now: one cheap statement per poll."""
    task = database.tables.task

    def work(connection: sa.Connection) -> bool:
        query = (
            sa.select(task.c.run_id)
            .where(
                task.c.queue_name.in_(queues),
                task.c.state.in_(CLAIMABLE),
                task.c.ready_at <= database.now_in_sql(),
            )
            .limit(1)
        )
        return connection.execute(query).first() is not None

    return database.perform(work)
