"""The processes of the service, as they report themselves."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oracle_scheduler.store.database import Database


def register(database: Database, node_id: str, roles: Iterable[str]) -> None:
    """Store this process as a node.

    Args:
        database: The store.
        node_id: New for each start of a process.
        roles: What the process does.
    """

    def work(connection: sa.Connection) -> None:
        node = database.tables.node
        now = database.now(connection)
        # `perform` may repeat this after a COMMIT whose answer was lost.
        connection.execute(sa.delete(node).where(node.c.node_id == node_id))
        values = {
            "node_id": node_id,
            "host": socket.gethostname()[:255],
            "pid": os.getpid(),
            "roles": ",".join(sorted(roles)),
            "started_at": now,
            "seen_at": now,
        }
        connection.execute(sa.insert(node).values(values))

    database.perform(work)


def heartbeat(database: Database, node_id: str) -> None:
    """Record that a node is alive."""

    def work(connection: sa.Connection) -> None:
        node = database.tables.node
        statement = sa.update(node).where(node.c.node_id == node_id)
        # The clock of the database, in the same statement: heartbeats of all hosts compare.
        connection.execute(statement.values(seen_at=database.now_in_sql()))

    database.perform(work)
