"""What a monitor asks: who leads, what waits, when each pipeline last succeeded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from oracle_scheduler.store.leases import LEADER
from oracle_scheduler.store.states import ACTIVE, State

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from oracle_scheduler.store.database import Database


@dataclass(frozen=True, slots=True)
class PipelineFigures:
    """One pipeline.

    Attributes:
        last_success: When its last successful run ended.
        next_time: Its next time.
    """

    name: str
    is_paused: bool
    last_success: dt.datetime | None
    next_time: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """How the service stands.

    Attributes:
        now: Moment of the figures, by the database's clock.
        leader: Id of the node whose lease holds; None where none does.
        runs: Number of runs per state.
        active_jobs: Number of jobs of active runs per state.
    """

    now: dt.datetime
    leader: str | None
    runs: Mapping[str, int]
    active_jobs: Mapping[str, int]
    pipelines: tuple[PipelineFigures, ...]


def figures(database: Database) -> Figures:
    """Return the present figures, all of one transaction."""

    def work(connection: sa.Connection) -> Figures:
        now = database.now(connection)
        return Figures(
            now=now,
            leader=_leader(database, connection, now),
            runs=_counts(connection, database.tables.run),
            active_jobs=_counts(connection, database.tables.task, only_active=True),
            pipelines=_pipelines(database, connection),
        )

    return database.perform(work)


def _leader(database: Database, connection: sa.Connection, now: dt.datetime) -> str | None:
    lease = database.tables.lease
    where = (lease.c.name == LEADER, lease.c.held_until >= now)
    owner: str | None = connection.execute(sa.select(lease.c.owner).where(*where)).scalar()
    return owner


def _counts(
    connection: sa.Connection, table: sa.Table, *, only_active: bool = False
) -> dict[str, int]:
    query = sa.select(table.c.state, sa.func.count()).group_by(table.c.state)
    if only_active:
        query = query.where(table.c.state.in_(sorted(ACTIVE)))
    return {str(state): int(count) for state, count in connection.execute(query)}


def _pipelines(database: Database, connection: sa.Connection) -> tuple[PipelineFigures, ...]:
    tables = database.tables
    pipeline, trigger, run = tables.pipeline, tables.trigger, tables.run
    success = (
        sa.select(run.c.pipeline_name, sa.func.max(run.c.ended_at).label("ended_at"))
        .where(run.c.state == State.SUCCESS)
        .group_by(run.c.pipeline_name)
        .subquery()
    )
    query = (
        sa.select(pipeline.c.name, pipeline.c.is_paused, success.c.ended_at, trigger.c.next_time)
        .outerjoin(success, success.c.pipeline_name == pipeline.c.name)
        .outerjoin(trigger, trigger.c.pipeline_name == pipeline.c.name)
        .order_by(pipeline.c.name)
    )
    return tuple(
        PipelineFigures(row.name, bool(row.is_paused), row.ended_at, row.next_time)
        for row in connection.execute(query)
    )
