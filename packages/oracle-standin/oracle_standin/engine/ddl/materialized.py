"""Materialized views: a table of the engine that only a refresh may change.

Source: SQL Language Reference, CREATE MATERIALIZED VIEW; Database Reference, ALL_MVIEWS.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import create_table, drop_table, objects, privileges, storage
from oracle_standin.engine.ddl.model import ColumnDefinition, TableDefinition, TableOptions
from oracle_standin.engine.names import quoted
from oracle_standin.engine.reader import ObjectName
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.reader import Reader


@dataclass(frozen=True, slots=True)
class _Options:
    build_mode: str = "IMMEDIATE"
    refresh_mode: str = "DEMAND"
    refresh_method: str = "FORCE"
    query_rewrite: bool = False
    table: TableOptions = field(default_factory=TableOptions)


def create(reader: Reader, engine: Engine) -> None:
    """Run CREATE MATERIALIZED VIEW, the reader standing after VIEW.

    REFRESH ON COMMIT, FAST and FOR UPDATE are refused. Raises OracleError 955 (as 12006), 1031.
    """
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.object_name(999, "invalid view name")
    names = reader.names_in_parentheses() if reader.at_operator("(") else ()
    options = _parse_options(reader)
    query = reader.rest()
    owner = objects.owner_of_new(engine, name)
    privileges.require_create(engine, owner, "MATERIALIZED VIEW")
    place = ObjectName(owner, name.name)
    if objects.find(engine, place) is not None:
        if if_not_exists:
            return
        message = f'a materialized view or table "{owner}"."{name.name}" already exists'
        raise OracleError(12006, message)
    columns = tuple(ColumnDefinition(column) for column in names)
    definition = TableDefinition(place, columns, options=options.table, query=query)
    filled = options.build_mode == "IMMEDIATE"
    table = create_table.create(engine, owner, definition, fill=filled)
    _record(engine, table, options, query, filled=filled)


def _parse_options(reader: Reader) -> _Options:
    options = _Options()
    while not reader.accept("AS"):
        if reader.at_end():
            raise reader.error(905, "missing keyword")
        if reader.accept("BUILD"):
            mode = reader.accept_any("IMMEDIATE", "DEFERRED")
            if mode is None:
                raise reader.error(905, "missing keyword")
            options = replace(options, build_mode=mode)
        elif reader.accept("NEVER", "REFRESH"):
            options = replace(options, refresh_mode="NEVER", refresh_method="NEVER")
        elif reader.accept("REFRESH"):
            options = _parse_refresh(reader, options)
        elif reader.accept("ON", "DEMAND"):
            options = replace(options, refresh_mode="DEMAND")
        else:
            options = _parse_other_option(reader, options)
    return options


def _parse_other_option(reader: Reader, options: _Options) -> _Options:
    if word := reader.accept_any("ENABLE", "DISABLE"):
        reader.expect("QUERY", "REWRITE", code=905, message="missing keyword")
        return replace(options, query_rewrite=word == "ENABLE")
    if reader.at("ON") or reader.at("FOR"):
        raise not_in_this_standin(what="this kind of materialized view")
    changed = storage.parse_option(reader, options.table)
    if changed is None:
        raise reader.error(905, "missing keyword")
    return replace(options, table=changed)


def _parse_refresh(reader: Reader, options: _Options) -> _Options:
    while True:
        if method := reader.accept_any("COMPLETE", "FORCE"):
            options = replace(options, refresh_method=method)
        elif reader.at("FAST"):
            raise not_in_this_standin(what="REFRESH FAST")
        elif reader.accept("ON", "DEMAND"):
            options = replace(options, refresh_mode="DEMAND")
        elif reader.at("ON", "COMMIT") or reader.at("ON", "STATEMENT"):
            raise not_in_this_standin(what="REFRESH ON COMMIT")
        elif reader.accept("START", "WITH") or reader.accept("NEXT"):
            raise not_in_this_standin(what="a refresh schedule")
        elif not (
            reader.accept("WITH", "PRIMARY", "KEY")
            or reader.accept("WITH", "ROWID")
            or reader.accept("USING", "TRUSTED", "CONSTRAINTS")
            or reader.accept("USING", "ENFORCED", "CONSTRAINTS")
        ):
            return options


def _record(
    engine: Engine, table: Relation, options: _Options, query: str, *, filled: bool
) -> None:
    translation = engine.translate(query)
    if translation.flashback:
        raise not_in_this_standin(what="flashback in the query of a materialized view")
    engine.run(
        "UPDATE ora.table_facts SET object_type = 'MATERIALIZED VIEW' WHERE relid = %s::oid",
        (table.oid,),
    )
    engine.run(
        "INSERT INTO ora.view_facts (relid, text, name_schema, engine_text)"
        " VALUES (%s::oid, %s, %s, %s)",
        (table.oid, query, engine.current_schema, translation.sql),
    )
    engine.run(
        "INSERT INTO ora.mview_facts (relid, build_mode, refresh_mode, refresh_method,"
        " query_rewrite, last_refresh) VALUES (%s::oid, %s, %s, %s, %s,"
        " CASE WHEN %s THEN pg_catalog.clock_timestamp() END)",
        (
            table.oid,
            options.build_mode,
            options.refresh_mode,
            options.refresh_method,
            options.query_rewrite,
            filled,
        ),
    )
    message = "data manipulation operation not legal on this view"
    engine.run(
        "CREATE TRIGGER ora$guard BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE"
        f" ON {table.sql} FOR EACH STATEMENT EXECUTE FUNCTION ora.refuse('1732', '{message}')"
    )


def refresh(engine: Engine, name: ObjectName) -> None:
    """Fill a materialized view anew, as DBMS_MVIEW.REFRESH does.

    Raises OracleError 23401 when there is none, 12008 when its query fails.
    """
    table = objects.find(engine, name)
    if table is None or table.object_type != "MATERIALIZED VIEW":
        label = f'"{name.schema or engine.current_schema}"."{name.name}"'
        raise OracleError(23401, f"materialized view {label} does not exist")
    privileges.require_on(engine, table, "ALTER ANY MATERIALIZED VIEW")
    query, schema = engine.query(
        "SELECT engine_text, name_schema FROM ora.view_facts WHERE relid = %s::oid", (table.oid,)
    )[0]
    (path,) = engine.query("SELECT pg_catalog.current_setting('search_path')")[0]
    engine.run(f"ALTER TABLE {table.sql} DISABLE TRIGGER ora$guard")
    engine.run(f"DELETE FROM {table.sql}")  # noqa: S608 - quoted names
    engine.run(f'SET LOCAL search_path = {quoted(schema)}, "SYS", pg_catalog, ora')
    engine.run(f"INSERT INTO {table.sql} {query}")
    engine.run(f"SET LOCAL search_path = {path}")
    engine.run(f"ALTER TABLE {table.sql} ENABLE TRIGGER ora$guard")
    engine.run(
        "UPDATE ora.mview_facts SET last_refresh = pg_catalog.clock_timestamp()"
        " WHERE relid = %s::oid",
        (table.oid,),
    )


def drop(reader: Reader, engine: Engine) -> None:
    """Run DROP MATERIALIZED VIEW; raises OracleError 12003 when there is none."""
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.object_name(999, "invalid view name")
    reader.accept("PRESERVE", "TABLE")
    reader.expect_end(933, "SQL command not properly ended")
    table = objects.find(engine, name)
    if table is None or table.object_type != "MATERIALIZED VIEW":
        if if_exists:
            return
        label = f'"{name.schema or engine.current_schema}"."{name.name}"'
        raise OracleError(12003, f"materialized view {label} does not exist")
    privileges.require_on(engine, table, "DROP ANY MATERIALIZED VIEW")
    drop_table.drop_relation(engine, table, cascade=False)


def refuse_log(reader: Reader, _engine: Engine) -> None:
    """Refuse CREATE MATERIALIZED VIEW LOG."""
    reader.rest()
    raise not_in_this_standin(what="a materialized view log")
