"""The ALL_TYPES table of the `hr` sample: a column for each type, rows at the edges of each.

Values are given as text and converted in SQL, because no Python type holds nine fractional digits,
40 digits in a bind or an interval of years.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DATE = "TO_DATE({}, 'YYYY-MM-DD HH24:MI:SS')"
_TIMESTAMP = "TO_TIMESTAMP({}, 'YYYY-MM-DD HH24:MI:SS.FF9')"
_ZONED = "TO_TIMESTAMP_TZ({}, 'YYYY-MM-DD HH24:MI:SS.FF9 TZH:TZM')"


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column of ALL_TYPES: its name, its type and how text becomes a value of it."""

    name: str
    type: str
    expression: str = "{}"


COLUMNS: tuple[TypedColumn, ...] = (
    TypedColumn("id", "NUMBER(9) NOT NULL"),
    TypedColumn("label", "VARCHAR2(40 CHAR) NOT NULL"),
    TypedColumn("n_any", "NUMBER", "TO_NUMBER({})"),
    TypedColumn("n_int38", "NUMBER(38)", "TO_NUMBER({})"),
    TypedColumn("n_dec", "NUMBER(38,10)", "TO_NUMBER({})"),
    TypedColumn("n_neg", "NUMBER(5,-2)", "TO_NUMBER({})"),
    TypedColumn("n_frac", "NUMBER(3,5)", "TO_NUMBER({})"),
    TypedColumn("n_integer", "INTEGER", "TO_NUMBER({})"),
    TypedColumn("n_float", "FLOAT(126)", "TO_NUMBER({})"),
    TypedColumn("b_float", "BINARY_FLOAT", "TO_BINARY_FLOAT({})"),
    TypedColumn("b_double", "BINARY_DOUBLE", "TO_BINARY_DOUBLE({})"),
    TypedColumn("t_char", "CHAR(10 CHAR)"),
    TypedColumn("t_varchar2", "VARCHAR2(1000 CHAR)"),
    TypedColumn("t_varbyte", "VARCHAR2(40 BYTE)"),
    TypedColumn("t_nchar", "NCHAR(10)"),
    TypedColumn("t_nvarchar2", "NVARCHAR2(200)"),
    TypedColumn("t_clob", "CLOB", "TO_CLOB({})"),
    TypedColumn("t_nclob", "NCLOB", "TO_NCLOB({})"),
    TypedColumn("r_raw", "RAW(100)", "HEXTORAW({})"),
    TypedColumn("r_blob", "BLOB", "TO_BLOB(HEXTORAW({}))"),
    TypedColumn("d_date", "DATE", _DATE),
    TypedColumn("ts_0", "TIMESTAMP(0)", _TIMESTAMP),
    TypedColumn("ts_6", "TIMESTAMP(6)", _TIMESTAMP),
    TypedColumn("ts_9", "TIMESTAMP(9)", _TIMESTAMP),
    TypedColumn("ts_tz", "TIMESTAMP(9) WITH TIME ZONE", _ZONED),
    TypedColumn("ts_ltz", "TIMESTAMP(6) WITH LOCAL TIME ZONE", _ZONED),
    TypedColumn("iv_ds", "INTERVAL DAY(9) TO SECOND(9)", "TO_DSINTERVAL({})"),
    TypedColumn("iv_ym", "INTERVAL YEAR(9) TO MONTH", "TO_YMINTERVAL({})"),
)

CREATE = (
    "CREATE TABLE all_types ("
    + ", ".join(f"{column.name} {column.type}" for column in COLUMNS)
    + ", CONSTRAINT all_types_pk PRIMARY KEY (id))"
)
COMMENT = "COMMENT ON TABLE all_types IS 'A column for each type, rows at the edges'"
INSERT = (
    "INSERT INTO all_types VALUES ("  # noqa: S608 - our own column list
    + ", ".join(
        column.expression.format(f":{place}") for place, column in enumerate(COLUMNS, start=1)
    )
    + ")"
)

