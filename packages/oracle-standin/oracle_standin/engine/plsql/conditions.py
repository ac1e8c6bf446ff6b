"""Conditions whose parts must be worked out one after the other.

The SQL engine takes a whole condition at once. One that calls functions or reads elements of tables
is taken apart at AND, OR and NOT, so that `t.EXISTS(i) AND t(i) > 0` does not fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine.plsql.nodes import Fragment
from oracle_standin.engine.plsql.targets import closing_bracket
from oracle_standin.lexer import Kind

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.scope import Scope


@dataclass(frozen=True, slots=True)
class Parts:
    """The operands of OR, AND or NOT."""

    operator: str
    operands: tuple[Fragment, ...]


def ordered_parts(condition: Fragment, scope: Scope, context: Context) -> Parts | None:
    """Return the parts of a condition that has to be taken apart, else None."""
    condition = _without_brackets(condition)
    if not _refers(condition, scope, context):
        return None
    for operator in ("OR", "AND"):
        operands = _split(condition, operator)
        if len(operands) > 1 and all(operand.tokens for operand in operands):
            return Parts(operator, operands)
    if len(condition.tokens) > 1 and condition.tokens[0].is_word("NOT"):
        return Parts("NOT", (Fragment(condition.source, condition.tokens[1:]),))
    return None


def _without_brackets(condition: Fragment) -> Fragment:
    found = condition.tokens
    while (
        len(found) > 2
        and found[0].is_operator("(")
        and closing_bracket(found, 0) == (len(found) - 1)
    ):
        found = found[1:-1]
    return Fragment(condition.source, found)


def _refers(condition: Fragment, scope: Scope, context: Context) -> bool:
    """Return whether a condition has elements of tables, or calls of functions that we run."""
    found = condition.tokens
    for place, token in enumerate(found):
        if token.kind not in {Kind.WORD, Kind.QUOTED} or (
            place and found[place - 1].is_operator(".")
        ):
            continue
        if context.references.begins(condition, place, scope, context):
            return True
    return False


def _split(condition: Fragment, operator: str) -> tuple[Fragment, ...]:
    """Return the operands of an operator outside brackets and CASE; BETWEEN keeps its AND."""
    operands: list[Fragment] = []
    found = condition.tokens
    depth = start = 0
    in_between = False
    for place, token in enumerate(found):
        depth += token.is_operator("(") - token.is_operator(")")
        depth += token.is_word("CASE") - token.is_word("END")
        if depth:
            continue
        if token.is_word("BETWEEN"):
            in_between = True
        elif in_between and token.is_word("AND"):
            in_between = False
        elif token.is_word(operator):
            operands.append(Fragment(condition.source, found[start:place]))
            start = place + 1
    return (*operands, Fragment(condition.source, found[start:]))
