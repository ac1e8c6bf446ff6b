"""Who leads: compare and set on the clock of the database.

The lease saves work. That no time becomes two runs rests on locks and unique keys, so that two
leaders do no harm.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from oracle_scheduler.store.database import Database

LEADER = "leader"


def hold(database: Database, name: str, owner: str, seconds: float) -> bool:
    """Take a lease, or keep it, and return whether the owner has it now.

    Args:
        database: The store.
        name: Of the lease.
        owner: Id of the node that asks.
        seconds: How long it holds from now on.
    """

    def work(connection: sa.Connection) -> bool:
        table = database.tables.lease
        query = sa.select(table, database.now_in_sql().label("moment"))
        row = connection.execute(query.where(table.c.name == name)).mappings().first()
        # The moment comes with the row, so that a heartbeat is one statement less.
        now = database.now(connection) if row is None else row["moment"]
        until = now + dt.timedelta(seconds=seconds)
        if row is None:
            first = {"name": name, "owner": owner, "held_until": until, "version": 1}
            connection.execute(sa.insert(table).values(first))
            return True
        if row["owner"] != owner and row["held_until"] >= now:
            return False
        # Compare and set: of two that read an expired lease, one finds the version that it read.
        statement = sa.update(table).where(table.c.name == name, table.c.version == row["version"])
        values = {"owner": owner, "held_until": until, "version": row["version"] + 1}
        return bool(connection.execute(statement.values(values)).rowcount == 1)

    return database.perform(work)


def release(database: Database, name: str, owner: str) -> None:
    """Give a lease back, so that another takes it without waiting."""

    def work(connection: sa.Connection) -> None:
        table = database.tables.lease
        where = (table.c.name == name, table.c.owner == owner)
        # In the past: `hold` counts a lease that ends now as held.
        past = database.now(connection) - dt.timedelta(seconds=1)
        connection.execute(sa.update(table).where(*where).values(owner=None, held_until=past))

    database.perform(work)
