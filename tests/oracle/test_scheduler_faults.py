"""Faults of the database at the calls of a night: one run per time, one attempt per job."""

from __future__ import annotations

import datetime as dt
import sys
import time
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from oracle_standin import Standin
from oracle_standin.faults import Fault
from oracle_standin.testing import OracleDatabase

from oracle_core.connection import sqlalchemy_engine
from oracle_core.retry import Backoff
from oracle_scheduler.child import processes
from oracle_scheduler.jobfile import pipeline_of
from oracle_scheduler.service.settings import ServiceSettings
from oracle_scheduler.service.worker import Worker
from oracle_scheduler.store import claims, definitions, endings, events, firing, nodes
from oracle_scheduler.store.claims import Claimant
from oracle_scheduler.store.database import Database
from oracle_scheduler.store.endings import Ending
from oracle_scheduler.store.firing import NewRun
from oracle_scheduler.store.migrations import migrate
from oracle_scheduler.store.states import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.oracle, pytest.mark.standin]

FAULTS = {
    "dropped before": Fault("drop", "."),
    "dropped after": Fault("drop", ".", after=True),
    "COMMIT not sent": Fault("drop", "COMMIT"),
    "COMMIT lost": Fault("drop", "COMMIT", after=True),
    "deadlock": Fault("fail", ".", code=60),
}
STRIDE = {name: 1 if "COMMIT" in name else 11 for name in FAULTS}
"""Each COMMIT meets its fault; of the other calls every 11th does."""

JOBS = """\
application_name: {name}
schedule: {{interval: 3600s}}
notify: {{on: [success], email: [dba@example.com]}}
jobs:
- {{id: load, command: load}}
- {{id: check, command: check, dependencies: [load]}}
"""


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    """Return a server with fault switches."""
    with Standin(users={"SCHED": "pw"}, faults=True) as standin:
        yield standin


@pytest.fixture(scope="module")
def store(standin: Standin) -> Iterator[Database]:
    """Return a store in it that tries again at once."""
    oracle = OracleDatabase(standin.dsn, "SYSTEM", "oracle", True, {"SCHED": "pw"})
    engine = sqlalchemy_engine(oracle.config("SCHED"), module="scheduler faults")
    database = Database(engine, backoff=Backoff(attempts=3, first_seconds=0.001))
    migrate(database)
    claims.set_slots(database, "default", 100)
    yield database
    database.close()


@pytest.fixture(autouse=True)
def _without_faults(standin: Standin) -> Iterator[None]:
    yield
    standin.clear_faults()


def night(store: Database, name: str) -> None:
    """Fire a time that has come, and run its jobs to their end."""
    claimant = Claimant(str(uuid.uuid4()), lease_seconds=600)
    firing.fire(store, name)
    for _ in range(2):
        claim = claims.claim(store, "default", claimant, str(uuid.uuid4()))
        assert claim is not None
        endings.finish(store, claim.token, Ending(State.SUCCESS, 0))


def prepared(store: Database) -> str:
    """Register a pipeline whose time has come."""
    name = f"night-{uuid.uuid4()}"
    text = JOBS.format(name=name)
    definitions.register(store, pipeline_of(text, name), text)
    trigger = store.tables.trigger
    with store.transaction() as connection:
        past = store.now(connection) - dt.timedelta(seconds=1)
        due = sa.update(trigger).where(trigger.c.pipeline_name == name)
        connection.execute(due.values(next_time=past))
    return name


def outcome(store: Database, name: str) -> tuple[object, ...]:
    """Return what a night has left: runs, attempts, rows of the history, notices."""
    tables = store.tables
    with store.transaction() as connection:
        runs = connection.execute(
            sa.select(tables.run.c.run_id, tables.run.c.state).where(
                tables.run.c.pipeline_name == name
            )
        ).all()
        run_ids = [row.run_id for row in runs]
        attempts = connection.execute(
            sa.select(tables.attempt.c.job_id, tables.attempt.c.state)
            .where(tables.attempt.c.run_id.in_(run_ids))
            .order_by(tables.attempt.c.job_id)
        ).all()
        count = sa.select(sa.func.count()).select_from(tables.event)
        notices = connection.execute(count.where(tables.event.c.run_id.in_(run_ids))).scalar()
    assert store.history is not None
    history = [
        (row["ID"], row["STATUS"]) for row in store.history.rows() if row["RUN_UUID"] in run_ids
    ]
    return [row.state for row in runs], [tuple(row) for row in attempts], history, notices


