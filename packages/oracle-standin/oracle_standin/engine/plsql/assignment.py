"""Assignments, and values that go to targets of any kind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.plsql.compile_errors import compile_error, not_declared
from oracle_standin.engine.plsql.exceptions import value_error
from oracle_standin.engine.plsql.expressions import Evaluated, evaluate_as, fit, integer
from oracle_standin.engine.plsql.lookup import find_composite, find_table, find_variable
from oracle_standin.engine.plsql.matching import distance
from oracle_standin.engine.plsql.scope import Record, Variable, bind_type, refuse_constant
from oracle_standin.engine.plsql.tables import IndexedTable
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.backend import Bind
    from oracle_standin.engine.plsql import nodes
    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.kinds import DataType
    from oracle_standin.engine.plsql.nodes import Fragment, Target
    from oracle_standin.engine.plsql.scope import Composite, Scope
    from oracle_standin.engine.plsql.tables import Index
    from oracle_standin.protocol import BindValue, Row
    from oracle_standin.rows import Column


def assign(statement: nodes.Assign, scope: Scope, context: Context) -> None:
    """Run target := value."""
    target = statement.target
    if target.index is None and not target.is_bind:
        whole = find_composite(target.names, target.position, scope, context)
        if whole is not None:
            refuse_constant(whole, target.position)
            copy(must_be_composite(statement.value, whole, scope, context), whole, context)
            return
    data_type = target_type(target, scope, context)
    value = evaluate_as(statement.value, data_type, scope, context)
    _put(target, value, scope, context)


def must_be_composite(
    value: Fragment, wanted: Composite, scope: Scope, context: Context
) -> Composite:
    """Return a whole table or record; raises PLS-00382 for what does not fit the wanted one."""
    if isinstance(wanted, Record) and value.text.upper() == "NULL":
        return Record(
            "", wanted.kind, {name: Variable(name, kind) for name, kind in wanted.kind.fields}
        )
    found = context.references.composite_of(value, scope, context)
    if found is None or distance(found.kind, wanted.kind) is None:
        raise compile_error(value.start, "PLS-00382: expression is of wrong type")
    return found


def copy(source: Composite, target: Composite, context: Context) -> None:
    """Give a table or record the values of another one, whose type fits."""
    if isinstance(target, IndexedTable):
        if isinstance(source, IndexedTable):
            target.elements = dict(source.elements)
    elif isinstance(source, Record):
        pairs = zip(source.fields.values(), target.fields.values(), strict=True)
        for have, field in pairs:
            evaluated = Evaluated(have.data_type.type_code, have.value)
            assign_value(field, fit(evaluated, field.data_type, context))


def assign_value(variable: Variable, value: BindValue) -> None:
    """Give a variable a value of its own type; raises ORA-06502 for NULL where it may not be."""
    if value is None and variable.not_null:
        raise value_error()
    if isinstance(value, list):
        detail = "a table of values in a scalar variable"
        raise value_error(detail)
    variable.value = value


def store(target: Target, evaluated: Evaluated, scope: Scope, context: Context) -> None:
    """Give a target a value of any type."""
    value = fit(evaluated, target_type(target, scope, context), context)
    _put(target, value, scope, context)


def _put(target: Target, value: BindValue, scope: Scope, context: Context) -> None:
    """Give a target a value of its own type."""
    if target.is_bind:
        context.binds.set(target.names[0], value)
    elif target.index is None:
        assign_value(must_find(target, scope, context), value)
    elif not isinstance(value, list):
        table = must_find_table(target, scope, context)
        table.put(index_of(target.index, table, scope, context), value)


def index_of(index: Fragment, table: IndexedTable, scope: Scope, context: Context) -> Index:
    """Return an index of a table as a value; raises ORA-06502 for NULL."""
    if table.kind.key is None:
        return integer(index, scope, context)
    value = evaluate_as(index, table.kind.key, scope, context)
    if not isinstance(value, bytes):
        detail = "NULL index table key value"
        raise value_error(detail)
    return value.decode()


def store_row(
    targets: Sequence[Target],
    columns: Sequence[Column],
    row: Row,
    scope: Scope,
    context: Context,
) -> None:
    """Give targets the values of a row; raises ORA-00913 or ORA-00947 for another number."""
    if len(targets) != len(row):
        raise wrong_number(len(row), len(targets))
    for target, column, value in zip(targets, columns, row, strict=True):
        store(target, Evaluated(column.type_code, value), scope, context)


def wrong_number(values: int, targets: int) -> OracleError:
    """Return the error for a row with another number of values than there are targets."""
    if values > targets:
        return OracleError(913, "too many values")
    return OracleError(947, "not enough values")


# Targets


def expanded(targets: Sequence[Target], scope: Scope, context: Context) -> Sequence[Target]:
    """Return the fields of a record that is the only target of a row, else the targets."""
    if len(targets) != 1 or targets[0].is_bind or targets[0].index is not None:
        return targets
    target = targets[0]
    record = find_composite(target.names, target.position, scope, context)
    if not isinstance(record, Record):
        return targets
    return [replace(target, names=(*target.names, name)) for name in record.fields]


def target_type(target: Target, scope: Scope, context: Context) -> DataType:
    """Return the type of what a target holds; raises PLS-00201 and PLS-00363."""
    if target.is_bind:
        return bind_type(context.binds.bind(target.names[0]))
    if target.index is not None:
        return must_find_table(target, scope, context).kind.element
    return must_find(target, scope, context).data_type


def target_bind(target: Target, scope: Scope, context: Context) -> Bind:
    """Return a target as a bind of SQL."""
    if target.is_bind:
        return context.binds.bind(target.names[0])
    table = find_table(target.names, target.position, scope, context)
    if table is not None:  # its elements, all of them or one
        return Variable("", table.kind.element).as_bind()
    return Variable("", target_type(target, scope, context)).as_bind()


def must_find(target: Target, scope: Scope, context: Context) -> Variable:
    """Return the variable of a target; raises PLS-00201 without one, PLS-00363 for a constant."""
    found = find_variable(target.names, target.position, scope, context)
    if found is None:
        if find_composite(target.names, target.position, scope, context) is not None:
            raise compile_error(target.position, "PLS-00382: expression is of wrong type")
        raise not_declared(target.position, ".".join(target.names))
    refuse_constant(found, target.position)
    return found


def must_find_table(target: Target, scope: Scope, context: Context) -> IndexedTable:
    """Return the table that a target is an element of; raises PLS-00201 and PLS-00363."""
    found = find_table(target.names, target.position, scope, context)
    if found is None:
        raise not_declared(target.position, ".".join(target.names))
    refuse_constant(found, target.position)
    return found
