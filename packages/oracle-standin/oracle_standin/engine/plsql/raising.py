"""Exceptions on their way: RAISE, and errors that become exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, TypeVar

from oracle_standin.engine.plsql.compile_errors import CompileError, compile_error
from oracle_standin.engine.plsql.exceptions import PREDEFINED, USER_DEFINED, RaisedError
from oracle_standin.engine.plsql.expressions import evaluate_as, integer, is_true
from oracle_standin.engine.plsql.lookup import find_exception
from oracle_standin.engine.plsql.statements import ANY_TEXT
from oracle_standin.protocol import ClientGoneError, OracleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.engine.plsql import nodes
    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.positions import Position
    from oracle_standin.engine.plsql.scope import Scope

# The client's break, and a connection that is gone, are nobody's to handle.
_NOT_HANDLED = frozenset({1013, 3113})
_T = TypeVar("_T")


def guarded(position: Position, work: Callable[[], _T], context: Context) -> _T:
    """Run a part of a block; turn an error into an exception that remembers the line."""
    try:
        return work()
    except (CompileError, ClientGoneError):
        raise
    except RaisedError as raised:
        raised.called_from(context.place(position))
        raise
    except OracleError as error:
        if error.code in _NOT_HANDLED:
            raise
        raise RaisedError(error, (context.place(position),)) from None


def raise_named(statement: nodes.Raise, scope: Scope, context: Context) -> NoReturn:
    """Run RAISE."""
    place = context.place(statement.position)
    if not statement.name:
        current = context.current
        if current is None:
            text = (
                "PLS-00367: a RAISE statement with no exception name must be inside an "
                "exception handler"
            )
            raise compile_error(statement.position, text)
        raise RaisedError(current.error, (place, *current.places), current.named)
    named = find_exception(statement.name, statement.position, scope, context)
    if named is None:
        code = PREDEFINED[statement.name.removeprefix("STANDARD.").removeprefix("SYS.")]
        raise RaisedError(OracleError(code, _PREDEFINED_TEXTS.get(code, "")), (place,))
    if named.code is None:
        error = OracleError(USER_DEFINED, "PL/SQL: unhandled user-defined exception")
    else:
        error = OracleError(named.code, _PREDEFINED_TEXTS.get(named.code, ""))
    raise RaisedError(error, (place,), named)


def raise_application_error(call: nodes.Call, scope: Scope, context: Context) -> NoReturn:
    """Run RAISE_APPLICATION_ERROR."""
    number = integer(call.arguments[0].value, scope, context)
    if not -20999 <= number <= -20000:
        message = f"error number argument to raise_application_error of {number} is out of range"
        raise OracleError(21000, message)
    text = evaluate_as(call.arguments[1].value, ANY_TEXT, scope, context)
    message = text.decode() if isinstance(text, bytes) else ""
    current = context.current
    keeps = len(call.arguments) == 3 and is_true(call.arguments[2].value, scope, context)
    if keeps and current is not None:
        message = f"{message}\n{current.with_stack()}"
    raise RaisedError(OracleError(-number, message), (context.place(call.position),))


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
