"""What Oracle checks when it compiles a block: nothing runs when a name is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.backend import OracleError
from oracle_standin.engine.plsql import nodes
from oracle_standin.engine.plsql.compile_errors import (
    compile_error,
    not_declared,
    not_here,
    sql_error,
)
from oracle_standin.engine.plsql.exceptions import PREDEFINED, NamedException
from oracle_standin.engine.plsql.nodes import position_in
from oracle_standin.engine.plsql.packages import FUNCTIONS, PROCEDURES, Routine
from oracle_standin.engine.plsql.scope import NUMBER, Binds, Scope, Variable, must_find
from oracle_standin.engine.plsql.sql_parts import named_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oracle_standin.engine.contract import Resolver


class Checker:
    """Walks through a block with the names it knows at each place."""

    def __init__(self, resolver: Resolver, binds: Binds) -> None:
        """Check against the tables of a session and the binds of a call."""
        self._resolver = resolver
        self._binds = binds

    def check(self, block: nodes.Block, outer: Scope | None = None) -> None:
        """Check a block and all inside it; raises ORA-06550 (CompileError)."""
        scope = Scope(outer)
        for declaration in block.declarations:
            self._declare(declaration, scope)
        self._check_all(block.body, scope)
        for handler in block.handlers:
            for name in handler.names:
                if name != "OTHERS":
                    _check_exception(name, scope, handler.position)
            self._check_all(handler.body, scope)

    def _declare(self, declaration: nodes.Declaration, scope: Scope) -> None:
        if isinstance(declaration, nodes.ExceptionDeclaration):
            scope.exceptions[declaration.name] = NamedException(declaration.name)
        elif isinstance(declaration, nodes.ExceptionCode):
            if declaration.name not in scope.exceptions:
                raise not_declared(declaration.position, declaration.name)
        else:
            data_type = declaration.data_type
            if isinstance(data_type, nodes.ColumnType):
                data_type = NUMBER
            scope.variables[declaration.name] = Variable(
                declaration.name, data_type, constant=declaration.constant
            )

    def _check_all(self, statements: Iterable[nodes.Statement], scope: Scope) -> None:
        for statement in statements:
            self._check(statement, scope)

    def _check(self, statement: nodes.Statement, scope: Scope) -> None:
        match statement:
            case nodes.Block():
                self.check(statement, scope)
            case nodes.If():
                for _, body in statement.arms:
                    self._check_all(body, scope)
                self._check_all(statement.otherwise or (), scope)
            case nodes.Loop():
                self._check_all(statement.body, scope)
            case nodes.RangeLoop() | nodes.QueryLoop():
                self._check_for(statement, scope)
            case _:
                self._check_plain(statement, scope)

    def _check_for(self, statement: nodes.RangeLoop | nodes.QueryLoop, scope: Scope) -> None:
        inner = Scope(scope)
        name = statement.variable
        if isinstance(statement, nodes.QueryLoop):
            self._check_tables(statement.query)
            inner.variables[name] = {}
        else:
            inner.variables[name] = Variable(name, NUMBER, constant=True)
        self._check_all(statement.body, inner)

    def _check_plain(self, statement: nodes.Statement, scope: Scope) -> None:
        match statement:
            case nodes.Assign():
                self._check_targets([statement.target], scope)
                if statement.call is not None:
                    self._check_arguments(statement.call, FUNCTIONS[statement.call.name], scope)
            case nodes.Sql():
                self._check_tables(statement.statement)
                self._check_targets(statement.into, scope)
            case nodes.Immediate():
                self._check_targets((*statement.into, *statement.returning), scope)
                self._check_targets([use.target for use in statement.using if use.target], scope)
            case nodes.Raise() if statement.name:
                _check_exception(statement.name, scope, statement.position)
            case nodes.Call():
                self._check_call(statement, scope)
            case _:
                pass

    def _check_targets(self, targets: Iterable[nodes.Target], scope: Scope) -> None:
        for target in targets:
            if target.is_bind:
                self._binds.mark(target.names[0])
            elif not scope.is_record(target.names[0]):
                must_find(scope, target)

    def _check_tables(self, statement: nodes.Fragment) -> None:
        for schema, name, token in named_tables(statement):
            if token.is_word("DUAL", "TABLE", "SELECT", "VALUES", "LATERAL"):
                continue
            if self._resolver.resolve(schema, name) is None:
                missing = OracleError(942, "table or view does not exist")
                raise sql_error(position_in(statement.source, token.start), missing)

    def _check_call(self, call: nodes.Call, scope: Scope) -> None:
        if call.name == "RAISE_APPLICATION_ERROR":
            if not 2 <= len(call.arguments) <= 3:
                raise wrong_arguments(call)
            return
        routine = PROCEDURES.get(call.name)
        if routine is None:
            raise not_here(call.position, call.name)
        self._check_arguments(call, routine, scope)

    def _check_arguments(self, call: nodes.Call, routine: Routine, scope: Scope) -> None:
        given = arguments_by_name(call, routine)
        for parameter in routine.parameters:
            argument = given.get(parameter.name)
            if argument is None:
                if parameter.required:
                    raise wrong_arguments(call)
            elif parameter.is_out:
                if argument.target is None:
                    text = (
                        f"PLS-00363: expression '{argument.value.text}' cannot be used as an "
                        "assignment target"
                    )
                    raise compile_error(call.position, text)
                self._check_targets([argument.target], scope)


def arguments_by_name(call: nodes.Call, routine: Routine) -> dict[str, nodes.Argument]:
    """Return a call's arguments by parameter name; raises PLS-00306 for one too many."""
    found: dict[str, nodes.Argument] = {}
    names = [parameter.name for parameter in routine.parameters]
    for index, argument in enumerate(call.arguments):
        name = argument.name
        if name is None and index < len(names):
            name = names[index]
        if name is None or name not in names or name in found:
            raise wrong_arguments(call)
        found[name] = argument
    return found


def wrong_arguments(call: nodes.Call) -> OracleError:
    """Return PLS-00306."""
    name = call.name.rsplit(".", 1)[-1]
    text = f"PLS-00306: wrong number or types of arguments in call to '{name}'"
    return compile_error(call.position, text)


def _check_exception(name: str, scope: Scope, position: nodes.Position) -> None:
    short = name.removeprefix("STANDARD.").removeprefix("SYS.")
    if scope.exception(name) is None and short not in PREDEFINED:
        raise not_declared(position, name)
