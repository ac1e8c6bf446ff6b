"""Assignments, and values that go to targets of any kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.backend import OracleError
from oracle_standin.engine.plsql.compile_errors import compile_error, not_declared
from oracle_standin.engine.plsql.exceptions import value_error
from oracle_standin.engine.plsql.expressions import (
    Evaluated,
    evaluate_as,
    fit,
    integer,
)
from oracle_standin.engine.plsql.lookup import find_table, find_variable
from oracle_standin.engine.plsql.scope import Variable, bind_type, refuse_constant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.backend import Bind, BindValue, Column, Row
    from oracle_standin.engine.plsql import nodes
    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.nodes import DataType, Fragment, Target
    from oracle_standin.engine.plsql.scope import Scope
    from oracle_standin.engine.plsql.tables import IndexedTable


def assign(statement: nodes.Assign, scope: Scope, context: Context) -> None:
    """Run target := value."""
    target = statement.target
    if target.index is None and not target.is_bind:
        table = find_table(target.names, target.position, scope, context)
        if table is not None:
            refuse_constant(table, target.position)
            table.take(must_be_table(statement.value, table, scope, context))
            return
    data_type = target_type(target, scope, context)
    value = evaluate_as(statement.value, data_type, scope, context)
    _put(target, value, scope, context)


def must_be_table(
    value: Fragment, wanted: IndexedTable, scope: Scope, context: Context
) -> IndexedTable:
    """Return a whole table as a value; raises PLS-00382 for what is none of the wanted type."""
    found = context.references.table_of(value, scope, context)
    if found is None or found.table_type != wanted.table_type:
        raise compile_error(value.start, "PLS-00382: expression is of wrong type")
    return found


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
        table.put(integer(target.index, scope, context), value)


def store_row(
    targets: Sequence[Target],
    columns: Sequence[Column],
    row: Row,
    scope: Scope,
    context: Context,
) -> None:
    """Give targets the values of a row; raises ORA-00913 or ORA-00947 for another number."""
    if len(targets) != len(row):
        code, text = (
            (913, "too many values") if len(row) > len(targets) else (947, "not enough values")
        )
        raise OracleError(code, text)
    for target, column, value in zip(targets, columns, row, strict=True):
        store(target, Evaluated(column.type_code, value), scope, context)


# Targets


def target_type(target: Target, scope: Scope, context: Context) -> DataType:
    """Return the type of what a target holds; raises PLS-00201 and PLS-00363."""
    if target.is_bind:
        return bind_type(context.binds.bind(target.names[0]))
    if target.index is not None:
        return must_find_table(target, scope, context).table_type.element
    return must_find(target, scope, context).data_type


def target_bind(target: Target, scope: Scope, context: Context) -> Bind:
    """Return a target as a bind of SQL."""
    if target.is_bind:
        return context.binds.bind(target.names[0])
    return Variable("", target_type(target, scope, context)).as_bind()


def must_find(target: Target, scope: Scope, context: Context) -> Variable:
    """Return the variable of a target; raises PLS-00201 without one, PLS-00363 for a constant."""
    found = find_variable(target.names, target.position, scope, context)
    if found is None:
        if find_table(target.names, target.position, scope, context) is not None:
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
