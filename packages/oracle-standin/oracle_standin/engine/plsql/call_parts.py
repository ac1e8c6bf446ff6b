"""Calls of procedures, functions and cursors, with their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.plsql import nodes
from oracle_standin.engine.plsql.targets import target_of

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.reader import Reader


def read_call(reader: Reader) -> nodes.Call:
    """Return the call of a procedure or function, with its arguments if there are any."""
    position = reader.here()
    name = reader.dotted_name()
    arguments: list[nodes.Argument] = []
    if reader.accept_operator("(") and not reader.accept_operator(")"):
        arguments.append(_argument(reader))
        while reader.accept_operator(","):
            arguments.append(_argument(reader))
        reader.expect_operator(")")
    return nodes.Call(position, name, tuple(arguments))


def _argument(reader: Reader) -> nodes.Argument:
    name = None
    if reader.peek(1).is_operator("=>"):
        name = reader.name()
        reader.expect_operator("=>")
    value = reader.expression(",", ")")
    return nodes.Argument(name, value, target_of(value))
