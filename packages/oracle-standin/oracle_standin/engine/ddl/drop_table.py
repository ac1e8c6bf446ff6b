"""DROP TABLE and TRUNCATE TABLE.

There is no recycle bin: a dropped table is gone, as with PURGE.

Source: SQL Language Reference, DROP TABLE, TRUNCATE TABLE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import (
    external_tables,
    facts,
    kept_history,
    nested_tables,
    objects,
    privileges,
    temporary,
    view_validity,
)
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.reader import Reader


def drop(reader: Reader, engine: Engine) -> None:
    """Run DROP TABLE, the reader standing after TABLE.

    Raises OracleError 942, 1031, 2449 when foreign keys refer to the table and not CASCADE
    CONSTRAINTS, 12083 for a materialized view.
    """
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.object_name()
    cascade = False
    while not reader.at_end():
        if reader.accept("CASCADE", "CONSTRAINTS") or reader.accept("CASCADE", "CONSTRAINT"):
            cascade = True
        elif not reader.accept("PURGE"):
            raise reader.error(933, "SQL command not properly ended")
    if if_exists and objects.find(engine, name) is None:
        return
    table = objects.require_table(engine, name)
    if table.is_private:
        engine.run(f"DROP TABLE {table.sql}")
        return
    if table.object_type == "MATERIALIZED VIEW":
        message = f'must use DROP MATERIALIZED VIEW to drop "{table.owner}"."{table.name}"'
        raise OracleError(12083, message)
    privileges.require_on(engine, table, "DROP ANY TABLE")
    nested_tables.refuse_drop(table)
    drop_relation(engine, table, cascade=cascade)
    view_validity.revalidate(engine)


def drop_relation(engine: Engine, table: Relation, *, cascade: bool) -> None:
    """Drop a table with its indexes, triggers and identity sequences; views become invalid."""
    if not cascade and references(engine, table):
        raise OracleError(2449, "unique/primary keys in table referenced by foreign keys")
    view_validity.invalidate_dependents(engine, table.oid)
    nested_tables.drop(engine, table)
    engine.run("SELECT ora.drop_fit(%s::oid)", (table.oid,))
    engine.run(f"DROP TABLE {table.sql} CASCADE")


def references(engine: Engine, table: Relation) -> bool:
    """Return whether a foreign key of another table refers to this one."""
    rows = engine.query(
        "SELECT 1 FROM pg_catalog.pg_constraint WHERE contype = 'f' AND confrelid = %s::oid"
        " AND conrelid <> confrelid LIMIT 1",
        (table.oid,),
    )
    return bool(rows)


def truncate(reader: Reader, engine: Engine) -> None:
    """Run TRUNCATE TABLE, the reader standing after TRUNCATE.

    Raises OracleError 942, 1031, 1702 for a view, 2266 when an enabled foreign key refers to the
    table and not CASCADE.
    """
    reader.expect("TABLE", code=3290, message="Invalid truncate command - missing CLUSTER or TABLE")
    name = reader.object_name()
    cascade = False
    while not reader.at_end():
        if reader.accept("CASCADE"):
            cascade = True
        elif not _skip_option(reader):
            raise reader.error(3291, "Invalid truncate option - missing STORAGE keyword")
    table = objects.find(engine, name)
    if table is not None and table.relkind == "v":
        raise OracleError(1702, "a view is not appropriate here")
    if table is None or table.relkind not in {"r", "p"}:
        raise objects.missing_table(engine, name)
    privileges.require_on(engine, table, "DROP ANY TABLE")
    external_tables.refuse(table)
    nested_tables.refuse(table)
    if not cascade and references(engine, table):
        message = "unique/primary keys in table referenced by enabled foreign keys"
        raise OracleError(2266, message)
    if table.temporary:
        temporary.truncate(engine, table)
    else:
        engine.run(f"TRUNCATE TABLE {table.sql}" + (" CASCADE" if cascade else ""))
        kept_history.cut(engine, table.oid)
    facts.touch(engine, table.oid)


def _skip_option(reader: Reader) -> bool:
    for words in (
        ("DROP", "ALL", "STORAGE"),
        ("DROP", "STORAGE"),
        ("REUSE", "STORAGE"),
        ("PRESERVE", "MATERIALIZED", "VIEW", "LOG"),
        ("PURGE", "MATERIALIZED", "VIEW", "LOG"),
    ):
        if reader.accept(*words):
            return True
    return False
