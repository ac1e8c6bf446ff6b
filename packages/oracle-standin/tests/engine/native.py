"""A translator that passes PostgreSQL's own SQL through, to test sessions apart from translation.

Placeholders are Oracle's (`:1`, `:name`) and become `$n`; RETURNING ... INTO loses its targets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin import lexer
from oracle_standin.engine.contract import Translation, TranslationContext

if TYPE_CHECKING:
    from collections.abc import Iterator


def translate(statement: str, _context: TranslationContext) -> Translation:
    outline = lexer.outline(statement)
    given = len(outline.binds) if outline.return_from is None else outline.return_from
    return Translation(
        sql="".join(_pieces(statement, given)),
        keyword=outline.keyword,
        parameters=tuple(range(given)),
        returning=len(outline.binds) - given,
        locks_rows="FOR UPDATE" in statement.upper(),
        writes=outline.kind is lexer.StatementKind.DML,
    )


def _pieces(statement: str, given: int) -> Iterator[str]:
    position = seen = 0
    for token in lexer.tokens(statement):
        if token.kind is lexer.Kind.BIND:
            seen += 1
            yield f"{statement[position : token.start]}${seen}"
            position = token.end
        elif seen == given and token.is_word("INTO") and "RETURNING" in statement.upper():
            yield statement[position : token.start]
            return
    yield statement[position:]
