"""Runs a parsed block, statement by statement.

A block is one statement to the transaction: the session undoes it when it fails (PL/SQL Language
Reference, "Overview of Exception Handling"); inside, only a failed SQL statement is undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from oracle_standin.backend import ClientGoneError, OracleError
from oracle_standin.engine.plsql import (
    calls,
    cursor_nodes,
    cursors,
    kinds,
    nodes,
    routines,
    statements,
)
from oracle_standin.engine.plsql.assignment import assign, assign_value, copy, must_be_composite
from oracle_standin.engine.plsql.compile_errors import (
    CompileError,
    compile_error,
    not_declared,
    not_here,
)
from oracle_standin.engine.plsql.exceptions import (
    PREDEFINED,
    USER_DEFINED,
    NamedException,
    RaisedError,
)
from oracle_standin.engine.plsql.expressions import (
    evaluate_as,
    integer,
    is_true,
    number_bytes,
)
from oracle_standin.engine.plsql.lookup import (
    find_exception,
    find_programs,
    find_table,
    resolve_type,
)
from oracle_standin.engine.plsql.scope import NUMBER, Program, Scope, Variable, blank, protect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_standin.engine.plsql.calls import Holder
    from oracle_standin.engine.plsql.context import Context

# The client's break, and a connection that is gone, are nobody's to handle.
_NOT_HANDLED = frozenset({1013, 3113})
_T = TypeVar("_T")


class Flow(Enum):
    """How a statement ended, if not normally."""

    EXIT = "exit"
    CONTINUE = "continue"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Left:
    """A jump on its way to a loop or out of the program; `label` is "" for the innermost loop."""

    flow: Flow
    label: str = ""
    value: Holder | None = None
    """What RETURN gives."""


class Interpreter:
    """Runs one block for one session."""

    def __init__(self, context: Context) -> None:
        """Run with what expressions see."""
        self._context = context
        self._runners: dict[type[nodes.Statement], Callable[[Any, Scope], Left | None]] = {
            nodes.Block: self.block,
            nodes.If: self._if,
            nodes.Loop: self._loop,
            nodes.RangeLoop: self._range_loop,
            nodes.QueryLoop: self._query_loop,
            nodes.ForAll: self._for_all,
            nodes.Jump: self._jump,
            nodes.Raise: self._raise,
        }

    def block(self, block: nodes.Block, outer: Scope | None) -> Left | None:
        """Run a block; raises RaisedError for an exception that nobody handles."""
        scope = Scope(outer)
        self.declare(block.declarations, scope)
        try:
            return self._all(block.body, scope)
        except RaisedError as raised:
            handler = self._handler(block, raised, scope)
            if handler is None:
                raise
            before, self._context.current = self._context.current, raised
            try:
                return self._all(handler.body, scope)
            finally:
                self._context.current = before

    def _handler(
        self, block: nodes.Block, raised: RaisedError, scope: Scope
    ) -> nodes.Handler | None:
        for handler in block.handlers:
            for name in handler.names:
                short = name.removeprefix("STANDARD.").removeprefix("SYS.")
                named = find_exception(name, handler.position, scope, self._context)
                if name == "OTHERS" or raised.matches(short, named):
                    return handler
        return None

    def declare(self, declarations: Sequence[nodes.Declaration], scope: Scope) -> None:
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
                    self._table_type(declaration, scope)
                case nodes.RecordDeclaration():
                    self._record_type(declaration, scope)
                case nodes.CursorTypeDeclaration():
                    scope.types[declaration.name] = cursors.CURSOR
                case nodes.Subprogram():
                    scope.add_program(Program(declaration, scope, scope.unit))
                case nodes.VariableDeclaration():
                    self._guarded(declaration.position, partial(self._variable, declaration, scope))

    def _table_type(self, declaration: nodes.TableDeclaration, scope: Scope) -> None:
        element = resolve_type(declaration.element, scope, self._context)
        if not isinstance(element, kinds.DataType):
            what = "a table of tables or records"
            raise not_here(declaration.position, what)
        name = _type_name(declaration.name, scope)
        scope.types[declaration.name] = kinds.TableType(name, element)

    def _record_type(self, declaration: nodes.RecordDeclaration, scope: Scope) -> None:
        fields = []
        for field in declaration.fields:
            kind = resolve_type(field.data_type, scope, self._context)
            if not isinstance(kind, kinds.DataType) or field.value is not None or field.not_null:
                what = "a field that is NOT NULL, has a default, or is no scalar"
                raise not_here(field.position, what)
            fields.append((field.name, kind))
        name = _type_name(declaration.name, scope)
        scope.types[declaration.name] = kinds.RecordType(name, tuple(fields))

    def _variable(self, declaration: nodes.VariableDeclaration, scope: Scope) -> None:
        kind = resolve_type(declaration.data_type, scope, self._context)
        variable = blank(declaration.name, kind)
        if isinstance(variable, Variable):
            variable.not_null = declaration.not_null
            if declaration.value is not None and not self._context.checking:
                value = evaluate_as(declaration.value, variable.data_type, scope, self._context)
                assign_value(variable, value)
        elif declaration.value is not None:
            source = must_be_composite(declaration.value, variable, scope, self._context)
            copy(source, variable, self._context)
        if declaration.constant:
            protect(variable)
        scope.variables[declaration.name] = variable

    def _all(self, body: Sequence[nodes.Statement], scope: Scope) -> Left | None:
        for statement in body:
            left = self._one(statement, scope)
            if left is not None:
                return left
        return None

    def _one(self, statement: nodes.Statement, scope: Scope) -> Left | None:
        runner = self._runners.get(type(statement))
        if runner is not None:
            return self._guarded(statement.position, partial(runner, statement, scope))
        return self._guarded(statement.position, partial(self._plain, statement, scope))

    def _guarded(self, position: nodes.Position, work: Callable[[], _T]) -> _T:
        """Turn an error of a statement into an exception that remembers the line."""
        try:
            return work()
        except (CompileError, ClientGoneError):
            raise
        except RaisedError as raised:
            raised.called_from(self._context.place(position))
            raise
        except OracleError as error:
            if error.code in _NOT_HANDLED:
                raise
            raise RaisedError(error, (self._context.place(position),)) from None

    def _plain(self, statement: nodes.Statement, scope: Scope) -> Left | None:
        context = self._context
        match statement:
            case nodes.Assign(call=None):
                assign(statement, scope, context)
            case nodes.Assign(call=nodes.Call() as call):
                routines.assign_result(call, statement.target, scope, context)
            case nodes.Sql():
                statements.run_sql(statement, scope, context)
            case nodes.Immediate():
                statements.run_immediate(statement, scope, context)
            case cursor_nodes.OpenFor() | cursor_nodes.Fetch() | cursor_nodes.Close():
                cursors.run(statement, scope, context)
            case nodes.Call(name="RAISE_APPLICATION_ERROR"):
                self._application_error(statement, scope)
            case nodes.Call():
                self._call(statement, scope)
            case nodes.Return():
                return self._return(statement, scope)
            case _:
                pass
        return None

    def _call(self, statement: nodes.Call, scope: Scope) -> None:
        """Run a procedure: of the block, the schema or a supplied package, or DELETE of a table."""
        *qualifiers, last = names = statement.name.split(".")
        position, context = statement.position, self._context
        if last == "DELETE" and qualifiers:
            table = find_table(qualifiers, position, scope, context)
            if table is not None:
                table.delete([integer(item.value, scope, context) for item in statement.arguments])
                return
        programs = find_programs(names, position, scope, context)
        if programs:
            calls.run(statement, programs, scope, context)
        else:
            routines.call(statement, scope, context)

    def _return(self, statement: nodes.Return, scope: Scope) -> Left:
        kind, context = self._context.returns, self._context
        if kind is None or statement.value is None:
            return Left(Flow.RETURN)
        result = blank("", kind)
        if isinstance(result, Variable):
            assign_value(result, evaluate_as(statement.value, result.data_type, scope, context))
        else:
            copy(must_be_composite(statement.value, result, scope, context), result, context)
        return Left(Flow.RETURN, value=result)

    # Control

    def _if(self, statement: nodes.If, scope: Scope) -> Left | None:
        for condition, body in statement.arms:
            if is_true(condition, scope, self._context):
                return self._all(body, scope)
        if statement.otherwise is None:
            raise OracleError(6592, "CASE not found while executing CASE statement")
        return self._all(statement.otherwise, scope)

    def _loop(self, statement: nodes.Loop, scope: Scope) -> Left | None:
        while statement.condition is None or is_true(statement.condition, scope, self._context):
            left = self._all(statement.body, scope)
            if left is not None and not _stays(left, statement.label):
                return _outward(left, statement.label)
        return None

    def _range_loop(self, statement: nodes.RangeLoop, scope: Scope) -> Left | None:
        low, high = (
            integer(bound, scope, self._context) for bound in (statement.low, statement.high)
        )
        inner = Scope(scope)
        variable = Variable(statement.variable, NUMBER, constant=True)
        inner.variables[statement.variable] = variable
        numbers = range(low, high + 1)
        for number in reversed(numbers) if statement.reverse else numbers:
            variable.value = number_bytes(number)
            left = self._all(statement.body, inner)
            if left is not None and not _stays(left, statement.label):
                return _outward(left, statement.label)
        return None

    def _for_all(self, statement: nodes.ForAll, scope: Scope) -> Left | None:
        """Run FORALL; an index without element is ORA-22160 (Error Messages, ORA-22160)."""
        context = self._context
        low, high = (integer(bound, scope, context) for bound in (statement.low, statement.high))
        inner = Scope(scope)
        variable = Variable(statement.variable, NUMBER, constant=True)
        inner.variables[statement.variable] = variable
        total = 0
        for number in range(low, high + 1):
            variable.value = number_bytes(number)
            try:
                self._plain(statement.statement, inner)
            except OracleError as error:
                if error.code != 1403:
                    raise
                message = f"element at index [{number}] does not exist"
                raise OracleError(22160, message) from None
            total += context.row_count or 0
        context.row_count = total
        return None

    def _query_loop(self, statement: nodes.QueryLoop, scope: Scope) -> Left | None:
        inner = Scope(scope)
        for record in statements.records(statement.query, scope, self._context):
            inner.variables[statement.variable] = record
            left = self._all(statement.body, inner)
            if left is not None and not _stays(left, statement.label):
                return _outward(left, statement.label)
        return None

    def _jump(self, statement: nodes.Jump, scope: Scope) -> Left | None:
        if statement.condition is not None and not is_true(
            statement.condition, scope, self._context
        ):
            return None
        return Left(Flow.EXIT if statement.leaves else Flow.CONTINUE, statement.label)

    # Exceptions

    def _raise(self, statement: nodes.Raise, scope: Scope) -> Left | None:
        place = self._context.place(statement.position)
        if not statement.name:
            current = self._context.current
            if current is None:
                text = (
                    "PLS-00367: a RAISE statement with no exception name must be inside an "
                    "exception handler"
                )
                raise compile_error(statement.position, text)
            raise RaisedError(current.error, (place, *current.places), current.named)
        named = find_exception(statement.name, statement.position, scope, self._context)
        if named is None:
            code = PREDEFINED[statement.name.removeprefix("STANDARD.").removeprefix("SYS.")]
            raise RaisedError(OracleError(code, _PREDEFINED_TEXTS.get(code, "")), (place,))
        if named.code is None:
            error = OracleError(USER_DEFINED, "PL/SQL: unhandled user-defined exception")
        else:
            error = OracleError(named.code, _PREDEFINED_TEXTS.get(named.code, ""))
        raise RaisedError(error, (place,), named)

    def _application_error(self, call: nodes.Call, scope: Scope) -> None:
        number = integer(call.arguments[0].value, scope, self._context)
        if not -20999 <= number <= -20000:
            message = (
                f"error number argument to raise_application_error of {number} is out of range"
            )
            raise OracleError(21000, message)
        text = evaluate_as(call.arguments[1].value, statements.ANY_TEXT, scope, self._context)
        message = text.decode() if isinstance(text, bytes) else ""
        current = self._context.current
        keeps = len(call.arguments) == 3 and is_true(call.arguments[2].value, scope, self._context)
        if keeps and current is not None:
            message = f"{message}\n{current.with_stack()}"
        raise RaisedError(OracleError(-number, message), (self._context.place(call.position),))


def _type_name(name: str, scope: Scope) -> str:
    """Return the name of a declared type, with that of the unit that declares it."""
    return f"{scope.unit.label}.{name}" if scope.unit else name


def _stays(left: Left, label: str) -> bool:
    """Return whether a jump only goes on with the next turn of a loop."""
    return left.flow is Flow.CONTINUE and left.label in {"", label}


def _outward(left: Left, label: str) -> Left | None:
    """Return what is left of a jump that ends a loop: None when it was the loop meant."""
    if left.flow is Flow.EXIT and left.label in {"", label}:
        return None
    return left


_PREDEFINED_TEXTS = {
    1: "unique constraint violated",
    51: "timeout occurred while waiting for a resource",
    1001: "invalid cursor",
    1012: "not logged on",
    1017: "invalid username/password; logon denied",
    1403: "no data found",
    1410: "invalid ROWID",
    1422: "exact fetch returns more than requested number of rows",
    1476: "divisor is equal to zero",
    1722: "invalid number",
    6500: "PL/SQL: storage error",
    6501: "PL/SQL: program error",
    6502: "PL/SQL: numeric or value error",
    6511: "PL/SQL: cursor already open",
    6530: "Reference to uninitialized composite",
    6592: "CASE not found while executing CASE statement",
}
