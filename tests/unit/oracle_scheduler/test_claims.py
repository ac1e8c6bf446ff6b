"""What a claim passes over, and what a run begins with; the races are in `tests/oracle`."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from oracle_scheduler.jobfile import pipeline_of
from oracle_scheduler.store import (
    claims,
    definitions,
    endings,
    firing,
    interventions,
    pruning,
    reading,
)
from oracle_scheduler.store.claims import Claim, Claimant
from oracle_scheduler.store.database import Database, sqlite_engine
from oracle_scheduler.store.endings import Ending
from oracle_scheduler.store.firing import NewRun
from oracle_scheduler.store.migrations import migrate
from oracle_scheduler.store.states import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKER = Claimant("worker", lease_seconds=60)
SUCCESS = Ending(State.SUCCESS, 0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """Return a store in a SQLite file, without a history."""
    database = Database(sqlite_engine(tmp_path / "store.db"), history_table=None)
    migrate(database)
    claims.set_slots(database, "default", 10)
    yield database
    database.close()


def register(store: Database, name: str, jobs: str, **top: str) -> None:
    lines = [f"{key}: {value}" for key, value in {"application_name": name, **top}.items()]
    text = "\n".join([*lines, "jobs:", jobs])
    definitions.register(store, pipeline_of(text, name), text)


def start(store: Database, name: str) -> str:
    return firing.start(store, name, NewRun(str(uuid.uuid4())))[0]


def take(store: Database) -> Claim | None:
    return claims.claim(store, "default", WORKER, str(uuid.uuid4()))


def taken(store: Database) -> Claim:
    claim = take(store)
    assert claim is not None
    return claim


def state(store: Database, run_id: str) -> str:
    return reading.run_of(store, run_id)[0].state


def test_a_waiting_run_begins_with_the_jobs_of_its_own_definition(store: Database) -> None:
    register(store, "night", "- {id: old, command: old}")
    start(store, "night")
    register(
        store,
        "night",
        "- {id: new, command: new, dependencies: [first]}\n- {id: first, command: first}",
    )
    second = start(store, "night")
    endings.finish(store, taken(store).token, SUCCESS)
    claim = taken(store)
    assert (claim.run_id, claim.job.id) == (second, "first")
    assert take(store) is None


def test_a_run_that_is_called_done_lets_the_next_begin(store: Database) -> None:
    register(store, "night", "- {id: load, command: load}")
    first, second = start(store, "night"), start(store, "night")
    interventions.mark_success(store, first, ["load"])
    assert (state(store, first), state(store, second)) == (State.SUCCESS, State.QUEUED)


def test_a_run_with_many_ready_jobs_lets_others_start(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "_CANDIDATES", 2)
    many = "\n".join(f"- {{id: j{number}, command: run}}" for number in range(5))
    register(store, "many", many, parallel="true", max_workers="1")
    register(store, "small", "- {id: only, command: run}")
    start(store, "many")
    small = start(store, "small")
    assert taken(store).run_id != small
    assert taken(store).run_id == small


def spoil(store: Database, run_id: str) -> None:
    """Let a definition be one that only a later version can read."""
    run = store.tables.run
    with store.transaction() as connection:
        statement = sa.update(run).where(run.c.run_id == run_id)
        connection.execute(statement.values(definition="application_name: a\nlater: 1\n"))


def test_a_job_of_a_later_version_is_left_alone(
    store: Database, caplog: pytest.LogCaptureFixture
) -> None:
    register(store, "later", "- {id: load, command: load}")
    register(store, "night", "- {id: load, command: load}")
    later, night = start(store, "later"), start(store, "night")
    spoil(store, later)
    assert taken(store).run_id == night
    assert take(store) is None
    assert f"Run {later} is left to other workers" in caplog.text


def expire(store: Database) -> None:
    with store.transaction() as connection:
        past = store.now(connection) - dt.timedelta(minutes=1)
        connection.execute(sa.update(store.tables.task).values(lease_until=past))


def test_lost_attempts_are_found_beside_one_of_a_later_version(store: Database) -> None:
    register(store, "later", "- {id: load, command: load}")
    register(store, "night", "- {id: load, command: load}")
    later, night = start(store, "later"), start(store, "night")
    assert {taken(store).run_id, taken(store).run_id} == {later, night}
    spoil(store, later)
    expire(store)
    assert endings.reap(store) == 1
    assert state(store, night) == State.FAILED


def test_what_never_began_is_started_again_whatever_the_job_says(store: Database) -> None:
    register(store, "night", "- {id: load, command: load, on_interrupted: fail}")
    run_id = start(store, "night")
    ending = Ending(State.INTERRUPTED, was_started=False)
    endings.finish(store, taken(store).token, ending)
    assert taken(store).attempt == 2
    assert state(store, run_id) == State.RUNNING


def test_a_claim_that_was_extended_in_time_is_not_ended(store: Database) -> None:
    register(store, "night", "- {id: load, command: load}")
    start(store, "night")
    token = taken(store).token
    expire(store)
    assert claims.extend(store, token, 60)
    lost = Ending(State.INTERRUPTED)
    assert not endings.finish(store, token, lost, only_expired=True)
    assert endings.finish(store, token, SUCCESS)


def test_a_run_that_goes_on_is_not_pruned(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    register(store, "night", "- {id: load, command: load}")
    run_id = start(store, "night")
    endings.finish(store, taken(store).token, Ending(State.FAILED, 1))
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    is_old = pruning._is_old

    def resumed(
        database: Database, connection: sa.Connection, name: str, before: dt.datetime
    ) -> bool:
        run = database.tables.run
        active = {"state": State.WAITING, "ended_at": None}
        connection.execute(sa.update(run).where(run.c.run_id == name).values(active))
        return is_old(database, connection, name, before)

    monkeypatch.setattr(pruning, "_is_old", resumed)
    assert pruning.prune(store, later) == 0
    assert state(store, run_id) == State.WAITING


def test_a_migration_that_was_broken_off_gets_its_indexes(tmp_path: Path) -> None:
    database = Database(sqlite_engine(tmp_path / "broken.db"), history_table=None)
    table = database.tables.task
    indexes, table.indexes = table.indexes, set()
    table.create(database.engine)
    table.indexes = indexes
    migrate(database)
    names = {index["name"] for index in sa.inspect(database.engine).get_indexes(table.name)}
    assert names == {index.name for index in indexes}
    database.close()


def test_heartbeats_and_claims_read_by_index(store: Database) -> None:
    register(store, "night", "- {id: load, command: load}")
    start(store, "night")
    token = taken(store).token
    plans: list[str] = []

    @sa.event.listens_for(store.engine, "before_cursor_execute")
    def _explain(
        _connection: object, cursor: Any, statement: str, parameters: Any, *_: object
    ) -> None:
        if statement.startswith(("SELECT", "UPDATE")) and "sched_run.definition" not in statement:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in cursor.fetchall())

    claims.extend(store, token, 60)
    endings.reap(store)
    take(store)
    assert plans
    scans = [plan for plan in plans if plan.startswith("SCAN") and "INDEX" not in plan]
    assert scans == []
