"""Run the demo: `python -m demo --meltano PATH`.

Starts a stand-in with a source and a target user, runs `meltano run tap-oracle target-oracle`,
changes some rows, runs it again, and compares both sides. Exits 1 when they differ.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import oracledb
from oracle_standin import Standin

from demo import runs
from demo.compare import Contents, contents
from demo.pipeline import Pipeline, state_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SOURCE, COPY = "HR", "HR_COPY"
TABLES = (
    "REGIONS",
    "COUNTRIES",
    "DEPARTMENTS",
    "JOBS",
    "EMPLOYEES",
    "JOB_HISTORY",
    "ALL_TYPES",
)
CHANGES = (
    """UPDATE employees
       SET salary = salary * 1.05, updated_at = TIMESTAMP '2025-03-01 09:00:00.000001'
       WHERE employee_id BETWEEN 100 AND 124 AND salary IS NOT NULL""",
    """INSERT INTO employees (employee_id, last_name, email, hire_date, job_id, salary, updated_at)
       VALUES (900001, 'Ünal 🎉', 'newcomer@example.com', DATE '2025-03-01', 'IT_PROG', 7654.32,
               TIMESTAMP '2025-03-01 09:00:00.000002')""",
    """UPDATE departments SET budget = budget + 0.01, updated_at = TIMESTAMP '2025-03-01 09:00:01'
       WHERE department_id = 100""",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo and return the exit code."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__.splitlines()[0])
    parser.add_argument("--meltano", required=True, type=Path, help="the meltano executable")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="singer-oracle-demo-") as folder:
        return _run(options.meltano.resolve(), Path(folder))


def _run(meltano: Path, folder: Path) -> int:
    say("starting the stand-in with 20,000 employees in schema HR")
    users = {SOURCE: "hr", COPY: "copy"}
    with Standin(users=users, samples={"hr": SOURCE}) as database:
        environment = environment_of(database, users) | runs.telemetry_environment(folder)
        pipeline = Pipeline(meltano, folder, environment)
        say("meltano run tap-oracle target-oracle")
        if pipeline.run("tap-oracle", "target-oracle"):
            return 1
        first = state_of(pipeline)
        _change(database, users)
        say("meltano run tap-oracle target-oracle   (again, after some rows changed in HR)")
        if pipeline.run("tap-oracle", "target-oracle"):
            return 1
        second = state_of(pipeline)
        agree = compare_tables(database, users)
        _show_history(first, second)
        agree &= _compare_runs([first, second], database, users, folder)
    say("source and target agree" if agree else "source and target DIFFER")
    return 0 if agree else 1


def environment_of(database: Standin, users: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which Meltano finds both users."""
    settings = {"HOST": database.host, "PORT": str(database.port)}
    environment = {"MELTANO_ENVIRONMENT": "demo"}
    for prefix, user in (("SOURCE_ORACLE", SOURCE), ("TARGET_ORACLE", COPY)):
        values = settings | {
            "SERVICE_NAME": database.service_name,
            "USER": user,
            "PASSWORD": users[user],
        }
        environment |= {f"{prefix}_{name}": value for name, value in values.items()}
    return {**os.environ, **environment}


def _connect(database: Standin, users: Mapping[str, str], user: str) -> oracledb.Connection:
    return oracledb.connect(user=user, password=users[user], dsn=database.dsn)


def _change(database: Standin, users: Mapping[str, str]) -> None:
    with closing(_connect(database, users, SOURCE)) as connection, connection.cursor() as cursor:
        for statement in CHANGES:
            cursor.execute(statement)
        connection.commit()


def compare_tables(database: Standin, users: Mapping[str, str]) -> bool:
    """Print both sides of each table, and return whether they are the same."""
    agree = True
    print(f"\n{'table':<14}{'rows HR':>9}{'rows COPY':>11}   digest HR     digest COPY   types")
    with (
        closing(_connect(database, users, SOURCE)) as source,
        closing(_connect(database, users, COPY)) as copy,
    ):
        for table in TABLES:
            left, right = contents(source, SOURCE, table), contents(copy, COPY, table)
            agree &= left == right
            print(_comparison(table, left, right))
    return agree


def _comparison(table: str, left: Contents, right: Contents) -> str:
    types = "equal" if left.columns == right.columns else "DIFFERENT"
    return (
        f"{table:<14}{left.rows:>9,}{right.rows:>11,}   "
        f"{left.digest[:12]}  {right.digest[:12]}  {types}"
    )


def _show_history(first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
    print("\nrun history, from Meltano's state")
    # The state keeps the figures of each stream for the newest run: those of the first run are
    # in the state as the first run left it.
    before = first.get("job_history", {}).get("runs", {})
    for key, run in sorted(second.get("job_history", {}).get("runs", {}).items()):
        streams = before.get(key, run)["streams"]
        print(f"  {run['started_at']}  {run['status']:<8} {run['duration_ms']:>6} ms  {key}")
        label = "first run " if key in before else "second run"
        counts = ", ".join(
            f"{name.partition('-')[2]} {stream['rows']}" for name, stream in streams.items()
        )
        print(f"    {label} moved {run['rows']:,} rows: {counts}")
    print()


def _compare_runs(
    states: Sequence[Mapping[str, Any]],
    database: Standin,
    users: Mapping[str, str],
    folder: Path,
) -> bool:
    """Print the runs as every place shows them, and return whether they are the same."""
    config = {
        "host": database.host,
        "port": database.port,
        "service_name": database.service_name,
        "user": COPY,
        "password": users[COPY],
    }
    with closing(_connect(database, users, COPY)) as connection:
        places = runs.everywhere(states, connection, config, folder)
    expected = places[0]
    agree = True
    print(f"{'where':<15}{'status':<10}{'rows':>8}{'ms':>8}   run")
    for seen in places:
        for run, first in zip(seen, expected[-len(seen) :], strict=True):
            same = run.agrees_with(first)
            agree &= same
            shown = "" if run.duration_ms is None else run.duration_ms
            note = "" if same else "   DIFFERS"
            key = run.run_id or "-"
            print(f"{run.place:<15}{run.status:<10}{run.rows:>8,}{shown:>8}   {key}{note}")
        agree &= bool(seen)
    return agree


def say(text: str) -> None:
    """Print what comes next."""
    print(f"\n== {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
