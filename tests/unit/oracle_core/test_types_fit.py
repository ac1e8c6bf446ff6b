"""Whether one type holds the values of another."""

from __future__ import annotations

import pytest

from oracle_core.types import parse
from oracle_core.types.fit import fit, holds, takes_over


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("VECTOR(3, FLOAT32)", "VECTOR(3, FLOAT32)"),
        ("VECTOR", "VECTOR(3, FLOAT32)"),
        ("NUMBER(1)", "BOOLEAN"),
        ("NUMBER", "BOOLEAN"),
        ("CLOB", "JSON"),
        ("CLOB", "XMLTYPE"),
        ("UROWID(4000)", "ROWID"),
        ("NVARCHAR2(20)", "VARCHAR2(20 BYTE)"),
        ("VARCHAR2(20 BYTE)", "CHAR(5 CHAR)"),
        ("TIMESTAMP(6) WITH TIME ZONE", "TIMESTAMP(6) WITH LOCAL TIME ZONE"),
        ("TIMESTAMP(6) WITH TIME ZONE", "DATE"),
        ("BLOB", "RAW(10)"),
        ("LONG RAW", "BLOB"),
    ],
)
def test_holds(column: str, values: str) -> None:
    assert holds(parse(column), parse(values))
    assert fit(parse(column), parse(values), declared=True) == parse(column)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("VECTOR(3, FLOAT32)", "VECTOR(4, FLOAT32)"),
        ("VECTOR(3, FLOAT32)", "VECTOR(3, FLOAT64)"),
        ("VECTOR(3, FLOAT32)", "VECTOR"),
        ("BOOLEAN", "NUMBER(1)"),
        ("NUMBER(5,5)", "BOOLEAN"),
        ("VARCHAR2(4000 BYTE)", "JSON"),
        ("ROWID", "UROWID(4000)"),
        ("TIMESTAMP(6) WITH LOCAL TIME ZONE", "TIMESTAMP(6)"),
        ("NUMBER(9)", '"APP"."THING"'),
    ],
)
def test_does_not_hold(column: str, values: str) -> None:
    assert not holds(parse(column), parse(values))


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("NUMBER(9)", "NUMBER(9,2)", False),
        ("NUMBER(9)", "NUMBER(12)", True),
        ("NUMBER(8,2)", "FLOAT(126)", True),
        ("CHAR(1 CHAR)", "VARCHAR2(1 CHAR)", True),
        ("VARCHAR2(9 CHAR)", "CLOB", False),
        ("BOOLEAN", "NUMBER(1)", False),
        ("TIMESTAMP(6)", "TIMESTAMP(6) WITH TIME ZONE", False),
    ],
)
def test_a_reader_does_not_notice(old: str, new: str, verdict: bool) -> None:
    assert takes_over(parse(new), parse(old)) is verdict


@pytest.mark.parametrize("column", ["VARCHAR2(40 CHAR)", "VECTOR(3, FLOAT32)"])
def test_documents_are_checked_one_by_one_where_a_column_is_not_json(column: str) -> None:
    assert fit(parse(column), parse("JSON"), declared=False) == parse(column)
    assert fit(parse(column), parse("JSON"), declared=True) is None
