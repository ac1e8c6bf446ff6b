"""Rows whose transaction was open while the stream was read."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.fix_plugins import select

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Finished, Plugin

pytestmark = pytest.mark.oracle

KEYS = [
    pytest.param("DATE", "SYSDATE", "auto", id="date"),
    pytest.param("TIMESTAMP(9)", "SYSTIMESTAMP", "auto", id="timestamp"),
    # A zone in which the server's clock is far away.
    pytest.param(
        "TIMESTAMP(6)", "SYS_EXTRACT_UTC(SYSTIMESTAMP) + INTERVAL '9' HOUR", "auto", id="elsewhere"
    ),
    pytest.param("TIMESTAMP(6) WITH TIME ZONE", "SYSTIMESTAMP", "auto", id="zoned"),
    pytest.param("NUMBER(9)", "ids.NEXTVAL", "rowscn", id="number"),
]


def ids(done: Finished, owner: str) -> list[int]:
    assert done.code == 0, done.stderr
    return [row["ID"] for row in done.records(f"{owner}-T")]


def catalog_of(tap: Plugin, config: dict[str, Any]) -> dict[str, Any]:
    done = tap.run(config, "--discover")
    assert done.code == 0, done.stderr
    return select(json.loads(done.stdout), lambda _: "K")


def make_table(oracle_database: OracleDatabase, owner: str, sql_datatype: str) -> None:
    oracle_database.execute(
        owner,
        "CREATE SEQUENCE ids",
        f"CREATE TABLE t (id NUMBER(5) PRIMARY KEY, k {sql_datatype}, v NUMBER(5))",
    )


@pytest.mark.parametrize(("sql_datatype", "stamp", "late_commits"), KEYS)
def test_a_row_stamped_before_the_bookmark_and_committed_after_the_run_arrives(
    oracle_database: OracleDatabase,
    tap: Plugin,
    fresh_schema: str,
    sql_datatype: str,
    stamp: str,
    late_commits: str,
) -> None:
    oracle_database.administer(f'GRANT SELECT ON v_$transaction TO "{fresh_schema}"')
    make_table(oracle_database, fresh_schema, sql_datatype)
    config = oracle_database.config(
        fresh_schema, filter_schemas=fresh_schema, late_commits=late_commits
    )
    catalog = catalog_of(tap, config)
    with (
        closing(oracle_database.connect(fresh_schema)) as late,
        closing(oracle_database.connect(fresh_schema)) as other,
    ):
        other.cursor().execute(f"INSERT INTO t VALUES (1, {stamp}, 0)")
        other.commit()
        late.cursor().execute(f"INSERT INTO t VALUES (2, {stamp}, 0)")
        # Work goes on in the transaction, while others commit later stamps.
        other.cursor().execute(f"INSERT INTO t VALUES (3, {stamp}, 0)")
        other.commit()
        late.cursor().execute("UPDATE t SET v = 1 WHERE id = 2")
        first = tap.run(config, catalog=catalog)
        late.commit()
        other.cursor().execute(f"INSERT INTO t VALUES (4, {stamp}, 0)")
        other.commit()
        second = tap.run(config, catalog=catalog, state=first.states()[-1])

    assert set(ids(first, fresh_schema)) == {1, 3}
    assert {2, 4} <= set(ids(second, fresh_schema))
    bookmark = second.states()[-1]["bookmarks"][f"{fresh_schema}-T"]
    assert bookmark["replication_key"] == "K"
    assert bookmark["scn"] > first.states()[-1]["bookmarks"][f"{fresh_schema}-T"]["scn"]
    newest = [row["K"] for row in second.records(f"{fresh_schema}-T") if row["ID"] == 4]
    assert [bookmark["replication_key_value"]] == newest


def test_without_a_right_it_is_said_once_and_lookback_helps(
    oracle_database: OracleDatabase, tap: Plugin, fresh_schema: str
) -> None:
    make_table(oracle_database, fresh_schema, "DATE")
    oracle_database.execute(
        fresh_schema,
        "CREATE TABLE u (id NUMBER(5) PRIMARY KEY, k DATE)",
        "INSERT INTO t VALUES (1, SYSDATE, 0)",
    )
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    catalog = catalog_of(tap, config)
    blind = tap.run(config, catalog=catalog)
    knowing = tap.run({**config, "lookback_seconds": 600}, catalog=catalog)
    off = tap.run({**config, "late_commits": "off"}, catalog=catalog)

    assert blind.stderr.count("open transactions cannot be seen") == 1
    assert "open transactions cannot be seen" not in knowing.stderr + off.stderr
    assert "reread_from" not in blind.states()[-1]["bookmarks"][f"{fresh_schema}-T"]


def test_a_quiet_table_is_not_read_again_for_ever(
    oracle_database: OracleDatabase, tap: Plugin, fresh_schema: str
) -> None:
    oracle_database.administer(f'GRANT SELECT ON v_$transaction TO "{fresh_schema}"')
    make_table(oracle_database, fresh_schema, "DATE")
    rows = ", ".join(f"DATE '2024-01-01' + {day}" for day in range(5))
    for number, stamp in enumerate(rows.split(", ")):
        oracle_database.execute(fresh_schema, f"INSERT INTO t VALUES ({number}, {stamp}, 0)")
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    catalog = catalog_of(tap, config)
    state = tap.run(config, catalog=catalog).states()[-1]
    bookmark = state["bookmarks"][f"{fresh_schema}-T"]
    # As if a transaction had been open for three days at the last run.
    bookmark["reread_from"] = "2024-01-02T00:00:00+00:00"
    second = tap.run(config, catalog=catalog, state=state)
    third = tap.run(config, catalog=catalog, state=second.states()[-1])

    assert ids(second, fresh_schema) == [1, 2, 3, 4]
    assert ids(third, fresh_schema) == [4]


@pytest.mark.parametrize(
    ("sql_datatype", "stamp", "end_bound", "expected"),
    [
        ("NUMBER(5)", "{}", "3", [0, 1, 2]),
        ("NUMBER(5)", "{}", 3, [0, 1, 2]),
        ("DATE", "DATE '2024-01-01' + {}", "2024-01-04T00:00:00Z", [0, 1, 2]),
        ("DATE", "DATE '2024-01-01' + {}", "3", [0, 1, 2, 3, 4]),
        ("VARCHAR2(9)", "'k{}'", "3", [0, 1, 2, 3, 4]),
    ],
)
def test_the_end_bound_is_not_read(
    oracle_database: OracleDatabase,
    tap: Plugin,
    fresh_schema: str,
    sql_datatype: str,
    stamp: str,
    end_bound: object,
    expected: list[int],
) -> None:
    make_table(oracle_database, fresh_schema, sql_datatype)
    for number in range(5):
        value = stamp.format(number)
        oracle_database.execute(fresh_schema, f"INSERT INTO t VALUES ({number}, {value}, 0)")
    config = oracle_database.config(
        fresh_schema, filter_schemas=fresh_schema, late_commits="off", end_bound=end_bound
    )
    done = tap.run(config, catalog=catalog_of(tap, config))

    assert ids(done, fresh_schema) == expected
