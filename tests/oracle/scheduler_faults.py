"""Due times under random kills: `make faults-scheduler` [TIMES=2000].

Three `serve` processes share one Oracle store. While pipelines come due every second, processes
of the service and supervisors of jobs are killed, or stopped for longer than the lease. In the end
each time has exactly one run, no attempt of a job was started twice, none was lost, and no process
of a job is left.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from oracle_standin import Standin
from oracle_standin.testing import OracleDatabase

from oracle_core.connection import sqlalchemy_engine
from oracle_core.retry import Backoff
from oracle_scheduler.child import processes
from oracle_scheduler.child.handle import MARK
from oracle_scheduler.child.processes import send
from oracle_scheduler.jobfile import pipeline_of
from oracle_scheduler.store import definitions, migrations
from oracle_scheduler.store.database import Database
from oracle_scheduler.store.states import ACTIVE, State

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = str(Path(sys.executable).with_name("oracle-scheduler"))
PROCESSES = 3
PIPELINES = 10
LEASE_SECONDS = 5.0

JOB_FILE = """\
application_name: {name}
schedule: {{interval: 1s}}
catch_up: all
catch_up_max: 1000
max_active_runs: 1000
jobs:
- {{id: note, command: "echo $RUN_ID $ATTEMPT >> {starts}", on_interrupted: retry, max_retries: 50}}
"""


def children(process: int) -> list[int]:
    """Return the ids of a process's children, which are supervisors."""
    below = processes.descendants(process)
    return [number for number in below if processes.parent(Path(f"/proc/{number}")) == process]


def stop(process: int) -> None:
    """Stop a process for longer than the lease."""
    send(process, signal.SIGSTOP)
    time.sleep(LEASE_SECONDS * 1.2)
    send(process, signal.SIGCONT)


def left_over(tokens: set[str]) -> list[str]:
    """Return the processes of attempts that outlive the service."""
    lines = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found = re.search(rf"{MARK}=([\w-]+)", (entry / "environ").read_text(errors="replace"))
            if found and found[1] in tokens:
                lines.append(f"left over: process {entry.name}")
    return lines


