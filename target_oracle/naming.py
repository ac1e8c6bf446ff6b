"""From streams and properties to tables and columns; two that meet in one name are refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle_core.identifiers import (
    MAX_BYTES,
    Identifier,
    NameCollisionError,
    Style,
    TableName,
    table_text,
    unique_names,
)
from target_oracle.errors import TableMismatchError

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class NamingRules:
    """Rules for the names of tables and columns.

    Attributes:
        schema: Schema of all tables.
        style: The setting `identifier_style`.
        limit: Bytes of UTF-8 per name: 128, or 30 below COMPATIBLE 12.2.
    """

    schema: Identifier
    style: Style = "oracle"
    limit: int = MAX_BYTES

    def identifier(self, text: str) -> Identifier:
        """Return the name of a text, see `Identifier.of_text`."""
        return Identifier.of_text(text, self.style, self.limit)

    def table(self, stream: str) -> TableName:
        """Return the table of a stream: `SCHEMA-TABLE` is cut at the first hyphen."""
        return TableName(self.schema, self.identifier(table_text(stream)))

    def columns(self, stream: str, properties: Iterable[str]) -> dict[str, Identifier]:
        """Return the column of each property, in order.

        Raises:
            TableMismatchError: If two properties become one column.
        """
        try:
            return unique_names(properties, self.style, self.limit)
        except NameCollisionError as error:
            what = (
                f"stream '{stream}': properties '{error.first}' and '{error.second}' both become "
                f"column {error.name}; set identifier_style to exact, or rename one in stream_maps"
            )
            raise TableMismatchError(what) from error


@dataclass
class TableRegister:
    """Which stream owns which table, so that no two streams ever write into one."""

    owners: dict[TableName, str] = field(default_factory=dict)

    def claim(self, stream: str, table: TableName) -> None:
        """Note that a stream writes into a table.

        Raises:
            TableMismatchError: when another stream does already.
        """
        owner = self.owners.setdefault(table, stream)
        if owner != stream:
            what = (
                f"streams '{owner}' and '{stream}' both become table {table}; "
                "give one another name with __alias__ in stream_maps, or load them in two runs "
                "with two default_target_schema"
            )
            raise TableMismatchError(what)
