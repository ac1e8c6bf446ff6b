"""How far a stream has come in the redo, and from where it has to be read again."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import describe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from oracle_core.state import Bookmark

RESTART_SCN = "log_restart_scn"
INCARNATION = "log_resetlogs_scn"
"""Keys of the bookmark."""

NO_RIGHT = frozenset({"ORA-00942", "ORA-01031", "ORA-41900"})
"""Codes of a view that the user may not read."""

_DATABASE = "SELECT d.current_scn, d.resetlogs_change# FROM v$database d"
_OLDEST = "SELECT MIN(t.start_scn) FROM gv$transaction t WHERE t.start_scn > 0"
"""`GV$`: the transactions of every instance of a cluster. A new one may show 0 for a moment."""


@dataclass(frozen=True, slots=True)
class LogPosition:
    """A place in the redo.

    Attributes:
        scn: Everything committed up to here has been delivered.
        restart_scn: Transactions that were open at `scn` began here or later.
        incarnation: SCN of the RESETLOGS that the database's present history began with; SCNs of
            another incarnation mean something else.
    """

    scn: int
    restart_scn: int
    incarnation: int

    def bookmark(self) -> Mapping[str, Any]:
        """Return the position as keys of a bookmark."""
        return {
            "scn": self.scn,
            RESTART_SCN: self.restart_scn,
            INCARNATION: self.incarnation,
        }


def position_of(bookmark: Bookmark) -> LogPosition | None:
    """Return the position that a bookmark holds; None where it is not one of LogMiner."""
    restart, incarnation = bookmark.extra.get(RESTART_SCN), bookmark.extra.get(INCARNATION)
    if bookmark.scn is None or not isinstance(restart, int) or not isinstance(incarnation, int):
        return None
    return LogPosition(bookmark.scn, restart, incarnation)


def current_position(connection: oracledb.Connection) -> LogPosition:
    """Return the position of now.

    The oldest open transaction is asked for between two SCNs. One that is open at the second SCN
    was open when the question was asked, so that it is in the answer, or began after the first
    SCN; either way it began at `restart_scn` or later.
    """
    with closing(connection.cursor()) as cursor:
        before, _ = _only_row(cursor, _DATABASE)
        (oldest,) = _only_row(cursor, _OLDEST)
        scn, incarnation = _only_row(cursor, _DATABASE)
    restart = before if oldest is None else min(int(oldest), int(before))
    return LogPosition(int(scn), int(restart), int(incarnation))


def incarnation_of(connection: oracledb.Connection) -> int | None:
    """Return the present incarnation of the database, None where V$DATABASE cannot be read."""
    try:
        with closing(connection.cursor()) as cursor:
            _, incarnation = _only_row(cursor, _DATABASE)
    except oracledb.DatabaseError as error:
        if describe(error).code not in NO_RIGHT:
            raise
        return None
    return int(incarnation)


def _only_row(cursor: oracledb.Cursor, sql: str) -> tuple[Any, ...]:
    (row,) = cursor.execute(sql).fetchall()
    return tuple(row)
