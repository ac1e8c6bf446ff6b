"""ALTER TABLE ... MODIFY: types, defaults, NULL and NOT NULL, visibility, identity.

Source: SQL Language Reference, ALTER TABLE, modify_col_properties; Error Messages, ORA-01439,
ORA-01440, ORA-01441, ORA-01442, ORA-01451, ORA-02296, ORA-22858, ORA-30082.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import (
    alter_constraints,
    column_clauses,
    facts,
    identity,
    key_bytes,
    view_validity,
)
from oracle_standin.engine.ddl.facts import ColumnRecord, ColumnState
from oracle_standin.engine.ddl.model import ColumnDefinition, ConstraintKind
from oracle_standin.engine.names import quoted
from oracle_standin.protocol import OracleError, TypeCode, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.type_facts import ColumnType

_TEXT = frozenset({TypeCode.VARCHAR, TypeCode.CHAR})
_DATETIME = frozenset(
    {TypeCode.DATE, TypeCode.TIMESTAMP, TypeCode.TIMESTAMP_LTZ, TypeCode.TIMESTAMP_TZ}
)
_INTERVALS = frozenset({TypeCode.INTERVAL_DS, TypeCode.INTERVAL_YM})


def modify(engine: Engine, table: Relation, columns: Sequence[ColumnDefinition]) -> None:
    """Change columns, in the order given.

    Raises OracleError 904 for an unknown column and the errors of the source above.
    """
    for column in columns:
        states = {state.name: state for state in facts.columns(engine, table.oid)}
        state = states.get(column.name)
        if state is None or state.unused:
            raise OracleError(904, f'"{column.name}": invalid identifier')
        _modify_one(engine, table, state, column)
    engine.run("SELECT ora.refresh_fit(%s::oid)", (table.oid,))


def _modify_one(
    engine: Engine, table: Relation, state: ColumnState, column: ColumnDefinition
) -> None:
    if column.virtual is not None or (state.virtual and column.type is not None):
        raise not_in_this_standin(what="MODIFY of a virtual column")
    if column.type is not None and column.type != _comparable(state.type, column.type):
        _change_type(engine, table, state, column.type)
        state = replace(state, type=column.type)
    if column.default is not None:
        _change_default(engine, table, state, column)
        state = replace(state, default=column.default)
    _change_identity(engine, table, state, column)
    if column.hidden is not None and column.hidden != state.hidden:
        _change_visibility(engine, table, state, hidden=column.hidden)
    if column.nullable is True:
        _allow_null(engine, table, state)
    if column.constraints:
        alter_constraints.add(engine, table, column.constraints)


def _comparable(old: ColumnType, new: ColumnType) -> ColumnType:
    """Return the old type with the engine's spelling of the new one, to compare the rest."""
    return replace(old, pg_type=new.pg_type) if _shape_of(old) == _shape_of(new) else old


def _change_type(engine: Engine, table: Relation, state: ColumnState, new: ColumnType) -> None:
    _check_change(engine, table, state, new)
    view_validity.invalidate_dependents(engine, table.oid)
    place = quoted(state.name)
    checks = column_clauses.hidden_check_names(state.name)
    for check in checks:
        engine.run(f"ALTER TABLE {table.sql} DROP CONSTRAINT IF EXISTS {quoted(check)}")
    engine.run("SELECT ora.drop_fit(%s::oid)", (table.oid,))
    default = state.default is not None and not state.virtual
    if default:
        engine.run(f"ALTER TABLE {table.sql} ALTER COLUMN {place} DROP DEFAULT")
    change = (
        f"ALTER TABLE {table.sql} ALTER COLUMN {place} TYPE {new.pg_type}"
        f" USING {_conversion(place, state.type, new)}"
    )
    engine.run("SELECT ora.alter_keeping_facts(%s::oid, %s)", (table.oid, change))
    if default:
        expression = engine.translate_expression(state.default or "NULL")
        engine.run(f"ALTER TABLE {table.sql} ALTER COLUMN {place} SET DEFAULT ({expression})")
    for check in column_clauses.hidden_checks(state.name, new):
        engine.run(f"ALTER TABLE {table.sql} ADD {check}")
    facts.record_columns(engine, table.oid, [_record(state, new)])


