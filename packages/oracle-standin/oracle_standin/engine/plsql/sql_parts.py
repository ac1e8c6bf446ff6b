"""Static SQL in a block: its INTO targets, and the tables it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.plsql import nodes
from oracle_standin.engine.plsql.compile_errors import complainer, not_here
from oracle_standin.engine.plsql.nodes import Fragment
from oracle_standin.engine.plsql.positions import position_in
from oracle_standin.engine.plsql.reader import Reader
from oracle_standin.engine.plsql.targets import read_targets
from oracle_standin.lexer import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.plsql.positions import Position
    from oracle_standin.lexer import Token

_NOT_HERE = (["WHERE", "CURRENT", "OF"], ["SET", "ROW", "="])
_BEFORE_TABLE = ("FROM", "JOIN", "USING", "UPDATE", "INTO")
# EXTRACT(DAY FROM x), TRIM(BOTH ' ' FROM x): a FROM without a table.
_FROM_IN_CALL = ("EXTRACT", "TRIM")


def parse_sql(position: Position, statement: Fragment) -> nodes.Sql:
    """Return a static SQL statement with the targets of its INTO taken out.

    SELECT loses its INTO clause. RETURNING keeps the word INTO at its end, for return binds.
    """
    found = statement.tokens
    _refuse_ours(statement)
    if found[0].is_word("SELECT", "WITH"):
        place = _find_into(statement)
        if place is None:
            return nodes.Sql(position, statement, (), is_returning=False)
        reader = Reader(statement.source, found[place + 1 :], complainer(statement.source))
        targets = read_targets(reader)
        is_bulk = _is_bulk(found, place)
        cut = _without(statement, place - 2 * is_bulk, place + 1 + reader.position)
        return nodes.Sql(position, cut, targets, is_returning=False, is_bulk=is_bulk)
    for index, token in enumerate(found):
        if token.is_word("RETURNING", "RETURN"):
            place = _find_into(statement, index)
            if place is None:
                break
            reader = Reader(statement.source, found[place + 1 :], complainer(statement.source))
            targets = read_targets(reader)
            kept = Fragment(statement.source, found[: place + 1])
            is_bulk = _is_bulk(found, place)
            if is_bulk:
                kept = _without(kept, place - 2, place)
            return nodes.Sql(position, kept, targets, is_returning=True, is_bulk=is_bulk)
    return nodes.Sql(position, statement, (), is_returning=False)


def _refuse_ours(statement: Fragment) -> None:
    """Refuse what static SQL has beyond other SQL: the row of a cursor, and whole records."""
    for words in _NOT_HERE:
        for place, token in enumerate(statement.tokens):
            if [one.value for one in statement.tokens[place : place + len(words)]] == words:
                raise not_here(position_in(statement.source, token.start), " ".join(words))


def _find_into(statement: Fragment, start: int = 0) -> int | None:
    found = statement.tokens
    depth = 0
    for index in range(start, len(found)):
        token = found[index]
        if token.is_operator("("):
            depth += 1
        elif token.is_operator(")"):
            depth -= 1
        elif depth == 0 and token.is_word("INTO"):
            return index
    return None


def _is_bulk(found: Sequence[Token], place: int) -> bool:
    """Return whether an INTO is that of BULK COLLECT INTO."""
    return found[place - 2].is_word("BULK") and found[place - 1].is_word("COLLECT")


def _without(statement: Fragment, start: int, end: int) -> Fragment:
    """Return a statement without some of its tokens, blanks in their place."""
    found = statement.tokens
    source = statement.source
    until = found[end].start if end < len(found) else found[-1].end
    cut = source[: found[start].start] + " " * (until - found[start].start)
    return Fragment(cut + source[until:], found[:start] + found[end:])


def named_tables(statement: Fragment) -> list[tuple[str | None, str, Token]]:
    """Return schema, name and token of the tables that a statement names.

    Names of WITH queries are left out.
    """
    found = statement.tokens
    queries = {
        found[index].value
        for index in range(len(found) - 2)
        if found[index + 1].is_word("AS") and found[index + 2].is_operator("(")
    }
    tables: list[tuple[str | None, str, Token]] = []
    for index, token in enumerate(found):
        if not _introduces_table(found, index):
            continue
        place = index + 1
        while place < len(found) and found[place].kind in {Kind.WORD, Kind.QUOTED}:
            schema, name, after = _table_name(found, place)
            if (schema is not None or name not in queries) and not token.is_word("SET"):
                tables.append((schema, name, found[place]))
            place = _next_in_list(found, after)
    return tables


def _introduces_table(found: Sequence[Token], index: int) -> bool:
    token = found[index]
    if token.is_word("DELETE"):
        return index == 0 and index + 1 < len(found) and not found[1].is_word("FROM")
    if not token.is_word(*_BEFORE_TABLE):
        return False
    if token.is_word("UPDATE"):
        return index == 0
    if token.is_word("INTO"):
        return found[0].is_word("INSERT", "MERGE") and not any(
            earlier.is_word("RETURNING", "RETURN") for earlier in found[:index]
        )
    return not (token.is_word("FROM") and _inside_call(found, index))


def _inside_call(found: Sequence[Token], index: int) -> bool:
    depth = 0
    for place in range(index - 1, 0, -1):
        if found[place].is_operator(")"):
            depth += 1
        elif found[place].is_operator("("):
            if depth == 0:
                return found[place - 1].is_word(*_FROM_IN_CALL)
            depth -= 1
    return False


def _table_name(found: Sequence[Token], place: int) -> tuple[str | None, str, int]:
    if place + 2 < len(found) and found[place + 1].is_operator("."):
        return found[place].value, found[place + 2].value, place + 3
    return None, found[place].value, place + 1


def _next_in_list(found: Sequence[Token], place: int) -> int:
    """Return where the next table of a comma list begins, past an alias; the end without one."""
    if place < len(found) and found[place].kind in {Kind.WORD, Kind.QUOTED}:
        place += 1
    if place < len(found) and found[place].is_operator(","):
        return place + 1
    return len(found)
