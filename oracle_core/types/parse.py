"""Parser of type names in column definitions and in the data dictionary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from oracle_core.errors import OracleError
from oracle_core.types.oracle_type import (
    INTERVAL_DAY_TO_SECOND,
    INTERVAL_YEAR_TO_MONTH,
    MAX_NUMBER_SCALE,
    MIN_NUMBER_SCALE,
    TIMESTAMP,
    TIMESTAMP_LTZ,
    TIMESTAMP_TZ,
    OracleType,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_core.types.oracle_type import CharUnit


class TypeSyntaxError(OracleError):
    """A text that is not the name of an Oracle type."""


_TOKEN = re.compile(r'\s*(?:("[^"\0]{1,128}")|([^\W\d][\w$#]*)|(-?\d+)|([(),.*]))', re.UNICODE)

_ALIASES = {
    "INTEGER": OracleType("NUMBER", scale=0),
    "INT": OracleType("NUMBER", scale=0),
    "SMALLINT": OracleType("NUMBER", scale=0),
    "REAL": OracleType("FLOAT", precision=63),
}
"""ANSI names that Oracle stores under its own (SQL Language Reference, "ANSI Data Types")."""


def parse(sql_datatype: str) -> OracleType:
    """Return the type that DDL or DATA_TYPE spells.

    Case does not matter outside quotes. A length without a unit counts bytes, as it does in a
    session with Oracle's default NLS_LENGTH_SEMANTICS.

    Args:
        sql_datatype: For example `NUMBER(12,2)`, `VARCHAR2(40 CHAR)`,
            `TIMESTAMP(9) WITH TIME ZONE`, `"MDSYS"."SDO_GEOMETRY"`.

    Raises:
        TypeSyntaxError: If the text is not a type, or a parameter is out of Oracle's range.
    """
    return _Parser(sql_datatype).parse()


class _Parser:
    """One pass over the tokens of a type."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._position = 0

    def parse(self) -> OracleType:
        token = self._next()
        is_named = token.startswith('"') or self._peek() == "."
        parsed = self._named(token) if is_named else self._builtin(token.upper())
        if self._position != len(self._tokens):
            raise _refused()
        return parsed

    def _builtin(self, word: str) -> OracleType:
        rule = _RULES.get(word)
        if rule is not None:
            return rule(self, word)
        if word in _ALIASES:
            return _ALIASES[word]
        if not _is_word(word):
            raise _refused()
        return OracleType(word)

    def _named(self, first: str) -> OracleType:
        parts = [first]
        while self._accept("."):
            parts.append(self._next())
        names = [part[1:-1] if part.startswith('"') else part.upper() for part in parts]
        if len(names) > 2 or not all(_is_word(part) or part.startswith('"') for part in parts):
            raise _refused()
        if len(names) == 1:
            return OracleType(names[0])
        return OracleType(names[1], owner=names[0])

    def number(self, _word: str) -> OracleType:
        if not self._accept("("):
            return OracleType("NUMBER")
        precision = None if self._accept("*") else self._integer(1, 38)
        scale = self._integer(MIN_NUMBER_SCALE, MAX_NUMBER_SCALE) if self._accept(",") else 0
        self._expect(")")
        return OracleType("NUMBER", precision, scale)

    def decimal(self, word: str) -> OracleType:
        # Without parameters DECIMAL has a scale of 0, NUMBER any (SQL Language Reference, "ANSI
        # Data Types").
        decimal = self.number(word)
        return decimal if decimal.scale is not None else OracleType("NUMBER", scale=0)

    def float(self, _word: str) -> OracleType:
        # The dictionary shows 126 for a FLOAT without a precision.
        return OracleType("FLOAT", self._parameter(1, 126) or 126)

    def double(self, _word: str) -> OracleType:
        self._expect("PRECISION")
        return OracleType("FLOAT", 126)

    def text(self, word: str) -> OracleType:
        kind = "VARCHAR2" if word == "VARCHAR" else word
        if not self._accept("("):
            return OracleType(kind, char_used="B")
        # Whether the database takes more than 4,000 bytes is known to `Server` alone.
        length = self._integer(1, 32767)
        unit: CharUnit = "B"
        if self._accept("CHAR"):
            unit = "C"
        else:
            self._accept("BYTE")
        self._expect(")")
        return OracleType(kind, length=length, char_used=unit)

    def national(self, word: str) -> OracleType:
        return OracleType(word, length=self._parameter(1, 32767), char_used="C")

    def raw(self, word: str) -> OracleType:
        return OracleType(word, length=self._parameter(1, 32767))

    def long(self, _word: str) -> OracleType:
        return OracleType("LONG RAW" if self._accept("RAW") else "LONG")

    def timestamp(self, _word: str) -> OracleType:
        # Without digits 6 (SQL Language Reference, "TIMESTAMP Data Type").
        digits = self._parameter(0, 9)
        if not self._accept("WITH"):
            return OracleType(TIMESTAMP, scale=6 if digits is None else digits)
        local = self._accept("LOCAL")
        self._expect("TIME")
        self._expect("ZONE")
        kind = TIMESTAMP_LTZ if local else TIMESTAMP_TZ
        return OracleType(kind, scale=6 if digits is None else digits)

    def interval(self, _word: str) -> OracleType:
        # Without digits 2 for the leading field and 6 for the fraction (SQL Language Reference,
        # "INTERVAL DAY TO SECOND Data Type").
        if self._accept("YEAR"):
            leading = self._parameter(0, 9)
            self._expect("TO")
            self._expect("MONTH")
            return OracleType(INTERVAL_YEAR_TO_MONTH, 2 if leading is None else leading, 0)
        self._expect("DAY")
        leading = self._parameter(0, 9)
        self._expect("TO")
        self._expect("SECOND")
        fraction = self._parameter(0, 9)
        return OracleType(
            INTERVAL_DAY_TO_SECOND,
            2 if leading is None else leading,
            6 if fraction is None else fraction,
        )

    def vector(self, _: str) -> OracleType:
        if not self._accept("("):
            return OracleType("VECTOR")
        # ORA-51801 for more dimensions.
        length = None if self._accept("*") else self._integer(1, 65535)
        detail = None
        while self._accept(","):
            word = self._next().upper()
            detail = f"{detail}, {word}" if detail else word
        self._expect(")")
        return OracleType("VECTOR", length=length, detail=None if detail == "*" else detail)

    def _parameter(self, low: int, high: int) -> int | None:
        if not self._accept("("):
            return None
        value = self._integer(low, high)
        self._expect(")")
        return value

    def _integer(self, low: int, high: int) -> int:
        token = self._next()
        try:
            value = int(token)
        except ValueError:
            raise _refused() from None
        if not low <= value <= high:
            raise _refused()
        return value

    def _peek(self) -> str:
        return self._tokens[self._position] if self._position < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        if not token:
            raise _refused()
        self._position += 1
        return token

    def _accept(self, word: str) -> bool:
        if self._peek().upper() != word:
            return False
        self._position += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise _refused()


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    text = text.strip()
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _refused()
        tokens.append(match.group().strip())
        position = match.end()
    return tokens


def _is_word(token: str) -> bool:
    return token[:1].isalpha()


def _refused() -> TypeSyntaxError:
    return TypeSyntaxError("the text is not the name of an Oracle type")


_RULES: dict[str, Callable[[_Parser, str], OracleType]] = {
    "NUMBER": _Parser.number,
    "DECIMAL": _Parser.decimal,
    "NUMERIC": _Parser.decimal,
    "FLOAT": _Parser.float,
    "DOUBLE": _Parser.double,
    "CHAR": _Parser.text,
    "VARCHAR": _Parser.text,
    "VARCHAR2": _Parser.text,
    "NCHAR": _Parser.national,
    "NVARCHAR2": _Parser.national,
    "RAW": _Parser.raw,
    "UROWID": _Parser.raw,
    "LONG": _Parser.long,
    "TIMESTAMP": _Parser.timestamp,
    "INTERVAL": _Parser.interval,
    "VECTOR": _Parser.vector,
}
