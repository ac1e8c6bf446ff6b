"""Finds the object that a name in a statement stands for.

Source: SQL Language Reference, "How Oracle Database Resolves Schema Object References": own
objects and private synonyms share a name space, public synonyms come after them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from oracle_standin.engine import names
from oracle_standin.engine.contract import Constructor, ObjectRef, ViewDefinition
from oracle_standin.protocol import OracleError

Query = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

_DICTIONARY_OWNER = "SYS"
_PUBLIC = "PUBLIC"
_LONGEST_SYNONYM_CHAIN = 16
# The schema name under which PostgreSQL finds the session's own temporary tables.
TEMPORARY_SCHEMA = "pg_temp"

_FIND_RELATION = """
SELECT c.oid, CASE WHEN f.external THEN 'x' WHEN f.nested THEN 'n' ELSE c.relkind::text END,
    COALESCE(f.temporary, false), COALESCE(NOT v.valid, false)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN ora.users u ON u.username = n.nspname
LEFT JOIN ora.table_facts f ON f.relid = c.oid AND c.relkind = 'r'
LEFT JOIN ora.view_facts v ON v.relid = c.oid AND c.relkind = 'v'
WHERE n.nspname = %s AND c.relname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
"""
_FIND_TEMPORARY = """
SELECT c.oid, c.relkind::text
FROM pg_catalog.pg_class c
WHERE c.relnamespace = pg_catalog.pg_my_temp_schema() AND c.relname = %s AND c.relkind = 'r'
"""
_FIND_SYNONYM = "SELECT table_owner, table_name FROM ora.synonyms WHERE owner = %s AND name = %s"
_FIND_PROGRAM = "SELECT 1 FROM ora.program_units WHERE owner = %s AND name = %s"
_COLUMNS = """
SELECT ora.oracle_name(a.attname::text)
FROM pg_catalog.pg_attribute a
LEFT JOIN ora.column_facts f ON f.relid = a.attrelid AND f.attnum = a.attnum
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped AND NOT COALESCE(f.hidden, false)
ORDER BY COALESCE(f.column_id, a.attnum), a.attnum
"""
_LARGE = """
SELECT ora.oracle_name(a.attname::text), f.data_type
FROM ora.column_facts f
JOIN pg_catalog.pg_attribute a ON a.attrelid = f.relid AND a.attnum = f.attnum
WHERE f.relid = %s AND f.data_type IN ('CLOB', 'NCLOB', 'BLOB', 'BFILE', 'LONG', 'LONG RAW')
"""
_VIEW = "SELECT text, name_schema, flashback, read_only FROM ora.view_facts WHERE relid = %s::oid"


_CONSTRUCTOR = """
SELECT t.owner, t.name, t.collection, array_agg(a.pg_type ORDER BY a.position)
FROM ora.type_facts t JOIN ora.type_attributes a ON a.type_id = t.type_id
WHERE t.type_id = (
    SELECT f.type_id FROM ora.type_facts f WHERE f.name = %s AND f.owner = %s
    UNION ALL
    SELECT f.type_id FROM ora.synonyms s
    JOIN ora.type_facts f ON f.owner = s.table_owner AND f.name = s.table_name
    WHERE s.name = %s AND s.owner IN (%s, 'PUBLIC') LIMIT 1)
