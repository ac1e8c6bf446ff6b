"""Which statements the bench server answers itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from oracle_standin.lexer import Kind, Token, tokens

_NOT_A_PLAIN_LIST = ("DISTINCT", "UNIQUE", "OVER", "SELECT", "ROWNUM", "ROWID", "ORA_ROWSCN")


class Action(Enum):
    """What a statement does to a table."""

    WRITE = "write"  # INSERT, UPDATE or MERGE, once for each bind row
    COUNT = "count"  # SELECT COUNT(*) FROM table
    READ = "read"  # SELECT of expressions FROM table, every row
    EMPTY = "empty"  # TRUNCATE or DROP TABLE
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Request:
    """A statement in the bench server's eyes.

    Args:
        action: What it does.
        schema: Schema of the table, "" when the statement names none.
        table: Exact name of the table, "" for `OTHER`.
        keyword: First word of the statement.
        plain: For `READ`, the statement without its flashback clause.
        names: Every name in the statement.
    """

    action: Action
    schema: str = ""
    table: str = ""
    keyword: str = ""
    plain: str = ""
    names: frozenset[str] = frozenset()


@lru_cache(maxsize=512)
def request(statement: str) -> Request:
    """Return what a statement asks for."""
    found = tokens(statement)
    keyword = found[0].value if found and found[0].kind is Kind.WORD else ""
    names = frozenset(t.value for t in found if t.kind in {Kind.WORD, Kind.QUOTED})
    action, at, plain = _recognise(statement, found, keyword)
    if action is Action.OTHER:
        return Request(Action.OTHER, keyword=keyword, names=names)
    schema, table, _ = _table(found, at)
    return Request(action, schema, table, keyword, plain, names)


def _recognise(statement: str, found: list[Token], keyword: str) -> tuple[Action, int, str]:
    """Return the action, the position of its table, and the statement without flashback."""
    match keyword:
        case "INSERT" if len(found) > 2 and found[1].is_word("INTO"):
            return Action.WRITE, 2, ""
        case "MERGE" if len(found) > 2 and found[1].is_word("INTO"):
            return Action.WRITE, 2, ""
        case "UPDATE":
            return Action.WRITE, 1, ""
        case "DROP" | "TRUNCATE" if len(found) > 2 and found[1].is_word("TABLE"):
            return Action.EMPTY, 2, ""
        case "SELECT":
            return _recognise_query(statement, found)
        case _:
            return Action.OTHER, 0, ""


def _recognise_query(statement: str, found: list[Token]) -> tuple[Action, int, str]:
    start = _position_of_from(found)
    if start is None:
        return Action.OTHER, 0, ""
    _, _, end = _table(found, start + 1)
    plain = statement
    if _is_flashback(found, end):
        plain = statement[: found[end].start] + statement[found[end + 3].end :]
        end += 4
    if end < len(found) and found[end].kind in {Kind.WORD, Kind.QUOTED}:
        end += 1  # an alias, or a clause that more tokens follow
    if end < len(found):
        return Action.OTHER, 0, ""
    listed = found[1:start]
    if _is_count(listed):
        return Action.COUNT, start + 1, ""
    if any(token.is_word(*_NOT_A_PLAIN_LIST) or token.kind is Kind.BIND for token in listed):
        return Action.OTHER, 0, ""
    return Action.READ, start + 1, plain


def _is_count(listed: list[Token]) -> bool:
    """Return whether a select list is COUNT(*), perhaps with a name of its own."""
    texts = [token.text.upper() for token in listed]
    named = texts[5:] if texts[4:5] == ["AS"] else texts[4:]
    return texts[:4] == ["COUNT", "(", "*", ")"] and len(named) <= 1


def _position_of_from(found: list[Token]) -> int | None:
    depth = 0
    for position, token in enumerate(found):
        depth += token.is_operator("(") - token.is_operator(")")
        if depth == 0 and token.is_word("FROM"):
            return position
    return None


def _is_flashback(found: list[Token], at: int) -> bool:
    """Return whether AS OF SCN and one number or bind stand at a position."""
    clause = found[at : at + 4]
    words = [token.value for token in clause[:3]]
    return words == ["AS", "OF", "SCN"] and clause[-1].kind in {Kind.NUMBER, Kind.BIND}


def _table(found: list[Token], at: int) -> tuple[str, str, int]:
    """Return schema, table and the position after them."""
    if at >= len(found):
        return "", "", at
    if at + 2 < len(found) and found[at + 1].is_operator("."):
        return found[at].value, found[at + 2].value, at + 3
    return "", found[at].value, at + 1
