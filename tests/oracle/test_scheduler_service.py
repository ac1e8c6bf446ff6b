"""The service as processes: fire, run, stop, and lose a worker."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
import sqlalchemy as sa

from oracle_core.connection import sqlalchemy_engine
from oracle_scheduler.store import migrations, outputs, reading
from oracle_scheduler.store.database import Database, sqlite_engine
from oracle_scheduler.store.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from oracle_standin.testing import OracleDatabase

pytestmark = [pytest.mark.oracle, pytest.mark.scheduler]

PROGRAM = str(Path(sys.executable).with_name("oracle-scheduler"))
FINAL = {"SUCCESS", "FAILED", "CANCELLED", "MISSED", "SKIPPED"}


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what has to come; the test's own time limit is the only one."""
    while not condition():
        time.sleep(0.05)


class Scheduler:
    """Starts `oracle-scheduler` with one store."""

    def __init__(self, folder: Path, store: dict[str, str], database: Database) -> None:
        self.folder = folder
        self.database = database
        self.env = {**os.environ, **{f"ORACLE_SCHEDULER_{k}": v for k, v in store.items()}}
        self.processes: list[subprocess.Popen[bytes]] = []
        (folder / "jobs").mkdir()

    def call(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [PROGRAM, *arguments],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    def json(self, *arguments: str) -> Any:
        return json.loads(self.call(*arguments, "--format", "json"))

    def serve(self, *options: str) -> subprocess.Popen[bytes]:
        number = len(self.processes)
        with (self.folder / f"serve-{number}.log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(PROGRAM, "serve", "--poll-seconds", "0.1", "--lease-seconds", "10"),
                    *("--only", "scheduler,worker"),
                    *("--log-dir", f"spool-{number}", "--stop-grace-seconds", "2", *options),
                ],
                cwd=self.folder,
                env=self.env,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.database.close()

    def log(self, number: int = 0) -> str:
        return (self.folder / f"serve-{number}.log").read_text(encoding="utf-8")

    def job_file(self, text: str) -> str:
        (self.folder / "night.yml").write_text(text, encoding="utf-8")
        return "night.yml"

    def state(self, run_id: str) -> str:
        return reading.run_of(self.database, run_id)[0].state

    def job(self, run_id: str, job_id: str) -> reading.TaskRow:
        jobs = reading.run_of(self.database, run_id)[1]
        return next(job for job in jobs if job.job_id == job_id)


def in_sqlite(folder: Path) -> Scheduler:
    path = folder / "store.db"
    return Scheduler(folder, {"STORE_URL": f"sqlite:///{path}"}, Database(sqlite_engine(path)))


@pytest.fixture(params=["sqlite", "oracle"])
def scheduler(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scheduler]:
    if request.param == "sqlite":
        result = in_sqlite(tmp_path)
    else:
        oracle: OracleDatabase = request.getfixturevalue("oracle_database")
        config = oracle.config(request.getfixturevalue("fresh_schema"))
        store = {"STORE_URL": "oracle", **{k.upper(): str(v) for k, v in config.items()}}
        database = Database(sqlalchemy_engine(config, module="scheduler test"))
        result = Scheduler(tmp_path, store, database)
    migrations.migrate(result.database)
    yield result
    result.end()


CHAIN = """\
application_name: night
jobs:
- {id: load, command: "echo loading $ONE"}
- {id: check, type: python, call: "os:getcwd", dependencies: [load]}
"""


def test_a_pipeline_runs_to_its_end_and_its_output_is_kept(scheduler: Scheduler) -> None:
    process = scheduler.serve()
    output = scheduler.json("run", scheduler.job_file(CHAIN), "--wait", "--env", "ONE=1")
    assert output["state"] == "SUCCESS"
    assert scheduler.call("logs", output["run_id"], "load") == "loading 1\n"
    assert scheduler.call("logs", output["run_id"], "load", "--follow") == "loading 1\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0, scheduler.log()


def test_times_of_a_job_file_become_runs(scheduler: Scheduler) -> None:
    text = CHAIN.replace("jobs:", "schedule: {interval: 1s}\njobs:", 1)
    (scheduler.folder / "jobs" / "night.yml").write_text(text, encoding="utf-8")
    process = scheduler.serve("--jobs-dir", "jobs")
    wait_until(lambda: sum(run.state in FINAL for run in reading.runs(scheduler.database)) >= 2)
    scheduler.call("pause", "night")
    keys = [run["scheduled_for"] for run in scheduler.json("runs", "list")]
    assert len(keys) == len(set(keys))
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0, scheduler.log()


FOLLOWED = """\
application_name: night
jobs:
- {id: load, command: "echo one; while ! test -e ready; do sleep 0.1; done; echo two"}
"""


def test_output_is_followed_over_http_while_a_job_runs(scheduler: Scheduler) -> None:
    process = scheduler.serve("--only", "scheduler,worker,api", "--bind", "127.0.0.1:0")
    wait_until(lambda: "Pages and API are at" in scheduler.log())
    url = re.findall(r"at (http://\S+)", scheduler.log())[0]

    def ask(path: str) -> Any:
        return httpx2.get(f"{url}{path}").raise_for_status().json()

    wait_until(lambda: scheduler.json("nodes")[0]["roles"] == "api,scheduler,worker")
    job_file = (scheduler.folder / "night.yml").resolve()
    job_file.write_text(FOLLOWED, encoding="utf-8")
    run_id = scheduler.json("run", str(job_file))["run_id"]
    wait_until(lambda: "one" in str(outputs_of(scheduler, run_id)))
    first = ask(f"/api/runs/{run_id}/output/load")
    assert (first["text"], first["is_complete"]) == ("one\n", False)
    (scheduler.folder / "ready").touch()
    wait_until(lambda: scheduler.state(run_id) == "SUCCESS")
    rest = ask(f"/api/runs/{run_id}/output/load?after={first['next']}")
    assert (rest["text"], rest["is_complete"]) == ("two\n", True)
    assert ask("/health") == {"status": "ok", "reason": None}
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0, scheduler.log()


def outputs_of(scheduler: Scheduler, run_id: str) -> str:
    try:
        return outputs.output_of(scheduler.database, run_id, "load").text
    except UnknownNameError:
        return ""


def test_no_secret_is_shown_anywhere(scheduler: Scheduler) -> None:
    secret = "correct-horse-battery"
    scheduler.env["DATABASE_PASSWORD"] = secret
    scheduler.serve("--only", "scheduler,worker,api", "--bind", "127.0.0.1:0")
    token = scheduler.call("token", "create", "me").strip()
    text = "application_name: night\nsecret_env: [DATABASE_PASSWORD]\njobs:\n"
    command = "echo begin $DATABASE_PASSWORD end; exit 3"
    job_file = scheduler.job_file(f'{text}- {{id: load, command: "{command}"}}\n')
    run_id = scheduler.json("run", job_file)["run_id"]
    wait_until(lambda: scheduler.state(run_id) == "FAILED")
    url = re.findall(r"at (http://\S+)", scheduler.log())[0]
    texts = [scheduler.log()]
    for path in ("/", "/pipelines/night", f"/runs/{run_id}", "/history", "/nodes", "/status"):
        answer = httpx2.get(f"{url}{path}", headers={"Authorization": f"Bearer {token}"})
        texts.append(answer.raise_for_status().text)
    with scheduler.database.transaction() as connection:
        for table in scheduler.database.tables.metadata.sorted_tables:
            texts += [str(tuple(row)) for row in connection.execute(sa.select(table))]
    texts += [path.read_text() for path in scheduler.folder.glob("spool-*/*")]
    assert "begin" in "".join(texts)
    for value in (secret, token, scheduler.env.get("ORACLE_SCHEDULER_PASSWORD")):
        assert not [text for text in texts if value and value in text]


def test_an_open_interface_for_other_machines_is_refused(tmp_path: Path) -> None:
    scheduler = in_sqlite(tmp_path)
    scheduler.call("migrate")
    everywhere = ("--bind", "0.0.0.0:0")
    assert "has no token" in scheduler.call("serve", *everywhere, code=2)
    token = scheduler.call("token", "create", "me", "--scope", "operate").strip()
    assert "without TLS" in scheduler.call("serve", *everywhere, code=2)
    listed = scheduler.call("token", "list")
    assert "operate" in listed and token not in listed
    scheduler.call("token", "revoke", "me")
    assert "no token is called 'me'" in scheduler.call("token", "revoke", "me", code=2)
    scheduler.end()


SLEEPER = """\
application_name: night
jobs:
- id: sleep
  type: python
  call: "time:sleep"
  args: [600]
  on_interrupted: {what}
"""


def test_a_stop_interrupts_what_runs(scheduler: Scheduler) -> None:
    process = scheduler.serve()
    run_id = scheduler.json("run", scheduler.job_file(SLEEPER.format(what="fail")))["run_id"]
    wait_until(lambda: scheduler.job(run_id, "sleep").state == "RUNNING")
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0, scheduler.log()
    assert scheduler.job(run_id, "sleep").state == "INTERRUPTED"
    assert scheduler.state(run_id) == "FAILED"


def test_a_cancelled_run_ends_its_command(scheduler: Scheduler) -> None:
    scheduler.serve()
    run_id = scheduler.json("run", scheduler.job_file(SLEEPER.format(what="fail")))["run_id"]
    wait_until(lambda: scheduler.job(run_id, "sleep").state == "RUNNING")
    scheduler.call("cancel", run_id)
    assert scheduler.state(run_id) == "CANCELLED"
    wait_until(lambda: "the claim is lost" in scheduler.log())
    wait_until(lambda: "job 'sleep': INTERRUPTED" in scheduler.log())


def test_a_killed_worker_is_replaced(scheduler: Scheduler) -> None:
    first = scheduler.serve()
    run_id = scheduler.json("run", scheduler.job_file(SLEEPER.format(what="retry")))["run_id"]
    wait_until(lambda: scheduler.job(run_id, "sleep").state == "RUNNING")
    first.kill()
    first.wait()
    scheduler.serve()
    wait_until(lambda: scheduler.job(run_id, "sleep").attempts == 2)


def test_a_failed_run_is_resumed(scheduler: Scheduler) -> None:
    scheduler.serve()
    text = CHAIN.replace("echo loading $ONE", "test -e ready && echo loading")
    run_id = scheduler.json("run", scheduler.job_file(text))["run_id"]
    wait_until(lambda: scheduler.state(run_id) == "FAILED")
    assert scheduler.job(run_id, "check").state == "SKIPPED"
    (scheduler.folder / "ready").touch()
    scheduler.call("resume", run_id)
    wait_until(lambda: scheduler.state(run_id) == "SUCCESS")


def test_errors_are_one_line_with_exit_code_2(scheduler: Scheduler) -> None:
    assert "no pipeline is called 'day'" in scheduler.call("run", "day", code=2)
    assert "no run has the id 'x'" in scheduler.call("runs", "show", "x", code=2)
    bad = scheduler.job_file("application_name: a\njobs: [{id: b}]\n")
    assert "night.yml:2: job 'b': 'command' is missing" in scheduler.call("validate", bad, code=2)


def test_a_second_service_on_one_sqlite_file_is_refused(tmp_path: Path) -> None:
    scheduler = in_sqlite(tmp_path)
    assert "up to date" in scheduler.call("migrate")
    scheduler.serve()
    try:
        wait_until(lambda: "Serving as" in scheduler.log())
        assert "another service uses" in scheduler.call("serve", code=2)
    finally:
        scheduler.end()
