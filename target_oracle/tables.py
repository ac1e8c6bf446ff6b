"""Reads a table that exists from the dictionary, in at most three questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_core import dictionary
from oracle_core.dictionary import Scope
from oracle_core.identifiers import Identifier
from target_oracle.ddl import ExistingColumn, ExistingTable

if TYPE_CHECKING:
    import oracledb

    from oracle_core.identifiers import TableName


def read_table(connection: oracledb.Connection, table: TableName) -> ExistingTable | None:
    """Return a table or view as the session sees it, None where it sees none.

    Raises:
        oracledb.Error: when the dictionary cannot be read.
    """
    scope = Scope((table.schema.name,), table_names=(table.table.name,))
    rows = [row for row in dictionary.columns(connection, scope) if not row.is_system_made]
    if not rows:
        return None
    always: set[str] = set()
    if any(row.is_identity for row in rows):
        identities = dictionary.identity_columns(connection, scope)
        always = {row.column for row in identities if row.generation == "ALWAYS"}
    columns = {
        Identifier(row.name): ExistingColumn(
            Identifier(row.name),
            row.type,
            nullable=row.is_nullable,
            generated=row.is_virtual or row.name in always,
        )
        for row in rows
    }
    keys = dictionary.keys(connection, scope)
    return ExistingTable(columns, frozenset(Identifier(k.column) for k in keys if k.kind == "P"))
