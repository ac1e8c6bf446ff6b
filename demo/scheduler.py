"""Run the demo of the scheduler: `python -m demo.scheduler --meltano PATH`.

Two processes of `oracle-scheduler` share a store in Oracle and take over the schedules of this
Meltano project. The process that runs the load is killed; the other one finishes the run. Then
JOB_HISTORY, the API and the page of the run are compared, and both schemas. Exits 1 when they
differ.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import oracledb
from oracle_standin import Standin

from demo.__main__ import COPY, SOURCE, compare_tables, environment_of, say
from demo.pipeline import PROJECT, QUIET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

STORE = "SCHED"
PROGRAM = str(Path(sys.executable).with_name("oracle-scheduler"))
SECONDS_MAX = 600
FINAL = {"SUCCESS", "FAILED", "CANCELLED"}


@dataclass
class Service:
    """The processes of the service, and the command that asks about them.

    Attributes:
        folder: Where logs, outputs and Meltano's own database go.
        environment: Of the processes and what they start.
        processes: What was started, by the address of its API.
    """

    folder: Path
    environment: Mapping[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def call(self, *arguments: str) -> str:
        """Run a command of `oracle-scheduler` and return what it printed."""
        done = subprocess.run(  # noqa: S603 - our own command line
            [PROGRAM, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def serve(self, meltano: Path) -> str:
        """Start a process and return the address of its API."""
        log_path = self.folder / f"serve-{len(self.processes)}.log"
        options = {
            "--bind": "127.0.0.1:0",
            "--lease-seconds": "6",
            "--log-dir": f"outputs-{len(self.processes)}",
            "--meltano": str(meltano),
            "--meltano-project": str(PROJECT),
        }
        with log_path.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command line
                [PROGRAM, "serve", *(word for option in options.items() for word in option)],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        pattern = re.compile(r"Pages and API are at (\S+)")
        for _ in waiting("a process answers"):
            match = pattern.search(log_path.read_text(encoding="utf-8"))
            if match is not None:
                self.processes[match[1]] = process
                return match[1]
            if process.poll() is not None:
                raise RuntimeError(log_path.read_text(encoding="utf-8"))
        raise AssertionError

    def end(self) -> None:
        """Stop all processes."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait()


def waiting(what: str) -> Iterator[None]:
    """Yield twice a second until it takes too long.

    Raises:
        TimeoutError: If it does.
    """
    end = time.monotonic() + SECONDS_MAX
    while time.monotonic() < end:
        yield
        time.sleep(0.5)
    raise TimeoutError(what)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo and return the exit code."""
    parser = argparse.ArgumentParser(prog="demo.scheduler", description=__doc__.splitlines()[0])
    parser.add_argument("--meltano", required=True, type=Path, help="the meltano executable")
    parser.add_argument(
        "--screenshot",
        type=Path,
        default=PROJECT / "output" / "demo-scheduler.png",
        help="where the page of the run is drawn, if chromium is installed",
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="oracle-scheduler-demo-") as folder:
        return _run(options.meltano.resolve(), Path(folder), options.screenshot)


def _run(meltano: Path, folder: Path, picture: Path) -> int:
    say("starting the stand-in with 20,000 employees in schema HR, and a schema for the scheduler")
    users = {SOURCE: "hr", COPY: "copy", STORE: "sched"}
    with Standin(users=users, samples={"hr": SOURCE}) as database:
        environment = _environment(database, users, folder)
        service = Service(folder, environment)
        service.call("migrate")
        name = _take_over_schedule(service, meltano)
        say(f"two processes of oracle-scheduler; pipeline {name}")
        try:
            addresses = [service.serve(meltano) for _ in range(2)]
            agree = _run_and_kill(service, addresses, name, picture)
            with _connect(database, users) as connection:
                agree &= _compare_places(service, connection, name)
        finally:
            service.end()
        agree &= compare_tables(database, users)
    say("all places agree" if agree else "the places DIFFER")
    return 0 if agree else 1


def _environment(database: Standin, users: Mapping[str, str], folder: Path) -> dict[str, str]:
    store = {
        "STORE_URL": "oracle",
        "HOST": database.host,
        "PORT": str(database.port),
        "SERVICE_NAME": database.service_name,
        "USER": STORE,
        "PASSWORD": users[STORE],
    }
    own = {f"ORACLE_SCHEDULER_{name}": value for name, value in store.items()}
    meltano = {"MELTANO_DATABASE_URI": f"sqlite:///{folder}/meltano.db"}
    return environment_of(database, users) | QUIET | meltano | own


def _connect(database: Standin, users: Mapping[str, str]) -> closing[oracledb.Connection]:
    return closing(oracledb.connect(user=STORE, password=users[STORE], dsn=database.dsn))


def _take_over_schedule(service: Service, meltano: Path) -> str:
    """Store the project's schedule as a pipeline and return its name."""
    say("oracle-scheduler sync")
    options = ("--meltano", str(meltano), "--meltano-project", str(PROJECT))
    print(service.call("sync", *options).strip())
    return str(json.loads(service.call("pipelines", "--format=json"))[0]["name"])


