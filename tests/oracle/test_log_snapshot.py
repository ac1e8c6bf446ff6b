"""The first snapshot of a LOG_BASED stream: the run's moment, in chunks, by several processes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tap_oracle.tap import TapOracle
from tests.fix_plugins import select
from tests.oracle.log_steps import BASE, FLASHBACK_GRANTS, LOGMINER_GRANTS, Replica

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle

ROWS = 600
CHUNKS: dict[str, Any] = {"chunk_rows": 100, "array_size_rows": 50}

Make = Callable[..., Replica]


@pytest.fixture(params=["logminer", "flashback"])
def replica(request: pytest.FixtureRequest, logging_database: OracleDatabase) -> Iterator[Replica]:
    grants = LOGMINER_GRANTS if request.param == "logminer" else FLASHBACK_GRANTS
    user = logging_database.create_user("LOG", grants=(*BASE, *grants))
    logging_database.execute(
        user,
        "CREATE TABLE t (id NUMBER(9) PRIMARY KEY, name VARCHAR2(40), born DATE)",
        "CREATE TABLE other (id NUMBER(9) PRIMARY KEY)",
        "ALTER TABLE t ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS",
        f"INSERT INTO t SELECT LEVEL, 'row', NULL FROM dual CONNECT BY LEVEL <= {ROWS}",
        "INSERT INTO other VALUES (1)",
        "BEGIN DBMS_STATS.GATHER_TABLE_STATS(USER, 'T'); END;",
    )
    yield Replica(logging_database, user, request.param)
    logging_database.drop_user(user)


def change(replica: Replica) -> None:
    replica.database.execute(
        replica.user,
        "DELETE FROM t WHERE id IN (1, 300, 600)",
        "UPDATE t SET name = 'changed' WHERE MOD(id, 100) = 50",
        "UPDATE t SET id = id + 1000 WHERE id = 150",
        "INSERT INTO t VALUES (700, 'new', NULL)",
    )


@pytest.mark.parametrize("parallelism", [1, 2])
def test_chunks_are_read_at_the_moment_of_the_run(replica: Replica, parallelism: int) -> None:
    with closing(TapOracle(config=replica.config())) as tap:
        catalog = select(tap.catalog_dict, lambda _: "")
    streams = {stream["table_name"]: stream for stream in catalog["streams"]}
    catalog["streams"] = [streams["OTHER"], *replica.catalog["streams"]]
    replica.catalog, own = catalog, replica.catalog
    messages = replica.messages(**CHUNKS, parallelism=parallelism)

    records = [message for message in messages if message.get("stream") == replica.stream]
    states = [message["value"] for message in messages if message["type"] == "STATE"]
    bookmarks = states[-1]["bookmarks"]
    scn = bookmarks[replica.stream]["scn"]
    assert bookmarks[f"{replica.user}-OTHER"]["scn"] == scn
    assert {line["record"]["_sdc_scn"] for line in records if line["type"] == "RECORD"} == {scn}
    in_chunks = [state["bookmarks"].get(replica.stream, {}).get("chunks") for state in states]
    assert max(len(chunks["done"]) for chunks in in_chunks if chunks) >= ROWS // 100 - 2
    assert {"chunks", "log_start"}.isdisjoint(bookmarks[replica.stream])

    replica.catalog = own
    replica.target.load(line for line in messages if line.get("stream") in (None, replica.stream))
    assert len(replica.target.table()) == ROWS
    change(replica)
    replica.run()
    assert replica.target.table() == replica.source()


def test_a_killed_snapshot_goes_on_and_loses_no_change(replica: Replica) -> None:
    replica.run_killed(lines=350, **CHUNKS)
    start = replica.bookmark["log_start"]["scn"]
    done = len(replica.bookmark["chunks"]["done"])
    assert done >= 2
    change(replica)
    rest = replica.run(**CHUNKS)
    assert len(rest) <= ROWS - done * 80
    assert replica.bookmark["scn"] == start
    assert replica.target.table() == replica.source()

    replica.run(**CHUNKS)
    assert replica.bookmark["scn"] > start
    assert replica.target.table() == replica.source()
    assert 700 in {row["ID"] for row in replica.target.table()}


@pytest.mark.parametrize("parallelism", [1, 2])
def test_after_a_gap_the_table_is_read_in_chunks(replica: Replica, parallelism: int) -> None:
    """With `on_gap: snapshot`, by workers too; killed, the next run goes on with the rest."""
    settings = {**CHUNKS, "on_gap": "snapshot", "parallelism": parallelism}
    replica.run(**CHUNKS)
    version = replica.bookmark["version"]
    change(replica)
    replica.bookmark["log_resetlogs_scn"] += 1
    replica.run_killed(lines=350, **settings)
    done = len(replica.bookmark["chunks"]["done"])
    assert done >= 2
    rest = replica.run(**settings)
    assert len(rest) <= ROWS - done * 80
    assert {"chunks", "log_start"}.isdisjoint(replica.bookmark)
    assert replica.bookmark["version"] > version
    assert replica.target.table() == replica.source()
    replica.run(**settings)
    assert replica.target.table() == replica.source()


def test_a_full_load_in_chunks_becomes_log_based(replica: Replica) -> None:
    """The finished chunks of a FULL_TABLE load lack the columns of changes."""
    options = {replica.stream: {"replication_method": "FULL_TABLE"}}
    replica.target.load(
        line
        for line in replica.messages(**CHUNKS, stream_options=options)[:350]
        if line["type"] == "STATE"
    )
    assert len(replica.bookmark["chunks"]["done"]) >= 2
    assert len(replica.run(**CHUNKS)) == ROWS
    assert replica.target.table() == replica.source()


def test_without_flashback_the_snapshot_is_that_of_the_transaction(
    logging_database: OracleDatabase, replica: Replica, other_schema: str
) -> None:
    grants = LOGMINER_GRANTS if replica.method == "logminer" else FLASHBACK_GRANTS
    logging_database.execute(replica.user, f'GRANT SELECT ON t TO "{other_schema}"')
    logging_database.administer(*(f'GRANT {grant} TO "{other_schema}"' for grant in grants))
    owner, replica.user = replica.user, other_schema
    records = replica.run(**CHUNKS, parallelism=2, filter_schemas=[owner])
    assert len(records) == ROWS
    assert {record["_sdc_scn"] for record in records} == {replica.bookmark["scn"]}
    if replica.method == "flashback":  # versions need the right that is missing
        return
    replica.user = owner
    change(replica)
    replica.user = other_schema
    replica.run(filter_schemas=[owner])
    replica.user = owner
    assert replica.target.table() == replica.source()
    replica.bookmark["log_resetlogs_scn"] += 1
    replica.user = other_schema
    records = replica.run(**CHUNKS, parallelism=2, filter_schemas=[owner], on_gap="snapshot")
    assert len(records) == ROWS - 2
    replica.user = owner
    assert replica.target.table() == replica.source()
