"""From streams and properties to tables and columns; two that meet in one name are refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle_core.identifiers import MAX_BYTES, Case, Identifier, TableName
from target_oracle.errors import TableMismatchError

if TYPE_CHECKING:
    from collections.abc import Iterable

_FORBIDDEN = re.compile(r'["\x00]')


@dataclass(frozen=True, slots=True)
class NamingRules:
    """How names are made.

    `schema` takes every table, `case` is `upper` (as Oracle folds unquoted names) or `exact`,
    `limit` is in bytes of UTF-8: 128, or 30 below COMPATIBLE 12.2.
    """

    schema: Identifier
    case: Case = "upper"
    limit: int = MAX_BYTES

    def identifier(self, text: str) -> Identifier:
        """Return the name of a text.

        A double quote or NUL, which no Oracle name can hold, becomes an underscore; a name beyond
        the limit is cut and ends in a hash of the whole.
        """
        name = Identifier.fold(_FORBIDDEN.sub("_", text) or "_", self.case).shorten(self.limit)
        # No column can be called ROWID, quoted or not (ORA-00904).
        return Identifier(f"{name.name}_") if name.name == "ROWID" else name

    def table(self, stream: str) -> TableName:
        """Return the table of a stream: `SCHEMA-TABLE` is cut at the first hyphen."""
        _, hyphen, table = stream.partition("-")
        return TableName(self.schema, self.identifier(table if hyphen and table else stream))

    def columns(self, stream: str, properties: Iterable[str]) -> dict[str, Identifier]:
        """Return the column of each property, in order.

        Raises:
            TableMismatchError: when two properties become one column.
        """
        columns: dict[str, Identifier] = {}
        owners: dict[Identifier, str] = {}
        for name in properties:
            column = self.identifier(name)
            if column in owners:
                what = (
                    f"stream '{stream}': properties '{owners[column]}' and '{name}' both become "
                    f"column {column}; set identifier_case to exact, or rename one in stream_maps"
                )
                raise TableMismatchError(what)
            owners[column] = name
            columns[name] = column
        return columns


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
