"""A source and a target of release 19 whose character set has one byte per character."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import oracledb
import pytest
from oracle_standin import Standin
from oracle_standin.testing import OracleDatabase

from tests.fix_plugins import select
from tests.oracle.loader import ID, Loader, record_line, schema_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fix_plugins import Plugin

pytestmark = [pytest.mark.oracle, pytest.mark.standin]

FULL = "é" * 40


@pytest.fixture(scope="module")
def western() -> Iterator[OracleDatabase]:
    with Standin(profile="19", charset="WE8MSWIN1252") as standin:
        yield OracleDatabase(standin.dsn, "SYSTEM", "oracle", is_standin=True)


def test_full_byte_columns_of_a_western_source(
    western: OracleDatabase, oracle_database: OracleDatabase, tap: Plugin, target: Plugin
) -> None:
    source, copy = western.create_user("S"), oracle_database.create_user("C")
    western.execute(
        source,
        "CREATE TABLE t (id NUMBER PRIMARY KEY, v VARCHAR2(40 BYTE), c CHAR(40 BYTE))",
        f"INSERT INTO t VALUES (1, '{FULL}', '{FULL}')",
    )
    config = western.config(source, filter_schemas=source)
    catalog = select(json.loads(tap.run(config, "--discover").stdout), lambda _: "")
    done = tap.run(config, catalog=catalog)
    assert done.code == 0, done.stderr
    loaded = target.run(oracle_database.config(copy), stdin=done.stdout)
    assert loaded.code == 0, loaded.stderr
    assert oracle_database.rows(copy, "SELECT v, c FROM t") == [(FULL, FULL)]


def test_a_character_that_the_target_lacks_is_an_error(
    western: OracleDatabase, target: Plugin
) -> None:
    loader = Loader(target, western, western.create_user("W"))
    properties: dict[str, Any] = {**ID, "V": {"type": "string", "maxLength": 40}}
    good = record_line({"ID": 1, "V": "naïve €"})
    error = loader.error(schema_line(properties), good, record_line({"ID": 2, "V": "日本"}))
    assert "stream 'HR-T'" in error
    assert "property 'V': a text has a character" in error
    assert "WE8MSWIN1252" in error
    assert "line 3" in error


@pytest.mark.parametrize("strategy", [None, "difference", "rename", "exchange"])
def test_documents_are_checked_where_they_have_no_type(
    western: OracleDatabase, target: Plugin, strategy: str | None
) -> None:
    way: dict[str, Any] = (
        {"load_method": "overwrite", "overwrite_strategy": strategy} if strategy else {}
    )
    loader = Loader(target, western, western.create_user("W"))
    one = {**ID, "O": {"type": ["object", "null"]}, "ANY": {"type": ["string", "object"]}}
    two = {**one, "A": {"type": ["array", "null"]}}
    record = {"ID": 1, "O": {"a": {"b": 7}}, "ANY": "text"}
    loader.load(schema_line(one), record_line(record), **way)
    loader.load(schema_line(two), record_line({**record, "A": [1, "x"]}), **way)
    query = "SELECT JSON_VALUE(o, '$.a.b'), \"ANY\", JSON_VALUE(a, '$[1]') FROM t"
    assert loader.rows(query) == [("7", "text", "x")]
    for column in ("o", "a"):
        with pytest.raises(oracledb.IntegrityError, match="ORA-02290"):
            loader.execute(f"UPDATE t SET {column} = 'text'")


def test_types_that_the_release_lacks(western: OracleDatabase, target: Plugin) -> None:
    loader = Loader(target, western, western.create_user("W"))
    declared = {
        "J": ({"type": ["object", "null"]}, "JSON", {"a": 1}),
        "B": ({"type": ["boolean", "null"]}, "BOOLEAN", True),
        "V": ({"type": ["array", "null"]}, "VECTOR(3, FLOAT32)", [1, 2, 3]),
        "L": ({"type": ["string", "null"]}, "VARCHAR2(32767 BYTE)", "x" * 5000),
    }
    properties = {
        name: {**schema, "x-sql-datatype": spelled}
        for name, (schema, spelled, _) in declared.items()
    }
    record = {"ID": 1} | {name: value for name, (_, _, value) in declared.items()}
    loader.load(schema_line({**ID, **properties}), record_line(record))
    assert loader.rows("SELECT b, LENGTH(l), DBMS_LOB.GETLENGTH(v) FROM t") == [
        (1, 5000, len("[1, 2, 3]"))
    ]
