"""The history as a table, in a SQLite file."""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from oracle_core.errors import ConfigurationError
from oracle_core.history import RunHistory, RunStatus, StreamRun, start_run
from oracle_core.history.ddl import HistoryNames, script
from oracle_core.history.recorder import RunRecorder
from oracle_core.history.rows import row_id
from oracle_core.history.settings import HistorySettings
from oracle_core.history.store import HistoryError, HistoryStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracle_core.history import RunRecord

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=dt.UTC)


def store_of(path: Path, table: str = "JOB_HISTORY") -> HistoryStore:
    settings = HistorySettings(table=table, url=f"sqlite:///{path}")
    return HistoryStore.of(settings, {}, module="test")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HistoryStore]:
    store = store_of(tmp_path / "history.db")
    store.migrate()
    yield store
    store.close()


def new_run(job: str = "dev:a-to-b", at: dt.datetime = NOW) -> RunRecord:
    return start_run(RunHistory(), application="tap-oracle", job=job, clock=lambda: at)[1]


def finished(run: RunRecord) -> RunRecord:
    run = run.with_stream("HR-JOBS", StreamRun("FULL_TABLE", 5, 100, 7, scn=42))
    run = run.with_stream("HR-ÜBER_STRASSE", StreamRun("INCREMENTAL", 2**53 + 1, 10**18, 8))
    return run.succeeded(run.started_at + dt.timedelta(milliseconds=1234))


def test_what_is_written_is_read(store: HistoryStore) -> None:
    run = new_run()
    number = store.begin(run, description="a to b", command="tap-oracle --config x")
    assert store.runs() == [run]
    store.begin_stream(number, run, "HR-JOBS", "FULL_TABLE")
    assert [row["STATUS"] for row in store.rows()] == ["RUNNING", "RUNNING"]
    store.end(number, finished(run))
    assert store.runs() == [finished(run)]
    rows = store.rows()
    job = "tap-oracle:dev:a-to-b"
    assert [row["ID"] for row in rows] == [job, f"{job}/HR-JOBS", f"{job}/HR-ÜBER_STRASSE"]
    assert {row["RUN_ID"] for row in rows} == {number}
    assert rows[0]["DESCRIPTION"] == "a to b"
    assert rows[0]["COMMAND"] == "tap-oracle --config x"
    assert str(rows[0]["DURATION_SECONDS"]).startswith("1.234")


def test_a_failed_run_names_code_and_stream(store: HistoryStore) -> None:
    run = new_run()
    number = store.begin(run)
    for stream in ("HR-JOBS", "HR-REGIONS"):
        store.begin_stream(number, run, stream, "FULL_TABLE")
    run = run.with_stream("HR-JOBS", StreamRun("FULL_TABLE", 5, 100, 7))
    store.end(number, run.failed(NOW, "ORA-01653", "HR-REGIONS"))
    by_id = {row["ID"].partition("/")[2]: row for row in store.rows()}
    assert {name: row["STATUS"] for name, row in by_id.items()} == {
        "": "FAILED",
        "HR-JOBS": "SUCCESS",
        "HR-REGIONS": "FAILED",
    }
    assert (by_id[""]["ERROR_CODE"], by_id[""]["ERROR_STREAM"]) == ("ORA-01653", "HR-REGIONS")


def test_numbers_go_up_and_the_newest_are_read(store: HistoryStore) -> None:
    for minute in range(5):
        run = new_run(at=NOW + dt.timedelta(minutes=minute))
        store.end(store.begin(run), finished(run))
    assert [row["RUN_ID"] for row in store.rows() if row["DESCRIPTION"] is None][::3] == [
        1, 2, 3, 4, 5
    ]  # fmt: skip
    newest = store.runs(limit=2)
    assert [run.started_at.minute for run in newest] == [7, 8]
    assert all(len(run.streams) == 2 for run in newest)


def test_runs_left_behind_are_interrupted(store: HistoryStore) -> None:
    old = new_run(at=dt.datetime.now(dt.UTC) - dt.timedelta(days=2))
    young = new_run(at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=2))
    known = new_run(at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1))
    other = new_run("dev:a-to-bee", at=old.started_at)
    for run in (old, young, known, other):
        number = store.begin(run)
        store.begin_stream(number, run, "HR-JOBS", "FULL_TABLE")
    assert store.interrupt(old.job, known_ended=[known.run_id]) == 4
    assert {run.run_id: run.status for run in store.runs()} == {
        old.run_id: RunStatus.INTERRUPTED,
        young.run_id: RunStatus.RUNNING,
        known.run_id: RunStatus.INTERRUPTED,
        other.run_id: RunStatus.RUNNING,
    }


def test_pruning_keeps_what_is_new_or_runs(store: HistoryStore) -> None:
    old, running, new = new_run(), new_run("dev:c"), new_run(at=NOW + dt.timedelta(days=9))
    for run in (old, new):
        store.end(store.begin(run), finished(run))
    store.begin(running)
    assert store.prune(NOW + dt.timedelta(days=1)) == 3
    assert {run.run_id for run in store.runs()} == {running.run_id, new.run_id}


