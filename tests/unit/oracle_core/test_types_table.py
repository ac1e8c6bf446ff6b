"""The type table: every row complete, and each way there leads back."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from singer_sdk.singerlib.json import serialize_json

from oracle_core.identifiers import Identifier
from oracle_core.server import Server
from oracle_core.types import (
    TYPE_TABLE,
    JsonSchemaOptions,
    OracleType,
    TypeRow,
    bind_plan,
    fetch_plan,
    from_json_schema,
    json_schema,
    parse,
    unsupported_reason,
)

NEWEST = Server(release=(23, 26), compatible=(23, 26), max_string_size="EXTENDED")
SUPPORTED = [
    "NUMBER",
    "NUMBER(9)",
    "NUMBER(12,2)",
    "NUMBER(5,-2)",
    "NUMBER(3,5)",
    "NUMBER(*,3)",
    "INTEGER",
    "FLOAT(126)",
    "BINARY_FLOAT",
    "BINARY_DOUBLE",
    "CHAR(10 CHAR)",
    "VARCHAR2(40 BYTE)",
    "VARCHAR2(4000 CHAR)",
    "NCHAR(10)",
    "NVARCHAR2(200)",
    "CLOB",
    "NCLOB",
    "LONG",
    "LONG RAW",
    "RAW(16)",
    "BLOB",
    "DATE",
    "TIMESTAMP(0)",
    "TIMESTAMP(6)",
    "TIMESTAMP(9)",
    "TIMESTAMP(6) WITH TIME ZONE",
    "TIMESTAMP(9) WITH TIME ZONE",
    "TIMESTAMP(3) WITH LOCAL TIME ZONE",
    "INTERVAL DAY(9) TO SECOND(9)",
    "INTERVAL YEAR(4) TO MONTH",
    "ROWID",
    "UROWID(4000)",
    "XMLTYPE",
    "JSON",
    "BOOLEAN",
    "VECTOR(768, FLOAT32)",
]
OPTIONS = [
    JsonSchemaOptions(),
    JsonSchemaOptions(use_singer_decimal=True, non_finite="string"),
]


def test_every_supported_kind_is_covered_here() -> None:
    supported = {row.kind for row in TYPE_TABLE.values() if row.supported}
    assert {parse(text).kind for text in SUPPORTED} == supported


@pytest.mark.parametrize("row", TYPE_TABLE.values(), ids=lambda row: row.kind)
def test_rows_are_complete(row: TypeRow) -> None:
    assert row.supported == (row.bind is not None)
    assert row.supported == (not row.reason)
    assert bool(row.reason) == bool(row.advice)
    assert not row.loss_note or row.supported


@pytest.mark.parametrize("options", OPTIONS, ids=["numbers", "text"])
@pytest.mark.parametrize("spelled", SUPPORTED)
def test_schema_leads_back_to_the_type(spelled: str, options: JsonSchemaOptions) -> None:
    schema = json_schema(parse(spelled), options=options)
    jsonschema.Draft202012Validator.check_schema(json.loads(serialize_json(schema)))
    assert schema["type"][-1] == "null"
    sent = json.loads(serialize_json(schema), parse_float=Decimal)
    expected = {"LONG": "CLOB", "LONG RAW": "BLOB"}.get(spelled, spelled)
    assert from_json_schema(sent, server=NEWEST).ddl() == expected


def test_not_null() -> None:
    assert json_schema(parse("DATE"), nullable=False)["type"] == ["string"]


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("NUMBER(3)", {"type": ["integer"], "minimum": -999, "maximum": 999}),
        (
            "NUMBER(5,-2)",
            {"type": ["integer"], "minimum": -9999900, "maximum": 9999900, "multipleOf": 100},
        ),
        ("NUMBER(12,2)", {"type": ["number"], "multipleOf": Decimal("0.01")}),
        ("NUMBER", {"type": ["number"]}),
        ("VARCHAR2(40 CHAR)", {"type": ["string"], "maxLength": 40}),
        ("RAW(16)", {"type": ["string"], "contentEncoding": "base64", "maxLength": 24}),
        ("DATE", {"type": ["string"], "format": "date-time"}),
        ("BOOLEAN", {"type": ["boolean"]}),
    ],
)
def test_schemas(spelled: str, expected: dict[str, Any]) -> None:
    schema = json_schema(parse(spelled), nullable=False)
    assert schema.pop("x-sql-datatype") == spelled
    assert schema == expected


def test_singer_decimal_names_digits() -> None:
    schema = json_schema(parse("NUMBER(12,2)"), options=OPTIONS[1])
    assert schema["format"] == "singer.decimal"
    assert schema["x-singer.decimal"] == {"precision": 12, "scale": 2}


@pytest.mark.parametrize(
    ("spelled", "expression"),
    [
        ("NUMBER(9)", '"C"'),
        ("DATE", '"C"'),
        ("TIMESTAMP(6)", '"C"'),
        ("TIMESTAMP(9)", """TO_CHAR("C", 'SYYYY-MM-DD"T"HH24:MI:SS.FF9')"""),
        (
            "TIMESTAMP(3) WITH TIME ZONE",
            """TO_CHAR("C", 'SYYYY-MM-DD"T"HH24:MI:SS.FF3TZH:TZM')""",
        ),
        (
            "TIMESTAMP(0) WITH LOCAL TIME ZONE",
            """TO_CHAR("C" AT TIME ZONE '+00:00', 'SYYYY-MM-DD"T"HH24:MI:SSTZH:TZM')""",
        ),
        ("INTERVAL YEAR TO MONTH", 'TO_CHAR("C")'),
        ("ROWID", 'ROWIDTOCHAR("C")'),
        ("JSON", 'JSON_SERIALIZE("C" RETURNING CLOB ERROR ON ERROR)'),
        ("XMLTYPE", 'XMLSERIALIZE(CONTENT "C" AS CLOB)'),
    ],
)
def test_select_expressions(spelled: str, expression: str) -> None:
    assert fetch_plan(parse(spelled)).select(Identifier("C")) == expression


def test_dates_of_any_year_are_read_as_text() -> None:
    plan = fetch_plan(parse("DATE"), any_year=True)
    assert plan.select(Identifier("C")) == """TO_CHAR("C", 'SYYYY-MM-DD"T"HH24:MI:SS')"""
    assert fetch_plan(parse("NUMBER"), any_year=True).decode is not None


def test_a_column_named_like_a_placeholder_is_no_trap() -> None:
    assert fetch_plan(parse("ROWID")).select(Identifier("{}")) == 'ROWIDTOCHAR("{}")'


@pytest.mark.parametrize(
    ("spelled", "native", "placeholder"),
    [
        ("NUMBER(9)", False, ":1"),
        ("DATE", True, ":1"),
        ("DATE", False, """TO_DATE(:1, 'SYYYY-MM-DD"T"HH24:MI:SS')"""),
        ("TIMESTAMP(6)", True, ":1"),
        ("TIMESTAMP(9)", True, """TO_TIMESTAMP(:1, 'SYYYY-MM-DD"T"HH24:MI:SS.FF9')"""),
        (
            "TIMESTAMP(6) WITH TIME ZONE",
            False,
            """TO_TIMESTAMP_TZ(:1, 'SYYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM')""",
        ),
        ("INTERVAL DAY TO SECOND", False, "TO_DSINTERVAL(:1)"),
    ],
)
def test_placeholders(spelled: str, native: bool, placeholder: str) -> None:
    assert bind_plan(parse(spelled), native=native).placeholder(":1") == placeholder


@pytest.mark.parametrize("spelled", ["CLOB", "NCLOB", "BLOB", "LONG", "LONG RAW"])
def test_large_types_are_bound_long(spelled: str) -> None:
    assert bind_plan(parse(spelled)).is_long
    assert fetch_plan(parse(spelled)).is_large


@pytest.mark.parametrize("spelled", ["BFILE", '"MDSYS"."SDO_GEOMETRY"', '"HR"."ADDRESS_T"'])
def test_unsupported_types_have_a_reason(spelled: str) -> None:
    oracle_type = parse(spelled)
    assert unsupported_reason(oracle_type)
    assert "x-sql-datatype" not in json_schema(oracle_type)
    with pytest.raises(LookupError):
        fetch_plan(oracle_type)
    with pytest.raises(LookupError):
        bind_plan(oracle_type)


def test_supported_types_have_no_reason() -> None:
    assert unsupported_reason(OracleType("NUMBER")) is None
