"""The condition IS JSON with its options.

Source: SQL Language Reference, "IS JSON Condition". The syntax is lax unless STRICT is said;
scalars at the top are JSON since 21c.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.query import nodes
from oracle_standin.engine.query.refusals import refuse

if TYPE_CHECKING:
    from oracle_standin.engine.query.cursor import Cursor

_KINDS = ("VALUE", "ARRAY", "OBJECT", "SCALAR")


def is_json(cursor: Cursor, operand: nodes.Expression, *, negated: bool) -> nodes.IsJson:
    """Read what follows IS [NOT] JSON."""
    kind = cursor.take().value if cursor.at_word(*_KINDS) else "VALUE"
    if cursor.at_word("VALIDATE"):
        refuse("IS JSON VALIDATE")
    in_parentheses = _options_in_parentheses(cursor)
    if in_parentheses:
        cursor.expect_open()
    cursor.skip_words("FORMAT", "JSON")
    strict = cursor.skip_words("STRICT")
    if not strict:
        cursor.skip_words("LAX")
    scalars = _scalars(cursor)
    unique = cursor.skip_words("WITH", "UNIQUE", "KEYS")
    if not unique:
        cursor.skip_words("WITHOUT", "UNIQUE", "KEYS")
    if in_parentheses:
        cursor.expect_close()
    return nodes.IsJson(operand, negated, kind, strict, scalars, unique)


def _options_in_parentheses(cursor: Cursor) -> bool:
    following = cursor.peek(1)
    words = ("FORMAT", "STRICT", "LAX", "ALLOW", "DISALLOW", "WITH", "WITHOUT")
    return cursor.at_operator("(") and following is not None and following.is_word(*words)


def _scalars(cursor: Cursor) -> bool | None:
    if cursor.skip_words("ALLOW", "SCALARS"):
        return True
    return False if cursor.skip_words("DISALLOW", "SCALARS") else None
