"""From the data dictionary to the model, in a number of statements that no schema changes."""

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
from oracle_core.dictionary import Family

if TYPE_CHECKING:
    from collections.abc import Iterator

    import oracledb

    from catalog.rights import SessionRights
    from catalog.synonyms import Resolved
    from oracle_core.dictionary import Scope


_NEVER_READ = frozenset({TableKind.TEMPORARY_TABLE, TableKind.OBJECT_TABLE})
"""Kinds that nobody can make readable."""


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


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector out, which would visit a million columns again and again.

    Rows and what is made of them refer to nothing that refers back.
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
    """Read everything that the depth asks for, in at most 14 statements.

    With synonyms, what they are for is read in as many again; and each invalid view takes one.

    The own schema is read from `USER_*`, everything from `DBA_*` where the session may, else what
    it may see from `ALL_*`. Oracle's own schemas, the recycle bin and nested-table storage are left
    out. Global temporary tables and object tables are listed as what cannot be read. So are broken
    views and tables that the session sees and may not read; these are among the problems too,
    because somebody can mend them.

    Args:
        connection: an open session.
        names: which schemas and tables are meant; all by default.
        depth: what is read.
    """
    wanted, chosen_depth = names or NameFilter(), depth or Depth()
    rights = session_rights(connection)
    scope = wanted.scope(rights.family(wanted))
    tables = TableRows(connection, scope, wanted.admits, rights, chosen_depth).tables()
    problems: list[Problem] = []
    if chosen_depth.through_synonyms:
        resolved = resolve(connection, wanted)
        behind = _behind(connection, resolved, rights, chosen_depth)
        behind = list(_repeats_marked(tables, behind))
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
                if table.unreadable is not None and table.kind not in _NEVER_READ
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
    """Yield what is behind synonyms; marked where it is itself there, or behind an earlier one."""
    seen = {table.source for table in tables}
    for table in behind:
        yield dataclasses.replace(table, is_repeated=table.source in seen)
        seen.add(table.source)


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
