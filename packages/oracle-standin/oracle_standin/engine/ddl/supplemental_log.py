"""Supplemental logging of tables: which columns the redo would carry in full.

The write-ahead log has whole rows always; LogMiner shows of them what was asked for here.

Source: SQL Language Reference, ALTER TABLE, supplemental_table_logging; Database Reference,
ALL_LOG_GROUPS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import facts
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.reader import Reader

_KINDS = {
    ("ALL",): "ALL COLUMN LOGGING",
    ("PRIMARY", "KEY"): "PRIMARY KEY LOGGING",
    ("UNIQUE",): "UNIQUE KEY LOGGING",
    ("FOREIGN", "KEY"): "FOREIGN KEY LOGGING",
}


def _kinds(reader: Reader) -> list[str]:
    reader.expect("DATA", code=905, message="missing keyword")
    reader.expect_open()
    kinds: list[str] = []
    while True:
        for words, kind in _KINDS.items():
            if reader.accept(*words):
                kinds.append(kind)
                break
        else:
            raise reader.error(905, "missing keyword")
        reader.accept("INDEX")
        if not reader.accept_operator(","):
            break
    reader.expect_close()
    reader.expect("COLUMNS", code=905, message="missing keyword")
    return kinds


def add(reader: Reader, engine: Engine, table: Relation) -> None:
    """Run ADD SUPPLEMENTAL LOG; raises OracleError 32588 when that logging is there already."""
    if reader.accept("GROUP"):
        name = reader.name()
        columns = reader.names_in_parentheses()
        always = reader.accept("ALWAYS")
        _insert(engine, table, name, "USER LOG GROUP", columns, always=always)
        return
    for kind in _kinds(reader):
        exists = engine.query(
            "SELECT 1 FROM ora.log_groups WHERE relid = %s::oid AND kind = %s", (table.oid, kind)
        )
        if exists:
            short = kind.removesuffix(" LOGGING").lower()
            raise OracleError(32588, f"supplemental logging attribute {short} exists")
        (name,) = facts.generated_names(engine, 1)
        _insert(engine, table, name, kind, (), always=kind in _ALWAYS)


_ALWAYS = frozenset({"ALL COLUMN LOGGING", "PRIMARY KEY LOGGING"})


def _insert(
    engine: Engine,
    table: Relation,
    name: str,
    kind: str,
    columns: tuple[str, ...],
    *,
    always: bool,
) -> None:
    known = {state.name: state.attnum for state in facts.columns(engine, table.oid)}
    for column in columns:
        if column not in known:
            raise OracleError(904, f'"{column}": invalid identifier')
    engine.run(
        "INSERT INTO ora.log_groups (relid, name, kind, always, generated, attnums)"
        " VALUES (%s::oid, %s, %s, %s, %s, %s::int2[])",
        (table.oid, name, kind, always, not columns, [known[column] for column in columns]),
    )


def drop(reader: Reader, engine: Engine, table: Relation) -> None:
    """Run DROP SUPPLEMENTAL LOG; raises OracleError 32587 when there is none."""
    if reader.accept("GROUP"):
        condition, values = "name = %s", [reader.name()]
    else:
        condition, values = "kind = %s", _kinds(reader)
    for value in values:
        gone = engine.run(
            f"DELETE FROM ora.log_groups WHERE relid = %s::oid AND {condition}",  # noqa: S608
            (table.oid, value),
        )
        if not gone:
            raise OracleError(32587, "Cannot drop nonexistent supplemental logging")