def test_rows_without_a_status_are_pruned_where_an_empty_text_is_null(store: HistoryStore) -> None:
    def as_oracle_binds(*arguments: Any) -> tuple[str, tuple[object, ...]]:
        statement, values = arguments[2:4]
        return statement, tuple(None if value == "" else value for value in values)

    long_ago = NOW.replace(year=2020, tzinfo=None)
    store.add([{"RUN_ID": 1, "ID": "load", "STATUS": None, "LAST_RUN": long_ago}])
    sa.event.listen(store._engine, "before_cursor_execute", as_oracle_binds, retval=True)
    assert store.prune(NOW) == 1


def test_migrations_can_be_repeated_and_complete_an_older_table(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE JOB_HISTORY (run_id INTEGER NOT NULL, id TEXT NOT NULL, "
            "description TEXT, command TEXT, status TEXT, application_name TEXT, "
            "last_run TIMESTAMP DEFAULT CURRENT_TIMESTAMP, duration_seconds REAL, "
            "retry_count INTEGER DEFAULT 0, PRIMARY KEY (run_id, id))"
        )
        connection.execute(
            "INSERT INTO JOB_HISTORY VALUES (7, 'load', 'd', 'c', 'SUCCESS', 'app', "
            "'2025-01-01 02:03:04', 1.5, 1)"
        )
    connection.close()
    store = store_of(path)
    kinds = [step.kind for step in store.migrate()]
    assert kinds == ["index", "index", *["column"] * 8]
    assert store.migrate() == []
    (run,) = store.runs()
    assert (run.run_id, run.job, run.status, run.duration_ms) == (
        "7", "load", RunStatus.SUCCESS, 1500
    )  # fmt: skip
    assert store.begin(new_run()) == 8
    store.close()


def test_a_table_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "hr.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE JOB_HISTORY (employee_id INTEGER)")
    connection.close()
    store = store_of(path)
    with pytest.raises(HistoryError, match="something else"):
        store.migrate()
    store.close()


def test_the_script_for_administrators() -> None:
    text = script(HistoryNames.of(), "oracle")
    assert 'CREATE SEQUENCE "RUN_ID_SEQ"' in text
    assert 'CONSTRAINT "PK_JOB_HISTORY" PRIMARY KEY (RUN_ID, ID)' in text
    assert 'CREATE INDEX "IDX_JOB_HISTORY_RUN_ID"' in text
    assert 'CREATE INDEX "IDX_JOB_HISTORY_STATUS"' in text
    assert '"OPS"."RUNS_RUN_ID_SEQ"' in script(HistoryNames.of("RUNS", "OPS"), "oracle")


def test_long_ids_fit_and_stay_apart() -> None:
    ids = {row_id("j" * 200, "ß" * 100 + end) for end in "ab"}
    assert len(ids) == 2
    assert all(len(value.encode()) <= 255 for value in ids)


def test_a_history_that_cannot_be_written_warns_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = {"job_history_table": "RUNS", "job_history_url": f"sqlite:///{tmp_path}/no/file.db"}
    recorder = RunRecorder(config, module="test")
    run = new_run()
    with caplog.at_level(logging.WARNING):
        recorder.begin(run)
        recorder.begin_stream(run, "HR-JOBS", "FULL_TABLE")
        recorder.end(finished(run))
    assert len(caplog.records) == 1
    assert "The run history RUNS cannot be written" in caplog.text


def test_the_recorder_writes_a_run(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    config = {"job_history_table": "JOB_HISTORY", "job_history_url": f"sqlite:///{path}"}
    recorder = RunRecorder(config, module="test")
    run = new_run()
    recorder.begin(run, description="d")
    recorder.begin(run)
    recorder.begin_stream(run, "HR-JOBS", "FULL_TABLE")
    recorder.end(finished(run))
    store = store_of(path)
    assert store.runs() == [finished(run)]
    store.close()


def test_without_a_table_nothing_happens() -> None:
    recorder = RunRecorder({"job_history_table": ""}, module="test")
    recorder.begin(new_run())
    recorder.end(new_run())
    assert not recorder.has_begun


def test_only_sqlite_files_are_urls() -> None:
    with pytest.raises(ConfigurationError, match="sqlite:///PATH"):
        HistorySettings.of({"job_history_url": "postgresql://u:p@h/d"})


def test_a_dead_run_of_many_streams_needs_no_long_list(store: HistoryStore) -> None:
    """More than 1,000 expressions in a list are ORA-01795."""
    run = new_run()
    number = store.begin(run)
    other = {"RUN_ID": number, "STATUS": "RUNNING", "RUN_UUID": run.run_id}
    store.add([{**other, "ID": f"{run.job}/S{position}"} for position in range(1001)])
    binds: list[int] = []
    sa.event.listen(
        store._engine, "before_cursor_execute", lambda *given: binds.append(len(given[3]))
    )
    assert store.interrupt(run.job) == 1002
    assert max(binds) < 10


def test_streams_of_a_job_with_a_long_name_are_interrupted(store: HistoryStore) -> None:
    """ID holds 255 bytes: that of a stream is shortened and does not begin with the job."""
    run = new_run("j" * 300)
    number = store.begin(run)
    store.begin_stream(number, run, "HR-JOBS", "FULL_TABLE")
    assert store.interrupt(run.job) == 2
