"""JOB_HISTORY as the target writes it."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.oracle.loader import ID, Loader, record_line, schema_line, state_line

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

RUN = "019b7ca9-8f2e-712e-9132-0b0b7bd7bde8"
ON: dict[str, Any] = {"job_history_table": "JOB_HISTORY"}


def history(status: str, **more: Any) -> str:
    run = {
        "id": "tap-oracle:dev:a-to-b",
        "application_name": "tap-oracle",
        "status": status,
        "started_at": "2026-01-02T03:04:05.678Z",
        "ended_at": None,
        "retry_count": 1,
        "streams": {},
        **more,
    }
    return state_line({"bookmarks": {}, "job_history": {"v": 1, "runs": {RUN: run}}})


def rows(loader: Loader) -> list[tuple[Any, ...]]:
    return loader.rows(
        "SELECT id, status, row_count, error_code, error_stream FROM job_history "
        "ORDER BY run_id, id"
    )


def test_a_run_of_tap_oracle_is_recorded_as_its_state_tells(loader: Loader) -> None:
    moved = {"method": "FULL_TABLE", "rows": 2, "bytes": 99, "duration_ms": 12}
    done = history("SUCCESS", ended_at="2026-01-02T03:04:06.912Z", streams={"HR-T": moved})
    records = [record_line({"ID": number}) for number in (1, 2)]
    loader.load(history("RUNNING"), schema_line(ID), *records, done, **ON)
    assert rows(loader) == [
        ("tap-oracle:dev:a-to-b", "SUCCESS", 2, None, None),
        ("tap-oracle:dev:a-to-b/HR-T", "SUCCESS", 2, None, None),
    ]
    assert loader.rows(
        "SELECT run_uuid, retry_count, duration_seconds, "
        "TO_CHAR(started_at, 'YYYY-MM-DD HH24:MI:SS.FF3'), "
        "TO_CHAR(ended_at, 'YYYY-MM-DD HH24:MI:SS.FF3') FROM job_history WHERE id NOT LIKE '%/%'"
    ) == [(RUN, 1, Decimal("1.234"), "2026-01-02 03:04:05.678", "2026-01-02 03:04:06.912")]


def test_rows_that_are_refused_are_added_to_what_the_tap_tells(loader: Loader) -> None:
    moved = {"method": "FULL_TABLE", "rows": 2, "bytes": 99, "duration_ms": 12}
    done = history("SUCCESS", ended_at="2026-01-02T03:04:06.912Z", streams={"HR-T": moved})
    records = [record_line({"ID": 1}), record_line({"ID": "x"})]
    lines = (history("RUNNING"), schema_line(ID), *records, done)
    loader.load(*lines, on_bad_row="table", **ON)
    details = "SELECT row_count, JSON_VALUE(details, '$.refused') FROM job_history ORDER BY id"
    assert loader.rows(details) == [(2, "1"), (2, "1")]


def test_a_run_of_another_tap_is_the_targets_own(loader: Loader) -> None:
    lines = (schema_line(ID), record_line({"ID": 1}), state_line({"x": 1}))
    loader.load(*lines, **ON)
    (run, stream) = rows(loader)
    assert run[0].startswith("target-oracle:")
    assert run[1:] == ("SUCCESS", 1, None, None)
    assert stream == (f"{run[0]}/HR-T", "SUCCESS", 1, None, None)


def test_an_empty_run_is_recorded(loader: Loader) -> None:
    loader.load(history("RUNNING"), history("SUCCESS", ended_at="2026-01-02T03:04:06Z"), **ON)
    assert rows(loader) == [("tap-oracle:dev:a-to-b", "SUCCESS", 0, None, None)]


def test_a_failed_load_names_code_and_stream(loader: Loader) -> None:
    loader.execute("CREATE TABLE t (id NUMBER(18) PRIMARY KEY, CONSTRAINT c CHECK (id < 5))")
    loader.load(history("RUNNING"), schema_line(ID), record_line({"ID": 7}), code=1, **ON)
    assert rows(loader) == [
        ("tap-oracle:dev:a-to-b", "FAILED", 0, "ORA-02290", "HR-T"),
        ("tap-oracle:dev:a-to-b/HR-T", "FAILED", 0, "ORA-02290", "HR-T"),
    ]


def test_a_tap_that_did_not_finish_leaves_an_interrupted_run(loader: Loader) -> None:
    loader.load(history("RUNNING"), schema_line(ID), record_line({"ID": 7}), **ON)
    assert [row[1] for row in rows(loader)] == ["INTERRUPTED", "INTERRUPTED"]


def test_a_killed_load_is_interrupted_by_the_next(
    loader: Loader, target: Plugin, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    config = oracle_database.config(fresh_schema, batch_size_rows=1, **ON)
    with target.start(config) as process:
        assert process.stdin and process.stdout
        lines = (history("RUNNING"), schema_line(ID), record_line({"ID": 1}), state_line({"a": 1}))
        process.stdin.write("".join(line + "\n" for line in lines).encode())
        process.stdin.flush()
        while json.loads(process.stdout.readline()) != {"a": 1}:
            pass
        process.send_signal(signal.SIGKILL)
    assert [row[1] for row in rows(loader)] == ["RUNNING", "RUNNING"]
    newer = "019b7caa-8f2e-712e-9132-0b0b7bd7bde8"
    told = json.loads(history("RUNNING"))
    runs = told["value"]["job_history"]["runs"]
    runs[newer] = {**runs[RUN], "started_at": "2026-01-02T04:00:00Z"}
    runs[RUN]["status"] = "INTERRUPTED"
    loader.load(json.dumps(told), **ON)
    statuses = loader.rows("SELECT run_uuid, status FROM job_history WHERE id NOT LIKE '%/%'")
    assert dict(statuses) == {RUN: "INTERRUPTED", newer: "INTERRUPTED"}


def test_a_signal_is_the_code_of_the_run(
    loader: Loader, target: Plugin, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    config = oracle_database.config(fresh_schema, batch_size_rows=1, **ON)
    with target.start(config) as process:
        assert process.stdin and process.stdout
        lines = (history("RUNNING"), schema_line(ID), record_line({"ID": 1}), state_line({"a": 1}))
        process.stdin.write("".join(line + "\n" for line in lines).encode())
        process.stdin.flush()
        while json.loads(process.stdout.readline()) != {"a": 1}:
            pass
        process.send_signal(signal.SIGTERM)
        process.wait()
    assert rows(loader)[0][1:4] == ("FAILED", 1, "SIGTERM")


def test_a_refused_log_on_is_recorded_in_a_file(
    target: Plugin, oracle_database: OracleDatabase, fresh_schema: str, tmp_path: Path
) -> None:
    path = tmp_path / "history.db"
    config = {
        **oracle_database.config(fresh_schema, **ON),
        "password": "canary-7731",
        "job_history_url": f"sqlite:///{path}",
    }
    done = target.run(config, stdin=f"{schema_line(ID)}\n".encode())
    assert done.code == 1
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT status, error_code FROM JOB_HISTORY").fetchall()
    assert found == [("FAILED", "ORA-01017")]
    assert "canary-7731" not in done.stderr + path.read_bytes().decode("latin-1")


def test_a_history_that_cannot_be_written_lets_the_data_flow(loader: Loader) -> None:
    done = loader.load(
        schema_line(ID),
        record_line({"ID": 1}),
        job_history_table="JOB_HISTORY",
        job_history_url="sqlite:////nowhere/history.db",
    )
    assert loader.rows("SELECT id FROM t") == [(1,)]
    assert done.stderr.count("cannot be written") == 1


def test_the_session_shows_the_run(
    target: Plugin, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    config = oracle_database.config(fresh_schema, batch_size_rows=1, **ON)
    query = f"SELECT client_identifier FROM v$session WHERE username = '{fresh_schema}'"
    with target.start(config) as process:
        assert process.stdin and process.stdout
        lines = (history("RUNNING"), schema_line(ID), record_line({"ID": 1}), state_line({"a": 1}))
        process.stdin.write("".join(line + "\n" for line in lines).encode())
        process.stdin.flush()
        while json.loads(process.stdout.readline()) != {"a": 1}:
            pass
        with closing(oracle_database.connect()) as connection, connection.cursor() as cursor:
            identifiers = {row[0] for row in cursor.execute(query)}
        process.stdin.close()
        process.wait()
    assert identifiers == {RUN}


def test_a_stream_that_would_go_into_the_history_is_refused(loader: Loader) -> None:
    line = loader.error(schema_line(ID, stream="HR-JOB_HISTORY"), **ON)
    assert "'HR-JOB_HISTORY'" in line
    assert "set job_history_table" in line


def test_a_stream_goes_into_its_table_of_that_name_as_before(loader: Loader) -> None:
    lines = (schema_line(ID, stream="HR-JOB_HISTORY"), record_line({"ID": 1}, "HR-JOB_HISTORY"))
    loader.load(*lines)
    done = loader.load(*lines, **ON)
    assert "is a table of something else" in done.stderr
    assert loader.rows("SELECT id FROM job_history") == [(1,)]
