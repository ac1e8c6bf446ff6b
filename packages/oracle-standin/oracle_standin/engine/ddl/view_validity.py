"""Views bind names late: what happens to a view when a table under it changes.

In Oracle a view survives the drop, rename or change of its tables: it becomes INVALID and works
again as soon as its text does. PostgreSQL binds a view to its tables. So a view whose table changes
is emptied to a query that raises ORA-04063, keeping its oid, grants and comments; after each DDL
the query of every invalid view is tried again.

Source: Database Development Guide, "Schema Object Dependency".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.names import quoted
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine

_DEPENDENTS = """
SELECT DISTINCT c.oid::bigint, n.nspname::text, c.relname::text
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN ora.view_facts v ON v.relid = c.oid
WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass
  AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = %s::oid
  AND c.oid <> d.refobjid
"""
_READS_INVALID = """
SELECT v.relid::regclass::text
FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
JOIN ora.view_facts v ON v.relid = d.refobjid AND v.relid <> r.ev_class
WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND NOT v.valid AND r.ev_class = %s::oid
"""
_COLUMNS = """
SELECT attname::text, pg_catalog.format_type(atttypid, atttypmod)
FROM pg_catalog.pg_attribute WHERE attrelid = %s::oid AND attnum > 0 ORDER BY attnum
"""


def invalidate_dependents(engine: Engine, relid: int) -> None:
    """Take every view that reads a relation off it, and the views on that view off theirs."""
    for oid, schema, name in engine.query(_DEPENDENTS, (relid,)):
        columns = ", ".join(
            f"NULL::{pg_type} AS {quoted(column)}"
            for column, pg_type in engine.query(_COLUMNS, (oid,))
        )
        invalidate_dependents(engine, oid)
        place = f"{quoted(schema)}.{quoted(name)}"
        label = f"{schema}.{name}".replace("'", "''")
        engine.run(
            f"CREATE OR REPLACE VIEW {place} AS SELECT {columns} WHERE ora.invalid_view('{label}')"
        )
        engine.run("UPDATE ora.view_facts SET valid = false WHERE relid = %s::oid", (oid,))


def revalidate(engine: Engine) -> None:
    """Try the query of every invalid view again, until none more comes back."""
    while _revalidate_once(engine):
        pass


def _revalidate_once(engine: Engine) -> bool:
    rows = engine.query(
        "SELECT v.relid::bigint, n.nspname::text, c.relname::text, v.name_schema, v.engine_text"
        " FROM ora.view_facts v JOIN pg_catalog.pg_class c ON c.oid = v.relid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE NOT v.valid AND v.engine_text IS NOT NULL AND c.relkind = 'v'"
    )
    # Every view is tried: one that comes back may be what another waits for.
    return sum(_try_view(engine, *row) for row in rows) > 0


def _try_view(
    engine: Engine, oid: int, schema: str, name: str, name_schema: str, query: str
) -> bool:
    place = f"{quoted(schema)}.{quoted(name)}"
    columns = ", ".join(quoted(column) for column, _ in engine.query(_COLUMNS, (oid,)))
    path = f'{quoted(name_schema)}, "SYS", pg_catalog, ora'
    (previous,) = engine.query("SELECT pg_catalog.current_setting('search_path')")[0]
    engine.run('SAVEPOINT "ora$view"')
    try:
        engine.run(f"SET LOCAL search_path = {path}")
        try:
            engine.run(f"CREATE OR REPLACE VIEW {place} ({columns}) AS {query}")
            new_oid = oid
        except OracleError:
            engine.run('ROLLBACK TO SAVEPOINT "ora$view"')
            engine.run(f"SET LOCAL search_path = {path}")
            new_oid = recreate(engine, oid, place, columns, query)
        _refuse_broken_sources(engine, new_oid)
    except OracleError:
        engine.run('ROLLBACK TO SAVEPOINT "ora$view"')
        engine.run('RELEASE SAVEPOINT "ora$view"')
        return False
    engine.run(f"SET LOCAL search_path = {previous}")
    engine.run('RELEASE SAVEPOINT "ora$view"')
    engine.run("UPDATE ora.view_facts SET valid = true WHERE relid = %s::oid", (new_oid,))
    return True


def _refuse_broken_sources(engine: Engine, oid: int) -> None:
    for (name,) in engine.query(_READS_INVALID, (oid,)):
        raise OracleError(4063, f'view "{name}" has errors')


_FACT_TABLES = ("table_facts", "column_facts", "view_facts", "object_grants")


def recreate(engine: Engine, oid: int, place: str, columns: str, query: str) -> int:
    """Make a view anew whose column types have changed, with the facts and grants it had."""
    invalidate_dependents(engine, oid)
    (owner, acl) = engine.query(
        "SELECT pg_catalog.pg_get_userbyid(relowner)::text, relacl::text[] FROM pg_catalog.pg_class"
        " WHERE oid = %s::oid",
        (oid,),
    )[0]
    engine.run(f'CREATE VIEW {place[:-1]}$new" ({columns}) AS {query}')
    fresh = f'{place[:-1]}$new"'
    new_oid = int(engine.query("SELECT %s::regclass::oid::bigint", (fresh,))[0][0])
    for table in _FACT_TABLES:
        engine.run(
            f"UPDATE ora.{table} SET relid = %s::oid WHERE relid = %s::oid",  # noqa: S608
            (new_oid, oid),
        )
    engine.run(f"DROP VIEW {place}")
    bare = place.split(".", 1)[1]
    engine.run(f"ALTER VIEW {fresh} RENAME TO {bare}")
    engine.run(f"ALTER VIEW {place} OWNER TO {quoted(owner)}")
    if acl is not None:
        engine.run(
            "UPDATE pg_catalog.pg_class SET relacl = %s::text[]::aclitem[] WHERE oid = %s::oid",
            (acl, new_oid),
        )
    refresh_lengths(engine, new_oid)
    return new_oid


def refresh_lengths(engine: Engine, oid: int) -> None:
    """Bring lengths and precisions of a view's columns in line with what it now returns."""
    engine.run(
        "UPDATE ora.column_facts f SET"
        " char_length = a.atttypmod - 4, data_length = CASE f.char_used WHEN 'B'"
        " THEN a.atttypmod - 4 ELSE least((a.atttypmod - 4) * 4, 4000) END"
        " FROM pg_catalog.pg_attribute a WHERE a.attrelid = f.relid AND a.attnum = f.attnum"
        " AND f.relid = %s::oid AND f.type_code IN (1, 96) AND a.atttypmod > 4"
        " AND a.atttypid IN ('varchar'::regtype, 'bpchar'::regtype)",
        (oid,),
    )
    engine.run(
        "UPDATE ora.column_facts f SET data_precision = ((a.atttypmod - 4) >> 16) & 65535,"
        " data_scale = (((a.atttypmod - 4) & 2047) # 1024) - 1024"
        " FROM pg_catalog.pg_attribute a WHERE a.attrelid = f.relid AND a.attnum = f.attnum"
        " AND f.relid = %s::oid AND f.data_type = 'NUMBER' AND a.atttypmod > 4"
        " AND a.atttypid = 'numeric'::regtype AND f.data_precision IS NOT NULL",
        (oid,),
    )
