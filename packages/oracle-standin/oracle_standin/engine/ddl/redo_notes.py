"""Writes the DDL of tables into the write-ahead log, where LogMiner finds it among the changes.

Source: Database Utilities, "Tracking DDL Statements in the LogMiner Dictionary".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from oracle_standin.engine.reader import Reader

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine

_KEPT = frozenset({"CREATE", "ALTER", "DROP", "TRUNCATE"})


def write(statement: str, engine: Engine) -> None:
    """Note a statement that was run, if it is about a table that is no private temporary one."""
    reader = Reader(statement)
    if not reader.at_any(_KEPT) or reader.at("CREATE", "PRIVATE"):
        return
    reader.take()
    reader.accept("GLOBAL", "TEMPORARY")
    if not reader.accept("TABLE"):
        return
    reader.accept("IF", "NOT", "EXISTS")
    reader.accept("IF", "EXISTS")
    name = reader.object_name(903, "invalid table name")
    facts = {
        "statement": statement,
        "owner": name.schema or engine.current_schema,
        "name": name.name,
    }
    engine.query("SELECT pg_catalog.pg_logical_emit_message(true, 'ddl', %s)", (json.dumps(facts),))
