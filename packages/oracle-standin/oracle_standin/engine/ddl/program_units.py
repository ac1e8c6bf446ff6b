"""CREATE, ALTER and DROP of procedures, functions and packages.

The text is compiled before the dictionary is changed; a unit with errors is kept, too, as invalid.

Source: PL/SQL Language Reference, "CREATE PROCEDURE Statement", "ALTER PACKAGE Statement", "DROP
FUNCTION Statement" and their neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import objects, privileges
from oracle_standin.engine.ddl.objects import Relation
from oracle_standin.engine.names import engine_name
from oracle_standin.engine.reader import ObjectName, Reader
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.compiled_units import Compiled
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.resolver import Query

_KINDS = ("PROCEDURE", "FUNCTION", "PACKAGE")
STATEMENTS = frozenset(f"{verb} {kind}" for verb in ("CREATE", "ALTER") for kind in _KINDS)
"""What `read` takes; DROP is in the list of statements that `dispatch` has."""

PROGRAM = "program"
"""The `relkind` of a procedure, function or package, which is no relation of the engine."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A unit to compile and keep."""

    kind: str
    owner: str
    name: str
    source: str
    is_check: bool = False
    """Whether it is compiled again because of what it names; then it stays the same if it can."""


def read(statement: str, engine: Engine) -> Definition | None:
    """Return what CREATE or ALTER ... COMPILE wants compiled; None for other statements.

    Raises OracleError 1031, 955 for a name in use, 4043 for a unit that is not there.
    """
    reader = Reader(statement)
    if reader.accept("ALTER") and reader.at_any(_KINDS):
        return _read_alter(reader, engine)
    if not reader.accept("CREATE"):
        return None
    replaces = reader.accept("OR", "REPLACE")
    reader.accept_any("EDITIONABLE", "NONEDITIONABLE")
    if not reader.at_any(_KINDS):
        return None
    start = reader.offset
    kind = _kind(reader)
    if reader.at("IF"):
        raise not_in_this_standin(what=f"CREATE {kind} IF NOT EXISTS")
    name = reader.object_name(4050, "invalid or missing procedure, function, or package name")
    owner = objects.owner_of_new(engine, name)
    privileges.require_create(engine, owner, "PROCEDURE")
    if not replaces and _source(engine, owner, name.name, kind) is not None:
        raise _in_use(owner, name.name)
    _require_free(engine, owner, name.name, kind)
    return Definition(kind, owner, name.name, statement[start:].rstrip())


def _kind(reader: Reader) -> str:
    word = reader.take().value
    return "PACKAGE BODY" if word == "PACKAGE" and reader.accept("BODY") else word


def _read_alter(reader: Reader, engine: Engine) -> Definition:
    kind = _kind(reader)
    reader.accept("IF", "EXISTS")
    name = reader.object_name(4050, "invalid or missing procedure, function, or package name")
    if not reader.accept("COMPILE"):
        raise not_in_this_standin(what=f"this ALTER {kind} clause")
    reader.accept("DEBUG")
    part = reader.accept_any("BODY", "SPECIFICATION", "PACKAGE") if kind == "PACKAGE" else None
    reader.accept("REUSE", "SETTINGS")
    reader.expect_end(922, "missing or invalid option")
    owner = name.schema or engine.current_schema
    wanted = "PACKAGE BODY" if part == "BODY" else kind
    source = _source(engine, owner, name.name, wanted)
    if source is None:
        raise _missing(owner, name.name)
    if owner != engine.user:
        privileges.require(engine, "ALTER ANY PROCEDURE")
    return Definition(wanted, owner, name.name, source)


def _source(engine: Engine, owner: str, name: str, kind: str) -> str | None:
    rows = engine.query(
        "SELECT source FROM ora.program_units WHERE owner = %s AND name = %s AND kind = %s",
        (owner, name, kind),
    )
    return str(rows[0][0]) if rows else None


def _require_free(engine: Engine, owner: str, name: str, kind: str) -> None:
    """Raise ORA-00955 where the name stands for something else; bodies have their own names."""
    if kind == "PACKAGE BODY":
        return
    rows = engine.query(
        "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
        " ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s"
        " AND c.relkind IN ('r', 'p', 'v', 'm', 'S')"
        " UNION ALL SELECT 1 FROM ora.synonyms WHERE owner = %s AND name = %s"
        " UNION ALL SELECT 1 FROM ora.type_facts WHERE owner = %s AND name = %s"
        " UNION ALL SELECT 1 FROM ora.program_units WHERE owner = %s AND name = %s"
        " AND kind NOT IN (%s, 'PACKAGE BODY')",
        (owner, engine_name(name), *(owner, name) * 3, kind),
    )
    if rows:
        raise _in_use(owner, name)


def _in_use(owner: str, name: str) -> OracleError:
    return OracleError(955, f'name "{owner}"."{name}" is already used by an existing object')


def _missing(owner: str, name: str) -> OracleError:
    return OracleError(4043, f'object "{owner}"."{name}" does not exist')


