"""The loop that fires: it outlives the database, and what it cannot read stays in the store."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from oracle_core.errors import DatabaseError, describe
from oracle_scheduler.jobfile import pipeline_of
from oracle_scheduler.service.leadership import Leadership
from oracle_scheduler.service.settings import ServiceSettings
from oracle_scheduler.store import definitions, firing, reading
from oracle_scheduler.store.database import Database, sqlite_engine
from oracle_scheduler.store.migrations import migrate
from oracle_scheduler.triggers import service
from oracle_scheduler.triggers.service import firing_scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

GONE = DatabaseError(describe(ConnectionError("gone")))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """Return a store in a SQLite file, without a history."""
    database = Database(sqlite_engine(tmp_path / "store.db"), history_table=None)
    migrate(database)
    yield database
    database.close()


def register_due(store: Database, name: str) -> None:
    """Register a pipeline whose time has come."""
    text = f'application_name: {name}\nschedule: "@yearly"\njobs: [{{id: a, command: a}}]\n'
    definitions.register(store, pipeline_of(text, name), text)
    trigger = store.tables.trigger
    with store.transaction() as connection:
        past = store.now(connection) - dt.timedelta(seconds=1)
        where = trigger.c.pipeline_name == name
        connection.execute(sa.update(trigger).where(where).values(next_time=past))


def failing(function: Callable[..., Any], times: int) -> Callable[..., Any]:
    """Return a function that meets a database that is away for the first calls."""
    calls = iter(range(times))

    def fail_first(*arguments: Any, **named: Any) -> Any:
        if next(calls, None) is not None:
            raise GONE
        return function(*arguments, **named)

    return fail_first


def test_the_loop_outlives_a_database_that_is_away(
    store: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    register_due(store, "night")
    monkeypatch.setattr(service, "_RETRY_SECONDS", 0.0)
    scheduler = firing_scheduler(store, is_leader=lambda: True, poll_seconds=0.01)
    jobs = scheduler._lookup_jobstore("pipelines")
    monkeypatch.setattr(jobs, "get_due_jobs", failing(jobs.get_due_jobs, 2))
    monkeypatch.setattr(firing, "fire", failing(firing.fire, 2))
    scheduler.start()
    while not (runs := reading.runs(store)):
        time.sleep(0.01)
    scheduler.shutdown()
    assert [run.pipeline for run in runs] == ["night"]
    assert "'night' is fired later" in caplog.text


def test_a_definition_that_cannot_be_read_stays_and_holds_up_no_other(
    store: Database, caplog: pytest.LogCaptureFixture
) -> None:
    register_due(store, "later")
    register_due(store, "night")
    pipeline = store.tables.pipeline
    with store.transaction() as connection:
        spoiled = sa.update(pipeline).where(pipeline.c.name == "later")
        connection.execute(spoiled.values(definition="application_name: later\nnew: 1\n"))
    scheduler = firing_scheduler(store, is_leader=lambda: True, poll_seconds=0.01)
    scheduler.start()
    while not (runs := reading.runs(store)):
        time.sleep(0.01)
    scheduler.shutdown()
    assert [run.pipeline for run in runs] == ["night"]
    assert "Pipeline 'later' is left alone" in caplog.text
    rows = {row.name: row.next_time for row in reading.pipelines(store)}
    assert rows["later"] is not None and rows["later"] < dt.datetime.now(dt.UTC)


def test_who_loses_the_database_leads_no_more_until_it_is_back(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    leadership = Leadership(store, "node", ServiceSettings(lease_seconds=0.03))
    seen: list[bool] = []
    beat = leadership._beat
    calls = iter([beat, failing(beat, 1), beat])

    def next_beat() -> None:
        seen.append(leadership.is_leader())
        call = next(calls, None)
        if call is None:
            leadership._stop.set()
        else:
            call()

    monkeypatch.setattr(leadership, "_beat", next_beat)
    leadership._loop()
    assert seen == [False, True, False, True]
