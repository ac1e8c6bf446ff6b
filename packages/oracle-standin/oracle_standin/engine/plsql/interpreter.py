"""Runs a parsed block, statement by statement.

A block is one statement to the transaction: the session undoes it when it fails (PL/SQL Language
Reference, "Overview of Exception Handling"); inside, only a failed SQL statement is undone.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

from oracle_standin.engine.plsql import (
    calls,
    cursor_nodes,
    cursors,
    declared_cursors,
    nodes,
    routines,
    statements,
)
from oracle_standin.engine.plsql.assignment import (
    assign,
    assign_value,
    copy,
    index_of,
    must_be_composite,
)
from oracle_standin.engine.plsql.declaring import declare
from oracle_standin.engine.plsql.exceptions import RaisedError
from oracle_standin.engine.plsql.expressions import evaluate_as, integer, is_true, number_bytes
from oracle_standin.engine.plsql.lookup import find_exception, find_programs, find_table
from oracle_standin.engine.plsql.raising import guarded, raise_application_error, raise_named
from oracle_standin.engine.plsql.scope import NUMBER, Scope, Variable, blank
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from oracle_standin.engine.plsql.calls import Holder
    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.scope import Record


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
            cursor_nodes.CursorLoop: self._cursor_loop,
            nodes.ForAll: self._for_all,
            nodes.Jump: self._jump,
        }

    def block(self, block: nodes.Block, outer: Scope | None) -> Left | None:
        """Run a block; raises RaisedError for an exception that nobody handles."""
        scope = Scope(outer, name=block.label)
        self.declare(block.declarations, scope)
        try:
            return self._handled(block, scope)
        finally:
            for cursor in scope.cursors.values():
                declared_cursors.close(cursor, self._context)

    def _handled(self, block: nodes.Block, scope: Scope) -> Left | None:
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
        declare(declarations, scope, self._context)

    def _all(self, body: Sequence[nodes.Statement], scope: Scope) -> Left | None:
        for statement in body:
            left = self._one(statement, scope)
            if left is not None:
                return left
        return None

    def _one(self, statement: nodes.Statement, scope: Scope) -> Left | None:
        runner = self._runners.get(type(statement))
        if runner is not None:
            return guarded(statement.position, partial(runner, statement, scope), self._context)
        return guarded(statement.position, partial(self._plain, statement, scope), self._context)

    def _plain(  # noqa: C901 - one a kind
        self, statement: nodes.Statement, scope: Scope
    ) -> Left | None:
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
            case cursor_nodes.Open():
                declared_cursors.open_declared(statement.call, scope, context)
            case cursor_nodes.OpenFor() | cursor_nodes.Fetch() | cursor_nodes.Close():
                cursors.run(statement, scope, context)
            case nodes.Call(name="RAISE_APPLICATION_ERROR"):
                raise_application_error(statement, scope, context)
            case nodes.Raise():
                raise_named(statement, scope, context)
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
                table.delete(
                    [index_of(item.value, table, scope, context) for item in statement.arguments]
                )
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
        records = statements.records(statement.query, scope, self._context)
        return self._record_loop(statement, records, scope)

    def _cursor_loop(self, statement: cursor_nodes.CursorLoop, scope: Scope) -> Left | None:
        with closing(declared_cursors.rows_of(statement.call, scope, self._context)) as records:
            return self._record_loop(statement, records, scope)

    def _record_loop(
        self,
        statement: nodes.QueryLoop | cursor_nodes.CursorLoop,
        records: Iterator[Record],
        scope: Scope,
    ) -> Left | None:
        inner = Scope(scope)
        for record in records:
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


def _stays(left: Left, label: str) -> bool:
    """Return whether a jump only goes on with the next turn of a loop."""
    return left.flow is Flow.CONTINUE and left.label in {"", label}


def _outward(left: Left, label: str) -> Left | None:
    """Return what is left of a jump that ends a loop: None when it was the loop meant."""
    if left.flow is Flow.EXIT and left.label in {"", label}:
        return None
    return left
