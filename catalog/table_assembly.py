"""Tables put together from the rows of the data dictionary."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.columns import columns_of
from catalog.invalid_views import broken_views
from catalog.keys import foreign_keys_of, indexed_columns_of, keys_of
from catalog.model import Estimate, Partition, Table, TableKind
from oracle_core import dictionary
from oracle_core.types.table import OBJECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
TEMPORARY = "a global temporary table: each session sees no rows but its own"
"""Database Concepts, "Temporary Tables"."""
OF_OBJECTS = f"its rows are objects: {OBJECTS.reason}; {OBJECTS.advice}"


@dataclass(frozen=True, slots=True)
class Depth:
    """What is read beside tables, views, columns, keys and comments.

    Attributes:
        views: whether views are read.
        details: whether foreign keys, partitions and kinds of identity are read.
        synonyms: whether the other names of tables are read.
        through_synonyms: whether what a synonym of a meant name leads to is described under that
            name.
    """

    views: bool = True
    details: bool = False
    synonyms: bool = False
    through_synonyms: bool = False


class TableRows:
    """The rows of the dictionary, by table."""

    def __init__(
        self,
        connection: oracledb.Connection,
        scope: Scope,
        admits: Callable[[str, str], bool],
        rights: SessionRights,
        depth: Depth,
    ) -> None:
        """Ask everything that the depth asks for, one statement a question.

        Args:
            connection: an open session.
            scope: which rows the statements give.
            admits: which tables are meant, by schema and name.
            rights: what the session may.
            depth: what is read.
        """
        self._depth = depth
        self._rights = rights
        self._stored = {(row.owner, row.name): row for row in dictionary.tables(connection, scope)}
        special, self._directories = _special(connection, scope)
        self._objects = _objects(connection, scope)
        self._kinds = special | {
            key: TableKind.TEMPORARY_TABLE
            if row.is_temporary
            else special.get(key, TableKind.TABLE)
            for key, row in self._stored.items()
        }
        if depth.views:
            views = (key for key, row in self._objects.items() if row.kind == "VIEW")
            self._kinds |= dict.fromkeys(views, TableKind.VIEW)
        self._chosen = sorted(key for key in self._kinds if admits(*key))
        self._granted = _granted(connection, scope, rights, self._chosen)
        # Before the columns are read: a view that is compiled now may have others.
        self._broken = broken_views(connection, self._invalid_views())
        self._comments = {
            (row.owner, row.table): row.comment
            for row in dictionary.table_comments(connection, scope)
        }
        self._read_keys(connection, scope)
        self._foreign_keys = foreign_keys_of(connection, scope) if depth.details else {}
        self._partitions = _partitions(connection, scope) if depth.details else {}
        # The most comes last, when the rows of all other questions are let go.
        self._columns = columns_of(
            connection, scope, frozenset(self._chosen), details=depth.details
        )

    def _invalid_views(self) -> Iterator[TableKey]:
        for key in self._chosen:
            row = self._objects.get(key)
            is_view = self._kinds[key] is TableKind.VIEW
            if is_view and row is not None and row.status == "INVALID" and self._may_read(key):
                yield key

    def _may_read(self, key: TableKey) -> bool:
        return self._rights.reads_schema(key[0]) or key in self._granted

    def _read_keys(self, connection: oracledb.Connection, scope: Scope) -> None:
        indexes = list(dictionary.index_columns(connection, scope))
        self._keys = keys_of(connection, scope, indexes)
        self._indexed = indexed_columns_of(indexes)

    def tables(self) -> list[Table]:
        """Return the tables that are meant, by schema and name."""
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


def _special(
    connection: oracledb.Connection, scope: Scope
) -> tuple[dict[TableKey, TableKind], dict[TableKey, set[str]]]:
    """Return which tables are more than tables, and the directories of the external ones."""
    kinds: dict[TableKey, TableKind] = {}
    directories: dict[TableKey, set[str]] = defaultdict(set)
    for row in dictionary.special_tables(connection, scope):
        kinds[row.owner, row.name] = _SPECIAL[row.kind]
        if row.directory is not None:
            directories[row.owner, row.name].add(row.directory)
    return kinds, directories


def _objects(connection: oracledb.Connection, scope: Scope) -> dict[TableKey, ObjectRow]:
    """Return tables and views as objects; a materialized view is there as a table already."""
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
    """Return what was granted; nothing is asked where no grant is needed."""
    if all(rights.reads_schema(schema) for schema in {schema for schema, _ in chosen}):
        return frozenset()
    return frozenset((row.owner, row.name) for row in dictionary.readable(connection, scope))


def _estimate(row: TableRow) -> Estimate:
    return Estimate(
        rows=None if row.num_rows is None else int(row.num_rows),
        blocks=None if row.blocks is None else int(row.blocks),
        analyzed_at=row.last_analyzed,
    )


def _partitions(
    connection: oracledb.Connection, scope: Scope
) -> dict[TableKey, tuple[str, list[Partition]]]:
    found: dict[TableKey, tuple[str, list[Partition]]] = {}
    for row in dictionary.partitions(connection, scope):
        rows = None if row.num_rows is None else int(row.num_rows)
        _, partitions = found.setdefault((row.owner, row.table), (row.method, []))
        partitions.append(Partition(row.name, rows))
    return found
