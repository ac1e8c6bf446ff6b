"""System privileges and roles: who gets them and what they open in the engine.

ANY privileges are roles of the engine whose rights reach every user's objects; the role DBA makes a
user's role a superuser.

Source: SQL Language Reference, GRANT, table "System Privileges".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import privileges
from oracle_standin.engine.names import engine_name, quoted
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine

PUBLIC = "PUBLIC"
_DBA = "DBA"


@dataclass(frozen=True, slots=True)
class Privilege:
    """A privilege or role as written; `columns` is empty for the whole object."""

    name: str
    columns: tuple[str, ...] = ()
    quoted: bool = False


def role_of(grantee: str) -> str:
    """Return the engine's name of a grantee."""
    return PUBLIC if grantee == PUBLIC else quoted(grantee)


def grant(engine: Engine, item: Privilege, grantees: list[str], *, admin: bool) -> None:
    """Grant a system privilege or role; raises OracleError 990, 1031, 1919 and 1932."""
    if _is_role(engine, item.name):
        _require_role_right(engine, item.name)
        for grantee in grantees:
            _grant_role(engine, item.name, grantee, admin=admin)
        return
    for privilege in _system_privileges(engine, item):
        _require_system_right(engine, privilege)
        for grantee in grantees:
            engine.run(
                "INSERT INTO ora.system_grants (grantee, privilege, admin_option)"
                " VALUES (%s, %s, %s) ON CONFLICT (grantee, privilege)"
                " DO UPDATE SET admin_option = system_grants.admin_option OR excluded.admin_option",
                (grantee, privilege, admin),
            )
            _open_any(engine, privilege, grantee)


def _is_role(engine: Engine, name: str) -> bool:
    return bool(engine.query("SELECT 1 FROM ora.roles WHERE role = %s", (name,)))


def _system_privileges(engine: Engine, item: Privilege) -> list[str]:
    known = [row[0] for row in engine.query("SELECT privilege FROM ora.system_privileges")]
    if item.name == "ALL PRIVILEGES":
        return [name for name in known if name != "SELECT ANY DICTIONARY"]
    if item.name in known:
        return [item.name]
    if item.quoted or " " not in item.name:
        raise OracleError(1919, f"role '{item.name}' does not exist")
    raise OracleError(990, "missing or invalid privilege")


def _require_role_right(engine: Engine, role: str) -> None:
    if privileges.has(engine, "GRANT ANY ROLE"):
        return
    rows = engine.query(
        "SELECT 1 FROM ora.role_grants WHERE grantee = %s AND granted_role = %s AND admin_option",
        (engine.user, role),
    )
    if not rows:
        raise OracleError(1932, f"ADMIN option not granted for role '{role}'")


def _require_system_right(engine: Engine, privilege: str) -> None:
    if privileges.has(engine, "GRANT ANY PRIVILEGE"):
        return
    rows = engine.query(
        "SELECT 1 FROM ora.system_grants WHERE grantee = %s AND privilege = %s AND admin_option",
        (engine.user, privilege),
    )
    if not rows:
        raise OracleError(1031, "insufficient privileges")


def _grant_role(engine: Engine, role: str, grantee: str, *, admin: bool) -> None:
    if grantee == PUBLIC:
        raise not_in_this_standin(what="a role granted to PUBLIC")
    engine.run(f"GRANT {quoted(role)} TO {quoted(grantee)}")
    engine.run(
        "INSERT INTO ora.role_grants (grantee, granted_role, admin_option) VALUES (%s, %s, %s)"
        " ON CONFLICT (grantee, granted_role)"
        " DO UPDATE SET admin_option = role_grants.admin_option OR excluded.admin_option",
        (grantee, role, admin),
    )
    if role == _DBA:
        engine.run(f"ALTER ROLE {quoted(grantee)} SUPERUSER")
        engine.run(
            "INSERT INTO ora.system_grants (grantee, privilege)"
            " VALUES (%s, 'UNLIMITED TABLESPACE') ON CONFLICT DO NOTHING",
            (grantee,),
        )


def _open_any(engine: Engine, privilege: str, grantee: str) -> None:
    """Let an ANY privilege reach every object of every user."""
    helper = privileges.HELPER_PREFIX + privilege
    rights = privileges.ANY_TABLE_RIGHTS | privileges.ANY_SEQUENCE_RIGHTS
    if privilege not in rights and privilege != "SELECT ANY DICTIONARY":
        return
    if not engine.query("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = %s", (helper,)):
        engine.run(f'CREATE ROLE "{helper}" NOLOGIN')
        kind = "SEQUENCES" if privilege in privileges.ANY_SEQUENCE_RIGHTS else "TABLES"
        for (schema,) in engine.query("SELECT username FROM ora.users WHERE username <> 'SYS'"):
            place = f"ALL {kind} IN SCHEMA {quoted(schema)}"
            engine.run(f'GRANT {rights[privilege]} ON {place} TO "{helper}"')
    if grantee == PUBLIC:
        raise not_in_this_standin(what="an ANY privilege granted to PUBLIC")
    engine.run(f'GRANT "{helper}" TO {quoted(grantee)}')


def revoke(engine: Engine, item: Privilege, grantee: str) -> None:
    """Revoke a system privilege or role; raises OracleError 1951 and 1952 when not granted."""
    if _is_role(engine, item.name):
        _require_role_right(engine, item.name)
        gone = engine.run(
            "DELETE FROM ora.role_grants WHERE grantee = %s AND granted_role = %s",
            (grantee, item.name),
        )
        if not gone:
            raise OracleError(1951, f"ROLE '{item.name}' not granted to '{grantee}'")
        engine.run(f"REVOKE {quoted(item.name)} FROM {quoted(grantee)}")
        if item.name == _DBA:
            engine.run(f"ALTER ROLE {quoted(grantee)} NOSUPERUSER")
        return
    for privilege in _system_privileges(engine, item):
        _require_system_right(engine, privilege)
        gone = engine.run(
            "DELETE FROM ora.system_grants WHERE grantee = %s AND privilege = %s",
            (grantee, privilege),
        )
        if not gone and item.name != "ALL PRIVILEGES":
            raise OracleError(1952, f"system privileges not granted to '{grantee}'")
        helper = engine_name(privileges.HELPER_PREFIX + privilege)
        if gone and engine.query("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = %s", (helper,)):
            engine.run(f'REVOKE "{helper}" FROM {role_of(grantee)}')
