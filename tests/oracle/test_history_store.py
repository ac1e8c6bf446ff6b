"""JOB_HISTORY in Oracle: objects, runs, sessions, refusals."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from oracle_core.history import RunHistory, RunStatus, StreamRun, start_run
from oracle_core.history.liveness import RunLock
from oracle_core.history.recorder import RunRecorder
from oracle_core.history.settings import HistorySettings
from oracle_core.history.store import HistoryStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import sqlalchemy as sa
    from oracle_standin.testing import OracleDatabase

    from oracle_core.history import RunRecord

pytestmark = pytest.mark.oracle

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=dt.UTC)
COLUMNS = [
    ("RUN_ID", "NUMBER", "N"),
    ("ID", "VARCHAR2", "N"),
    ("DESCRIPTION", "VARCHAR2", "Y"),
    ("COMMAND", "VARCHAR2", "Y"),
    ("STATUS", "VARCHAR2", "Y"),
    ("APPLICATION_NAME", "VARCHAR2", "Y"),
    ("LAST_RUN", "TIMESTAMP(6)", "Y"),
    ("DURATION_SECONDS", "NUMBER", "Y"),
    ("RETRY_COUNT", "NUMBER", "Y"),
    ("RUN_UUID", "VARCHAR2", "Y"),
    ("STARTED_AT", "TIMESTAMP(3)", "Y"),
    ("ENDED_AT", "TIMESTAMP(3)", "Y"),
    ("ROW_COUNT", "NUMBER", "Y"),
    ("BYTE_COUNT", "NUMBER", "Y"),
    ("ERROR_CODE", "VARCHAR2", "Y"),
    ("ERROR_STREAM", "VARCHAR2", "Y"),
    ("DETAILS", "CLOB", "Y"),
]


@pytest.fixture
def store_in(
    oracle_database: OracleDatabase, fresh_schema: str
) -> Iterator[Callable[..., HistoryStore]]:
    """Return a function that opens stores of the fresh schema's user."""
    opened: list[HistoryStore] = []

    def open_store(table: str = "JOB_HISTORY", schema: str | None = None) -> HistoryStore:
        settings = HistorySettings(table=table, schema=schema)
        config = oracle_database.config(fresh_schema)
        opened.append(HistoryStore.of(settings, config, module="test"))
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


def new_run(job: str = "dev:a-to-b", at: dt.datetime = NOW) -> RunRecord:
    return start_run(RunHistory(), application="tap-oracle", job=job, clock=lambda: at)[1]


def finished(run: RunRecord) -> RunRecord:
    run = run.with_stream("HR-JOBS", StreamRun("FULL_TABLE", 5, 100, 7, scn=42))
    run = run.with_stream("HR-ÜBER_STRASSE", StreamRun("INCREMENTAL", 2**53 + 1, 10**18, 8))
    return run.succeeded(run.started_at + dt.timedelta(milliseconds=1234))


def end_sessions(database: OracleDatabase, user: str) -> None:
    sessions = "SELECT sid, serial# FROM v$session WHERE username = :1 AND module = 'test'"
    with closing(database.connect()) as administrator:
        for sid, serial in administrator.cursor().execute(sessions, [user]).fetchall():
            administrator.cursor().execute(f"ALTER SYSTEM KILL SESSION '{sid},{serial}' IMMEDIATE")


