"""From the data dictionary to the model, in a number of statements that no schema changes."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.columns import columns_of
from catalog.keys import foreign_keys_of, indexed_columns_of, keys_of
from catalog.model import (
    Estimate,
    Inventory,
    Partition,
    Problem,
    Schema,
    Synonym,
    Table,
    TableKind,
)
from catalog.names import NameFilter
from catalog.rights import session_rights
from catalog.synonyms import resolve, scope_of
from oracle_core import dictionary
from oracle_core.dictionary import Family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import oracledb

    from catalog.rights import SessionRights
    from catalog.synonyms import Resolved
    from oracle_core.dictionary import Scope
    from oracle_core.dictionary_rows import ObjectRow, TableRow

TableKey = tuple[str, str]
"""Schema and table."""

_SPECIAL = {
    "MATERIALIZED VIEW": TableKind.MATERIALIZED_VIEW,
    "EXTERNAL": TableKind.EXTERNAL_TABLE,
}
NOT_GRANTED = "no SELECT or READ privilege on it; grant READ"
INVALID_VIEW = "the view is invalid: what it reads was changed or dropped; compile or replace it"
TEMPORARY = "a global temporary table: each session sees no rows but its own"
"""Database Concepts, "Temporary Tables"."""


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


def introspect(
    connection: oracledb.Connection,
    names: NameFilter | None = None,
    *,
    include_views: bool = True,
) -> tuple[Schema, ...]:
    """Read tables and views with their columns, keys and comments.

    Args:
        connection: an open session; it sees what its user may read.
        names: which schemas and tables are meant; all by default.
        include_views: whether views are read too.

    Returns:
        Schemas that hold something, by name, their tables by name.
    """
    return take_inventory(connection, names, Depth(views=include_views)).schemas


def take_inventory(
    connection: oracledb.Connection,
    names: NameFilter | None = None,
    depth: Depth | None = None,
) -> Inventory:
    """Read everything that the depth asks for, in at most 14 statements, twice with synonyms.

    The own schema is read from `USER_*`, everything from `DBA_*` where the session may, else what
    it may see from `ALL_*`. Oracle's own schemas, the recycle bin and nested-table storage are left
    out. Global temporary tables are listed as what cannot be read. So are views that are invalid
    and tables that the session sees and may not read; these are among the problems too, because
    somebody can mend them.

    Args:
        connection: an open session.
        names: which schemas and tables are meant; all by default.
        depth: what is read.
    """
    wanted, chosen_depth = names or NameFilter(), depth or Depth()
    rights = session_rights(connection)
    scope = wanted.scope(rights.family(wanted))
    tables = _Sources(connection, scope, wanted.admits, rights, chosen_depth).tables()
    problems: list[Problem] = []
    if chosen_depth.through_synonyms:
        resolved = resolve(connection, wanted)
        behind = _behind(connection, resolved, rights, chosen_depth)
        tables = sorted([*tables, *behind], key=lambda table: (table.schema, table.name))
        problems += [*resolved.problems, *_leading_nowhere(resolved, behind, wanted)]
    schemas: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        schemas[table.schema].append(table)
    return Inventory(
        schemas=tuple(Schema(name, tuple(found)) for name, found in schemas.items()),
        database=rights.database,
        read_at=rights.asked_at,
        synonyms=tuple(_synonyms(connection, wanted.scope())) if chosen_depth.synonyms else (),
        problems=(
            *(
                Problem(table.schema, table.name, table.unreadable)
                for table in tables
                if table.unreadable is not None and table.kind is not TableKind.TEMPORARY_TABLE
            ),
            *problems,
        ),
    )


def _behind(
    connection: oracledb.Connection, resolved: Resolved, rights: SessionRights, depth: Depth
) -> list[Table]:
    """Return what synonyms lead to, under their names.

    A synonym of a sequence or package leads to no table: the dictionary does not say what a
    synonym is for.
    """
    if not resolved.synonyms:
        return []
    places = resolved.places
    scope = scope_of(places, Family.DBA if rights.sees_dba_views else Family.ALL)
    sources = _Sources(connection, scope, lambda *key: key in places, rights, depth)
    described = {(table.schema, table.name): table for table in sources.tables()}
    return [
        dataclasses.replace(
            described[place], schema=synonym.schema, name=synonym.name, synonym_for=place
        )
        for synonym in resolved.synonyms
        if (place := (synonym.referred_schema, synonym.referred_table)) in described
    ]


def _synonyms(connection: oracledb.Connection, scope: Scope) -> list[Synonym]:
    """Return the synonyms of tables in this database."""
    return [
        Synonym(row.owner, row.name, row.table_owner, row.table)
        for row in dictionary.synonyms(connection, scope)
        if row.db_link is None
    ]


def _leading_nowhere(
    resolved: Resolved, behind: list[Table], wanted: NameFilter
) -> Iterator[Problem]:
    """Yield the synonyms that were asked for by name and lead to no table."""
    described = {(table.schema, table.name) for table in behind}
    for synonym in resolved.synonyms:
        key = (synonym.schema, synonym.name)
        if key not in described and wanted.names_table(*key):
            place = f"{synonym.referred_schema}.{synonym.referred_table}"
            yield Problem(*key, f"it is for {place}, no table or view that the user sees")


class _Sources:
    """The rows of the dictionary, by table."""

    def __init__(
        self,
        connection: oracledb.Connection,
        scope: Scope,
        admits: Callable[[str, str], bool],
        rights: SessionRights,
        depth: Depth,
    ) -> None:
        self._depth = depth
        self._rights = rights
        self._stored = {(row.owner, row.name): row for row in dictionary.tables(connection, scope)}
        special = {
            (row.owner, row.name): _SPECIAL[row.kind]
            for row in dictionary.special_tables(connection, scope)
        }
        self._objects = _objects(connection, scope)
        self._kinds = {
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
            unreadable=self._unreadable(key, described),
            foreign_keys=tuple(self._foreign_keys.get(key, ())),
            indexed_columns=tuple(self._indexed.get(key, ())),
            estimate=estimate,
            is_index_organized=stored is not None and stored.iot_type is not None,
            partitioning=method,
            partitions=tuple(partitions),
            last_ddl_at=described.last_ddl_time if described else None,
        )

    def _unreadable(self, key: TableKey, described: ObjectRow | None) -> str | None:
        kind = self._kinds[key]
        if kind is TableKind.TEMPORARY_TABLE:
            return TEMPORARY
        if kind is TableKind.VIEW and described is not None and described.status == "INVALID":
            return INVALID_VIEW
        if not self._rights.reads_schema(key[0]) and key not in self._granted:
            return NOT_GRANTED
        return None


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
