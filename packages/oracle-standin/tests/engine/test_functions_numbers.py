"""Numbers: their text, masks, and arithmetic to 40 digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("0.5", ".5"),
        ("-0.25", "-.25"),
        ("100.00", "100"),
        ("0", "0"),
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        ("1E39", "1000000000000000000000000000000000000000"),
        ("1E40", "1.0000000000000000000000000000000000E+40"),
        ("1E125", "1.0000000000000000000000000000000000E+125"),
        ("1.5D", "1.5E+000"),
        ("0.1D", "1.0000000000000001E-001"),
        ("0.1F", "1.00000001E-001"),
    ],
)
def test_text_of_numbers(session: UserSession, number: str, written: str) -> None:
    assert session.value(f"TO_CHAR({number})").replace("0" * 34 + "E", "E").replace(
        ".E", "E"
    ) == written.replace("0" * 34 + "E", "E").replace(".E", "E")


@pytest.mark.parametrize(
    ("number", "mask", "written"),
    [
        ("1234.5", "9,999.99", " 1,234.50"),
        ("1234567.891", "9G999G999D99", " 1,234,567.89"),
        ("-5", "$99", " -$5"),
        ("0.5", "9.9", "  .5"),
        ("0.5", "0.9", " 0.5"),
        ("0", "999", "   0"),
        ("1.5", "FM9.99", "1.5"),
        ("1", "FM9.99", "1."),
        ("1", "FM9.09", "1.0"),
        ("1234", "S9999", "+1234"),
        ("-1234", "9999S", "1234-"),
        ("-1234", "9999PR", "<1234>"),
        ("1234", "9999PR", " 1234 "),
        ("-12", "99MI", "12-"),
        ("12345", "999", "####"),
        ("255", "XX", " FF"),
        ("255", "FMxxxx", "ff"),
        ("255", "0XXX", " 00FF"),
        ("1234.5", "9.99EEEE", "  1.23E+03"),
        ("12", "099", " 012"),
        ("12", "99V99", " 1200"),
        ("14", "FMRN", "XIV"),
        ("0.1", "TM9", ".1"),
        ("1234567", "TME", "1.234567E+06"),
        ("1234", "999,999", "   1,234"),
        ("-0.4", "9", " 0"),
        ("1", "L99", "  $1"),
    ],
)
def test_number_masks(session: UserSession, number: str, mask: str, written: str) -> None:
    assert session.value(f"TO_CHAR({number}, '{mask}')") == written


def test_bad_masks(session: UserSession) -> None:
    assert session.error("TO_CHAR(1, 'abc')").startswith("ORA-01481:")
    assert session.error("TO_CHAR(1, '9S9')").startswith("ORA-01481:")
    assert session.error("TO_NUMBER('1', 'abc')").startswith("ORA-01481:")


def test_numeric_characters(session: UserSession) -> None:
    comma = "'NLS_NUMERIC_CHARACTERS='',.'''"
    assert session.value(f"TO_CHAR(1234.5, '9G999D9', {comma})") == " 1.234,5"
    assert session.value(f"TO_NUMBER('1.234,5', '9G999D9', {comma})") == "1234.5"
    session.run("ALTER SESSION SET NLS_NUMERIC_CHARACTERS = ',.'")
    assert session.value("TO_CHAR(1.5)") == "1,5"
    assert session.value("TO_CHAR(0.5, 'TM9')") == ",5"
    assert session.value("TO_NUMBER('2,5')") == "2.5"
    assert session.error("TO_NUMBER('2.5')").startswith("ORA-01722:")


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ("TO_NUMBER(' 12.50 ')", "12.5"),
        ("TO_NUMBER('-1e3')", "-1000"),
        ("TO_NUMBER('.5')", "0.5"),
        ("TO_NUMBER('1,234.5', '9,999.9')", "1234.5"),
        ("TO_NUMBER('$12', '$99')", "12"),
        ("TO_NUMBER('12-', '99MI')", "-12"),
        ("TO_NUMBER('<12>', '99PR')", "-12"),
        ("TO_NUMBER('ff', 'XX')", "255"),
    ],
)
def test_to_number(session: UserSession, expression: str, number: str) -> None:
    assert session.value(expression) == number


@pytest.mark.parametrize(
    "expression",
    ["TO_NUMBER('abc')", "TO_NUMBER('1 2')", "TO_NUMBER('12345', '999')", "TO_NUMBER('1.23', '9')"],
)
def test_no_numbers(session: UserSession, expression: str) -> None:
    assert session.error(expression).startswith("ORA-01722:")


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ("MOD(10, 3)", "1"),
        ("MOD(-10, 3)", "-1"),
        ("MOD(5, 0)", "5"),
        ("MOD(5.5, 2)", "1.5"),
        ("REMAINDER(10, 4)", "2"),
        ("REMAINDER(11, 4)", "-1"),
        ("POWER(2, 28)", "268435456"),
        ("POWER(2, -1)", "0.5"),
        ("POWER(10, 30)", "1" + "0" * 30),
        ("SQRT(2)", "1.41421356237309504880168872420969807857"),
        ("LN(2)", "0.6931471805599453094172321214581765680755"),
        ("EXP(1)", "2.71828182845904523536028747135266249776"),
        ("LOG(10, 1000)", "3"),
        ("BITAND(6, 3)", "2"),
        ("ABS(-1.5)", "1.5"),
        ("SIGN(-3)", "-1"),
        ("CEIL(1.2)", "2"),
        ("FLOOR(-1.2)", "-2"),
        ("ROUND(2.5)", "3"),
        ("ROUND(-2.5)", "-3"),
        ("ROUND(1234.567, -2)", "1200"),
        ("TRUNC(1.999, 2)", "1.99"),
        ("BIN_TO_NUM(1, 0, 1)", "5"),
    ],
)
def test_arithmetic(session: UserSession, expression: str, number: str) -> None:
    assert session.value(expression) == number


@pytest.mark.parametrize("expression", ["SQRT(-1)", "LN(0)", "POWER(-2, 0.5)", "LOG(1, 2)"])
def test_arguments_out_of_range(session: UserSession, expression: str) -> None:
    assert session.error(expression).startswith("ORA-01428:")


def test_nan(session: UserSession) -> None:
    assert session.value("TO_CHAR(NANVL(TO_BINARY_DOUBLE('NaN'), 7))") == "7.0E+000"
    assert session.value("TO_CHAR(TO_BINARY_DOUBLE('NaN'))") == "Nan"
    assert session.value("TO_CHAR(-TO_BINARY_DOUBLE('INF'))") == "-Inf"


@pytest.mark.parametrize("number", ["1.1f", "0.1f", "1.1d", "1e-20f"])
def test_binary_numbers_are_their_texts(session: UserSession, number: str) -> None:
    assert session.value(f"CASE WHEN {number} = TO_CHAR({number}) THEN 'same' END") == "same"


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("TO_CHAR(1f / 0)", "Inf"),
        ("TO_CHAR(-1f / 0)", "-Inf"),
        ("TO_CHAR(1f / 0d)", "Inf"),
        ("TO_CHAR(1d / 0f)", "Inf"),
        ("DUMP(1f + 1d)", "Typ=101 Len=8: 192,0,0,0,0,0,0,0"),
    ],
)
def test_binary_numbers_divide_by_zero(session: UserSession, expression: str, written: str) -> None:
    """IEEE 754 holds where one side is binary (SQL Language Reference, "Data Types")."""
    assert session.value(expression) == written
