"""ANALYZE TABLE and the statistics that the dictionary shows.

Source: SQL Language Reference, ANALYZE; PL/SQL Packages Reference, DBMS_STATS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import external_tables, nested_tables, objects, privileges
from oracle_standin.protocol import not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.reader import Reader


def run(reader: Reader, engine: Engine) -> None:
    """Run ANALYZE TABLE ... COMPUTE, ESTIMATE or DELETE STATISTICS, after ANALYZE.

    Raises OracleError 30657 for an external table.
    """
    if not reader.accept("TABLE"):
        raise not_in_this_standin(what="ANALYZE of this kind of object")
    table = objects.require_table(engine, reader.object_name())
    privileges.require_on(engine, table, "ANALYZE ANY")
    external_tables.refuse(table)
    nested_tables.refuse(table)
    if reader.accept("COMPUTE", "STATISTICS") or reader.accept("ESTIMATE", "STATISTICS"):
        reader.rest()
        gather(engine, table)
    elif reader.accept("DELETE", "STATISTICS"):
        engine.run(
            "UPDATE ora.table_facts SET num_rows = NULL, blocks = NULL, avg_row_len = NULL,"
            " sample_size = NULL, last_analyzed = NULL WHERE relid = %s::oid OR parent = %s::oid",
            (table.oid, table.oid),
        )
    else:
        raise not_in_this_standin(what="this ANALYZE clause")


def gather(engine: Engine, table: Relation) -> None:
    """Count a table, its partitions and indexes, and note the time."""
    engine.run(f"ANALYZE {table.sql}")
    rows = engine.query(
        "SELECT relid::bigint, pg_catalog.format('%%I.%%I', n.nspname, c.relname)"
        " FROM ora.table_facts f JOIN pg_catalog.pg_class c ON c.oid = f.relid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE (f.relid = %s::oid OR f.parent = %s::oid) AND f.object_type <> 'INDEX'",
        (table.oid, table.oid),
    )
    for oid, place in rows:
        count = engine.query(f"SELECT count(*) FROM {place}")[0][0]  # noqa: S608 - quoted names
        _record(engine, oid, count)
    engine.run(
        "UPDATE ora.table_facts SET num_rows = (SELECT num_rows FROM ora.table_facts"
        " WHERE relid = %s::oid), last_analyzed = pg_catalog.clock_timestamp()"
        " WHERE parent = %s::oid AND object_type = 'INDEX'",
        (table.oid, table.oid),
    )


def _record(engine: Engine, oid: int, count: int) -> None:
    engine.run(
        "UPDATE ora.table_facts SET num_rows = %s, sample_size = %s,"
        " blocks = pg_catalog.pg_relation_size(relid) / 8192,"
        " avg_row_len = CASE WHEN %s = 0 THEN 0"
        "  ELSE pg_catalog.round(pg_catalog.pg_relation_size(relid)::numeric / %s) END,"
        " last_analyzed = pg_catalog.clock_timestamp() WHERE relid = %s::oid",
        (count, count, count, max(count, 1), oid),
    )
