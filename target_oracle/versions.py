"""Makes a version of a stream the current one: rows of earlier versions go or are marked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from target_oracle import statements
from target_oracle.ledger import RowCounts

if TYPE_CHECKING:
    import oracledb

    from oracle_core.identifiers import Identifier, TableName


@dataclass(slots=True)
class VersionState:
    """What a run knows of the versions of one stream.

    `has_unversioned` says that rows of this run came before any version was announced; they do not
    count as older.
    """

    announced: int | None = None
    is_due: bool = False
    seen: set[int] = field(default_factory=set)
    has_unversioned: bool = False

    @property
    def are_known(self) -> bool:
        """Whether the stream has versions."""
        return self.announced is not None or bool(self.seen)

    @property
    def highest(self) -> int:
        """The highest version of this run."""
        return max({self.announced or 0} | self.seen)

    def note(self, versions: set[int | None]) -> bool:
        """Note the versions of rows; return whether one is new."""
        if self.announced is None and None in versions:
            self.has_unversioned = True
        new = {version for version in versions if version is not None} - self.seen
        self.seen |= new
        return bool(new)

    def announce(self, version: int) -> bool:
        """Note an ACTIVATE_VERSION; return whether rows of it have come."""
        self.announced, self.is_due = version, True
        return version in self.seen


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
            # The mask of `mark_older` has nine digits (FF9), strftime six.
            binds = [dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000+00:00"), *binds]
            sql = statements.mark_older(
                table, self.column, self.deleted_at, with_null=self.with_null
            )
        cursor.execute(sql, binds)
        return RowCounts(deleted=cursor.rowcount)
