"""ENABLE, DISABLE and MODIFY CONSTRAINT.

Source: SQL Language Reference, ALTER TABLE, enable_disable_clause; constraint, constraint_state.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import alter_constraints, objects
from oracle_standin.engine.ddl.alter_constraints import is_referenced
from oracle_standin.engine.ddl.column_parser import parse_state
from oracle_standin.engine.ddl.model import ConstraintDefinition, ConstraintKind
from oracle_standin.engine.names import quoted
from oracle_standin.engine.reader import ObjectName
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.alter_constraints import Listed
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.reader import Reader


def change_state(reader: Reader, engine: Engine, table: Relation) -> None:
    """Run ENABLE, DISABLE and MODIFY of a constraint.

    Raises OracleError 2431 and 2430 for an unknown constraint, 2297 when foreign keys depend on a
    key to be disabled.
    """
    if reader.accept("MODIFY"):
        pass
    word = reader.accept_any("ENABLE", "DISABLE")
    validated = reader.accept_any("VALIDATE", "NOVALIDATE") != "NOVALIDATE"
    if reader.accept("ALL", "TRIGGERS") or reader.accept("TABLE", "LOCK"):
        return
    chosen = alter_constraints.read_choice(reader, engine, table)
    if reader.accept("INITIALLY"):
        _change_timing(engine, table, chosen, reader.accept_any("DEFERRED", "IMMEDIATE"))
        return
    state = parse_state(reader, ConstraintDefinition(chosen.kind, enabled=word != "DISABLE"))
    cascade = reader.accept("CASCADE")
    reader.accept("KEEP", "INDEX")
    if not state.enabled and chosen.stored_name is not None:
        if chosen.kind.has_index and not cascade and is_referenced(engine, table, chosen):
            name = f"{table.owner}.{chosen.name}"
            raise OracleError(2297, f"cannot disable constraint ({name}) - dependencies exist")
        _disable(engine, table, chosen, cascade=cascade)
    elif state.enabled and chosen.stored_name is None:
        _enable(engine, table, chosen, validated=validated and state.validated)
    elif state.enabled and validated and state.validated:
        _validate(engine, table, chosen)


def _validate(engine: Engine, table: Relation, chosen: Listed) -> None:
    """Look at the rows that were there when a constraint was enabled without; ORA-02293, 02298."""
    stored = quoted(chosen.stored_name or "")
    rows = engine.query(
        "SELECT convalidated, contype::text FROM pg_catalog.pg_constraint WHERE conrelid = %s::oid"
        " AND conname = %s",
        (table.oid, chosen.stored_name),
    )
    if rows[0][0]:
        return
    name = f"{table.owner}.{chosen.name}"
    engine.run('SAVEPOINT "ora$validate"')
    try:
        engine.run(f"ALTER TABLE {table.sql} VALIDATE CONSTRAINT {stored}")
    except OracleError as error:
        engine.run('ROLLBACK TO SAVEPOINT "ora$validate"')
        if error.code in {2290, 2291}:
            parents = rows[0][1] == "f"
            reason = "parent keys not found" if parents else "check constraint violated"
            message = f"cannot validate ({name}) - {reason}"
            raise OracleError(2298 if parents else 2293, message) from None
        raise
    engine.run(
        "UPDATE ora.constraint_facts f SET validated = true FROM pg_catalog.pg_constraint c"
        " WHERE c.oid = f.conoid AND c.conrelid = %s::oid AND c.conname = %s",
        (table.oid, chosen.stored_name),
    )


def _change_timing(engine: Engine, table: Relation, chosen: Listed, timing: str | None) -> None:
    """Change when a deferrable constraint is checked unless a transaction says otherwise."""
    if timing is None:
        raise OracleError(922, "missing or invalid option")
    if chosen.kind is not ConstraintKind.FOREIGN_KEY or chosen.stored_name is None:
        raise not_in_this_standin(what="INITIALLY in a change of anything but a foreign key")
    rows = engine.query(
        "SELECT condeferrable FROM pg_catalog.pg_constraint WHERE conrelid = %s::oid"
        " AND conname = %s",
        (table.oid, chosen.stored_name),
    )
    if not rows[0][0]:
        raise OracleError(2447, "cannot defer a constraint that is not deferrable")
    name = quoted(chosen.stored_name)
    engine.run(f"ALTER TABLE {table.sql} ALTER CONSTRAINT {name} DEFERRABLE INITIALLY {timing}")


def _disable(engine: Engine, table: Relation, chosen: Listed, *, cascade: bool) -> None:
    engine.run(
        "INSERT INTO ora.disabled_constraints (relid, name, contype, attnums, foreign_relid,"
        " foreign_attnums, delete_rule, search_condition, generated, is_deferrable, is_deferred)"
        " SELECT l.relid, l.name, c.contype, c.conkey, nullif(c.confrelid, 0), c.confkey,"
        " l.delete_rule, l.search_condition, l.generated, l.deferrable, l.deferred"
        " FROM ora.listed_constraints l"
        " JOIN pg_catalog.pg_constraint c ON c.oid = l.conoid"
        " WHERE l.relid = %s::oid AND l.name = %s",
        (table.oid, chosen.name),
    )
    alter_constraints.drop_listed(engine, table, chosen, cascade=cascade)


def _enable(engine: Engine, table: Relation, chosen: Listed, *, validated: bool) -> None:
    rows = engine.query(
        "SELECT d.foreign_relid::bigint, d.delete_rule, d.search_condition,"
        " d.is_deferrable, d.is_deferred,"
        " (SELECT pg_catalog.array_agg(ora.oracle_name(a.attname) ORDER BY k.n)"
        "  FROM unnest(d.foreign_attnums) WITH ORDINALITY AS k (attnum, n)"
        "  JOIN pg_catalog.pg_attribute a ON a.attrelid = d.foreign_relid AND a.attnum = k.attnum)"
        " FROM ora.disabled_constraints d WHERE d.relid = %s::oid AND d.name = %s",
        (table.oid, chosen.name),
    )
    parent_oid, rule, condition, deferrable, deferred, parent_columns = rows[0]
    definition = ConstraintDefinition(
        *(chosen.kind, chosen.columns, chosen.name, condition),
        validated=validated,
        deferrable=deferrable,
        initially_deferred=deferred,
    )
    if parent_oid is not None:
        parent = objects.by_oid(engine, parent_oid)
        definition = replace(
            definition,
            referenced=ObjectName(parent.owner, parent.name),
            referenced_columns=tuple(parent_columns),
            delete_rule=rule,
        )
    engine.run(
        "DELETE FROM ora.disabled_constraints WHERE relid = %s::oid AND name = %s",
        (table.oid, chosen.name),
    )
    if chosen.kind.has_index and not validated:
        raise not_in_this_standin(what="ENABLE NOVALIDATE of a key")
    alter_constraints.add(engine, table, [definition])
    if chosen.generated:
        engine.run(
            "UPDATE ora.constraint_facts f SET generated = true FROM pg_catalog.pg_constraint c"
            " WHERE c.oid = f.conoid AND c.conrelid = %s::oid AND c.conname = %s",
            (table.oid, chosen.name),
        )
