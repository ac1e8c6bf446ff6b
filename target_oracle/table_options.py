"""`table_options`: what the operator wants of new tables, by globs over stream names.

Every option becomes part of DDL as it is: it is the operator's own text, as trusted as the rest
of the configuration, and never taken from the input.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle_core.errors import ConfigurationError
from oracle_core.glob_options import checked_by_glob, options_for
from oracle_core.identifiers import Identifier, TableName

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTING = "table_options"

_INDEX = re.compile(r"(?P<kind>(?:UNIQUE|BITMAP)\s+)?(?P<rest>\(.+)", re.IGNORECASE | re.DOTALL)
_GRANT = re.compile(r"(?P<what>.+)\s+TO\s+(?P<whom>.+)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What a new table gets beyond its columns and key.

    Attributes:
        tablespace: Name of its tablespace.
        compression: Table compression clause, as `ROW STORE COMPRESS ADVANCED`.
        partition: Partitioning clause, as `PARTITION BY HASH (ID) PARTITIONS 8`.
        indexes: For each index what follows its table, as `(LAST_NAME)`, after UNIQUE or BITMAP.
        grants: Privileges and grantees, as `SELECT TO REPORTING`.
    """

    tablespace: str | None = None
    compression: str | None = None
    partition: str | None = None
    indexes: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()

    @property
    def clauses(self) -> str:
        """What follows the columns in CREATE TABLE, in the order of its syntax."""
        space = f"TABLESPACE {self.tablespace}" if self.tablespace else None
        parts = [part.strip() for part in (space, self.compression, self.partition) if part]
        return "".join(f" {part}" for part in parts)

    def statements(self, table: TableName, name_bytes: int) -> tuple[str, ...]:
        """Return what follows CREATE TABLE: indexes, then grants."""
        indexes = (
            create_index(table, number, text, name_bytes)
            for number, text in enumerate(self.indexes, start=1)
        )
        return (*indexes, *(_grant(table, text) for text in self.grants))


def create_index(table: TableName, number: int, text: str, name_bytes: int) -> str:
    """Return CREATE INDEX; the index is named after its table."""
    match = _INDEX.fullmatch(text.strip())
    assert match is not None  # noqa: S101 - `checked_options` has asked
    kind = (match["kind"] or "").strip().upper()
    name = Identifier(f"{table.table.name}_IX{number}").shorten(name_bytes)
    index = TableName(table.schema, name)
    return f"CREATE {kind + ' ' if kind else ''}INDEX {index.sql} ON {table.sql} {match['rest']}"


def _grant(table: TableName, text: str) -> str:
    match = _GRANT.fullmatch(text.strip())
    assert match is not None  # noqa: S101 - `checked_options` has asked
    return f"GRANT {match['what']} ON {table.sql} TO {match['whom']}"


_SHAPES = {"indexes": (_INDEX, "(LAST_NAME)"), "grants": (_GRANT, "SELECT TO REPORTING")}


def checked_options(configured: Mapping[str, Any] | None) -> dict[str, TableOptions]:
    """Return the options by glob, in their order.

    Raises:
        ConfigurationError: If an option is not known or has a value that cannot be.
    """
    return checked_by_glob(configured, kind=TableOptions, setting=SETTING, check=_checked)


def _checked(glob: str, name: str, value: object) -> str | tuple[str, ...]:
    if name not in _SHAPES:
        if isinstance(value, str) and value.strip():
            return value
        msg = f"'{glob}': {name} must be a text"
        raise ConfigurationError(msg, setting=SETTING)
    shape, example = _SHAPES[name]
    texts = value if isinstance(value, list) else [value]
    if all(isinstance(text, str) and shape.fullmatch(text.strip()) for text in texts):
        return tuple(texts)
    msg = f"'{glob}': {name} must be a list of texts like '{example}'"
    raise ConfigurationError(msg, setting=SETTING)


def options_of(stream: str, options: Mapping[str, TableOptions]) -> TableOptions:
    """Return the options of a stream; where several globs match, later ones add and replace."""
    return options_for(stream, options, TableOptions())
