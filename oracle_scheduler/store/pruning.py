"""Deletes what is old: ended runs with all that belongs to them, notices, nodes that are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from oracle_scheduler.store.states import ACTIVE

if TYPE_CHECKING:
    import datetime as dt

    from oracle_scheduler.store.database import Database

_BATCH = 200
"""Runs per transaction: an IN list ends at 1,000 expressions, and undo stays small."""


def prune(database: Database, before: dt.datetime) -> int:
    """Delete the runs that ended before a moment, and return their number.

    Rows of JOB_HISTORY stay; `singer-oracle history prune` deletes those. A time whose run was
    deleted is not run again: the next time of its pipeline lies behind it.

    Args:
        database: The store.
        before: The moment.
    """
    count = 0
    while deleted := database.perform(lambda connection: _batch(database, connection, before)):
        count += deleted
    database.perform(lambda connection: _forget_nodes(database, connection, before))
    return count


def _batch(database: Database, connection: sa.Connection, before: dt.datetime) -> int:
    tables, run = database.tables, database.tables.run
    query = (
        sa.select(run.c.run_id)
        .where(run.c.ended_at < before, run.c.state.not_in(sorted(ACTIVE)))
        .order_by(run.c.run_id)
        .limit(_BATCH)
    )
    candidates = list(connection.execute(query).scalars())
    # Locked and looked at again: `resume` may have let one go on. Runs before their jobs, as
    # everywhere (ORA-00060); the limit above cannot stand beside FOR UPDATE (ORA-02014).
    run_ids = [run_id for run_id in candidates if _is_old(database, connection, run_id, before)]
    if not run_ids:
        return 0
    owned = (tables.output, tables.attempt, tables.task, tables.event, tables.history_run, run)
    for table in owned:
        connection.execute(sa.delete(table).where(table.c.run_id.in_(run_ids)))
    return len(run_ids)


def _is_old(
    database: Database, connection: sa.Connection, run_id: str, before: dt.datetime
) -> bool:
    """Return whether a run, which is locked from here on, ended before a moment."""
    run = database.tables.run
    row = database.find_and_lock(connection, run, run.c.run_id == run_id)
    return (
        row is not None
        and row["state"] not in ACTIVE
        and row["ended_at"] is not None
        and row["ended_at"] < before
    )


def _forget_nodes(database: Database, connection: sa.Connection, before: dt.datetime) -> None:
    node = database.tables.node
    connection.execute(sa.delete(node).where(node.c.seen_at < before))
