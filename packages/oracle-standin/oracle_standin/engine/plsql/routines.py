"""Calls of supplied packages: arguments in, results out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.plsql.arguments import RESULT, Arguments
from oracle_standin.engine.plsql.assignment import store
from oracle_standin.engine.plsql.expressions import Evaluated, evaluate_as
from oracle_standin.engine.plsql.matching import arguments_by_name
from oracle_standin.engine.plsql.packages import FUNCTIONS, PROCEDURES, Routine
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.plsql import nodes
    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.nodes import Target
    from oracle_standin.engine.plsql.scope import Scope


def call(statement: nodes.Call, scope: Scope, context: Context) -> None:
    """Run a procedure and store its OUT values."""
    routine = PROCEDURES[statement.name]
    _run(statement, routine, scope, context)


def assign_result(statement: nodes.Call, target: Target, scope: Scope, context: Context) -> None:
    """Run a function and store its result."""
    routine = FUNCTIONS[statement.name]
    results = _run(statement, routine, scope, context)
    if routine.returns is None:
        raise OracleError(6503, "PL/SQL: Function returned without value")
    store(target, Evaluated(routine.returns.type_code, results[RESULT]), scope, context)


def _run(statement: nodes.Call, routine: Routine, scope: Scope, context: Context) -> Arguments:
    given = arguments_by_name(statement, [item.name for item in routine.parameters])
    values: Arguments = {}
    for parameter in routine.parameters:
        argument = given.get(parameter.name)
        known = argument is not None and parameter.data_type is not None
        values[parameter.name] = (
            evaluate_as(argument.value, parameter.data_type, scope, context)
            if known and argument is not None and parameter.data_type is not None
            else None
        )
    results = routine.body(context.host, values)
    for parameter in routine.parameters:
        argument = given.get(parameter.name)
        if parameter.is_out and argument is not None and argument.target is not None:
            if parameter.data_type is None:
                continue
            evaluated = Evaluated(parameter.data_type.type_code, results[parameter.name])
            store(argument.target, evaluated, scope, context)
    return results
