"""RENAME and ALTER TABLE ... RENAME: grants, indexes and constraints follow, views do not.

Source: SQL Language Reference, RENAME; ALTER TABLE, rename_column_clause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import column_clauses, column_names, facts, objects, view_validity
from oracle_standin.engine.names import engine_name, quoted
from oracle_standin.engine.reader import ObjectName
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.reader import Reader

_KEYWORDS = {"r": "TABLE", "p": "TABLE", "v": "VIEW", "S": "SEQUENCE"}


def run(reader: Reader, engine: Engine) -> None:
    """Run RENAME old TO new, which works in the user's own schema alone.

    Raises OracleError 4043 for an unknown object, 955 for a name in use.
    """
    old = reader.name(903, "invalid table name")
    reader.expect("TO", code=946, message="missing TO keyword")
    new = reader.name(903, "invalid table name")
    reader.expect_end(933, "SQL command not properly ended")
    relation = objects.find(engine, ObjectName(engine.user, old))
    if relation is None:
        if _rename_synonym(engine, old, new):
            return
        raise OracleError(4043, f"object {old} does not exist")
    if relation.object_type == "MATERIALIZED VIEW":
        raise OracleError(32318, "cannot rename a materialized view")
    rename_relation(engine, relation, new)
    view_validity.revalidate(engine)


def _rename_synonym(engine: Engine, old: str, new: str) -> bool:
    found = engine.query(
        "SELECT 1 FROM ora.synonyms WHERE owner = %s AND name = %s", (engine.user, old)
    )
    if not found:
        return False
    objects.claim_name(engine, engine.user, new)
    engine.run(
        "UPDATE ora.synonyms SET name = %s WHERE owner = %s AND name = %s", (new, engine.user, old)
    )
    return True


def rename_relation(engine: Engine, relation: Relation, new: str) -> None:
    """Rename a table, view or sequence; raises OracleError 955 for a name in use."""
    view_validity.invalidate_dependents(engine, relation.oid)
    stored = objects.claim_name(engine, relation.owner, new)
    keyword = _KEYWORDS[relation.relkind]
    engine.run(f"ALTER {keyword} {relation.sql} RENAME TO {quoted(stored)}")
    facts.touch(engine, relation.oid)


def rename_column(engine: Engine, table: Relation, old: str, new: str) -> None:
    """Rename a column; raises OracleError 904 for an unknown one, 957 for a name in use."""
    names = {state.name for state in facts.columns(engine, table.oid) if not state.unused}
    if old not in names:
        raise OracleError(904, f'"{old}": invalid identifier')
    column_names.check((new,))
    if new in names:
        raise OracleError(957, "duplicate column name")
    view_validity.invalidate_dependents(engine, table.oid)
    objects.remember_name(engine, new)
    engine.run(f"ALTER TABLE {table.sql} RENAME COLUMN {quoted(old)} TO {quoted(new)}")
    pairs = zip(
        column_clauses.hidden_check_names(old), column_clauses.hidden_check_names(new), strict=True
    )
    for old_check, new_check in pairs:
        present = engine.query(
            "SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = %s::oid AND conname = %s",
            (table.oid, old_check),
        )
        if present:
            engine.run(
                f"ALTER TABLE {table.sql} RENAME CONSTRAINT {quoted(old_check)}"
                f" TO {quoted(new_check)}"
            )
    engine.run(
        "UPDATE ora.constraint_facts f SET search_condition = %s FROM pg_catalog.pg_constraint c"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " WHERE f.conoid = c.oid AND c.conrelid = %s::oid AND c.contype = 'n' AND a.attname = %s",
        (f'"{new}" IS NOT NULL', table.oid, engine_name(new)),
    )
    engine.run("SELECT ora.refresh_fit(%s::oid)", (table.oid,))