def store(definition: Definition, compiled: Compiled, engine: Engine) -> None:
    """Keep a compiled unit: its text, its errors and what the dictionary shows of it."""
    object_id = _store_unit(definition, compiled, engine)
    _store_dependencies(compiled, object_id, engine)
    for table in ("program_errors", "subprogram_arguments", "subprograms"):
        engine.run(
            f"DELETE FROM ora.{table} WHERE object_id = %s::oid",  # noqa: S608 - names of our own
            (object_id,),
        )
    for sequence, error in enumerate(compiled.errors, start=1):
        engine.run(
            "INSERT INTO ora.program_errors VALUES (%s::oid, %s, %s, %s, %s)",
            (object_id, sequence, error.line, error.column, error.text),
        )
    for shape in compiled.shapes:
        engine.run(
            "INSERT INTO ora.subprograms VALUES (%s::oid, %s, %s, %s, %s, %s)",
            (
                *(object_id, shape.number, shape.name, shape.overload),
                *(shape.is_function, shape.deterministic),
            ),
        )
        for item in shape.arguments:
            engine.run(
                "INSERT INTO ora.subprogram_arguments"
                " VALUES (%s::oid, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    *(object_id, shape.number, item.sequence, item.position, item.level),
                    *(item.name, item.data_type, item.in_out, item.defaulted, item.national),
                    item.type_name,
                ),
            )


def stale(query: Query) -> list[Definition]:
    """Return the units that name something which has changed since they were compiled."""
    rows = query(
        "SELECT u.kind, u.owner, u.name, u.source FROM ora.program_units u WHERE u.object_id IN"
        " (SELECT d.object_id FROM ora.program_dependencies d"
        " WHERE d.state <> ora.dependency_state(d.owner, d.name)) ORDER BY u.object_id",
        (),
    )
    return [
        Definition(kind, owner, name, source, is_check=True) for kind, owner, name, source in rows
    ]


def _store_dependencies(compiled: Compiled, object_id: int, engine: Engine) -> None:
    engine.run(
        "DELETE FROM ora.program_dependencies WHERE object_id = %s::oid",
        (object_id,),
    )
    for owner, name in sorted(compiled.dependencies):
        engine.run(
            "INSERT INTO ora.program_dependencies"
            " VALUES (%s::oid, %s, %s, ora.dependency_state(%s, %s))",
            (object_id, owner, name, owner, name),
        )


def _store_unit(definition: Definition, compiled: Compiled, engine: Engine) -> int:
    key = (definition.owner, definition.name, definition.kind)
    rows = engine.query(
        "INSERT INTO ora.program_units (object_id, owner, name, kind, source, valid,"
        " invoker_rights, version) VALUES (pg_catalog.nextval('ora.generated_name')::oid, %s, %s,"
        " %s, %s, %s, %s, pg_catalog.nextval('ora.program_version'))"
        " ON CONFLICT (owner, name, kind) DO UPDATE SET source = excluded.source,"
        " valid = excluded.valid, invoker_rights = excluded.invoker_rights,"
        " version = CASE WHEN %s AND program_units.valid = excluded.valid"
        " THEN program_units.version ELSE excluded.version END,"
        " last_ddl = excluded.last_ddl RETURNING object_id::bigint",
        (
            *(*key, definition.source, not compiled.errors, compiled.invoker_rights),
            definition.is_check,
        ),
    )
    return int(rows[0][0])


def drop(reader: Reader, engine: Engine) -> None:
    """Run DROP PROCEDURE, FUNCTION or PACKAGE [BODY]; raises OracleError 4043, 1031."""
    kind = _kind(reader)
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.object_name(4050, "invalid or missing procedure, function, or package name")
    reader.expect_end(933, "SQL command not properly ended")
    owner = name.schema or engine.current_schema
    if _source(engine, owner, name.name, kind) is None:
        if if_exists:
            return
        raise _missing(owner, name.name)
    if owner != engine.user:
        privileges.require(engine, "DROP ANY PROCEDURE")
    kinds = [kind, "PACKAGE BODY"] if kind == "PACKAGE" else [kind]
    _delete(engine, owner, name.name, kinds)


def drop_all(engine: Engine, owner: str) -> int:
    """Drop all units of a user and return how many they were."""
    names = engine.query("SELECT name, kind FROM ora.program_units WHERE owner = %s", (owner,))
    for name, kind in names:
        _delete(engine, owner, name, [kind])
    return len(names)


def _delete(engine: Engine, owner: str, name: str, kinds: list[str]) -> None:
    engine.run(
        "DELETE FROM ora.object_grants WHERE relid IN (SELECT object_id FROM ora.program_units"
        " WHERE owner = %s AND name = %s AND kind = ANY (%s))",
        (owner, name, kinds),
    )
    engine.run(
        "DELETE FROM ora.program_units WHERE owner = %s AND name = %s AND kind = ANY (%s)",
        (owner, name, kinds),
    )


def find(engine: Engine, name: ObjectName) -> Relation | None:
    """Return a procedure, function or package as something to grant rights on."""
    owner = name.schema or engine.current_schema
    rows = engine.query(
        "SELECT object_id::bigint, kind FROM ora.program_units"
        " WHERE owner = %s AND name = %s AND kind <> 'PACKAGE BODY'",
        (owner, name.name),
    )
    if not rows:
        return None
    object_id, kind = rows[0]
    return Relation(object_id, owner, name.name, owner, name.name, PROGRAM, kind)
