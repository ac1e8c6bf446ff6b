"""Tables that are found and read under the names of their synonyms."""

from __future__ import annotations

import json
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tap_oracle.tap import TapOracle
from tests.fix_plugins import select
from tests.oracle.catalog_steps import command, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle


@pytest.fixture
def public_synonym(oracle_database: OracleDatabase, other_schema: str) -> Iterator[str]:
    name = f"EVERYBODYS_{other_schema}"
    oracle_database.administer(f'CREATE PUBLIC SYNONYM {name} FOR "{other_schema}".item')
    yield name
    oracle_database.administer(f"DROP PUBLIC SYNONYM {name}")


@pytest.fixture
def reader(oracle_database: OracleDatabase, fresh_schema: str, other_schema: str) -> str:
    """Return a user with synonyms of a table in another schema, which it may read."""
    owner = f'"{other_schema}"'
    oracle_database.execute(
        other_schema,
        "CREATE TABLE item (id NUMBER(9) PRIMARY KEY, label VARCHAR2(20 CHAR))",
        "INSERT INTO item VALUES (1, 'one')",
        "CREATE SEQUENCE numbers",
        f'GRANT READ ON item TO "{fresh_schema}"',
    )
    oracle_database.execute(
        fresh_schema,
        f"CREATE SYNONYM thing FOR {owner}.item",
        "CREATE SYNONYM thing_again FOR thing",
        f"CREATE SYNONYM numbers FOR {owner}.numbers",
        f"CREATE SYNONYM missing FOR {owner}.nothing",
        "CREATE SYNONYM here FOR there",
        "CREATE SYNONYM there FOR here",
        "CREATE TABLE own (id NUMBER(9) PRIMARY KEY)",
    )
    return fresh_schema


def names(catalog: dict[str, Any]) -> list[str]:
    return [stream["tap_stream_id"] for stream in catalog["streams"]]


def test_a_stream_is_selected_and_moved_by_the_name_of_a_synonym(
    tap: Plugin, target: Plugin, oracle_database: OracleDatabase, reader: str, other_schema: str
) -> None:
    config = oracle_database.config(reader, filter_schemas=[reader])
    plain = tap.run(config, "--discover")
    assert names(json.loads(plain.stdout)) == [f"{reader}-OWN"]

    config["include_synonyms"] = True
    done = tap.run(config, "--discover")
    assert done.code == 0, done.stderr
    catalog = json.loads(done.stdout)
    assert names(catalog) == [f"{reader}-OWN", f"{reader}-THING", f"{reader}-THING_AGAIN"]
    thing = catalog["streams"][1]
    assert thing["key_properties"] == ["ID"]
    root = thing["metadata"][0]["metadata"]
    assert (root["schema-name"], root["synonym-for"]) == (reader, [other_schema, "ITEM"])
    defaults = [one["metadata"][0]["metadata"]["selected-by-default"] for one in catalog["streams"]]
    assert defaults == [True, True, False]
    both = json.loads(tap.run({**config, "filter_schemas": "*"}, "--discover").stdout)
    chosen = {
        one["tap_stream_id"]: one["metadata"][0]["metadata"]["selected-by-default"]
        for one in both["streams"]
    }
    assert chosen[f"{other_schema}-ITEM"] is True
    assert chosen[f"{reader}-THING"] is False
    for name in ("HERE", "THERE"):
        assert f"{reader}.{name}: the synonym leads back to itself (ORA-01775)" in done.stderr
    assert "MISSING" not in done.stderr and "NUMBERS" not in done.stderr

    chosen = select(catalog, lambda name: "" if name.endswith("THING_AGAIN") else None)
    moved = tap.run(config, catalog=chosen)
    assert moved.code == 0, moved.stderr
    assert moved.records(f"{reader}-THING_AGAIN") == [{"ID": 1, "LABEL": "one"}]
    loaded = target.run(oracle_database.config(other_schema), stdin=moved.stdout)
    assert loaded.code == 0, loaded.stderr
    assert oracle_database.rows(other_schema, "SELECT label FROM thing_again") == [("one",)]


