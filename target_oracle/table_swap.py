"""Replaces a table by another one: two renames, or one exchange of its only partition.

The new table is built beside the old one, which is readable until the end. Everything can be run
again from the start: what a lost session or a killed run left is removed or ended first.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import describe
from oracle_core.identifiers import Identifier, TableName
from target_oracle.comments import changed_comments
from target_oracle.ledger import RowCounts
from target_oracle.table_copy import TableCopy, restored_constraint, restored_index
from target_oracle.table_definition import read_definition
from target_oracle.table_spec import read_comments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from target_oracle.swap_obstacles import Strategy

    Then = Callable[[oracledb.Cursor, TableName], RowCounts]
    """Does in a table what belongs to the rows: versions."""

_LOGGER = logging.getLogger("target-oracle")
_THERE = "SELECT TABLE_NAME FROM ALL_TABLES WHERE OWNER = :1 AND TABLE_NAME IN (:2, :3, :4)"
_INDEX_NAMES = "SELECT INDEX_NAME FROM ALL_INDEXES WHERE TABLE_OWNER = :1 AND TABLE_NAME = :2"
_CONSTRAINT_NAMES = (
    "SELECT CONSTRAINT_NAME FROM ALL_CONSTRAINTS WHERE OWNER = :1 AND TABLE_NAME = :2"
)
_PARTITION = (
    "SELECT PARTITION_NAME FROM ALL_TAB_PARTITIONS WHERE TABLE_OWNER = :1 AND TABLE_NAME = :2"
)
_NOT_ANALYZED = "ORA-20000"
_STATISTICS = "BEGIN DBMS_STATS.GATHER_TABLE_STATS(:1, :2); END;"


@dataclass(frozen=True, slots=True)
class TableSwap:
    """The replacement of one table.

    Attributes:
        table: The table of the stream.
        strategy: How it is replaced.
        name_bytes: Bytes that a name may have.
    """

    table: TableName
    strategy: Strategy
    name_bytes: int

    @property
    def new(self) -> TableName:
        """The table that is built; its name belongs to the target."""
        return self._beside("NEW")

    @property
    def old(self) -> TableName:
        """The table that was replaced, until it is dropped."""
        return self._beside("OLD")

    def _beside(self, word: str) -> TableName:
        # A digest, since a suffix may not fit; the name has 27 bytes (30 below COMPATIBLE 12.2).
        digest = hashlib.sha256(str(self.table).encode()).hexdigest()[:16].upper()
        return TableName(self.table.schema, Identifier(f"SINGER_{word}_{digest}"))

    def repair(self, connection: oracledb.Connection) -> bool:
        """End what a killed run left between its statements; return whether there was any.

        A missing table comes back as the new one, which is whole before the first rename, or as
        the old one. Without the old one it was dropped by somebody else, and stays away: what is
        left of a new one may be half of it.

        Raises:
            oracledb.Error: If the database refuses it.
        """
        there = self._there(connection)
        leftovers = there - {self.table}
        if self.table not in there and self.old in leftovers:
            source = self.new if self.new in leftovers else self.old
            _LOGGER.warning(
                "Table %s is missing, because a run was killed between two renames; %s is "
                "renamed to it",
                self.table,
                source,
            )
            _run(connection, _rename(source, self.table))
            leftovers -= {source}
        for name in sorted(leftovers):
            _run(connection, f"DROP TABLE {name.sql} PURGE")
        if there:
            self._restore_names(connection)
        return bool(there - {self.table})

    def _there(self, connection: oracledb.Connection) -> set[TableName]:
        names = [self.table, self.new, self.old]
        with connection.cursor() as cursor:
            binds = [self.table.schema.name, *(name.table.name for name in names)]
            existing = {name for (name,) in cursor.execute(_THERE, binds)}
        return {name for name in names if name.table.name in existing}

    def replace(
        self, connection: oracledb.Connection, insert: Callable[[TableName], str], then: Then | None
    ) -> RowCounts:
        """Build the new table and put it into the place of the old one; every statement commits.

        Args:
            connection: Session without an open transaction.
            insert: Returns the INSERT of the rows into a table.
            then: What else is done with them.

        Raises:
            oracledb.Error: If the database refuses a statement; the old table is in place then.
        """
        self.repair(connection)
        counts = self._build(connection, insert, then)
        if self.strategy == "exchange":
            self._exchange(connection)
        else:
            self._rename_twice(connection)
        return counts

    def _build(
        self, connection: oracledb.Connection, insert: Callable[[TableName], str], then: Then | None
    ) -> RowCounts:
        copy = TableCopy(self.new, read_definition(connection, self.table), self.name_bytes)
        if self.strategy == "exchange":
            # It has the hidden columns too, without which ORA-14097 refuses the exchange.
            _run(
                connection, f"CREATE TABLE {self.new.sql} FOR EXCHANGE WITH TABLE {self.table.sql}"
            )
        else:
            _run(connection, copy.create())
        with connection.cursor() as cursor:
            cursor.execute(insert(self.new))
            counts = RowCounts(inserted=cursor.rowcount)
            connection.commit()  # before it nothing may read a table that APPEND fills (ORA-12838)
            if then is not None:
                counts += then(cursor, self.new)
                connection.commit()
        # Indexes after the rows: built once rather than kept up row by row.
        _run(connection, *copy.finish())
        if self.strategy == "rename":
            comments = read_comments(connection, self.table)
            wanted = {column: text for column, text in comments.items() if text}
            _run(connection, *changed_comments(self.new, wanted, {}), *copy.grants())
        self._gather_statistics(connection)
        return counts

    def _gather_statistics(self, connection: oracledb.Connection) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(_STATISTICS, [self.new.schema.sql, self.new.table.sql])
        except oracledb.DatabaseError as error:
            # In another schema it takes ANALYZE ANY (PL/SQL Packages, "GATHER_TABLE_STATS").
            # Oracle's nightly task gathers them too; the rows need not wait for that.
            if describe(error).code != _NOT_ANALYZED:
                raise
            _LOGGER.warning(
                "Table %s is replaced without statistics (%s); grant ANALYZE ANY, or gather them",
                self.table,
                _NOT_ANALYZED,
            )

    def _rename_twice(self, connection: oracledb.Connection) -> None:
        _LOGGER.info(
            "Table %s is renamed to %s and %s to it; a reader between the two gets ORA-00942",
            self.table,
            self.old,
            self.new,
        )
        _run(connection, _rename(self.table, self.old))
        try:
            _run(connection, _rename(self.new, self.table))
        except oracledb.Error:
            # The table is missing until it has its name again.
            _run(connection, _rename(self.old, self.table))
            raise
        _run(connection, f"DROP TABLE {self.old.sql} PURGE")
        self._restore_names(connection)

    def _restore_names(self, connection: oracledb.Connection) -> None:
        binds = [self.table.schema.name, self.table.table.name]
        for query, restored in (
            (_CONSTRAINT_NAMES, restored_constraint),
            (_INDEX_NAMES, restored_index),
        ):
            with connection.cursor() as cursor:
                names = [name for (name,) in cursor.execute(query, binds)]
            statements = (restored(self.table, name) for name in names)
            _run(connection, *filter(None, statements))

    def _exchange(self, connection: oracledb.Connection) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_PARTITION, [self.table.schema.name, self.table.table.name])
            row = cursor.fetchone()
        assert row is not None  # noqa: S101 - `obstacle` has asked
        # Every row fits the only partition, so that validation would only cost time.
        _run(
            connection,
            f"ALTER TABLE {self.table.sql} EXCHANGE PARTITION {Identifier(row[0]).sql} "
            f"WITH TABLE {self.new.sql} INCLUDING INDEXES WITHOUT VALIDATION",
            f"DROP TABLE {self.new.sql} PURGE",
        )


def _rename(old: TableName, new: TableName) -> str:
    # RENAME alone takes no schema (SQL Language Reference, "RENAME").
    return f"ALTER TABLE {old.sql} RENAME TO {new.table.sql}"


def _run(connection: oracledb.Connection, *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            _LOGGER.info("%s", statement)
            cursor.execute(statement)


def insert_into(columns: Sequence[str], source: str) -> Callable[[TableName], str]:
    """Return what makes the INSERT of a query's rows above the high-water mark."""
    listed = ", ".join(columns)
    return lambda table: f"INSERT /*+ APPEND */ INTO {table.sql} ({listed}) {source}"
