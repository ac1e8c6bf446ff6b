"""Large tables in chunks: every row once, and going on after a kill."""

from __future__ import annotations

import random
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tap_oracle.tap import TapOracle
from tests.fix_plugins import select
from tests.oracle.killed_loads import CHUNK_ROWS, ROWS, KilledLoads
from tests.oracle.test_tap_snapshot import Written

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

KEYS = {
    "number": ("id NUMBER(9) PRIMARY KEY", "n"),
    "composite": ("g NUMBER(3), id VARCHAR2(9), PRIMARY KEY (g, id)", "MOD(n, 3), 'k' || n"),
    "moment": (
        "id TIMESTAMP(9) PRIMARY KEY",
        "TIMESTAMP '2024-01-01 00:00:00.000000001' + NUMTODSINTERVAL(n, 'SECOND')",
    ),
    "none": ("id NUMBER(9)", "n"),
}
FILL = """INSERT INTO t SELECT {values}, RPAD('x', 150, 'x')
FROM (SELECT LEVEL AS n FROM dual CONNECT BY LEVEL <= 1000)"""


def messages_of(config: dict[str, Any]) -> Written:
    discovering = TapOracle(config=config, setup_mapper=False)
    with closing(discovering):
        catalog = select(discovering.catalog_dict, lambda _: "")
    tap = TapOracle(config=config, catalog=catalog)
    written = Written(tap)
    with closing(tap):
        tap.run_pipeline()
    return written


@pytest.mark.parametrize("reads_extents", [True, False], ids=["dictionary", "own-views"])
@pytest.mark.parametrize("key", KEYS)
def test_each_row_comes_once(
    oracle_database: OracleDatabase, fresh_schema: str, key: str, reads_extents: bool
) -> None:
    columns, values = KEYS[key]
    if reads_extents:
        oracle_database.administer(f'GRANT SELECT_CATALOG_ROLE TO "{fresh_schema}"')
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute(f"CREATE TABLE t ({columns}, filler VARCHAR2(200))")
        cursor.execute(FILL.format(values=values))
        connection.commit()
        cursor.execute("BEGIN DBMS_STATS.GATHER_TABLE_STATS(USER, 'T'); END;")
    stream = f"{fresh_schema}-T"
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema, chunk_rows=120)
    written = messages_of(config)

    rows = [tuple(record.values()) for record in written.records(stream)]
    assert len(rows) == len(set(rows)) == 1_000
    bookmarks = [
        message["value"]["bookmarks"].get(stream, {})
        for message in written.messages()
        if message["type"] == "STATE"
    ]
    ways = {bookmark["chunks"]["by"] for bookmark in bookmarks if "chunks" in bookmark}
    assert ways == ({"rowid"} if reads_extents else set() if key == "none" else {"key"})
    if ways:
        done = [len(bookmark["chunks"]["done"]) for bookmark in bookmarks if "chunks" in bookmark]
        assert done == list(range(done[0], done[-1] + 1))
        assert done[-1] >= 6
    assert "chunks" not in bookmarks[-1]


def test_a_row_limit_and_small_tables_need_no_chunks(
    oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE t (id NUMBER(9) PRIMARY KEY)")
        cursor.execute("INSERT INTO t SELECT LEVEL FROM dual CONNECT BY LEVEL <= 100")
        connection.commit()
        cursor.execute("BEGIN DBMS_STATS.GATHER_TABLE_STATS(USER, 'T'); END;")
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema, chunk_rows=100)
    written = messages_of(config)

    assert len(written.records(f"{fresh_schema}-T")) == 100
    assert all(b'"chunks"' not in line for line in written.lines)


@pytest.fixture(params=["extents", "keys"])
def loads(
    request: pytest.FixtureRequest,
    oracle_database: OracleDatabase,
    tap: Plugin,
    target: Plugin,
    fresh_schema: str,
    other_schema: str,
) -> KilledLoads:
    if request.param == "extents":
        oracle_database.administer(f'GRANT SELECT_CATALOG_ROLE TO "{fresh_schema}"')
    return KilledLoads(oracle_database, tap, target, fresh_schema, other_schema, {})


def test_a_killed_load_goes_on_with_the_unfinished_chunks(loads: KilledLoads) -> None:
    catalog = loads.prepare()
    size = random.Random(2024).randrange(900_000, 1_500_000)  # noqa: S311 - any place will do
    state = loads.load(loads.killed_after(size, catalog))
    progress = state["bookmarks"][loads.stream]["chunks"]
    assert 0 < len(progress["done"]) <= len(progress["points"])
    due = loads.rows_due(state)
    with closing(loads.database.connect(loads.source)) as connection:
        # The rest is read as of the SCN of the part that was loaded before.
        connection.cursor().execute("UPDATE big SET amount = -1")
        connection.commit()
        rest = loads.finish(catalog, state)
        scn = progress["scn"]
        query = "SELECT id, amount FROM big {} ORDER BY id"
        past = loads.database.rows(loads.source, query.format(f"AS OF SCN {scn}"))
    copy = loads.database.rows(loads.copy, query.format(""))

    assert rest == due < ROWS
    assert copy == past
    assert loads.finish(catalog, state={}) == ROWS
    loads.agree()


def test_chunks_of_a_table_that_was_emptied_do_not_count(loads: KilledLoads) -> None:
    catalog = loads.prepare()
    state = loads.load(loads.killed_after(1_000_000, catalog))
    assert state["bookmarks"][loads.stream]["chunks"]["done"]
    with closing(loads.database.connect(loads.source)) as connection:
        cursor = connection.cursor()
        cursor.execute("DROP TABLE big PURGE")
        cursor.execute(
            "CREATE TABLE big (id NUMBER(9) PRIMARY KEY, amount NUMBER(12,2), filler VARCHAR2(200))"
        )
        cursor.execute("INSERT INTO big VALUES (1, 1, 'new')")
        connection.commit()

    assert loads.finish(catalog, state) == 1
    assert CHUNK_ROWS < ROWS