class Loop:
    """One run of the loop."""

    def __init__(self, database: OracleDatabase, folder: Path, times: int, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.folder = folder
        self.times = times
        user = database.create_user("SCHED")
        config = database.config(user)
        names = {f"ORACLE_SCHEDULER_{name.upper()}": str(value) for name, value in config.items()}
        self.env = {**os.environ, **names, "ORACLE_SCHEDULER_STORE_URL": "oracle"}
        engine = sqlalchemy_engine(config, module="scheduler faults")
        self.store = Database(engine, backoff=Backoff(attempts=20))
        self.processes: list[subprocess.Popen[bytes]] = []
        self.faults: Counter[str] = Counter()

    def start(self, number: int) -> subprocess.Popen[bytes]:
        """Start a process of the service."""
        with (self.folder / f"serve-{number}.log").open("ab") as log:
            return subprocess.Popen(
                [
                    *(PROGRAM, "serve", "--only", "scheduler,worker", "--poll-seconds", "0.2"),
                    *("--lease-seconds", str(LEASE_SECONDS), "--stop-grace-seconds", "2"),
                    *("--slots", "8", "--log-dir", str(self.folder / f"spool-{number}")),
                ],
                env=self.env,
                stdout=log,
                stderr=log,
            )

    def run(self) -> list[str]:
        """Let times come due under faults, and return what is wrong in the end."""
        migrations.migrate(self.store)
        for number in range(PIPELINES):
            name = f"pipeline-{number}"
            text = JOB_FILE.format(name=name, starts=self.folder / "starts")
            definitions.register(self.store, pipeline_of(text, name), text)
        self.processes = [self.start(number) for number in range(PROCESSES)]
        while self.fired() < self.times:
            time.sleep(self.chance.uniform(1.0, 5.0))
            self.fault()
            print(f"{self.fired()} times, {self.active()} active, {dict(self.faults)}", flush=True)
        for number in range(PIPELINES):
            definitions.set_paused(self.store, f"pipeline-{number}", is_paused=True)
        # Faults go on while jobs run; the last ones may end in peace.
        while (active := self.active()) > 50:
            time.sleep(self.chance.uniform(1.0, 5.0))
            self.fault()
            print(f"{active} active, {dict(self.faults)}", flush=True)
        while self.active():
            time.sleep(0.5)
        print(f"{self.fired()} times, {self.interrupted()} attempts interrupted")
        return self.wrong()

    def fault(self) -> None:
        """Meet one process; then there are three again."""
        kinds = {"kill": 4, "stop": 3, "kill supervisor": 2, "stop supervisor": 1}
        (kind,) = self.chance.choices(list(kinds), list(kinds.values()))
        number = self.chance.randrange(PROCESSES)
        process = self.processes[number]
        self.faults[kind] += 1
        if kind == "kill":
            process.kill()
            process.wait()
            self.processes[number] = self.start(number)
        elif kind == "stop":
            stop(process.pid)
        else:
            supervisors = children(process.pid)
            if supervisors and kind == "kill supervisor":
                send(self.chance.choice(supervisors), signal.SIGKILL)
            elif supervisors:
                stop(self.chance.choice(supervisors))

    def scalar(self, query: sa.Select[int]) -> int:
        with self.store.transaction() as connection:
            return int(connection.execute(query).scalar_one())

    def fired(self) -> int:
        return self.scalar(sa.select(sa.func.count()).select_from(self.store.tables.run))

    def active(self) -> int:
        run = self.store.tables.run
        where = run.c.state.in_(sorted(ACTIVE))
        return self.scalar(sa.select(sa.func.count()).select_from(run).where(where))

    def interrupted(self) -> int:
        attempt = self.store.tables.attempt
        where = attempt.c.state == State.INTERRUPTED
        return self.scalar(sa.select(sa.func.count()).select_from(attempt).where(where))

    def tokens(self) -> set[str]:
        with self.store.transaction() as connection:
            query = sa.select(self.store.tables.attempt.c.token)
            return set(connection.execute(query).scalars())

    def wrong(self) -> list[str]:
        """Return what does not agree."""
        return [*self.wrong_times(), *self.wrong_starts()]

    def wrong_times(self) -> list[str]:
        """Return pipelines whose runs are not one per second without a gap."""
        run = self.store.tables.run
        query = sa.select(run.c.pipeline_name, run.c.scheduled_for, run.c.state)
        with self.store.transaction() as connection:
            rows = connection.execute(query).all()
        lines = []
        for name in sorted({row.pipeline_name for row in rows}):
            moments = sorted(row.scheduled_for for row in rows if row.pipeline_name == name)
            gaps = {later - earlier for earlier, later in pairwise(moments)}
            if gaps - {dt.timedelta(seconds=1)}:
                lines.append(f"{name}: times lie {sorted(gaps)} apart")
        states = Counter(row.state for row in rows)
        if set(states) - {"SUCCESS"}:
            lines.append(f"runs ended as {dict(states)}")
        return lines

    def wrong_starts(self) -> list[str]:
        """Return attempts that were started twice, and runs that were never started."""
        starts = Counter((self.folder / "starts").read_text(encoding="utf-8").splitlines())
        twice = [line for line, count in starts.items() if count > 1]
        run = self.store.tables.run
        with self.store.transaction() as connection:
            run_ids = {row.run_id for row in connection.execute(sa.select(run.c.run_id))}
        lost = run_ids - {line.split()[0] for line in starts}
        return [f"started twice: {line}" for line in twice] + [f"lost: {name}" for name in lost]

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.store.close()


def main(arguments: Sequence[str]) -> int:
    """Run the loop and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args(arguments)
    # As an exception, so that the processes of the service are ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(f"seed {options.seed}", flush=True)
    with Standin() as standin, tempfile.TemporaryDirectory() as folder:
        database = OracleDatabase(standin.dsn, "SYSTEM", "oracle", is_standin=True)
        loop = Loop(database, Path(folder), options.times, options.seed)
        try:
            lines = loop.run()
            tokens = loop.tokens()
        finally:
            loop.end()
        time.sleep(LEASE_SECONDS)
        lines += left_over(tokens)
    print("\n".join(lines) or "runs = times, none started twice, none lost, none left over")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
