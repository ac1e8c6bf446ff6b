"""Output of other taps: what the CSV and PostgreSQL taps write, and the facts of sample files.

The files in `foreign/` are our own. `tap_csv_folder` and `tap_postgres_kinds` are what those
programs wrote for our data; `tap_csv_orders` has the form of what MeltanoLabs' tap-csv writes,
which no registry offers; the samples hold the forms that the sample files of the SDK and of
target-postgres have. A `.json` beside a file is what target-postgres 0.8.1 made of it, as
`python -m tools.trial.record` writes it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.oracle.loader import ID, ZONED, Loader, record_line, schema_line
from tools.trial.comparison import differences, oracle_rows

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

FOLDER = Path(__file__).with_name("foreign")


@pytest.fixture
def loader(target: Plugin, oracle_database: OracleDatabase, fresh_schema: str) -> Loader:
    return Loader(target, oracle_database, fresh_schema)


def load(loader: Loader, name: str, **settings: Any) -> None:
    lines = (FOLDER / f"{name}.singer").read_text("utf-8").splitlines()
    done = loader.load(*lines, **settings)
    assert json.loads(done.stdout.splitlines()[-1]) == json.loads(lines[-1])["value"]


def test_tables_are_those_of_target_postgres(loader: Loader) -> None:
    """Value by value; all files in one run, since each table is the stream of one file."""
    recorded = sorted(FOLDER.glob("*.json"))
    assert len(recorded) == 5
    messages = [file.with_suffix(".singer").read_text("utf-8") for file in recorded]
    loader.load(*(line for text in messages for line in text.splitlines()))
    with loader.database.connect(loader.user) as connection:
        for file in recorded:
            for table, rows in json.loads(file.read_text("utf-8")).items():
                found = oracle_rows(connection, table.upper())
                assert list(differences(rows, found)) == [], (file.name, table)


def test_strings_of_a_document_stay_apart_from_its_other_values(loader: Loader) -> None:
    """The text "true" and the boolean true, in a property of any type."""
    kinds = ["string", "number", "integer", "array", "object", "boolean", "null"]
    values: list[Any] = ["true", True, "1", 1, "null", None, "[]", []]
    records = [{"ID": number, "DOC": value} for number, value in enumerate(values)]
    loader.load(
        schema_line({**ID, "DOC": {"type": kinds}}), *(record_line(record) for record in records)
    )
    stored = "SELECT JSON_SERIALIZE(doc) FROM t ORDER BY id"
    if loader.rows("SELECT data_type FROM user_tab_columns WHERE column_name = 'DOC'") == [
        ("JSON",)
    ]:
        texts = [None if value is None else json.dumps(value) for value in values]
        assert loader.rows(stored) == [(text,) for text in texts]


def test_csv(loader: Loader) -> None:
    """Every column is text; an empty one is NULL, and the last row of a key wins."""
    load(loader, "tap_csv")
    query = 'SELECT order_id, customer, total, placed, "_SDC_SOURCE_LINENO" FROM orders ORDER BY 1'
    assert loader.rows(query) == [
        ("1001", "Müller", "20.00", "2026-02-03", 4),
        ("1002", None, None, None, 3),
    ]


def test_postgres(loader: Loader) -> None:
    load(loader, "tap_postgres")
    numbers = "SELECT id, TO_CHAR(big), TO_CHAR(price), TO_CHAR(exact) FROM types ORDER BY id"
    assert loader.rows(numbers) == [
        (1, "9223372036854775807", "12345678901234567890.123456789", "12345678.9"),
        (2, "-9223372036854775808", ".0000001", None),
        (3, None, None, None),
    ]
    moments = (
        f"SELECT TO_CHAR(at, '{ZONED}'), TO_CHAR(at_zone, '{ZONED}'), TO_CHAR(day, 'YYYY-MM-DD'),"
        " clock, key FROM types ORDER BY id"
    )
    assert loader.rows(moments) == [
        (
            "2026-01-02T03:04:05.678901000+00:00",
            "2026-01-02T03:04:05.500000000+05:30",
            "2026-01-02",
            "23:59:59.5",
            "0b6f3f1e-1111-4222-8333-944455556666",
        ),
        (
            "2026-01-02T03:04:05.000000000+00:00",
            "1969-12-31T23:59:59.000000000+00:00",
            None,
            None,
            None,
        ),
        ("2026-01-02T00:00:00.000000000+00:00", None, None, None, None),
    ]
    nested = (
        "SELECT JSON_VALUE(doc, '$.a[0]'), JSON_VALUE(tags, '$[2]'), ratio FROM types ORDER BY id"
    )
    assert loader.rows(nested) == [("1", "é", "NaN"), (None, None, "0.5"), (None, None, None)]
    # BOOLEAN in 23ai, NUMBER(1) before.
    assert [row == (1,) for row in loader.rows("SELECT flag FROM types")].count(True) == 1


def test_samples_of_the_sdk(loader: Loader) -> None:
    load(loader, "sdk_samples")
    camel = loader.rows("SELECT id, clientname FROM testcamelcase")
    assert camel == [("1", "Gitter Windows Desktop App")]
    arrays = "SELECT id, JSON_VALUE(fruits, '$[1]') FROM test_arrays ORDER BY id"
    assert loader.rows(arrays) == [(1, "orange"), (2, None)]
    optional = "SELECT id, optional FROM test_optional ORDER BY id"
    assert loader.rows(optional) == [(1, "This is optional"), (2, None), (3, None)]
    special = """SELECT "_ID", JSON_VALUE(d, '$.env'), "A:B" FROM "TEST:SPECIAL CHARS" """
    assert loader.rows(special) == [("x1", "prod", "c")]
    assert loader.rows("SELECT id, metric FROM test_no_pk ORDER BY metric") == [
        (1, 3),
        (1, 100),
        (1, 100),
    ]
    updates = "SELECT id, a1, a2 FROM test_schema_updates ORDER BY id"
    assert loader.rows(updates) == [(1, None, None), (2, 1.5, "two")]
    assert loader.rows("SELECT info FROM test_encoded") == [('é😀 "q" \\ \n',)]


def test_non_finite_texts_load_into_binary_floats(loader: Loader) -> None:
    """What `non_finite: string` of the tap writes."""
    double = {"type": ["number", "string", "null"], "x-sql-datatype": "BINARY_DOUBLE"}
    single = {"type": ["number", "string", "null"], "x-sql-datatype": "BINARY_FLOAT"}
    values = ["NaN", "Infinity", "-Infinity", 0.5, None]
    records = [{"ID": i, "D": value, "F": value} for i, value in enumerate(values)]
    loader.load(
        schema_line({**ID, "D": double, "F": single}), *(record_line(each) for each in records)
    )
    query = (
        "SELECT CASE WHEN d IS NAN THEN 'NaN' WHEN d IS INFINITE THEN 'inf' ELSE TO_CHAR(d) END,"
        " CASE WHEN f IS NAN THEN 'NaN' WHEN f IS INFINITE THEN 'inf' ELSE TO_CHAR(f) END"
        " FROM t ORDER BY id"
    )
    found = [tuple(str(part).strip("0E+ ") for part in row) for row in loader.rows(query)]
    assert found[:3] == [("NaN", "NaN"), ("inf", "inf"), ("inf", "inf")]
    assert loader.rows("SELECT d, f FROM t WHERE id >= 3 ORDER BY id") == [(0.5, 0.5), (None, None)]
