"""What ten databases would be sent: one file each under `snapshots/`, for a person to read.

`UPDATE_SNAPSHOTS=1 python -m pytest tests/unit/test_server_matrix.py` writes them again.
"""

from __future__ import annotations

import os
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from oracle_core.identifiers import Identifier, TableName
from oracle_core.server import Server
from oracle_core.session_setup import session_statement
from oracle_core.types import TYPE_TABLE, bind_plan, fetch_plan, json_schema, parse
from oracle_core.types.from_json_schema import stand_in
from tap_oracle.query import Bind, KeyRange, Statement, select
from target_oracle import staged_statements, statements
from target_oracle.ddl import create_table, plan
from target_oracle.naming import NamingRules
from target_oracle.properties import properties_of
from target_oracle.session import session_setup
from target_oracle.staging import storage
from target_oracle.statements import LoadColumn
from target_oracle.table_spec import ExistingColumn, ExistingTable, TableSpec, column_specs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_core.types import OracleType

SNAPSHOTS = Path(__file__).parent / "snapshots"
WE8 = "WE8MSWIN1252"
SERVERS = {
    "12.2-standard-we8": Server(release=(12, 2), compatible=(12, 2), charset=WE8),
    "12.2-compatible-11.2": Server(release=(12, 2), compatible=(11, 2)),
    "18c": Server(release=(18, 3), compatible=(18, 0)),
    "19c-al32utf8": Server(release=(19, 3), compatible=(19, 0)),
    "19c-extended": Server(release=(19, 3), compatible=(19, 0), max_string_size="EXTENDED"),
    "19c-autonomous": Server(
        release=(19, 3), compatible=(19, 0), max_string_size="EXTENDED", is_autonomous=True
    ),
    "21c": Server(release=(21, 3), compatible=(21, 0)),
    "23ai-compatible-19": Server(release=(23, 6), compatible=(19, 0)),
    "23ai": Server(release=(23, 6), compatible=(23, 6)),
    "26ai": Server(release=(23, 26), compatible=(23, 6), max_string_size="EXTENDED"),
}
SPELLINGS = {
    "NUMBER": "NUMBER(12,2)",
    "CHAR": "CHAR(10 CHAR)",
    "VARCHAR2": "VARCHAR2(32767 BYTE)",
    "NCHAR": "NCHAR(10)",
    "NVARCHAR2": "NVARCHAR2(16383)",
    "RAW": "RAW(32767)",
    "UROWID": "UROWID(4000)",
    "VECTOR": "VECTOR(768, FLOAT32)",
}
LONG_NAME = "the column with a name of more than thirty bytes"


def schema_of_every_kind() -> dict[str, Any]:
    """Return the SCHEMA of a stream with JSON's kinds and every type that can be written."""
    plain: dict[str, Any] = {
        "id": {"type": "integer"},
        "code": {"type": "string", "maxLength": 1200},
        "seen at": {"type": "string", "format": "date-time"},
        LONG_NAME: {"type": ["string", "null"]},
        "rowid": {"type": ["boolean", "null"]},
        "day": {"type": ["string", "null"], "format": "date"},
        "anything": {"type": ["object", "array", "null"]},
        "picture": {"type": ["string", "null"], "contentEncoding": "base64"},
    }
    typed = {
        f"t {row.kind.lower()}": json_schema(parse(SPELLINGS.get(row.kind, row.kind)))
        for row in TYPE_TABLE.values()
        if row.bind is not None
    }
    return {"properties": plain | typed}


def spec_for(server: Server) -> TableSpec:
    rules = NamingRules(Identifier("DWH"), limit=server.name_bytes)
    keys = ("id", "code", "seen at")
    properties = properties_of(schema_of_every_kind(), keys, validate=True)
    columns = rules.columns("S", [each.name for each in properties])
    specs = column_specs(properties, columns, keyed=True, server=server)
    return TableSpec(TableName.of("DWH", "T"), specs, tuple(columns[key] for key in keys))


