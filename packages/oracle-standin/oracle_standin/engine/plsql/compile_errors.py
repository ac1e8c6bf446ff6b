"""Errors that Oracle reports before a block runs: ORA-06550 with a PLS or ORA line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.plsql.positions import Position, position_in
from oracle_standin.engine.plsql.reader import END
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.lexer import Token


class CompileError(OracleError):
    """ORA-06550: no handler of the block itself can take it."""


class NotHereError(CompileError):
    """What Oracle compiles and the stand-in does not."""


def is_refusal(error: OracleError) -> bool:
    """Return whether an error is about the stand-in and not about the statement."""
    return isinstance(error, NotHereError) or error.message.endswith("not in this stand-in")


def compile_error(position: Position, text: str) -> CompileError:
    """Return ORA-06550 for a fault at a position; `text` is the line after it."""
    message = f"line {position.line}, column {position.column}:\n{text}"
    return CompileError(6550, message, position.offset)


def not_declared(position: Position, name: str) -> CompileError:
    """Return PLS-00201 for a name that the block does not know."""
    return compile_error(
        position,
        f"PLS-00201: identifier '{name}' must be declared\n"
        f"ORA-06550: line {position.line}, column {position.column}:\n"
        "PL/SQL: Statement ignored",
    )


def not_here(position: Position, what: str) -> NotHereError:
    """Return PLS-00201 for what Oracle has and the stand-in does not."""
    text = f"PLS-00201: identifier '{what}' must be declared: {what} is not in this stand-in"
    message = f"line {position.line}, column {position.column}:\n{text}"
    return NotHereError(6550, message, position.offset)


def sql_error(position: Position, error: OracleError) -> CompileError:
    """Return the error of static SQL that does not compile."""
    return compile_error(
        position,
        f"PL/SQL: {error}\n"
        f"ORA-06550: line {position.line}, column {position.column}:\n"
        "PL/SQL: SQL Statement ignored",
    )


def complainer(text: str) -> Callable[[Token, str], OracleError]:
    """Return what makes PLS-00103 for a token of `text` that was not expected."""

    def complain(token: Token, expected: str) -> OracleError:
        offset = len(text) if token is END else token.start
        symbol = "end-of-file" if token is END else token.text.upper()
        return compile_error(
            position_in(text, offset),
            f'PLS-00103: Encountered the symbol "{symbol}" when expecting one of the following:'
            f"\n\n   {expected}",
        )

    return complain
