"""How a stream ends: versions, signals, failures, the run history."""

from __future__ import annotations

import json
import signal
from typing import Any

import oracledb
import pytest

from oracle_core.termination import Terminated
from tests.unit.tap_oracle.fake_database import FakeSession, FakeTap, catalog_of
from tests.unit.tap_oracle.messages import TYPES, Lines, kinds, records, rows, states


def test_activate_version_comes_after_the_last_record(lines: Lines) -> None:
    FakeTap(
        FakeSession(rows(2)),
        catalog=catalog_of(TYPES),
        config={"emit_activate_version_messages": True},
    ).run_pipeline()

    messages = lines()
    assert kinds(messages) == [
        "STATE", "SCHEMA", "RECORD", "RECORD", "ACTIVATE_VERSION", "STATE"
    ]  # fmt: skip
    versions = {message["version"] for message in messages if "version" in message}
    assert len(versions) == 1


@pytest.mark.parametrize("key", [None, "ID"])
def test_a_signal_in_a_chunk_leaves_whole_lines_and_a_true_state(
    key: str | None, lines: Lines
) -> None:
    session = FakeSession(rows(9))
    root = {"replication-key": key} if key else {}
    tap = FakeTap(session, catalog=catalog_of(TYPES, **root))
    write = tap.message_writer.write_lines

    def interrupted(lines: bytes) -> None:
        if b'"RECORD"' in lines and b'"ID":4' in lines:
            tap.termination.handle(signal.SIGTERM)
        write(lines)

    tap.message_writer.write_lines = interrupted  # type: ignore[method-assign]
    with pytest.raises(Terminated):
        tap.run_pipeline()
    tap.termination.release()

    messages = lines()
    assert [record["ID"] for record in records(messages)] == [0, 1, 2, 3, 4, 5]
    assert messages[-1]["type"] == "STATE"
    (run,) = messages[-1]["value"]["job_history"]["runs"].values()
    assert run["status"] == "FAILED"
    assert run["error"] == {"code": "SIGTERM", "stream": "HR-T"}
    assert run["streams"]["HR-T"]["rows"] == 6
    if key:
        assert messages[-1]["value"]["bookmarks"]["HR-T"]["replication_key_value"] == 5


def test_a_failure_leaves_a_state_that_says_so(lines: Lines) -> None:
    session = FakeSession(rows(9))

    def fail(fetched: list[tuple[Any, ...]]) -> None:
        if fetched and fetched[0][0] == 6:
            message = "ORA-08103: object no longer exists"
            raise oracledb.DatabaseError(message)

    session.on_fetch = fail
    tap = FakeTap(session, catalog=catalog_of(TYPES, **{"replication-key": "ID"}))
    with pytest.raises(oracledb.DatabaseError):
        tap.run_pipeline()

    last = states(lines())[-1]
    (run,) = last["job_history"]["runs"].values()
    assert run["status"] == "FAILED"
    assert run["error"] == {"code": "ORA-08103", "stream": "HR-T"}
    assert last["bookmarks"]["HR-T"]["replication_key_value"] == 5


def test_the_state_of_many_tables_stays_small(lines: Lines) -> None:
    names = [f"A_TABLE_WITH_A_LONG_NAME_{number:03}" for number in range(202)]
    catalog = catalog_of(TYPES)
    (stream,) = catalog["streams"]
    catalog["streams"] = [
        {**stream, "tap_stream_id": f"HR-{name}", "stream": f"HR-{name}", "table_name": name}
        for name in names
    ]
    state: dict[str, Any] = {}
    sizes: list[int] = []
    for _ in range(20):
        FakeTap(
            FakeSession(rows(1)), catalog=catalog, state=state, config={"array_size_rows": 10_000}
        ).run_pipeline()
        written = states(lines())
        sizes.append(sum(len(json.dumps(each)) for each in written))
        state = written[-1]

    assert len(state["bookmarks"]) == 202
    assert len(state["job_history"]["runs"]) == 20
    assert sizes[0] <= 150_000
    assert len(json.dumps(state)) <= 60_000


def test_runs_are_counted_and_kept(lines: Lines) -> None:
    state: dict[str, Any] = {}
    for _ in range(3):
        FakeTap(FakeSession(rows(1)), catalog=catalog_of(TYPES), state=state).run_pipeline()
        state = states(lines())[-1]

    runs = list(state["job_history"]["runs"].values())
    assert [run["status"] for run in runs] == ["SUCCESS"] * 3
    assert [run["id"] for run in runs] == ["tap-oracle:FREEPDB1/*"] * 3
