"""Parses queries: blocks, set operations, WITH, FROM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.query import expressions, from_items, nodes, query_nodes, recursion
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.query.cursor import Cursor

_SET_OPERATORS = ("UNION", "INTERSECT", "MINUS", "EXCEPT")


def at_query_in_parentheses(cursor: Cursor) -> bool:
    """Return whether a left parenthesis, or several, and a query come next."""
    ahead = 0
    token = cursor.peek(ahead)
    while token is not None and token.is_operator("("):
        ahead += 1
        token = cursor.peek(ahead)
    return ahead > 0 and token is not None and token.is_word("SELECT", "WITH")


def query_in_parentheses(cursor: Cursor) -> query_nodes.Query:
    """Read (query)."""
    cursor.expect_open()
    found = query(cursor)
    cursor.expect_close()
    return found


def query(cursor: Cursor) -> query_nodes.Query:
    """Read a query with WITH, ORDER BY, FETCH and FOR UPDATE."""
    with_queries = _with_queries(cursor) if cursor.skip_words("WITH") else ()
    body = _body(cursor)
    siblings = _siblings(cursor) if cursor.at_words("ORDER", "SIBLINGS") else ()
    if siblings and not (isinstance(body, query_nodes.Select) and body.connect_by):
        raise OracleError(30929, "ORDER SIBLINGS BY clause not allowed here")
    order = order_by(cursor) if cursor.at_word("ORDER") else ()
    fetch = _fetch(cursor)
    for_update = _for_update(cursor) if cursor.skip_words("FOR", "UPDATE") else None
    if for_update and not order and cursor.at_word("ORDER"):
        order = order_by(cursor)
    return query_nodes.Query(body, with_queries, order, siblings, fetch, for_update)


def _with_queries(cursor: Cursor) -> tuple[query_nodes.WithQuery, ...]:
    if cursor.at_word("FUNCTION", "PROCEDURE"):
        refuse("PL/SQL in a WITH clause")
    found = [_with_query(cursor)]
    while cursor.skip_operator(","):
        found.append(_with_query(cursor))
    return tuple(found)


def _with_query(cursor: Cursor) -> query_nodes.WithQuery:
    name = cursor.name(903)
    columns = cursor.names_in_parentheses() if cursor.at_operator("(") else ()
    cursor.expect_words("AS")
    cursor.expect_open()
    found = query(cursor)
    cursor.expect_close()
    search = recursion.search(cursor)
    return query_nodes.WithQuery(name, columns, found, search, recursion.cycle(cursor))


def _body(cursor: Cursor) -> query_nodes.Body:
    # Oracle's set operators have equal precedence and are taken from left to right.
    left: query_nodes.Body | query_nodes.Query = _operand(cursor)
    while cursor.at_word(*_SET_OPERATORS):
        word = cursor.take().value
        keep_duplicates = cursor.skip_words("ALL")
        if not keep_duplicates:
            cursor.skip_words("DISTINCT")
        operator = "EXCEPT" if word == "MINUS" else word
        left = query_nodes.SetOperation(operator, keep_duplicates, left, _operand(cursor))
    if isinstance(left, query_nodes.Query):
        inner = left
        whole = query_nodes.Derived(inner, None)
        plain = not (
            inner.with_queries
            or inner.order_by
            or inner.siblings
            or inner.fetch
            or inner.for_update
        )
        if plain:
            return inner.body
        star = query_nodes.SelectItem(nodes.Star(), "*", aliased=False)
        return query_nodes.Select((star,), (whole,))
    return left


def _operand(cursor: Cursor) -> query_nodes.Body | query_nodes.Query:
    if cursor.at_operator("("):
        return query_in_parentheses(cursor)
    return _select(cursor)


def _select(cursor: Cursor) -> query_nodes.Select:
    if not cursor.skip_words("SELECT"):
        raise cursor.error(928)
    distinct = cursor.skip_words("DISTINCT") or cursor.skip_words("UNIQUE")
    if not distinct:
        cursor.skip_words("ALL")
    items = _select_items(cursor)
    if cursor.at_word("INTO", "BULK"):
        raise cursor.error(905)
    sources: tuple[query_nodes.FromItem, ...] = ()
    if cursor.skip_words("FROM"):
        sources = from_items.sources(cursor)
    elif not _at_block_end(cursor):
        raise cursor.error(923)
    where = expressions.condition(cursor) if cursor.skip_words("WHERE") else None
    start_with, connect_by, nocycle = _hierarchy(cursor)
    group_by = _group_by(cursor) if cursor.skip_words("GROUP", "BY") else None
    having = expressions.condition(cursor) if cursor.skip_words("HAVING") else None
    if having is not None and group_by is None and cursor.skip_words("GROUP", "BY"):
        group_by = _group_by(cursor)
    if cursor.at_word("MODEL", "QUALIFY", "WINDOW"):
        refuse(f"the {cursor.take().value} clause")
    return query_nodes.Select(
        items, sources, distinct, where, start_with, connect_by, group_by, having, nocycle
    )


def _at_block_end(cursor: Cursor) -> bool:
    token = cursor.peek()
    if token is None or token.is_operator(")"):
        return True
    return token.is_word(
        "WHERE", "ORDER", "OFFSET", "FETCH", "FOR", "GROUP", "HAVING", "CONNECT", *_SET_OPERATORS
    )


def _hierarchy(
    cursor: Cursor,
) -> tuple[nodes.Expression | None, nodes.Expression | None, bool]:
    start_with = connect_by = None
    nocycle = False
    for _ in range(2):
        if cursor.skip_words("START", "WITH"):
            start_with = expressions.expression(cursor)
        elif cursor.skip_words("CONNECT", "BY"):
            nocycle = cursor.skip_words("NOCYCLE")
            connect_by = expressions.expression(cursor)
    return start_with, connect_by, nocycle


def _group_by(cursor: Cursor) -> query_nodes.GroupBy:
    items = [_group_item(cursor)]
    while cursor.skip_operator(","):
        items.append(_group_item(cursor))
    return query_nodes.GroupBy(tuple(items))


def _group_item(cursor: Cursor) -> nodes.Expression:
    if cursor.skip_words("GROUPING", "SETS"):
        cursor.expect_open()
        items = [_grouping_set(cursor)]
        while cursor.skip_operator(","):
            items.append(_grouping_set(cursor))
        cursor.expect_close()
        return nodes.Call(("GROUPING SETS",), tuple(items))
    for word in ("ROLLUP", "CUBE"):
        if cursor.skip_words(word):
            cursor.expect_open()
            columns = expressions.expression_list(cursor)
            cursor.expect_close()
            return nodes.Call((word,), columns)
    return _grouping_set(cursor)


def _grouping_set(cursor: Cursor) -> nodes.Expression:
    following = cursor.peek(1)
    if cursor.at_operator("(") and following is not None and following.is_operator(")"):
        cursor.take()
        cursor.take()
        return nodes.Row(())
    return expressions.expression(cursor)


def _select_items(cursor: Cursor) -> tuple[query_nodes.SelectItem, ...]:
    items = [_select_item(cursor)]
    while cursor.skip_operator(","):
        items.append(_select_item(cursor))
    return tuple(items)


def _select_item(cursor: Cursor) -> query_nodes.SelectItem:
    star = _star(cursor)
    if star is not None:
        return query_nodes.SelectItem(star, "*", aliased=False)
    mark = cursor.mark
    value = _single_value(cursor)
    label = cursor.text_since(mark)
    if cursor.skip_words("AS"):
        return query_nodes.SelectItem(value, cursor.name(923), aliased=True)
    if cursor.at_name() and not cursor.at_word("BULK"):
        return query_nodes.SelectItem(value, cursor.name(), aliased=True)
    if isinstance(value, nodes.Name):
        label = value.parts[-1]
    return query_nodes.SelectItem(value, label, aliased=False)


def _single_value(cursor: Cursor) -> nodes.Expression:
    """Read an expression; ORA-00907 for a list in parentheses, which only conditions have."""
    value = expressions.expression(cursor)
    if isinstance(value, nodes.Row) and len(value.items) > 1:
        raise cursor.error(907)
    return value


def _star(cursor: Cursor) -> nodes.Star | None:
    if cursor.skip_operator("*"):
        return nodes.Star()
    mark = cursor.mark
    names: list[str] = []
    while cursor.at_name() and len(names) < 2:
        names.append(cursor.name())
        if not cursor.skip_operator("."):
            break
        if cursor.skip_operator("*"):
            return nodes.Star(tuple(names))
    cursor.reset(mark)
    return None


# ------------------------------------------------------------------------- ends of a query


def order_by(cursor: Cursor) -> tuple[nodes.OrderItem, ...]:
    """Read ORDER BY."""
    cursor.expect_words("ORDER")
    return _sort_keys(cursor)


def _siblings(cursor: Cursor) -> tuple[nodes.OrderItem, ...]:
    cursor.expect_words("ORDER", "SIBLINGS")
    return _sort_keys(cursor)


def _sort_keys(cursor: Cursor) -> tuple[nodes.OrderItem, ...]:
    cursor.expect_words("BY", code=924)
    items = [_order_item(cursor)]
    while cursor.skip_operator(","):
        items.append(_order_item(cursor))
    return tuple(items)


def _order_item(cursor: Cursor) -> nodes.OrderItem:
    key = _single_value(cursor)
    descending = cursor.skip_words("DESC")
    if not descending:
        cursor.skip_words("ASC")
    nulls = ""
    if cursor.skip_words("NULLS"):
        if not cursor.at_word("FIRST", "LAST"):
            raise cursor.error(905)
        nulls = cursor.take().value
    return nodes.OrderItem(key, descending, nulls)


def _fetch(cursor: Cursor) -> query_nodes.Fetch | None:
    offset: nodes.Expression | None = None
    count: nodes.Expression | None = None
    percent = with_ties = False
    if cursor.skip_words("OFFSET"):
        offset = expressions.sum_expression(cursor)
        _expect_one_of(cursor, "ROW", "ROWS")
    if cursor.skip_words("FETCH"):
        _expect_one_of(cursor, "FIRST", "NEXT")
        count = nodes.Number("1")
        if not cursor.at_word("ROW", "ROWS"):
            count = expressions.sum_expression(cursor)
            percent = cursor.skip_words("PERCENT")
        _expect_one_of(cursor, "ROW", "ROWS")
        with_ties = cursor.skip_words("WITH", "TIES")
        if not with_ties:
            cursor.expect_words("ONLY")
    if offset is None and count is None:
        return None
    return query_nodes.Fetch(offset, count, percent, with_ties)


def _expect_one_of(cursor: Cursor, *words: str) -> None:
    if not cursor.at_word(*words):
        raise cursor.error(905)
    cursor.take()


def _for_update(cursor: Cursor) -> query_nodes.ForUpdate:
    columns: list[nodes.Name] = []
    if cursor.skip_words("OF"):
        for column in expressions.expression_list(cursor):
            if not isinstance(column, nodes.Name):
                raise cursor.error(904)
            columns.append(column)
    wait = ""
    if cursor.skip_words("NOWAIT"):
        wait = "NOWAIT"
    elif cursor.skip_words("SKIP", "LOCKED"):
        wait = "SKIP LOCKED"
    elif cursor.skip_words("WAIT"):
        wait = cursor.take().text
    return query_nodes.ForUpdate(tuple(columns), wait)
