"""Every row of the type table travels through both plugins: a row without a sample fails."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from oracle_core.types import parse
from oracle_core.types.table import TYPE_TABLE
from tests.fix_plugins import Finished, Plugin, select
from tests.oracle.type_samples import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

    from oracle_core.types import TypeRow
    from tests.launcher import Launcher

pytestmark = pytest.mark.oracle

ROWS = list(TYPE_TABLE.values())


@dataclass(frozen=True)
class Journey:
    """What became of one table for each type, after a run of the pair."""

    database: OracleDatabase
    source: str
    copy: str
    release: int
    """Of the database, such as 19 or 23."""
    catalog: dict[str, dict[str, Any]]
    loaded: dict[str, str]
    """Kind -> what the target said, of those that failed."""

    def values(self, user: str, kind: str) -> list[tuple[Any, ...]]:
        """Return the values of a type in one of the schemas, exactly."""
        compared = SAMPLES[kind].compared.format("v")
        return self.database.rows(user, f"SELECT {compared} FROM {table(kind)} ORDER BY id")

    def numbers(self, user: str, kind: str) -> list[tuple[Any, ...]]:
        """Return the keys of a type's table in one of the schemas: its other column."""
        return self.database.rows(user, f"SELECT id FROM {table(kind)} ORDER BY id")

    def declared(self, user: str, kind: str) -> list[tuple[Any, ...]]:
        """Return the type as the dictionary describes it."""
        return self.database.rows(
            user,
            "SELECT data_type, data_length, data_precision, data_scale, char_length, char_used"
            " FROM user_tab_columns WHERE table_name = :name AND column_name = 'V'",
            name=table(kind),
        )


def table(kind: str) -> str:
    return f"T_{kind.replace(' ', '_')}"


@pytest.fixture(scope="module")
def journey(
    oracle_database: OracleDatabase,
    tmp_path_factory: pytest.TempPathFactory,
    launcher: Launcher,
) -> Iterator[Journey]:
    source, copy = oracle_database.create_user("S"), oracle_database.create_user("C")
    folder = tmp_path_factory.mktemp("types")
    release = create(oracle_database, source)
    config = oracle_database.config(source, filter_schemas=[source])
    tap = Plugin("tap-oracle", folder, launcher)
    discovered = succeeded(tap.run(config, "--discover"))
    catalog = select(json.loads(discovered.stdout), lambda _: "")
    loaded = load(oracle_database, tap, config, catalog, copy, folder)
    streams = {stream["table_name"]: stream for stream in catalog["streams"]}
    yield Journey(oracle_database, source, copy, release, streams, loaded)
    oracle_database.drop_user(source)
    oracle_database.drop_user(copy)


def create(database: OracleDatabase, user: str) -> int:
    """Create and fill one table for each type of the database's release; return the release."""
    with closing(database.connect(user)) as connection, connection.cursor() as cursor:
        release = int(connection.version.partition(".")[0])
        for kind, sample in SAMPLES.items():
            if first_release(TYPE_TABLE[kind]) > release:
                continue
            cursor.execute(
                f"CREATE TABLE {table(kind)} (id NUMBER(9) PRIMARY KEY, v {sample.spelling})"
            )
            for place, value in enumerate((*sample.values, "NULL")):
                cursor.execute(f"INSERT INTO {table(kind)} VALUES ({place}, {value})")
        connection.commit()
    return release


def first_release(row: TypeRow) -> int:
    """Return the first release that has a type: 23 for 23ai, 0 for those of all."""
    return int(row.since_version.removesuffix("c").removesuffix("ai") or 0)


def load(
    database: OracleDatabase,
    tap: Plugin,
    config: dict[str, Any],
    catalog: dict[str, Any],
    copy: str,
    folder: Path,
) -> dict[str, str]:
    """Move everything in one run; where that fails, each stream by itself to see which did."""
    target = Plugin("target-oracle", folder, tap.launcher)
    loading = database.config(copy, default_target_schema=copy)
    extracted = succeeded(tap.run(config, catalog=catalog))
    if target.run(loading, stdin=extracted.stdout).code == 0:
        return {}
    failed = {}
    for stream in catalog["streams"]:
        alone = succeeded(tap.run(config, catalog={"streams": [stream]}))
        done = target.run(loading, stdin=alone.stdout)
        if done.code:
            failed[stream["table_name"]] = done.stderr
    return failed


def succeeded(done: Finished) -> Finished:
    assert done.code == 0, done.stderr
    return done


def test_every_row_has_a_sample_and_every_sample_a_row() -> None:
    assert set(SAMPLES) == set(TYPE_TABLE)
    assert {kind: parse(sample.spelling).kind for kind, sample in SAMPLES.items()} == {
        kind: kind for kind in SAMPLES
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kind)
def test_a_type_arrives_as_it_left(row: TypeRow, journey: Journey) -> None:
    if first_release(row) > journey.release:
        pytest.skip(f"{row.kind} is of {row.since_version}, the database is older")
    column = next(
        entry["metadata"]
        for entry in journey.catalog[table(row.kind)]["metadata"]
        if entry["breadcrumb"] == ["properties", "V"]
    )
    if not row.supported:
        assert column["inclusion"] == "unsupported"
        assert column["reason"] == f"{row.reason}; {row.advice}"
        assert table(row.kind) not in journey.loaded, journey.loaded
        assert journey.numbers(journey.copy, row.kind) == journey.numbers(journey.source, row.kind)
        return
    assert column["sql-datatype"] == parse(SAMPLES[row.kind].spelling).ddl()
    assert table(row.kind) not in journey.loaded, journey.loaded
    before = journey.values(journey.source, row.kind)
    assert len(before) == len(SAMPLES[row.kind].values) + 1
    assert before[0] != (None,)
    assert journey.values(journey.copy, row.kind) == before
    declared = journey.declared(journey.copy, row.kind)
    if row.kind.startswith("LONG"):
        assert declared[0][0] == ("BLOB" if row.kind == "LONG RAW" else "CLOB")
    else:
        assert declared == journey.declared(journey.source, row.kind)