def _record(state: ColumnState, kind: ColumnType) -> ColumnRecord:
    return ColumnRecord(
        state.name,
        kind,
        state.default,
        state.hidden,
        state.virtual,
        state.default_on_null,
        state.identity,
    )


def _conversion(place: str, old: ColumnType, new: ColumnType) -> str:
    if old.type_code is TypeCode.DATE and new.type_code in _DATETIME:
        return f"({place}::numeric)::{new.pg_type}"
    if old.type_code in _TEXT and new.type_code is TypeCode.VARCHAR:
        return f"{_padded(place, old)}::{new.pg_type}"
    return f"({place})::{new.pg_type}"


def _padded(place: str, old: ColumnType) -> str:
    """Return a text value with the padding of CHAR, which stays when it becomes VARCHAR2."""
    if old.type_code is TypeCode.CHAR:
        return f"pg_catalog.rpad({place}::text, {old.char_length})"
    return place


def _check_change(engine: Engine, table: Relation, state: ColumnState, new: ColumnType) -> None:
    old = state.type
    if _is_partition_key(engine, table, state):
        raise OracleError(
            14060, "data type or length of a table partitioning column may not be changed"
        )
    types = {known.name: known.type for known in facts.columns(engine, table.oid)}
    key_bytes.check_change(engine, table, state.name, {**types, state.name: new})
    if old.is_long_value or new.is_long_value:
        from_long = old.type_code is TypeCode.LONG and new.type_code is TypeCode.CLOB
        same = old.data_type == new.data_type and _shape_of(old) == _shape_of(new)
        if not same and not from_long:
            raise OracleError(22858, "invalid alteration of datatype")
    elif _has_values(engine, table, state):
        _check_values(engine, table, state, new)


def _shape_of(kind: ColumnType) -> str:
    """Return what tells VECTOR types apart, which cannot be modified into each other."""
    return kind.pg_type.rpartition('"')[2] if kind.type_code is TypeCode.VECTOR else ""


def _check_values(engine: Engine, table: Relation, state: ColumnState, new: ColumnType) -> None:
    """Check that the values of a column survive its new type."""
    old = state.type
    if old.type_code in _TEXT and new.type_code in _TEXT:
        _check_text(engine, table, state, new)
    elif old.type_code is TypeCode.NUMBER and new.type_code is TypeCode.NUMBER:
        _check_number(old, new)
    elif old.type_code in _DATETIME and new.type_code in _DATETIME:
        _check_datetime(old, new)
    elif old.type_code is TypeCode.RAW and new.type_code is TypeCode.RAW:
        _check_raw(engine, table, state, new)
    elif old.type_code in _INTERVALS and old.type_code is new.type_code:
        _check_interval(old, new)
    elif old.data_type != new.data_type:
        raise OracleError(1439, "column to be modified must be empty to change datatype")


def _check_interval(old: ColumnType, new: ColumnType) -> None:
    if (new.precision or 0) < (old.precision or 0) or (new.scale or 0) < (old.scale or 0):
        message = "datetime/interval column to be modified must be empty to decrease fractional"
        raise OracleError(30082, f"{message} second or leading field precision")


def _is_partition_key(engine: Engine, table: Relation, state: ColumnState) -> bool:
    rows = engine.query(
        "SELECT 1 FROM ora.partition_keys WHERE relid = %s::oid AND attnum = %s",
        (table.oid, state.attnum),
    )
    return bool(rows)


def _has_values(engine: Engine, table: Relation, state: ColumnState) -> bool:
    condition = f"{quoted(state.name)} IS NOT NULL"
    return bool(engine.query(f"SELECT 1 FROM {table.sql} WHERE {condition} LIMIT 1"))  # noqa: S608


def _check_text(engine: Engine, table: Relation, state: ColumnState, new: ColumnType) -> None:
    old = state.type
    if old.charset_form is not new.charset_form:
        raise OracleError(1439, "column to be modified must be empty to change datatype")
    if new.char_length >= old.char_length and new.length >= old.length:
        return
    if new.type_code is TypeCode.CHAR:
        raise OracleError(1441, "cannot decrease column length because some value is too big")
    limit = column_clauses.byte_limit(new)
    value = f"{quoted(state.name)}::text"
    too_big = f"pg_catalog.length({value}) > {new.char_length}"
    if limit is not None:
        too_big += f" OR pg_catalog.octet_length({value}) > {limit}"
    if engine.query(f"SELECT 1 FROM {table.sql} WHERE {too_big} LIMIT 1"):  # noqa: S608
        raise OracleError(1441, "cannot decrease column length because some value is too big")