def test_public_synonyms_belong_to_the_schema_public(
    tap: Plugin, oracle_database: OracleDatabase, reader: str, public_synonym: str
) -> None:
    config = oracle_database.config(
        reader, include_synonyms=True, filter_tables=f"PUBLIC.{public_synonym}"
    )
    done = tap.run(config, catalog=json.loads(tap.run(config, "--discover").stdout))
    assert done.code == 0, done.stderr
    assert done.records(f"PUBLIC-{public_synonym}") == [{"ID": 1, "LABEL": "one"}]


def test_a_synonym_asked_for_by_name_must_lead_somewhere(
    tap: Plugin, oracle_database: OracleDatabase, reader: str, other_schema: str
) -> None:
    config = oracle_database.config(
        reader, include_synonyms=True, filter_tables=f"{reader}.MISSING"
    )
    done = tap.run(config, "--discover")
    assert done.code == 0
    assert f"MISSING: it is for {other_schema}.NOTHING, no table or view" in done.stderr


def test_a_kept_catalog_follows_its_synonyms(
    oracle_database: OracleDatabase, reader: str, other_schema: str, tmp_path: Path
) -> None:
    def columns() -> list[str]:
        config = oracle_database.config(
            reader,
            filter_tables=f"{reader}.THING",
            include_synonyms=True,
            catalog_cache_path=str(tmp_path / "kept.json"),
        )
        with closing(TapOracle(config=config)) as tap:
            (stream,) = tap.catalog_dict["streams"]
        return list(stream["schema"]["properties"])

    time.sleep(3.1)  # LAST_DDL_TIME counts seconds: a catalog is kept once they have passed
    assert columns() == ["ID", "LABEL"]
    assert (tmp_path / "kept.json").exists()
    oracle_database.execute(other_schema, "ALTER TABLE item ADD (made DATE)")
    assert columns() == ["ID", "LABEL", "MADE"]
    time.sleep(3.1)
    assert columns() == ["ID", "LABEL", "MADE"]
    oracle_database.execute(reader, "CREATE OR REPLACE SYNONYM thing FOR own")
    assert columns() == ["ID"]


def test_the_command_knows_synonyms(
    oracle_database: OracleDatabase, reader: str, other_schema: str
) -> None:
    settings = environment(oracle_database.config(reader))
    shown = command("show", f"{reader}.THING", **settings)
    assert shown.exit_code == 0, shown.stderr
    assert f"synonym for:  {other_schema}.ITEM" in shown.stdout
    listed = command("generate", "--synonyms", "--format", "table", **settings)
    assert f"{reader}.THING_AGAIN  SYNONYM OF {other_schema}.ITEM" in listed.stdout
    options = ("--mode", "full", "--user", "LOADER", "--table", f"{reader}.THING")
    granted = command("grants", *options, **settings, ORACLE_CATALOG_INCLUDE_SYNONYMS="true")
    assert f'GRANT READ ON "{other_schema}"."ITEM" TO "LOADER";' in granted.stdout
    logged = "ALTER TABLE item ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS"
    oracle_database.execute(other_schema, logged)
    named = ("--format", "json", "--table", f"{reader}.THING")
    checked = command("check", *named, **settings, ORACLE_CATALOG_INCLUDE_SYNONYMS="true")
    (mining,) = (m for m in json.loads(checked.stdout)["modes"] if m["mode"] == "log_based")
    assert not [line for line in mining["missing"] if "ALTER TABLE" in line]


def test_a_synonym_that_leads_nowhere_is_shown_with_its_reason(
    oracle_database: OracleDatabase, reader: str, other_schema: str
) -> None:
    settings = environment(oracle_database.config(reader))
    shown = command("show", f"{reader}.MISSING", **settings)
    assert shown.exit_code == 2
    assert f"it is for {other_schema}.NOTHING, no table or view" in shown.stderr
