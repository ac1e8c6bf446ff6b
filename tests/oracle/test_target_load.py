"""Records in tables: exact values, keys, upserts."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from tests.oracle.loader import ID, ZONED, Loader, record_line, schema_line, state_line

pytestmark = pytest.mark.oracle


TYPES = [
    ("NUMBER(38)", {"type": "integer"}, "-" + "9" * 38, "TO_CHAR(C)", "-" + "9" * 38),
    ("NUMBER(38,10)", {"type": "number"}, "1234567890123456789012345678.0123456789", "C", None),
    ("NUMBER", {"type": "number"}, "0.1", "C", Decimal("0.1")),
    ("NUMBER", {"type": "number"}, "1E-130", "C", Decimal("1E-130")),
    ("NUMBER(5,-2)", {"type": "integer"}, "1200", "C", Decimal(1200)),
    ("FLOAT(53)", {"type": "number"}, "0.1", "C", Decimal("0.1")),
    ("BINARY_DOUBLE", {"type": "number"}, "5e-324", "C", 5e-324),
    ("BINARY_DOUBLE", {"type": "number"}, "-1.7976931348623157e308", "C", -1.7976931348623157e308),
    ("VARCHAR2(40 CHAR)", {"type": "string"}, '"a\\"b\'\\\\\\n\\té😀 "', "C", "a\"b'\\\n\té😀 "),
    ("CHAR(5 CHAR)", {"type": "string"}, '"ab"', "C", "ab   "),
    ("NVARCHAR2(10)", {"type": "string"}, '"żółw"', "C", "żółw"),
    ("CLOB", {"type": "string"}, '"text"', "C", "text"),
    ("RAW(16)", {"type": "string", "contentEncoding": "base64"}, '"AP8B"', "C", b"\0\xff\1"),
    ("BLOB", {"type": "string", "contentEncoding": "base64"}, '"AP8B"', "C", b"\0\xff\1"),
    (
        "DATE",
        {"type": "string", "format": "date-time"},
        '"2024-02-29T23:59:58+00:00"',
        "TO_CHAR(C, 'YYYY-MM-DD HH24:MI:SS')",
        "2024-02-29 23:59:58",
    ),
    (
        "DATE",
        {"type": "string", "format": "date-time"},
        '"-0044-03-15T12:00:00+00:00"',
        "TO_CHAR(C, 'SYYYY-MM-DD HH24:MI:SS')",
        "-0044-03-15 12:00:00",
    ),
    (
        "TIMESTAMP(6)",
        {"type": "string", "format": "date-time"},
        '"1969-12-31T23:59:59.123456+00:00"',
        "TO_CHAR(C, 'YYYY-MM-DD HH24:MI:SS.FF6')",
        "1969-12-31 23:59:59.123456",
    ),
    (
        "TIMESTAMP(9)",
        {"type": "string", "format": "date-time"},
        '"9999-12-31T23:59:59.123456789+00:00"',
        "TO_CHAR(C, 'YYYY-MM-DD HH24:MI:SS.FF9')",
        "9999-12-31 23:59:59.123456789",
    ),
    (
        "TIMESTAMP(9) WITH TIME ZONE",
        {"type": "string", "format": "date-time"},
        '"2024-03-31T02:30:00.123456789-05:30"',
        f"TO_CHAR(C, '{ZONED}')",
        "2024-03-31T02:30:00.123456789-05:30",
    ),
    (
        "TIMESTAMP(6) WITH LOCAL TIME ZONE",
        {"type": "string", "format": "date-time"},
        '"2024-03-31T02:30:00.5+02:00"',
        "TO_CHAR(SYS_EXTRACT_UTC(C), 'YYYY-MM-DD HH24:MI:SS.FF6')",
        "2024-03-31 00:30:00.500000",
    ),
    (
        "INTERVAL DAY(4) TO SECOND(6)",
        {"type": "string", "format": "duration"},
        '"P100DT2H3M4.5S"',
        "LTRIM(TO_CHAR(C), '+0')",
        "100 02:03:04.500000",
    ),
    (
        "INTERVAL YEAR(4) TO MONTH",
        {"type": "string", "format": "duration"},
        '"-P1234Y5M"',
        "TO_CHAR(C)",
        "-1234-05",
    ),
]


def test_declared_types_hold_exact_values(loader: Loader) -> None:
    properties: dict[str, Any] = {**ID}
    for i, (sql_type, schema, *_) in enumerate(TYPES):
        nullable = {"type": [schema["type"], "null"], "x-sql-datatype": sql_type}
        properties[f"C{i}"] = {**schema, **nullable}
    values = ",".join(f'"C{i}":{value}' for i, (_, _, value, *_) in enumerate(TYPES))
    nulls = ",".join(f'"C{i}":null' for i in range(len(TYPES)))
    lines = [record_line(f'{{"ID":1,{values}}}'), record_line(f'{{"ID":2,{nulls}}}')]
    loader.load(schema_line(properties), *lines)
    loader.load(schema_line(properties), *lines)
    for i, (sql_type, _, value, expression, wanted) in enumerate(TYPES):
        column = re.sub(r"\bC\b", f"c{i}", expression)
        found = loader.rows(f"SELECT {column} FROM t ORDER BY id")
        assert (sql_type, *found) == (
            sql_type,
            (Decimal(value) if wanted is None else wanted,),
            (None,),
        )


def test_upsert_updates_and_inserts(loader: Loader) -> None:
    schema = schema_line({**ID, "A": {"type": ["string", "null"], "maxLength": 10}})
    loader.load(schema, record_line({"ID": 1, "A": "a"}), record_line({"ID": 2, "A": "b"}))
    done = loader.load(
        schema,
        record_line({"ID": 2, "A": "B"}),
        record_line({"ID": 3, "A": "c"}),
        record_line({"ID": 1}),
        record_line({"ID": 3, "A": "C"}),
        state_line({"n": 1}),
    )
    assert loader.rows("SELECT id, a FROM t ORDER BY id") == [(1, None), (2, "B"), (3, "C")]
    assert done.states() == [{"n": 1}]


def test_a_table_of_keys_alone(loader: Loader) -> None:
    lines = [schema_line(ID), record_line({"ID": 1}), record_line({"ID": 1})]
    loader.load(*lines)
    loader.load(*lines, record_line({"ID": 2}))
    assert loader.rows("SELECT id FROM t ORDER BY id") == [(1,), (2,)]


def test_keys_of_several_columns(loader: Loader) -> None:
    text = {"type": "string", "maxLength": 10}
    schema = schema_line({"A": text, "B": text, "C": text}, keys=("B", "A"))
    rows = [{"A": "1", "B": "2", "C": "x"}, {"A": "2", "B": "1", "C": "y"}]
    loader.load(schema, *map(record_line, rows))
    loader.load(schema, record_line({**rows[0], "C": "z"}))
    assert loader.rows("SELECT a, b, c FROM t ORDER BY a") == [("1", "2", "z"), ("2", "1", "y")]
    found = loader.rows(
        "SELECT n.column_name FROM user_cons_columns n JOIN user_constraints k"
        " ON k.constraint_name = n.constraint_name WHERE k.constraint_type = 'P'"
        " AND k.table_name = 'T' ORDER BY n.position"
    )
    assert found == [("B",), ("A",)]


def test_keys_that_no_index_takes(loader: Loader) -> None:
    """The table gets no primary key (ORA-01450), and its rows are found all the same."""
    text = {"type": "string", "x-sql-datatype": "VARCHAR2(1000 CHAR)"}
    schema = schema_line({"A": text, "B": text, "N": ID["ID"]}, keys=("A", "B"))
    for number in (1, 2):
        rows = [{"A": "a", "B": letter, "N": number} for letter in "xy"]
        loader.load(schema, *map(record_line, rows))
    assert loader.rows("SELECT a, b, n FROM t ORDER BY b") == [("a", "x", 2), ("a", "y", 2)]
    keys = "SELECT COUNT(*) FROM user_constraints WHERE table_name = 'T' AND constraint_type = 'P'"
    assert loader.rows(keys) == [(0,)]


def test_keys_of_type_char(loader: Loader) -> None:
    key = {"K": {"type": "string", "x-sql-datatype": "CHAR(5 CHAR)"}, **ID}
    schema = schema_line(key, keys=("K",))
    loader.load(schema, record_line({"K": "ab", "ID": 1}))
    loader.load(schema, record_line({"K": "ab", "ID": 2}), record_line({"K": "ab   ", "ID": 3}))
    assert loader.rows("SELECT k, id FROM t") == [("ab   ", 3)]


def test_zoned_keys_are_instants(loader: Loader) -> None:
    schema = schema_line({"T": {"type": "string", "format": "date-time"}, **ID}, keys=("T",))
    loader.load(schema, record_line({"T": "2024-01-01T12:00:00+02:00", "ID": 1}))
    loader.load(schema, record_line({"T": "2024-01-01T10:00:00Z", "ID": 2}))
    assert loader.rows("SELECT id FROM t") == [(2,)]


@pytest.mark.parametrize("method", ["upsert", "append-only"])
def test_long_texts_and_binaries(loader: Loader, method: str) -> None:
    properties = {
        **ID,
        "B": {"type": ["string", "null"], "contentEncoding": "base64"},
        "C": {"type": ["string", "null"]},
        "A": {"type": ["string", "null"], "maxLength": 10},
    }
    schema = schema_line(properties)
    sizes = [0, 1, 3999, 4000, 4001, 32_767, 32_768, 100_000]

    def lines(text: str) -> list[str]:
        return [
            record_line({"ID": i, "A": "x", "C": text * size or None, "B": "AAEC" * size or None})
            for i, size in enumerate(sizes)
        ]

    loader.load(schema, *lines("é"), load_method=method)
    if method == "upsert":
        loader.load(schema, *lines("x")[::2])
    found = loader.rows("SELECT c, b FROM t ORDER BY id")
    for i, (size, (text, binary)) in enumerate(zip(sizes, found, strict=True)):
        letter = "x" if method == "upsert" and i % 2 == 0 else "é"
        assert text == (letter * size or None)
        assert binary == (b"\0\1\2" * size or None)


def test_records_without_keys_are_appended(loader: Loader) -> None:
    lines = [schema_line(ID, keys=()), record_line({"ID": 1})]
    loader.load(*lines)
    loader.load(*lines)
    assert loader.rows("SELECT id FROM t") == [(1,), (1,)]


def test_long_values_in_a_second_batch(loader: Loader) -> None:
    schema = schema_line({**ID, "C": {"type": ["string", "null"], "x-sql-datatype": "CLOB"}})
    for letter in "ab":
        lines = [record_line({"ID": i, "C": letter * 40_000}) for i in range(6)]
        loader.load(schema, *lines, batch_size_rows=2)
        found = loader.rows("SELECT id, LENGTH(c), SUBSTR(c, 40000, 1) FROM t ORDER BY id")
        assert found == [(i, 40_000, letter) for i in range(6)]
