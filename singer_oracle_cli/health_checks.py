"""The checks of `singer-oracle health`: connection, password, pool, modes, runs of each job."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from catalog.check import check
from catalog.command.settings import CatalogSettings
from oracle_core.connection import ConnectionSource
from oracle_core.errors import OracleError, describe
from oracle_core.history import RunRecord, RunStatus
from oracle_core.pool import pool_of
from singer_oracle_cli.connect import round_trip_ms
from singer_oracle_cli.options import NAME

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    import oracledb

Verdict = Literal["ok", "failed", "unknown", "off"]
"""`off`: a mode that the user cannot run and that nobody asked for."""

PASSWORD_DAYS = 7


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check."""

    name: str
    verdict: Verdict
    detail: str


def connection_checks(settings: Mapping[str, Any]) -> Iterator[Check]:
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


def pool_check(settings: Mapping[str, Any]) -> Check:
    """Return whether the pool gives a session beside the first one (SESSIONS_PER_USER)."""
    began = time.monotonic()
    try:
        with ConnectionSource(settings, module=NAME) as first:
            first.connection()
            pool = pool_of(settings)
            pool.release(pool.acquire(module=NAME))
    except Exception as error:  # noqa: BLE001 - what is wrong is a result here
        return Check("pool", "failed", describe(error).report)
    milliseconds = (time.monotonic() - began) * 1000
    return Check("pool", "ok", f"a second session in {milliseconds:.0f} ms")


def mode_checks(settings: Mapping[str, Any], needed: Sequence[str]) -> Iterator[Check]:
    """Yield what `oracle-catalog check` finds of each mode.

    Args:
        settings: Settings of the connection, and the tap's filters where they are given.
        needed: Modes that must be possible.
    """
    chosen = CatalogSettings.of(settings)
    try:
        with ConnectionSource(settings, module=NAME) as source:
            report = check(source.connection(), chosen.names, depth=chosen.depth())
    except Exception as error:  # noqa: BLE001 - what is wrong is a result here
        yield Check("modes", "failed" if needed else "unknown", describe(error).report)
        return
    for mode in report.modes:
        name = mode.mode.value
        if mode.is_possible:
            yield Check(f"mode {name}", "ok", "possible")
            continue
        count = len(mode.missing)
        missing = f"{count} statements for an administrator" if count else "no table is seen"
        verdict: Verdict = "failed" if name in needed else "off"
        yield Check(f"mode {name}", verdict, f"{missing}; see `singer-oracle catalog check`")


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
