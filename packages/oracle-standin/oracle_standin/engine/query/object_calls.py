"""Writes the constructors of types made by CREATE TYPE.

Source: SQL Language Reference, "Type Constructor Expressions"; Error Messages, ORA-02315.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.query import render as renderer
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Constructor
    from oracle_standin.engine.query import nodes
    from oracle_standin.engine.query.scope import Output


def render(node: nodes.Call, found: Constructor, out: Output) -> str:
    """Return the call that makes an object of its attributes, or a collection of its elements."""
    values = [renderer.render(argument, out) for argument in node.arguments]
    if found.is_collection:
        element = found.types[0]
        elements = ", ".join(f"({value})::{element}" for value in values)
        return f"{found.sql}(ARRAY[{elements}]::{element}[])"
    if len(values) != len(found.types):
        raise OracleError(2315, "incorrect number of arguments for default constructor")
    pairs = zip(values, found.types, strict=True)
    return f"{found.sql}({', '.join(f'({value})::{kind}' for value, kind in pairs)})"
