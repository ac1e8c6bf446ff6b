"""What a change of state leaves beside the store's own tables: JOB_HISTORY and notices."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from oracle_core.connection import sqlalchemy_engine
from oracle_core.history import RunRecord, RunStatus, utc_now
from oracle_scheduler.jobfile import pipeline_of
from oracle_scheduler.store import (
    claims,
    definitions,
    endings,
    events,
    firing,
    interventions,
    pruning,
    readiness,
)
from oracle_scheduler.store.claims import Claimant
from oracle_scheduler.store.database import Database
from oracle_scheduler.store.endings import Ending
from oracle_scheduler.store.firing import NewRun
from oracle_scheduler.store.states import State

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from oracle_core.history.store import HistoryStore
    from oracle_scheduler.store.events import Notice

pytestmark = pytest.mark.oracle
pytest_plugins = ["tests.oracle.fix_scheduler"]

WORKER = Claimant(str(uuid.uuid4()), lease_seconds=60)
JOBS = """\
application_name: night
schedule: {interval: 60s}
notify: {on: [success, failure, missed, late], email: [dba@example.com], webhook: "${HOOK}"}
deadline: "06:00"
jobs:
- {id: load, command: load, description: the rows, max_retries: 1, retry_delay: 0}
- {id: check, command: check, dependencies: [load]}
"""


def started(store: Database) -> str:
    """Register the pipeline and start a run."""
    definitions.register(store, pipeline_of(JOBS, "night.yml"), JOBS)
    claims.set_slots(store, "default", 10)
    return firing.start(store, "night", NewRun(f"by hand {uuid.uuid4()}"))[0]


def taken(store: Database) -> str:
    claim = claims.claim(store, "default", WORKER, str(uuid.uuid4()))
    assert claim is not None
    return claim.token


def history_of(store: Database) -> HistoryStore:
    assert store.history is not None
    return store.history


def statuses(store: Database) -> dict[str, tuple[str, int]]:
    return {row["ID"]: (row["STATUS"], row["RETRY_COUNT"]) for row in history_of(store).rows()}


def notices(store: Database) -> list[Notice]:
    """Take what is due; the deadline of a run of now lies ahead."""
    return events.take_due(store)


def test_each_change_of_state_is_in_the_history(store: Database) -> None:
    run_id = started(store)
    assert statuses(store) == {"load": ("QUEUED", 0), "check": ("WAITING", 0)}
    token = taken(store)
    assert statuses(store)["load"] == ("RUNNING", 0)
    endings.finish(store, token, Ending(State.FAILED, 1))
    assert statuses(store)["load"] == ("RETRYING", 0)
    endings.finish(store, taken(store), Ending(State.TIMEOUT))
    assert statuses(store)["load"] == ("TIMEOUT", 1)
    assert statuses(store)["check"] == ("SKIPPED", 0)
    interventions.resume(store, run_id)
    interventions.cancel(store, run_id)
    rows = history_of(store).rows()
    assert {row["STATUS"] for row in rows} == {"CANCELLED"}
    assert {row["RUN_UUID"] for row in rows} == {run_id}
    assert len({row["RUN_ID"] for row in rows}) == 1
    load = next(row for row in rows if row["ID"] == "load")
    assert (load["DESCRIPTION"], load["COMMAND"]) == ("the rows", "load")
    assert load["APPLICATION_NAME"] == "night"


def test_the_tap_writes_under_the_number_of_the_run_that_started_it(store: Database) -> None:
    run_id = started(store)
    taken(store)
    (number,) = {row["RUN_ID"] for row in history_of(store).rows()}
    tap = RunRecord(str(uuid.uuid4()), "tap-oracle:a", "tap-oracle", RunStatus.RUNNING, utc_now())
    history = history_of(store)
    try:
        assert history.begin(tap, parent=run_id) == number
        history.end(int(number), tap.succeeded(utc_now()))
        assert history.begin(tap, parent=run_id) == number, "the next attempt"
        other = RunRecord(str(uuid.uuid4()), "tap-oracle:b", "t", RunStatus.RUNNING, utc_now())
        assert history.begin(other, parent=str(uuid.uuid4())) != number
    finally:
        history.run_lock.close()
    assert [run.job for run in history.runs()].count("tap-oracle:a") == 1


def test_times_that_are_missed_are_one_row_and_one_notice(store: Database) -> None:
    started(store)
    with store.transaction() as connection:
        past = store.now(connection) - dt.timedelta(minutes=5.5)
        trigger = store.tables.trigger
        connection.execute(sa.update(trigger).values(next_time=past))
    firing.fire(store, "night")
    missed = [row for row in history_of(store).rows() if row["STATUS"] == "MISSED"]
    assert [(row["ID"], row["ENDED_AT"] is not None) for row in missed] == [("night", True)]
    contents = [notice.content for notice in notices(store) if notice.channel == "email"]
    assert [(content["event"], content["missed_count"]) for content in contents] == [("missed", 5)]


def test_an_end_is_told_once_to_each_receiver(store: Database) -> None:
    run_id = started(store)
    endings.finish(store, taken(store), Ending(State.SUCCESS, 0))
    assert notices(store) == []
    endings.finish(store, taken(store), Ending(State.FAILED, 3, "exit code 3"))
    both = notices(store)
    assert sorted(notice.receiver for notice in both) == ["${HOOK}", "dba@example.com"]
    content: dict[str, Any] = both[0].content
    assert (content["event"], content["state"], content["run_id"]) == ("failure", "FAILED", run_id)
    assert [job["exit_code"] for job in content["jobs"]] == [0, 3]
    assert notices(store) == [], "whoever asks next gets none of them"
    events.sent(store, both[0])
    events.failed(store, both[1], "connection refused")
    make_due(store)
    (again,) = notices(store)
    assert (again.event_id, again.attempts) == (both[1].event_id, 1)


def make_due(store: Database) -> None:
    """Let the time of all notices come."""
    with store.transaction() as connection:
        now = store.now(connection)
        connection.execute(sa.update(store.tables.event).values(due_at=now))


def test_a_run_is_late_at_its_deadline_unless_it_has_ended(store: Database) -> None:
    run_id = started(store)
    make_due(store)
    assert {notice.content["event"] for notice in notices(store)} == {"late"}
    interventions.cancel(store, run_id)
    run_id = started(store)
    interventions.cancel(store, run_id)
    make_due(store)
    assert run_id not in {notice.content["run_id"] for notice in notices(store)}


def test_old_runs_are_deleted_with_all_that_belongs_to_them(store: Database) -> None:
    run_id = started(store)
    interventions.cancel(store, run_id)
    active = started(store)
    assert pruning.prune(store, dt.datetime.now(dt.UTC) - dt.timedelta(days=1)) == 0
    assert pruning.prune(store, dt.datetime.now(dt.UTC) + dt.timedelta(days=1)) == 1
    tables = store.tables
    for table in (tables.run, tables.task, tables.history_run):
        with store.transaction() as connection:
            run_ids = set(connection.execute(sa.select(table.c.run_id)).scalars())
        assert run_ids == {active}
    assert run_id in {row["RUN_UUID"] for row in history_of(store).rows()}


def test_what_a_store_lacks_is_listed_with_its_remedy(store: Database) -> None:
    assert {finding.remedy for finding in readiness.findings(store)} == {""}
    bare = Database(store.engine, prefix="other_", history_table="OTHER_HISTORY")
    findings = {finding.what: finding.remedy for finding in readiness.findings(bare)}
    assert "oracle-scheduler migrate" in findings["the tables are there and current"]
    assert "migrate" in findings["the run history OTHER_HISTORY can be written"]


def test_missing_grants_are_listed(oracle_database: OracleDatabase, fresh_schema: str) -> None:
    config = oracle_database.config(fresh_schema)
    database = Database(sqlalchemy_engine(config, module="scheduler test"), prefix="bare_")
    oracle_database.administer(
        *(f"REVOKE CREATE {what} FROM {fresh_schema}" for what in ("TABLE", "SEQUENCE"))
    )
    remedies = {finding.remedy for finding in readiness.findings(database)}
    database.close()
    assert f'GRANT CREATE TABLE TO "{fresh_schema}";' in remedies
    assert f'GRANT CREATE SEQUENCE TO "{fresh_schema}";' in remedies
