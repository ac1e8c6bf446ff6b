"""Parses FROM: tables, subqueries and joins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.query import expressions, nodes, pivots, query_nodes, selects, tree
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.word_sets import word_set
from oracle_standin.lexer import Kind
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.query.cursor import Cursor

_CLAUSE_WORDS = word_set(
    """
    LEFT RIGHT FULL INNER CROSS NATURAL JOIN OUTER ON USING PARTITION SUBPARTITION SAMPLE
    OFFSET FETCH PIVOT UNPIVOT MODEL VERSIONS RETURNING RETURN LOG MATCH_RECOGNIZE WHEN
    WINDOW QUALIFY
    """
)


def sources(cursor: Cursor) -> tuple[query_nodes.FromItem, ...]:
    """Read what follows FROM."""
    found = [_joined(cursor)]
    while cursor.skip_operator(","):
        found.append(_joined(cursor))
    return tuple(found)


def _joined(cursor: Cursor) -> query_nodes.FromItem:
    left = source(cursor)
    while True:
        following = _join(cursor, left)
        if following is None:
            return left
        left = following


def _join(cursor: Cursor, left: query_nodes.FromItem) -> query_nodes.FromItem | None:
    if cursor.skip_words("CROSS"):
        if cursor.skip_words("APPLY"):
            return query_nodes.Join("CROSS", left, _lateral(cursor))
        cursor.expect_words("JOIN")
        return query_nodes.Join("CROSS", left, source(cursor))
    if cursor.skip_words("OUTER", "APPLY"):
        return query_nodes.Join("LEFT", left, _lateral(cursor), nodes.Typed("true"))
    natural = cursor.skip_words("NATURAL")
    kind = _join_kind(cursor)
    if kind is None:
        if natural:
            raise cursor.error(905)
        return None
    right = source(cursor)
    if natural:
        return query_nodes.Join(kind, left, right, natural=True)
    return _conditional_join(cursor, kind, left, right)


def _join_kind(cursor: Cursor) -> str | None:
    if cursor.at_word("LEFT", "RIGHT", "FULL"):
        kind = cursor.take().value
        cursor.skip_words("OUTER")
        cursor.expect_words("JOIN")
        return kind
    if cursor.skip_words("INNER"):
        cursor.expect_words("JOIN")
        return "INNER"
    return "INNER" if cursor.skip_words("JOIN") else None


def _conditional_join(
    cursor: Cursor, kind: str, left: query_nodes.FromItem, right: query_nodes.FromItem
) -> query_nodes.FromItem:
    if cursor.skip_words("USING"):
        return query_nodes.Join(kind, left, right, using=cursor.names_in_parentheses())
    cursor.expect_words("ON")
    return query_nodes.Join(kind, left, right, expressions.expression(cursor))


def _lateral(cursor: Cursor) -> query_nodes.FromItem:
    found = source(cursor)
    if isinstance(found, query_nodes.Derived):
        return query_nodes.Derived(found.query, found.alias, lateral=True)
    return found


def source(cursor: Cursor) -> query_nodes.FromItem:
    """Read one source: a table, a subquery or a join in parentheses."""
    if cursor.skip_words("LATERAL"):
        derived = selects.query_in_parentheses(cursor)
        return query_nodes.Derived(derived, _alias(cursor), lateral=True)
    if selects.at_query_in_parentheses(cursor):
        derived = selects.query_in_parentheses(cursor)
        flashback = _flashback(cursor)
        if flashback is not None and flashback.versions:
            raise OracleError(30051, "VERSIONS clause not allowed here")
        if flashback is not None:
            derived = tree.as_of(derived, flashback)
        _refuse_row_operators(cursor)
        return _pivoted(cursor, query_nodes.Derived(derived, _alias(cursor)))
    if cursor.skip_operator("("):
        inner = _joined(cursor)
        cursor.expect_close()
        return inner
    if cursor.at_word("TABLE", "XMLTABLE", "JSON_TABLE", "ONLY", "THE"):
        refuse(f"{cursor.take().value} in FROM")
    found = table(cursor)
    if cursor.at_operator("("):
        refuse("a table function")
    return _pivoted(cursor, found)


def _pivoted(cursor: Cursor, found: query_nodes.FromItem) -> query_nodes.FromItem:
    pivoted = pivots.read(cursor, found)
    return found if pivoted is None else replace(pivoted, alias=_alias(cursor))


def _refuse_row_operators(cursor: Cursor) -> None:
    if cursor.at_word("MATCH_RECOGNIZE"):
        refuse(f"the {cursor.take().value} clause")


def table(cursor: Cursor) -> query_nodes.Table:
    """Read a table's name with PARTITION, SAMPLE and alias; ORA-00903 without a name."""
    schema, name = None, cursor.name(903)
    if cursor.skip_operator("."):
        schema, name = name, cursor.name(903)
    if cursor.at_operator("@"):
        refuse("a database link")
    partition = _partition(cursor)
    sample = _sample(cursor)
    flashback = _flashback(cursor)
    _refuse_row_operators(cursor)
    return query_nodes.Table(schema, name, _alias(cursor), partition, sample, flashback)


def _flashback(cursor: Cursor) -> query_nodes.Flashback | None:
    if cursor.skip_words("AS", "OF"):
        times = _in_times(cursor)
        return query_nodes.Flashback(expressions.sum_expression(cursor), times=times)
    if not cursor.skip_words("VERSIONS", "BETWEEN"):
        return None
    times = _in_times(cursor)
    lower = None if cursor.skip_words("MINVALUE") else expressions.sum_expression(cursor)
    cursor.expect_words("AND")
    upper = None if cursor.skip_words("MAXVALUE") else expressions.sum_expression(cursor)
    if cursor.at_words("AS", "OF"):
        refuse("VERSIONS together with AS OF")
    return query_nodes.Flashback(upper, lower, times, versions=True)


def _in_times(cursor: Cursor) -> bool:
    if cursor.skip_words("TIMESTAMP"):
        return True
    cursor.expect_words("SCN")
    return False


def _partition(cursor: Cursor) -> str | None:
    if cursor.skip_words("SUBPARTITION"):
        refuse("SUBPARTITION in FROM")
    if not cursor.skip_words("PARTITION"):
        return None
    if cursor.at_words("FOR"):
        refuse("PARTITION FOR in FROM")
    cursor.expect_open()
    name = cursor.name(14006)
    cursor.expect_close()
    return name


def _sample(cursor: Cursor) -> query_nodes.Sample | None:
    if not cursor.skip_words("SAMPLE"):
        return None
    block = cursor.skip_words("BLOCK")
    cursor.expect_open()
    percent = _number(cursor)
    if cursor.skip_operator(","):
        _number(cursor)
    cursor.expect_close()
    seed = None
    if cursor.skip_words("SEED"):
        cursor.expect_open()
        seed = _number(cursor)
        cursor.expect_close()
    return query_nodes.Sample(percent, block, seed)


def _number(cursor: Cursor) -> str:
    token = cursor.take()
    if token.kind is not Kind.NUMBER:
        refuse("anything but a number literal in SAMPLE")
    return token.text


def _alias(cursor: Cursor) -> str | None:
    if cursor.at_name() and not cursor.at_word(*_CLAUSE_WORDS):
        return cursor.name()
    return None
