"""Writes analytic functions that pass over NULL.

Source: SQL Language Reference, FIRST_VALUE, LAST_VALUE, LAG and LEAD.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.query import aggregates, nodes
from oracle_standin.engine.query import render as renderer
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.query.scope import Output

_BEFORE = ("ROWS", "BETWEEN", "UNBOUNDED", "PRECEDING", "AND", "1", "PRECEDING")
_AFTER = ("ROWS", "BETWEEN", "1", "FOLLOWING", "AND", "UNBOUNDED", "FOLLOWING")
# The aggregate that does it, and the frame for neighbours.
_KNOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "FIRST_VALUE": ("ora.first_known", ()),
    "LAST_VALUE": ("ora.last_known", ()),
    "LAG": ("ora.last_known", _BEFORE),
    "LEAD": ("ora.first_known", _AFTER),
}


def known(node: nodes.Call, out: Output) -> str:
    """Return a call with IGNORE NULLS."""
    name = node.parts[0]
    if name not in _KNOWN:
        if name == "NTH_VALUE":
            refuse("NTH_VALUE ... IGNORE NULLS")
        raise OracleError(907, "missing right parenthesis")
    function, frame = _KNOWN[name]
    window = node.over
    if window is None:
        raise OracleError(30484, "missing window specification for this function")
    offset = node.arguments[1] if len(node.arguments) > 1 else nodes.Number("1")
    if offset != nodes.Number("1"):
        refuse(f"{name} ... IGNORE NULLS over more than one row")
    if frame:
        window = replace(window, frame=frame)
    value = renderer.render(node.arguments[0], out)
    text = f"{function}({value}){aggregates.over(window, out)}"
    if len(node.arguments) > 2:
        return f"COALESCE({text}, {renderer.render(node.arguments[2], out)})"
    return text
