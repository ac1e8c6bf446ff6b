"""Literals of SQL_REDO become what a query would have fetched."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_core.errors import DataError
from oracle_core.types import fetch_plan, parse
from tap_oracle.logminer.literals import fetched_values, text_of, unsupported_reason


def fetched(literal: str | None, sql_type: str, *, any_year: bool = False) -> object:
    oracle_type = parse(sql_type)
    (value,) = fetched_values([literal], oracle_type, fetch_plan(oracle_type, any_year=any_year))
    return value


def moment(microsecond: int = 0) -> dt.datetime:
    return dt.datetime(2024, 1, 31, 1, 2, 3, microsecond)  # noqa: DTZ001 - DATE has no zone


MASK = "SYYYY-MM-DD HH24:MI:SS"


@pytest.mark.parametrize(
    ("literal", "sql_type", "value"),
    [
        (None, "NUMBER", None),
        ("'12'", "NUMBER(5)", 12),
        ("'-12'", "NUMBER(5)", -12),
        ("'12345678901234567890'", "NUMBER(38)", 12345678901234567890),
        ("'-.5'", "NUMBER(5,2)", Decimal("-0.5")),
        ("'1.5E+30'", "NUMBER", Decimal("1.5E+30")),
        ("12.5", "NUMBER", Decimal("12.5")),
        ("'.125'", "FLOAT(126)", Decimal("0.125")),
        ("'1.10000002E+000'", "BINARY_FLOAT", 1.10000002),
        ("'Nan'", "BINARY_DOUBLE", pytest.approx(float("nan"), nan_ok=True)),
        ("'-Inf'", "BINARY_DOUBLE", float("-inf")),
        ("'it''s'", "VARCHAR2(9 CHAR)", "it's"),
        ("'x    '", "CHAR(5 CHAR)", "x    "),
        (r"UNISTR('\00e9\\x')", "NVARCHAR2(9)", "é\\x"),
        (r"UNISTR('\d834\dd1e') || UNISTR('b')", "NVARCHAR2(9)", "𝄞b"),
        ("'plain'", "NVARCHAR2(9)", "plain"),
        ("HEXTORAW('00FF')", "RAW(4)", b"\x00\xff"),
        (f"TO_DATE(' 2024-01-31 01:02:03', '{MASK}')", "DATE", moment()),
        ("TO_DATE('2024-01-31 01:02:03')", "DATE", moment()),
        (
            "TO_TIMESTAMP(' 2024-01-31 01:02:03.123000000')",
            "TIMESTAMP(3)",
            moment(123000),
        ),
        (
            "TO_TIMESTAMP(' 2024-01-31 01:02:03.123456789')",
            "TIMESTAMP(9)",
            " 2024-01-31T01:02:03.123456789",
        ),
        (
            "TO_TIMESTAMP_TZ(' 2024-01-31 01:02:03.120000000 +05:30')",
            "TIMESTAMP(2) WITH TIME ZONE",
            " 2024-01-31T01:02:03.12+05:30",
        ),
        (
            "TO_TIMESTAMP_ITZ(' 2024-01-31 01:02:03.000000000')",
            "TIMESTAMP(0) WITH LOCAL TIME ZONE",
            " 2024-01-31T01:02:03+00:00",
        ),
        ("TO_DSINTERVAL('+01 02:03:04.5')", "INTERVAL DAY TO SECOND", "+01 02:03:04.5"),
        ("TO_YMINTERVAL('-01-02')", "INTERVAL YEAR TO MONTH", "-01-02"),
        ("'AAASNoAAEAAAAInAAA'", "ROWID", "AAASNoAAEAAAAInAAA"),
    ],
)
def test_values(literal: str | None, sql_type: str, value: object) -> None:
    result = fetched(literal, sql_type)
    assert result == value
    assert type(result) is (float if sql_type == "BINARY_DOUBLE" else type(value))


def test_years_before_1_need_any_year() -> None:
    literal = f"TO_DATE('-4712-01-01 00:00:00', '{MASK}')"
    assert fetched(literal, "DATE", any_year=True) == "-4712-01-01T00:00:00"
    with pytest.raises(DataError, match="any_year"):
        fetched(literal, "DATE")


@pytest.mark.parametrize(
    ("literal", "sql_type"),
    [
        ("'abc'", "NUMBER"),
        ("'1' || '2'", "NUMBER"),
        ("'1", "NUMBER"),
        ("'\u0661'", "NUMBER(5)"),
        ("'text'", "DATE"),
        ("TO_DATE('31.01.2024', 'DD.MM.YYYY')", "DATE"),
        ("TO_TIMESTAMP(' 2024-01-31 01:02:03.123456780')", "TIMESTAMP(7)"),
        ("TO_TIMESTAMP_TZ(' 2024-01-31 01:02:03.0 +05:30')", "TIMESTAMP(3)"),
        ("'00FF'", "RAW(4)"),
        ("HEXTORAW('0G')", "RAW(4)"),
        ("HEXTORAW('00')", "VARCHAR2(5 CHAR)"),
        ("EMPTY_CLOB()", "VARCHAR2(5 CHAR)"),
        ("'+01 02:03:04'", "INTERVAL DAY TO SECOND"),
    ],
)
def test_a_literal_of_another_type_is_refused_without_its_value(
    literal: str, sql_type: str
) -> None:
    with pytest.raises(DataError) as failure:
        fetched(literal, sql_type)
    assert "01:02" not in str(failure.value)
    assert "00FF" not in str(failure.value)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_texts(text: str) -> None:
    assert text_of("'" + text.replace("'", "''") + "'") == text
    escaped = "".join(
        "\\\\"
        if character == "\\"
        else character
        if " " <= character < "\x7f"
        else "".join(f"\\{unit:04x}" for unit in _units(character))
        for character in text
    )
    assert text_of("UNISTR('" + escaped.replace("'", "''") + "')") == text


def _units(character: str) -> list[int]:
    encoded = character.encode("utf-16-be")
    return [int.from_bytes(encoded[at : at + 2], "big") for at in range(0, len(encoded), 2)]


@given(st.sampled_from(["NUMBER", "NUMBER(5)", "DATE", "RAW(4)", "BINARY_DOUBLE"]), st.text())
def test_any_text_is_a_value_or_a_data_error(sql_type: str, literal: str) -> None:
    try:
        fetched(literal, sql_type)
    except DataError:
        return


def test_types_that_logminer_does_not_support() -> None:
    assert unsupported_reason(parse("NUMBER")) is None
    assert unsupported_reason(parse("CLOB")) is None
    for name in ("LONG", "JSON", "BOOLEAN", "XMLTYPE"):
        assert name in str(unsupported_reason(parse(name)))
