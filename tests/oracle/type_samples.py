"""For each row of the type table: how a column spells it, and values as SQL expressions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TypeSample:
    """One type: its spelling in DDL, values, and how a value is compared (`{}` is the column)."""

    spelling: str
    values: tuple[str, ...]
    compared: str = "{}"


_NANO = "'SYYYY-MM-DD HH24:MI:SS.FF9'"
_ZONED = "'SYYYY-MM-DD HH24:MI:SS.FF9 TZH:TZM'"

SAMPLES: dict[str, TypeSample] = {
    "NUMBER": TypeSample("NUMBER(38,10)", ("0.1", "-9999999999999999999999999999.9999999999")),
    "FLOAT": TypeSample("FLOAT(126)", ("0.1", "-1e125", "3.14159265358979323846264338327950288")),
    "BINARY_FLOAT": TypeSample("BINARY_FLOAT", ("0.1f", "-3.40282347E+38f", "1.17549435E-38f")),
    "BINARY_DOUBLE": TypeSample("BINARY_DOUBLE", ("0.1d", "-1.7976931348623157E+308d")),
    "CHAR": TypeSample("CHAR(10 CHAR)", ("'padded'", "' 日本'")),
    "VARCHAR2": TypeSample("VARCHAR2(40 CHAR)", ("'It''s \"so\"'", "'😀 ' || CHR(10)")),
    "NCHAR": TypeSample("NCHAR(10)", ("N'é'",)),
    "NVARCHAR2": TypeSample("NVARCHAR2(40)", ("N'日本語'", "N' x '")),
    "CLOB": TypeSample("CLOB", ("TO_CLOB('text')", "RPAD(TO_CLOB('ab'), 40000, 'xyz')")),
    "NCLOB": TypeSample("NCLOB", ("TO_NCLOB(N'日本語')",)),
    "LONG": TypeSample("LONG", ("'text with '' and é'",)),
    "XMLTYPE": TypeSample(
        "XMLTYPE", ("XMLTYPE('<a b=\"1\">c</a>')",), "XMLSERIALIZE(CONTENT {} AS CLOB)"
    ),
    "ROWID": TypeSample("ROWID", ("CHARTOROWID('AAAAAAAAAAAAAAAAAA')",), "ROWIDTOCHAR({})"),
    "UROWID": TypeSample("UROWID(40)", ("CHARTOROWID('AAAR5kAAFAAAAJrAAB')",)),
    "RAW": TypeSample("RAW(16)", ("HEXTORAW('00FF')", "HEXTORAW('DEADBEEF')"), "RAWTOHEX({})"),
    "BLOB": TypeSample("BLOB", ("TO_BLOB(HEXTORAW('00FF00'))",)),
    "LONG RAW": TypeSample("LONG RAW", ("HEXTORAW('00FF00')",)),
    "DATE": TypeSample(
        "DATE",
        ("DATE '0001-01-01'", "TO_DATE('9999-12-31 23:59:59', 'YYYY-MM-DD HH24:MI:SS')"),
        "TO_CHAR({}, 'SYYYY-MM-DD HH24:MI:SS')",
    ),
    "TIMESTAMP": TypeSample(
        "TIMESTAMP(9)",
        ("TIMESTAMP '2024-02-29 13:14:15.123456789'", "TIMESTAMP '1969-12-31 23:59:59.5'"),
        f"TO_CHAR({{}}, {_NANO})",
    ),
    "TIMESTAMP WITH TIME ZONE": TypeSample(
        "TIMESTAMP(9) WITH TIME ZONE",
        ("TIMESTAMP '2024-02-29 13:14:15.123456789 +05:30'",),
        f"TO_CHAR({{}}, {_ZONED})",
    ),
    "TIMESTAMP WITH LOCAL TIME ZONE": TypeSample(
        "TIMESTAMP(6) WITH LOCAL TIME ZONE",
        ("TIMESTAMP '2024-02-29 13:14:15.123456 +05:30'",),
        f"TO_CHAR(SYS_EXTRACT_UTC({{}}), {_NANO})",
    ),
    "INTERVAL DAY TO SECOND": TypeSample(
        "INTERVAL DAY(9) TO SECOND(9)",
        ("TO_DSINTERVAL('-1 02:03:04.000000001')", "TO_DSINTERVAL('+999999999 23:59:59.9')"),
        "TO_CHAR({})",
    ),
    "INTERVAL YEAR TO MONTH": TypeSample(
        "INTERVAL YEAR(9) TO MONTH",
        ("TO_YMINTERVAL('-1-02')", "TO_YMINTERVAL('+999999999-11')"),
        "TO_CHAR({})",
    ),
    "JSON": TypeSample("JSON", ('\'{"a": [1, 0.1, null, true, "é"]}\'',)),
    "BOOLEAN": TypeSample("BOOLEAN", ("TRUE", "FALSE")),
    "VECTOR": TypeSample("VECTOR(3, FLOAT32)", ("TO_VECTOR('[1, 2.5, -3]')",)),
    "BFILE": TypeSample("BFILE", ("BFILENAME('NO_SUCH_DIRECTORY', 'a.txt')",)),
    "SDO_GEOMETRY": TypeSample("SDO_GEOMETRY", ()),
}
