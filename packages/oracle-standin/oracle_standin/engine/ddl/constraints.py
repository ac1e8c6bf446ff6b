"""Turns constraint definitions into PostgreSQL's and keeps their facts.

Source: SQL Language Reference, constraint; names of unnamed constraints are SYS_Cnnnnnn.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import facts, key_bytes, objects, privileges
from oracle_standin.engine.ddl.model import ConstraintDefinition, ConstraintKind
from oracle_standin.engine.names import engine_name, quoted
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.type_facts import ColumnType

_ATTNUMS = (
    "coalesce((SELECT pg_catalog.array_agg(a.attnum ORDER BY n.position)"
    " FROM unnest(%s::text[]) WITH ORDINALITY AS n (name, position)"
    " JOIN pg_catalog.pg_attribute a ON a.attname = n.name AND a.attrelid = %s::oid),"
    " ARRAY[]::int2[])"
)
_DELETE_RULES = {
    "CASCADE": " ON DELETE CASCADE",
    "SET NULL": " ON DELETE SET NULL",
    "NO ACTION": "",
}


def column_list(columns: Iterable[str]) -> str:
    """Return quoted names, separated by commas."""
    return ", ".join(quoted(column) for column in columns)


def name_all(
    engine: Engine, owner: str, definitions: Sequence[ConstraintDefinition]
) -> list[tuple[ConstraintDefinition, bool]]:
    """Give every constraint a name; the flag says that it was generated.

    Raises OracleError 2264 when a name is in use in the schema, 2261 for two keys on the same
    columns, 2260 for two primary keys.
    """
    unnamed = sum(definition.name is None for definition in definitions)
    generated = iter(facts.generated_names(engine, unnamed))
    _check_keys(definitions)
    given = [definition.name for definition in definitions if definition.name is not None]
    _check_names(engine, owner, given)
    return [
        (definition, False)
        if definition.name is not None
        else (replace(definition, name=next(generated)), True)
        for definition in definitions
    ]


def _check_keys(definitions: Sequence[ConstraintDefinition]) -> None:
    keys = [d for d in definitions if d.kind.has_index]
    if sum(d.kind is ConstraintKind.PRIMARY_KEY for d in keys) > 1:
        raise OracleError(2260, "table can have only one primary key")
    if len({d.columns for d in keys}) != len(keys):
        raise OracleError(2261, "such unique or primary key already exists in the table")


def _check_names(engine: Engine, owner: str, given: list[str]) -> None:
    if not given:
        return
    taken = engine.query(
        "SELECT 1 FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n"
        " ON n.oid = c.connamespace JOIN ora.constraint_facts f ON f.conoid = c.oid"
        " WHERE n.nspname = %s AND c.conname = ANY (%s)"
        " UNION ALL SELECT 1 FROM ora.disabled_constraints d"
        " JOIN pg_catalog.pg_class c ON c.oid = d.relid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %s AND d.name = ANY (%s)",
        (owner, [engine_name(name) for name in given], owner, given),
    )
    if taken or len(set(given)) != len(given):
        raise OracleError(2264, "name already used by an existing constraint")


def clause(engine: Engine, owner: str, definition: ConstraintDefinition) -> str:
    """Return the constraint in PostgreSQL's words; the name must be set.

    Raises OracleError 955 when an index has the name of a key.
    """
    name = definition.name or ""
    if definition.kind.has_index:
        stored = objects.claim_index_name(engine, owner, name)
    else:
        stored = engine_name(name)
        objects.remember_name(engine, name)
    return f"CONSTRAINT {quoted(stored)} {_body(engine, definition)}"


def _body(engine: Engine, definition: ConstraintDefinition) -> str:
    columns = column_list(definition.columns)
    if definition.deferrable and not definition.kind.has_index:
        raise not_in_this_standin(what="a check that can wait for the end of the transaction")
    if definition.kind is ConstraintKind.NOT_NULL:
        return f"NOT NULL {columns}"
    if definition.kind is ConstraintKind.CHECK:
        condition = engine.translate_expression(definition.condition or "")
        return f"CHECK ({condition})" + ("" if definition.validated else " NOT VALID")
    if definition.kind is ConstraintKind.PRIMARY_KEY:
        return f"PRIMARY KEY ({columns})" + _deferral(definition)
    return f"UNIQUE ({columns})" + _deferral(definition)


def _deferral(definition: ConstraintDefinition) -> str:
    if not definition.deferrable:
        return ""
    return " DEFERRABLE INITIALLY " + ("DEFERRED" if definition.initially_deferred else "IMMEDIATE")


def check_columns(
    definition: ConstraintDefinition,
    types: dict[str, ColumnType | None],
    partition_key: Sequence[str],
) -> None:
    """Check that a key's columns exist and can be indexed.

    Raises OracleError 904 for an unknown column, 2329 for a LOB in a key, 1450 for columns that are
    too long together; a key of a partitioned table must hold the partition key in this stand-in.
    """
    for column in definition.columns:
        if column not in types:
            raise OracleError(904, f'"{column}": invalid identifier')
        kind = types[column]
        if definition.kind.has_index and kind is not None and kind.is_long_value:
            message = f"column of data type {kind.data_type} cannot be unique or a primary key"
            raise OracleError(2329, message)
    if definition.kind.has_index:
        key_bytes.check(types[column] for column in definition.columns)
    if definition.kind.has_index and not set(partition_key) <= set(definition.columns):
        what = "a unique key that does not include the partition key"
        raise not_in_this_standin(what)


def add_foreign_key(engine: Engine, table: Relation, definition: ConstraintDefinition) -> None:
    """Add a foreign key to an existing table; the name must be set.

    Raises OracleError 942 for a missing parent, 1031 without REFERENCES on it, 2268 and 2270 when
    the columns are no key of it, 2256 and 2267 when they do not match, 14455 for a temporary table.
    """
    parent, columns = foreign_target(engine, table, definition)
    if table.temporary or parent.temporary:
        raise OracleError(
            14455, "attempt to create referential integrity constraint on temporary table"
        )
    name = quoted(definition.name or "")
    objects.remember_name(engine, definition.name or "")
    engine.run(
        f"ALTER TABLE {table.sql} ADD CONSTRAINT {name}"
        f" FOREIGN KEY ({column_list(definition.columns)})"
        f" REFERENCES {parent.sql} ({column_list(columns)})"
        f"{_DELETE_RULES[definition.delete_rule]}{_deferral(definition)}"
        + ("" if definition.validated else " NOT VALID")
    )


def foreign_target(
    engine: Engine, table: Relation, definition: ConstraintDefinition
) -> tuple[Relation, tuple[str, ...]]:
    """Return the parent table of a foreign key and the columns referred to."""
    if definition.referenced is None:
        raise OracleError(905, "missing keyword")
    name = definition.referenced
    if name.schema is None:
        name = replace(name, schema=table.owner)
    parent = objects.require_table(engine, name)
    if parent.owner != table.owner:
        privileges.require_on(engine, parent, "ALTER ANY TABLE", "REFERENCES")
    keys = _keys(engine, parent.oid)
    columns = definition.referenced_columns
    if not columns:
        primary = [key for kind, key in keys if kind == "p"]
        if not primary:
            raise OracleError(2268, "referenced table does not have a primary key")
        columns = primary[0]
    if len(columns) != len(definition.columns):
        raise OracleError(2256, "number of referencing columns must match referenced columns")
    if not any(set(columns) == set(key) for _, key in keys):
        raise OracleError(2270, "no matching unique or primary key for this column-list")
    _check_types(engine, table, definition.columns, parent, columns)
    return parent, columns


def _keys(engine: Engine, relid: int) -> list[tuple[str, tuple[str, ...]]]:
    rows = engine.query(
        "SELECT c.contype::text, (SELECT pg_catalog.array_agg(ora.oracle_name(a.attname)"
        " ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k (attnum, n)"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum)"
        " FROM pg_catalog.pg_constraint c WHERE c.conrelid = %s::oid AND c.contype IN ('p', 'u')",
        (relid,),
    )
    return [(kind, tuple(columns)) for kind, columns in rows]


def _check_types(
    engine: Engine,
    table: Relation,
    columns: tuple[str, ...],
    parent: Relation,
    parent_columns: tuple[str, ...],
) -> None:
    mine = {state.name: state.type for state in facts.columns(engine, table.oid)}
    theirs = {state.name: state.type for state in facts.columns(engine, parent.oid)}
    for column, parent_column in zip(columns, parent_columns, strict=True):
        if column not in mine:
            raise OracleError(904, f'"{column}": invalid identifier')
        if mine[column].type_code != theirs[parent_column].type_code:
            message = "column type incompatible with referenced column type"
            raise OracleError(2267, message)


def record(engine: Engine, relid: int, named: Sequence[tuple[ConstraintDefinition, bool]]) -> None:
    """Write the facts of constraints that exist in PostgreSQL."""
    if not named:
        return
    engine.run(
        "INSERT INTO ora.constraint_facts (conoid, relid, search_condition, generated, validated,"
        " rely) SELECT c.oid, c.conrelid, r.condition, r.generated, r.validated, r.rely"
        " FROM unnest(%s::text[], %s::text[], %s::bool[], %s::bool[], %s::bool[])"
        " AS r (name, condition, generated, validated, rely)"
        " JOIN pg_catalog.pg_constraint c ON c.conrelid = %s::oid"
        " AND c.conname IN (r.name, r.name || '$IX')",
        (
            [engine_name(definition.name or "") for definition, _ in named],
            [search_condition(definition) for definition, _ in named],
            [generated for _, generated in named],
            [definition.validated for definition, _ in named],
            [definition.rely for definition, _ in named],
            relid,
        ),
    )


def record_indexes(engine: Engine, relid: int) -> None:
    """Write the facts of the indexes that keys brought with them, and guard partly empty keys."""
    engine.run("SELECT ora.guard_partial_keys(%s::oid)", (relid,))
    engine.run(
        "INSERT INTO ora.table_facts (relid, object_type, parent, generated)"
        " SELECT c.conindid, 'INDEX', c.conrelid, coalesce(f.generated, false)"
        " FROM pg_catalog.pg_constraint c LEFT JOIN ora.constraint_facts f ON f.conoid = c.oid"
        " WHERE c.conrelid = %s::oid AND c.contype IN ('p', 'u') ON CONFLICT DO NOTHING",
        (relid,),
    )


def search_condition(definition: ConstraintDefinition) -> str | None:
    """Return what ALL_CONSTRAINTS shows as SEARCH_CONDITION."""
    if definition.kind is ConstraintKind.NOT_NULL:
        return f'"{definition.columns[0]}" IS NOT NULL'
    return definition.condition


def record_disabled(
    engine: Engine, table: Relation, definition: ConstraintDefinition, *, generated: bool
) -> None:
    """Keep a disabled constraint, which PostgreSQL does not know."""
    parent: Relation | None = None
    parent_columns: tuple[str, ...] = ()
    if definition.kind is ConstraintKind.FOREIGN_KEY:
        parent, parent_columns = foreign_target(engine, table, definition)
    engine.run(
        "INSERT INTO ora.disabled_constraints (relid, name, contype, attnums, foreign_relid,"  # noqa: S608
        " foreign_attnums, delete_rule, search_condition, generated, is_deferrable, is_deferred)"
        f" VALUES (%s::oid, %s, %s, {_ATTNUMS}, %s::oid, {_ATTNUMS}, %s, %s, %s, %s, %s)",
        (
            table.oid,
            definition.name,
            definition.kind.value,
            [engine_name(column) for column in definition.columns],
            table.oid,
            parent.oid if parent else None,
            [engine_name(column) for column in parent_columns],
            parent.oid if parent else None,
            definition.delete_rule if parent else None,
            search_condition(definition),
            generated,
            definition.deferrable,
            definition.initially_deferred,
        ),
    )
