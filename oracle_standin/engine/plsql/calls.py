"""Calls of procedures and functions: arguments in, body, OUT values and result.

Arguments are copied in and out; after an exception nothing is copied out (PL/SQL Language
Reference, "Subprogram Parameter Passing Methods").
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from oracle_standin.backend import OracleError
from oracle_standin.engine.plsql.assignment import must_be_table, store, target_type
from oracle_standin.engine.plsql.compile_errors import compile_error
from oracle_standin.engine.plsql.exceptions import RaisedError
from oracle_standin.engine.plsql.expressions import Evaluated, evaluate_as, fit
from oracle_standin.engine.plsql.linker import rights_of
from oracle_standin.engine.plsql.lookup import find_table, resolve_type
from oracle_standin.engine.plsql.matching import arguments_by_name, chosen, distance
from oracle_standin.engine.plsql.nodes import Mode, TableType
from oracle_standin.engine.plsql.scope import Scope, Variable, bind_type, refuse_constant
from oracle_standin.engine.plsql.static import check_value, type_of
from oracle_standin.engine.plsql.tables import IndexedTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.plsql import nodes
    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.nodes import Argument, DataType, Parameter, Target
    from oracle_standin.engine.plsql.scope import Program

Holder = Variable | IndexedTable
_Given = dict[str, "Argument"]


def run(
    call: nodes.Call, programs: Sequence[Program], scope: Scope, context: Context
) -> Holder | None:
    """Run what a call means and return a function's result; while checking, only its type."""
    program = _choose(call, programs, scope, context)
    given = arguments_by_name(call, [item.name for item in program.head.parameters])
    declared = program.head.returns
    returns = None if declared is None else resolve_type(declared, program.scope, context)
    if context.checking:
        _check_arguments(program, given, scope, context)
        return None if returns is None else blank(program.head.name, returns)
    inner = Scope(program.scope, name=program.head.name)
    for parameter in program.head.parameters:
        argument = given.get(parameter.name)
        inner.variables[parameter.name] = _received(program, parameter, argument, scope, context)
    result = _run_body(program, returns, inner, context)
    for parameter in program.head.parameters:
        argument = given.get(parameter.name)
        if parameter.mode is not Mode.IN and argument is not None:
            _give_back(inner.variables[parameter.name], argument, scope, context)
    return result


def blank(name: str, kind: DataType | TableType) -> Holder:
    """Return a variable of a type without a value."""
    if isinstance(kind, TableType):
        return IndexedTable(name, kind)
    return Variable(name, kind)


def _choose(
    call: nodes.Call, programs: Sequence[Program], scope: Scope, context: Context
) -> Program:
    def distances(program: Program) -> list[int | None]:
        given = arguments_by_name(call, [item.name for item in program.head.parameters])
        return [
            distance(
                type_of(given[item.name].value, scope, context),
                resolve_type(item.data_type, program.scope, context),
            )
            for item in program.head.parameters
            if item.name in given
        ]

    return chosen(call, programs, distances)


def _run_body(
    program: Program, returns: DataType | TableType | None, inner: Scope, context: Context
) -> Holder | None:
    body, unit = program.head.body, program.unit
    if body is None:
        label = unit.label if unit else program.head.name
        message = (
            f'not executed, package body "{label}" does not exist\n'
            f'ORA-06508: PL/SQL: could not find program unit being called: "{label}"'
        )
        raise OracleError(4067, message)
    surroundings = context.inside(unit.label if unit else "", returns)
    try:
        with rights_of(unit, context) if unit else nullcontext():
            left = surroundings.interpreter(surroundings).block(body, inner)
    except RaisedError as raised:
        raised.left_program = True
        raise
    finally:
        context.row_count = surroundings.row_count
    result = left.value if left is not None else None
    if returns is not None and result is None:
        raise OracleError(6503, "PL/SQL: Function returned without value")
    return result


# Arguments


def _received(
    program: Program,
    parameter: Parameter,
    argument: Argument | None,
    scope: Scope,
    context: Context,
) -> Holder:
    """Return a parameter as the body finds it."""
    kind = resolve_type(parameter.data_type, program.scope, context)
    holder = blank(parameter.name, kind)
    if parameter.mode is Mode.OUT:
        return holder
    if isinstance(holder, IndexedTable):
        if argument is not None:
            _fill(holder, argument, scope, context)
    elif argument is not None:
        value = evaluate_as(argument.value, holder.data_type, scope, context)
        holder.value = value if isinstance(value, bytes) else None
    elif parameter.default is not None:
        value = evaluate_as(parameter.default, holder.data_type, program.scope, context)
        holder.value = value if isinstance(value, bytes) else None
    holder.constant = parameter.mode is Mode.IN
    return holder


def _fill(holder: IndexedTable, argument: Argument, scope: Scope, context: Context) -> None:
    """Give a table the elements of another one or of a client's array, which begin at 1."""
    target = argument.target
    if target is None or not target.is_bind:
        holder.take(must_be_table(argument.value, holder, scope, context))
        return
    bind = context.binds.bind(target.names[0])
    value = context.binds.value(target.names[0])
    for index, element in enumerate(value if isinstance(value, list) else (), start=1):
        fitting = fit(Evaluated(bind.type_code, element), holder.table_type.element, context)
        holder.put(index, fitting if isinstance(fitting, bytes) else None)


def _give_back(holder: object, argument: Argument, scope: Scope, context: Context) -> None:
    """Copy an OUT parameter to where the caller wants it."""
    target = argument.target
    if target is None:
        return
    if isinstance(holder, Variable):
        store(target, Evaluated(holder.data_type.type_code, holder.value), scope, context)
    elif isinstance(holder, IndexedTable) and target.is_bind:
        _give_array(holder, target, context)
    elif isinstance(holder, IndexedTable):
        must_be_table(argument.value, holder, scope, context).take(holder)


def _give_array(holder: IndexedTable, target: Target, context: Context) -> None:
    bind = context.binds.bind(target.names[0])
    code, wanted = holder.table_type.element.type_code, bind_type(bind)
    elements = holder.as_array(bind.max_elements)
    fitting = [fit(Evaluated(code, element), wanted, context) for element in elements]
    context.binds.set(
        target.names[0], [value if isinstance(value, bytes) else None for value in fitting]
    )


def _check_arguments(program: Program, given: _Given, scope: Scope, context: Context) -> None:
    for parameter in program.head.parameters:
        argument = given.get(parameter.name)
        if argument is None:
            continue
        kind = resolve_type(parameter.data_type, program.scope, context)
        if parameter.mode is not Mode.IN:
            _check_target(argument, kind, scope, context)
        elif not isinstance(kind, TableType):
            check_value(argument.value, kind, scope, context)


def _check_target(
    argument: Argument, kind: DataType | TableType, scope: Scope, context: Context
) -> None:
    """Check what an OUT parameter goes to; raises PLS-00363 for what can take no value."""
    target = argument.target
    if target is not None and target.is_bind:
        context.binds.mark(target.names[0])
        return
    table = None
    if target is not None and (target.index is not None or isinstance(kind, TableType)):
        table = find_table(target.names, target.position, scope, context)
        target = target if table is not None else None
    if target is None:
        text = (
            f"PLS-00363: expression '{argument.value.text}' cannot be used as an assignment target"
        )
        raise compile_error(argument.value.start, text)
    if table is not None:
        refuse_constant(table, target.position)
    else:
        target_type(target, scope, context)
