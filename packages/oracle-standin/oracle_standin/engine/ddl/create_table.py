"""CREATE TABLE: ordinary, partitioned, temporary and from a query."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import (
    alter_columns,
    column_clauses,
    column_names,
    constraints,
    described_types,
    expression_types,
    external_tables,
    facts,
    identity,
    kept_history,
    named_types,
    nested_tables,
    objects,
    partitions,
    privileges,
    temporary,
    view_validity,
)
from oracle_standin.engine.ddl.model import (
    ColumnDefinition,
    ConstraintDefinition,
    ConstraintKind,
    TableDefinition,
)
from oracle_standin.engine.ddl.table_parser import parse_table
from oracle_standin.engine.names import quoted
from oracle_standin.engine.reader import ObjectName, Reader
from oracle_standin.engine.type_facts import ColumnType
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation

MAX_COLUMNS = 1000
DEFAULT_TABLESPACE = "USERS"

Typed = list[tuple[ColumnDefinition, ColumnType]]


def run(reader: Reader, engine: Engine) -> None:
    """Run CREATE TABLE, the reader standing after CREATE.

    Raises OracleError 955 when the name is in use, 1031 without CREATE TABLE, and what the parts of
    the definition raise.
    """
    definition = parse_table(reader, engine.nls("NLS_LENGTH_SEMANTICS") or "BYTE")
    if definition.temporary == "PRIVATE":
        temporary.create_private(engine, definition, typed_columns(engine, definition))
        return
    owner = objects.owner_of_new(engine, definition.name)
    privileges.require_create(engine, owner, "TABLE")
    place = ObjectName(owner, definition.name.name)
    if definition.if_not_exists and objects.find(engine, place) is not None:
        return
    create(engine, owner, definition)
    view_validity.revalidate(engine)


def create(
    engine: Engine, owner: str, definition: TableDefinition, *, fill: bool = True
) -> Relation:
    """Create a table in a schema, with its facts; `fill` it when it has a query."""
    typed = typed_columns(engine, definition)
    _check(definition, typed)
    external_tables.check(engine, definition)
    nested = nested_tables.check(engine, definition.nested, dict_types(typed))
    stored = objects.claim_name(engine, owner, definition.name.name)
    place = f"{quoted(owner)}.{quoted(stored)}"
    all_constraints = [
        *(constraint for column, _ in typed for constraint in column.constraints),
        *definition.constraints,
    ]
    named = constraints.name_all(engine, owner, all_constraints)
    _create_in_engine(engine, owner, place, definition, typed, named)
    table = objects.find(engine, ObjectName(owner, definition.name.name))
    if table is None:
        raise OracleError(600, "internal error code: the new table is not there")
    _finish(engine, table, definition, typed, named)
    if definition.temporary:
        temporary.guard(engine, table)
    nested_tables.create(engine, table, definition.nested, nested)
    if definition.external is not None:
        external_tables.record(engine, table, definition.external)
    if not (definition.temporary or definition.external):
        kept_history.begin(engine, table.oid, table.sql)
    if definition.query is not None and fill:
        _fill(engine, table, definition)
    if definition.options.read_only:
        alter_columns.refuse_changes(engine, table)
    return table


def typed_columns(engine: Engine, definition: TableDefinition) -> Typed:
    """Return the columns with their types, those of a query included.

    A virtual column without a type is given one once the others exist; NUMBER stands in until then.
    Raises OracleError 2263 for a column without a type, 1730 when names and query do not match.
    """
    if definition.query is not None:
        return _columns_of_query(engine, definition)
    typed: Typed = []
    for column in definition.columns:
        kind = column.type
        if kind is None and column.virtual is None and column.identity is None:
            raise OracleError(2263, "need to specify the datatype for this column")
        known = described_types.NUMBER if kind is None else named_types.resolved(engine, kind)
        typed.append((column, known))
    return typed


def _columns_of_query(engine: Engine, definition: TableDefinition) -> Typed:
    described = described_types.describe(engine, definition.query or "")
    given = definition.columns
    if given and len(given) != len(described):
        raise OracleError(1730, "invalid number of column names specified")
    if any(column.type is not None for column in given):
        raise OracleError(1773, "may not specify column datatypes in this CREATE TABLE")
    if not given:
        described_types.check_names(described)
    typed: Typed = []
    for index, column in enumerate(described):
        kind = described_types.column_type(column, engine.server)
        wanted = given[index] if given else ColumnDefinition(column.name)
        if not column.nullable and not any(
            constraint.kind is ConstraintKind.NOT_NULL for constraint in wanted.constraints
        ):
            not_null = ConstraintDefinition(ConstraintKind.NOT_NULL, (wanted.name,))
            wanted = replace(wanted, constraints=(*wanted.constraints, not_null))
        typed.append((wanted, kind))
    return typed


def _check(definition: TableDefinition, typed: Typed) -> None:
    names = [column.name for column, _ in typed]
    column_names.check(names)
    if len(names) > MAX_COLUMNS:
        raise OracleError(1792, "maximum number of columns in a table or view is 1000")
    if sum(kind.data_type.startswith("LONG") for _, kind in typed) > 1:
        raise OracleError(1754, "a table may contain only one column of type LONG")
    if sum(column.identity is not None for column, _ in typed) > 1:
        raise OracleError(30669, "table can have only one identity column")
    for column, kind in typed:
        column_clauses.check_column(column, kind)
    types = {column.name: kind for column, kind in typed}
    key = definition.partitioning.columns if definition.partitioning else ()
    for column_name in key:
        if column_name not in types:
            raise OracleError(904, f'"{column_name}": invalid identifier')
    for constraint in (
        *definition.constraints,
        *(c for column, _ in typed for c in column.constraints),
    ):
        constraints.check_columns(constraint, dict(types), key)
    has_key = any(
        c.kind is ConstraintKind.PRIMARY_KEY
        for c in (*definition.constraints, *(c for column, _ in typed for c in column.constraints))
    )
    if definition.options.iot and not has_key:
        raise OracleError(25175, "no PRIMARY KEY constraint found")


def _create_in_engine(
    engine: Engine,
    owner: str,
    place: str,
    definition: TableDefinition,
    typed: Typed,
    named: list[tuple[ConstraintDefinition, bool]],
) -> None:
    clauses: list[str] = []
    for column, kind in typed:
        if column.virtual is None:
            clauses.append(column_clauses.column_clause(engine, column, kind))
            clauses.extend(column_clauses.hidden_checks(column.name, kind))
        objects.remember_name(engine, column.name)
    virtual = {column.name for column, _ in typed if column.virtual is not None}
    for constraint, _ in named:
        if _is_inline(constraint) and not virtual.intersection(constraint.columns):
            clauses.append(constraints.clause(engine, owner, constraint))
    partition_by = ""
    if definition.partitioning is not None:
        partition_by = partitions.partition_by(definition.partitioning)
    engine.run(f"CREATE TABLE {place} ({', '.join(clauses)}){partition_by}")
    engine.run(f"ALTER TABLE {place} OWNER TO {quoted(owner)}")


def _is_inline(constraint: ConstraintDefinition) -> bool:
    """Return whether a constraint can be part of the engine's CREATE TABLE.

    A check may name a virtual column, which comes later.
    """
    return constraint.enabled and constraint.kind not in {
        ConstraintKind.FOREIGN_KEY,
        ConstraintKind.CHECK,
    }


def _finish(
    engine: Engine,
    table: Relation,
    definition: TableDefinition,
    typed: Typed,
    named: list[tuple[ConstraintDefinition, bool]],
) -> None:
    options = definition.options
    duration = temporary.duration(options) if definition.temporary else None
    method = definition.partitioning.method if definition.partitioning else None
    placed = not (duration or method or options.iot)
    tablespace = (options.tablespace or DEFAULT_TABLESPACE) if placed else None
    facts.record_table(
        engine,
        table.oid,
        "TABLE",
        options,
        tablespace=tablespace,
        partitioned=method,
        duration=duration,
    )
    typed = _add_virtual(engine, table, typed)
    records = [column_clauses.column_record(column, kind) for column, kind in typed]
    facts.record_columns(engine, table.oid, records)
    _order_columns(engine, table, typed)
    for column, _ in typed:
        if column.identity is not None:
            identity.attach(engine, table, column.name, column.identity)
    table = objects.by_oid(engine, table.oid)
    _add_late_constraints(engine, table, typed, named)
    if definition.partitioning is not None:
        partitions.create_all(engine, table, definition.partitioning, dict_types(typed))
    refresh_fit(engine, table, typed)
    privileges.grant_any(engine, table)


def dict_types(typed: Typed) -> dict[str, ColumnType]:
    """Return the types by column name."""
    return {column.name: kind for column, kind in typed}


def _add_virtual(engine: Engine, table: Relation, typed: Typed) -> Typed:
    found: Typed = []
    for column, kind in typed:
        known = kind
        if column.virtual is not None:
            if column.type is None:
                known = expression_types.of_expression(engine, table, column.virtual)
            clause = column_clauses.column_clause(engine, column, known)
            engine.run(f"ALTER TABLE {table.sql} ADD COLUMN {clause}")
        found.append((column, known))
    return found


def _order_columns(engine: Engine, table: Relation, typed: Typed) -> None:
    """Give visible columns the order of the definition: virtual ones were added last."""
    if not any(column.virtual is not None for column, _ in typed):
        return
    engine.run(
        "UPDATE ora.column_facts f SET column_id = pg_catalog.array_position(%s::text[],"
        " ora.oracle_name(a.attname)) FROM pg_catalog.pg_attribute a WHERE a.attrelid = f.relid"
        " AND a.attnum = f.attnum AND f.relid = %s::oid AND NOT f.hidden",
        ([column.name for column, _ in typed], table.oid),
    )
    facts.number_columns(engine, table.oid)


def _add_late_constraints(
    engine: Engine,
    table: Relation,
    typed: Typed,
    named: list[tuple[ConstraintDefinition, bool]],
) -> None:
    virtual = {column.name for column, _ in typed if column.virtual is not None}
    for constraint, generated in named:
        if not constraint.enabled:
            constraints.record_disabled(engine, table, constraint, generated=generated)
        elif constraint.kind is ConstraintKind.FOREIGN_KEY:
            constraints.add_foreign_key(engine, table, constraint)
        elif not _is_inline(constraint) or virtual.intersection(constraint.columns):
            clause = constraints.clause(engine, table.owner, constraint)
            engine.run(f"ALTER TABLE {table.sql} ADD {clause}")
    enabled = [(constraint, generated) for constraint, generated in named if constraint.enabled]
    constraints.record(engine, table.oid, enabled)
    constraints.record_indexes(engine, table.oid)


def refresh_fit(engine: Engine, table: Relation, typed: Typed) -> None:
    """Write the row trigger of a table if one of the columns needs one."""
    needs = any(
        column.default_on_null
        or column.identity is not None
        or kind.data_type.startswith("FLOAT")
        or kind.data_type.endswith("WITH TIME ZONE")
        for column, kind in typed
    )
    if needs:
        engine.run("SELECT ora.refresh_fit(%s::oid)", (table.oid,))


def _fill(engine: Engine, table: Relation, definition: TableDefinition) -> None:
    place = table.sql
    if definition.temporary:
        if definition.options.on_commit != "PRESERVE ROWS":
            return  # the commit of this statement would take the rows away
        place = temporary.session_rows(engine, table)
    # The query reads with the user's rights, not the engine owner's.
    as_user = table.owner == engine.user
    with engine.settled(definition.query or "") as translation:
        if as_user:
            engine.run(f"SET LOCAL ROLE {quoted(engine.user)}")
        engine.run(f"INSERT INTO {place} {translation.sql}")
    if as_user:
        engine.run("SET LOCAL ROLE NONE")
