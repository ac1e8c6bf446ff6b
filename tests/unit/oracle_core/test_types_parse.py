"""The spelling of types, both ways, and what the dictionary says of them."""

from __future__ import annotations

import pytest

from oracle_core.types.from_dictionary import from_dictionary, from_vector_info
from oracle_core.types.oracle_type import OracleType
from oracle_core.types.parse import TypeSyntaxError, parse

EXACT = [
    "NUMBER",
    "NUMBER(9)",
    "NUMBER(12,2)",
    "NUMBER(5,-2)",
    "NUMBER(3,5)",
    "NUMBER(*,3)",
    "INTEGER",
    "FLOAT(126)",
    "FLOAT(24)",
    "BINARY_FLOAT",
    "BINARY_DOUBLE",
    "CHAR(10 CHAR)",
    "VARCHAR2(40 BYTE)",
    "VARCHAR2(32767 CHAR)",
    "NCHAR(10)",
    "NVARCHAR2(200)",
    "CLOB",
    "NCLOB",
    "LONG",
    "LONG RAW",
    "RAW(16)",
    "BLOB",
    "BFILE",
    "DATE",
    "TIMESTAMP(0)",
    "TIMESTAMP(9)",
    "TIMESTAMP(6) WITH TIME ZONE",
    "TIMESTAMP(3) WITH LOCAL TIME ZONE",
    "INTERVAL DAY(9) TO SECOND(0)",
    "INTERVAL YEAR(4) TO MONTH",
    "ROWID",
    "UROWID(4000)",
    "XMLTYPE",
    "JSON",
    "BOOLEAN",
    "VECTOR",
    "VECTOR(768, FLOAT32)",
    "VECTOR(*, INT8)",
    '"MDSYS"."SDO_GEOMETRY"',
]


@pytest.mark.parametrize("spelled", EXACT)
def test_spelling_survives(spelled: str) -> None:
    assert parse(spelled).ddl() == spelled


@pytest.mark.parametrize(
    ("spelled", "ddl"),
    [
        ("number ( 12 , 2 )", "NUMBER(12,2)"),
        ("number(12, 0)", "NUMBER(12)"),
        ("NUMBER(*,0)", "INTEGER"),
        ("int", "INTEGER"),
        ("DECIMAL", "INTEGER"),
        ("NUMERIC(9,1)", "NUMBER(9,1)"),
        ("DOUBLE PRECISION", "FLOAT(126)"),
        ("REAL", "FLOAT(63)"),
        ("FLOAT", "FLOAT(126)"),
        ("varchar2(5)", "VARCHAR2(5 BYTE)"),
        ("VARCHAR(5 char)", "VARCHAR2(5 CHAR)"),
        ("timestamp", "TIMESTAMP(6)"),
        ("timestamp with time zone", "TIMESTAMP(6) WITH TIME ZONE"),
        ("INTERVAL DAY TO SECOND", "INTERVAL DAY(2) TO SECOND(6)"),
        ("INTERVAL YEAR TO MONTH", "INTERVAL YEAR(2) TO MONTH"),
        ("VECTOR(3)", "VECTOR(3, *)"),
        ("mdsys.sdo_geometry", '"MDSYS"."SDO_GEOMETRY"'),
        ("VARCHAR2", "VARCHAR2"),
    ],
)
def test_other_spellings(spelled: str, ddl: str) -> None:
    assert parse(spelled).ddl() == ddl


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "NUMBER(",
        "NUMBER(0)",
        "NUMBER(39)",
        "NUMBER(10,200)",
        "NUMBER(1,2,3)",
        "NUMBER(10) NOT NULL",
        "VARCHAR2(0)",
        "VARCHAR2(10 CHAR",
        "VARCHAR2(x)",
        "TIMESTAMP(10)",
        "TIMESTAMP WITH ZONE",
        "INTERVAL DAY",
        "DATE; DROP TABLE x",
        "DATE) -- ",
        "1",
        "(",
        'A"B',
        "a.b.c",
        "a.",
    ],
)
def test_what_spells_no_type_is_refused(text: str) -> None:
    with pytest.raises(TypeSyntaxError):
        parse(text)


