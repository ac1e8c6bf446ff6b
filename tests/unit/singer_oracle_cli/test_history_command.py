"""`singer-oracle history` on a SQLite file and on state files."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from oracle_core.history import RunHistory, RunStatus, write_history
from oracle_core.history.settings import HistorySettings
from oracle_core.history.store import HistoryStore
from singer_oracle_cli.health_checks import job_checks
from singer_oracle_cli.main import main
from tests.unit.singer_oracle_cli.runs import some_runs

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the address of a history of twelve runs."""
    url = f"sqlite:///{tmp_path}/history.db"
    store = HistoryStore.of(HistorySettings(table="JOB_HISTORY", url=url), {}, module="test")
    store.migrate()
    for run in some_runs():
        number = store.begin(run)
        if run.status is not RunStatus.RUNNING:
            store.end(number, run)
    store.close()
    return url


def call(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == code, (result.output, result.exception)
    return result


def listed(*arguments: str) -> list[dict[str, Any]]:
    result = call("history", "list", "--format", "json", *arguments)
    runs: list[dict[str, Any]] = json.loads(result.stdout)
    return runs


def test_table_and_state_list_the_same(url: str, tmp_path: Path) -> None:
    runs = some_runs()
    history = write_history(RunHistory(tuple(runs)))
    for wrapped in ({}, {"singer_state": None}, {"completed": {"singer_state": None}}):
        state: Any = {"job_history": history}
        for key in reversed([*wrapped, *(wrapped.get("completed") or {})]):
            state = {key: state}
        path = tmp_path / "state.json"
        path.write_text(json.dumps(state), encoding="utf-8")
        from_state = listed("--state", str(path))
        from_table = listed("--url", url)
        ended = [run for run in from_state if run["status"] != "RUNNING"]
        assert [run["status"] for run in from_table] == [run["status"] for run in from_state]
        for theirs, ours in zip(from_table, ended, strict=False):
            same = ("id", "status", "started_at", "ended_at", "duration_ms", "rows", "error")
            assert {key: theirs[key] for key in same} == {key: ours[key] for key in same}


def test_one_run_with_its_streams(url: str) -> None:
    run_id = listed("--url", url)[0]["run_id"]
    shown = json.loads(call("history", "show", run_id, "--url", url, "--format", "json").stdout)
    assert shown["run_id"] == run_id
    assert len(shown["streams"]) == 3
    text = call("history", "show", run_id, "--url", url).stdout
    assert "HR-EMPLOYEES  FULL_TABLE" in text
    assert "0 runs begin with" in call("history", "show", "none", "--url", url, code=2).stderr


def test_plain_columns_when_piped(url: str) -> None:
    lines = call("history", "list", "--url", url, "--limit", "2").stdout.splitlines()
    assert lines[0].split()[:3] == ["RUN", "JOB", "STATUS"]
    assert len(lines) == 3
    assert not any("\x1b" in line for line in lines)


def test_the_report(url: str, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    call("history", "report", "--url", url, "--out", str(out))
    assert out.read_text(encoding="utf-8").count("<svg") == 4


def test_pruning(url: str) -> None:
    call("history", "prune", "--url", url, "--keep-days", "1")
    assert len(listed("--url", url)) <= 1


def test_an_export_has_every_column(url: str) -> None:
    text = call("history", "export", "--url", url).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0].keys() >= {"RUN_ID", "ID", "STATUS", "RUN_UUID", "DETAILS"}
    assert {row["STATUS"] for row in rows} == {"SUCCESS", "FAILED", "INTERRUPTED", "RUNNING"}


def test_an_older_file_is_imported_once(tmp_path: Path) -> None:
    old, url = tmp_path / "old #1?100%25.db", f"sqlite:///{tmp_path}/new.db"
    with closing(sqlite3.connect(old)) as connection:
        connection.execute(
            "CREATE TABLE job_history (run_id INTEGER, id TEXT, description TEXT, command TEXT, "
            "status TEXT, application_name TEXT, last_run TIMESTAMP, duration_seconds REAL, "
            "retry_count INTEGER)"
        )
        rows = [
            (1, "extract", "d", "c", "SUCCESS", "app", "2025-01-01 02:03:04.5", 1.25, 0),
            (1, "load", "d", "c", "FAILED", "app", "2025-01-01T02:04:04", None, 2),
        ]
        connection.executemany("INSERT INTO job_history VALUES (?,?,?,?,?,?,?,?,?)", rows)
        connection.commit()
    assert "2 of 2 rows added" in call("history", "import", str(old), "--url", url).stdout
    assert "0 of 2 rows added" in call("history", "import", str(old), "--url", url).stdout
    runs = listed("--url", url)
    assert [(run["id"], run["status"], run["duration_ms"]) for run in runs] == [
        ("extract", "SUCCESS", 1250),
        ("load", "FAILED", None),
    ]


def test_a_file_without_the_table_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    sqlite3.connect(empty).close()
    result = call("history", "import", str(empty), "--url", "sqlite:///x.db", code=2)
    assert "no readable table job_history" in result.stderr


def test_the_script_needs_no_connection() -> None:
    text = call("history", "migrate", "--print-sql", "--schema", "OPS").stdout
    assert 'CREATE TABLE "OPS"."JOB_HISTORY"' in text


def test_health_of_jobs() -> None:
    runs = some_runs()
    now = runs[-2].started_at + dt.timedelta(hours=1)
    day = dt.timedelta(hours=26)
    (check,) = job_checks(runs, (), day, now=now)
    assert (check.verdict, check.name) == ("ok", "tap-oracle:dev:<tap>-to-target")
    (late,) = job_checks(runs, (), day, now=now + dt.timedelta(days=2))
    assert late.verdict == "failed"
    assert "newest run" in late.detail
    (unknown,) = job_checks(runs, ["other"], day, now=now)
    assert (unknown.verdict, unknown.detail) == ("failed", "no run is known")


def test_health_exits_with_1_where_a_job_is_late(url: str) -> None:
    result = call("health", "--url", url, "--format", "json", code=1)
    assert json.loads(result.stdout)["healthy"] is False
    call("health", "--url", url, "--max-age-hours", "1000000")


def test_plugins_are_listed() -> None:
    listed_plugins = json.loads(call("plugins", "--format", "json").stdout)
    profiles = {line["name"] for line in listed_plugins if line["group"].endswith("profiles")}
    assert {"oracle_ebs", "peoplesoft"} <= profiles
    assert all(line["error"] is None for line in listed_plugins)


def test_without_settings_the_setting_is_named() -> None:
    result = CliRunner(env={"SINGER_ORACLE_HOST": ""}).invoke(main, ["connect"])
    assert result.exit_code == 2
    assert "host" in result.stderr
