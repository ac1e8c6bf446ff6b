"""COMMENT ON.

Source: SQL Language Reference, COMMENT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import facts, objects, privileges
from oracle_standin.engine.names import quoted
from oracle_standin.engine.reader import ObjectName
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.reader import Reader

_MAX_BYTES = 4000
_KEYWORDS = {"r": "TABLE", "p": "TABLE", "v": "VIEW"}


def run(reader: Reader, engine: Engine) -> None:
    """Run COMMENT, the reader standing after it; an empty text takes the comment away.

    Raises OracleError 942, 904 for an unknown column, 1031 and 1756.
    """
    reader.expect("ON", code=969, message="missing ON keyword")
    if reader.accept("COLUMN"):
        relation, column = _column(reader, engine)
        target = f"COLUMN {relation.sql}.{quoted(column)}"
    elif reader.accept("TABLE") or reader.accept("MATERIALIZED", "VIEW"):
        relation = _require(engine, reader.object_name())
        target = f"{_KEYWORDS[relation.relkind]} {relation.sql}"
    else:
        raise not_in_this_standin(what="COMMENT on this kind of object")
    reader.expect("IS", code=1780, message="string literal required")
    text = reader.string()
    reader.expect_end(933, "SQL command not properly ended")
    if len(text.encode()) > _MAX_BYTES:
        raise OracleError(1704, "string literal too long")
    privileges.require_on(engine, relation, "COMMENT ANY TABLE")
    literal = engine.query("SELECT pg_catalog.quote_literal(%s::text)", (text,))[0][0]
    engine.run(f"COMMENT ON {target} IS {literal if text else 'NULL'}")
    facts.touch(engine, relation.oid)


def _column(reader: Reader, engine: Engine) -> tuple[Relation, str]:
    """Consume [schema.]table.column."""
    parts = [reader.name()]
    while reader.accept_operator("."):
        parts.append(reader.name())
    if len(parts) not in {2, 3}:
        raise reader.error(904, ": invalid identifier")
    column = parts[-1]
    schema = parts[0] if len(parts) == 3 else None
    relation = _require(engine, ObjectName(schema, parts[-2]))
    if column not in {state.name for state in facts.columns(engine, relation.oid)}:
        raise OracleError(904, f'"{column}": invalid identifier')
    return relation, column


def _require(engine: Engine, name: ObjectName) -> Relation:
    found = objects.find(engine, name)
    if found is None or found.relkind not in _KEYWORDS:
        raise objects.missing_table(engine, name)
    return found
