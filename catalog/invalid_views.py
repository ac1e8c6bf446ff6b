"""Invalid views that stay invalid.

Oracle recompiles an invalid view on its next use. A view whose tables were dropped and created
again therefore works, although its status still says INVALID. Source: Database Development Guide,
"Understanding Schema Object Dependency".
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import describe
from oracle_core.identifiers import TableName

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_COMPILED = 100
"""Maximum number of views compiled per discovery, one statement each."""


def broken_views(
    connection: oracledb.Connection, invalid: Iterable[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Return the views that cannot be compiled, and those beyond the first `MAX_COMPILED`.

    Args:
        connection: An open session that may read the views.
        invalid: Schema and name of views with the status INVALID.
    """
    # One statement each: thousands of invalid views, as an upgrade of the database leaves them,
    # would hold discovery up.
    left = iter(invalid)
    tried = frozenset(
        key for key in islice(left, MAX_COMPILED) if not _compiles(connection, TableName.of(*key))
    )
    return tried | frozenset(left)


def _compiles(connection: oracledb.Connection, view: TableName) -> bool:
    """Return whether a query on the view parses, which compiles it; no row is read.

    Raises:
        oracledb.Error: If the session is lost.
    """
    with connection.cursor() as cursor:
        try:
            cursor.parse(f"SELECT * FROM {view.sql}")  # noqa: S608 - a quoted Identifier
        except oracledb.DatabaseError as error:
            if describe(error).session_dead:
                raise
            # ORA-04063 for errors in the view, ORA-00942 and ORA-01031 for what its owner lost.
            return False
    return True