def _run_and_kill(service: Service, addresses: list[str], name: str, picture: Path) -> bool:
    """Run the pipeline, kill the process that does it, and wait for the other."""
    run_id = _ask(f"{addresses[0]}/api/pipelines/{name}/run", method="POST")["run_id"]
    for _ in waiting("the load starts"):
        job = _ask(f"{addresses[0]}/api/runs/{run_id}")["jobs"][0]
        if job["state"] == "RUNNING":
            break
    time.sleep(3)  # so that there is half a load to lose
    pids = {
        row["node_id"]: row["pid"] for row in json.loads(service.call("nodes", "--format=json"))
    }
    os.kill(pids[job["node_id"]], signal.SIGKILL)
    say(f"killed process {pids[job['node_id']]}, which ran the load")
    for address, process in list(service.processes.items()):
        if process.pid == pids[job["node_id"]]:
            process.wait()
            del service.processes[address]
    (address,) = service.processes
    for _ in waiting("the other process ends the run"):
        detail = _ask(f"{address}/api/runs/{run_id}")
        if detail["run"]["state"] in FINAL:
            break
    job = detail["jobs"][0]
    say(f"run {run_id}: {detail['run']['state']} after {job['attempts']} attempts")
    _draw(f"{address}/runs/{run_id}", picture)
    return bool(job["attempts"] == 2 and detail["run"]["state"] == "SUCCESS")


def _compare_places(service: Service, connection: oracledb.Connection, name: str) -> bool:
    """Print the newest run as every place shows it, and return whether they agree."""
    (address,) = service.processes
    run = _ask(f"{address}/api/runs?pipeline={name}")[0]
    run_id = run["run_id"]
    jobs = _ask(f"{address}/api/runs/{run_id}")["jobs"]
    shown = _text(f"{address}/runs/{run_id}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, status FROM job_history WHERE run_uuid = :1", [run_id])
        recorded = dict(cursor.fetchall())
    places = {
        "API": {job["job_id"]: job["state"] for job in jobs},
        "page": dict(
            re.findall(
                rf'<a href="/runs/{run_id}\?job=([^"]+)">[^<]*</a></td>\s*'
                r'<td><span class="state (\w+)">',
                shown,
            )
        ),
        "command": {
            job["job_id"]: job["state"]
            for job in json.loads(service.call("runs", "show", run_id, "--format=json"))["jobs"]
        },
        "JOB_HISTORY": recorded,
    }
    for place, states in places.items():
        print(f"{place:<12} {states}")
    return all(states == places["API"] for states in places.values())


def _ask(url: str, method: str = "GET") -> Any:  # noqa: ANN401 - JSON
    return json.loads(_text(url, method))


def _text(url: str, method: str = "GET") -> str:
    request = urllib.request.Request(url, method=method)  # noqa: S310 - our own address
    with contextlib.closing(urllib.request.urlopen(request)) as answer:  # noqa: S310
        return str(answer.read().decode())


def _draw(url: str, picture: Path) -> None:
    """Draw a page as a browser shows it, where there is one."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        say("no picture: chromium is not installed")
        return
    picture.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(  # noqa: S603 - our own command line
            [
                *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *("--window-size=1200,1200", f"--screenshot={picture}"),
                *(f"--user-data-dir={profile}", "--virtual-time-budget=1500", url),
            ],
            capture_output=True,
            check=True,
            timeout=120,
        )
    say(f"the page of the run is drawn in {picture}")


if __name__ == "__main__":
    sys.exit(main())