GROUP BY t.type_id
"""


class NameResolver:
    """The `Resolver` of a session; remembers what it found until `forget()`."""

    def __init__(
        self,
        shared: Query,
        own: Query,
        current_schema: Callable[[], str],
        defines: Callable[[], bool],
    ) -> None:
        """Look up with `shared`, a connection of the database, and `own`, the session's.

        Only the session's own connection sees its temporary tables. While the session `defines`,
        that is runs DDL, a global temporary table is its definition.
        """
        self._defines = defines
        self.stands_for: dict[int, int] = {}
        """Oids of session tables to those of the definitions they stand for."""
        self.met_temporary = False
        """Whether a temporary table was found since this was last set to False."""
        self._shared = shared
        self._own = own
        self._current_schema = current_schema
        self._found: dict[tuple[str, str | None, str], ObjectRef] = {}
        self._columns: dict[int, list[str]] = {}
        self._views: dict[int, ViewDefinition | None] = {}
        self._large: dict[int, dict[str, str]] = {}

    def forget(self) -> None:
        """Drop what is remembered, after DDL."""
        self._found.clear()
        self._columns.clear()
        self._views.clear()
        self._large.clear()

    def within(self, schema: str) -> NameResolver:
        """Return a resolver that finds unqualified names in another schema."""
        found = NameResolver(self._shared, self._own, lambda: schema, self._defines)
        found.stands_for = self.stands_for
        return found

    def large_columns(self, ref: ObjectRef) -> Mapping[str, str]:
        """Return the columns of LOB types, which nothing is sorted by, with their types."""
        if ref.oid not in self._large:
            self._large[ref.oid] = dict(self._shared(_LARGE, (ref.oid,)))
        return self._large[ref.oid]

    def view(self, ref: ObjectRef) -> ViewDefinition | None:
        """Return the definition of a view of a user; None for anything else."""
        if ref.kind != "v" or ref.owner == _DICTIONARY_OWNER:
            return None
        if ref.oid not in self._views:
            rows = self._shared(_VIEW, (ref.oid,))
            self._views[ref.oid] = ViewDefinition(*rows[0]) if rows else None
        return self._views[ref.oid]

    def resolve(self, schema: str | None, name: str) -> ObjectRef | None:
        """Return the object behind a name, synonyms followed, or None.

        Raises OracleError 1775 for a chain of synonyms that leads back to itself, 4063 for a view
        that cannot be compiled.
        """
        key = (self._current_schema(), schema, name)
        found = self._found.get(key)
        if found is None:
            found = self._search(schema, name)
            if found is not None and found.owner == TEMPORARY_SCHEMA:
                self.met_temporary = True
            elif found is not None:
                self._found[key] = found
        return found

    def is_program(self, parts: Sequence[str]) -> bool:
        """Return whether a dotted name is that of stored PL/SQL, or of something in a package."""
        schema = self._current_schema()
        places = [(schema, parts[0]), *([tuple(parts[:2])] if len(parts) > 1 else [])]
        return any(self._shared(_FIND_PROGRAM, place) for place in places)

    def constructor(self, parts: Sequence[str]) -> Constructor | None:
        """Return the constructor of a type made by CREATE TYPE, None for another name."""
        if len(parts) > 2:
            return None
        owner = parts[0] if len(parts) == 2 else self._current_schema()
        rows = self._shared(_CONSTRUCTOR, (parts[-1], owner, parts[-1], owner))
        if not rows:
            return None
        owner, name, collection, types = rows[0]
        sql = f"{names.quoted(owner)}.{names.quoted(name)}"
        return Constructor(sql, tuple(map(names.unsized, types)), collection is not None)

    def columns(self, ref: ObjectRef) -> Sequence[str]:
        """Return the visible columns of an object in Oracle's order."""
        known = self._columns.get(ref.oid)
        if known is None:
            oid = self.stands_for.get(ref.oid, ref.oid)
            private = ref.owner == TEMPORARY_SCHEMA and oid == ref.oid
            query = self._own if private else self._shared
            known = [column for (column,) in query(_COLUMNS, (oid,))]
            self._columns[ref.oid] = known
        return known

    def _search(self, schema: str | None, name: str) -> ObjectRef | None:
        if schema is not None:
            return self._in_schema(schema, name, 0)
        return (
            self._in_schema(self._current_schema(), name, 0)
            or self._through_synonym(_PUBLIC, name, 0)
            or self._relation(_DICTIONARY_OWNER, name)
            or self._temporary(name)
        )

    def _in_schema(self, schema: str, name: str, depth: int) -> ObjectRef | None:
        return self._relation(schema, name) or self._through_synonym(schema, name, depth)

    def _through_synonym(self, schema: str, name: str, depth: int) -> ObjectRef | None:
        if depth > _LONGEST_SYNONYM_CHAIN:
            raise OracleError(1775, "looping chain of synonyms")
        rows = self._shared(_FIND_SYNONYM, (schema, name))
        if not rows:
            return None
        owner, target = rows[0]
        return self._in_schema(owner, target, depth + 1)

    def _relation(self, owner: str, name: str) -> ObjectRef | None:
        rows = self._shared(_FIND_RELATION, (names.engine_name(owner), names.engine_name(name)))
        if not rows:
            return None
        oid, kind, temporary, invalid = rows[0]
        if temporary and not self._defines():
            return self._session_table(name, oid)
        if invalid and not self._defines():
            # Whatever a query asks of it: the view is compiled when the query is.
            raise OracleError(4063, f'view "{owner}.{name}" has errors')
        return ObjectRef(owner, name, oid, kind)

    def _session_table(self, name: str, definition: int) -> ObjectRef:
        """Return the table with the session's own rows of a global temporary table."""
        stored, oid = self._own("SELECT * FROM ora.session_table(%s)", (definition,))[0]
        names.remember(stored, name)
        self.stands_for[oid] = definition
        return ObjectRef(TEMPORARY_SCHEMA, stored, oid, "r")

    def _temporary(self, name: str) -> ObjectRef | None:
        rows = self._own(_FIND_TEMPORARY, (names.engine_name(name),))
        return ObjectRef(TEMPORARY_SCHEMA, name, *rows[0]) if rows else None
