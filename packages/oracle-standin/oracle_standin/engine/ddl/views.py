"""CREATE, ALTER and DROP VIEW.

Source: SQL Language Reference, CREATE VIEW.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import (
    column_names,
    described_types,
    facts,
    objects,
    privileges,
    view_validity,
)
from oracle_standin.engine.ddl.facts import ColumnRecord
from oracle_standin.engine.names import quoted
from oracle_standin.engine.reader import ObjectName
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.reader import Reader


_RESTRICTION = re.compile(
    r"\bWITH\s+(READ\s+ONLY|CHECK\s+OPTION)(?:\s+CONSTRAINT\s+[\w$#\"]+)?\s*$", re.IGNORECASE
)


def create(reader: Reader, engine: Engine) -> None:
    """Run CREATE [OR REPLACE] VIEW, the reader standing after CREATE.

    Raises OracleError 955, 1031, 1730 when names and query do not match, 998 for an expression
    without a name, and what the query raises.
    """
    replace = reader.accept("OR", "REPLACE")
    if reader.at("FORCE"):
        raise not_in_this_standin(what="CREATE FORCE VIEW")
    reader.accept("NO", "FORCE")
    reader.accept_any("EDITIONABLE", "NONEDITIONABLE")
    reader.expect("VIEW", code=901, message="invalid CREATE command")
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.object_name(999, "invalid view name")
    names = reader.names_in_parentheses() if reader.at_operator("(") else ()
    reader.accept("BEQUEATH", "DEFINER")
    reader.expect("AS", code=905, message="missing keyword")
    text, restriction = _query(reader)
    owner = objects.owner_of_new(engine, name)
    privileges.require_create(engine, owner, "VIEW")
    place = ObjectName(owner, name.name)
    existing = objects.find(engine, place)
    if existing is not None and if_not_exists:
        return
    if existing is not None and not (replace and existing.relkind == "v"):
        label = f'"{owner}"."{name.name}"'
        raise OracleError(955, f"name {label} is already used by an existing object")
    columns = _columns(engine, text, names)
    translation = engine.translate(text)
    engine_text = translation.present_sql
    if restriction == "CHECK OPTION":
        # What the engine cannot change through a view, it cannot check either: refused as such.
        engine_text += " WITH CASCADED CHECK OPTION"
    read_only = restriction == "READ ONLY"
    if existing is None:
        view = _create(engine, owner, name.name, columns, engine_text)
    else:
        view = _replace(engine, existing, columns, engine_text)
    facts.record_columns(engine, view.oid, columns)
    past = bool(translation.flashback)
    _record_text(engine, view, text, names, engine_text, read_only=read_only, flashback=past)
    view_validity.revalidate(engine)


def _query(reader: Reader) -> tuple[str, str]:
    """Return the query and what follows it: READ ONLY, CHECK OPTION or nothing."""
    text = reader.rest()
    match = _RESTRICTION.search(text)
    if match is None:
        return text, ""
    return text[: match.start()].rstrip(), " ".join(match[1].upper().split())


def _columns(engine: Engine, text: str, names: Sequence[str]) -> list[ColumnRecord]:
    described = described_types.describe(engine, text)
    if not described:
        raise OracleError(928, "missing SELECT keyword")
    if names and len(names) != len(described):
        raise OracleError(1730, "invalid number of column names specified")
    found = [
        ColumnRecord(
            names[index] if names else column.name,
            described_types.column_type(column, engine.server),
        )
        for index, column in enumerate(described)
    ]
    used = [column.name for column in found]
    column_names.check(used)
    if not names:
        described_types.check_names(described)
    return found


def _create(
    engine: Engine, owner: str, name: str, columns: Sequence[ColumnRecord], query: str
) -> Relation:
    stored = objects.claim_name(engine, owner, name)
    place = f"{quoted(owner)}.{quoted(stored)}"
    listed = ", ".join(quoted(column.name) for column in columns)
    for column in columns:
        objects.remember_name(engine, column.name)
    engine.run(f"CREATE VIEW {place} ({listed}) AS {query}")
    engine.run(f"ALTER VIEW {place} OWNER TO {quoted(owner)}")
    view = objects.find(engine, ObjectName(owner, name))
    if view is None:
        raise OracleError(600, "internal error code: the new view is not there")
    facts.record_object(engine, view.oid, "VIEW")
    privileges.grant_any(engine, view)
    return view


def _replace(
    engine: Engine, view: Relation, columns: Sequence[ColumnRecord], query: str
) -> Relation:
    """Replace a view; grants and comments stay, and views on it are made anew."""
    listed = ", ".join(quoted(column.name) for column in columns)
    for column in columns:
        objects.remember_name(engine, column.name)
    engine.run('SAVEPOINT "ora$replace"')
    try:
        engine.run(f"CREATE OR REPLACE VIEW {view.sql} ({listed}) AS {query}")
    except OracleError:
        engine.run('ROLLBACK TO SAVEPOINT "ora$replace"')
        engine.run("DELETE FROM ora.column_facts WHERE relid = %s::oid", (view.oid,))
        new_oid = view_validity.recreate(engine, view.oid, view.sql, listed, query)
        return objects.by_oid(engine, new_oid)
    engine.run("DELETE FROM ora.column_facts WHERE relid = %s::oid", (view.oid,))
    facts.touch(engine, view.oid)
    return view


def _record_text(
    engine: Engine,
    view: Relation,
    text: str,
    names: Sequence[str],
    engine_text: str,
    *,
    read_only: bool,
    flashback: bool,
) -> None:
    engine.run(
        "INSERT INTO ora.view_facts (relid, text, column_names, name_schema, engine_text,"
        " read_only, flashback) VALUES (%s::oid, %s, %s::text[], %s, %s, %s, %s)"
        " ON CONFLICT (relid) DO UPDATE SET"
        " (text, column_names, name_schema, engine_text, read_only, flashback, valid) ="
        " (excluded.text, excluded.column_names, excluded.name_schema, excluded.engine_text,"
        " excluded.read_only, excluded.flashback, true)",
        (
            *(view.oid, text, list(names) or None, engine.current_schema, engine_text),
            *(read_only, flashback),
        ),
    )


def drop(reader: Reader, engine: Engine) -> None:
    """Run DROP VIEW, the reader standing after VIEW; views on it become invalid."""
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.object_name(999, "invalid view name")
    reader.accept("CASCADE", "CONSTRAINTS")
    reader.expect_end(933, "SQL command not properly ended")
    view = objects.find(engine, name)
    if view is None or view.relkind != "v":
        if if_exists:
            return
        raise objects.missing_table(engine, name)
    privileges.require_on(engine, view, "DROP ANY VIEW")
    view_validity.invalidate_dependents(engine, view.oid)
    engine.run(f"DROP VIEW {view.sql}")
    view_validity.revalidate(engine)


def alter(reader: Reader, engine: Engine) -> None:
    """Run ALTER VIEW ... COMPILE."""
    name = reader.object_name(999, "invalid view name")
    view = objects.find(engine, name)
    if view is None or view.relkind != "v":
        raise objects.missing_table(engine, name)
    if not reader.accept("COMPILE"):
        raise not_in_this_standin(what="this ALTER VIEW clause")
    view_validity.revalidate(engine)
