"""Assembles tables from rows of the data dictionary."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from catalog.columns import columns_of
from catalog.invalid_views import broken_views
from catalog.keys import TableKeys
from catalog.model import Estimate, Partition, Table, TableKind
from oracle_core import dictionary
from oracle_core.types.table import OBJECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import oracledb

    from catalog.rights import SessionRights
    from oracle_core.dictionary import Scope
    from oracle_core.dictionary_rows import ObjectRow, TableRow

TableKey = tuple[str, str]
"""Schema and table."""

_SPECIAL = {
    "MATERIALIZED VIEW": TableKind.MATERIALIZED_VIEW,
    "EXTERNAL": TableKind.EXTERNAL_TABLE,
    "OBJECT": TableKind.OBJECT_TABLE,
}
NOT_GRANTED = "no SELECT or READ privilege on it; grant READ"
INVALID_VIEW = "the view is invalid: what it reads was changed or dropped; replace it or mend that"
TEMPORARY = "a global temporary table: each session sees only its own rows"
"""Database Concepts, "Temporary Tables"."""
OF_OBJECTS = f"its rows are objects: {OBJECTS.reason}; {OBJECTS.advice}"


@dataclass(frozen=True, slots=True)
class Depth:
    """Parts of the dictionary that are read beside tables, columns, keys and comments.

    Attributes:
        views: Whether views are read.
        details: Whether foreign keys, partitions and kinds of identity are read.
        synonyms: Whether the synonyms of tables are read.
        through_synonyms: Whether the tables behind selected synonyms are described under the
            synonyms' names.
    """

    views: bool = True
    details: bool = False
    synonyms: bool = False
    through_synonyms: bool = False


class TableRows:
    """Rows of the dictionary, by table."""

    def __init__(
        self,
        connection: oracledb.Connection,
        scope: Scope,
        admits: Callable[[str, str], bool],
        rights: SessionRights,
        depth: Depth,
    ) -> None:
        """Read the rows, one statement per view of the dictionary.

        Args:
            connection: An open session.
            scope: Scope of the statements.
            admits: Whether a table is selected, by schema and name.
            rights: Rights of the session.
            depth: Parts of the dictionary that are read.
        """
        self._rights = rights
        self._stored = {(row.owner, row.name): row for row in dictionary.tables(connection, scope)}
        special, self._directories = _special(connection, scope)
        self._objects = _objects(connection, scope)
        # Object tables are among the special ones alone: *_TABLES leave them out.
        self._kinds = special | _stored_kinds(self._stored, special)
        if depth.views:
            self._kinds |= _views(self._objects)
        self._chosen = sorted(key for key in self._kinds if admits(*key))
        self._granted = _granted(connection, scope, rights, self._chosen)
        # Before the columns are read: a view that is compiled now may have others.
        self._broken = broken_views(connection, self._invalid_views())
        self._comments = {
            (row.owner, row.table): row.comment
            for row in dictionary.table_comments(connection, scope)
        }
        chosen = frozenset(self._chosen)
        keys = TableKeys(connection, scope, chosen)
        self._keys, self._indexed = keys.keys(), keys.indexed_columns()
        self._foreign_keys = keys.foreign_keys() if depth.details else {}
        self._partitions = _partitions(connection, scope) if depth.details else {}
        # The columns are most of the rows and come last, when all others have been released.
        del keys
        self._columns = columns_of(connection, scope, chosen, details=depth.details)

    def _invalid_views(self) -> Iterator[TableKey]:
        for key in self._chosen:
            row = self._objects.get(key)
            is_view = self._kinds[key] is TableKind.VIEW
            if is_view and row is not None and row.status == "INVALID" and self._may_read(key):
                yield key

    def _may_read(self, key: TableKey) -> bool:
        return self._rights.reads_schema(key[0]) or key in self._granted

    def tables(self) -> list[Table]:
        """Return the selected tables, by schema and name."""
        return [self._table(key) for key in self._chosen]

    def _table(self, key: TableKey) -> Table:
        stored = self._stored.get(key)
        described = self._objects.get(key)
        method, partitions = self._partitions.get(key, (None, ()))
        estimate = _estimate(stored) if stored else Estimate()
        return Table(
            schema=key[0],
            name=key[1],
            kind=self._kinds[key],
            columns=self._columns.get(key, ()),
            keys=tuple(self._keys.get(key, ())),
            comment=self._comments.get(key),
            row_count=estimate.rows,
            unreadable=self._unreadable(key),
            foreign_keys=tuple(self._foreign_keys.get(key, ())),
            indexed_columns=tuple(self._indexed.get(key, ())),
            estimate=estimate,
            is_index_organized=stored is not None and stored.iot_type is not None,
            partitioning=method,
            partitions=tuple(partitions),
            last_ddl_at=described.last_ddl_time if described else None,
            directories=tuple(sorted(self._directories.get(key, ()))),
        )

    def _unreadable(self, key: TableKey) -> str | None:
        if self._kinds[key] is TableKind.TEMPORARY_TABLE:
            return TEMPORARY
        if self._kinds[key] is TableKind.OBJECT_TABLE:
            return OF_OBJECTS
        if not self._may_read(key):
            return NOT_GRANTED
        return INVALID_VIEW if key in self._broken else None


def _stored_kinds(
    stored: Mapping[TableKey, TableRow], special: Mapping[TableKey, TableKind]
) -> dict[TableKey, TableKind]:
    return {
        key: TableKind.TEMPORARY_TABLE if row.is_temporary else special.get(key, TableKind.TABLE)
        for key, row in stored.items()
    }


def _views(objects: Mapping[TableKey, ObjectRow]) -> dict[TableKey, TableKind]:
    return {key: TableKind.VIEW for key, row in objects.items() if row.kind == "VIEW"}


def _special(
    connection: oracledb.Connection, scope: Scope
) -> tuple[dict[TableKey, TableKind], dict[TableKey, set[str]]]:
    """Return the kinds of special tables, and the directories of the external ones."""
    kinds: dict[TableKey, TableKind] = {}
    directories: dict[TableKey, set[str]] = defaultdict(set)
    for row in dictionary.special_tables(connection, scope):
        kinds[row.owner, row.name] = _SPECIAL[row.kind]
        if row.directory is not None:
            directories[row.owner, row.name].add(row.directory)
    return kinds, directories


def _objects(connection: oracledb.Connection, scope: Scope) -> dict[TableKey, ObjectRow]:
    """Return tables and views as objects; a materialized view is also an object of kind TABLE."""
    return {
        (row.owner, row.name): row
        for row in dictionary.objects(connection, scope)
        if row.kind != "MATERIALIZED VIEW"
    }


def _granted(
    connection: oracledb.Connection,
    scope: Scope,
    rights: SessionRights,
    chosen: list[TableKey],
) -> frozenset[TableKey]:
    """Return the tables with a grant; without a statement where every schema is readable."""
    if all(rights.reads_schema(schema) for schema in {schema for schema, _ in chosen}):
        return frozenset()
    return frozenset(
        (row.owner, row.name)
        for row in dictionary.readable(connection, scope)
        if row.grantee in rights.grantees
    )


def _estimate(row: TableRow) -> Estimate:
    return Estimate(
        rows=None if row.num_rows is None else int(row.num_rows),
        blocks=None if row.blocks is None else int(row.blocks),
        analyzed_at=row.last_analyzed,
    )


def _partitions(
    connection: oracledb.Connection, scope: Scope
) -> dict[TableKey, tuple[str, list[Partition]]]:
    """Return method and partitions of partitioned tables, the partitions in their order."""
    positioned: dict[TableKey, list[tuple[int, Partition]]] = defaultdict(list)
    for row in dictionary.partitions(connection, scope):
        rows = None if row.num_rows is None else int(row.num_rows)
        positioned[row.owner, row.table].append((int(row.position), Partition(row.name, rows)))
    methods = {
        (row.owner, row.table): row.method
        for row in dictionary.partitioned_tables(connection, scope)
    }
    return {
        key: (methods[key], [partition for _, partition in sorted(partitions, key=itemgetter(0))])
        for key, partitions in positioned.items()
        if key in methods
    }
