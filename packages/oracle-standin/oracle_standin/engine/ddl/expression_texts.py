"""Expressions as the dictionary shows them: `upper(name)` becomes `UPPER("NAME")`.

Oracle stores the expressions of virtual columns and indexes in this form, columns in double quotes,
everything else in upper case and without spaces; defaults and checks stay as they were written.
Source: Database Reference, ALL_IND_EXPRESSIONS, with the examples of the SQL Language Reference
under CREATE INDEX, "Function-Based Index Examples".
"""

from __future__ import annotations

from oracle_standin.lexer import Kind, Token, tokens

_KEYWORDS = frozenset(
    {
        "AND",
        "AS",
        "AT",
        "BETWEEN",
        "BOTH",
        "BYTE",
        "CASE",
        "CHAR",
        "DATE",
        "DAY",
        "ELSE",
        "END",
        "ESCAPE",
        "FALSE",
        "FROM",
        "HOUR",
        "IN",
        "INTEGER",
        "INTERVAL",
        "IS",
        "LEADING",
        "LIKE",
        "LOCAL",
        "MINUTE",
        "MONTH",
        "NOT",
        "NULL",
        "NUMBER",
        "OR",
        "SECOND",
        "THEN",
        "TIME",
        "TIMESTAMP",
        "TO",
        "TRAILING",
        "TRUE",
        "WHEN",
        "WITH",
        "YEAR",
        "ZONE",
    }
)
_WORDS = frozenset({Kind.WORD, Kind.QUOTED, Kind.NUMBER, Kind.STRING})


def dictionary_text(expression: str) -> str:
    """Return an expression as ALL_IND_EXPRESSIONS and DATA_DEFAULT of a virtual column show it."""
    found = [token for token in tokens(expression) if token.kind is not Kind.COMMENT]
    parts: list[str] = []
    for place, token in enumerate(found):
        following = found[place + 1] if place + 1 < len(found) else None
        if place and token.kind in _WORDS and _needs_space(found[place - 1], token):
            parts.append(" ")
        parts.append(_spelled(token, following))
        if token.is_word(*_KEYWORDS) and following is not None and following.is_operator("("):
            parts.append(" ")
    return "".join(parts)


def _needs_space(before: Token, token: Token) -> bool:
    return before.kind in _WORDS or (before.is_operator(")") and token.is_word(*_KEYWORDS))


def _spelled(token: Token, following: Token | None) -> str:
    if token.kind is not Kind.WORD:
        return token.text
    is_function = following is not None and following.is_operator("(")
    if is_function or token.value in _KEYWORDS:
        return token.value
    return f'"{token.value}"'