@pytest.mark.parametrize(
    ("row", "ddl"),
    [
        (("NUMBER", 22, None, None, 0, None), "NUMBER"),
        (("NUMBER", 22, None, 0, 0, None), "INTEGER"),
        (("NUMBER", 22, 10, 0, 0, None), "NUMBER(10)"),
        (("NUMBER", 22, 12, 2, 0, None), "NUMBER(12,2)"),
        (("NUMBER", 22, 5, -2, 0, None), "NUMBER(5,-2)"),
        (("NUMBER", 22, None, 3, 0, None), "NUMBER(*,3)"),
        (("FLOAT", 22, 126, None, 0, None), "FLOAT(126)"),
        (("VARCHAR2", 40, None, None, 10, "C"), "VARCHAR2(10 CHAR)"),
        (("VARCHAR2", 40, None, None, 40, "B"), "VARCHAR2(40 BYTE)"),
        (("CHAR", 3, None, None, 3, "B"), "CHAR(3 BYTE)"),
        (("NVARCHAR2", 20, None, None, 10, "C"), "NVARCHAR2(10)"),
        (("RAW", 16, None, None, 0, None), "RAW(16)"),
        (("CLOB", 4000, None, None, 0, None), "CLOB"),
        (("TIMESTAMP(9)", 11, None, 9, 0, None), "TIMESTAMP(9)"),
        (("TIMESTAMP(6) WITH TIME ZONE", 13, None, 6, 0, None), "TIMESTAMP(6) WITH TIME ZONE"),
        (("INTERVAL DAY(2) TO SECOND(6)", 11, 2, 6, 0, None), "INTERVAL DAY(2) TO SECOND(6)"),
        (("INTERVAL YEAR(9) TO MONTH", 5, 9, 0, 0, None), "INTERVAL YEAR(9) TO MONTH"),
        (("LONG RAW", 0, None, None, 0, None), "LONG RAW"),
        (("UROWID", 4000, None, None, 0, None), "UROWID(4000)"),
        (("XMLTYPE", 2000, None, None, 0, None, "SYS"), "XMLTYPE"),
        (("XMLTYPE", 2000, None, None, 0, None, "PUBLIC"), "XMLTYPE"),
        (("ADDRESS_T", 1, None, None, 0, None, "HR"), '"HR"."ADDRESS_T"'),
    ],
)
def test_dictionary_conventions(row: tuple[object, ...], ddl: str) -> None:
    assert from_dictionary(*row).ddl() == ddl  # type: ignore[arg-type]


def test_integer_digits() -> None:
    assert OracleType("NUMBER", 12, 2).integer_digits == 10
    assert OracleType("NUMBER", 5, -2).integer_digits == 7
    assert OracleType("NUMBER", scale=0).integer_digits == 38
    assert OracleType("NUMBER").integer_digits is None
    assert OracleType("DATE").fraction_digits == 0


@pytest.mark.parametrize(
    ("vector_info", "ddl"),
    [
        ("VECTOR(3,FLOAT32,DENSE)", "VECTOR(3, FLOAT32)"),
        ("VECTOR(3,FLOAT32)", "VECTOR(3, FLOAT32)"),
        ("VECTOR(*,INT8,DENSE)", "VECTOR(*, INT8)"),
        ("VECTOR(*,*,DENSE)", "VECTOR"),
        ("VECTOR(5,FLOAT64,SPARSE)", "VECTOR(5, FLOAT64, SPARSE)"),
        (None, "VECTOR"),
    ],
)
def test_vectors_are_read_from_their_own_column(vector_info: str | None, ddl: str) -> None:
    assert from_vector_info(vector_info).ddl() == ddl
