"""A cursor over a statement's tokens, with the readings that all DDL parsers share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine.server_facts import ServerFacts
from oracle_standin.lexer import Kind, Token, tokens
from oracle_standin.protocol import OracleError
from oracle_standin.reserved_words import RESERVED_WORDS

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True)
class ObjectName:
    """A name as written, exact case; schema None when not given."""

    schema: str | None
    name: str


class Reader:
    """Reads a statement from left to right.

    `accept` methods consume what they find and say so; `expect` methods raise OracleError when it
    is not there.
    """

    def __init__(self, text: str, server: ServerFacts | None = None) -> None:
        """Split the text into tokens; raises OracleError 1756 or 1740 for unclosed quotes."""
        self.text = text
        self.server = server or ServerFacts()
        self._tokens = tokens(text)
        self._position = 0

    @property
    def offset(self) -> int:
        """Return the character offset of the next token, the text's length at the end."""
        token = self.peek()
        return token.start if token is not None else len(self.text)

    @property
    def position(self) -> int:
        """Return the index of the next token, to come back to with `rewind`."""
        return self._position

    def rewind(self, position: int) -> None:
        """Go back to an earlier position."""
        self._position = position

    def peek(self, ahead: int = 0) -> Token | None:
        """Return the next token, or a later one, without consuming it; None at the end."""
        index = self._position + ahead
        return self._tokens[index] if index < len(self._tokens) else None

    def take(self) -> Token:
        """Consume and return the next token; raises OracleError 921 at the end."""
        token = self.peek()
        if token is None:
            raise OracleError(921, "unexpected end of SQL command", len(self.text))
        self._position += 1
        return token

    def at_end(self) -> bool:
        """Return whether everything is consumed."""
        return self.peek() is None

    def at(self, *words: str) -> bool:
        """Return whether the next tokens are these keywords, in order."""
        for ahead, word in enumerate(words):
            token = self.peek(ahead)
            if token is None or not token.is_word(word):
                return False
        return True

    def at_any(self, words: Collection[str]) -> bool:
        """Return whether the next token is one of these keywords."""
        token = self.peek()
        return token is not None and token.kind is Kind.WORD and token.value in words

    def at_operator(self, *operators: str) -> bool:
        """Return whether the next token is one of these operators."""
        token = self.peek()
        return token is not None and token.is_operator(*operators)

    def accept(self, *words: str) -> bool:
        """Consume these keywords in order if all are next."""
        if not self.at(*words):
            return False
        self._position += len(words)
        return True

    def accept_any(self, *words: str) -> str | None:
        """Consume one of these keywords and return it."""
        return self.take().value if self.at_any(words) else None

    def accept_operator(self, operator: str) -> bool:
        """Consume an operator if it is next."""
        if not self.at_operator(operator):
            return False
        self._position += 1
        return True

    def expect(
        self, *words: str, code: int = 922, message: str = "missing or invalid option"
    ) -> None:
        """Consume keywords or fail with the given error."""
        if not self.accept(*words):
            raise self.error(code, message)

    def expect_open(self) -> None:
        """Consume a left parenthesis; raises OracleError 906."""
        if not self.accept_operator("("):
            raise self.error(906, "missing left parenthesis")

    def expect_close(self) -> None:
        """Consume a right parenthesis; raises OracleError 907."""
        if not self.accept_operator(")"):
            raise self.error(907, "missing right parenthesis")

    def expect_end(self, code: int = 922, message: str = "missing or invalid option") -> None:
        """Fail unless everything is consumed."""
        if not self.at_end():
            raise self.error(code, message)

    def error(self, code: int, message: str) -> OracleError:
        """Return an error that points at the next token."""
        return OracleError(code, message, self.offset)

    def name(self, code: int = 904, message: str = "invalid identifier") -> str:
        """Consume an identifier and return it in exact case.

        Raises OracleError with `code` for what is no name (a reserved word, a literal), 972 for
        more than 128 bytes, 1741 for an empty quoted name.
        """
        token = self.peek()
        if token is None or token.kind not in {Kind.WORD, Kind.QUOTED}:
            raise self.error(code, f": {message}" if code == 904 else message)
        if token.kind is Kind.WORD and token.value in RESERVED_WORDS:
            raise self.error(code, f'"{token.value}": {message}' if code == 904 else message)
        if not token.value:
            raise self.error(1741, "illegal zero-length identifier")
        longest = self.server.max_name_bytes
        if len(token.value.encode()) > longest:
            raise self.error(972, f"identifier is too long (maximum is {longest} bytes)")
        return self.take().value

    def object_name(self, code: int = 903, message: str = "invalid table name") -> ObjectName:
        """Consume [schema.]name."""
        first = self.name(code, message)
        if not self.accept_operator("."):
            return ObjectName(None, first)
        return ObjectName(first, self.name(code, message))

    def names_in_parentheses(self) -> tuple[str, ...]:
        """Consume (name, name ...)."""
        self.expect_open()
        found = [self.name()]
        while self.accept_operator(","):
            found.append(self.name())
        self.expect_close()
        return tuple(found)

    def integer(self, code: int = 1780, message: str = "string literal required") -> int:
        """Consume a whole number with an optional sign."""
        negative = self.accept_operator("-")
        if not negative:
            self.accept_operator("+")
        token = self.peek()
        if token is None or token.kind is not Kind.NUMBER or not token.text.isdigit():
            raise self.error(code, message)
        value = int(self.take().text)
        return -value if negative else value

    def string(self) -> str:
        """Consume a text literal and return what it stands for; raises OracleError 1780."""
        token = self.peek()
        if token is None or token.kind is not Kind.STRING:
            raise self.error(1780, "string literal required")
        return self.take().value

    def text_in_parentheses(self) -> str:
        """Consume a parenthesised text and return what is between, as written."""
        self.expect_open()
        start = self.offset
        depth = 1
        while True:
            token = self.peek()
            if token is None:
                raise self.error(907, "missing right parenthesis")
            self._position += 1
            if token.is_operator("("):
                depth += 1
            elif token.is_operator(")"):
                depth -= 1
                if depth == 0:
                    return self.text[start : token.start].strip()

    def text_until(self, stop_words: Collection[str]) -> str:
        """Consume an expression and return it as written.

        It ends before a comma, an unmatched right parenthesis or one of the stop words, but has at
        least one token; what stands in parentheses or CASE ... END is never cut. Raises OracleError
        936 when nothing is there.
        """
        start = self.offset
        end = start
        depth = cases = 0
        while (token := self.peek()) is not None:
            outside = depth == 0 and cases == 0
            if outside and token.is_operator(",", ")"):
                break
            if outside and end > start and token.is_word(*stop_words):
                break
            depth += token.is_operator("(") - token.is_operator(")")
            cases += token.is_word("CASE") - token.is_word("END")
            end = token.end
            self._position += 1
        if end == start:
            raise self.error(936, "missing expression")
        return self.text[start:end]

    def rest(self) -> str:
        """Consume everything that is left and return it as written."""
        text = self.text[self.offset :].strip()
        self._position = len(self._tokens)
        return text
