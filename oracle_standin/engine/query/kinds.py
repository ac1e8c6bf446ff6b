"""What can be told of an expression's type from the expression alone."""

from __future__ import annotations

from enum import Enum

from oracle_standin.engine.query import nodes

_TEXT_FUNCTIONS = frozenset(
    [
        "TO_CHAR",
        "TO_NCHAR",
        "SUBSTR",
        "SUBSTRB",
        "UPPER",
        "LOWER",
        "INITCAP",
        "TRIM",
        "LTRIM",
        "RTRIM",
        "LPAD",
        "RPAD",
        "REPLACE",
        "TRANSLATE",
        "REGEXP_SUBSTR",
        "REGEXP_REPLACE",
        "CHR",
        "SYS_CONTEXT",
        "RAWTOHEX",
        "ROWIDTOCHAR",
        "CONCAT",
    ]
)
_NUMBER_FUNCTIONS = frozenset(
    [
        "TO_NUMBER",
        "LENGTH",
        "LENGTHB",
        "INSTR",
        "INSTRB",
        "MOD",
        "ABS",
        "SIGN",
        "CEIL",
        "FLOOR",
        "POWER",
        "SQRT",
        "COUNT",
        "SUM",
        "MONTHS_BETWEEN",
        "ASCII",
        "BITAND",
    ]
)


class Kind(Enum):
    """A family of types."""

    TEXT = "text"
    NUMBER = "number"
    UNKNOWN = "unknown"


def kind_of(node: nodes.Expression) -> Kind:
    """Return the family of an expression's type, UNKNOWN where a look at the table is needed."""
    if isinstance(node, nodes.Row) and len(node.items) == 1:
        return kind_of(node.items[0])
    if isinstance(node, nodes.Text) or (isinstance(node, nodes.Binary) and node.operator == "||"):
        return Kind.TEXT
    if isinstance(node, nodes.Number):
        return Kind.NUMBER
    if isinstance(node, nodes.Unary) and node.operator in {"+", "-"}:
        return kind_of(node.operand)
    if isinstance(node, nodes.Binary) and node.operator in {"*", "/"}:
        return Kind.NUMBER
    if isinstance(node, nodes.Call) and len(node.parts) == 1:
        if node.parts[0] in _TEXT_FUNCTIONS:
            return Kind.TEXT
        if node.parts[0] in _NUMBER_FUNCTIONS:
            return Kind.NUMBER
    return Kind.UNKNOWN
