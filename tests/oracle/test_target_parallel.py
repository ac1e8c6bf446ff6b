"""Several processes load different streams at once; STATE waits for all of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.oracle.loader import ID, Loader, record_line, schema_line, state_line

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

TEXT = {**ID, "A": {"type": ["string", "null"], "maxLength": 9}}
STREAMS = ("HR-T1", "HR-T2", "HR-T3")


@pytest.fixture
def loader(target: Plugin, oracle_database: OracleDatabase, fresh_schema: str) -> Loader:
    return Loader(target, oracle_database, fresh_schema)


def lines() -> list[str]:
    """Return three streams in turns, each with its keys twice, and a STATE after each turn."""
    parts = [schema_line(TEXT, stream=stream) for stream in STREAMS]
    for turn in range(20):
        for stream in STREAMS:
            parts += [
                record_line({"ID": key, "A": f"{turn}"}, stream=stream) for key in range(turn, 25)
            ]
        parts.append(state_line({"turn": turn}))
    return parts


def test_streams_are_loaded_in_order_by_several_processes(loader: Loader) -> None:
    done = loader.load(
        *lines(), parallelism=2, batch_size_rows=40, job_history_table="H", log_format="json"
    )

    # Every process logs as the command does: each stream's way of loading, in the chosen format.
    logged = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    ways = [line["message"] for line in logged if "upsert by ID; 310 rows" in line["message"]]
    assert sorted(way.split()[1] for way in ways) == ["'HR-T1'", "'HR-T2'", "'HR-T3'"]
    assert len({line["run_id"] for line in logged if "upsert by" in line["message"]}) == 1
    for number in (1, 2, 3):
        rows = loader.rows(f"SELECT id, a FROM t{number} ORDER BY id")
        assert rows == [(key, str(min(key, 19))) for key in range(25)]
    states = [json.loads(line)["turn"] for line in done.stdout.splitlines()]
    assert states[-1] == 19
    assert states == sorted(set(states))
    runs = loader.rows("SELECT COUNT(DISTINCT run_uuid), COUNT(DISTINCT stream) FROM singer_loads")
    assert runs == [(1, 3)]
    counts = loader.rows("SELECT row_count FROM h WHERE id LIKE '%/HR-T%'")
    assert counts == [(310,)] * 3
    assert loader.rows("SELECT lock_name FROM singer_load_locks WHERE lock_name LIKE 'RUN%'") == []


def test_a_failure_ends_the_run_and_no_state_passes_it(loader: Loader) -> None:
    good = [record_line({"ID": key, "A": "x"}, stream="HR-T1") for key in range(5)]
    error = loader.error(
        schema_line(TEXT, stream="HR-T1"),
        schema_line(TEXT, stream="HR-T2"),
        *good,
        state_line({"n": 1}),
        record_line({"ID": "secret"}, stream="HR-T2"),
        state_line({"n": 2}),
        parallelism=2,
    )
    assert "line 9" in error and "'ID' does not hold a value of type integer" in error
    assert "secret" not in error


def test_two_streams_of_one_table_are_refused(loader: Loader) -> None:
    error = loader.error(
        schema_line(TEXT, stream="HR-T1"), schema_line(TEXT, stream="SH-T1"), parallelism=2
    )
    assert "HR-T1" in error and "SH-T1" in error


def test_what_needs_one_transaction_is_refused(loader: Loader) -> None:
    done = loader.load(
        schema_line(ID), code=2, parallelism=2, state_table="SINGER_STATE", state_id="s"
    )
    assert "streams share one transaction with state_table" in done.errors()[0]


@pytest.mark.parametrize("parallelism", [1, 2])
def test_no_stream_is_loaded_into_the_history_of_its_run(loader: Loader, parallelism: int) -> None:
    lines = [schema_line(ID, stream="HR-H"), record_line({"ID": 1}, stream="HR-H")]
    error = loader.error(*lines, parallelism=parallelism, job_history_table="H")
    assert "keeps the history of runs" in error
