"""Values that a load may not change in silence, and columns that are not what their type says."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fix_plugins import select
from tests.oracle.loader import ID, Loader, record_line, schema_line

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

DOCUMENT = '{"a":1.10000000000000000001,"b":12345678901234567890.123456789}'


def test_checked_json_arrives_digit_for_digit(tap: Plugin, oracle_database: OracleDatabase) -> None:
    user = oracle_database.create_user("J")
    with oracle_database.connect(user) as connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE j (id NUMBER, v VARCHAR2(200) CHECK (v IS JSON),"
            " c CLOB CHECK (c IS JSON), b BLOB CHECK (b IS JSON))"
        )
        row = [DOCUMENT, DOCUMENT, DOCUMENT.encode()]
        cursor.execute("INSERT INTO j VALUES (1, :1, :2, :3)", row)
        connection.commit()
    config = oracle_database.config(user, filter_schemas=user)
    found = tap.run(config, "--discover")
    assert found.code == 0, found.stderr
    done = tap.run(config, catalog=select(json.loads(found.stdout), lambda _: ""))
    assert done.code == 0, done.stderr
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    (record,) = [message["record"] for message in messages if message["type"] == "RECORD"]
    assert record["V"] == record["C"] == DOCUMENT
    assert record["B"] == base64.b64encode(DOCUMENT.encode()).decode()


def test_a_char_key_that_is_too_long_is_refused(loader: Loader) -> None:
    loader.execute("CREATE TABLE t (id CHAR(3) PRIMARY KEY, n NUMBER)")
    loader.execute("INSERT INTO t VALUES ('abc', 1)")
    properties = {"ID": {"type": "string"}, "N": {"type": "integer"}}
    error = loader.error(schema_line(properties), record_line({"ID": "abcdef", "N": 2}))
    assert "stream 'HR-T'" in error
    assert "property 'ID': a key is longer than its column of type CHAR(3 BYTE)" in error
    assert "line 2" in error
    assert loader.rows("SELECT id, n FROM t") == [("abc", 1)]


def test_booleans_go_on_into_a_number(loader: Loader) -> None:
    loader.execute("CREATE TABLE t (id NUMBER(18) PRIMARY KEY, flag NUMBER(1))")
    schema = schema_line({**ID, "FLAG": {"type": ["boolean", "null"]}})
    loader.load(schema, record_line({"ID": 1, "FLAG": True}), record_line({"ID": 2}))
    assert loader.rows("SELECT id, flag FROM t ORDER BY id") == [(1, 1), (2, None)]


@pytest.mark.parametrize("column", ["BINARY_FLOAT", "BINARY_DOUBLE"])
@pytest.mark.parametrize("value", ["16777217.1234567890123", "1" * 38])
def test_digits_that_a_float_loses_are_refused(loader: Loader, column: str, value: str) -> None:
    loader.execute(f"CREATE TABLE t (id NUMBER(18) PRIMARY KEY, n {column})")
    schema = schema_line({**ID, "N": {"type": ["number", "null"]}})
    loader.load(schema, record_line('{"ID":1,"N":0.1}'))
    error = loader.error(schema, record_line(f'{{"ID":2,"N":{value}}}'))
    assert "property 'N': a number has more digits" in error
    assert value not in error


@pytest.mark.parametrize("column", ["DATE", "TIMESTAMP(6)"])
def test_an_offset_that_a_column_drops_is_refused(loader: Loader, column: str) -> None:
    loader.execute(f"CREATE TABLE t (id NUMBER(18) PRIMARY KEY, at {column})")
    schema = schema_line({**ID, "AT": {"type": "string", "format": "date-time"}})
    loader.load(schema, record_line({"ID": 1, "AT": "2024-01-01T10:00:00Z"}))
    error = loader.error(schema, record_line({"ID": 2, "AT": "2024-01-01T10:00:00+02:00"}))
    assert "property 'AT': a moment has an offset" in error


def test_numbers_without_bounds_widen_their_column(loader: Loader) -> None:
    narrow = {"type": "integer", "minimum": 0, "maximum": 99999}
    loader.load(schema_line({**ID, "N": narrow}), record_line({"ID": 1, "N": 12345}))
    for kind, value in (("integer", "1234567"), ("number", "0.5")):
        schema = schema_line({**ID, "N": {"type": kind}})
        loader.load(schema, record_line(f'{{"ID":1,"N":{value}}}'))
        assert [str(n) for (n,) in loader.rows("SELECT n FROM t")] == [value]


def test_a_second_load_into_a_vector_column(
    loader: Loader, oracle_database: OracleDatabase
) -> None:
    if oracle_database.release < 23:
        pytest.skip("VECTOR came with 23ai")
    loader.execute("CREATE TABLE t (id NUMBER(18) PRIMARY KEY, v VECTOR(3, FLOAT32))")
    properties: dict[str, Any] = {
        **ID,
        "V": {"type": ["array", "null"], "x-sql-datatype": "VECTOR(3, FLOAT32)"},
    }
    for number in (1, 2):
        loader.load(schema_line(properties), record_line({"ID": number, "V": [1, 2, 3]}))
    assert loader.rows("SELECT COUNT(*) FROM t") == [(2,)]


def test_long_documents_keep_every_digit(loader: Loader, oracle_database: OracleDatabase) -> None:
    if oracle_database.release < 21:
        pytest.skip("columns of type JSON came with 21c")
    properties: dict[str, Any] = {
        **ID,
        "J": {"type": ["object", "null"], "x-sql-datatype": "JSON"},
    }
    document = '{"n":12345678901234567890.123456789,"é":[null,true,"\U0001d11e"],"t":"%s"}' % (
        "x" * 5000
    )
    for _ in range(2):
        loader.load(
            schema_line(properties),
            record_line(f'{{"ID":1,"J":{document}}}'),
            record_line('{"ID":2,"J":null}'),
        )
    query = (
        "SELECT CASE WHEN j IS NULL THEN 1 END, JSON_SERIALIZE(j RETURNING CLOB) FROM t ORDER BY id"
    )
    (_, text), (is_null, _) = loader.rows(query)
    assert json.loads(str(text), parse_float=str) == json.loads(document, parse_float=str)
    assert is_null == 1
