"""Finds the objects that DDL names, and keeps Oracle's name spaces.

DDL does not follow synonyms, except where a statement says so. PostgreSQL puts indexes into the
name space of tables; Oracle gives them one of their own. Where the two would collide, the index is
stored under its name with a suffix and `ora.long_names` maps back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine.names import engine_name, quoted
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.reader import ObjectName

_INDEX_SUFFIX = "$IX"
PRIVATE_PREFIX = "ORA$PTT_"


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, view, materialized view, sequence or index with what DDL must know of it."""

    oid: int
    owner: str
    name: str
    engine_schema: str
    stored_name: str
    """The name in PostgreSQL."""
    relkind: str
    object_type: str
    """TABLE, VIEW, MATERIALIZED VIEW, SEQUENCE or INDEX."""
    temporary: bool = False
    partitioned: str | None = None
    read_only: bool = False
    iot: bool = False
    parent: int | None = None
    external: bool = False
    nested: bool = False
    """Whether it stores a nested table column."""

    @property
    def sql(self) -> str:
        """Return the qualified name for PostgreSQL."""
        return f"{quoted(self.engine_schema)}.{quoted(self.stored_name)}"

    @property
    def is_private(self) -> bool:
        """Return whether this is a private temporary table."""
        return self.engine_schema.startswith("pg_temp")


_FIND = """
SELECT c.oid::bigint, n.nspname::text, ora.oracle_name(c.relname), c.relname::text,
       c.relkind::text, f.object_type, coalesce(f.temporary, false), f.partitioned,
       coalesce(f.read_only, false), coalesce(f.iot, false), f.parent::bigint,
       coalesce(f.external, false), coalesce(f.nested, false)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN ora.table_facts f ON f.relid = c.oid
"""
_TYPES_BY_KIND = {
    "r": "TABLE",
    "p": "TABLE",
    "v": "VIEW",
    "m": "MATERIALIZED VIEW",
    "S": "SEQUENCE",
    "i": "INDEX",
    "I": "INDEX",
}


def _relation(row: tuple[object, ...], owner: str | None = None) -> Relation:
    oid, schema, name, stored, relkind, object_type, *rest = row
    known_type = object_type or _TYPES_BY_KIND[str(relkind)]
    facts = (oid, owner or schema, name, schema, stored, relkind, known_type, *rest)
    return Relation(*facts)  # type: ignore[arg-type]


def find(engine: Engine, name: ObjectName) -> Relation | None:
    """Return the table, view, materialized view or sequence of a name, not an index."""
    if name.schema is None and name.name.startswith(PRIVATE_PREFIX):
        condition = "WHERE n.oid = pg_catalog.pg_my_temp_schema() AND c.relname = %s"
        rows = engine.query(_FIND + condition, (engine_name(name.name),))
        return _relation(rows[0], engine.user) if rows else None
    condition = "WHERE n.nspname = %s AND c.relname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'S')"
    parameters = (name.schema or engine.current_schema, engine_name(name.name))
    rows = engine.query(_FIND + condition, parameters)
    return _relation(rows[0]) if rows else None


def find_index(engine: Engine, name: ObjectName) -> Relation | None:
    """Return the index of a name."""
    stored = engine_name(name.name)
    condition = "WHERE n.nspname = %s AND c.relname IN (%s, %s) AND c.relkind IN ('i', 'I')"
    alternative = engine_name(name.name[:100] + _INDEX_SUFFIX)
    parameters = (name.schema or engine.current_schema, stored, alternative)
    rows = engine.query(_FIND + condition, parameters)
    return _relation(rows[0]) if rows else None


def by_oid(engine: Engine, oid: int) -> Relation:
    """Return the relation with an oid, which must exist."""
    return _relation(engine.query(_FIND + "WHERE c.oid = %s::oid", (oid,))[0])


def require_table(engine: Engine, name: ObjectName) -> Relation:
    """Return a table by name; raises OracleError 942 when there is none."""
    found = find(engine, name)
    if found is None or found.relkind not in {"r", "p"}:
        raise missing_table(engine, name)
    return found


def missing_table(engine: Engine, name: ObjectName) -> OracleError:
    """Return ORA-00942 with the name, as 23ai words it."""
    schema = name.schema or engine.current_schema
    return OracleError(942, f'table or view "{schema}"."{name.name}" does not exist')


def owner_of_new(engine: Engine, name: ObjectName) -> str:
    """Return the schema that a new object goes to; raises OracleError 1918 when there is none."""
    owner = name.schema or engine.current_schema
    known = engine.query("SELECT 1 FROM ora.users WHERE username = %s", (owner,))
    if not known:
        raise OracleError(1918, f"user '{owner}' does not exist")
    return owner


def claim_name(engine: Engine, owner: str, name: str) -> str:
    """Make a name free for a new table, view, materialized view or sequence.

    An index of that name, which Oracle keeps elsewhere, is moved out of the way. Returns the name
    in PostgreSQL. Raises OracleError 955 when another object or a synonym has it.
    """
    stored = engine_name(name)
    rows = engine.query(
        "SELECT c.relkind::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
        " ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s"
        " UNION ALL SELECT 'synonym' FROM ora.synonyms WHERE owner = %s AND name = %s"
        " UNION ALL SELECT 'program' FROM ora.program_units WHERE owner = %s AND name = %s"
        " UNION ALL SELECT 'type' FROM ora.type_facts WHERE owner = %s AND name = %s",
        (owner, stored, *(owner, name) * 3),
    )
    for (kind,) in rows:
        if kind not in {"i", "I"}:
            raise OracleError(955, f'name "{owner}"."{name}" is already used by an existing object')
        aside = _index_name_aside(engine, owner, name)
        engine.run(f"ALTER INDEX {quoted(owner)}.{quoted(name)} RENAME TO {quoted(aside)}")
    remember_name(engine, name)
    return stored


def claim_index_name(engine: Engine, owner: str, name: str) -> str:
    """Return the name that PostgreSQL can store a new index under.

    Raises OracleError 955 when another index has the name.
    """
    from_name = engine_name(name)
    aside = engine_name(name[:100] + _INDEX_SUFFIX)
    rows = engine.query(
        "SELECT c.relkind::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
        " ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname IN (%s, %s)",
        (owner, from_name, aside),
    )
    if any(kind in {"i", "I"} for (kind,) in rows):
        raise OracleError(955, f'name "{owner}"."{name}" is already used by an existing object')
    if rows:
        return _index_name_aside(engine, owner, name)
    remember_name(engine, name)
    return from_name


def _index_name_aside(engine: Engine, owner: str, name: str) -> str:
    aside = engine_name(name[:100] + _INDEX_SUFFIX)
    taken = engine.query(
        "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
        " ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s",
        (owner, aside),
    )
    if taken:
        raise OracleError(955, f'name "{owner}"."{name}" is already used by an existing object')
    engine.run(
        "INSERT INTO ora.long_names (engine_name, oracle_name) VALUES (%s, %s)"
        " ON CONFLICT DO NOTHING",
        (aside, name),
    )
    return aside


def remember_name(engine: Engine, name: str) -> None:
    """Note a name that PostgreSQL stores shortened."""
    stored = engine_name(name)
    if stored != name:
        engine.run(
            "INSERT INTO ora.long_names (engine_name, oracle_name) VALUES (%s, %s)"
            " ON CONFLICT DO NOTHING",
            (stored, name),
        )
