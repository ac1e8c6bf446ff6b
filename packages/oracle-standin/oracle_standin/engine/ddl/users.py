"""CREATE, ALTER and DROP USER and ROLE.

A user is a schema and a role of the engine with its exact name; the password verifier is kept, the
password is not.

Source: SQL Language Reference, CREATE USER, ALTER USER, CREATE ROLE.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from oracle_standin.engine.ddl import (
    drop_table,
    object_types,
    objects,
    privileges,
    program_units,
    view_validity,
)
from oracle_standin.engine.names import quoted
from oracle_standin.engine.reader import ObjectName
from oracle_standin.lexer import Kind
from oracle_standin.protocol import OracleError, not_in_this_standin
from oracle_standin.verifier import make_verifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.reader import Reader


class Runner(Protocol):
    """The part of `Engine` that creating a user needs."""

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement as the owner."""

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query as the owner."""


@dataclass(frozen=True, slots=True)
class _Options:
    password: str | None = field(default=None, repr=False)
    no_authentication: bool = False
    locked: bool | None = None
    tablespace: str | None = None
    temporary_tablespace: str | None = None
    profile: str | None = None
    expired: bool = False
    quotas: tuple[tuple[str, int], ...] = ()


def create(reader: Reader, engine: Engine) -> None:
    """Run CREATE USER, the reader standing after USER; raises OracleError 1031, 1920, 922."""
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.name(1935, "missing user or role name")
    options = _parse_options(reader)
    if options.password is None and not options.no_authentication:
        raise reader.error(922, "missing or invalid option")
    privileges.require(engine, "CREATE USER")
    if if_not_exists and _exists(engine, name):
        return
    create_user(engine, name, options.password)
    _apply(engine, name, options)


def create_user(engine: Runner, name: str, password: str | None) -> None:
    """Create a user, its schema and its role, without any privilege.

    A user without a password cannot log on. Raises OracleError 1920 for a name in use.
    """
    if _exists(engine, name):
        raise OracleError(1920, f"user name '{name}' conflicts with another user or role name")
    role = quoted(name)
    engine.run(f"CREATE ROLE {role} NOLOGIN")
    engine.run(f"CREATE SCHEMA {role} AUTHORIZATION {role}")
    engine.run(f"GRANT USAGE ON SCHEMA {role} TO PUBLIC")
    engine.run("INSERT INTO ora.users (username) VALUES (%s)", (name,))
    if password is not None:
        set_password(engine, name, password)


def set_password(engine: Runner, name: str, password: str) -> None:
    """Store the verifier of a new password."""
    verifier = make_verifier(password)
    engine.run(
        "UPDATE ora.users SET salt = %s, verifier = %s WHERE username = %s",
        (verifier.salt, verifier.hash, name),
    )


def _exists(engine: Runner, name: str) -> bool:
    rows = engine.query(
        "SELECT 1 FROM ora.users WHERE username = %s UNION ALL"
        " SELECT 1 FROM ora.roles WHERE role = %s",
        (name, name),
    )
    return bool(rows)


def _parse_options(reader: Reader) -> _Options:
    options = _Options()
    while not reader.at_end():
        changed = _parse_option(reader, options)
        if changed is None:
            raise reader.error(922, "missing or invalid option")
        options = changed
    return options


def _parse_option(reader: Reader, options: _Options) -> _Options | None:  # noqa: C901, PLR0911 - one return a form
    if reader.accept("IDENTIFIED", "BY"):
        return _parse_password(reader, options)
    if reader.accept("NO", "AUTHENTICATION"):
        return replace(options, no_authentication=True)
    if reader.accept("DEFAULT", "TABLESPACE"):
        return replace(options, tablespace=reader.name(959, "tablespace does not exist"))
    if reader.accept("TEMPORARY", "TABLESPACE"):
        return replace(options, temporary_tablespace=reader.name(959, "tablespace does not exist"))
    if reader.accept("QUOTA"):
        return _parse_quota(reader, options)
    if reader.accept("ACCOUNT"):
        word = reader.accept_any("LOCK", "UNLOCK")
        return None if word is None else replace(options, locked=word == "LOCK")
    if reader.accept("PASSWORD", "EXPIRE"):
        return replace(options, expired=True)
    if reader.accept("PROFILE"):
        return replace(options, profile=reader.take().value)
    if reader.accept("CONTAINER"):
        reader.take()
        reader.take()
        return options
    if reader.accept("DEFAULT", "ROLE"):
        reader.rest()
        return options
    return None


def _parse_password(reader: Reader, options: _Options) -> _Options:
    token = reader.peek()
    if token is None or token.kind not in {Kind.WORD, Kind.QUOTED}:
        raise reader.error(988, "missing or invalid password(s)")
    reader.take()
    # Passwords keep their case, quoted or not.
    password = token.value if token.kind is Kind.QUOTED else token.text
    if reader.accept("REPLACE"):
        reader.take()
    return replace(options, password=password)


def _parse_quota(reader: Reader, options: _Options) -> _Options:
    amount = -1
    if not reader.accept("UNLIMITED"):
        text = _adjacent_text(reader)
        digits = text.rstrip("KMGTkmgt")
        if not digits.isdigit():
            raise reader.error(2187, "invalid quota specification")
        suffix = text[len(digits) :].upper() or (reader.accept_any(*"KMGT") or "")
        amount = int(digits) * 1024 ** (" KMGT".index(suffix) if suffix else 0)
    reader.expect("ON", code=969, message="missing ON keyword")
    tablespace = reader.name(959, "tablespace does not exist")
    return replace(options, quotas=(*options.quotas, (tablespace, amount)))


def _adjacent_text(reader: Reader) -> str:
    """Consume a size such as 10M, which the lexer does not know as one token."""
    token = reader.take()
    text, end = token.text, token.end
    while (following := reader.peek()) is not None and following.start == end:
        text += reader.take().text
        end = following.end
    return text


def _apply(engine: Engine, name: str, options: _Options) -> None:
    changes: dict[str, Any] = {
        "default_tablespace": options.tablespace,
        "temporary_tablespace": options.temporary_tablespace,
        "profile": options.profile,
    }
    if options.locked is not None:
        changes["account_status"] = "LOCKED" if options.locked else "OPEN"
    elif options.expired:
        changes["account_status"] = "EXPIRED"
    for column, value in changes.items():
        if value is not None:
            engine.run(
                f"UPDATE ora.users SET {column} = %s WHERE username = %s",  # noqa: S608
                (value, name),
            )
    for tablespace, amount in options.quotas:
        engine.run(
            "INSERT INTO ora.quotas VALUES (%s, %s, %s) ON CONFLICT (username, tablespace)"
            " DO UPDATE SET max_bytes = excluded.max_bytes",
            (name, tablespace, amount),
        )


def alter(reader: Reader, engine: Engine) -> None:
    """Run ALTER USER; a user may change its own password. Raises OracleError 1918, 1031."""
    reader.accept("IF", "EXISTS")
    name = reader.name(1935, "missing user or role name")
    granted = reader.accept_any("GRANT", "REVOKE")
    if granted:
        _alter_proxy(reader, engine, name, is_granted=granted == "GRANT")
        return
    options = _parse_options(reader)
    only_password = options == _Options(password=options.password)
    if not (name == engine.user and only_password):
        privileges.require(engine, "ALTER USER")
    if not engine.query("SELECT 1 FROM ora.users WHERE username = %s", (name,)):
        raise OracleError(1918, f"user '{name}' does not exist")
    if options.password is not None:
        set_password(engine, name, options.password)
    _apply(engine, name, options)


def _alter_proxy(reader: Reader, engine: Engine, client: str, *, is_granted: bool) -> None:
    """Let a user connect through another one, or no longer; raises OracleError 1031, 1918."""
    if not reader.accept("CONNECT", "THROUGH"):
        raise reader.error(922, "missing or invalid option")
    proxy = reader.name(1935, "missing user or role name")
    if not reader.at_end():
        raise not_in_this_standin(what="a proxy user with roles or authentication of its own")
    privileges.require(engine, "ALTER USER")
    for name in (client, proxy):
        if not engine.query("SELECT 1 FROM ora.users WHERE username = %s", (name,)):
            raise OracleError(1918, f"user '{name}' does not exist")
    if is_granted:
        statement = "INSERT INTO ora.proxies VALUES (%s, %s) ON CONFLICT DO NOTHING"
    else:
        statement = "DELETE FROM ora.proxies WHERE client = %s AND proxy = %s"
    engine.run(statement, (client, proxy))


def drop(reader: Reader, engine: Engine) -> None:
    """Run DROP USER; raises OracleError 1918, 1922 when CASCADE is missing, 1940, 28014."""
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.name(1935, "missing user or role name")
    cascade = reader.accept("CASCADE")
    reader.expect_end(933, "SQL command not properly ended")
    privileges.require(engine, "DROP USER")
    rows = engine.query("SELECT oracle_maintained FROM ora.users WHERE username = %s", (name,))
    if not rows:
        if if_exists:
            return
        raise OracleError(1918, f"user '{name}' does not exist")
    if rows[0][0]:
        raise OracleError(28014, "cannot drop administrative user or role")
    if name == engine.user or _is_connected(engine, name):
        raise OracleError(1940, "cannot drop a user that is currently connected")
    _drop_objects(engine, name, cascade=cascade)
    role = quoted(name)
    engine.run(f"DROP OWNED BY {role} CASCADE")
    engine.run(f"DROP SCHEMA IF EXISTS {role} CASCADE")
    engine.run(f"DROP ROLE {role}")
    for table, column in _GRANTED_TO:
        engine.run(f"DELETE FROM ora.{table} WHERE {column} = %s", (name,))  # noqa: S608
    view_validity.revalidate(engine)


def _is_connected(engine: Engine, name: str) -> bool:
    """Return whether a session of a user lasts; one that is just ending is waited for."""
    for _ in range(_GOODBYE_CHECKS):
        rows = engine.query(
            "SELECT 1 FROM ora.sessions s JOIN pg_catalog.pg_stat_activity a ON a.pid = s.pid"
            " WHERE s.username = %s LIMIT 1",
            (name,),
        )
        if not rows:
            return False
        # Within a transaction the statistics are a snapshot until it is cleared.
        engine.query("SELECT pg_catalog.pg_stat_clear_snapshot(), pg_catalog.pg_sleep(0.1)")
    return True


_GOODBYE_CHECKS = 10
_GRANTED_TO = (
    ("users", "username"),
    ("quotas", "username"),
    ("proxies", "client"),
    ("proxies", "proxy"),
    ("system_grants", "grantee"),
    ("role_grants", "grantee"),
    ("object_grants", "grantee"),
    ("synonyms", "owner"),
)


def _drop_objects(engine: Engine, name: str, *, cascade: bool) -> None:
    rows = engine.query(
        "SELECT r.name, r.object_type FROM ora.relations r WHERE r.owner = %s"
        " AND r.object_type IN ('TABLE', 'VIEW', 'MATERIALIZED VIEW', 'SEQUENCE')",
        (name,),
    )
    programs = program_units.drop_all(engine, name) + object_types.drop_all(engine, name)
    if (rows or programs) and not cascade:
        raise OracleError(1922, f"CASCADE must be specified to drop '{name}'")
    for object_name, _ in rows:
        relation = objects.find(engine, ObjectName(name, object_name))
        if relation is None:
            continue
        if relation.relkind in {"r", "p"}:
            drop_table.drop_relation(engine, relation, cascade=True)
        else:
            view_validity.invalidate_dependents(engine, relation.oid)


def create_role(reader: Reader, engine: Engine) -> None:
    """Run CREATE ROLE; raises OracleError 1031, 1921 for a name in use."""
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.name(1937, "missing or invalid role name")
    if not (reader.accept("NOT", "IDENTIFIED") or reader.at_end()):
        raise not_in_this_standin(what="a role with a password")
    privileges.require(engine, "CREATE ROLE")
    if _exists(engine, name):
        if if_not_exists:
            return
        raise OracleError(1921, f"role name '{name}' conflicts with another user or role name")
    engine.run(f"CREATE ROLE {quoted(name)} NOLOGIN")
    engine.run("INSERT INTO ora.roles (role) VALUES (%s)", (name,))
    # Whoever creates a role has it, with the right to grant it.
    if engine.query("SELECT 1 FROM ora.users WHERE username = %s", (engine.user,)):
        engine.run(f"GRANT {quoted(name)} TO {quoted(engine.user)}")
        engine.run(
            "INSERT INTO ora.role_grants (grantee, granted_role, admin_option)"
            " VALUES (%s, %s, true)",
            (engine.user, name),
        )


def drop_role(reader: Reader, engine: Engine) -> None:
    """Run DROP ROLE; raises OracleError 1919 for an unknown one, 1031."""
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.name(1937, "missing or invalid role name")
    reader.expect_end(933, "SQL command not properly ended")
    privileges.require(engine, "DROP ANY ROLE")
    rows = engine.query("SELECT oracle_maintained FROM ora.roles WHERE role = %s", (name,))
    if not rows:
        if if_exists:
            return
        raise OracleError(1919, f"role '{name}' does not exist")
    if rows[0][0]:
        raise OracleError(28014, "cannot drop administrative user or role")
    engine.run(f"DROP OWNED BY {quoted(name)}")
    engine.run(f"DROP ROLE {quoted(name)}")
    engine.run("DELETE FROM ora.roles WHERE role = %s", (name,))
    engine.run("DELETE FROM ora.system_grants WHERE grantee = %s", (name,))
    engine.run("DELETE FROM ora.object_grants WHERE grantee = %s", (name,))
    engine.run("DELETE FROM ora.role_grants WHERE grantee = %s OR granted_role = %s", (name, name))
