"""A converter of a plugin, from entry point to column, in the programs that a user runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.fix_plugins import select

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

CONVERTER = """
from oracle_core.types.converters import Converter

api = 1
uuid = Converter(
    kind="RAW",
    json_schema={"type": ["string"], "format": "uuid"},
    select="RAWTOHEX({})",
    decode=lambda column: [value and value.lower() for value in column],
    bind="HEXTORAW({})",
    encode=lambda column: [value and value.upper() for value in column],
)
"""


def installed(folder: Path, content: str) -> dict[str, str]:
    """Return the environment in which a distribution with one entry point is installed."""
    facts = folder / "own_types-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: own-types\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[singer_oracle.types]\nuuid = own_types:uuid\n")
    (folder / "own_types.py").write_text(content)
    return {"PYTHONPATH": str(folder)}


def test_a_column_goes_through_the_converter_both_ways(
    oracle_database: OracleDatabase,
    tap: Plugin,
    target: Plugin,
    fresh_schema: str,
    other_schema: str,
    tmp_path: Path,
) -> None:
    environment = installed(tmp_path, CONVERTER)
    oracle_database.execute(
        fresh_schema,
        "CREATE TABLE t (id NUMBER(9) PRIMARY KEY, token RAW(4))",
        "INSERT INTO t SELECT 1, HEXTORAW('DEADBEEF') FROM dual UNION ALL SELECT 2, NULL FROM dual",
    )
    config = oracle_database.config(fresh_schema, filter_schemas=[fresh_schema])
    found = tap.run(config, "--discover", environment=environment)
    assert found.code == 0, found.stderr
    catalog = select(json.loads(found.stdout), lambda _: "")
    read = tap.run(config, catalog=catalog, environment=environment)
    assert read.code == 0, read.stderr
    tokens = {record["ID"]: record["TOKEN"] for record in read.records(f"{fresh_schema}-T")}
    assert tokens == {1: "deadbeef", 2: None}
    loading = oracle_database.config(other_schema, default_target_schema=other_schema)
    loaded = target.run(loading, stdin=read.stdout, environment=environment)
    assert loaded.code == 0, loaded.stderr
    query = "SELECT id, RAWTOHEX(token) FROM t ORDER BY id"
    assert oracle_database.rows(other_schema, query) == [(1, "DEADBEEF"), (2, None)]
    kinds = oracle_database.rows(
        other_schema,
        "SELECT data_type, data_length FROM user_tab_columns WHERE column_name = 'TOKEN'",
    )
    assert kinds == [("RAW", 4)]


def test_a_broken_converter_is_one_error(
    oracle_database: OracleDatabase, tap: Plugin, fresh_schema: str, tmp_path: Path
) -> None:
    environment = installed(tmp_path, "raise KeyError('canary')")
    oracle_database.execute(fresh_schema, "CREATE TABLE t (id NUMBER(9) PRIMARY KEY)")
    config = oracle_database.config(fresh_schema, filter_schemas=[fresh_schema])
    done = tap.run(config, "--discover", environment=environment)
    assert done.code == 2
    (error,) = done.errors()
    assert "plugin 'uuid' of singer_oracle.types (own-types 1.0) cannot be loaded" in error
    assert "canary" not in done.stderr
