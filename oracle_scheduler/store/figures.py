"""What a monitor asks: who leads, what waits, when each pipeline last succeeded."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from oracle_scheduler.store.leases import LEADER
from oracle_scheduler.store.states import ACTIVE, CLAIMABLE, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_scheduler.store.database import Database

ALIVE_SECONDS = 60.0
"""A process whose last heartbeat is older than this does not count."""

MISSED_DAYS = 7
"""Days over which missed times are counted."""


@dataclass(frozen=True, slots=True)
class PipelineFigures:
    """One pipeline.

    Attributes:
        state: State of its newest run; None before the first.
        last_success: When its last successful run ended.
        last_seconds: How long that run took.
        next_time: Its next time.
        missed: Times that were missed in the last `MISSED_DAYS` days.
    """

    name: str
    is_paused: bool
    state: str | None
    last_success: dt.datetime | None
    last_seconds: float | None
    next_time: dt.datetime | None
    missed: int


@dataclass(frozen=True, slots=True)
class Figures:
    """How the service stands.

    Attributes:
        now: Moment of the figures, by the database's clock.
        leader: Id of the node whose lease holds; None where none does.
        nodes: Number of living processes per role.
        runs: Number of runs per state.
        active_jobs: Number of jobs of active runs per state.
        waiting_seconds: How long the job has waited that could start and has waited longest.
    """

    now: dt.datetime
    leader: str | None
    nodes: Mapping[str, int]
    runs: Mapping[str, int]
    active_jobs: Mapping[str, int]
    waiting_seconds: float
    pipelines: tuple[PipelineFigures, ...]

    @property
    def trouble(self) -> str | None:
        """What keeps the service from its work; None where nothing does."""
        return _trouble(self.leader, self.nodes)


def trouble(database: Database) -> str | None:
    """Return what keeps the service from its work, in two statements; None where nothing does."""

    def work(connection: sa.Connection) -> str | None:
        now = database.now(connection)
        leader, nodes = _leader(database, connection, now), _nodes(database, connection, now)
        return _trouble(leader, nodes)

    return database.perform(work)


def _trouble(leader: str | None, nodes: Mapping[str, int]) -> str | None:
    if leader is None:
        return "no process holds the lease of the leader, so that no time becomes a run"
    if not nodes.get("worker"):
        return f"no worker was seen in the last {ALIVE_SECONDS:.0f} seconds"
    return None


def figures(database: Database) -> Figures:
    """Return the present figures, all of one transaction."""

    def work(connection: sa.Connection) -> Figures:
        now = database.now(connection)
        return Figures(
            now=now,
            leader=_leader(database, connection, now),
            nodes=_nodes(database, connection, now),
            runs=_counts(connection, database.tables.run),
            active_jobs=_counts(connection, database.tables.task, only_active=True),
            waiting_seconds=_waiting(database, connection, now),
            pipelines=_pipelines(database, connection, now),
        )

    return database.perform(work)


def _leader(database: Database, connection: sa.Connection, now: dt.datetime) -> str | None:
    lease = database.tables.lease
    where = (lease.c.name == LEADER, lease.c.held_until >= now)
    owner: str | None = connection.execute(sa.select(lease.c.owner).where(*where)).scalar()
    return owner


def _nodes(database: Database, connection: sa.Connection, now: dt.datetime) -> dict[str, int]:
    node = database.tables.node
    alive = node.c.seen_at >= now - dt.timedelta(seconds=ALIVE_SECONDS)
    roles: Counter[str] = Counter()
    for row in connection.execute(sa.select(node.c.roles).where(alive)):
        roles.update(row.roles.split(","))
    return dict(sorted(roles.items()))


def _counts(
    connection: sa.Connection, table: sa.Table, *, only_active: bool = False
) -> dict[str, int]:
    query = sa.select(table.c.state, sa.func.count()).group_by(table.c.state)
    if only_active:
        query = query.where(table.c.state.in_(sorted(ACTIVE)))
    return {str(state): int(count) for state, count in connection.execute(query)}


def _waiting(database: Database, connection: sa.Connection, now: dt.datetime) -> float:
    task = database.tables.task
    where = (task.c.state.in_(CLAIMABLE), task.c.ready_at <= now)
    ready_at = connection.execute(sa.select(sa.func.min(task.c.ready_at)).where(*where)).scalar()
    return 0.0 if ready_at is None else float((now - ready_at).total_seconds())


def _pipelines(
    database: Database, connection: sa.Connection, now: dt.datetime
) -> tuple[PipelineFigures, ...]:
    tables = database.tables
    pipeline, trigger = tables.pipeline, tables.trigger
    newest, success = _newest(tables.run), _newest(tables.run, State.SUCCESS)
    missed = _missed(tables.run, now)
    # One statement for all pipelines, whatever their number.
    query = (
        sa.select(
            *(pipeline.c.name, pipeline.c.is_paused, trigger.c.next_time, newest.c.state),
            *(success.c.started_at, success.c.ended_at, missed.c.missed),
        )
        .outerjoin(trigger, trigger.c.pipeline_name == pipeline.c.name)
        .outerjoin(newest, newest.c.pipeline_name == pipeline.c.name)
        .outerjoin(success, success.c.pipeline_name == pipeline.c.name)
        .outerjoin(missed, missed.c.pipeline_name == pipeline.c.name)
        .order_by(pipeline.c.name)
    )
    return tuple(
        PipelineFigures(
            name=row.name,
            is_paused=bool(row.is_paused),
            state=row.state,
            last_success=row.ended_at,
            last_seconds=_seconds(row.started_at, row.ended_at),
            next_time=row.next_time,
            missed=int(row.missed or 0),
        )
        for row in connection.execute(query)
    )


def _newest(run: sa.Table, state: State | None = None) -> sa.Subquery:
    """Return the newest run per pipeline: ids of runs are in the order of time (UUID version 7)."""
    ids = sa.select(sa.func.max(run.c.run_id)).group_by(run.c.pipeline_name)
    if state is not None:
        ids = ids.where(run.c.state == state)
    columns = (run.c.pipeline_name, run.c.state, run.c.started_at, run.c.ended_at)
    return sa.select(*columns).where(run.c.run_id.in_(ids)).subquery()


def _missed(run: sa.Table, now: dt.datetime) -> sa.Subquery:
    since = now - dt.timedelta(days=MISSED_DAYS)
    return (
        sa.select(run.c.pipeline_name, sa.func.sum(run.c.missed_count).label("missed"))
        .where(run.c.state == State.MISSED, run.c.created_at >= since)
        .group_by(run.c.pipeline_name)
        .subquery()
    )


def _seconds(start: dt.datetime | None, end: dt.datetime | None) -> float | None:
    return None if start is None or end is None else (end - start).total_seconds()
