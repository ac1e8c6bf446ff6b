"""Who may run a DDL statement.

Source: SQL Language Reference, "Prerequisites" of each statement; GRANT, tables of privileges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation

_OWNER = "SYS"


def has(engine: Engine, *privileges: str) -> bool:
    """Return whether the session's user has one of these system privileges."""
    if engine.user.upper() == _OWNER:
        return True
    held = engine.query(
        "SELECT 1 FROM ora.granted_privileges(%s) AS p (name) WHERE p.name = ANY (%s) LIMIT 1",
        (engine.user, list(privileges)),
    )
    return bool(held)


def require(engine: Engine, *privileges: str) -> None:
    """Raise OracleError 1031 unless the user has one of these system privileges."""
    if not has(engine, *privileges):
        raise OracleError(1031, "insufficient privileges")


def require_create(engine: Engine, owner: str, object_type: str) -> None:
    """Check CREATE object_type, or CREATE ANY object_type for a schema of another."""
    anywhere = f"CREATE ANY {object_type}"
    if owner == engine.user:
        require(engine, f"CREATE {object_type}", anywhere)
    else:
        require(engine, anywhere)


def require_on(
    engine: Engine, relation: Relation, any_privilege: str, *object_privileges: str
) -> None:
    """Check the right to change an object.

    The owner may, whoever has the ANY privilege, and whoever was granted one of
    `object_privileges`. Raises OracleError 942 when the user may not even see the object, 1031 when
    only the right is missing.
    """
    if relation.owner == engine.user or has(engine, any_privilege):
        return
    granted = set(_granted(engine, relation))
    if granted.intersection(object_privileges):
        return
    if granted or has(engine, "SELECT ANY TABLE", "READ ANY TABLE"):
        raise OracleError(1031, "insufficient privileges")
    raise OracleError(942, f'table or view "{relation.owner}"."{relation.name}" does not exist')


def _granted(engine: Engine, relation: Relation) -> list[str]:
    rows = engine.query(
        "SELECT privilege FROM ora.object_grants WHERE relid = %s::oid"
        " AND (grantee IN (%s, 'PUBLIC') OR grantee IN (SELECT ora.granted_roles(%s)))",
        (relation.oid, engine.user, engine.user),
    )
    return [privilege for (privilege,) in rows]


ANY_TABLE_RIGHTS = {
    "SELECT ANY TABLE": "SELECT",
    "READ ANY TABLE": "SELECT",
    "INSERT ANY TABLE": "INSERT",
    "UPDATE ANY TABLE": "UPDATE",
    "DELETE ANY TABLE": "DELETE, TRUNCATE",
}
"""System privileges on all tables and views of users, and PostgreSQL's privileges for each."""

ANY_SEQUENCE_RIGHTS = {"SELECT ANY SEQUENCE": "SELECT, USAGE"}

HELPER_PREFIX = "ora$any$"
"""Roles of the engine that hold ANY privileges begin so; the dictionary leaves them out."""


def grant_any(engine: Engine, relation: Relation) -> None:
    """Give a new object to the holders of ANY privileges, as far as somebody has one."""
    rights = ANY_SEQUENCE_RIGHTS if relation.relkind == "S" else ANY_TABLE_RIGHTS
    helpers = engine.query(
        "SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname = ANY (%s)",
        ([HELPER_PREFIX + privilege for privilege in rights],),
    )
    for (helper,) in helpers:
        right = rights[helper.removeprefix(HELPER_PREFIX)]
        engine.run(f'GRANT {right} ON {relation.sql} TO "{helper}"')
