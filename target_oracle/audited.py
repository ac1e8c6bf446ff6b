"""A session that tells of every statement by which it changes a table, a schema or a right.

Such statements are run in many places: staging, overwrites, moved columns, the run's own tables.
The session sees them all, so that no place has to remember to tell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import oracledb

from oracle_core.identifiers import TableName

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_core.telemetry.events import Change

    OnStatement = Callable[[Change, TableName, str], None]

# ALTER SESSION changes no object.
_VERB = re.compile(
    r"\s*(CREATE|ALTER|DROP|TRUNCATE|RENAME|GRANT|REVOKE|COMMENT)\b(?!\s+SESSION)", re.IGNORECASE
)
_TABLE = re.compile(r'"([^"]+)"\."([^"]+)"')
_SUBJECT = re.compile(r'\bON\s+(?:COLUMN\s+|TABLE\s+)?"([^"]+)"\."([^"]+)"')


def change_of(statement: str) -> tuple[Change, TableName] | None:
    """Return the kind of change and the table of a statement; None where it changes only rows.

    Args:
        statement: A statement of ours, its names qualified and quoted.
    """
    verb = _VERB.match(statement)
    if verb is None:
        return None
    # An index, a comment or a right names its table behind ON, any other statement at once.
    names = _SUBJECT.search(statement) or _TABLE.search(statement)
    if names is None:
        return None
    return cast("Change", verb[1].upper()), TableName.of(names[1], names[2])


class AuditedConnection(oracledb.Connection):
    """A session of the driver whose cursors tell of changes."""

    on_statement: OnStatement | None = None

    def cursor(self, *arguments: Any, **named: Any) -> oracledb.Cursor:
        """Return a cursor."""
        return AuditedCursor(self, *arguments, **named)


class AuditedCursor(oracledb.Cursor):
    """A cursor that tells of a change after the database has made it."""

    def execute(self, statement: str | None, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - driver's
        """Execute a statement."""
        result = super().execute(statement, *arguments, **named)
        on_statement = getattr(self.connection, "on_statement", None)
        if on_statement is not None and statement and (change := change_of(statement)):
            on_statement(*change, " ".join(statement.split()))
        return result
