"""The columns and rows that the database in memory answers with."""

from __future__ import annotations

import json
from typing import Any

from oracle_standin.codecs import (
    DateTime,
    binary_double_to_bytes,
    binary_float_to_bytes,
    date_to_bytes,
    interval_ds_to_bytes,
    interval_ym_to_bytes,
    number_from_text,
    rowid_text,
    timestamp_to_bytes,
    timestamp_tz_to_bytes,
)
from oracle_standin.protocol import CharsetForm, Row, TypeCode
from oracle_standin.rows import Column

MOMENT = DateTime(2024, 2, 29, 23, 59, 58, 123456789)
ROWID = rowid_text(74000, 12, 345, 6)


def number_column(name: str, precision: int = 0, scale: int = -127) -> Column:
    return Column(name, TypeCode.NUMBER, precision, scale, 22)


def text_column(
    name: str, characters: int, form: CharsetForm = CharsetForm.DATABASE, **more: Any
) -> Column:
    type_code = more.pop("type_code", TypeCode.VARCHAR)
    width = 4 if form is CharsetForm.DATABASE else 2
    return Column(name, type_code, 0, 0, characters * width, characters, form, **more)


TYPED_COLUMNS = (
    number_column("N", 38, 10),
    text_column("V", 20),
    text_column("C", 5, type_code=TypeCode.CHAR),
    text_column("NV", 20, CharsetForm.NATIONAL),
    Column("D", TypeCode.DATE, size_bytes=7),
    Column("TS", TypeCode.TIMESTAMP, 0, 9, 11),
    Column("TSTZ", TypeCode.TIMESTAMP_TZ, 0, 9, 13),
    Column("TSLTZ", TypeCode.TIMESTAMP_LTZ, 0, 9, 11),
    Column("BD", TypeCode.BINARY_DOUBLE, size_bytes=8),
    Column("BF", TypeCode.BINARY_FLOAT, size_bytes=4),
    Column("R", TypeCode.RAW, size_bytes=16),
    Column("IDS", TypeCode.INTERVAL_DS, 2, 6, 11),
    Column("IYM", TypeCode.INTERVAL_YM, 2, 0, 5),
    Column("RID", TypeCode.ROWID, size_bytes=18),
    Column("UID", TypeCode.UROWID, size_bytes=4000),
    Column("L", TypeCode.LONG, charset_form=CharsetForm.DATABASE),
    Column("LR", TypeCode.LONG_RAW),
)
TYPED_ROW: Row = (
    number_from_text("-12345678901234567890.0123456789"),
    "héllo \U0001f600".encode(),
    b"abc  ",
    "日本".encode(),
    date_to_bytes(MOMENT),
    timestamp_to_bytes(MOMENT),
    timestamp_tz_to_bytes(MOMENT._replace(offset_minutes=-570)),
    timestamp_to_bytes(MOMENT),
    binary_double_to_bytes(-1.5e300),
    binary_float_to_bytes(0.25),
    bytes(range(16)),
    interval_ds_to_bytes("-93784.5"),
    interval_ym_to_bytes(-14),
    ROWID.encode(),
    ROWID.encode(),
    b"long text" * 100,
    bytes(1000),
)
LOB_COLUMNS = (
    number_column("ID", 9, 0),
    Column("C", TypeCode.CLOB, size_bytes=4000, charset_form=CharsetForm.DATABASE),
    Column("NC", TypeCode.CLOB, size_bytes=4000, charset_form=CharsetForm.NATIONAL),
    Column("B", TypeCode.BLOB, size_bytes=4000),
)
LONG_TEXT = "é\U0001f600x" * 30000
LOB_ROWS: list[Row] = [
    (number_from_text("1"), b"short", "öß".encode(), b"\x00\x01"),
    (number_from_text("2"), LONG_TEXT.encode(), LONG_TEXT.encode(), bytes(range(256)) * 600),
    (number_from_text("3"), None, None, None),
    (number_from_text("4"), b"", b"", b""),
]
LOADED = {
    "ID": Column("ID", TypeCode.NUMBER, 9, 0, 22, nullable=False),
    "S": text_column("S", 40),
    "NS": text_column("NS", 40, CharsetForm.NATIONAL),
    "D": Column("D", TypeCode.DATE, size_bytes=7),
    "T": Column("T", TypeCode.TIMESTAMP, 0, 6, 11),
    "BD": Column("BD", TypeCode.BINARY_DOUBLE, size_bytes=8),
    "C": Column("C", TypeCode.CLOB, size_bytes=4000, charset_form=CharsetForm.DATABASE),
    "R": Column("R", TypeCode.RAW, size_bytes=20),
    "B": Column("B", TypeCode.BLOB, size_bytes=4000),
    "J": Column("J", TypeCode.JSON),
    **{f"C{number}": text_column(f"C{number}", 40) for number in range(600)},
}
DOCUMENTS: list[Any] = [
    {"a": 1, "b": [True, False, None, "text \U0001f600", {}], "c": {"a": [], "é": -2}},
    [1, [2, [3, ["x" * 300, "y" * 70000]]]],
    {f"field {number}": number for number in range(300)},
    "just text",
    17,
    True,
    {},
    [],
    list(range(70000)),
    None,
]
FIXED: dict[str, tuple[tuple[Column, ...], list[Row]]] = {
    "typed": (TYPED_COLUMNS, [TYPED_ROW, (None,) * len(TYPED_ROW)]),
    "lobs": (LOB_COLUMNS, LOB_ROWS),
    "booleans": (
        (Column("B", TypeCode.BOOLEAN, size_bytes=4),),
        [(b"\x01",), (b"\x00",), (None,)],
    ),
    "documents": (
        (Column("J", TypeCode.JSON),),
        [
            (None if document is None else json.dumps(document, default=str).encode(),)
            for document in DOCUMENTS
        ],
    ),
}
GEN_COLUMNS = (
    number_column("ID", 18, 0),
    number_column("QTY", 9, 0),
    number_column("AMOUNT", 12, 2),
    number_column("RATIO", 20, 10),
    *(text_column(f"S{position}", 40) for position in range(4)),
    Column("D", TypeCode.DATE, size_bytes=7),
    Column("TS", TypeCode.TIMESTAMP, 0, 6, 11),
)


def gen_row(number: int) -> Row:
    text = f"value of row {number:08d}".encode()
    return (
        number_from_text(str(number)),
        number_from_text(str(number % 1000)),
        number_from_text(f"{number}.25"),
        number_from_text(f"-0.{number % 9 + 1}"),
        text,
        text if number % 2 else None,
        text,
        b"x",
        date_to_bytes(MOMENT),
        timestamp_to_bytes(MOMENT),
    )