def test_the_objects_are_those_that_users_know(
    store_in: Callable[..., HistoryStore], oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    assert len(store_in().migrate()) == 12
    assert store_in().migrate() == []
    with (
        closing(oracle_database.connect(fresh_schema)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "SELECT column_name, data_type, nullable FROM user_tab_columns "
            "WHERE table_name = 'JOB_HISTORY' ORDER BY column_id"
        )
        assert cursor.fetchall() == COLUMNS
        cursor.execute("SELECT index_name FROM user_indexes ORDER BY index_name")
        indexes = {row[0] for row in cursor}
        cursor.execute("SELECT constraint_name FROM user_constraints WHERE constraint_type = 'P'")
        assert cursor.fetchall() == [("PK_JOB_HISTORY",)]
        cursor.execute("SELECT sequence_name FROM user_sequences")
        assert cursor.fetchall() == [("RUN_ID_SEQ",)]
    assert {"IDX_JOB_HISTORY_RUN_ID", "IDX_JOB_HISTORY_STATUS"} <= indexes


def test_what_is_written_is_read(store_in: Callable[..., HistoryStore]) -> None:
    store, run = store_in("Runs of all"), new_run()
    store.migrate()
    number = store.begin(run, description="ü€🎉", command="tap-oracle --config x")
    assert store.runs() == [run]
    store.begin_stream(number, run, "HR-JOBS", "FULL_TABLE")
    store.end(number, finished(run))
    assert store.runs() == [finished(run)]
    assert store.rows()[0]["DESCRIPTION"] == "ü€🎉"
    second = new_run(at=NOW + dt.timedelta(days=2))
    store.begin(second)
    assert store.runs(limit=1) == [second]
    assert store.prune(NOW + dt.timedelta(days=1)) == 3


def test_a_run_that_holds_its_row_is_not_interrupted(
    store_in: Callable[..., HistoryStore],
) -> None:
    alive, dead, other = store_in(), store_in(), store_in()
    alive.migrate()
    first, second = new_run(), new_run(at=NOW + dt.timedelta(minutes=1))
    number = alive.begin(first)
    dead.begin(second)
    alive.begin_stream(number, first, "HR-JOBS", "FULL_TABLE")
    dead.close()
    assert other.interrupt(first.job) == 1
    assert [run.status for run in other.runs()] == [RunStatus.RUNNING, RunStatus.INTERRUPTED]
    alive.end(number, finished(first))
    assert [run.status for run in other.runs()] == [RunStatus.SUCCESS, RunStatus.INTERRUPTED]


def test_a_run_that_lost_the_session_of_its_history_writes_its_end(
    store_in: Callable[..., HistoryStore], oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    store = store_in()
    store.migrate()
    run = new_run()
    number = store.begin(run)
    end_sessions(oracle_database, fresh_schema)
    store.end(number, finished(run))
    assert store.runs() == [finished(run)]


def test_a_run_whose_idle_session_was_ended_takes_its_row_back(
    store_in: Callable[..., HistoryStore], oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    alive, other = store_in(), store_in()
    alive.migrate()
    run = new_run()
    number = alive.begin(run)
    alive.begin_stream(number, run, "HR-JOBS", "FULL_TABLE")
    assert "job-history-keep-alive" in {thread.name for thread in threading.enumerate()}
    end_sessions(oracle_database, fresh_schema)
    # The next run comes before the thread has noticed.
    assert other.interrupt(run.job) == 2
    alive.run_lock.keep()
    assert {row["STATUS"] for row in other.rows()} == {"RUNNING"}
    assert other.interrupt(run.job) == 0
    # And here the thread was faster.
    end_sessions(oracle_database, fresh_schema)
    alive.run_lock.keep()
    assert other.interrupt(run.job) == 0
    alive.run_lock.keep()
    alive.end(number, finished(run))
    assert other.runs() == [finished(run)]


def test_a_run_found_free_between_two_transactions_takes_its_row_back(
    store_in: Callable[..., HistoryStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    alive, other = store_in(), store_in()
    alive.migrate()
    run = new_run()
    alive.begin(run)
    lock, found = RunLock._lock_row, list[int]()

    def too_late(self: RunLock, connection: sa.Connection, owned: Any) -> str | None:
        if not found:
            found.append(other.interrupt(run.job))
        return lock(self, connection, owned)

    monkeypatch.setattr(RunLock, "_lock_row", too_late)
    alive.run_lock.keep()
    assert found == [1]
    assert [row["STATUS"] for row in other.rows()] == ["RUNNING"]
    assert other.interrupt(run.job) == 0


def test_an_ended_run_is_not_locked_again(store_in: Callable[..., HistoryStore]) -> None:
    store, other = store_in(), store_in()
    store.migrate()
    run = new_run()
    store.end(store.begin(run), finished(run))
    store.run_lock.keep()
    assert other.prune(NOW + dt.timedelta(days=1)) == 3


def test_a_history_that_another_session_locks_is_one_warning(
    oracle_database: OracleDatabase,
    store_in: Callable[..., HistoryStore],
    fresh_schema: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store_in().migrate()
    monkeypatch.setattr("oracle_core.history.recorder.CALL_SECONDS", 0.3)
    config = {**oracle_database.config(fresh_schema), "job_history_table": "JOB_HISTORY"}
    recorder = RunRecorder(config, module="test")
    with (
        closing(oracle_database.connect(fresh_schema)) as session,
        caplog.at_level(logging.WARNING),
    ):
        session.cursor().execute("LOCK TABLE job_history IN EXCLUSIVE MODE")
        recorder.begin(new_run())
        recorder.end(finished(new_run()))
    assert caplog.text.count("cannot be written") == 1
    assert "DPY-4024" in caplog.text


def test_a_users_own_table_of_that_name_is_left_alone(
    oracle_database: OracleDatabase, fresh_schema: str, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        closing(oracle_database.connect(fresh_schema)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("CREATE TABLE job_history (employee_id NUMBER(6))")
    config = {**oracle_database.config(fresh_schema), "job_history_table": "JOB_HISTORY"}
    recorder = RunRecorder(config, module="test")
    with caplog.at_level(logging.WARNING):
        recorder.begin(new_run())
        recorder.end(finished(new_run()))
    assert caplog.text.count("is a table of something else") == 1


def test_a_wrong_password_is_one_warning(
    oracle_database: OracleDatabase, fresh_schema: str, caplog: pytest.LogCaptureFixture
) -> None:
    config = {
        **oracle_database.config(fresh_schema),
        "password": "canary-5521",
        "job_history_table": "JOB_HISTORY",
    }
    recorder = RunRecorder(config, module="test")
    with caplog.at_level(logging.DEBUG):
        recorder.begin(new_run())
        recorder.end(finished(new_run()))
    assert caplog.text.count("ORA-01017") == 1
    assert "canary-5521" not in caplog.text
