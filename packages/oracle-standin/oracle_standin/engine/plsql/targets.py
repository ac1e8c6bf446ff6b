"""Targets of assignments and of INTO: binds and variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.plsql.nodes import Fragment, Target, Using
from oracle_standin.engine.plsql.positions import position_in
from oracle_standin.lexer import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.plsql.reader import Reader
    from oracle_standin.lexer import Token


def read_target(reader: Reader) -> Target:
    """Return the bind or variable that comes next."""
    position = position_in(reader.text, reader.peek().start)
    if reader.peek().kind is Kind.BIND:
        return Target((reader.take().value,), is_bind=True, position=position)
    names = [reader.name()]
    while reader.accept_operator("."):
        names.append(reader.name())
    index = None
    if reader.accept_operator("("):
        index = reader.expression(")")
        reader.expect_operator(")")
    return Target(tuple(names), is_bind=False, position=position, index=index)


def read_targets(reader: Reader) -> tuple[Target, ...]:
    """Return the targets of an INTO list."""
    found = [read_target(reader)]
    while reader.accept_operator(","):
        found.append(read_target(reader))
    return tuple(found)


def read_using(reader: Reader) -> tuple[Using, ...]:
    """Return the arguments of a USING clause, none without one."""
    found: list[Using] = []
    if reader.accept("USING"):
        found.append(_argument(reader))
        while reader.accept_operator(","):
            found.append(_argument(reader))
    return tuple(found)


def _argument(reader: Reader) -> Using:
    is_in = reader.accept("IN")
    is_out = reader.accept("OUT")
    value = reader.expression(",", ";", "RETURNING", "RETURN")
    return Using(value, is_in or not is_out, target_of(value) if is_out else None)


def target_of(value: Fragment) -> Target | None:
    """Return an expression as a target if it is nothing but a bind, a variable or an element."""
    found = value.tokens
    position = position_in(value.source, found[0].start)
    if len(found) == 1 and found[0].kind is Kind.BIND:
        return Target((found[0].value,), is_bind=True, position=position)
    index = None
    bracket = next((place for place, token in enumerate(found) if token.is_operator("(")), None)
    if bracket is not None:
        if closing_bracket(found, bracket) != len(found) - 1 or bracket == len(found) - 2:
            return None
        index = Fragment(value.source, found[bracket + 1 : -1])
        found = found[:bracket]
    names = found[::2]
    dotted = len(found) % 2 == 1 and all(token.is_operator(".") for token in found[1::2])
    if dotted and all(token.kind in {Kind.WORD, Kind.QUOTED} for token in names):
        words = tuple(token.value for token in names)
        return Target(words, is_bind=False, position=position, index=index)
    return None


def closing_bracket(found: Sequence[Token], opening: int) -> int:
    """Return the place of the bracket that closes another one; the end without it."""
    depth = 0
    for place in range(opening, len(found)):
        depth += found[place].is_operator("(") - found[place].is_operator(")")
        if depth == 0:
            return place
    return len(found)