def _check_raw(engine: Engine, table: Relation, state: ColumnState, new: ColumnType) -> None:
    too_big = f"pg_catalog.octet_length({quoted(state.name)}) > {new.length}"
    if engine.query(f"SELECT 1 FROM {table.sql} WHERE {too_big} LIMIT 1"):  # noqa: S608
        raise OracleError(1441, "cannot decrease column length because some value is too big")


def _check_number(old: ColumnType, new: ColumnType) -> None:
    """Allow what no value can suffer from: neither integer nor fraction digits may shrink."""
    if new.family == "FLOAT" or old.family == "FLOAT":
        if old.family == new.family and (new.precision or 0) >= (old.precision or 0):
            return
        if new.family == "NUMBER" and new.precision is None and new.scale is None:
            return
        raise OracleError(
            1440, "column to be modified must be empty to decrease precision or scale"
        )
    if new.precision is None and new.scale is None:
        return
    old_precision, old_scale = _digits(old)
    new_precision, new_scale = _digits(new)
    fits = (
        old_precision is not None
        and new_scale >= old_scale
        and (new_precision or 0) - new_scale >= old_precision - old_scale
    )
    if not fits:
        raise OracleError(
            1440, "column to be modified must be empty to decrease precision or scale"
        )


def _digits(kind: ColumnType) -> tuple[int | None, int]:
    if kind.precision is None and kind.scale is None:
        return None, 0
    return kind.precision or 38, kind.scale or 0


def _check_datetime(old: ColumnType, new: ColumnType) -> None:
    if old.type_code is TypeCode.DATE and new.type_code in {
        TypeCode.TIMESTAMP,
        TypeCode.TIMESTAMP_LTZ,
    }:
        return
    if old.type_code is not new.type_code:
        raise OracleError(1439, "column to be modified must be empty to change datatype")
    if (new.scale or 0) < (old.scale or 0):
        message = "datetime/interval column to be modified must be empty to decrease fractional"
        raise OracleError(30082, f"{message} second or leading field precision")


def _change_default(
    engine: Engine, table: Relation, state: ColumnState, column: ColumnDefinition
) -> None:
    if state.identity is not None:
        raise OracleError(30674, "identity column cannot have a default value")
    expression = engine.translate_expression(column.default or "NULL")
    engine.run(
        f"ALTER TABLE {table.sql} ALTER COLUMN {quoted(state.name)} SET DEFAULT ({expression})"
    )
    engine.run(
        "UPDATE ora.column_facts SET data_default = %s, default_on_null = %s"
        " WHERE relid = %s::oid AND attnum = %s",
        (column.default, column.default_on_null, table.oid, state.attnum),
    )


def _change_identity(
    engine: Engine, table: Relation, state: ColumnState, column: ColumnDefinition
) -> None:
    if column.drop_identity:
        if state.identity is None:
            raise OracleError(30673, "column to be modified is not an identity column")
        identity.detach(engine, table, state.name)
    elif column.identity is not None:
        if state.identity is None:
            raise OracleError(30673, "column to be modified is not an identity column")
        identity.change(engine, table, state.name, column.identity)


def _change_visibility(
    engine: Engine, table: Relation, state: ColumnState, *, hidden: bool
) -> None:
    """Hide or show a column; one that is shown again comes last."""
    engine.run(
        "UPDATE ora.column_facts SET hidden = %s, column_id = NULL"
        " WHERE relid = %s::oid AND attnum = %s",
        (hidden, table.oid, state.attnum),
    )
    facts.number_columns(engine, table.oid)


def _allow_null(engine: Engine, table: Relation, state: ColumnState) -> None:
    """Drop NOT NULL; raises OracleError 1451 when the column may be NULL already."""
    declared = [
        item
        for item in alter_constraints.listed(engine, table)
        if item.kind is ConstraintKind.NOT_NULL and item.columns == (state.name,)
    ]
    if not declared:
        raise OracleError(1451, "column to be modified to NULL cannot be modified to NULL")
    for item in declared:
        alter_constraints.drop_listed(engine, table, item, cascade=False)
