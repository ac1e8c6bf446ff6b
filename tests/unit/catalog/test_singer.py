"""Tables as a Singer catalog."""

from __future__ import annotations

from typing import Any

import pytest
from singer_sdk.singerlib import Catalog
from singer_sdk.typing import DEFAULT_JSONSCHEMA_VALIDATOR

from catalog.model import Column, DatabaseFacts, Key, KeyKind, Schema, Table, TableKind
from catalog.name_filter import NameFilter
from catalog.singer import for_database, singer_catalog
from oracle_core.types import JsonSchemaOptions, json_schema, parse, unsupported_reason


def column(name: str, sql_datatype: str, *, nullable: bool = True, **facts: Any) -> Column:
    oracle_type = parse(sql_datatype)
    return Column(name, oracle_type, nullable, unsupported=unsupported_reason(oracle_type), **facts)


def table(*keys: Key, **facts: Any) -> Table:
    columns = (
        column("B", "NUMBER(9)", nullable=False, comment="second"),
        column("A", "VARCHAR2(3 CHAR)", nullable=False),
        column("Salary", "NUMBER(8,2)"),
        column("SHAPE", "BFILE"),
        column("AT", "TIMESTAMP(9) WITH TIME ZONE"),
    )
    return Table("HR", "Mixed-Case", TableKind.TABLE, columns, tuple(keys), **facts)


PRIMARY = Key("Z_PK", KeyKind.PRIMARY, ("B", "A"))
UNIQUE = Key("A_UQ", KeyKind.UNIQUE, ("A",))
NULLABLE = Key("A_FIRST", KeyKind.UNIQUE, ("Salary",))
INDEX = Key("A_IX", KeyKind.UNIQUE_INDEX, ("B",))
UNREADABLE = Key("A_PK", KeyKind.PRIMARY, ("SHAPE",))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((UNIQUE, PRIMARY), ("B", "A")),
        ((INDEX, UNIQUE), ("A",)),
        ((NULLABLE, INDEX), ("B",)),
        ((NULLABLE,), ()),
        ((UNREADABLE, UNIQUE), ("A",)),
        ((), ()),
    ],
)
def test_what_identifies_a_row(keys: tuple[Key, ...], expected: tuple[str, ...]) -> None:
    assert table(*keys).identifying_columns == expected


def stream_of(one: Table) -> dict[str, Any]:
    catalog = singer_catalog(
        [Schema("HR", (one,))], database="FREEPDB1", options=JsonSchemaOptions()
    )
    stream: dict[str, Any] = catalog["streams"][0]
    return stream


def test_a_stream() -> None:
    stream = stream_of(table(PRIMARY, comment="People", row_count=7))

    assert stream["tap_stream_id"] == "HR-Mixed-Case"
    assert stream["key_properties"] == ["B", "A"]
    assert stream["schema"]["description"] == "People"
    assert list(stream["schema"]["properties"]) == ["B", "A", "Salary", "SHAPE", "AT"]
    assert stream["schema"]["properties"]["B"] == {
        "type": ["integer"],
        "minimum": -999_999_999,
        "maximum": 999_999_999,
        "x-sql-datatype": "NUMBER(9)",
        "description": "second",
    }
    assert stream["schema"]["properties"]["Salary"] == {
        "type": ["number", "null"],
        "x-sql-datatype": "NUMBER(8,2)",
    }
    metadata = {tuple(entry["breadcrumb"]): entry["metadata"] for entry in stream["metadata"]}
    assert metadata[()] == {
        "inclusion": "available",
        "selected-by-default": True,
        "table-key-properties": ["B", "A"],
        "schema-name": "HR",
        "database-name": "FREEPDB1",
        "is-view": False,
        "row-count": 7,
        "valid-replication-keys": ["B", "AT"],
        "valid-replication-methods": ["FULL_TABLE", "INCREMENTAL", "LOG_BASED"],
        "proposed-replication-method": "FULL_TABLE",
        "proposed-replication-reason": "no column tells when a row changed",
    }
    assert metadata["properties", "A"]["inclusion"] == "automatic"
    assert metadata["properties", "AT"] == {
        "inclusion": "available",
        "selected-by-default": True,
        "sql-datatype": "TIMESTAMP(9) WITH TIME ZONE",
    }
    assert metadata["properties", "SHAPE"] == {
        "inclusion": "unsupported",
        "selected-by-default": False,
        "sql-datatype": "BFILE",
        "reason": "BFILE points to a file outside the database; read the file where it is, or copy "
        "it into a BLOB column",
    }


def test_views_are_listed_and_not_selected_by_default() -> None:
    view = Table("HR", "V", TableKind.VIEW, (column("A", "NUMBER"),))
    root = stream_of(view)["metadata"][0]["metadata"]

    assert root["is-view"] is True
    assert root["selected-by-default"] is False


def test_a_table_that_cannot_be_read_at_all() -> None:
    root = stream_of(Table("HR", "T", TableKind.TABLE, (column("F", "BFILE"),)))["metadata"][0]

    assert root["metadata"]["inclusion"] == "unsupported"
    assert root["metadata"]["selected-by-default"] is False


def test_the_sdk_accepts_it() -> None:
    stream = stream_of(table(PRIMARY))
    DEFAULT_JSONSCHEMA_VALIDATOR.check_schema(stream["schema"])
    entry = Catalog.from_dict({"streams": [stream]}).streams[0]
    mask = entry.metadata.resolve_selection()

    assert mask[()]
    assert mask["properties", "AT"]
    assert not mask["properties", "SHAPE"]


@pytest.mark.parametrize(
    ("globs", "admitted"),
    [
        ((), True),
        (("HR.EMPLOYEES",), True),
        (("HR-EMPLOYEES",), True),
        (("*.EMP*",), True),
        (("HR-EMP?OYEES",), True),
        (("hr.employees",), False),
        (("HR.EMP",), False),
        (("HR.[E]MPLOYEES",), False),
        (("X.*", "HR.*"), True),
    ],
)
def test_table_globs(globs: tuple[str, ...], admitted: bool) -> None:
    assert NameFilter(tables=globs).admits("HR", "EMPLOYEES") is admitted


def test_schema_globs() -> None:
    assert NameFilter(("HR", "SALES", "HR")).exact_schemas == ("HR", "SALES")
    assert NameFilter(("H*",)).exact_schemas is None
    assert NameFilter().exact_schemas is None
    assert NameFilter(tables=("HR.E*", "SALES-O*")).exact_schemas == ("HR", "SALES")
    assert NameFilter(tables=("A.B-C",)).exact_schemas == ("A", "A.B")
    assert NameFilter(tables=("*.E",)).exact_schemas is None
    assert NameFilter(("H*",)).admits_schema("HR")
    assert not NameFilter(("H*",)).admits("SALES", "T")
    assert NameFilter((), ("A[1].*",)).admits("A[1]", "T")


@pytest.mark.parametrize(
    ("charset", "spelled"),
    [
        ("WE8MSWIN1252", "VARCHAR2(40 CHAR)"),
        ("AL32UTF8", "VARCHAR2(40 BYTE)"),
        (None, "VARCHAR2(40 BYTE)"),
    ],
)
def test_bytes_of_a_single_byte_source_are_characters(charset: str | None, spelled: str) -> None:
    options = for_database(JsonSchemaOptions(), DatabaseFacts(character_set=charset))
    schema = json_schema(parse("VARCHAR2(40 BYTE)"), options=options)
    assert schema["x-sql-datatype"] == spelled
    assert json_schema(parse("RAW(40)"), options=options)["x-sql-datatype"] == "RAW(40)"
