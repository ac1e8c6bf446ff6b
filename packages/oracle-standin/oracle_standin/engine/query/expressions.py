"""Parses expressions and conditions.

From loosest to tightest: OR, AND, NOT, comparison, + - ||, * /, sign and PRIOR, AT TIME ZONE
(SQL Language Reference, "Operator Precedence" and "Condition Precedence").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.query import (
    calls,
    json_conditions,
    nodes,
    query_nodes,
    selects,
    special_calls,
    tree,
    xml_calls,
)
from oracle_standin.engine.query.cursor import checked_name, syntax_error
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.lexer import Kind
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.query.cursor import Cursor
    from oracle_standin.lexer import Token

_COMPARISONS = {
    "=": "=",
    "<>": "<>",
    "!=": "<>",
    "^=": "<>",
    "~=": "<>",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
_PSEUDO_COLUMNS = ("ROWNUM", "ROWID", "LEVEL", "SYSDATE", "USER", "UID")


def expression(cursor: Cursor) -> nodes.Expression:
    """Read an expression or a condition; ORA-00936 when there is none."""
    left = _conjunction(cursor)
    while cursor.skip_words("OR"):
        left = nodes.Binary("OR", left, _conjunction(cursor))
    return left


def condition(cursor: Cursor) -> nodes.Expression:
    """Read a condition; ORA-00920 for a number or a text, which is neither true nor false."""
    found = expression(cursor)
    for part in tree.conjuncts(found):
        bare = part.items[0] if isinstance(part, nodes.Row) and len(part.items) == 1 else part
        if isinstance(bare, nodes.Number | nodes.Text | nodes.Null | nodes.Typed):
            raise cursor.error(920)
    return found


def _conjunction(cursor: Cursor) -> nodes.Expression:
    left = _negation(cursor)
    while cursor.skip_words("AND"):
        left = nodes.Binary("AND", left, _negation(cursor))
    return left


def _negation(cursor: Cursor) -> nodes.Expression:
    if cursor.skip_words("NOT"):
        return nodes.Unary("NOT", _negation(cursor))
    return _comparison(cursor)


def _comparison(cursor: Cursor) -> nodes.Expression:
    left = sum_expression(cursor)
    while True:
        token = cursor.peek()
        if token is None:
            return left
        if token.kind is Kind.OPERATOR and token.text in _COMPARISONS:
            cursor.take()
            left = nodes.Binary(_COMPARISONS[token.text], left, _right_side(cursor))
            continue
        following = _word_condition(cursor, left)
        if following is None:
            return left
        left = following


def _right_side(cursor: Cursor) -> nodes.Expression:
    for quantifier in ("ANY", "SOME", "ALL"):
        if cursor.at_word(quantifier):
            following = cursor.peek(1)
            if following is not None and following.is_operator("("):
                cursor.take()
                name = "ALL" if quantifier == "ALL" else "ANY"
                return nodes.Quantified(name, _list_in_parentheses(cursor))
    return sum_expression(cursor)


def _word_condition(cursor: Cursor, left: nodes.Expression) -> nodes.Expression | None:
    if cursor.skip_words("IS"):
        return _is_condition(cursor, left)
    mark = cursor.mark
    negated = cursor.skip_words("NOT")
    if cursor.skip_words("IN"):
        return nodes.In(left, _in_list(cursor), negated)
    if cursor.skip_words("BETWEEN"):
        low = sum_expression(cursor)
        cursor.expect_words("AND")
        return nodes.Between(left, low, sum_expression(cursor), negated)
    if cursor.skip_words("LIKE") or cursor.skip_words("LIKEC"):
        pattern = sum_expression(cursor)
        escape = sum_expression(cursor) if cursor.skip_words("ESCAPE") else None
        return nodes.Like(left, pattern, escape, negated)
    if cursor.at_word("LIKE2", "LIKE4", "MEMBER", "SUBMULTISET"):
        refuse(f"{cursor.take().value} condition")
    cursor.reset(mark)
    return None


def _is_condition(cursor: Cursor, left: nodes.Expression) -> nodes.Expression:
    negated = cursor.skip_words("NOT")
    if cursor.skip_words("JSON"):
        return json_conditions.is_json(cursor, left, negated=negated)
    if not cursor.at_word("NULL", "NAN", "INFINITE", "TRUE", "FALSE"):
        if cursor.at_word("OF", "A", "EMPTY", "ANY", "PRESENT", "DANGLING"):
            refuse(f"IS {cursor.take().value} condition")
        raise cursor.error(908)
    return nodes.Is(left, cursor.take().value, negated)


def _in_list(cursor: Cursor) -> tuple[nodes.Expression, ...]:
    if cursor.at_operator("("):
        return _list_in_parentheses(cursor)
    return (sum_expression(cursor),)


def _list_in_parentheses(cursor: Cursor) -> tuple[nodes.Expression, ...]:
    if selects.at_query_in_parentheses(cursor):
        query = selects.query_in_parentheses(cursor)
        return (query_nodes.Subquery(query),)
    cursor.expect_open()
    items = expression_list(cursor)
    cursor.expect_close()
    return items


def expression_list(cursor: Cursor) -> tuple[nodes.Expression, ...]:
    """Read expressions separated by commas."""
    items = [expression(cursor)]
    while cursor.skip_operator(","):
        items.append(expression(cursor))
    return tuple(items)


def sum_expression(cursor: Cursor) -> nodes.Expression:
    """Read an expression that is not a condition."""
    left = _product(cursor)
    while cursor.at_operator("+", "-", "||"):
        operator = cursor.take().text
        left = nodes.Binary(operator, left, _product(cursor))
    return left


def _product(cursor: Cursor) -> nodes.Expression:
    left = _signed(cursor)
    while cursor.at_operator("*", "/"):
        operator = cursor.take().text
        left = nodes.Binary(operator, left, _signed(cursor))
    return left


def _signed(cursor: Cursor) -> nodes.Expression:
    if cursor.at_operator("+", "-"):
        operator = cursor.take().text
        return nodes.Unary(operator, _signed(cursor))
    for word in ("PRIOR", "CONNECT_BY_ROOT"):
        if cursor.skip_words(word):
            return nodes.Unary(word, _signed(cursor))
    return _with_zone(cursor, primary(cursor))


def _with_zone(cursor: Cursor, operand: nodes.Expression) -> nodes.Expression:
    while True:
        if cursor.skip_words("AT", "LOCAL"):
            operand = nodes.AtZone(operand, None)
        elif cursor.skip_words("AT", "TIME", "ZONE"):
            operand = nodes.AtZone(operand, primary(cursor))
        elif cursor.skip_words("COLLATE"):
            collation = cursor.name()
            if collation not in {"BINARY", "USING_NLS_COMP"}:
                refuse(f"collation {collation}")
        else:
            return operand


def primary(cursor: Cursor) -> nodes.Expression:
    """Read a literal, a bind, a name, a call or something in parentheses."""
    token = cursor.peek()
    if token is None:
        raise syntax_error(936)
    if token.kind is Kind.NUMBER:
        return nodes.Number(cursor.take().text)
    if token.kind is Kind.STRING:
        return nodes.Text(cursor.take().value)
    if token.kind is Kind.BIND:
        return nodes.BindValue(cursor.bind_position(cursor.take()))
    if token.is_operator("("):
        return _in_parentheses(cursor)
    if token.kind is Kind.WORD:
        special = _special_word(cursor, token)
        if special is not None:
            return special
    if cursor.at_name() or cursor.at_word(*_PSEUDO_COLUMNS):
        return _name_or_call(cursor)
    raise cursor.error(911 if token.kind is Kind.OPERATOR and token.text in "_?$#@" else 936)


def _special_word(cursor: Cursor, token: Token) -> nodes.Expression | None:
    following = cursor.peek(1)
    word = token.value
    if word in _CONSTANTS:
        cursor.take()
        return _CONSTANTS[word]
    if word == "CASE":
        return _case(cursor)
    if following is None:
        return None
    if word in {"DATE", "TIMESTAMP", "INTERVAL"} and following.kind is Kind.STRING:
        return special_calls.typed_literal(cursor)
    if word in special_calls.READERS and following.is_operator("("):
        cursor.take()
        cursor.expect_open()
        special = special_calls.READERS[word](cursor)
        cursor.expect_close()
        return xml_calls.with_methods(cursor, special)
    return None


_CONSTANTS: dict[str, nodes.Expression] = {
    "NULL": nodes.Null(),
    "TRUE": nodes.Boolean(value=True),
    "FALSE": nodes.Boolean(value=False),
    "DEFAULT": nodes.Default(),
}


def _in_parentheses(cursor: Cursor) -> nodes.Expression:
    if selects.at_query_in_parentheses(cursor):
        mark = cursor.mark
        try:
            return query_nodes.Subquery(selects.query_in_parentheses(cursor))
        except OracleError:
            # ((SELECT ...) + 1) begins like a query and is none.
            following = cursor.tokens_from(mark, 2)
            if not following[1].is_operator("("):
                raise
            cursor.reset(mark)
    cursor.expect_open()
    items = expression_list(cursor)
    cursor.expect_close()
    if len(items) > 1:
        return nodes.Row(items)
    inner = items[0] if isinstance(items[0], nodes.Row) else nodes.Row(items)
    return _interval_of(cursor, inner)


def _interval_of(cursor: Cursor, operand: nodes.Expression) -> nodes.Expression:
    mark = cursor.mark
    for first, last, call in (
        ("DAY", "SECOND", "ORA$DAY_TO_SECOND"),
        ("YEAR", "MONTH", "ORA$YEAR_TO_MONTH"),
    ):
        if cursor.skip_words(first):
            special_calls.precision(cursor)
            if cursor.skip_words("TO", last):
                special_calls.precision(cursor)
                return nodes.Call((call,), (operand,))
            cursor.reset(mark)
    return operand


def _case(cursor: Cursor) -> nodes.Expression:
    cursor.take()
    subject = None if cursor.at_word("WHEN") else expression(cursor)
    branches = []
    while cursor.skip_words("WHEN"):
        condition = expression(cursor)
        cursor.expect_words("THEN")
        branches.append((condition, expression(cursor)))
    if not branches:
        raise cursor.error(905)
    otherwise = expression(cursor) if cursor.skip_words("ELSE") else None
    cursor.expect_words("END")
    return nodes.Case(subject, tuple(branches), otherwise)


def _name_or_call(cursor: Cursor) -> nodes.Expression:
    tokens = [cursor.take()]
    while cursor.at_operator("."):
        following = cursor.peek(1)
        if following is None or following.is_operator("*"):
            break
        cursor.take()
        if following.kind not in {Kind.WORD, Kind.QUOTED}:
            raise cursor.error(1747)
        tokens.append(cursor.take())
    parts = tuple(checked_name(token) for token in tokens)
    quoted = tuple(token.kind is Kind.QUOTED for token in tokens)
    if cursor.at_operator("("):
        if _at_outer_mark(cursor):
            for _ in range(3):
                cursor.take()
            return nodes.Name(parts, quoted, outer=True)
        return xml_calls.with_methods(cursor, calls.call(cursor, parts))
    return nodes.Name(parts, quoted)


def _at_outer_mark(cursor: Cursor) -> bool:
    plus, close = cursor.peek(1), cursor.peek(2)
    return (
        plus is not None and plus.is_operator("+") and close is not None and close.is_operator(")")
    )
