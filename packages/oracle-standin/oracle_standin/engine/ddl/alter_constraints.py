"""Adds, drops and renames constraints of existing tables.

Source: SQL Language Reference, ALTER TABLE, constraint_clauses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import constraints, facts, objects
from oracle_standin.engine.ddl.model import ConstraintDefinition, ConstraintKind
from oracle_standin.engine.names import engine_name, quoted
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.reader import Reader


def add(engine: Engine, table: Relation, definitions: Sequence[ConstraintDefinition]) -> None:
    """Add constraints.

    Raises OracleError 2260 for a second primary key, 2261 for a key that is there, 2437, 2299,
    2293, 2298 and 2296 when rows contradict, and what `constraints` raises.
    """
    named = constraints.name_all(engine, table.owner, definitions)
    types = {state.name: state.type for state in facts.columns(engine, table.oid)}
    key = _partition_key(engine, table)
    for definition, generated in named:
        constraints.check_columns(definition, dict(types), key)
        _check_existing(engine, table, definition)
        if not definition.enabled:
            constraints.record_disabled(engine, table, definition, generated=generated)
            continue
        _check_rows(engine, table, definition)
        if definition.kind is ConstraintKind.FOREIGN_KEY:
            constraints.add_foreign_key(engine, table, definition)
        elif definition.kind is ConstraintKind.NOT_NULL and _is_not_null(engine, table, definition):
            _adopt_not_null(engine, table, definition)
        else:
            clause = constraints.clause(engine, table.owner, definition)
            engine.run(f"ALTER TABLE {table.sql} ADD {clause}")
        constraints.record(engine, table.oid, [(definition, generated)])
    constraints.record_indexes(engine, table.oid)


def _partition_key(engine: Engine, table: Relation) -> list[str]:
    rows = engine.query(
        "SELECT ora.oracle_name(a.attname) FROM ora.partition_keys k"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = k.relid AND a.attnum = k.attnum"
        " WHERE k.relid = %s::oid ORDER BY k.position",
        (table.oid,),
    )
    return [name for (name,) in rows]


def _check_existing(engine: Engine, table: Relation, definition: ConstraintDefinition) -> None:
    if not definition.kind.has_index:
        return
    for existing in listed(engine, table):
        if existing.kind is definition.kind is ConstraintKind.PRIMARY_KEY:
            raise OracleError(2260, "table can have only one primary key")
        if existing.kind.has_index and set(existing.columns) == set(definition.columns):
            raise OracleError(2261, "such unique or primary key already exists in the table")


def _is_not_null(engine: Engine, table: Relation, definition: ConstraintDefinition) -> bool:
    states = {state.name: state for state in facts.columns(engine, table.oid)}
    return states[definition.columns[0]].not_null


def _adopt_not_null(engine: Engine, table: Relation, definition: ConstraintDefinition) -> None:
    """Name the NOT NULL that PostgreSQL keeps for a primary key column; ORA-01442 when declared."""
    rows = engine.query(
        "SELECT c.conname::text, f.conoid IS NOT NULL FROM pg_catalog.pg_constraint c"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " LEFT JOIN ora.constraint_facts f ON f.conoid = c.oid"
        " WHERE c.conrelid = %s::oid AND c.contype = 'n' AND a.attname = %s",
        (table.oid, engine_name(definition.columns[0])),
    )
    stored, declared = rows[0]
    if declared:
        raise OracleError(1442, "column to be modified to NOT NULL is already NOT NULL")
    engine.run(
        f"ALTER TABLE {table.sql} RENAME CONSTRAINT {quoted(stored)}"
        f" TO {quoted(definition.name or '')}"
    )


def _check_rows(engine: Engine, table: Relation, definition: ConstraintDefinition) -> None:
    """Look for rows that contradict, to give Oracle's error and not the engine's."""
    name = f"{table.owner}.{definition.name}"
    columns = [quoted(column) for column in definition.columns]
    nulls = " OR ".join(f"{column} IS NULL" for column in columns)
    exists = f"SELECT 1 FROM {table.sql} WHERE "  # noqa: S608 - quoted names
    if definition.kind is ConstraintKind.NOT_NULL and engine.query(f"{exists}{nulls} LIMIT 1"):
        raise OracleError(2296, f"cannot enable ({name}) - null values found")
    if definition.kind is ConstraintKind.CHECK and definition.validated:
        condition = engine.translate_expression(definition.condition or "")
        if engine.query(f"{exists}NOT ({condition}) LIMIT 1"):
            raise OracleError(2293, f"cannot validate ({name}) - check constraint violated")
    if definition.kind.has_index:
        key = ", ".join(columns)
        filled = " OR ".join(f"{column} IS NOT NULL" for column in columns)
        duplicate = engine.query(f"{exists}{filled} GROUP BY {key} HAVING count(*) > 1 LIMIT 1")
        primary = definition.kind is ConstraintKind.PRIMARY_KEY
        if duplicate and primary:
            raise OracleError(2437, f"cannot validate ({name}) - primary key violated")
        if duplicate:
            raise OracleError(2299, f"cannot validate ({name}) - duplicate keys found")
        if primary and engine.query(f"{exists}{nulls} LIMIT 1"):
            raise OracleError(1449, "column contains NULL values; cannot alter to NOT NULL")
    if definition.kind is ConstraintKind.FOREIGN_KEY and definition.validated:
        _check_parents(engine, table, definition)


def _check_parents(engine: Engine, table: Relation, definition: ConstraintDefinition) -> None:
    parent, parent_columns = constraints.foreign_target(engine, table, definition)
    pairs = list(zip(definition.columns, parent_columns, strict=True))
    match = " AND ".join(f"p.{quoted(theirs)} = c.{quoted(mine)}" for mine, theirs in pairs)
    filled = " AND ".join(f"c.{quoted(mine)} IS NOT NULL" for mine, _ in pairs)
    orphan = engine.query(
        f"SELECT 1 FROM {table.sql} c WHERE {filled}"  # noqa: S608 - quoted names
        f" AND NOT EXISTS (SELECT 1 FROM {parent.sql} p WHERE {match}) LIMIT 1"
    )
    if orphan:
        name = f"{table.owner}.{definition.name}"
        raise OracleError(2298, f"cannot validate ({name}) - parent keys not found")


@dataclass(frozen=True, slots=True)
class Listed:
    """A constraint as the dictionary lists it."""

    name: str
    stored_name: str | None
    """The name in PostgreSQL; None when disabled."""
    kind: ConstraintKind
    columns: tuple[str, ...]
    generated: bool


def listed(engine: Engine, table: Relation) -> list[Listed]:
    """Return the constraints of a table, disabled ones included."""
    rows = engine.query(
        "SELECT l.name, c.conname::text, coalesce(c.contype, d.contype)::text,"
        " (SELECT pg_catalog.array_agg(ora.oracle_name(a.attname) ORDER BY k.n)"
        "  FROM unnest(l.attnums) WITH ORDINALITY AS k (attnum, n)"
        "  JOIN pg_catalog.pg_attribute a ON a.attrelid = l.relid AND a.attnum = k.attnum),"
        " l.generated FROM ora.listed_constraints l"
        " LEFT JOIN pg_catalog.pg_constraint c ON c.oid = l.conoid"
        " LEFT JOIN ora.disabled_constraints d ON d.relid = l.relid AND d.name = l.name"
        " WHERE l.relid = %s::oid",
        (table.oid,),
    )
    return [
        Listed(name, stored, ConstraintKind(kind), tuple(columns or ()), generated)
        for name, stored, kind, columns, generated in rows
    ]


def read_choice(reader: Reader, engine: Engine, table: Relation) -> Listed:
    """Consume CONSTRAINT name, PRIMARY KEY or UNIQUE (columns) and return what it stands for.

    Raises OracleError 2443 when there is none.
    """
    known = listed(engine, table)
    if reader.accept("CONSTRAINT"):
        name = reader.name()
        found = [item for item in known if item.name == name]
    elif reader.accept("PRIMARY", "KEY"):
        found = [item for item in known if item.kind is ConstraintKind.PRIMARY_KEY]
    elif reader.accept("UNIQUE"):
        columns = set(reader.names_in_parentheses())
        found = [
            item
            for item in known
            if item.kind is ConstraintKind.UNIQUE and set(item.columns) == columns
        ]
    else:
        raise reader.error(905, "missing keyword")
    if not found:
        raise OracleError(2443, "Cannot drop constraint  - nonexistent constraint", reader.offset)
    return found[0]


def drop(reader: Reader, engine: Engine, table: Relation) -> None:
    """Run DROP CONSTRAINT, DROP PRIMARY KEY or DROP UNIQUE; raises OracleError 2443 and 2273."""
    if_exists = False
    position = reader.position
    if reader.accept("CONSTRAINT", "IF", "EXISTS"):
        if_exists = True
        name = reader.name()
        if not any(item.name == name for item in listed(engine, table)):
            _accept_drop_options(reader)
            return
    if if_exists:
        chosen = next(item for item in listed(engine, table) if item.name == name)
    else:
        reader.rewind(position)
        chosen = read_choice(reader, engine, table)
    cascade = _accept_drop_options(reader)
    drop_listed(engine, table, chosen, cascade=cascade)


def _accept_drop_options(reader: Reader) -> bool:
    cascade = False
    while True:
        if reader.accept("CASCADE"):
            cascade = True
        elif not (
            reader.accept("KEEP", "INDEX")
            or reader.accept("DROP", "INDEX")
            or reader.accept("ONLINE")
        ):
            return cascade


def drop_listed(engine: Engine, table: Relation, chosen: Listed, *, cascade: bool) -> None:
    """Drop one constraint; raises OracleError 2273 when foreign keys need it and not `cascade`."""
    if chosen.stored_name is None:
        engine.run(
            "DELETE FROM ora.disabled_constraints WHERE relid = %s::oid AND name = %s",
            (table.oid, chosen.name),
        )
        return
    if chosen.kind.has_index and not cascade and is_referenced(engine, table, chosen):
        raise OracleError(2273, "this unique/primary key is referenced by some foreign keys")
    statement = f"ALTER TABLE {table.sql} DROP CONSTRAINT {quoted(chosen.stored_name)}"
    if chosen.kind is ConstraintKind.NOT_NULL and _in_primary_key(engine, table, chosen):
        # PostgreSQL needs it for the key; Oracle's dictionary no longer lists it.
        engine.run(
            "DELETE FROM ora.constraint_facts f USING pg_catalog.pg_constraint c"
            " WHERE c.oid = f.conoid AND c.conrelid = %s::oid AND c.conname = %s",
            (table.oid, chosen.stored_name),
        )
        return
    engine.run(statement + (" CASCADE" if cascade else ""))
    if chosen.kind is ConstraintKind.PRIMARY_KEY:
        _drop_silent_not_nulls(engine, table)


def is_referenced(engine: Engine, table: Relation, chosen: Listed) -> bool:
    """Return whether foreign keys refer to a key."""
    rows = engine.query(
        "SELECT 1 FROM pg_catalog.pg_constraint f JOIN pg_catalog.pg_constraint k"
        " ON k.conindid = f.conindid AND k.conrelid = f.confrelid AND k.contype IN ('p', 'u')"
        " WHERE f.contype = 'f' AND k.conrelid = %s::oid AND k.conname = %s",
        (table.oid, chosen.stored_name),
    )
    return bool(rows)


def _in_primary_key(engine: Engine, table: Relation, chosen: Listed) -> bool:
    return any(
        item.kind is ConstraintKind.PRIMARY_KEY
        and item.stored_name is not None
        and set(chosen.columns) <= set(item.columns)
        for item in listed(engine, table)
    )


def _drop_silent_not_nulls(engine: Engine, table: Relation) -> None:
    """Drop the NOT NULLs that only a primary key brought: its columns may be NULL without it."""
    rows = engine.query(
        "SELECT c.conname::text FROM pg_catalog.pg_constraint c LEFT JOIN ora.constraint_facts f"
        " ON f.conoid = c.oid WHERE c.conrelid = %s::oid AND c.contype = 'n' AND f.conoid IS NULL",
        (table.oid,),
    )
    for (name,) in rows:
        engine.run(f"ALTER TABLE {table.sql} DROP CONSTRAINT {quoted(name)}")


def rename(engine: Engine, table: Relation, old: str, new: str) -> None:
    """Rename a constraint; raises OracleError 23292 for an unknown one, 2264 for a name in use.

    The index of a key keeps its name in Oracle; here it goes with the constraint.
    """
    found = [item for item in listed(engine, table) if item.name == old]
    if not found:
        raise OracleError(23292, "The constraint does not exist")
    definition = ConstraintDefinition(found[0].kind, found[0].columns, new)
    constraints.name_all(engine, table.owner, [definition])
    if found[0].stored_name is None:
        engine.run(
            "UPDATE ora.disabled_constraints SET name = %s WHERE relid = %s::oid AND name = %s",
            (new, table.oid, old),
        )
        return
    objects.remember_name(engine, new)
    engine.run(
        f"ALTER TABLE {table.sql} RENAME CONSTRAINT {quoted(found[0].stored_name)} TO {quoted(new)}"
    )
    engine.run(
        "UPDATE ora.constraint_facts f SET generated = false FROM pg_catalog.pg_constraint c"
        " WHERE c.oid = f.conoid AND c.conrelid = %s::oid AND c.conname = %s",
        (table.oid, engine_name(new)),
    )
