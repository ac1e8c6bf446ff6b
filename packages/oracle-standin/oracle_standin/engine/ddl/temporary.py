"""Temporary tables.

A private temporary table is the session's own in PostgreSQL too. A global one has a definition that
all sessions see and rows that only their session sees: the definition is an ordinary table that
refuses rows, and `ora.session_table` gives each session its own table of the same shape.

Source: SQL Language Reference, CREATE TABLE; Administrator's Guide, "Temporary Tables".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import column_clauses, facts, objects
from oracle_standin.engine.names import engine_name, quoted
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.model import ColumnDefinition, TableDefinition, TableOptions
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.type_facts import ColumnType


def duration(options: TableOptions) -> str:
    """Return DURATION of a global temporary table; rows vanish at COMMIT unless preserved."""
    if options.on_commit in {"DROP DEFINITION", "PRESERVE DEFINITION"}:
        raise OracleError(922, "missing or invalid option")
    return "SYS$SESSION" if options.on_commit == "PRESERVE ROWS" else "SYS$TRANSACTION"


def create_private(
    engine: Engine,
    definition: TableDefinition,
    typed: list[tuple[ColumnDefinition, ColumnType]],
) -> None:
    """Create a private temporary table.

    Raises OracleError 903 without the prefix ORA$PTT_, 14451 for constraints and defaults.
    """
    name = definition.name.name
    if definition.name.schema is not None or not name.startswith(objects.PRIVATE_PREFIX):
        raise OracleError(903, "invalid table name")
    plain = all(
        column.default is None and column.identity is None and not column.constraints
        for column, _ in typed
    )
    if definition.constraints or not plain:
        raise OracleError(14451, "unsupported feature with temporary table")
    if objects.find(engine, definition.name) is not None:
        raise OracleError(955, f'name "{name}" is already used by an existing object')
    clauses: list[str] = []
    for column, kind in typed:
        clauses.append(column_clauses.column_clause(engine, column, kind))
        clauses.extend(column_clauses.hidden_checks(column.name, kind))
    at_commit = "" if definition.options.on_commit == "PRESERVE DEFINITION" else " ON COMMIT DROP"
    place = f"pg_temp.{quoted(engine_name(name))}"
    engine.run(f"CREATE TEMPORARY TABLE {place} ({', '.join(clauses)}){at_commit}")
    engine.run(f"ALTER TABLE {place} OWNER TO {quoted(engine.user)}")
    if definition.query is not None:
        with engine.settled(definition.query) as translation:
            engine.run(f"INSERT INTO {place} {translation.sql}")


def session_rows(engine: Engine, table: Relation) -> str:
    """Return the place of this session's rows of a global temporary table."""
    rows = engine.query("SELECT session_name FROM ora.session_table(%s::oid)", (table.oid,))
    return f"pg_temp.{quoted(rows[0][0])}"


def guard(engine: Engine, table: Relation) -> None:
    """Keep rows out of the shared definition of a global temporary table."""
    message = "rows in the shared definition of a temporary table are not in this stand-in"
    engine.run(
        f"CREATE TRIGGER ora$guard BEFORE INSERT ON {table.sql} FOR EACH STATEMENT"
        f" EXECUTE FUNCTION ora.refuse('3001', 'unimplemented feature: {message}')"
    )
    facts.touch(engine, table.oid)


def truncate(engine: Engine, table: Relation) -> None:
    """Empty the session's own rows of a global temporary table; those of others stay."""
    stored = engine.query("SELECT session_name FROM ora.session_table(%s::oid)", (table.oid,))
    engine.run(f"TRUNCATE TABLE pg_temp.{quoted(stored[0][0])}")
