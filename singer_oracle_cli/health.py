"""Whether the pipelines are well, for people, monitors and exit codes."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import click

from oracle_core.connection import ConnectionSource
from oracle_core.errors import OracleError, describe
from oracle_core.history import RunRecord, RunStatus
from singer_oracle_cli.connect import round_trip_ms
from singer_oracle_cli.options import NAME, history_options, reported
from singer_oracle_cli.output import format_option, show
from singer_oracle_cli.settings import history_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import oracledb

Verdict = Literal["ok", "failed", "unknown"]
EXIT_UNHEALTHY = 1
PASSWORD_DAYS = 7
RUNS_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check."""

    name: str
    verdict: Verdict
    detail: str


@click.command()
@history_options
@click.option(
    "--max-age-hours",
    type=click.FloatRange(min=0),
    default=26.0,
    show_default=True,
    help="Age of a job's last success from which it counts as failed.",
)
@click.option("--job", "jobs", multiple=True, help="Jobs to look at; default: all that are known.")
@format_option()
def health(
    config: Path | None,
    table: str | None,
    schema: str | None,
    url: str | None,
    max_age_hours: float,
    jobs: tuple[str, ...],
    output_format: str,
) -> None:
    """Check the connection, the password's age and the last success of each job.

    Exits 0 when every check is ok, 1 when one failed, 2 for a wrong setting.
    """
    with reported("health"):
        where, settings = history_settings(config, table=table, schema=schema, url=url)
        checks: list[Check] = []
        if settings:
            checks += connection_checks(settings)
        # A database that was not reached is not tried again, with the same wait; a file can be
        # read.
        if not any(check.verdict == "failed" for check in checks) or where.url:
            from oracle_core.history.store import opened  # noqa: PLC0415 - SQLAlchemy

            try:
                with opened(where, settings, module=NAME) as store:
                    runs = store.runs(limit=RUNS_LOOKED_AT)
            except Exception as error:  # noqa: BLE001 - what is wrong is a result here
                checks.append(Check("run history", "unknown", describe(error).report))
            else:
                age = dt.timedelta(hours=max_age_hours)
                checks += job_checks(runs, jobs, age, now=dt.datetime.now(dt.UTC))
    is_well = all(check.verdict != "failed" for check in checks)
    data = {"healthy": is_well, "checks": [asdict(check) for check in checks]}
    rows = [(check.name, check.verdict, check.detail) for check in checks]
    show(data, ("CHECK", "VERDICT", "DETAIL"), rows, output_format)
    sys.exit(0 if is_well else EXIT_UNHEALTHY)


def connection_checks(settings: dict[str, object]) -> Iterator[Check]:
    """Yield whether the database can be reached, how quickly, and how old the password is."""
    try:
        with ConnectionSource(settings, module=NAME) as source:
            connection = source.connection()
            yield Check("connection", "ok", f"Oracle {connection.version}")
            yield Check("round trip", "ok", f"{round_trip_ms(connection)} ms")
            yield _password(connection)
    except OracleError as error:
        yield Check("connection", "failed", str(error))


def _password(connection: oracledb.Connection) -> Check:
    # SYSTIMESTAMP, since FIXED_DATE may hold SYSDATE (Database Reference); computed by the server,
    # because EXPIRY_DATE is in its time zone. USER_USERS is readable by every user.
    query = (
        "SELECT ACCOUNT_STATUS, EXPIRY_DATE, EXPIRY_DATE - CAST(SYSTIMESTAMP AS DATE) "
        "FROM USER_USERS"
    )
    try:
        with connection.cursor() as cursor:
            row = cursor.execute(query).fetchone()
    except Exception as error:  # noqa: BLE001 - what is wrong is a result here
        return Check("password", "unknown", describe(error).report)
    if row is None or row[1] is None:
        return Check("password", "ok", "does not expire")
    status, expires, days = row
    detail = f"{status}, expires {expires:%Y-%m-%d}"
    return Check("password", "ok" if float(days) > PASSWORD_DAYS else "failed", detail)


def job_checks(
    runs: Sequence[RunRecord], jobs: Sequence[str], max_age: dt.timedelta, *, now: dt.datetime
) -> Iterator[Check]:
    """Yield whether each job has succeeded lately.

    Args:
        runs: Runs, oldest first.
        jobs: Jobs to look at; all that have runs where there are none.
        max_age: Age of the last success from which a job counts as failed.
        now: The current moment.
    """
    by_job: dict[str, list[RunRecord]] = {job: [] for job in jobs}
    for run in runs:
        if not jobs or run.job in by_job:
            by_job.setdefault(run.job, []).append(run)
    for job, its_runs in by_job.items():
        yield _job_check(job, its_runs, max_age, now)


def _job_check(
    job: str, runs: Sequence[RunRecord], max_age: dt.timedelta, now: dt.datetime
) -> Check:
    succeeded = [run for run in runs if run.status is RunStatus.SUCCESS and run.ended_at]
    if not succeeded:
        detail = "no run is known" if not runs else f"no success in {len(runs)} run(s)"
        return Check(job, "failed", detail)
    last = succeeded[-1].ended_at
    age = now - (last or now)
    newest = runs[-1]
    detail = f"last success {age.total_seconds() / 3600:.1f} hours ago"
    if newest.status is not RunStatus.SUCCESS:
        code = f" {newest.error.code}" if newest.error else ""
        detail += f"; newest run {newest.status.value}{code}"
    return Check(job, "ok" if age <= max_age else "failed", detail)
