"""Types with values that a load must keep: as they are sent, and as SQL shows them afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sample:
    """A type; `shown` is the SQL of its column A as text, `values` pairs of sent and shown."""

    sql_type: str
    schema: dict[str, Any]
    shown: str
    values: tuple[tuple[Any, str], ...]


_MOMENT = {"format": "date-time"}
_BASE64 = {"contentEncoding": "base64"}

SAMPLES = (
    Sample("NUMBER", {"type": "number"}, "TO_CHAR(a)", ((1, "1"), (12.25, "12.25"), (-3, "-3"))),
    Sample("NUMBER(9,2)", {"type": "number"}, "TO_CHAR(a)", ((1.5, "1.5"), (0, "0"))),
    Sample("NUMBER(38)", {"type": "integer"}, "TO_CHAR(a)", ((10**37, f"{10**37}"), (7, "7"))),
    Sample("FLOAT(126)", {"type": "number"}, "TO_CHAR(a)", ((2.5, "2.5"), (4, "4"))),
    Sample(
        "BINARY_DOUBLE",
        {"type": "number"},
        "TO_CHAR(CAST(a AS NUMBER))",
        ((1.5, "1.5"), (1e10, "10000000000"), (-0.0, "0"), (0, "0")),
    ),
    Sample("BINARY_FLOAT", {"type": "number"}, "TO_CHAR(CAST(a AS NUMBER))", ((1.5, "1.5"),)),
    Sample("VARCHAR2(8 CHAR)", {"type": "string"}, "a", (("a", "a"), (" ż'", " ż'"), ("a ", "a "))),
    Sample("NVARCHAR2(8)", {"type": "string"}, "TO_CHAR(a)", (("a", "a"), ("żółw", "żółw"))),
    Sample("CHAR(3 CHAR)", {"type": "string"}, "a", (("x", "x  "), ("abc", "abc"))),
    Sample(
        "CLOB",
        {"type": "string"},
        "TO_CHAR(LENGTH(a)) || TO_CHAR(SUBSTR(a, 1, 2))",
        (("ab", "2ab"), ("ź" * 6_000, "6000źź")),
    ),
    Sample(
        "RAW(8)", {"type": "string", **_BASE64}, "RAWTOHEX(a)", (("AQI=", "0102"), ("/w==", "FF"))
    ),
    Sample(
        "BLOB",
        {"type": "string", **_BASE64},
        "TO_CHAR(DBMS_LOB.GETLENGTH(a))",
        (("AQI=", "2"), ("AAAA" * 3_000, "9000")),
    ),
    Sample(
        "DATE",
        {"type": "string", **_MOMENT},
        "TO_CHAR(a, 'YYYY-MM-DD HH24:MI:SS')",
        (
            ("2024-02-29T23:59:59+00:00", "2024-02-29 23:59:59"),
            ("0001-01-01T00:00:00Z", "0001-01-01 00:00:00"),
        ),
    ),
    Sample(
        "TIMESTAMP(9)",
        {"type": "string", **_MOMENT},
        "TO_CHAR(a, 'YYYY-MM-DD HH24:MI:SS.FF9')",
        (("2024-02-29T23:59:59.123456789+00:00", "2024-02-29 23:59:59.123456789"),),
    ),
    Sample(
        "TIMESTAMP(6) WITH TIME ZONE",
        {"type": "string", **_MOMENT},
        "TO_CHAR(a, 'YYYY-MM-DD HH24:MI:SS.FF6TZH:TZM')",
        (
            ("2024-01-01T00:00:00+00:00", "2024-01-01 00:00:00.000000+00:00"),
            ("2024-01-01T02:00:00+02:00", "2024-01-01 02:00:00.000000+02:00"),
        ),
    ),
    Sample(
        "TIMESTAMP(6) WITH LOCAL TIME ZONE",
        {"type": "string", **_MOMENT},
        "TO_CHAR(SYS_EXTRACT_UTC(a), 'YYYY-MM-DD HH24:MI:SS.FF6')",
        (("2024-01-01T02:00:00.5+02:00", "2024-01-01 00:00:00.500000"),),
    ),
    Sample(
        "INTERVAL DAY(3) TO SECOND(3)",
        {"type": "string", "format": "duration"},
        "NVL2(a, EXTRACT(DAY FROM a) || ' ' || EXTRACT(HOUR FROM a) || ' '"
        " || EXTRACT(SECOND FROM a), NULL)",
        (("P1DT2H", "1 2 0"), ("-PT4.5S", "0 0 -4.5")),
    ),
    Sample(
        "INTERVAL YEAR(3) TO MONTH",
        {"type": "string", "format": "duration"},
        "NVL2(a, EXTRACT(YEAR FROM a) || '-' || EXTRACT(MONTH FROM a), NULL)",
        (("P1Y2M", "1-2"),),
    ),
    Sample(
        "BOOLEAN",
        {"type": "boolean"},
        "CASE WHEN a IS NULL THEN NULL WHEN a THEN 'true' ELSE 'false' END",
        ((True, "true"), (False, "false")),
    ),
    Sample(
        "JSON", {"type": "object"}, "JSON_VALUE(a, '$.x')", (({"x": 1}, "1"), ({"x": "é"}, "é"))
    ),
)

KEY_SAMPLES = (
    Sample("NUMBER(5,1)", {"type": "number"}, "TO_CHAR(k)", ((1, "1"), (1.0, "1"), (2.5, "2.5"))),
    Sample(
        "VARCHAR2(4 CHAR)",
        {"type": "string"},
        "k",
        (("a", "a"), ("a ", "a "), ("A", "A"), ("ż", "ż")),
    ),
    Sample("CHAR(3 CHAR)", {"type": "string"}, "k", (("a", "a  "), ("a ", "a  "), ("ż", "ż  "))),
    Sample(
        "RAW(4)", {"type": "string", **_BASE64}, "RAWTOHEX(k)", (("AQI=", "0102"), ("/w==", "FF"))
    ),
    Sample(
        "TIMESTAMP(3)",
        {"type": "string", **_MOMENT},
        "TO_CHAR(k, 'YYYY-MM-DD HH24:MI:SS.FF3')",
        (
            ("2024-01-01T00:00:00.5+00:00", "2024-01-01 00:00:00.500"),
            ("2024-01-01T00:00:00.500Z", "2024-01-01 00:00:00.500"),
            ("2024-01-02T00:00:00Z", "2024-01-02 00:00:00.000"),
        ),
    ),
)
"""Types of keys; some of their values are equal for Oracle, others only look so."""
