"""Where in a statement an error is: Oracle tells the place of a name that it does not know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from oracle_standin import lexer
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME = re.compile(r'"((?:[^"]|"")+)"')
_STATEMENTS = {lexer.StatementKind.QUERY, lexer.StatementKind.DML}


def located(error: OracleError, statement: str) -> OracleError:
    """Return an error about a name with the offset of the name in a query or DML statement."""
    if error.offset or error.code not in _NAMED:
        return error
    if lexer.outline(statement).kind not in _STATEMENTS:
        return error
    names = [name.replace('""', '"') for name in _NAME.findall(error.message)]
    tokens = lexer.tokens(statement)
    place = _NAMED[error.code](tokens, names) if names else None
    return error if place is None else OracleError(error.code, error.message, place)


def _identifier(tokens: Sequence[lexer.Token], names: Sequence[str]) -> int | None:
    """Return where a column's name begins, with what it is qualified with."""
    width = 2 * len(names) - 1
    for index in range(len(tokens) - width + 1):
        found = tokens[index : index + width]
        matches = all(
            _is_name(token, names[place // 2]) if place % 2 == 0 else token.is_operator(".")
            for place, token in enumerate(found)
        )
        if matches and not (index and tokens[index - 1].is_operator(".")):
            return found[0].start
    return None


def _table(tokens: Sequence[lexer.Token], names: Sequence[str]) -> int | None:
    """Return where a table's name begins, with its schema where that is written."""
    for index, token in enumerate(tokens):
        if _is_name(token, names[-1]):
            qualified = index > 1 and tokens[index - 1].is_operator(".")
            return tokens[index - 2].start if qualified else token.start
    return None


def _is_name(token: lexer.Token, name: str) -> bool:
    return token.kind in {lexer.Kind.WORD, lexer.Kind.QUOTED} and token.value == name


_NAMED = {904: _identifier, 942: _table}
