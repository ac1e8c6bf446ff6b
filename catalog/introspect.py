"""Reads the data dictionary into the model; the number of statements does not depend on it."""

from __future__ import annotations

import dataclasses
import gc
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

from catalog.model import Inventory, Problem, Schema, Synonym, Table, TableKind
from catalog.name_filter import NameFilter
from catalog.rights import session_rights
from catalog.synonyms import resolve, scope_of
from catalog.table_assembly import Depth, TableRows
from oracle_core import dictionary

if TYPE_CHECKING:
    from collections.abc import Iterator

    import oracledb

    from catalog.rights import SessionRights
    from catalog.synonyms import Resolved
    from oracle_core.dictionary import Scope


_NEVER_READ = frozenset({TableKind.TEMPORARY_TABLE, TableKind.OBJECT_TABLE})
"""Kinds that no grant can make readable."""


def introspect(
    connection: oracledb.Connection,
    names: NameFilter | None = None,
    *,
    include_views: bool = True,
) -> tuple[Schema, ...]:
    """Return tables and views with their columns, keys and comments.

    Args:
        connection: An open session; it sees what its user may read.
        names: Filter of schemas and tables; all by default.
        include_views: Whether views are read too.

    Returns:
        Non-empty schemas by name, their tables by name.
    """
    return take_inventory(connection, names, Depth(views=include_views)).schemas


@contextmanager
def _uncollected() -> Iterator[None]:
    """Disable the garbage collector, which would traverse a million columns again and again.

    Neither the rows nor the model have reference cycles.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_uncollected()
def take_inventory(
    connection: oracledb.Connection,
    names: NameFilter | None = None,
    depth: Depth | None = None,
) -> Inventory:
    """Return everything that the depth covers, in at most 18 statements.

    The tables behind synonyms take as many again, and each invalid view one more.

    The own schema is read from `USER_*` views. Other schemas are read from `DBA_*` where the
    session may, otherwise from `ALL_*`. Schemas that Oracle maintains, the recycle bin and the
    storage of nested tables are left out. Global temporary tables and object tables are listed as
    unreadable. So are broken views and tables without a grant, which are problems too, because
    their owner can mend them.

    Args:
        connection: An open session.
        names: Filter of schemas and tables; all by default.
        depth: Parts of the dictionary that are read.
    """
    wanted, chosen_depth = names or NameFilter(), depth or Depth()
    rights = session_rights(connection)
    scope = rights.scope(wanted)
    tables = TableRows(connection, scope, wanted.admits, rights, chosen_depth).tables()
    problems: list[Problem] = []
    if chosen_depth.through_synonyms:
        resolved = resolve(connection, wanted, rights)
        behind = _behind(connection, resolved, rights, chosen_depth)
        # Selected by default under one name only, or rows would be loaded twice.
        behind = list(_repeats_marked(tables, behind))
        tables = sorted([*tables, *behind], key=lambda table: (table.schema, table.name))
        problems += [*resolved.problems, *_leading_nowhere(resolved, behind, wanted)]
    schemas: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        schemas[table.schema].append(table)
    return Inventory(
        schemas=tuple(Schema(name, tuple(members)) for name, members in schemas.items()),
        database=rights.database,
        read_at=rights.asked_at,
        synonyms=(
            # Not the USER_* views: a synonym of an own table may be in any schema.
            tuple(_synonyms(connection, wanted.scope(rights.schemas, rights.wide_family)))
            if chosen_depth.synonyms
            else ()
        ),
        problems=(
            *(
                Problem(table.schema, table.name, table.unreadable)
                for table in tables
                if table.unreadable is not None and table.kind not in _NEVER_READ
            ),
            *problems,
        ),
    )


def _behind(
    connection: oracledb.Connection, resolved: Resolved, rights: SessionRights, depth: Depth
) -> list[Table]:
    """Return the tables behind synonyms, under the synonyms' names.

    A synonym of a sequence or package leads to none; the dictionary does not record the kind.
    """
    if not resolved.synonyms:
        return []
    places = resolved.places
    scope = scope_of(places, rights.wide_family)
    sources = TableRows(connection, scope, lambda *key: key in places, rights, depth)
    described = {(table.schema, table.name): table for table in sources.tables()}
    return [
        dataclasses.replace(
            described[place], schema=synonym.schema, name=synonym.name, synonym_for=place
        )
        for synonym in resolved.synonyms
        if (place := (synonym.referred_schema, synonym.referred_table)) in described
    ]


def _repeats_marked(tables: list[Table], behind: list[Table]) -> Iterator[Table]:
    """Yield the tables behind synonyms, marked where another stream reads the same rows."""
    seen = {table.source for table in tables}
    for table in behind:
        yield dataclasses.replace(table, is_repeated=table.source in seen)
        seen.add(table.source)


def _synonyms(connection: oracledb.Connection, scope: Scope) -> list[Synonym]:
    """Return the synonyms of tables in this database, by schema and name."""
    rows = sorted(
        # TABLE_OWNER of one with a link is a schema of the other database.
        (row for row in dictionary.synonyms(connection, scope) if row.db_link is None),
        key=lambda row: (row.owner, row.name),
    )
    return [Synonym(row.owner, row.name, row.table_owner, row.table) for row in rows]


def _leading_nowhere(
    resolved: Resolved, behind: list[Table], wanted: NameFilter
) -> Iterator[Problem]:
    """Yield the synonyms that the filter names exactly and that lead to no table."""
    described = {(table.schema, table.name) for table in behind}
    for synonym in resolved.synonyms:
        key = (synonym.schema, synonym.name)
        if key not in described and wanted.names_table(*key):
            place = f"{synonym.referred_schema}.{synonym.referred_table}"
            yield Problem(*key, f"it is for {place}, no table or view that the user sees")