_NINES = "9" * 38
_SMALLEST: dict[str, str] = {
    "n_any": "-" + "9" * 40 + "0" * 86,
    "n_int38": "-" + _NINES,
    "n_dec": f"-{'9' * 28}.{'9' * 10}",
    "n_neg": "-9999900",
    "n_frac": "-0.00999",
    "n_integer": "-" + _NINES,
    "n_float": "-1e125",
    "b_float": "-3.40282347E+38",
    "b_double": "-1.7976931348623157E+308",
    "t_char": " x",
    "t_varchar2": "\x01\t\r\n\x7f  ",
    "t_varbyte": "'; DROP TABLE all_types; --",
    "t_nchar": "é",
    "t_nvarchar2": "\\u0041 is not A",
    "t_clob": "{\"json\": 'looks like it'}",
    "t_nclob": " leading and trailing blanks ",
    "r_raw": "00",
    "r_blob": "00FF00",
    "d_date": "0001-01-01 00:00:00",
    "ts_0": "0001-01-01 00:00:00.000000000",
    "ts_6": "0001-01-01 00:00:00.000001000",
    "ts_9": "0001-01-01 00:00:00.000000001",
    "ts_tz": "0001-01-02 00:00:00.000000001 -12:00",
    "ts_ltz": "0001-01-02 00:00:00.000001000 +00:00",
    "iv_ds": "-999999999 23:59:59.999999999",
    "iv_ym": "-999999999-11",
}
_LARGEST: dict[str, str] = {
    "n_any": "9" * 40 + "0" * 86,
    "n_int38": _NINES,
    "n_dec": f"{'9' * 28}.{'9' * 10}",
    "n_neg": "9999900",
    "n_frac": "0.00999",
    "n_integer": _NINES,
    "n_float": "1e125",
    "b_float": "3.40282347E+38",
    "b_double": "1.7976931348623157E+308",
    "t_char": "zzzzzzzzzz",
    "t_varchar2": "😀" * 250 + "é" * 750,
    "t_varbyte": "😀" * 10,
    "t_nchar": "日本語日本語日本語日",
    "t_nvarchar2": "ß" * 200,
    "t_clob": "naïve \U0001f469‍\U0001f4bb text\n" * 40,
    "t_nclob": "日本語\u2028" * 60,
    "r_raw": "FF" * 100,
    "r_blob": "DEADBEEF" * 200,
    "d_date": "9999-12-31 23:59:59",
    "ts_0": "9999-12-31 23:59:59.000000000",
    "ts_6": "9999-12-31 23:59:59.999999000",
    "ts_9": "9999-12-31 23:59:59.999999999",
    "ts_tz": "9999-12-30 23:59:59.999999999 +14:00",
    "ts_ltz": "9999-12-30 23:59:59.999999000 +00:00",
    "iv_ds": "+999999999 23:59:59.999999999",
    "iv_ym": "+999999999-11",
}
_ORDINARY: dict[str, str] = {
    "n_any": "1234567890.0987654321",
    "n_int38": "42",
    "n_dec": "0.1",
    "n_neg": "12300",
    "n_frac": "0.00123",
    "n_integer": "-7",
    "n_float": "3.14159265358979323846264338327950288",
    "b_float": "0.1",
    "b_double": "0.1",
    "t_char": "padded",
    "t_varchar2": 'He said "it\'s fine",\nthen left.',
    "t_varbyte": "plain ascii",
    "t_nchar": "nchar",
    "t_nvarchar2": "Grüße aus Zürich",
    "t_clob": "a short text",
    "t_nclob": "short too",
    "r_raw": "0123456789ABCDEF",
    "r_blob": "CAFE",
    "d_date": "2024-02-29 13:14:15",
    "ts_0": "2024-02-29 13:14:15.000000000",
    "ts_6": "2024-02-29 13:14:15.123456000",
    "ts_9": "2024-02-29 13:14:15.123456789",
    "ts_tz": "2024-02-29 13:14:15.123456789 +05:30",
    "ts_ltz": "2024-02-29 13:14:15.123456000 +05:30",
    "iv_ds": "+1 02:03:04.500000000",
    "iv_ym": "+1-02",
}
_SMALL: dict[str, str] = {
    "n_any": "0." + "0" * 129 + "1",
    "n_int38": "0",
    "n_dec": "-0.0000000001",
    "n_neg": "0",
    "n_frac": "0.00001",
    "n_integer": "0",
    "n_float": "1e-130",
    "b_float": "1.17549435E-38",
    "b_double": "2.2250738585072014E-308",
    "t_char": "a",
    "t_varchar2": "a",
    "d_date": "1969-12-31 23:59:59",
    "ts_0": "1969-12-31 23:59:59.000000000",
    "ts_6": "1969-12-31 23:59:59.500000000",
    "ts_9": "1969-12-31 23:59:59.000000001",
    "ts_tz": "1969-12-31 23:59:59.100000000 -00:30",
    "ts_ltz": "1969-12-31 23:59:59.100000000 +00:00",
    "iv_ds": "-0 00:00:00.000000001",
    "iv_ym": "-0-01",
}
_CASES: tuple[tuple[str, dict[str, str]], ...] = (
    ("ordinary values", _ORDINARY),
    ("smallest values", _SMALLEST),
    ("largest values", _LARGEST),
    ("values near zero", _SMALL),
    ("all NULL", {}),
)


def rows() -> Iterator[tuple[str | None, ...]]:
    """Yield the bind rows of INSERT, in column order."""
    for number, (label, values) in enumerate(_CASES, start=1):
        row = {"id": str(number), "label": label, **values}
        yield tuple(row.get(column.name) for column in COLUMNS)
