"""The type of an expression over a table's columns, for virtual columns that do not name one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import sized_types
from oracle_standin.engine.ddl.column_types import parse_type_text

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.type_facts import ColumnType

_TYPES = {
    "numeric": "NUMBER",
    "integer": "NUMBER",
    "bigint": "NUMBER",
    "real": "BINARY_FLOAT",
    "double precision": "BINARY_DOUBLE",
    "boolean": "BOOLEAN",
    "bytea": "RAW(2000)",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP(9)",
    "TSTZ": "TIMESTAMP(9) WITH TIME ZONE",
    "TSLTZ": "TIMESTAMP(9) WITH LOCAL TIME ZONE",
    "INTERVALDS": "INTERVAL DAY(9) TO SECOND(9)",
    "INTERVALYM": "INTERVAL YEAR(9) TO MONTH",
}


def of_expression(engine: Engine, table: Relation, text: str) -> ColumnType:
    """Return the type of an expression; texts are VARCHAR2(4000)."""
    expression = engine.translate_expression(text)
    rows = engine.query(
        "SELECT t.typname::text, pg_catalog.format_type(t.oid, NULL) FROM pg_catalog.pg_type t"  # noqa: S608
        " WHERE t.oid = (SELECT pg_catalog.pg_typeof(x.v) FROM (VALUES (1)) one (n)"
        f" LEFT JOIN (SELECT ({expression}) AS v FROM {table.sql} WHERE false) x ON true)"
    )
    name, spelled = rows[0]
    known = _TYPES.get(name) or _TYPES.get(spelled)
    if known is None:
        return sized_types.varchar2_type(engine.server.max_varchar_bytes, "B", engine.server)
    return parse_type_text(known)
