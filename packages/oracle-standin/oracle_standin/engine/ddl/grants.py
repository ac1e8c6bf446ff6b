"""GRANT and REVOKE of object privileges, system privileges and roles.

Object privileges that PostgreSQL can enforce are granted there too; all are kept in
`ora.object_grants` for the dictionary. ANY privileges are roles of the engine whose rights reach
every user's objects.

Source: SQL Language Reference, GRANT, tables "System Privileges" and "Object Privileges".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import (
    directories,
    facts,
    named_types,
    objects,
    privileges,
    program_units,
    supplied_packages,
    system_grants,
)
from oracle_standin.engine.ddl.directories import Directory
from oracle_standin.engine.ddl.objects import Relation
from oracle_standin.engine.ddl.system_grants import PUBLIC, Privilege, role_of
from oracle_standin.engine.names import quoted
from oracle_standin.engine.reader import ObjectName
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.reader import Reader

# What each object privilege is in PostgreSQL; None for what has no counterpart there.
_TABLE_RIGHTS: dict[str, str | None] = {
    "SELECT": "SELECT",
    "READ": "SELECT",
    "INSERT": "INSERT",
    "UPDATE": "UPDATE",
    "DELETE": "DELETE",
    "REFERENCES": "REFERENCES",
    "ALTER": None,
    "INDEX": None,
    "FLASHBACK": None,
    "ON COMMIT REFRESH": None,
    "QUERY REWRITE": None,
    "DEBUG": None,
}
_SEQUENCE_RIGHTS: dict[str, str | None] = {"SELECT": "SELECT, USAGE", "ALTER": None}
_VIEW_ONLY = ("SELECT", "READ", "INSERT", "UPDATE", "DELETE", "REFERENCES", "FLASHBACK", "DEBUG")
_PROGRAM_RIGHTS: dict[str, str | None] = {"EXECUTE": None, "DEBUG": None}
_BY_COLUMN = frozenset({"INSERT", "UPDATE", "REFERENCES"})


def grant(reader: Reader, engine: Engine) -> None:
    """Run GRANT, the reader standing after it.

    Raises OracleError 990 for an unknown privilege, 942, 1031, 1917 for an unknown grantee, 1720
    and 1929 for missing grant options.
    """
    listed = _parse_privileges(reader)
    if reader.accept("ON"):
        target = _target(reader, engine)
        reader.expect("TO", code=987, message="missing or invalid username(s)")
        grantees = _grantees(reader, engine)
        grantable = reader.accept("WITH", "GRANT", "OPTION")
        reader.accept("WITH", "HIERARCHY", "OPTION")
        reader.expect_end(933, "SQL command not properly ended")
        if isinstance(target, Directory):
            directories.grant(engine, target, listed, grantees, grantable=grantable)
        else:
            _grant_object(engine, target, listed, grantees, grantable=grantable)
        return
    reader.expect("TO", code=987, message="missing or invalid username(s)")
    grantees = _grantees(reader, engine, may_create=True)
    admin = reader.accept("WITH", "ADMIN", "OPTION") or reader.accept("WITH", "DELEGATE", "OPTION")
    if reader.accept("CONTAINER"):
        reader.take()
        reader.take()
    reader.expect_end(933, "SQL command not properly ended")
    for item in listed:
        system_grants.grant(engine, item, grantees, admin=admin)


def revoke(reader: Reader, engine: Engine) -> None:
    """Run REVOKE, the reader standing after it; raises OracleError 1927, 1951, 1952, 942."""
    listed = _parse_privileges(reader)
    target = _target(reader, engine) if reader.accept("ON") else None
    reader.expect("FROM", code=987, message="missing or invalid username(s)")
    grantees = _grantees(reader, engine)
    reader.accept("CASCADE", "CONSTRAINTS")
    reader.accept("FORCE")
    reader.expect_end(933, "SQL command not properly ended")
    if isinstance(target, Directory):
        directories.revoke(engine, target, listed, grantees)
        return
    if target is not None:
        _revoke_object(engine, target, listed, grantees)
        return
    for item in listed:
        for grantee in grantees:
            system_grants.revoke(engine, item, grantee)


# ------------------------------------------------------------------------------------ reading


def _parse_privileges(reader: Reader) -> list[Privilege]:
    found: list[Privilege] = []
    while True:
        token = reader.take()
        words = [token.value]
        is_quoted = token.text.startswith('"')
        while not (
            reader.at_end()
            or reader.at_operator(",", "(")
            or (reader.at("ON") and words != ["ON"] and not reader.at("ON", "COMMIT"))
            or reader.at_any({"TO", "FROM"})
        ):
            words.append(reader.take().value)
        columns = reader.names_in_parentheses() if reader.at_operator("(") else ()
        found.append(Privilege(" ".join(words), columns, is_quoted))
        if not reader.accept_operator(","):
            return found


def _target(reader: Reader, engine: Engine) -> Relation | Directory:
    if reader.accept("DIRECTORY"):
        return directories.require(engine, reader.name())
    if reader.at_any({"JAVA", "MINING", "EDITION", "USER", "SCHEMA"}):
        raise not_in_this_standin(what=f"GRANT ON {reader.take().value}")
    name = reader.object_name(942, "table or view does not exist")
    relation = (
        objects.find(engine, name)
        or program_units.find(engine, name)
        or _type(engine, name)
        or supplied_packages.find(engine, name)
        or _through_synonym(engine, name)
    )
    if relation is None and name.schema is None:
        relation = objects.find(engine, ObjectName("SYS", name.name))
    if relation is None:
        raise objects.missing_table(engine, name)
    return relation


def _type(engine: Engine, name: ObjectName) -> Relation | None:
    """Return a type as something to grant EXECUTE on."""
    found = named_types.find(engine, name)
    if found is None:
        return None
    names = found.owner, found.name
    return Relation(found.type_id, *names, *names, program_units.PROGRAM, "TYPE")


def _through_synonym(engine: Engine, name: ObjectName) -> Relation | None:
    owner = name.schema or engine.current_schema
    rows = engine.query(
        "SELECT table_owner, table_name FROM ora.synonyms"
        " WHERE name = %s AND owner IN (%s, 'PUBLIC') ORDER BY owner = 'PUBLIC'",
        (name.name, owner),
    )
    if not rows:
        return None
    if rows[0][1].startswith(("V_$", "GV_$")):
        raise OracleError(2030, "can only select from fixed tables/views")
    target = ObjectName(*rows[0])
    return objects.find(engine, target) or program_units.find(engine, target)


def _grantees(reader: Reader, engine: Engine, *, may_create: bool = False) -> list[str]:
    found: list[str] = []
    while True:
        name = (
            PUBLIC if reader.accept(PUBLIC) else reader.name(987, "missing or invalid username(s)")
        )
        found.append(name)
        if may_create and reader.at("IDENTIFIED"):
            raise not_in_this_standin(what="GRANT ... IDENTIFIED BY")
        if not reader.accept_operator(","):
            break
    for name in found:
        if name != PUBLIC and not _is_known(engine, name):
            raise OracleError(1917, f"user or role '{name}' does not exist")
    return found


def _is_known(engine: Engine, name: str) -> bool:
    rows = engine.query(
        "SELECT 1 FROM ora.users WHERE username = %s UNION ALL"
        " SELECT 1 FROM ora.roles WHERE role = %s",
        (name, name),
    )
    return bool(rows)


# ----------------------------------------------------------------------------- object privileges


def _rights(relation: Relation) -> dict[str, str | None]:
    if relation.relkind == "S":
        return _SEQUENCE_RIGHTS
    if relation.relkind == program_units.PROGRAM:
        return _PROGRAM_RIGHTS
    if relation.relkind == "v":
        return {name: _TABLE_RIGHTS[name] for name in _VIEW_ONLY}
    return _TABLE_RIGHTS


def _expanded(relation: Relation, listed: list[Privilege]) -> list[Privilege]:
    """Replace ALL [PRIVILEGES] by what it stands for; raises OracleError 990 and 2205."""
    rights = _rights(relation)
    found: list[Privilege] = []
    for item in listed:
        if item.name in {"ALL", "ALL PRIVILEGES"}:
            found.extend(Privilege(name) for name in rights if name != "READ")
        elif item.name in rights:
            if item.columns and item.name not in _BY_COLUMN:
                raise OracleError(905, "missing keyword")
            found.append(item)
        elif relation.relkind == "S" and item.name in _TABLE_RIGHTS:
            raise OracleError(2205, "only SELECT and ALTER privileges are valid for sequences")
        elif relation.relkind == program_units.PROGRAM and item.name in _TABLE_RIGHTS:
            raise OracleError(2225, "only EXECUTE and DEBUG privileges are valid for procedures")
        elif item.name == "EXECUTE":
            raise OracleError(2224, "EXECUTE privilege not allowed for tables")
        else:
            raise OracleError(990, "missing or invalid privilege")
    return found


def _require_grantable(engine: Engine, relation: Relation, listed: list[Privilege]) -> None:
    if relation.owner == engine.user or privileges.has(engine, "GRANT ANY OBJECT PRIVILEGE"):
        return
    rows = engine.query(
        "SELECT privilege, grantable FROM ora.object_grants WHERE relid = %s::oid"
        " AND grantee IN (%s, 'PUBLIC')",
        (relation.oid, engine.user),
    )
    if not rows:
        raise OracleError(942, f'table or view "{relation.owner}"."{relation.name}" does not exist')
    grantable = {privilege for privilege, may_grant in rows if may_grant}
    if not {item.name for item in listed} <= grantable:
        raise OracleError(1031, "insufficient privileges")


def _grant_object(
    engine: Engine,
    relation: Relation,
    listed: list[Privilege],
    grantees: list[str],
    *,
    grantable: bool,
) -> None:
    expanded = _expanded(relation, listed)
    _require_grantable(engine, relation, expanded)
    if relation.owner in grantees and engine.user == relation.owner:
        raise OracleError(1749, "you may not GRANT/REVOKE privileges to/from yourself")
    grantor = relation.owner
    for item in expanded:
        right = _rights(relation)[item.name]
        for grantee in grantees:
            if right is not None:
                target = _engine_right(right, item.columns)
                engine.run(f"GRANT {target} ON {relation.sql} TO {role_of(grantee)}")
            _record_grant(engine, relation, item, grantee, grantor, grantable=grantable)
    facts.touch(engine, relation.oid)


def _engine_right(right: str, columns: tuple[str, ...]) -> str:
    if not columns:
        return right
    return f"{right} ({', '.join(quoted(column) for column in columns)})"


def _record_grant(
    engine: Engine,
    relation: Relation,
    item: Privilege,
    grantee: str,
    grantor: str,
    *,
    grantable: bool,
) -> None:
    known = {state.name: state.attnum for state in facts.columns(engine, relation.oid)}
    for column in item.columns:
        if column not in known:
            raise OracleError(904, f'"{column}": invalid identifier')
    for attnum in [known[column] for column in item.columns] or [0]:
        engine.run(
            "INSERT INTO ora.object_grants (relid, attnum, grantee, privilege, grantor, grantable)"
            " VALUES (%s::oid, %s, %s, %s, %s, %s)"
            " ON CONFLICT (relid, attnum, grantee, privilege)"
            " DO UPDATE SET grantable = object_grants.grantable OR excluded.grantable",
            (relation.oid, attnum, grantee, item.name, grantor, grantable),
        )


def _revoke_object(
    engine: Engine, relation: Relation, listed: list[Privilege], grantees: list[str]
) -> None:
    everything = any(item.name in {"ALL", "ALL PRIVILEGES"} for item in listed)
    expanded = _expanded(relation, listed)
    if everything:
        expanded.append(Privilege("READ"))
    _require_grantable(engine, relation, [item for item in expanded if item.name != "READ"])
    for grantee in grantees:
        gone = 0
        for item in expanded:
            gone += engine.run(
                "DELETE FROM ora.object_grants WHERE relid = %s::oid AND grantee = %s"
                " AND privilege = %s",
                (relation.oid, grantee, item.name),
            )
        if not gone and not everything:
            raise OracleError(1927, "cannot REVOKE privileges you did not grant")
        _renew_engine_grants(engine, relation, grantee)
    facts.touch(engine, relation.oid)


def _renew_engine_grants(engine: Engine, relation: Relation, grantee: str) -> None:
    """Give a grantee in the engine exactly what is left: SELECT may come from SELECT or READ."""
    if relation.relkind == program_units.PROGRAM:
        return
    engine.run(f"REVOKE ALL ON {relation.sql} FROM {role_of(grantee)}")
    left = engine.query(
        "SELECT g.privilege, a.attname::text FROM ora.object_grants g"
        " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = g.relid AND a.attnum = g.attnum"
        " AND g.attnum > 0 WHERE g.relid = %s::oid AND g.grantee = %s",
        (relation.oid, grantee),
    )
    for privilege, column in left:
        right = _rights(relation).get(privilege)
        if right is not None:
            target = _engine_right(right, (column,) if column else ())
            engine.run(f"GRANT {target} ON {relation.sql} TO {role_of(grantee)}")
