"""Parses function calls with all that may follow them: WITHIN GROUP, KEEP, OVER."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.query import (
    expressions,
    nodes,
    query_nodes,
    selects,
    vector_calls,
    xml_calls,
)
from oracle_standin.engine.query.datatypes import type_name
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.word_sets import word_set
from oracle_standin.lexer import Kind

if TYPE_CHECKING:
    from oracle_standin.engine.query.cursor import Cursor

CONVERSIONS = frozenset({"TO_NUMBER", "TO_DATE", "TO_TIMESTAMP", "TO_TIMESTAMP_TZ"})
"""Functions that take DEFAULT ... ON CONVERSION ERROR."""
_JSON = frozenset({"JSON", "JSON_VALUE", "JSON_QUERY", "JSON_SERIALIZE", "JSON_EXISTS"})
_WITH_OPTIONS = _JSON | vector_calls.SERIALIZERS
_OPTION_WORDS = word_set(
    """
    NULL ERROR ON EMPTY PRETTY ASCII FORMAT JSON STRICT LAX EXTENDED WRAPPER WITH WITHOUT
    TRUNCATE ORDERED ALLOW DISALLOW SCALARS DENSE SPARSE
    """
)


def call(cursor: Cursor, parts: tuple[str, ...]) -> nodes.Expression:
    """Read a call from its left parenthesis on."""
    cursor.expect_open()
    distinct = cursor.skip_words("DISTINCT") or cursor.skip_words("UNIQUE")
    if not distinct:
        cursor.skip_words("ALL")
    if len(parts) == 1 and parts[0] in vector_calls.CONSTRUCTORS:
        return _vector(cursor)
    arguments = _arguments(cursor)
    if cursor.at_word("DEFAULT") and parts[-1] in CONVERSIONS:
        arguments, parts = _with_default(cursor, arguments, parts[-1])
    if (xml := xml_calls.constructed(parts, arguments)) is not None:
        cursor.expect_close()
        return xml
    options, returning = _options(cursor, parts[-1])
    ignore_nulls = _nulls_treatment(cursor)
    cursor.expect_close()
    within, keep = _ordered_by(cursor)
    ignore_nulls = _nulls_treatment(cursor) or ignore_nulls
    over = _over(cursor) if cursor.skip_words("OVER") else None
    found = nodes.Call(parts, arguments, distinct, ignore_nulls, within, keep, over, options)
    return nodes.Cast(found, returning) if returning else found


def _vector(cursor: Cursor) -> nodes.Expression:
    found = vector_calls.constructor(cursor, _argument(cursor))
    cursor.expect_close()
    return found


def _arguments(cursor: Cursor) -> tuple[nodes.Expression, ...]:
    if cursor.at_operator(")"):
        return ()
    if cursor.skip_operator("*"):
        return (nodes.Star(),)
    if cursor.at_word("SELECT", "WITH"):
        return (query_nodes.Subquery(selects.query(cursor)),)
    items = [_argument(cursor)]
    while cursor.skip_operator(","):
        items.append(_argument(cursor))
    return tuple(items)


def _with_default(
    cursor: Cursor, arguments: tuple[nodes.Expression, ...], function: str
) -> tuple[tuple[nodes.Expression, ...], tuple[str, ...]]:
    """Read DEFAULT value ON CONVERSION ERROR and what follows: a call of a function of its own."""
    cursor.expect_words("DEFAULT")
    fallback = expressions.sum_expression(cursor)
    cursor.expect_words("ON", "CONVERSION", "ERROR", code=907)
    rest = []
    while cursor.skip_operator(","):
        rest.append(_argument(cursor))
    return (*arguments, fallback, *rest), (f"ORA${function}",)


def _argument(cursor: Cursor) -> nodes.Expression:
    arrow = cursor.peek(1)
    if arrow is not None and arrow.is_operator("=>"):
        refuse("named notation in a SQL function call")
    if cursor.at_operator(")", ","):
        raise cursor.error(936)
    return expressions.expression(cursor)


def _options(cursor: Cursor, function: str) -> tuple[tuple[str, ...], str]:
    """Read what stands between the last argument and the right parenthesis."""
    words: list[str] = []
    returning = ""
    if function == "LISTAGG" and cursor.skip_words("ON", "OVERFLOW"):
        while not cursor.at_operator(")"):
            words.append(cursor.take().value)
    if function not in _WITH_OPTIONS:
        return tuple(words), returning
    while not cursor.at_operator(")"):
        if cursor.skip_words("RETURNING"):
            returning = _returned_type(cursor)
        elif cursor.at_word(*_OPTION_WORDS):
            words.append(cursor.take().value)
        else:
            raise cursor.error(907)
    return tuple(words), returning


def _returned_type(cursor: Cursor) -> str:
    following = cursor.peek(1)
    if cursor.at_word("VARCHAR2") and not (following is not None and following.is_operator("(")):
        cursor.take()
        return "varchar"
    return type_name(cursor)


def _nulls_treatment(cursor: Cursor) -> bool:
    if cursor.skip_words("IGNORE", "NULLS"):
        return True
    cursor.skip_words("RESPECT", "NULLS")
    return False


def _ordered_by(cursor: Cursor) -> tuple[tuple[nodes.OrderItem, ...], str]:
    if cursor.skip_words("WITHIN", "GROUP"):
        cursor.expect_open()
        order = selects.order_by(cursor)
        cursor.expect_close()
        return order, ""
    if not cursor.skip_words("KEEP"):
        return (), ""
    cursor.expect_open()
    cursor.expect_words("DENSE_RANK")
    if not cursor.at_word("FIRST", "LAST"):
        raise cursor.error(905)
    keep = cursor.take().value
    order = selects.order_by(cursor)
    cursor.expect_close()
    return order, keep


def _over(cursor: Cursor) -> nodes.Window:
    if not cursor.at_operator("("):
        refuse("a named window")
    cursor.expect_open()
    partition: tuple[nodes.Expression, ...] = ()
    if cursor.skip_words("PARTITION"):
        cursor.expect_words("BY")
        partition = expressions.expression_list(cursor)
    order = selects.order_by(cursor) if cursor.at_words("ORDER") else ()
    frame = _frame(cursor)
    cursor.expect_close()
    return nodes.Window(partition, order, frame)


_FRAME_WORDS = ("BETWEEN", "AND", "UNBOUNDED", "PRECEDING", "FOLLOWING", "CURRENT", "ROW")


def _frame(cursor: Cursor) -> tuple[str | nodes.Expression, ...]:
    if not cursor.at_word("ROWS", "RANGE", "GROUPS"):
        return ()
    frame: list[str | nodes.Expression] = [cursor.take().value]
    while not cursor.at_operator(")"):
        token = cursor.peek()
        if token is not None and token.kind is Kind.WORD and token.value in _FRAME_WORDS:
            frame.append(cursor.take().value)
        else:
            frame.append(expressions.sum_expression(cursor))
    return tuple(frame)
