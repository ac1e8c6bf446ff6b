"""Parses JSON_OBJECT and JSON_ARRAY.

Each value becomes ORA$JSON_ITEM(value), its JSON text, and they go into a call that puts them
together. Source: SQL Language Reference, JSON_OBJECT and JSON_ARRAY.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.query import expressions, nodes, query_nodes
from oracle_standin.engine.query.datatypes import type_name
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.lexer import Kind
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.engine.query.cursor import Cursor

_MAX_VARCHAR_BYTES = 4000
_ABSENT, _KEEP = nodes.Text("ABSENT"), nodes.Text("NULL")


def _object(cursor: Cursor) -> nodes.Expression:
    entries: list[nodes.Expression] = []
    while not (cursor.at_operator(")") or _at_options(cursor)):
        if entries:
            _expect_comma(cursor)
        entries += _entry(cursor)
    return _made("ORA$JSON_OBJECT", entries, _options(cursor, _KEEP))


def _entry(cursor: Cursor) -> tuple[nodes.Expression, nodes.Expression]:
    """Read one key and its value; a column alone is a value with its name for a key."""
    if cursor.at_operator("*"):
        refuse("JSON_OBJECT with a wildcard")
    following = cursor.peek(1)
    if following is not None and not following.is_operator(",", ")", "(", "."):
        cursor.skip_words("KEY")
    key = expressions.expression(cursor)
    found = cursor.peek()
    if found is not None and found.kind is Kind.BIND:
        refuse("JSON_OBJECT with a colon after a key that is no literal")
    if cursor.skip_operator(":") or cursor.skip_words("VALUE"):
        return nodes.Call(("ORA$JSON_KEY",), (key,)), _item(cursor)
    if not isinstance(key, nodes.Name):
        raise OracleError(2000, "missing VALUE keyword")
    return nodes.Text(key.parts[-1]), nodes.Call(("ORA$JSON_ITEM",), (key,))


def _array(cursor: Cursor) -> nodes.Expression:
    if cursor.at_word("SELECT", "WITH"):
        refuse("JSON_ARRAY of a query")
    items: list[nodes.Expression] = []
    while not (cursor.at_operator(")") or _at_options(cursor)):
        if items:
            _expect_comma(cursor)
        items.append(_item(cursor))
    return _made("ORA$JSON_ARRAY", items, _options(cursor, _ABSENT))


def _item(cursor: Cursor) -> nodes.Expression:
    value = expressions.expression(cursor)
    if isinstance(value, query_nodes.Subquery):
        refuse("a query in JSON_OBJECT or JSON_ARRAY")
    as_is = cursor.skip_words("FORMAT", "JSON") or _is_json_text(value)
    return nodes.Call(("ORA$JSON_TEXT" if as_is else "ORA$JSON_ITEM",), (value,))


def _is_json_text(value: nodes.Expression) -> bool:
    """Tell whether a value is the text that one of these functions, or JSON_QUERY, gives."""
    while isinstance(value, nodes.Cast):
        value = value.operand
    return isinstance(value, nodes.Call) and value.parts[-1] in {
        *("ORA$JSON_STRING", "ORA$JSON_OBJECT", "ORA$JSON_ARRAY", "JSON_QUERY"),
    }


def _expect_comma(cursor: Cursor) -> None:
    if not cursor.skip_operator(","):
        raise cursor.error(907)


def _at_options(cursor: Cursor) -> bool:
    """Tell whether the options begin: RETURNING, STRICT, WITH UNIQUE KEYS, ... ON NULL."""
    following = cursor.peek(1)
    if following is None:
        return False
    if cursor.at_word("NULL", "ABSENT"):
        return following.is_word("ON")
    return (
        (cursor.at_word("RETURNING") and following.kind is Kind.WORD)
        or (cursor.at_word("STRICT") and following.is_operator(")"))
        or (cursor.at_word("WITH") and following.is_word("UNIQUE"))
    )


def _options(cursor: Cursor, on_null: nodes.Text) -> tuple[nodes.Text, str]:
    """Read the options: what to do with NULL, and the type that is returned."""
    if cursor.skip_words("NULL", "ON", "NULL"):
        on_null = _KEEP
    elif cursor.skip_words("ABSENT", "ON", "NULL"):
        on_null = _ABSENT
    returned = f"varchar({_MAX_VARCHAR_BYTES})"
    if cursor.skip_words("RETURNING"):
        following = cursor.peek(1)
        sized = following is not None and following.is_operator("(")
        if cursor.at_word("VARCHAR2") and not sized:
            cursor.take()
        else:
            returned = type_name(cursor)
    if not cursor.at_operator(")"):
        refuse(f"{cursor.take().value} in JSON_OBJECT or JSON_ARRAY")
    return on_null, returned


def _made(
    function: str, items: list[nodes.Expression], options: tuple[nodes.Text, str]
) -> nodes.Expression:
    on_null, returned = options
    text = nodes.Call((function,), (on_null, *items))
    if returned.startswith("varchar"):
        size = returned.partition("(")[2].rstrip(")")
        fitted = nodes.Call(("ORA$JSON_STRING",), (text, nodes.Number(size)))
        return nodes.Cast(fitted, returned)
    if returned == "jsonb":
        refuse("RETURNING JSON in JSON_OBJECT or JSON_ARRAY")
    if returned != 'ora."CLOB"':
        refuse(f"RETURNING {returned} in JSON_OBJECT or JSON_ARRAY")
    return nodes.Cast(text, returned)


CALLS: dict[str, Callable[[Cursor], nodes.Expression]] = {
    "JSON_ARRAY": _array,
    "JSON_OBJECT": _object,
}
"""Calls with a syntax of their own, by name."""
