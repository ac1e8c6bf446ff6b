"""Whether a user may read what an UPDATE or DELETE reads: READ is not enough.

Source: Database Reference, SQL92_SECURITY, which is TRUE by default since 12.2: an UPDATE or DELETE
that names columns in its WHERE or SET clause needs the SELECT object privilege. SQL Language
Reference, GRANT: READ allows neither this nor SELECT ... FOR UPDATE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_standin.engine.contract import ObjectRef

_RIGHTS = """
SELECT g.privilege FROM ora.object_grants g
WHERE g.relid = %(oid)s::oid AND g.privilege IN ('SELECT', 'READ')
  AND (g.grantee IN (%(user)s, 'PUBLIC') OR g.grantee IN (SELECT ora.granted_roles(%(user)s)))
UNION ALL
SELECT p.name FROM ora.granted_privileges(%(user)s) AS p (name)
WHERE p.name IN ('SELECT ANY TABLE', 'READ ANY TABLE')
"""


class ReadingRights:
    """Remembers which tables may be read until `forget()`."""

    def __init__(self, query: Callable[[str, Any], Sequence[tuple[Any, ...]]]) -> None:
        """Look up with `query`, which sees what is committed."""
        self._query = query
        self._known: set[tuple[str, int]] = set()

    def forget(self) -> None:
        """Look rights up again, after DDL."""
        self._known.clear()

    def require_select(self, user: str, target: ObjectRef) -> None:
        """Raise OracleError 1031 for who may read a table by READ alone.

        Whoever has neither READ nor SELECT gets the engine's own refusal.
        """
        if target.owner == user or (user, target.oid) in self._known:
            return
        rows = self._query(_RIGHTS, {"oid": target.oid, "user": user})
        held = {privilege for (privilege,) in rows}
        if held and not held & {"SELECT", "SELECT ANY TABLE"}:
            raise OracleError(1031, "insufficient privileges")
        self._known.add((user, target.oid))
