"""Columns for properties of taps that know nothing of Oracle."""

from __future__ import annotations

from typing import Any

import pytest

from oracle_core.server import Server
from oracle_core.types import from_json_schema


@pytest.mark.parametrize(
    ("schema", "column", "key"),
    [
        ({"type": ["string", "null"]}, "CLOB", "VARCHAR2(255 CHAR)"),
        ({"type": "string", "maxLength": 40}, "VARCHAR2(40 CHAR)", "VARCHAR2(40 CHAR)"),
        ({"type": "string", "maxLength": 1000}, "VARCHAR2(1000 CHAR)", "VARCHAR2(1000 CHAR)"),
        ({"type": "string", "maxLength": 1001}, "CLOB", "VARCHAR2(1001 CHAR)"),
        ({"type": "string", "maxLength": 9000}, "CLOB", "VARCHAR2(4000 BYTE)"),
        ({"type": "integer"}, "NUMBER(38)", "NUMBER(38)"),
        ({"type": "integer", "minimum": -5, "maximum": 120}, "NUMBER(3)", "NUMBER(3)"),
        ({"type": "integer", "minimum": 0, "maximum": 10**50}, "NUMBER", "NUMBER"),
        ({"type": ["null", "number"]}, "NUMBER", "NUMBER"),
        ({"type": ["integer", "number"]}, "NUMBER", "NUMBER"),
        ({"type": "boolean"}, "NUMBER(1)", "NUMBER(1)"),
        (
            {"type": "string", "format": "date-time"},
            "TIMESTAMP(9) WITH TIME ZONE",
            "TIMESTAMP(9) WITH LOCAL TIME ZONE",
        ),
        ({"type": "string", "format": "date"}, "DATE", "DATE"),
        ({"type": "string", "format": "time"}, "VARCHAR2(30 CHAR)", "VARCHAR2(30 CHAR)"),
        ({"type": "string", "format": "duration"}, "VARCHAR2(64 CHAR)", "VARCHAR2(64 CHAR)"),
        ({"type": "string", "format": "uuid"}, "VARCHAR2(36 CHAR)", "VARCHAR2(36 CHAR)"),
        ({"type": "string", "format": "singer.decimal"}, "NUMBER", "NUMBER"),
        (
            {
                "type": "string",
                "format": "singer.decimal",
                "x-singer.decimal": {"precision": 10, "scale": 4},
            },
            "NUMBER(10,4)",
            "NUMBER(10,4)",
        ),
        (
            {
                "type": "string",
                "format": "singer.decimal",
                "x-singer.decimal": {"precision": 1, "scale": 128},  # ORA-01728
            },
            "NUMBER",
            "NUMBER",
        ),
        ({"type": "string", "contentEncoding": "base64"}, "BLOB", "RAW(1000)"),
        ({"type": ["object", "null"]}, "CLOB", "VARCHAR2(255 CHAR)"),
        ({"type": "array"}, "CLOB", "VARCHAR2(255 CHAR)"),
        ({"type": ["integer", "string"]}, "CLOB", "VARCHAR2(255 CHAR)"),
        ({}, "CLOB", "VARCHAR2(255 CHAR)"),
        (
            {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
            "TIMESTAMP(9) WITH TIME ZONE",
            "TIMESTAMP(9) WITH LOCAL TIME ZONE",
        ),
        ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, "CLOB", "VARCHAR2(255 CHAR)"),
    ],
)
def test_choice(schema: dict[str, Any], column: str, key: str) -> None:
    assert from_json_schema(schema).ddl() == column
    assert from_json_schema(schema, is_key=True).ddl() == key


def test_boolean_from_23ai_on() -> None:
    assert (
        from_json_schema(
            {"type": "boolean"}, server=Server(release=(23, 6), compatible=(23, 6))
        ).ddl()
        == "BOOLEAN"
    )


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "x-sql-datatype": "VARCHAR2(10 CHAR); DROP TABLE T"}, "CLOB"),
        ({"type": "string", "x-sql-datatype": "text"}, "CLOB"),
        ({"type": "string", "x-sql-datatype": "DATE"}, "CLOB"),
        ({"type": "string", "format": "date", "x-sql-datatype": "DATE"}, "DATE"),
        ({"type": "string", "x-sql-datatype": "NUMBER"}, "CLOB"),
        ({"type": "string", "x-sql-datatype": "VARCHAR2"}, "CLOB"),
        ({"type": "string", "x-sql-datatype": "BFILE"}, "CLOB"),
        ({"type": "string", "x-sql-datatype": "BLOB"}, "CLOB"),
        ({"type": "integer", "x-sql-datatype": "NUMBER(4)"}, "NUMBER(4)"),
        ({"type": "number", "x-sql-datatype": "NUMBER(4)"}, "NUMBER(4)"),
        ({"type": "integer", "x-sql-datatype": 5}, "NUMBER(38)"),
        ({"type": ["string", "null"], "x-sql-datatype": '"A"."B"'}, "CLOB"),
    ],
)
def test_declared_types_are_checked(schema: dict[str, Any], expected: str) -> None:
    assert from_json_schema(schema).ddl() == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "x-sql-datatype": "CLOB"}, "VARCHAR2(255 CHAR)"),
        (
            {
                "type": "string",
                "format": "date-time",
                "x-sql-datatype": "TIMESTAMP(6) WITH TIME ZONE",
            },
            "TIMESTAMP(9) WITH LOCAL TIME ZONE",
        ),
        ({"type": "string", "maxLength": 9, "x-sql-datatype": "CHAR(9 BYTE)"}, "CHAR(9 BYTE)"),
    ],
)
def test_declared_types_that_cannot_be_keys_are_replaced(
    schema: dict[str, Any], expected: str
) -> None:
    assert from_json_schema(schema, is_key=True).ddl() == expected


@pytest.mark.parametrize("types", [["object"], ["array", "null"], ["object", "array"]])
def test_objects_and_arrays_are_json_from_21c_on(types: list[str]) -> None:
    schema = {"type": types}
    for release, compatible, column in (
        (19, 19, "CLOB"),
        (21, 21, "JSON"),
        (23, 19, "CLOB"),
        (23, 23, "JSON"),
    ):
        server = Server(release=(release, 0), compatible=(compatible, 0))
        assert from_json_schema(schema, server=server).ddl() == column
    assert from_json_schema(schema, is_key=True, server=server).kind == "VARCHAR2"


def test_alternatives_that_are_no_objects() -> None:
    assert from_json_schema({"anyOf": [True, {"type": "integer"}]}).ddl() == "NUMBER(38)"
    assert from_json_schema({"type": "string", "oneOf": None}).ddl() == "CLOB"
