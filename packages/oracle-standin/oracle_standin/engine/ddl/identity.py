"""Identity columns: a sequence ISEQ$$_n of the table's owner feeds the column's default.

Source: SQL Language Reference, CREATE TABLE, identity_clause.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import facts, sequences
from oracle_standin.engine.names import quoted

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.model import IdentityDefinition
    from oracle_standin.engine.ddl.objects import Relation


def attach(engine: Engine, table: Relation, column: str, definition: IdentityDefinition) -> None:
    """Create the sequence and the default of an identity column, and NOT NULL with it."""
    sequence = sequences.create_in_engine(
        engine, table.owner, f"ISEQ$$_{table.oid}", definition.options, generated=True
    )
    engine.run(f"ALTER SEQUENCE {sequence.sql} OWNED BY {table.sql}.{quoted(column)}")
    engine.run(
        "INSERT INTO ora.identity_facts (relid, attnum, sequence) SELECT attrelid, attnum, %s::oid"
        " FROM pg_catalog.pg_attribute WHERE attrelid = %s::oid AND attname = %s",
        (sequence.oid, table.oid, column),
    )
    source = "ora.identity_number" if definition.always else "pg_catalog.nextval"
    engine.run(
        f"ALTER TABLE {table.sql} ALTER COLUMN {quoted(column)}"
        f" SET DEFAULT {source}({sequence.oid}::regclass)"
    )
    _require_value(engine, table, column)


def _require_value(engine: Engine, table: Relation, column: str) -> None:
    """Add the NOT NULL that comes with an identity column, unless the column has one."""
    state = next(found for found in facts.columns(engine, table.oid) if found.name == column)
    if state.not_null and _has_recorded_not_null(engine, table, state.attnum):
        return
    (name,) = facts.generated_names(engine, 1)
    if state.not_null:  # by the primary key, which the engine gives a constraint of its own
        rows = engine.query(
            "SELECT conname FROM pg_catalog.pg_constraint WHERE conrelid = %s::oid"
            " AND contype = 'n' AND conkey = ARRAY[%s::int2]",
            (table.oid, state.attnum),
        )
        (present,) = rows[0]
        engine.run(f"ALTER TABLE {table.sql} RENAME CONSTRAINT {quoted(present)} TO {quoted(name)}")
    else:
        engine.run(
            f"ALTER TABLE {table.sql} ADD CONSTRAINT {quoted(name)} NOT NULL {quoted(column)}"
        )
    engine.run(
        "INSERT INTO ora.constraint_facts (conoid, relid, search_condition, generated)"
        " SELECT oid, conrelid, %s, true FROM pg_catalog.pg_constraint"
        " WHERE conrelid = %s::oid AND conname = %s",
        (f'"{column}" IS NOT NULL', table.oid, name),
    )


def _has_recorded_not_null(engine: Engine, table: Relation, attnum: int) -> bool:
    return bool(
        engine.query(
            "SELECT 1 FROM pg_catalog.pg_constraint c JOIN ora.constraint_facts f"
            " ON f.conoid = c.oid WHERE c.conrelid = %s::oid AND c.contype = 'n'"
            " AND c.conkey = ARRAY[%s::int2]",
            (table.oid, attnum),
        )
    )


def detach(engine: Engine, table: Relation, column: str) -> None:
    """Take the identity away: the column keeps its values and becomes ordinary."""
    rows = engine.query(
        "SELECT i.sequence::bigint, a.attnum FROM ora.identity_facts i"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = i.relid AND a.attnum = i.attnum"
        " WHERE i.relid = %s::oid AND a.attname = %s",
        (table.oid, column),
    )
    engine.run(f"ALTER TABLE {table.sql} ALTER COLUMN {quoted(column)} DROP DEFAULT")
    for sequence, attnum in rows:
        engine.run(
            "UPDATE ora.column_facts SET identity = NULL, default_on_null = false"
            " WHERE relid = %s::oid AND attnum = %s",
            (table.oid, attnum),
        )
        engine.run(
            "DELETE FROM ora.identity_facts WHERE relid = %s::oid AND attnum = %s",
            (table.oid, attnum),
        )
        name = engine.query("SELECT %s::oid::regclass::text", (sequence,))[0][0]
        engine.run(f"DROP SEQUENCE {name}")


def change(engine: Engine, table: Relation, column: str, definition: IdentityDefinition) -> None:
    """Change an identity column: its kind, and the options that are given.

    START WITH LIMIT VALUE goes on after the highest value in the column.
    """
    rows = engine.query(
        "SELECT i.sequence::bigint, i.sequence::regclass::text FROM ora.identity_facts i"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = i.relid AND a.attnum = i.attnum"
        " WHERE i.relid = %s::oid AND a.attname = %s",
        (table.oid, column),
    )
    (sequence, name) = rows[0]
    options = definition.options
    if options.start_limit_value:
        query = f"SELECT pg_catalog.max({quoted(column)}) FROM {table.sql}"  # noqa: S608
        highest = engine.query(query)[0][0]
        step = options.increment or 1
        options = replace(options, start_limit_value=False, start=int(highest or 0) + step)
    sequences.alter_in_engine(
        engine,
        sequence,
        name,
        replace(options, restart=True) if options.start is not None else options,
    )
    source = "ora.identity_number" if definition.always else "pg_catalog.nextval"
    engine.run(
        f"ALTER TABLE {table.sql} ALTER COLUMN {quoted(column)}"
        f" SET DEFAULT {source}({sequence}::regclass)"
    )
    engine.run(
        "UPDATE ora.column_facts f SET identity = %s, default_on_null = %s"
        " FROM pg_catalog.pg_attribute a WHERE a.attrelid = f.relid AND a.attnum = f.attnum"
        " AND f.relid = %s::oid AND a.attname = %s",
        (
            "ALWAYS" if definition.always else "BY DEFAULT",
            definition.on_null,
            table.oid,
            column,
        ),
    )
    engine.run("SELECT ora.refresh_fit(%s::oid)", (table.oid,))
