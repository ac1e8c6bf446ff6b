"""Oracle's lexical rules: tokens of SQL and PL/SQL, and the outline of a statement.

Source: SQL Language Reference, "Lexical Conventions", "Literals" and "Database Object Names".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from oracle_standin.protocol import OracleError
from oracle_standin.reserved_words import RESERVED_WORDS


class Kind(Enum):
    """What a token is."""

    WORD = "word"  # unquoted identifier or keyword
    QUOTED = "quoted"  # "identifier"
    STRING = "string"  # 'text', q'[text]', n'text'
    NUMBER = "number"
    BIND = "bind"  # :name, :1, :"Name"
    OPERATOR = "operator"
    COMMENT = "comment"
    HINT = "hint"  # /*+ ... */ or --+


class StatementKind(Enum):
    """How a client and a server treat a statement."""

    QUERY = "query"
    DML = "dml"
    PLSQL = "plsql"
    OTHER = "other"  # DDL, session and transaction control


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a statement.

    `text` is the piece as written; `value` is its meaning: upper case for a WORD, the bare name for
    QUOTED and BIND, the content for STRING. `start` is the character offset.
    """

    kind: Kind
    text: str
    value: str
    start: int

    @property
    def end(self) -> int:
        """Return the offset just after the token."""
        return self.start + len(self.text)

    def is_word(self, *words: str) -> bool:
        """Return whether this is one of the given keywords, unquoted."""
        return self.kind is Kind.WORD and self.value in words

    def is_operator(self, *operators: str) -> bool:
        """Return whether this is one of the given operators."""
        return self.kind is Kind.OPERATOR and self.text in operators


_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<hint>/\*\+.*?\*/|--\+[^\n]*)
  | (?P<comment>/\*.*?\*/|--[^\n]*)
  | (?P<string>
        [nN]?[qQ]'(?:\[.*?\]|\{.*?\}|\(.*?\)|<.*?>|(?P<delimiter>[^\s\[{(<]).*?(?P=delimiter))'
      | [nN]?'(?:[^']|'')*')
  | (?P<quoted>"[^"]*")
  | (?P<bind>:\s*(?:"[^"]+"|[^\W\d_][\w$\#]*|\d+))
  | (?P<number>(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?(?![\w$\#]))
  | (?P<word>[^\W\d_][\w$\#]*)
  | (?P<operator>:=|=>|\*\*|\|\||!=|<>|\^=|~=|<=|>=|<<|>>|\.\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(text: str, *, keep_comments: bool = False) -> list[Token]:
    """Split a statement into tokens, white space left out.

    Hints are kept only with `keep_comments`. Raises OracleError 1756 for an unclosed string and
    1740 for an unclosed quoted name.
    """
    found: list[Token] = []
    position = 0
    while match := _TOKEN.match(text, position):
        position = match.end()
        group = match.lastgroup if match.lastgroup != "delimiter" else "string"
        if group == "space" or (group in {"comment", "hint"} and not keep_comments):
            continue
        piece, start = match.group(), match.start()
        if piece == "'":
            raise OracleError(1756, "quoted string not properly terminated", start)
        if piece == '"':
            raise OracleError(1740, "missing double quote in identifier", start)
        if group == "bind" and found and found[-1].kind is Kind.STRING:
            # What follows a key of JSON_OBJECT.
            group, piece, position = "operator", ":", start + 1
        kind = Kind(group)
        found.append(Token(kind, piece, _meaning(kind, piece), start))
    return found


def _meaning(kind: Kind, piece: str) -> str:
    if kind is Kind.WORD:
        return piece.upper()
    if kind is Kind.QUOTED:
        return piece[1:-1]
    if kind is Kind.STRING:
        return string_content(piece)
    if kind is Kind.BIND:
        name = piece[1:].strip()
        return name[1:-1] if name.startswith('"') else name.upper()
    return piece


def string_content(literal: str) -> str:
    """Return the text that a string literal stands for, whatever its form."""
    body = literal.lstrip("nN")
    if body[0] in "qQ":
        return body[3:-2]
    return body[1:-1].replace("''", "'")


@dataclass(frozen=True, slots=True)
class Outline:
    """What a client or server must know of a statement before it can read the binds.

    `binds` holds one name for each placeholder; PL/SQL names appear once, in order of first use.
    `return_from` is the position of the first bind after RETURNING ... INTO, or None.
    `keyword` is the first word, upper case, or "" for an empty statement.
    """

    kind: StatementKind
    keyword: str
    binds: tuple[str, ...]
    return_from: int | None

    def is_return(self, position: int) -> bool:
        """Return whether the bind at `position` is a target of RETURNING ... INTO."""
        return self.return_from is not None and position >= self.return_from


_KINDS = {
    "SELECT": StatementKind.QUERY,
    "WITH": StatementKind.QUERY,
    "INSERT": StatementKind.DML,
    "UPDATE": StatementKind.DML,
    "DELETE": StatementKind.DML,
    "MERGE": StatementKind.DML,
    "BEGIN": StatementKind.PLSQL,
    "DECLARE": StatementKind.PLSQL,
    "CALL": StatementKind.PLSQL,
}


@lru_cache(maxsize=2048)
def outline(text: str) -> Outline:
    """Return the outline of a statement.

    Raises OracleError 1745 for a bind named by a reserved word, in SQL.
    """
    found = tokens(text)
    labels = 3 if found and found[0].is_operator("<<") else 0  # a block may begin with its label
    first = next((token for token in found[labels:] if not token.is_operator("(")), None)
    keyword = first.value if first is not None and first.kind is Kind.WORD else ""
    kind = _KINDS.get(keyword, StatementKind.OTHER)
    binds = [token for token in found if token.kind is Kind.BIND]
    names = [token.value for token in binds]
    if kind is StatementKind.PLSQL:
        return Outline(kind, keyword, tuple(dict.fromkeys(names)), None)
    if kind is StatementKind.OTHER:
        # Colons in DDL belong to trigger bodies and JSON paths: Oracle takes no binds there.
        return Outline(kind, keyword, (), None)
    for bind in binds:
        if bind.value in RESERVED_WORDS and '"' not in bind.text:
            raise OracleError(1745, "invalid host/bind variable name", bind.start + 1)
    return_from = _return_position(found) if kind is StatementKind.DML else None
    return Outline(kind, keyword, tuple(names), return_from)


def _return_position(found: list[Token]) -> int | None:
    seen = 0
    returning = False
    for token in found:
        if token.kind is Kind.BIND:
            seen += 1
        elif token.is_word("RETURNING", "RETURN"):
            returning = True
        elif returning and token.is_word("INTO"):
            return seen
    return None
