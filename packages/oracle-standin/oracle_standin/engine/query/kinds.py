"""What can be told of an expression's type from the expression alone."""

from __future__ import annotations

from enum import Enum

from oracle_standin.engine.query import nodes
from oracle_standin.engine.query.word_sets import word_set

_TEXT_FUNCTIONS = word_set(
    """
    TO_CHAR TO_NCHAR SUBSTR SUBSTRB UPPER LOWER INITCAP TRIM LTRIM RTRIM LPAD RPAD REPLACE
    TRANSLATE REGEXP_SUBSTR REGEXP_REPLACE CHR SYS_CONTEXT RAWTOHEX ROWIDTOCHAR CONCAT
    """
)
_NUMBER_FUNCTIONS = word_set(
    """
    TO_NUMBER LENGTH LENGTHB INSTR INSTRB MOD ABS SIGN CEIL FLOOR POWER SQRT COUNT SUM
    MONTHS_BETWEEN ASCII BITAND
    """
)


class Kind(Enum):
    """A family of types."""

    TEXT = "text"
    NUMBER = "number"
    UNKNOWN = "unknown"


def kind_of(node: nodes.Expression) -> Kind:
    """Return the family of an expression's type, UNKNOWN where a look at the table is needed."""
    match node:
        case nodes.Row(items=(inner,)) | nodes.Unary(operator="+" | "-", operand=inner):
            kind = kind_of(inner)
        case nodes.Text() | nodes.Binary(operator="||"):
            kind = Kind.TEXT
        case nodes.Number() | nodes.Binary(operator="*" | "/"):
            kind = Kind.NUMBER
        case nodes.Call(parts=(name,)) if name in _TEXT_FUNCTIONS:
            kind = Kind.TEXT
        case nodes.Call(parts=(name,)) if name in _NUMBER_FUNCTIONS:
            kind = Kind.NUMBER
        case _:
            kind = Kind.UNKNOWN
    return kind
