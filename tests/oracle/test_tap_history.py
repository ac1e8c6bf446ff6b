"""Runs of the tap in the state, in JOB_HISTORY and in the metrics."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fix_plugins import select

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle


@pytest.fixture
def config(oracle_database: OracleDatabase, fresh_schema: str) -> dict[str, Any]:
    """Return settings of a user with one table of three rows."""
    oracle_database.execute(
        fresh_schema,
        "CREATE TABLE t (id NUMBER(9) PRIMARY KEY)",
        "INSERT INTO t SELECT level FROM dual CONNECT BY level <= 3",
    )
    return oracle_database.config(fresh_schema, filter_schemas=[fresh_schema])


def catalog_of(tap: Plugin, config: dict[str, Any]) -> dict[str, Any]:
    catalog = json.loads(tap.run(config, "--discover").stdout)
    return select(catalog, lambda stream: "" if stream.endswith("-T") else None)


def test_state_table_and_metrics_tell_the_same(
    tap: Plugin, config: dict[str, Any], oracle_database: OracleDatabase, tmp_path: Path
) -> None:
    catalog = catalog_of(tap, config)
    metrics = tmp_path / "tap.prom"
    told = {**config, "job_history_table": "RUNS", "metrics_file": str(metrics)}
    done = tap.run(told, "--catalog", _file(tmp_path, catalog))
    assert done.code == 0, done.stderr
    ((run_id, run),) = done.states()[-1]["job_history"]["runs"].items()
    stream = f"{config['user']}-T"
    assert run["streams"][stream]["rows"] == 3
    rows = oracle_database.rows(
        config["user"],
        "SELECT id, status, row_count, run_uuid, TO_CHAR(started_at, "
        '\'YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"\'), TO_CHAR(ended_at, '
        '\'YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"\') FROM runs ORDER BY id',
    )
    times = run_id, run["started_at"], run["ended_at"]
    assert rows == [
        (run["id"], "SUCCESS", 3, *times),
        (f"{run['id']}/{stream}", "SUCCESS", 3, *times),
    ]
    assert f'tap_oracle_records_total{{stream="{stream}"}} 3' in metrics.read_text("utf-8")


def test_the_history_can_be_left_out_of_the_state(
    tap: Plugin, config: dict[str, Any], tmp_path: Path
) -> None:
    catalog = _file(tmp_path, catalog_of(tap, config))
    first = tap.run(config, "--catalog", catalog).states()[-1]
    assert "job_history" in first
    off = {**config, "job_history_runs": 0}
    states = tap.run(off, "--catalog", catalog, state=first).states()
    assert all("job_history" not in state for state in states)
    assert states[-1]["bookmarks"].keys() == first["bookmarks"].keys()


def test_a_failure_is_recorded_with_code_and_stream(
    tap: Plugin, config: dict[str, Any], oracle_database: OracleDatabase, tmp_path: Path
) -> None:
    catalog = catalog_of(tap, config)
    oracle_database.execute(config["user"], "DROP TABLE t")
    told = {**config, "job_history_table": "RUNS"}
    done = tap.run(told, "--catalog", _file(tmp_path, catalog))
    assert done.code == 1
    found = oracle_database.rows(
        config["user"],
        "SELECT DISTINCT status, error_code, error_stream FROM runs ORDER BY status",
    )
    assert found == [("FAILED", "ORA-00942", f"{config['user']}-T")]


def test_json_logs_name_the_run(tap: Plugin, config: dict[str, Any], tmp_path: Path) -> None:
    catalog = _file(tmp_path, catalog_of(tap, config))
    done = tap.run({**config, "log_format": "json"}, "--catalog", catalog)
    run_id = max(done.states()[-1]["job_history"]["runs"])
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert run_id in {line.get("run_id") for line in lines}
    assert f"{config['user']}-T" in {line.get("stream") for line in lines}


def test_the_callers_trace_is_handed_on(
    tap: Plugin, config: dict[str, Any], tmp_path: Path
) -> None:
    catalog = _file(tmp_path, catalog_of(tap, config))
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    done = tap.run(config, "--catalog", catalog, environment={"TRACEPARENT": trace})
    for state in (done.states()[0], done.states()[-1]):
        (run,) = state["job_history"]["runs"].values()
        assert run["traceparent"] == trace


def _file(folder: Path, content: dict[str, Any]) -> str:
    path = folder / "given.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)
