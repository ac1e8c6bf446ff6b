"""Reading a statement token by token, with Oracle's errors for what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.names import engine_name
from oracle_standin.engine.query.word_sets import word_set
from oracle_standin.lexer import Kind, tokens
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.lexer import Token

RESERVED = word_set(
    """
    ACCESS ADD ALL ALTER AND ANY AS ASC AUDIT BETWEEN BY CHAR CHECK CLUSTER COLUMN
    COMPRESS CONNECT CREATE CURRENT DATE DECIMAL DEFAULT DELETE DESC DISTINCT DROP ELSE
    EXCLUSIVE EXISTS FILE FLOAT FOR FROM GRANT GROUP HAVING IDENTIFIED IMMEDIATE IN
    INCREMENT INDEX INITIAL INSERT INTEGER INTERSECT INTO IS LEVEL LIKE LOCK LONG
    MAXEXTENTS MINUS MLSLABEL MODE MODIFY NOAUDIT NOCOMPRESS NOT NOWAIT NULL NUMBER OF
    OFFLINE ON ONLINE OPTION OR ORDER PCTFREE PRIOR PUBLIC RAW RENAME RESOURCE REVOKE ROW
    ROWID ROWNUM SELECT SESSION SET SHARE SIZE SMALLINT START SUCCESSFUL SYNONYM SYSDATE
    TABLE THEN TO TRIGGER UID UNION UNIQUE UPDATE USER VALIDATE VALUES VARCHAR VARCHAR2
    VIEW WHENEVER WHERE WITH EXCEPT
    """
)
"""Words that name nothing unless quoted (SQL Language Reference, "Oracle SQL Reserved Words")."""

_NAMING = {Kind.WORD, Kind.QUOTED}


def syntax_error(code: int, token: Token | None = None) -> OracleError:
    """Return the error for a fault in the text, at a token where one is given."""
    return OracleError(code, _MESSAGES[code], token.start if token else 0)


_MESSAGES = {
    900: "invalid SQL statement",
    903: "invalid table name",
    904: "invalid identifier",
    905: "missing keyword",
    906: "missing left parenthesis",
    907: "missing right parenthesis",
    908: "missing NULL keyword",
    911: "invalid character",
    913: "too many values",
    920: "invalid relational operator",
    921: "unexpected end of SQL command",
    923: "FROM keyword not found where expected",
    924: "missing BY keyword",
    925: "missing INTO keyword",
    926: "missing VALUES keyword",
    927: "missing equal sign",
    928: "missing SELECT keyword",
    932: "inconsistent datatypes",
    933: "SQL command not properly ended",
    936: "missing expression",
    937: "not a single-group group function",
    947: "not enough values",
    969: "missing ON keyword",
    971: "missing SET keyword",
    14006: "invalid partition name",
    1747: "invalid user.table.column, table.column, or column specification",
}


class Cursor:
    """A position in the tokens of one statement."""

    def __init__(self, text: str) -> None:
        """Split the statement; raises OracleError for unclosed strings and names."""
        self.text = text
        self._tokens = tokens(text)
        self._position = 0
        self._bind_positions = {
            token.start: position
            for position, token in enumerate(
                token for token in self._tokens if token.kind is Kind.BIND
            )
        }

    @property
    def bind_count(self) -> int:
        """Return the number of placeholders in the statement."""
        return len(self._bind_positions)

    def bind_position(self, token: Token) -> int:
        """Return the position of a placeholder among all of them."""
        return self._bind_positions[token.start]

    @property
    def mark(self) -> int:
        """Return the present position, for `text_since` and `reset`."""
        return self._position

    def reset(self, mark: int) -> None:
        """Go back to an earlier position."""
        self._position = mark

    def peek(self, ahead: int = 0) -> Token | None:
        """Return a coming token without taking it, None past the end."""
        index = self._position + ahead
        return self._tokens[index] if index < len(self._tokens) else None

    def tokens_from(self, mark: int, count: int) -> list[Token]:
        """Return tokens from a mark on."""
        return self._tokens[mark : mark + count]

    def take(self) -> Token:
        """Take the next token; ORA-00921 at the end."""
        token = self.peek()
        if token is None:
            raise syntax_error(921)
        self._position += 1
        return token

    def at_end(self) -> bool:
        """Return whether nothing is left."""
        return self.peek() is None

    def at_words(self, *words: str) -> bool:
        """Return whether the next tokens are these words."""
        for ahead, word in enumerate(words):
            token = self.peek(ahead)
            if token is None or not token.is_word(word):
                return False
        return True

    def at_word(self, *choices: str) -> bool:
        """Return whether the next token is one of these words."""
        token = self.peek()
        return token is not None and token.is_word(*choices)

    def at_operator(self, *operators: str) -> bool:
        """Return whether the next token is one of these operators."""
        token = self.peek()
        return token is not None and token.is_operator(*operators)

    def skip_words(self, *words: str) -> bool:
        """Take these words when they come next."""
        found = self.at_words(*words)
        if found:
            self._position += len(words)
        return found

    def skip_operator(self, *operators: str) -> bool:
        """Take one of these operators when it comes next."""
        found = self.at_operator(*operators)
        if found:
            self._position += 1
        return found

    def expect_words(self, *words: str, code: int = 905) -> None:
        """Take these words or fail with a code."""
        for word in words:
            if not self.skip_words(word):
                raise self.error(code)

    def expect_open(self) -> None:
        """Take a left parenthesis; ORA-00906."""
        if not self.skip_operator("("):
            raise self.error(906)

    def expect_close(self) -> None:
        """Take a right parenthesis; ORA-00907."""
        if not self.skip_operator(")"):
            raise self.error(907)

    def error(self, code: int) -> OracleError:
        """Return a syntax error at the next token."""
        return syntax_error(code, self.peek())

    def at_name(self) -> bool:
        """Return whether a name comes next: quoted, or a word that is not reserved."""
        token = self.peek()
        if token is None or token.kind not in _NAMING:
            return False
        return token.kind is Kind.QUOTED or token.value not in RESERVED

    def name(self, code: int = 904) -> str:
        """Take a name and return it exactly; `code` when there is none."""
        if not self.at_name():
            raise self.error(code)
        return checked_name(self.take())

    def names_in_parentheses(self) -> tuple[str, ...]:
        """Take (name, ...), each possibly qualified; the last part counts."""
        self.expect_open()
        names = [self.column_name()]
        while self.skip_operator(","):
            names.append(self.column_name())
        self.expect_close()
        return tuple(names)

    def column_name(self) -> str:
        """Take a column's name, qualified or not, and return the column part."""
        name = self.name(1747)
        while self.skip_operator("."):
            name = self.name(1747)
        return name

    def text_since(self, mark: int) -> str:
        """Return what was read since a mark as Oracle names a column: upper case, no blanks."""
        return "".join(token.text for token in self._tokens[mark : self._position]).upper()


def checked_name(token: Token) -> str:
    """Return the exact name a token stands for; ORA-00972 when it is too long."""
    if token.kind is Kind.QUOTED and not token.value:
        raise OracleError(1741, "illegal zero-length identifier", token.start)
    engine_name(token.value)
    return token.value
