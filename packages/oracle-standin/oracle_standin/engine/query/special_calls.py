"""Parses typed literals and the calls whose arguments are more than a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.query import (
    expressions,
    json_calls,
    literals,
    nodes,
    query_nodes,
    selects,
    xml_calls,
)
from oracle_standin.engine.query.datatypes import type_name
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.lexer import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.engine.query.cursor import Cursor


def precision(cursor: Cursor) -> int:
    """Read the precision of an interval's field: 2 digits unless it says another number."""
    digits = 2
    if cursor.skip_operator("("):
        first = cursor.peek()
        if first is not None and first.kind is Kind.NUMBER:
            digits = int(first.text)
        while not cursor.skip_operator(")"):
            cursor.take()
    return digits


def typed_literal(cursor: Cursor) -> nodes.Expression:
    """Read DATE, TIMESTAMP or INTERVAL and a text."""
    word = cursor.take().value
    text = cursor.take().value
    if word == "DATE":
        return nodes.Typed(literals.date_literal(text))
    if word == "TIMESTAMP":
        return nodes.Typed(literals.timestamp_literal(text))
    first = cursor.take().value
    digits = precision(cursor)
    last = first
    if cursor.skip_words("TO"):
        last = cursor.take().value
        precision(cursor)
    return nodes.Typed(literals.interval_literal(text, first, last, digits))


def _cast(cursor: Cursor) -> nodes.Expression:
    operand = expressions.expression(cursor)
    cursor.expect_words("AS")
    national = cursor.at_word("NVARCHAR2", "NCHAR")
    return nodes.Cast(operand, type_name(cursor), national)


def _extract(cursor: Cursor) -> nodes.Expression:
    field = cursor.take().value
    if cursor.at_operator(",", "."):
        refuse("EXTRACT from XML")
    cursor.expect_words("FROM")
    return nodes.Extract(field, expressions.expression(cursor))


def _validate_conversion(cursor: Cursor) -> nodes.Expression:
    """Read VALIDATE_CONVERSION(expression AS type [, format])."""
    operand = expressions.expression(cursor)
    cursor.expect_words("AS")
    kind = cursor.take().value
    if kind == "INTERVAL":
        kind = "INTERVAL_YM" if cursor.at_word("YEAR") else "INTERVAL_DS"
        for _ in range(3):
            cursor.take()
    elif kind == "TIMESTAMP" and cursor.skip_words("WITH", "TIME", "ZONE"):
        kind = "TIMESTAMP_TZ"
    elif kind not in {"NUMBER", "DATE", "TIMESTAMP", "BINARY_DOUBLE", "BINARY_FLOAT"}:
        raise cursor.error(902)
    rest = expressions.expression_list(cursor) if cursor.skip_operator(",") else ()
    name = ("VALIDATE_CONVERSION",)
    return nodes.Call(name, (operand, nodes.Text(kind), *rest))


def _trim(cursor: Cursor) -> nodes.Expression:
    side = "BOTH"
    if cursor.at_word("LEADING", "TRAILING", "BOTH"):
        side = cursor.take().value
    characters = None if cursor.at_word("FROM") else expressions.expression(cursor)
    if cursor.skip_words("FROM"):
        return nodes.Trim(side, characters, expressions.expression(cursor))
    if characters is None:
        raise cursor.error(936)
    return nodes.Trim(side, None, characters)


def _cursor_of(cursor: Cursor) -> nodes.Expression:
    return query_nodes.CursorOf(selects.query(cursor))


def _exists(cursor: Cursor) -> nodes.Expression:
    return query_nodes.Exists(selects.query(cursor))


READERS: dict[str, Callable[[Cursor], nodes.Expression]] = {
    "CAST": _cast,
    "CURSOR": _cursor_of,
    "EXTRACT": _extract,
    "VALIDATE_CONVERSION": _validate_conversion,
    "TRIM": _trim,
    "EXISTS": _exists,
    **json_calls.CALLS,
    **xml_calls.CALLS,
}
"""Calls with a syntax of their own, by name; they read what stands between the parentheses."""
