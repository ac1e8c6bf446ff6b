"""Reading a token list from left to right."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from oracle_standin.engine.plsql.nodes import Fragment
from oracle_standin.engine.plsql.positions import Position, position_in
from oracle_standin.lexer import Kind, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_standin.protocol import OracleError

END = Token(Kind.OPERATOR, "", "", -1)
"""What `Reader.peek` gives after the last token."""


def fragment(source: str, found: Sequence[Token]) -> Fragment:
    """Return some neighbouring tokens of a text as a fragment."""
    return Fragment(source, tuple(found))


class Reader:
    """A position in a list of tokens.

    Args:
        text: The statement the tokens were cut from.
        found: Its tokens, without comments.
        complain: Makes the error for a token that was not expected: it gets the token found
            (`END` at the end) and what was expected.
    """

    def __init__(
        self,
        text: str,
        found: Sequence[Token],
        complain: Callable[[Token, str], OracleError],
    ) -> None:
        """Start at the first token."""
        self.text = text
        self._found = found
        self._complain = complain
        self.position = 0

    @property
    def at_end(self) -> bool:
        """Return whether all tokens were read."""
        return self.position >= len(self._found)

    def peek(self, ahead: int = 0) -> Token:
        """Return a token without moving; `END` when there is none."""
        index = self.position + ahead
        return self._found[index] if index < len(self._found) else END

    def rewind(self, position: int) -> None:
        """Go back to an earlier position."""
        self.position = position

    def take(self) -> Token:
        """Return the next token and move past it; raises at the end."""
        token = self.peek()
        if token is END:
            raise self._complain(token, "more")
        self.position += 1
        return token

    def accept(self, *words: str) -> bool:
        """Move past a sequence of keywords if they come next."""
        if all(self.peek(index).is_word(word) for index, word in enumerate(words)):
            self.position += len(words)
            return True
        return False

    def accept_operator(self, operator: str) -> bool:
        """Move past an operator if it comes next."""
        if self.peek().is_operator(operator):
            self.position += 1
            return True
        return False

    def expect(self, *words: str) -> None:
        """Move past keywords that must come next."""
        for word in words:
            if not self.accept(word):
                raise self._complain(self.peek(), word)

    def expect_operator(self, operator: str) -> None:
        """Move past an operator that must come next."""
        if not self.accept_operator(operator):
            raise self._complain(self.peek(), operator)

    def name(self) -> str:
        """Return the exact name of an identifier and move past it."""
        token = self.peek()
        if token.kind not in {Kind.WORD, Kind.QUOTED}:
            raise self._complain(token, "an identifier")
        self.position += 1
        return token.value

    def dotted_name(self) -> str:
        """Return a name with all its qualifiers and move past it."""
        names = [self.name()]
        while self.accept_operator("."):
            names.append(self.name())
        return ".".join(names)

    def here(self) -> Position:
        """Return the position of the next token."""
        token = self.peek()
        return position_in(self.text, len(self.text) if token is END else token.start)

    def expression(self, *ends: str) -> Fragment:
        """Return what stands before the first of some keywords or operators; raises if nothing."""
        found = self.until(*ends)
        if not found:
            self.fail("an expression")
        return fragment(self.text, found)

    def fail(self, expected: str) -> NoReturn:
        """Raise the error for the token that comes next."""
        raise self._complain(self.peek(), expected)

    def until(self, *ends: str) -> list[Token]:
        """Move to the first of some keywords or operators outside brackets; raises without one.

        CASE ... END counts as brackets. Returns the tokens passed; the end is not consumed.
        """
        passed: list[Token] = []
        depth = 0
        while True:
            token = self.peek()
            if token is END:
                raise self._complain(token, ends[0])
            if depth == 0 and (token.is_word(*ends) or token.is_operator(*ends)):
                return passed
            depth += _depth_change(token)
            passed.append(token)
            self.position += 1

    def fragment_since(self, position: int) -> Fragment:
        """Return what was read since the reader stood at a position."""
        return fragment(self.text, self._found[position : self.position])

    def source(self, passed: Sequence[Token]) -> str:
        """Return the text that some neighbouring tokens were cut from."""
        return self.text[passed[0].start : passed[-1].end] if passed else ""


def _depth_change(token: Token) -> int:
    if token.is_operator("(") or token.is_word("CASE"):
        return 1
    if token.is_operator(")") or token.is_word("END"):
        return -1
    return 0
