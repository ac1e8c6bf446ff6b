"""Declarations at run time: what they add to a scope."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from oracle_standin.engine.plsql import kinds, nodes
from oracle_standin.engine.plsql.assignment import assign_value, copy, must_be_composite
from oracle_standin.engine.plsql.compile_errors import not_declared, not_here
from oracle_standin.engine.plsql.exceptions import NamedException
from oracle_standin.engine.plsql.expressions import evaluate_as
from oracle_standin.engine.plsql.lookup import resolve_type
from oracle_standin.engine.plsql.raising import guarded
from oracle_standin.engine.plsql.scope import (
    CURSOR,
    DeclaredCursor,
    Program,
    Scope,
    Variable,
    blank,
    protect,
)
from oracle_standin.engine.plsql.sql_checks import check_query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.plsql.context import Context


def declare(  # noqa: C901 - one a kind
    declarations: Sequence[nodes.Declaration], scope: Scope, context: Context
) -> None:
    """Add declarations to a scope; while names are checked, variables get no values."""
    for declaration in declarations:
        match declaration:
            case nodes.ExceptionDeclaration():
                scope.exceptions[declaration.name] = NamedException(declaration.name)
            case nodes.ExceptionCode():
                code = declaration.code
                if declaration.name not in scope.exceptions:
                    raise not_declared(declaration.position, declaration.name)
                scope.exceptions[declaration.name].code = 1403 if code == 100 else -code
            case nodes.TableDeclaration():
                _table_type(declaration, scope, context)
            case nodes.RecordDeclaration():
                _record_type(declaration, scope, context)
            case nodes.SubtypeDeclaration():
                kind = resolve_type(declaration.data_type, scope, context)
                scope.types[declaration.name] = kind
            case nodes.CursorDeclaration():
                _cursor(declaration, scope, context)
            case nodes.CursorTypeDeclaration():
                scope.types[declaration.name] = CURSOR
            case nodes.Subprogram():
                scope.add_program(Program(declaration, scope, scope.unit))
            case nodes.VariableDeclaration():
                work = partial(_variable, declaration, scope, context)
                guarded(declaration.position, work, context)


def _cursor(declaration: nodes.CursorDeclaration, scope: Scope, context: Context) -> None:
    head = declaration.head
    inner = Scope(scope, name=head.name)
    for parameter in head.parameters:
        kind = resolve_type(parameter.data_type, scope, context)
        inner.variables[parameter.name] = blank(parameter.name, kind)
    row = check_query(declaration.query, inner, context)
    variable = Variable(head.name, CURSOR, constant=True)
    scope.variables[head.name] = variable
    program = Program(head, scope, scope.unit)
    scope.cursors[head.name] = DeclaredCursor(program, declaration.query, row, variable)


def _table_type(declaration: nodes.TableDeclaration, scope: Scope, context: Context) -> None:
    element = resolve_type(declaration.element, scope, context)
    if not isinstance(element, kinds.DataType):
        what = "a table of tables or records"
        raise not_here(declaration.position, what)
    name = _type_name(declaration.name, scope)
    scope.types[declaration.name] = kinds.TableType(name, element, declaration.key)


def _record_type(declaration: nodes.RecordDeclaration, scope: Scope, context: Context) -> None:
    fields = []
    for field in declaration.fields:
        kind = resolve_type(field.data_type, scope, context)
        if not isinstance(kind, kinds.DataType) or field.value is not None or field.not_null:
            what = "a field that is NOT NULL, has a default, or is no scalar"
            raise not_here(field.position, what)
        fields.append((field.name, kind))
    name = _type_name(declaration.name, scope)
    scope.types[declaration.name] = kinds.RecordType(name, tuple(fields))


def _variable(declaration: nodes.VariableDeclaration, scope: Scope, context: Context) -> None:
    kind = resolve_type(declaration.data_type, scope, context)
    variable = blank(declaration.name, kind)
    if isinstance(variable, Variable):
        variable.not_null = declaration.not_null
        if declaration.value is not None and not context.checking:
            value = evaluate_as(declaration.value, variable.data_type, scope, context)
            assign_value(variable, value)
    elif declaration.value is not None:
        source = must_be_composite(declaration.value, variable, scope, context)
        copy(source, variable, context)
    if declaration.constant:
        protect(variable)
    scope.variables[declaration.name] = variable


def _type_name(name: str, scope: Scope) -> str:
    """Return the name of a declared type, with that of the unit that declares it."""
    return f"{scope.unit.label}.{name}" if scope.unit else name
