"""CREATE, ALTER and DROP INDEX.

Source: SQL Language Reference, CREATE INDEX.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import (
    external_tables,
    facts,
    kept_history,
    key_bytes,
    nested_tables,
    objects,
    privileges,
    storage,
)
from oracle_standin.engine.ddl.expression_texts import dictionary_text
from oracle_standin.engine.ddl.model import TableOptions
from oracle_standin.engine.names import quoted
from oracle_standin.engine.reader import ObjectName, Reader
from oracle_standin.lexer import Kind
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation


@dataclass(frozen=True, slots=True)
class IndexPart:
    """A column (exact name) or an expression (as written) of an index."""

    column: str | None
    expression: str | None
    descending: bool

    @property
    def text(self) -> str:
        """Return what makes two parts the same."""
        return self.column or self.expression or ""


def create(reader: Reader, engine: Engine) -> None:
    """Run CREATE [UNIQUE | BITMAP] INDEX, the reader standing after CREATE.

    Raises OracleError 942, 955, 1031, 904 for an unknown column, 1408 when the columns are indexed
    already, 2327 for a LOB, 1452 when a unique index finds duplicates.
    """
    unique = reader.accept("UNIQUE")
    bitmap = not unique and reader.accept("BITMAP")
    reader.expect("INDEX", code=968, message="missing INDEX keyword")
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.object_name(953, "missing or invalid index name")
    reader.expect("ON", code=969, message="missing ON keyword")
    if reader.at("CLUSTER"):
        raise not_in_this_standin(what="a cluster index")
    table_name = reader.object_name()
    parts = _parse_parts(reader)
    visible = _parse_options(reader)
    if bitmap:
        unique = False
    table = objects.require_table(engine, table_name)
    external_tables.refuse(table)
    nested_tables.refuse(table)
    owner = name.schema or engine.current_schema
    if owner != engine.user or table.owner != engine.user:
        privileges.require_on(engine, table, "CREATE ANY INDEX", "INDEX")
    if if_not_exists and objects.find_index(engine, ObjectName(owner, name.name)) is not None:
        return
    _check(engine, table, parts)
    if owner != table.owner:
        raise not_in_this_standin(what="an index in another schema than its table")
    _create(engine, table, name.name, parts, unique=unique, visible=visible)


def _parse_parts(reader: Reader) -> list[IndexPart]:
    parts: list[IndexPart] = []
    reader.expect_open()
    while True:
        start = reader.offset
        text = reader.text_until({"ASC", "DESC"})
        descending = reader.accept_any("ASC", "DESC") == "DESC"
        parts.append(_part(reader.text[start : start + len(text)], descending=descending))
        if not reader.accept_operator(","):
            break
    reader.expect_close()
    return parts


def _part(text: str, *, descending: bool) -> IndexPart:
    inner = Reader(text)
    token = inner.peek()
    alone = inner.peek(1) is None
    if token is not None and alone and token.kind in {Kind.WORD, Kind.QUOTED}:
        return IndexPart(inner.name(), None, descending)
    return IndexPart(None, text.strip(), descending)


def _parse_options(reader: Reader) -> bool:
    """Consume the options; returns whether the index is visible."""
    options = TableOptions()
    visible = True
    while not reader.at_end():
        if word := reader.accept_any("VISIBLE", "INVISIBLE"):
            visible = word == "VISIBLE"
        elif reader.at("INDEXTYPE"):
            raise not_in_this_standin(what="a domain index")
        elif reader.accept("UNUSABLE"):
            raise not_in_this_standin(what="an unusable index")
        else:
            changed = storage.parse_option(reader, options)
            if changed is None:
                raise reader.error(2158, "invalid CREATE INDEX option")
            options = changed
    return visible


def _check(engine: Engine, table: Relation, parts: list[IndexPart]) -> None:
    states = {state.name: state for state in facts.columns(engine, table.oid)}
    for part in parts:
        if part.column is None:
            continue
        if part.column not in states:
            raise OracleError(904, f'"{part.column}": invalid identifier')
        kind = states[part.column].type
        if kind.is_long_value:
            message = f"cannot create index on expression with datatype {kind.data_type}"
            raise OracleError(2327, message)
    if len({part.text for part in parts}) != len(parts):
        raise OracleError(957, "duplicate column name")
    key_bytes.check(states[part.column].type for part in parts if part.column is not None)
    wanted = [(part.column, "DESC" if part.descending else "ASC") for part in parts]
    if all(column is not None for column, _ in wanted) and _is_indexed(engine, table, wanted):
        raise OracleError(1408, "such column list already indexed")


def _is_indexed(engine: Engine, table: Relation, wanted: list[tuple[str | None, str]]) -> bool:
    rows = engine.query(
        "SELECT pg_catalog.array_agg(i.column_name ORDER BY i.n),"
        " pg_catalog.array_agg(CASE WHEN i.descending THEN 'DESC' ELSE 'ASC' END ORDER BY i.n)"
        " FROM ora.listed_index_columns i WHERE i.parent = %s::oid GROUP BY i.relid",
        (table.oid,),
    )
    return any(list(zip(names, orders, strict=True)) == wanted for names, orders in rows)


def _create(
    engine: Engine,
    table: Relation,
    name: str,
    parts: list[IndexPart],
    *,
    unique: bool,
    visible: bool,
) -> None:
    stored = objects.claim_index_name(engine, table.owner, name)
    if unique:
        _check_duplicates(engine, table, parts)
    clauses = ", ".join(_clause(engine, part) for part in parts)
    keyword = "UNIQUE INDEX" if unique else "INDEX"
    engine.run(f"CREATE {keyword} {quoted(stored)} ON {table.sql} ({clauses})")
    index = objects.find_index(engine, ObjectName(table.owner, name))
    if index is None:
        raise OracleError(600, "internal error code: the new index is not there")
    facts.record_object(engine, index.oid, "INDEX", parent=table.oid)
    engine.run(
        "UPDATE ora.table_facts SET visible = %s WHERE relid = %s::oid", (visible, index.oid)
    )
    for position, part in enumerate(parts, start=1):
        if part.expression is not None:
            engine.run(
                "INSERT INTO ora.index_expressions VALUES (%s::oid, %s, %s)",
                (index.oid, position, dictionary_text(part.expression)),
            )
    engine.run("SELECT ora.guard_partial_keys(%s::oid)", (table.oid,))
    facts.touch(engine, table.oid)
    kept_history.cut(engine, table.oid)


def _value(engine: Engine, part: IndexPart) -> str:
    if part.column is not None:
        return quoted(part.column)
    return f"({engine.translate_expression(part.expression or '')})"


def _clause(engine: Engine, part: IndexPart) -> str:
    # NULLs last ascending and first descending: the order of PostgreSQL and of Oracle.
    return _value(engine, part) + (" DESC" if part.descending else "")


def _check_duplicates(engine: Engine, table: Relation, parts: list[IndexPart]) -> None:
    values = [_value(engine, part) for part in parts]
    filled = " OR ".join(f"{value} IS NOT NULL" for value in values)
    key = ", ".join(values)
    duplicate = engine.query(
        f"SELECT 1 FROM {table.sql} WHERE {filled} GROUP BY {key}"  # noqa: S608 - quoted names
        " HAVING count(*) > 1 LIMIT 1"
    )
    if duplicate:
        raise OracleError(1452, "cannot CREATE UNIQUE INDEX; duplicate keys found")


def drop(reader: Reader, engine: Engine) -> None:
    """Run DROP INDEX; raises OracleError 1418 for an unknown one, 2429 for that of a key."""
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.object_name(953, "missing or invalid index name")
    reader.accept("ONLINE")
    reader.accept("FORCE")
    reader.expect_end(933, "SQL command not properly ended")
    index = objects.find_index(engine, name)
    if index is None:
        if if_exists:
            return
        raise OracleError(1418, "specified index does not exist")
    privileges.require_on(engine, index, "DROP ANY INDEX")
    serves = engine.query(
        "SELECT 1 FROM pg_catalog.pg_constraint WHERE conindid = %s::oid AND contype IN ('p', 'u')",
        (index.oid,),
    )
    if serves:
        raise OracleError(2429, "cannot drop index used for enforcement of unique/primary key")
    engine.run(
        "INSERT INTO ora.structure_changes SELECT parent, pg_catalog.pg_current_xact_id()"
        " FROM ora.table_facts WHERE relid = %s::oid",
        (index.oid,),
    )
    engine.run(f"DROP INDEX {index.sql}")


def alter(reader: Reader, engine: Engine) -> None:
    """Run ALTER INDEX: RENAME TO, REBUILD, VISIBLE and INVISIBLE; raises OracleError 1418."""
    reader.accept("IF", "EXISTS")
    name = reader.object_name(953, "missing or invalid index name")
    index = objects.find_index(engine, name)
    if index is None:
        raise OracleError(1418, "specified index does not exist")
    privileges.require_on(engine, index, "ALTER ANY INDEX")
    if reader.accept("RENAME"):
        reader.expect("TO", code=946, message="missing TO keyword")
        new = reader.name(953, "missing or invalid index name")
        stored = objects.claim_index_name(engine, index.owner, new)
        engine.run(f"ALTER INDEX {index.sql} RENAME TO {quoted(stored)}")
    elif reader.accept("REBUILD"):
        engine.run(f"REINDEX INDEX {index.sql}")
        while not reader.at_end():
            reader.take()
    elif word := reader.accept_any("VISIBLE", "INVISIBLE"):
        engine.run(
            "UPDATE ora.table_facts SET visible = %s WHERE relid = %s::oid",
            (word == "VISIBLE", index.oid),
        )
    elif reader.at("UNUSABLE") or storage.parse_option(reader, TableOptions()) is None:
        raise not_in_this_standin(what="this ALTER INDEX clause")
    facts.touch(engine, index.oid)
