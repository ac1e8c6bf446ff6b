"""Oracle names as values: the only way to put a name into a statement.

A name is kept exactly as the data dictionary stores it and is always quoted, so that case, blanks
and reserved words need no rule of their own (SQL Language Reference, "Database Object Names and
Qualifiers").
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

from oracle_core.errors import OracleError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_BYTES = 128
"""Bytes of a name in UTF-8 where COMPATIBLE is 12.2 or later."""

MAX_BYTES_BEFORE_12_2 = 30
"""Bytes of a name in UTF-8 where COMPATIBLE is below 12.2."""

_HASH_DIGITS = 8

Style = Literal["oracle", "exact", "snake"]
"""How the name of a stream or property becomes an Oracle name; `Identifier.fold` applies it."""

_FORBIDDEN = re.compile(r'["\x00]')
# $ and # may stand in names without quotes (SQL Language Reference, naming rules).
_SEPARATORS = re.compile(r"[^\w$#]+")
# camelCase -> camel_Case, HTTPServer -> HTTP_Server
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class IdentifierError(OracleError):
    """A text that cannot be an Oracle name."""

    exit_code = 2


class NameCollisionError(IdentifierError):
    """Two texts that become the same Oracle name."""

    def __init__(self, first: str, second: str, name: str) -> None:
        """Initialize the exception with both texts and the name."""
        super().__init__(
            f"'{first}' and '{second}' both become {name}; set identifier_style to exact, or "
            "rename one of them"
        )
        self.first, self.second, self.name = first, second, name


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """One name in its exact spelling.

    Raises:
        IdentifierError: If the name is empty or holds a double quote or NUL, which Oracle refuses
            even inside quotes (ORA-01741, ORA-03001, ORA-00972 family).
    """

    name: str

    def __post_init__(self) -> None:
        """Refuse a text that even quotes cannot make a name of."""
        if not self.name:
            msg = "an Oracle name cannot be empty"
            raise IdentifierError(msg)
        if '"' in self.name or "\0" in self.name:
            msg = "an Oracle name cannot hold a double quote or NUL"
            raise IdentifierError(msg)

    @classmethod
    def fold(cls, text: str, style: Style = "oracle") -> Self:
        """Return the name that a text stands for.

        Args:
            text: Name as a user or another system spells it.
            style: `oracle` folds to upper case as Oracle folds unquoted names, `exact` keeps the
                text, `snake` also separates words by underscores.
        """
        if style == "exact":
            return cls(text)
        return cls((_snake(text) if style == "snake" else text).upper())

    @classmethod
    def of_text(cls, text: str, style: Style = "oracle", limit: int = MAX_BYTES) -> Identifier:
        """Return the name of a table or column for any text.

        A double quote or NUL, which no Oracle name can hold, becomes an underscore. A name beyond
        the limit is cut and ends with a hash of the whole.

        Args:
            text: Name of a stream or property.
            style: As for `fold`.
            limit: Bytes of UTF-8.
        """
        name = cls.fold(_FORBIDDEN.sub("_", text) or "_", style).shorten(limit)
        # No column can be called ROWID, quoted or not (ORA-00904).
        return Identifier(f"{name.name}_") if name.name == "ROWID" else name

    @property
    def sql(self) -> str:
        """The name in double quotes."""
        return f'"{self.name}"'

    @property
    def byte_length(self) -> int:
        """Length in bytes of UTF-8, which is what Oracle's limit counts (ORA-00972)."""
        # JSON may hold lone surrogates such as \ud800, which strict UTF-8 does not encode.
        return len(self.name.encode("utf-8", "surrogatepass"))

    def shorten(self, limit: int = MAX_BYTES) -> Identifier:
        """Return the name itself if it fits, else its beginning and a hash of the whole.

        The same name always gives the same short form, and names that differ beyond the limit
        stay different.

        Args:
            limit: Bytes of UTF-8, at least 10.
        """
        if self.byte_length <= limit:
            return self
        encoded = self.name.encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(encoded).hexdigest()[:_HASH_DIGITS].upper()
        # "ignore" drops the character that the cut went through.
        head = encoded[: limit - _HASH_DIGITS - 1].decode("utf-8", "ignore")
        return Identifier(f"{head}_{digest}")

    def __str__(self) -> str:
        """Return the exact name, for messages."""
        return self.name


@dataclass(frozen=True, slots=True, order=True)
class TableName:
    """A table or view in its schema."""

    schema: Identifier
    table: Identifier

    @classmethod
    def of(cls, schema: str, table: str) -> Self:
        """Return the table with these exact names."""
        return cls(Identifier(schema), Identifier(table))

    @property
    def sql(self) -> str:
        """Both names in double quotes with a dot between."""
        return f"{self.schema.sql}.{self.table.sql}"

    def __str__(self) -> str:
        """Return `SCHEMA.TABLE`, for messages."""
        return f"{self.schema}.{self.table}"


def _snake(text: str) -> str:
    """Return a text with its words separated by underscores.

    Humps count only where there are lower-case letters: COL1A is one word. Underscores that are
    there already are kept, so that `_sdc_` columns and Oracle's own names do not change.
    """
    # U+1D482 is lower case and has no upper case: a name that holds it is not changed again.
    has_lower_case = any(character.upper() != character for character in text)
    words = _HUMPS.sub("_", text) if has_lower_case else text
    return _SEPARATORS.sub("_", words)


def unique_names(
    texts: Iterable[str], style: Style = "oracle", limit: int = MAX_BYTES
) -> dict[str, Identifier]:
    """Return the name of each text, in order.

    Args:
        texts: Names of properties or streams.
        style: As for `Identifier.fold`.
        limit: Bytes of UTF-8.

    Raises:
        NameCollisionError: If two texts become the same name.
    """
    names: dict[str, Identifier] = {}
    owners: dict[Identifier, str] = {}
    for text in texts:
        name = Identifier.of_text(text, style, limit)
        if owners.setdefault(name, text) != text:
            raise NameCollisionError(owners[name], text, name.name)
        names[text] = name
    return names


def table_text(stream: str) -> str:
    """Return the part of a stream's name that names its table.

    `SCHEMA-TABLE` is cut at the first hyphen; any other stream names its table as a whole.
    """
    _, hyphen, table = stream.partition("-")
    return table if hyphen and table else stream
