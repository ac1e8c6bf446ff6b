"""Makes a version of a stream the current one: rows of earlier versions go or are marked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from target_oracle import statements
from target_oracle.ledger import RowCounts

if TYPE_CHECKING:
    import oracledb

    from oracle_core.identifiers import Identifier, TableName


@dataclass(frozen=True, slots=True)
class Activation:
    """One ACTIVATE_VERSION.

    Attributes:
        version: The version that is made current.
        highest: The highest version that this run loaded; one above is of an older kind.
        column: The column of versions.
        deleted_at: The column that marks a row as deleted.
        with_null: Whether rows without a version count as older.
        deletes: Whether older rows are deleted, rather than marked.
    """

    version: int | None
    highest: int
    column: Identifier
    deleted_at: Identifier
    with_null: bool
    deletes: bool

    def run(self, cursor: oracledb.Cursor, table: TableName) -> RowCounts:
        """Delete or mark the rows of other versions in a table; the caller commits."""
        binds: list[object] = [self.version, self.highest]
        if self.deletes:
            sql = statements.delete_older(table, self.column, with_null=self.with_null)
        else:
            binds = [dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000+00:00"), *binds]
            sql = statements.mark_older(
                table, self.column, self.deleted_at, with_null=self.with_null
            )
        cursor.execute(sql, binds)
        return RowCounts(deleted=cursor.rowcount)
