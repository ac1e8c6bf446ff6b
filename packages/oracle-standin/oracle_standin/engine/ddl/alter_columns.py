"""Adds, drops and hides columns of existing tables.

Source: SQL Language Reference, ALTER TABLE, column_clauses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import (
    alter_constraints,
    column_clauses,
    column_names,
    expression_types,
    facts,
    identity,
    named_types,
    nested_tables,
    objects,
    view_validity,
)
from oracle_standin.engine.ddl.model import ConstraintKind
from oracle_standin.engine.names import quoted
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.model import (
        ColumnDefinition,
        ConstraintDefinition,
        NestedStorage,
    )
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.type_facts import ColumnType

MAX_COLUMNS = 1000


def add(
    engine: Engine,
    table: Relation,
    columns: Sequence[ColumnDefinition],
    stored: Sequence[NestedStorage] = (),
) -> None:
    """Add columns at the end, with the storage tables of nested ones.

    Raises OracleError 1430 for a column that is there, 1758 for NOT NULL without a default when the
    table has rows, 2263 without a type, 1792 beyond 1,000 columns, and what storage tables raise.
    """
    existing = {state.name for state in facts.columns(engine, table.oid)}
    if len(existing) + len(columns) > MAX_COLUMNS:
        raise OracleError(1792, "maximum number of columns in a table or view is 1000")
    constraints: list[ConstraintDefinition] = []
    types: dict[str, ColumnType] = {}
    for column in columns:
        if column.name in existing:
            raise OracleError(1430, "column being added already exists in table")
        column_names.check((column.name,))
        existing.add(column.name)
        types[column.name] = kind = _type_of(engine, table, column)
        column_clauses.check_column(column, kind)
        _check_filled(engine, table, column)
        _add_one(engine, table, column, kind)
        constraints.extend(column.constraints)
    nested_tables.create(engine, table, stored, nested_tables.check(engine, stored, types))
    if constraints:
        alter_constraints.add(engine, objects.by_oid(engine, table.oid), constraints)
    engine.run("SELECT ora.refresh_fit(%s::oid)", (table.oid,))


def _type_of(engine: Engine, table: Relation, column: ColumnDefinition) -> ColumnType:
    if column.type is not None:
        return named_types.resolved(engine, column.type)
    if column.virtual is not None:
        return expression_types.of_expression(engine, table, column.virtual)
    raise OracleError(2263, "need to specify the datatype for this column")


def _check_filled(engine: Engine, table: Relation, column: ColumnDefinition) -> None:
    fills = column.default is not None or column.identity is not None or column.virtual is not None
    if column.nullable is not False or fills:
        return
    if engine.query(f"SELECT 1 FROM {table.sql} LIMIT 1"):  # noqa: S608 - quoted names
        raise OracleError(1758, "table must be empty to add mandatory (NOT NULL) column")


def _add_one(engine: Engine, table: Relation, column: ColumnDefinition, kind: ColumnType) -> None:
    objects.remember_name(engine, column.name)
    clause = column_clauses.column_clause(engine, column, kind)
    engine.run(f"ALTER TABLE {table.sql} ADD COLUMN {clause}")
    for check in column_clauses.hidden_checks(column.name, kind):
        engine.run(f"ALTER TABLE {table.sql} ADD {check}")
    facts.record_columns(engine, table.oid, [column_clauses.column_record(column, kind)])
    if column.identity is not None:
        identity.attach(engine, table, column.name, column.identity)
        place = quoted(column.name)
        engine.run(f"UPDATE {table.sql} SET {place} = DEFAULT")  # noqa: S608 - quoted names


def drop(engine: Engine, table: Relation, names: Sequence[str], *, cascade: bool) -> None:
    """Drop columns, and the storage tables of nested ones.

    Raises OracleError 904 for an unknown column, 12983 for the last one, 12991 when another
    constraint needs it, 12992 when a foreign key refers to it, 12984 for a partitioning column.
    """
    _check_droppable(engine, table, names, cascade=cascade)
    view_validity.invalidate_dependents(engine, table.oid)
    for name in names:
        _drop_identity(engine, table, name)
    nested_tables.drop(engine, table, names)
    clauses = ", ".join(f"DROP COLUMN {quoted(name)} CASCADE" for name in names)
    engine.run(f"ALTER TABLE {table.sql} {clauses}")
    facts.number_columns(engine, table.oid)
    engine.run("SELECT ora.refresh_fit(%s::oid)", (table.oid,))


def _drop_identity(engine: Engine, table: Relation, name: str) -> None:
    states = {state.name: state for state in facts.columns(engine, table.oid)}
    if states[name].identity is not None:
        identity.detach(engine, table, name)


def _check_droppable(
    engine: Engine, table: Relation, names: Sequence[str], *, cascade: bool
) -> None:
    states = {state.name: state for state in facts.columns(engine, table.oid) if not state.unused}
    for name in names:
        if name not in states:
            raise OracleError(904, f'"{name}": invalid identifier')
    if len(states) <= len(set(names)):
        raise OracleError(12983, "cannot drop all columns in a table")
    attnums = [states[name].attnum for name in names]
    _check_partition_key(engine, table, attnums)
    if cascade:
        return
    for kind, foreign, columns in _constraints_on(engine, table, attnums):
        if foreign:
            raise OracleError(12992, "cannot drop parent key column")
        if kind != ConstraintKind.NOT_NULL.value and not set(columns) <= set(attnums):
            raise OracleError(12991, "column is referenced in a multi-column constraint")


def _check_partition_key(engine: Engine, table: Relation, attnums: list[int]) -> None:
    rows = engine.query(
        "SELECT 1 FROM ora.partition_keys WHERE relid = %s::oid AND attnum = ANY (%s::int2[])",
        (table.oid, attnums),
    )
    if rows:
        raise OracleError(12984, "cannot drop partitioning column")


def _constraints_on(
    engine: Engine, table: Relation, attnums: list[int]
) -> list[tuple[str, bool, list[int]]]:
    """Return kind, whether another table's foreign key, and own columns of each constraint."""
    rows = engine.query(
        "SELECT c.contype::text, c.confrelid = %s::oid AND c.confkey && %s::int2[], c.conkey"
        " FROM pg_catalog.pg_constraint c JOIN ora.constraint_facts f ON f.conoid = c.oid"
        " WHERE (c.conrelid = %s::oid AND c.conkey && %s::int2[])"
        " OR (c.confrelid = %s::oid AND c.confkey && %s::int2[])",
        (table.oid, attnums, table.oid, attnums, table.oid, attnums),
    )
    return [(kind, foreign, list(columns)) for kind, foreign, columns in rows]


