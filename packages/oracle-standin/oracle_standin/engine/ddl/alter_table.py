"""ALTER TABLE: reads the clauses and hands each to the module that does it.

Source: SQL Language Reference, ALTER TABLE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import (
    alter_columns,
    alter_constraints,
    alter_partitions,
    constraint_states,
    facts,
    kept_history,
    modify_columns,
    nested_tables,
    objects,
    privileges,
    renames,
    storage,
    supplemental_log,
    view_validity,
)
from oracle_standin.engine.ddl.column_parser import at_constraint, parse_column, parse_constraint
from oracle_standin.engine.ddl.model import (
    ColumnDefinition,
    ConstraintDefinition,
    NestedStorage,
    TableOptions,
)
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.reader import Reader

_INVALID = (1735, "invalid ALTER TABLE option")


def run(reader: Reader, engine: Engine) -> None:
    """Run ALTER TABLE, the reader standing after TABLE.

    Raises OracleError 942, 1031, 1735 for an unknown clause, and what the clauses raise.
    """
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.object_name()
    if if_exists and objects.find(engine, name) is None:
        return
    table = objects.require_table(engine, name)
    privileges.require_on(engine, table, "ALTER ANY TABLE", "ALTER")
    if table.object_type == "MATERIALIZED VIEW":
        raise not_in_this_standin(what="ALTER TABLE on a materialized view")
    if table.external:
        raise not_in_this_standin(what="ALTER TABLE on an external table")
    if not reader.at("RENAME", "TO"):
        nested_tables.refuse(table)
    if reader.at_end():
        raise reader.error(*_INVALID)
    while not reader.at_end():
        _run_clause(reader, engine, objects.by_oid(engine, table.oid))
    facts.touch(engine, table.oid)
    view_validity.revalidate(engine)


def _run_clause(reader: Reader, engine: Engine, table: Relation) -> None:
    if reader.accept("ADD"):
        _run_add(reader, engine, table)
    elif reader.accept("MODIFY"):
        _run_modify(reader, engine, table)
    elif reader.accept("DROP"):
        _run_drop(reader, engine, table)
    elif reader.accept("RENAME"):
        _run_rename(reader, engine, table)
    elif reader.accept("SET", "UNUSED"):
        kept_history.cut(engine, table.oid)
        alter_columns.set_unused(engine, table, _columns_to_drop(reader), cascade=_cascade(reader))
    elif (
        reader.at("TRUNCATE")
        or reader.at("EXCHANGE")
        or reader.at("SPLIT")
        or reader.at("MERGE")
        or reader.at("MOVE")
    ):
        kept_history.cut(engine, table.oid)
        alter_partitions.run(reader, engine, table)
    elif _at_constraint_state(reader):
        constraint_states.change_state(reader, engine, table)
    else:
        _run_option(reader, engine, table)


def _at_constraint_state(reader: Reader) -> bool:
    if not reader.at_any({"ENABLE", "DISABLE"}):
        return False
    return not (reader.at("ENABLE", "ROW") or reader.at("DISABLE", "ROW"))


def _run_add(reader: Reader, engine: Engine, table: Relation) -> None:
    if reader.accept("SUPPLEMENTAL", "LOG"):
        supplemental_log.add(reader, engine, table)
    elif reader.at("PARTITION"):
        alter_partitions.add(reader, engine, table)
    else:
        _add_columns(reader, engine, table)


def _add_columns(reader: Reader, engine: Engine, table: Relation) -> None:
    bracketed = reader.at_operator("(")
    if bracketed:
        reader.take()
    columns: list[ColumnDefinition] = []
    constraints: list[ConstraintDefinition] = []
    while True:
        if at_constraint(reader):
            constraints.append(parse_constraint(reader))
        else:
            columns.append(parse_column(reader, engine.nls("NLS_LENGTH_SEMANTICS") or "BYTE"))
        if not (bracketed and reader.accept_operator(",")):
            break
    if bracketed:
        reader.expect_close()
    if constraints or not _leave_rows_alone(columns):
        kept_history.cut(engine, table.oid)
    if columns:
        alter_columns.add(engine, table, columns, _nested_storage(reader))
    if constraints:
        alter_constraints.add(engine, objects.by_oid(engine, table.oid), constraints)


def _nested_storage(reader: Reader) -> list[NestedStorage]:
    found = []
    while reader.accept("NESTED", "TABLE"):
        found.append(nested_tables.parse(reader))
    return found


def _leave_rows_alone(columns: list[ColumnDefinition]) -> bool:
    return all(
        column.default is None and column.identity is None and column.virtual is None
        for column in columns
    )


def _run_modify(reader: Reader, engine: Engine, table: Relation) -> None:
    kept_history.cut(engine, table.oid)
    if reader.at("CONSTRAINT") or reader.at("PRIMARY", "KEY") or reader.at("UNIQUE"):
        constraint_states.change_state(reader, engine, table)
        return
    if reader.at("PARTITION") or reader.at("DEFAULT"):
        raise not_in_this_standin(what="MODIFY PARTITION")
    bracketed = reader.accept_operator("(")
    semantics = engine.nls("NLS_LENGTH_SEMANTICS") or "BYTE"
    columns = [parse_column(reader, semantics)]
    while bracketed and reader.accept_operator(","):
        columns.append(parse_column(reader, semantics))
    if bracketed:
        reader.expect_close()
    modify_columns.modify(engine, table, columns)


def _run_drop(reader: Reader, engine: Engine, table: Relation) -> None:
    if not reader.at("SUPPLEMENTAL"):
        kept_history.cut(engine, table.oid)
    if reader.accept("COLUMN"):
        names: tuple[str, ...] = (reader.name(),)
        alter_columns.drop(engine, table, names, cascade=_cascade(reader))
    elif reader.at_operator("("):
        names = reader.names_in_parentheses()
        alter_columns.drop(engine, table, names, cascade=_cascade(reader))
    elif reader.accept("UNUSED", "COLUMNS") or reader.accept("COLUMNS", "CONTINUE"):
        alter_columns.drop_unused(engine, table)
    elif reader.accept("SUPPLEMENTAL", "LOG"):
        supplemental_log.drop(reader, engine, table)
    elif reader.at("PARTITION"):
        alter_partitions.drop(reader, engine, table)
    elif reader.at_any({"CONSTRAINT", "PRIMARY", "UNIQUE"}):
        alter_constraints.drop(reader, engine, table)
    else:
        raise reader.error(905, "missing keyword")


def _columns_to_drop(reader: Reader) -> tuple[str, ...]:
    if reader.accept("COLUMN"):
        return (reader.name(),)
    return reader.names_in_parentheses()


def _cascade(reader: Reader) -> bool:
    cascade = False
    while True:
        if reader.accept("CASCADE", "CONSTRAINTS") or reader.accept("CASCADE", "CONSTRAINT"):
            cascade = True
        elif reader.accept("CHECKPOINT"):
            reader.integer()
        elif not (reader.accept("INVALIDATE") or reader.accept("ONLINE")):
            return cascade


def _run_rename(reader: Reader, engine: Engine, table: Relation) -> None:
    if reader.accept("COLUMN"):
        old = reader.name()
        reader.expect("TO", code=946, message="missing TO keyword")
        renames.rename_column(engine, table, old, reader.name())
    elif reader.accept("CONSTRAINT"):
        old = reader.name()
        reader.expect("TO", code=946, message="missing TO keyword")
        alter_constraints.rename(engine, table, old, reader.name())
    elif reader.at("PARTITION"):
        alter_partitions.rename(reader, engine, table)
    else:
        reader.expect("TO", code=14155, message="missing PARTITION or SUBPARTITION keyword")
        renames.rename_relation(engine, table, reader.name(903, "invalid table name"))


def _run_option(reader: Reader, engine: Engine, table: Relation) -> None:
    if reader.accept("READ", "ONLY"):
        alter_columns.set_read_only(engine, table, read_only=True)
        return
    if reader.accept("READ", "WRITE"):
        alter_columns.set_read_only(engine, table, read_only=False)
        return
    if reader.at("SHRINK"):
        reader.take()
        reader.expect("SPACE")
        if not (reader.accept("COMPACT") or reader.accept("CASCADE")):
            return
        return
    current = _options(engine, table)
    try:
        changed = storage.parse_option(reader, current)
    except OracleError as error:
        if error.code == 3001:
            raise
        raise reader.error(*_INVALID) from error
    if changed is None:
        raise reader.error(*_INVALID)
    _record_option(engine, table, current, changed)


_OPTIONS = ("nologging", "compression", "degree", "cache", "row_movement")


def _options(engine: Engine, table: Relation) -> TableOptions:
    """Return the options that a table has now, as far as the dictionary shows them."""
    rows = engine.query(
        f"SELECT {', '.join(_OPTIONS)} FROM ora.table_facts WHERE relid = %s::oid",  # noqa: S608
        (table.oid,),
    )
    return TableOptions(**dict(zip(_OPTIONS, rows[0], strict=True)))


def _record_option(
    engine: Engine, table: Relation, current: TableOptions, changed: TableOptions
) -> None:
    """Keep what the dictionary shows of one changed option."""
    for column in _OPTIONS:
        value = getattr(changed, column)
        if value != getattr(current, column):
            statement = f"UPDATE ora.table_facts SET {column} = %s WHERE relid = %s::oid"  # noqa: S608
            engine.run(statement, (value, table.oid))
