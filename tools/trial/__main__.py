"""Do what a demanding new user does, and print a line per task; exit code 1 when one failed.

Runs at most about fifteen minutes against a stand-in. Run it before calling an issue resolved.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import oracledb
import psycopg
from oracle_standin import Standin

from tools.trial.desk import Desk
from tools.trial.postgres import postgres_server
from tools.trial.project import USERS, TrialError
from tools.trial.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Sequence

_FAILURES = (
    TrialError,
    OSError,
    subprocess.SubprocessError,
    oracledb.Error,
    psycopg.Error,
    LookupError,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tasks and return the exit code."""
    parser = argparse.ArgumentParser(prog="trial", description=__doc__.splitlines()[0])
    parser.add_argument("--meltano", required=True, type=Path, help="the meltano executable")
    parser.add_argument("--rows", type=int, default=2_000_000, help="rows of the largest task")
    parser.add_argument("--only", default="", help="tasks whose name contains this text")
    options = parser.parse_args(arguments)
    failed = 0
    with (
        tempfile.TemporaryDirectory(prefix="trial-") as folder,
        Standin(users=USERS, samples={"hr": "HR"}) as database,
        postgres_server() as postgres,
    ):
        desk = Desk(database, postgres, Path(folder), options.meltano.resolve(), options.rows)
        for name, task in TASKS:
            if options.only not in name:
                continue
            start = time.monotonic()
            try:
                result, verdict = task(desk), "ok"
            except _FAILURES as error:
                result, verdict = f"{type(error).__name__}: {error}", "FAILED"
                failed += 1
            print(f"{verdict:<7}{time.monotonic() - start:6.1f} s  {name}: {result}", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
