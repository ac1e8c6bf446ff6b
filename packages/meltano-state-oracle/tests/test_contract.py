"""What Meltano expects of a state store (its own tests of stores, on this one)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from meltano.core.state_store.base import MeltanoState

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.testing import OracleDatabase

    from meltano_state_oracle import OracleStateStoreManager


def state(state_id: str, value: object = 1, **parts: Any) -> MeltanoState:
    return MeltanoState(
        state_id=state_id,
        completed_state=parts.get("completed", {"singer_state": {"value": value}}),
        partial_state=parts.get("partial", {}),
    )


def test_a_state_that_is_not_there(manager: OracleStateStoreManager) -> None:
    assert manager.get("dev:nobody") is None
    assert list(manager.get_state_ids()) == []
    assert list(manager.get_all()) == []
    manager.delete("dev:nobody")
    assert manager.clear_all() == 0


def test_set_get_and_delete(manager: OracleStateStoreManager) -> None:
    first = state("dev:tap-to-target", "ü€🎉", partial={"singer_state": {"p": None}})
    manager.set(first)
    assert manager.get(state_id="dev:tap-to-target") == first
    manager.set(state("dev:tap-to-target", 2))
    assert manager.get("dev:tap-to-target") == state("dev:tap-to-target", 2)
    manager.set(state("dev:other"))
    manager.delete("dev:tap-to-target")
    assert manager.get("dev:tap-to-target") is None
    assert manager.get_state_ids() == ["dev:other"]


def test_a_partial_state_is_merged_and_a_completed_one_replaces(
    manager: OracleStateStoreManager,
) -> None:
    manager.update(state("a", completed={}, partial={"singer_state": {"x": {"1": 1}}}))
    manager.update(state("a", completed={}, partial={"singer_state": {"x": {"2": 2}}}))
    merged = manager.get("a")
    assert merged is not None
    assert merged.partial_state == {"singer_state": {"x": {"1": 1, "2": 2}}}
    manager.update(state("a", completed={"singer_state": {"x": {"3": 3}}}))
    replaced = manager.get("a")
    assert replaced is not None
    assert json.loads(replaced.json_merged()) == {"singer_state": {"x": {"3": 3}}}


def test_clear_and_clear_all(manager: OracleStateStoreManager) -> None:
    assert manager.set_all(state(name) for name in ("a", "b", "c")) == 3
    manager.clear("b")
    assert manager.get_state_ids() == ["a", "c"]
    assert manager.clear_all() == 2
    assert manager.get_state_ids() == []


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (None, ["dev:a_b", "dev:a%b", "dev:axb", "prod:a!b"]),
        ("*", ["dev:a_b", "dev:a%b", "dev:axb", "prod:a!b"]),
        ("dev:*", ["dev:a_b", "dev:a%b", "dev:axb"]),
        ("dev:a_b", ["dev:a_b"]),
        ("dev:a%b", ["dev:a%b"]),
        ("*a!b", ["prod:a!b"]),
        ("dev:a?b", ["dev:a_b", "dev:a%b", "dev:axb"]),
        ("DEV:*", []),
    ],
)
def test_patterns(
    manager: OracleStateStoreManager, pattern: str | None, expected: list[str]
) -> None:
    manager.set_all(state(name) for name in ("dev:a_b", "dev:a%b", "dev:axb", "prod:a!b"))
    assert sorted(manager.get_state_ids(pattern)) == sorted(expected)
    assert sorted(found.state_id for found in manager.get_all(pattern)) == sorted(expected)


@pytest.mark.parametrize("size", [3_999, 4_000, 32_767, 32_768, 10 * 2**20])
def test_states_of_any_size(manager: OracleStateStoreManager, size: int) -> None:
    large = state("large", "x" * size)
    manager.set(large)
    manager.set(large)
    assert manager.get("large") == large


def test_the_table_says_who_wrote_last(
    manager: OracleStateStoreManager, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    run = "0197a1b2-0000-7000-8000-000000000001"
    history = {"v": 1, "runs": {run: {}, "0197a1b1-0000-7000-8000-000000000001": {}}}
    for _ in range(3):
        manager.set(state("a", completed={"singer_state": {"job_history": history}}))
    with oracle_database.connect(fresh_schema) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT run_uuid, seq FROM singer_state")
        assert cursor.fetchall() == [(run, 3)]


def test_a_plain_singer_state_reads_as_a_completed_one(
    manager: OracleStateStoreManager, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    assert manager.get_state_ids() == []
    with oracle_database.connect(fresh_schema) as connection, connection.cursor() as cursor:
        text = '{"bookmarks": {"HR-JOBS": {"scn": 1}}}'
        cursor.execute("INSERT INTO singer_state (state_id, state) VALUES ('a', :1)", [text])
        connection.commit()
    read = manager.get("a")
    assert read is not None
    assert json.loads(read.json_merged()) == {"singer_state": json.loads(text)}


def test_tables_made_by_an_administrator_in_another_schema(
    connect: Callable[..., OracleStateStoreManager],
    oracle_database: OracleDatabase,
    fresh_schema: str,
    other_schema: str,
) -> None:
    password = oracle_database.passwords[other_schema]
    with connect(user=other_schema, password=password) as owner:
        owner.set(state("theirs"))
        with oracle_database.connect(other_schema) as connection, connection.cursor() as cursor:
            for table in ("SINGER_STATE", "SINGER_STATE_LOCK"):
                rights = "SELECT, INSERT, UPDATE, DELETE"
                cursor.execute(f"GRANT {rights} ON {table} TO {fresh_schema}")
        connect(schema=other_schema).update(state("ours"))
        assert owner.get_state_ids() == ["ours", "theirs"]


def test_a_lost_session_is_replaced(manager: OracleStateStoreManager) -> None:
    manager.set(state("a"))
    (idle,) = manager._sessions._idle
    idle.close()
    assert manager.get("a") == state("a")
