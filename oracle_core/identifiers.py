"""Oracle names as values: the only way to put a name into a statement.

A name is kept exactly as the data dictionary stores it and is always quoted, so that case, blanks
and reserved words need no rule of their own (SQL Language Reference, "Database Object Names and
Qualifiers").
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, Self

from oracle_core.errors import OracleError

MAX_BYTES = 128
"""Bytes of a name in UTF-8 where COMPATIBLE is 12.2 or later."""

MAX_BYTES_BEFORE_12_2 = 30
"""Bytes of a name in UTF-8 where COMPATIBLE is below 12.2."""

_HASH_DIGITS = 8

Case = Literal["upper", "exact"]


class IdentifierError(OracleError):
    """A text that cannot be an Oracle name."""

    exit_code = 2


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """One name in its exact spelling.

    Raises:
        IdentifierError: the name is empty or holds a double quote or NUL, which Oracle refuses
            even inside quotes (ORA-01741, ORA-03001, ORA-00972 family).
    """

    name: str

    def __post_init__(self) -> None:
        """Refuse what no quoting can express."""
        if not self.name:
            msg = "an Oracle name cannot be empty"
            raise IdentifierError(msg)
        if '"' in self.name or "\0" in self.name:
            msg = "an Oracle name cannot hold a double quote or NUL"
            raise IdentifierError(msg)

    @classmethod
    def fold(cls, text: str, case: Case = "upper") -> Self:
        """Make the name that a text stands for.

        Args:
            text: a name as a user or another system spells it.
            case: `upper` as Oracle folds unquoted names, `exact` as written.
        """
        return cls(text.upper() if case == "upper" else text)

    @property
    def sql(self) -> str:
        """The name in double quotes."""
        return f'"{self.name}"'

    @property
    def byte_length(self) -> int:
        """Length in bytes of UTF-8, which is what Oracle's limit counts (ORA-00972)."""
        return len(self.name.encode("utf-8", "surrogatepass"))

    def shorten(self, limit: int = MAX_BYTES) -> Identifier:
        """Return the name itself if it fits, else its beginning and a hash of the whole.

        The same name always gives the same short form, and names that differ beyond the limit
        stay different.

        Args:
            limit: bytes of UTF-8, at least 10.
        """
        if self.byte_length <= limit:
            return self
        encoded = self.name.encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(encoded).hexdigest()[:_HASH_DIGITS].upper()
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
        """Make a table's name from exact texts."""
        return cls(Identifier(schema), Identifier(table))

    @property
    def sql(self) -> str:
        """Both names in double quotes with a dot between."""
        return f"{self.schema.sql}.{self.table.sql}"

    def __str__(self) -> str:
        """Return `SCHEMA.TABLE`, for messages."""
        return f"{self.schema}.{self.table}"
