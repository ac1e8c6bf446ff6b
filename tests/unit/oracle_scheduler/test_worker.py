"""A worker whose database is slow, and what its commands must not show."""

from __future__ import annotations

import sys
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from oracle_core.errors import DatabaseError, describe
from oracle_scheduler.jobfile import pipeline_of
from oracle_scheduler.service.settings import ServiceSettings
from oracle_scheduler.service.worker import Worker
from oracle_scheduler.store import claims, definitions, firing, outputs, reading
from oracle_scheduler.store.database import Database, sqlite_engine
from oracle_scheduler.store.firing import NewRun
from oracle_scheduler.store.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """Return a store in a SQLite file, without a history."""
    database = Database(sqlite_engine(tmp_path / "store.db"), history_table=None)
    migrate(database)
    claims.set_slots(database, "default", 10)
    yield database
    database.close()


def start(store: Database, jobs: str, **top: str) -> str:
    name = str(uuid.uuid4())
    lines = [f"{key}: {value}" for key, value in {"application_name": name, **top}.items()]
    text = "\n".join([*lines, "jobs:", jobs])
    definitions.register(store, pipeline_of(text, name), text)
    return firing.start(store, name, NewRun(name))[0]


def state(store: Database, run_id: str) -> str:
    return reading.run_of(store, run_id)[0].state


def finish(worker: Worker) -> None:
    """Run rounds until nothing runs; the test's own time limit is the only one."""
    while worker.running:
        worker.step(may_claim=False)
        time.sleep(0.01)


SLEEP = '- {id: sleep, type: python, call: "time:sleep", args: [600]}'


def test_heartbeats_go_on_while_a_claim_waits_for_a_lock(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = ServiceSettings(spool=tmp_path, stop_grace_seconds=0.1)
    worker = Worker(store, "worker", settings)
    start(store, SLEEP)
    worker.step()
    (running,) = worker._running
    start(store, SLEEP)
    claim, waits, may_go_on = claims.claim, threading.Event(), threading.Event()

    def late(*arguments: Any) -> object:
        waits.set()
        may_go_on.wait()
        return claim(*arguments)

    monkeypatch.setattr(claims, "claim", late)
    thread = threading.Thread(target=worker.step)
    thread.start()
    waits.wait()
    running.kept_at = 0
    worker.keep()
    assert running.kept_at > 0
    may_go_on.set()
    thread.join()
    worker.stop()
    finish(worker)


def test_a_report_that_fails_keeps_no_other_from_being_made(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker(store, "worker", ServiceSettings(spool=tmp_path))
    first, second = (start(store, "- {id: a, command: 'true'}") for _ in range(2))
    store_output = outputs.store_output
    bad = ""

    def failing(database: Database, token: str, written: outputs.Output) -> None:
        if token == bad:
            raise DatabaseError(describe(ValueError("full")))
        store_output(database, token, written)

    monkeypatch.setattr(outputs, "store_output", failing)
    worker.step()
    bad = worker._running[0].claim.token
    while state(store, second) != "SUCCESS":
        worker.step()
    assert state(store, first) == "RUNNING"
    bad = ""
    finish(worker)
    assert state(store, first) == "SUCCESS"


def test_a_supervisor_that_cannot_be_started_fails_its_job(store: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    worker = Worker(store, "worker", ServiceSettings(spool=tmp_path / "file"))
    run_id = start(store, "- {id: a, command: 'true'}")
    worker.step()
    assert worker.running == 0
    row, (job,) = reading.run_of(store, run_id)
    assert (row.state, job.state) == ("FAILED", "FAILED")
    assert "File exists" in str(job.reason)


def test_other_spellings_of_a_secret_are_not_shown(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----"
    monkeypatch.setenv("CANARY", "ti/ger@home")
    monkeypatch.setenv("KEY", key)
    program = (
        "import os, urllib.parse as u; print('plain', os.environ['CANARY']); "
        "print('url', u.quote(os.environ['CANARY'], safe='')); print(os.environ['KEY'])"
    )
    job = f'- {{id: a, type: bash, shell: true, command: "{sys.executable} -c \\"{program}\\""}}'
    worker = Worker(store, "worker", ServiceSettings(spool=tmp_path))
    run_id = start(store, job, secret_env="[CANARY, KEY]", inherit_shell_env="[PATH]")
    worker.step()
    finish(worker)
    text = outputs.output_of(store, run_id, "a").text
    assert "plain [secret]" in text and "url [secret]" in text
    for secret in ("ti/ger@home", quote("ti/ger@home", safe=""), "MIIEvQIBADANBg"):
        assert secret not in text
