"""Names that break careless programs: discovered, selected, read and loaded as they are."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from singer_sdk.singerlib import Catalog

from catalog.introspect import introspect
from catalog.name_filter import NameFilter
from tests.fix_plugins import TIMEOUT_SECONDS, select

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import JsonLines, Plugin

pytestmark = pytest.mark.oracle

PROJECT = Path(__file__).resolve().parents[2]
LONG = "L" * 120 + "é" * 4
NAMES = (
    "lower",
    "MiXeD",
    "with blank",
    "dotted.name",
    "hy-phen",
    "DOLLAR$HASH#",
    "SELECT",
    "emoji 🚀",
    "it's",
    "50%_\\[x]*?",
    "SAME",
    LONG,
)
COLUMNS = ("id", "Order", "a.b", "x-y", "TABLE", "é🚀", "c$#", "n" * 128)
COMMENT = 'it\'s "quoted"; 100% -- 🚀'


def quoted(name: str) -> str:
    return f'"{name}"'


def create(database: OracleDatabase, schema: str, names: tuple[str, ...]) -> None:
    columns = ", ".join(f"{quoted(name)} VARCHAR2(20 CHAR)" for name in COLUMNS[1:])
    comment = COMMENT.replace("'", "''")
    with closing(database.connect(schema)) as connection, connection.cursor() as cursor:
        for number, name in enumerate(names):
            cursor.execute(
                f'CREATE TABLE {quoted(name)} ("id" NUMBER(9) NOT NULL PRIMARY KEY, {columns})'
            )
            cursor.execute(f"COMMENT ON TABLE {quoted(name)} IS '{comment}'")
            cursor.execute(f"COMMENT ON COLUMN {quoted(name)}.\"Order\" IS '{comment}'")
            values = [f"{name[:8]} {place}" for place in range(1, len(COLUMNS))]
            places = ", ".join(f":{place}" for place in range(1, len(COLUMNS) + 1))
            cursor.execute(f"INSERT INTO {quoted(name)} VALUES ({places})", [number, *values])
        connection.commit()


def rows(database: OracleDatabase, schema: str, table: str) -> list[tuple[Any, ...]]:
    columns = ", ".join(quoted(name) for name in COLUMNS)
    return database.rows(schema, f"SELECT {columns} FROM {quoted(table)}")


def discovered(tap: Plugin, config: dict[str, Any]) -> dict[str, Any]:
    done = tap.run(config, "--discover")
    assert done.code == 0, done.stderr
    catalog: dict[str, Any] = json.loads(done.stdout)
    return catalog


def test_every_name_is_selected_read_and_loaded_exactly(
    tap: Plugin,
    target: Plugin,
    oracle_database: OracleDatabase,
    fresh_schema: str,
    other_schema: str,
) -> None:
    create(oracle_database, fresh_schema, NAMES)
    config = oracle_database.config(fresh_schema, filter_schemas=[fresh_schema])
    catalog = discovered(tap, config)

    parsed = Catalog.from_dict(catalog)
    assert {entry.tap_stream_id for entry in parsed.streams} == {
        f"{fresh_schema}-{name}" for name in NAMES
    }
    for stream in catalog["streams"]:
        assert list(stream["schema"]["properties"]) == list(COLUMNS)
        assert stream["key_properties"] == ["id"]
        assert stream["schema"]["description"] == COMMENT
        assert stream["schema"]["properties"]["Order"]["description"] == COMMENT

    chosen = select(catalog, lambda _: "")
    done = tap.run(config, catalog=chosen)
    assert done.code == 0, done.stderr
    loading = oracle_database.config(other_schema, identifier_style="exact")
    loaded = target.run(loading, stdin=done.stdout)
    assert loaded.code == 0, loaded.stderr
    for name in NAMES:
        found = rows(oracle_database, other_schema, name)
        assert found == rows(oracle_database, fresh_schema, name), name
        assert len(found) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_filter_finds_one_name(
    name: str, oracle_database: OracleDatabase, hostile_schema: str
) -> None:
    with closing(oracle_database.connect(hostile_schema)) as connection:
        for mark in ".-":
            schemas = introspect(connection, NameFilter(tables=(f"{hostile_schema}{mark}{name}",)))
            assert [table.name for schema in schemas for table in schema.tables] == [name]


def test_exclusions(tap: Plugin, oracle_database: OracleDatabase, hostile_schema: str) -> None:
    config = oracle_database.config(
        hostile_schema, filter_schemas=["*", "!SYS*"], filter_tables=["*.*e*", "!*.*m*", "!*.w*"]
    )
    names = {
        stream["table_name"]
        for stream in discovered(tap, config)["streams"]
        if stream["tap_stream_id"].startswith(hostile_schema)
    }
    assert names == {"lower", "MiXeD", "hy-phen"}


def test_the_same_table_name_in_two_schemas(
    tap: Plugin,
    target: Plugin,
    oracle_database: OracleDatabase,
    fresh_schema: str,
    other_schema: str,
) -> None:
    for schema in (fresh_schema, other_schema):
        create(oracle_database, schema, ("SAME",))
    with closing(oracle_database.connect(other_schema)) as connection:
        connection.cursor().execute(f'GRANT READ ON "SAME" TO {quoted(fresh_schema)}')
        connection.cursor().execute('UPDATE "SAME" SET "é🚀" = \'the other\'')
        connection.commit()
    schemas = [fresh_schema, other_schema]
    config = oracle_database.config(fresh_schema, filter_schemas=schemas)
    catalog = discovered(tap, config)
    assert [stream["tap_stream_id"] for stream in catalog["streams"]] == sorted(
        f"{schema}-SAME" for schema in schemas
    )

    loader = oracle_database.create_user("L")
    try:
        loading = oracle_database.config(loader, identifier_style="exact")
        both = tap.run(config, catalog=select(catalog, lambda _: ""))
        refused = target.run(loading, stdin=both.stdout)
        assert refused.code != 0
        assert "both become table" in refused.stderr
        for source in schemas:
            one = select(catalog, {f"{source}-SAME": ""}.get)
            loaded = target.run(
                {**loading, "load_method": "overwrite"}, stdin=tap.run(config, catalog=one).stdout
            )
            assert loaded.code == 0, loaded.stderr
            assert rows(oracle_database, loader, "SAME") == rows(oracle_database, source, "SAME")
    finally:
        oracle_database.drop_user(loader)


@pytest.fixture(scope="module")
def hostile_schema(oracle_database: OracleDatabase) -> Any:
    user = oracle_database.create_user("T")
    create(oracle_database, user, NAMES)
    yield user
    oracle_database.drop_user(user)


def test_target_jsonl_takes_every_name(
    tap: Plugin, jsonl: JsonLines, oracle_database: OracleDatabase, hostile_schema: str
) -> None:
    config = oracle_database.config(hostile_schema, filter_schemas=[hostile_schema])
    done = tap.run(config)
    assert done.code == 0, done.stderr
    loaded = jsonl.load(done.stdout)

    assert loaded.code == 0, loaded.stderr
    for name in NAMES:
        stream = f"{hostile_schema}-{name}"
        assert jsonl.records(stream) == done.records(stream)
        assert [list(record) for record in jsonl.records(stream)] == [list(COLUMNS)]


def test_meltano_selects_by_patterns(
    oracle_database: OracleDatabase, hostile_schema: str, tmp_path: Path
) -> None:
    program = PROJECT / ".venv-meltano" / "bin" / "meltano"
    meltano = str(program) if program.exists() else shutil.which("meltano")
    assert meltano, "Meltano is missing: `make test` installs it"
    config = oracle_database.config(hostile_schema, filter_schemas=[hostile_schema])
    plugin = {
        "name": "tap-oracle",
        "namespace": "tap_oracle",
        "executable": str(Path(sys.executable).with_name("tap-oracle")),
        "capabilities": ["catalog", "discover", "state"],
        "config": config,
        "select": [f"{hostile_schema}-*.*", "!*-SAME.*", "!*.Order", f"!{hostile_schema}-L*.*"],
    }
    project = {
        "version": 1,
        "plugins": {"extractors": [plugin]},
        "send_anonymous_usage_stats": False,
    }
    (tmp_path / "meltano.yml").write_text(yaml.safe_dump(project), encoding="utf-8")
    done = subprocess.run(
        [meltano, "select", "tap-oracle", "--list", "--all", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout)
    (listed,) = [value for value in answer.values() if value and isinstance(value[0], dict)]
    chosen = {(one["stream"], one["property"]): one["selection"] for one in listed}
    for name in NAMES:
        stream = f"{hostile_schema}-{name}"
        is_out = name in {"SAME", LONG}
        assert chosen[stream, "Order"] == "excluded"
        assert chosen[stream, "x-y"] == ("excluded" if is_out else "selected")
        if not is_out:
            assert chosen[stream, "id"] == "automatic"
