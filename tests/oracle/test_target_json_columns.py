"""Objects and arrays of foreign streams in columns of type JSON, each way of loading."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.oracle.loader import ID, Loader, record_line, schema_line

pytestmark = pytest.mark.oracle

SCHEMA = schema_line({**ID, "O": {"type": ["object", "null"]}, "A": {"type": ["array", "null"]}})
KINDS = "SELECT column_name, data_type FROM user_tab_columns WHERE table_name = 'T' ORDER BY 1"
DOCUMENTS = {
    "JSON": "SELECT id, JSON_SERIALIZE(o RETURNING CLOB), JSON_SERIALIZE(a RETURNING CLOB) FROM t",
    "CLOB": "SELECT id, o, a FROM t",
}
"""By the data type of the columns: JSON from 21c on."""
LONG = {"text": "ż" * 20_000}
OLD = [{"ID": 1, "O": {"a": 1}, "A": [1, "x"]}, {"ID": 2, "O": LONG, "A": []}]
NEW = [{"ID": 1, "O": {"a": 2}, "A": None}, {"ID": 2, "O": LONG, "A": [None]}]
WAYS: list[dict[str, Any]] = [
    {"merge_strategy": "array"},
    {"merge_strategy": "staged"},
    {"merge_strategy": "staged", "direct_path": "never"},
    {"load_method": "overwrite", "overwrite_strategy": "transaction"},
    {"load_method": "overwrite", "overwrite_strategy": "difference"},
]


def documents(loader: Loader) -> list[dict[str, Any]]:
    kind = dict(loader.rows(KINDS))["O"]
    rows = loader.rows(f"{DOCUMENTS[kind]} ORDER BY id")
    return [{"ID": key, "O": document(o), "A": document(a)} for key, o, a in rows]


def document(value: Any) -> Any:
    """Return a document; the driver has decoded those of columns that are checked for JSON."""
    return json.loads(value) if isinstance(value, str) else value


@pytest.mark.parametrize("settings", WAYS, ids=lambda way: "-".join(way.values()))
def test_documents_are_replaced(loader: Loader, settings: dict[str, Any]) -> None:
    for rows in (OLD, NEW):
        loader.load(SCHEMA, *map(record_line, rows), **settings)
        assert documents(loader) == rows
    kind = "JSON" if loader.database.release >= 21 else "CLOB"
    assert dict(loader.rows(KINDS)) == {"ID": "NUMBER", "O": kind, "A": kind}


def test_a_text_column_stays_and_takes_documents(loader: Loader) -> None:
    loader.execute("CREATE TABLE t (id NUMBER(18) PRIMARY KEY, o CLOB, a VARCHAR2(40 CHAR))")
    loader.load(SCHEMA, *map(record_line, NEW))
    assert dict(loader.rows(KINDS)) == {"ID": "NUMBER", "O": "CLOB", "A": "VARCHAR2"}
    rows = [(key, json.loads(o), a) for key, o, a in loader.rows("SELECT id, o, a FROM t")]
    assert sorted(rows) == [(1, {"a": 2}, None), (2, LONG, "[null]")]


def test_an_array_that_is_a_key_is_text(loader: Loader) -> None:
    schema = schema_line({"A": {"type": "array"}, "B": {"type": "integer"}}, keys=("A",))
    for number in (1, 2):
        loader.load(schema, record_line({"A": [1], "B": number}))
    assert loader.rows("SELECT a, b FROM t") == [("[1]", 2)]
    assert dict(loader.rows(KINDS))["A"] == "VARCHAR2"
