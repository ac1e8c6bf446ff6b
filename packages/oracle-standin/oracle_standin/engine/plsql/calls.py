"""Calls of procedures and functions: arguments in, body, OUT values and result.

Arguments are copied in and out; after an exception nothing is copied out (PL/SQL Language
Reference, "Subprogram Parameter Passing Methods").
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from oracle_standin.engine.plsql.assignment import copy, must_be_composite, store, target_type
from oracle_standin.engine.plsql.compile_errors import compile_error
from oracle_standin.engine.plsql.exceptions import RaisedError
from oracle_standin.engine.plsql.expressions import Evaluated, evaluate_as, fit
from oracle_standin.engine.plsql.kinds import DataType
from oracle_standin.engine.plsql.linker import rights_of
from oracle_standin.engine.plsql.lookup import find_composite, resolve_type
from oracle_standin.engine.plsql.matching import arguments_by_name, chosen, distance
from oracle_standin.engine.plsql.nodes import Mode
from oracle_standin.engine.plsql.scope import (
    Composite,
    Record,
    Scope,
    Variable,
    bind_type,
    blank,
    protect,
    refuse_constant,
)
from oracle_standin.engine.plsql.static import check_value, type_of
from oracle_standin.engine.plsql.tables import IndexedTable
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.plsql import nodes
    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.kinds import Kind
    from oracle_standin.engine.plsql.nodes import Argument, Parameter, Target
    from oracle_standin.engine.plsql.scope import Named, Program

Holder = Variable | Composite
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
    inner = received(call, program, scope, context)
    result = _run_body(program, returns, inner, context)
    for parameter in program.head.parameters:
        argument = given.get(parameter.name)
        if parameter.mode is not Mode.IN and argument is not None:
            _give_back(inner.variables[parameter.name], argument, scope, context)
    return result


def received(call: nodes.Call, program: Program, scope: Scope, context: Context) -> Scope:
    """Return the parameters of a procedure, function or cursor with the values of a call."""
    given = arguments_by_name(call, [item.name for item in program.head.parameters])
    inner = Scope(program.scope, name=program.head.name)
    for parameter in program.head.parameters:
        argument = given.get(parameter.name)
        inner.variables[parameter.name] = _received(program, parameter, argument, scope, context)
    return inner


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
    program: Program, returns: Kind | None, inner: Scope, context: Context
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
    if not isinstance(holder, Variable):
        if argument is not None:
            _fill(holder, argument, scope, context)
    elif argument is not None:
        value = evaluate_as(argument.value, holder.data_type, scope, context)
        holder.value = value if isinstance(value, bytes) else None
    elif parameter.default is not None:
        value = evaluate_as(parameter.default, holder.data_type, program.scope, context)
        holder.value = value if isinstance(value, bytes) else None
    if parameter.mode is Mode.IN:
        protect(holder)
    return holder


def _fill(holder: Composite, argument: Argument, scope: Scope, context: Context) -> None:
    """Give a table or record the values of another one or of a client's array."""
    target = argument.target
    if target is None or not target.is_bind or isinstance(holder, Record):
        copy(must_be_composite(argument.value, holder, scope, context), holder, context)
        return
    bind = context.binds.bind(target.names[0])
    value = context.binds.value(target.names[0])
    for index, element in enumerate(value if isinstance(value, list) else (), start=1):
        fitting = fit(Evaluated(bind.type_code, element), holder.kind.element, context)
        holder.put(index, fitting if isinstance(fitting, bytes) else None)


def _give_back(holder: Named, argument: Argument, scope: Scope, context: Context) -> None:
    """Copy an OUT parameter to where the caller wants it."""
    target = argument.target
    if target is None:
        return
    if isinstance(holder, Variable):
        store(target, Evaluated(holder.data_type.type_code, holder.value), scope, context)
    elif isinstance(holder, IndexedTable) and target.is_bind:
        _give_array(holder, target, context)
    else:
        copy(holder, must_be_composite(argument.value, holder, scope, context), context)


def _give_array(holder: IndexedTable, target: Target, context: Context) -> None:
    bind = context.binds.bind(target.names[0])
    code, wanted = holder.kind.element.type_code, bind_type(bind)
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
        elif isinstance(kind, DataType):
            check_value(argument.value, kind, scope, context)


def _check_target(argument: Argument, kind: Kind, scope: Scope, context: Context) -> None:
    """Check what an OUT parameter goes to; raises PLS-00363 for what can take no value."""
    target = argument.target
    if target is not None and target.is_bind:
        context.binds.mark(target.names[0])
        return
    whole = None
    if target is not None and (target.index is not None or not isinstance(kind, DataType)):
        whole = find_composite(target.names, target.position, scope, context)
        target = target if whole is not None else None
    if target is None:
        text = (
            f"PLS-00363: expression '{argument.value.text}' cannot be used as an assignment target"
        )
        raise compile_error(argument.value.start, text)
    if whole is not None:
        refuse_constant(whole, target.position)
    else:
        target_type(target, scope, context)