def set_unused(engine: Engine, table: Relation, names: Sequence[str], *, cascade: bool) -> None:
    """Hide columns for good, as SET UNUSED does; the data goes with DROP UNUSED COLUMNS."""
    _check_droppable(engine, table, names, cascade=cascade)
    view_validity.invalidate_dependents(engine, table.oid)
    for name in names:
        _drop_identity(engine, table, name)
        engine.run(f"ALTER TABLE {table.sql} ALTER COLUMN {quoted(name)} DROP DEFAULT")
        _drop_constraints_of(engine, table, name)
        rows = engine.query(
            "SELECT 'SYS_C' || lpad(a.attnum::text, 5, '0') || '_' ||"
            " to_char(pg_catalog.clock_timestamp(), 'YYMMDDHH24:MI:SS') || '$'"
            " FROM pg_catalog.pg_attribute a WHERE a.attrelid = %s::oid AND a.attname = %s",
            (table.oid, name),
        )
        hidden_name = rows[0][0]
        engine.run(
            "UPDATE ora.column_facts f SET hidden = true, unused = true, column_id = NULL,"
            " data_default = NULL FROM pg_catalog.pg_attribute a WHERE a.attrelid = f.relid"
            " AND a.attnum = f.attnum AND f.relid = %s::oid AND a.attname = %s",
            (table.oid, name),
        )
        engine.run(f"ALTER TABLE {table.sql} RENAME COLUMN {quoted(name)} TO {quoted(hidden_name)}")
    facts.number_columns(engine, table.oid)
    engine.run("SELECT ora.refresh_fit(%s::oid)", (table.oid,))


def _drop_constraints_of(engine: Engine, table: Relation, name: str) -> None:
    rows = engine.query(
        "SELECT c.conname::text FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_attribute a"
        " ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)"
        " WHERE c.conrelid = %s::oid AND a.attname = %s ORDER BY c.contype = 'n'",
        (table.oid, name),
    )
    for (constraint,) in rows:
        engine.run(
            f"ALTER TABLE {table.sql} DROP CONSTRAINT IF EXISTS {quoted(constraint)} CASCADE"
        )


def drop_unused(engine: Engine, table: Relation) -> None:
    """Drop the columns that SET UNUSED hid."""
    unused = [state.name for state in facts.columns(engine, table.oid) if state.unused]
    nested_tables.drop(engine, table, unused)
    for name in unused:
        engine.run(f"ALTER TABLE {table.sql} DROP COLUMN {quoted(name)}")


def refuse_changes(engine: Engine, table: Relation) -> None:
    """Let DML on a read-only table fail with ORA-12081."""
    message = f'operation on table "{table.owner}"."{table.name}" is not allowed'
    literal = message.replace("'", "''")
    engine.run(
        f"CREATE TRIGGER ora$read_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE"
        f" ON {table.sql} FOR EACH STATEMENT EXECUTE FUNCTION ora.refuse('12081', '{literal}')"
    )


def set_read_only(engine: Engine, table: Relation, *, read_only: bool) -> None:
    """Refuse or allow DML; raises OracleError 14138 and 14139 when it is so already."""
    if table.read_only == read_only:
        if read_only:
            raise OracleError(14138, "An unexpected error encountered: table is already read-only")
        raise OracleError(14139, "table is already in read/write mode")
    if read_only:
        refuse_changes(engine, table)
    else:
        engine.run(f"DROP TRIGGER ora$read_only ON {table.sql}")
    engine.run(
        "UPDATE ora.table_facts SET read_only = %s WHERE relid = %s::oid", (read_only, table.oid)
    )
