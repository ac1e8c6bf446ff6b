"""Parses SEARCH and CYCLE of a recursive WITH query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.query import query_nodes
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.lexer import Kind
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.query.cursor import Cursor


def search(cursor: Cursor) -> query_nodes.Search | None:
    """Read SEARCH {DEPTH | BREADTH} FIRST BY columns SET column."""
    if not cursor.skip_words("SEARCH"):
        return None
    if not cursor.at_word("DEPTH", "BREADTH"):
        raise cursor.error(905)
    first = cursor.take().value
    cursor.expect_words("FIRST", "BY")
    keys = [_key(cursor)]
    while cursor.skip_operator(","):
        keys.append(_key(cursor))
    cursor.expect_words("SET")
    return query_nodes.Search(first, tuple(keys), cursor.name())


def _key(cursor: Cursor) -> str:
    name = cursor.name()
    cursor.skip_words("ASC")
    if cursor.at_word("DESC", "NULLS"):
        refuse(f"{cursor.take().value} in SEARCH")
    return name


def cycle(cursor: Cursor) -> query_nodes.Cycle | None:
    """Read CYCLE columns SET column TO mark DEFAULT other mark."""
    if not cursor.skip_words("CYCLE"):
        return None
    keys = [cursor.name()]
    while cursor.skip_operator(","):
        keys.append(cursor.name())
    cursor.expect_words("SET")
    column = cursor.name()
    cursor.expect_words("TO")
    marked = _mark(cursor)
    cursor.expect_words("DEFAULT")
    return query_nodes.Cycle(tuple(keys), column, marked, _mark(cursor))


def _mark(cursor: Cursor) -> str:
    token = cursor.take()
    if token.kind not in {Kind.STRING, Kind.NUMBER} or len(token.value) != 1:
        raise OracleError(32488, "CYCLE value for mark column must be a single character")
    return token.value
