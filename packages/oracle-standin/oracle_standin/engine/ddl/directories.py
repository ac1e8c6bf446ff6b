"""CREATE and DROP DIRECTORY, and the privileges on directories.

A directory is a name for a folder of the server's machine. It belongs to SYS, whoever creates it.
Source: SQL Language Reference, CREATE DIRECTORY; GRANT, "Object Privileges", directories.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import privileges
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.system_grants import Privilege
    from oracle_standin.engine.reader import Reader

_OWNER = "SYS"
_RIGHTS = ("READ", "WRITE", "EXECUTE")


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory object."""

    object_id: int
    name: str


def find(engine: Engine, name: str) -> Directory | None:
    """Return the directory of an exact name."""
    rows = engine.query(
        "SELECT object_id::bigint, name FROM ora.directories WHERE name = %s", (name,)
    )
    return Directory(*rows[0]) if rows else None


def is_readable(engine: Engine, directory: Directory) -> bool:
    """Return whether the user was granted something on a directory, itself or through a role."""
    held = engine.query(
        "SELECT 1 FROM ora.object_grants WHERE relid = %s::oid"
        " AND (grantee IN (%s, 'PUBLIC') OR grantee IN (SELECT ora.granted_roles(%s)))",
        (directory.object_id, engine.user, engine.user),
    )
    return engine.user == _OWNER or bool(held)


def require(engine: Engine, name: str) -> Directory:
    """Return the directory of a name that the user may know of; raises OracleError 22930."""
    found = find(engine, name)
    if found is None:
        raise OracleError(22930, "directory does not exist")
    return found


def create(reader: Reader, engine: Engine) -> None:
    """Run CREATE [OR REPLACE] DIRECTORY, the reader standing after CREATE.

    The folder need not exist, and whoever creates it may read and write it and pass that on.
    Raises OracleError 955 and 1031.
    """
    replace = reader.accept("OR", "REPLACE")
    reader.expect("DIRECTORY", code=901, message="invalid CREATE command")
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.name()
    reader.expect("AS", code=905, message="missing keyword")
    path = reader.string()
    if reader.accept("SHARING"):
        reader.take()  # the operator =
        reader.take()
    reader.expect_end(933, "SQL command not properly ended")
    privileges.require(engine, "CREATE ANY DIRECTORY")
    existing = find(engine, name)
    if existing is None:
        _create_new(engine, name, path)
    elif replace:
        engine.run(
            "UPDATE ora.directories SET path = %s, last_ddl = pg_catalog.clock_timestamp()"
            " WHERE name = %s",
            (path, name),
        )
    elif not if_not_exists:
        raise OracleError(955, f'name "{name}" is already used by an existing object')


def _create_new(engine: Engine, name: str, path: str) -> None:
    engine.run("INSERT INTO ora.directories (name, path) VALUES (%s, %s)", (name, path))
    if engine.user != _OWNER:
        created = require(engine, name)
        for right in _RIGHTS:
            _record(engine, created, right, engine.user, grantable=True)


def drop(reader: Reader, engine: Engine) -> None:
    """Run DROP DIRECTORY, the reader standing after it; raises OracleError 1031 and 4043."""
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.name()
    reader.expect_end(933, "SQL command not properly ended")
    privileges.require(engine, "DROP ANY DIRECTORY")
    found = find(engine, name)
    if found is None:
        if if_exists:
            return
        raise OracleError(4043, f"Object {name} does not exist.")
    engine.run("DELETE FROM ora.object_grants WHERE relid = %s::oid", (found.object_id,))
    engine.run("DELETE FROM ora.directories WHERE name = %s", (name,))


def grant(
    engine: Engine,
    directory: Directory,
    listed: Sequence[Privilege],
    grantees: Sequence[str],
    *,
    grantable: bool,
) -> None:
    """Run GRANT ... ON DIRECTORY; raises OracleError 1031, 1749, 22928 and 22930."""
    rights = _expanded(listed)
    _require_grantable(engine, directory, rights)
    if engine.user in grantees:
        raise OracleError(1749, "you may not GRANT/REVOKE privileges to/from yourself")
    for right in rights:
        for grantee in grantees:
            _record(engine, directory, right, grantee, grantable=grantable)


def revoke(
    engine: Engine, directory: Directory, listed: Sequence[Privilege], grantees: Sequence[str]
) -> None:
    """Run REVOKE ... ON DIRECTORY; raises OracleError 1031, 1927, 22928 and 22930."""
    rights = _expanded(listed)
    _require_grantable(engine, directory, rights)
    for grantee in grantees:
        gone = engine.run(
            "DELETE FROM ora.object_grants WHERE relid = %s::oid AND grantee = %s"
            " AND privilege = ANY (%s)",
            (directory.object_id, grantee, rights),
        )
        if not gone:
            raise OracleError(1927, "cannot REVOKE privileges you did not grant")


def _expanded(listed: Sequence[Privilege]) -> list[str]:
    found: list[str] = []
    for item in listed:
        if item.name in {"ALL", "ALL PRIVILEGES"}:
            found.extend(_RIGHTS)
        elif item.name in _RIGHTS and not item.columns:
            found.append(item.name)
        else:
            raise OracleError(22928, "invalid privilege on directories")
    return found


def _require_grantable(engine: Engine, directory: Directory, rights: Sequence[str]) -> None:
    if privileges.has(engine, "GRANT ANY OBJECT PRIVILEGE"):
        return
    held = dict(
        engine.query(
            "SELECT privilege, bool_or(grantable) FROM ora.object_grants WHERE relid = %s::oid"
            " AND grantee IN (%s, 'PUBLIC') GROUP BY privilege",
            (directory.object_id, engine.user),
        )
    )
    if not held:
        raise OracleError(22930, "directory does not exist")
    if not all(held.get(right) for right in rights):
        raise OracleError(1031, "insufficient privileges")


def _record(
    engine: Engine, directory: Directory, right: str, grantee: str, *, grantable: bool
) -> None:
    engine.run(
        "INSERT INTO ora.object_grants (relid, grantee, privilege, grantor, grantable)"
        " VALUES (%s::oid, %s, %s, %s, %s)"
        " ON CONFLICT (relid, attnum, grantee, privilege)"
        " DO UPDATE SET grantable = object_grants.grantable OR excluded.grantable",
        (directory.object_id, grantee, right, _OWNER, grantable),
    )
