"""Data types of columns and attributes: built in, or made by CREATE TYPE.

Source: SQL Language Reference, "User-Defined Types".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine import system_types
from oracle_standin.engine.ddl import column_types
from oracle_standin.engine.names import quoted
from oracle_standin.engine.type_facts import ColumnType
from oracle_standin.lexer import Kind
from oracle_standin.protocol import OracleError, TypeCode

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.reader import ObjectName, Reader

_NESTED_TABLE_LENGTH = 16
_FIND = """
SELECT t.type_id::bigint, t.owner, t.name, t.collection, t.upper_bound
FROM ora.type_facts t WHERE t.name = %s AND t.owner = %s
UNION ALL
SELECT t.type_id::bigint, t.owner, t.name, t.collection, t.upper_bound
FROM ora.synonyms s JOIN ora.type_facts t ON t.owner = s.table_owner AND t.name = s.table_name
WHERE s.name = %s AND s.owner IN (%s, 'PUBLIC')
"""


@dataclass(frozen=True, slots=True)
class NamedType:
    """A type made by CREATE TYPE; `collection` is TABLE, VARYING ARRAY or None for an object."""

    type_id: int
    owner: str
    name: str
    collection: str | None
    upper_bound: int | None

    @property
    def sql(self) -> str:
        """Return the name of its domain, which its constructor has too."""
        return f"{quoted(self.owner)}.{quoted(self.name)}"

    @property
    def is_nested_table(self) -> bool:
        """Return whether columns of it are stored in a table of their own."""
        return self.collection == "TABLE"


def parse(reader: Reader, length_semantics: str) -> ColumnType:
    """Consume a data type; one made by CREATE TYPE has no type in PostgreSQL before `resolved`."""
    found = system_types.parse(reader)
    if found is not None:
        return found
    token, following = reader.peek(), reader.peek(1)
    built_in = token is not None and (
        token.kind not in {Kind.WORD, Kind.QUOTED} or column_types.is_built_in(token)
    )
    if token is None or built_in or (following is not None and following.is_operator("(")):
        return column_types.parse_type(reader, length_semantics)
    name = reader.object_name(902, "invalid datatype")
    return ColumnType(name.name, "", TypeCode.OBJECT, 1, type_owner=name.schema)


def find(engine: Engine, name: ObjectName) -> NamedType | None:
    """Return the type of a name, in the current schema or through a synonym."""
    owner = name.schema or engine.current_schema
    rows = engine.query(_FIND, (name.name, owner, name.name, owner))
    return NamedType(*rows[0]) if rows else None


def resolved(engine: Engine, kind: ColumnType) -> ColumnType:
    """Return a column's type, looked up when its name alone is known.

    Raises OracleError 902 for a name that is no type, and for a type of another without EXECUTE.
    """
    if kind.pg_type:
        return kind
    owner = kind.type_owner or engine.current_schema
    rows = engine.query(_FIND, (kind.data_type, owner, kind.data_type, owner))
    if not rows:
        raise OracleError(902, "invalid datatype")
    found = NamedType(*rows[0])
    _require_execute(engine, found)
    length = _NESTED_TABLE_LENGTH if found.is_nested_table else 1
    return ColumnType(found.name, found.sql, TypeCode.OBJECT, length, type_owner=found.owner)


def _require_execute(engine: Engine, found: NamedType) -> None:
    if engine.user in (found.owner, "SYS"):
        return
    held = engine.query(
        "SELECT 1 FROM ora.object_grants WHERE relid = %s::oid AND privilege = 'EXECUTE'"
        " AND (grantee IN (%s, 'PUBLIC') OR grantee IN (SELECT ora.granted_roles(%s)))",
        (found.type_id, engine.user, engine.user),
    )
    if not held:
        raise OracleError(902, "invalid datatype")