EXPECTED = (
    ["SUCCESS"],
    [("check", "SUCCESS"), ("load", "SUCCESS")],
    [("check", "SUCCESS"), ("load", "SUCCESS")],
    1,
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_call_leaves_one_run_and_one_attempt(
    standin: Standin, store: Database, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    is_commit = "COMMIT" in fault
    event = "commit" if is_commit else "before_cursor_execute"
    sa.event.listen(store.engine, event, count)
    night(store, prepared(store))
    sa.event.remove(store.engine, event, count)
    assert calls > 4
    for skip in range(0, calls, STRIDE[fault]):
        name = prepared(store)
        standin.inject(replace(FAULTS[fault], skip=skip))
        night(store, name)
        standin.clear_faults()
        assert outcome(store, name) == EXPECTED, f"{fault} at call {skip}"
    assert "scheduler store" in caplog.text, "transactions were repeated"


SLEEP = """\
application_name: sleeper
jobs: [{id: sleep, type: python, call: "time:sleep", args: [600]}]
"""


def state_of(store: Database, run_id: str) -> tuple[str, int]:
    task = store.tables.task
    query = sa.select(task.c.state, task.c.attempts).where(task.c.run_id == run_id)
    with store.transaction() as connection:
        return tuple(connection.execute(query).one())


@pytest.mark.parametrize("code", [2391, 28001, 12514], ids=["sessions", "password", "gone"])
def test_a_worker_outlives_a_database_that_lets_nobody_in(
    standin: Standin, store: Database, tmp_path: Path, code: int
) -> None:
    settings = ServiceSettings(spool=tmp_path, stop_grace_seconds=0.1)
    node_id = str(uuid.uuid4())
    nodes.register(store, node_id, settings.roles)
    worker = Worker(store, node_id, settings)
    definitions.register(store, pipeline_of(SLEEP, "sleeper"), SLEEP)
    run_id, _ = firing.start(store, "sleeper", NewRun(f"by hand {uuid.uuid4()}"))
    worker.step()
    assert state_of(store, run_id) == ("RUNNING", 1)
    (running,) = worker._running
    while not processes.descendants(running.child.pid):
        time.sleep(0.01)
    standin.inject(Fault("drop", ".", times=0))
    standin.inject(Fault("fail", "LOGON", times=0, code=code))
    # Ten minutes later: no heartbeat has come through.
    running.kept_at = 0
    running.child.keep(time.monotonic() - 600)
    while not running.child.poll():
        worker.step()
        time.sleep(0.02)
    worker.step()
    standin.clear_faults()
    while worker.running:
        worker.step(may_claim=False)
    assert state_of(store, run_id) == ("INTERRUPTED", 1)


def test_a_pause_beside_a_firing_lets_no_later_time_become_a_run(store: Database) -> None:
    name = prepared(store)
    definitions.set_paused(store, name, is_paused=True)
    assert firing.fire(store, name) == ()
    definitions.set_paused(store, name, is_paused=False)
    assert len(firing.fire(store, name)) == 1
    assert firing.fire(store, name) == ()


def test_no_secret_is_in_any_table(store: Database, tmp_path: Path) -> None:
    secret = f"tiger-{uuid.uuid4()}"
    text = f"""\
application_name: secretive
inherit_shell_env: [PATH]
secret_env: [CANARY]
notify: {{on: [failure], webhook: "${{HOOK}}"}}
jobs:
- id: tell
  type: bash
  shell: true
  command: "{sys.executable} -c 'import os; print(os.environ[\\"CANARY\\"]); raise SystemExit(3)'"
"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CANARY", secret)
        patch.setenv("HOOK", f"http://127.0.0.1:9/{secret}")
        worker = Worker(store, str(uuid.uuid4()), ServiceSettings(spool=tmp_path))
        definitions.register(store, pipeline_of(text, "secretive"), text)
        run_id, _ = firing.start(store, "secretive", NewRun(f"by hand {uuid.uuid4()}"))
        worker.step()
        while worker.running:
            worker.step(may_claim=False)
    assert state_of(store, run_id) == ("FAILED", 1)
    assert events.take_due(store), "the notice of the failure"
    assert store.history is not None
    rows = [str(row) for row in store.history.rows()]
    with store.transaction() as connection:
        for table in store.tables.metadata.tables.values():
            rows += [str(tuple(row)) for row in connection.execute(sa.select(table))]
    rows += [path.read_text() for path in tmp_path.iterdir()]
    assert any("[secret]" in row for row in rows), "the output was kept"
    assert not [row for row in rows if secret in row]