def load_columns(spec: TableSpec) -> list[LoadColumn]:
    return [
        LoadColumn(each.name, each.type, bind_plan(each.type), is_key=each.name in spec.keys)
        for each in spec.columns
    ]


def older(spec: TableSpec) -> ExistingTable:
    """Return the table as an earlier, smaller stream has left it."""
    types = {"ID": "NUMBER(5)", "CODE": "VARCHAR2(10 CHAR)", "ROWID_": "NUMBER(1)"}
    columns = {
        each.name: ExistingColumn(each.name, parse(types[each.name.name]))
        for each in spec.columns
        if each.name.name in types
    }
    return ExistingTable(columns, frozenset())


def sent_to(server: Server) -> Iterator[str]:
    yield "-- session"
    yield session_statement()
    yield from session_setup(30)
    yield "\n-- a table that does not exist"
    spec = spec_for(server)
    yield create_table(spec, server)
    yield "\n-- a table of an earlier, smaller stream"
    yield from plan(spec, older(spec), freeze=False, stream="S", server=server).statements
    columns = load_columns(spec)
    long = frozenset(position for position, each in enumerate(columns) if each.plan.is_long)
    yield "\n-- a batch of short values"
    yield statements.merge(spec.name, columns).sql
    yield "\n-- a batch with long values"
    yield statements.update(spec.name, columns, long).sql
    yield statements.insert(spec.name, columns, long).sql
    yield "\n-- deletes"
    yield statements.delete(spec.name, columns).sql
    yield from staged(spec, columns)
    yield "\n-- the tap reads the table, as of an SCN and from a bookmark"
    yield read_back(spec).sql


def staged(spec: TableSpec, columns: list[LoadColumn]) -> Iterator[str]:
    """Return what a batch through a staging table sends."""
    staging = TableName.of("DWH", "SINGER_STG_0123456789ABCDEF_1")
    yield "\n-- a staging table"
    lines = [f"{column.name.sql} {storage(column).ddl()}" for column in columns]
    yield f"CREATE TABLE {staging.sql} ({', '.join(lines)})"
    rows = staged_statements.folded(staging, columns, None, live=True)
    yield "\n-- its rows are merged, or replace the others as a difference"
    yield staged_statements.merge(spec.name, columns, rows)
    yield staged_statements.merge(spec.name, columns, rows, only_different=True)
    yield staged_statements.delete_missing(spec.name, columns, rows)


def read_back(spec: TableSpec) -> Statement:
    """Return the SELECT of an INCREMENTAL stream of the table."""
    columns = [fetch_plan(each.type).select(each.name) for each in spec.columns]
    moment = next(each for each in spec.columns if each.name.name == "SEEN AT")
    start = Bind(bind_plan(moment.type).placeholder(":bookmark"), "2024-01-01T00:00:00Z")
    return select(spec.name, columns, key_range=KeyRange(moment.name, start), scn=17)


def readable(sql: str) -> str:
    """Return a statement in lines that fit a page; nothing but blanks changes."""
    wrap = textwrap.TextWrapper(
        98,
        subsequent_indent="    ",
        drop_whitespace=True,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(wrap.fill(line) if len(line) > 98 else line for line in sql.split("\n"))


@pytest.mark.parametrize("name", SERVERS)
def test_what_a_server_is_sent(name: str) -> None:
    text = "\n".join(readable(part) for part in sent_to(SERVERS[name])) + "\n"
    path = SNAPSHOTS / f"{name}.sql"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text("utf-8")


def types_of(spec: TableSpec) -> list[OracleType]:
    return [each.type for each in spec.columns]


@pytest.mark.parametrize("server", SERVERS.values(), ids=SERVERS)
def test_nothing_that_the_server_lacks_is_sent(server: Server) -> None:
    spec = spec_for(server)
    for oracle_type in types_of(spec):
        assert stand_in(oracle_type, server) == oracle_type
    assert all(len(each.name.name.encode()) <= server.name_bytes for each in spec.columns)
    assert "ROWID" not in {each.name.name for each in spec.columns}
