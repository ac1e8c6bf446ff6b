"""Whether the pipelines are well, for people, monitors and exit codes."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from catalog.grants import Mode
from oracle_core.errors import OracleError
from singer_oracle_cli.health_checks import (
    Check,
    connection_checks,
    job_checks,
    mode_checks,
    pool_check,
)
from singer_oracle_cli.options import history_options, reported
from singer_oracle_cli.output import format_option, show
from singer_oracle_cli.settings import history_settings
from singer_oracle_cli.sources import opened_store

if TYPE_CHECKING:
    from collections.abc import Iterator

EXIT_UNHEALTHY = 1
RUNS_LOOKED_AT = 500


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
@click.option(
    "--need",
    "needed",
    multiple=True,
    type=click.Choice([mode.value for mode in Mode]),
    help="Mode of `singer-oracle catalog check` that must be possible; repeatable.",
)
@click.option("--no-modes", is_flag=True, help="Leave the modes out: they read the dictionary.")
@format_option()
def health(
    max_age_hours: float,
    jobs: tuple[str, ...],
    needed: tuple[str, ...],
    output_format: str,
    *,
    no_modes: bool,
    **place: Any,
) -> None:
    """Check connection, password, pool, modes, and the last success of each job.

    Exits 0 when every check is ok, 1 when one failed, 2 for a wrong setting.
    """
    with reported("health"):
        where, settings = history_settings(**place)
        checks: list[Check] = []
        if settings:
            checks += connection_checks(settings)
        # A database that was not reached is not tried again, with the same wait; a file can be
        # read.
        is_reached = not any(check.verdict == "failed" for check in checks)
        if settings and is_reached:
            checks.append(pool_check(settings))
            if needed or not no_modes:
                checks += mode_checks(settings, needed)
        if is_reached or where.url:
            age = dt.timedelta(hours=max_age_hours)
            checks += _history_checks(place, jobs, age)
    is_well = all(check.verdict != "failed" for check in checks)
    data = {"healthy": is_well, "checks": [asdict(check) for check in checks]}
    rows = [(check.name, check.verdict, check.detail) for check in checks]
    show(data, ("CHECK", "VERDICT", "DETAIL"), rows, output_format)
    sys.exit(0 if is_well else EXIT_UNHEALTHY)


def _history_checks(
    place: dict[str, Any],
    jobs: tuple[str, ...],
    max_age: dt.timedelta,
) -> Iterator[Check]:
    try:
        with opened_store(**place) as store:
            runs = store.runs(limit=RUNS_LOOKED_AT)
    except OracleError as error:
        yield Check("run history", "unknown", str(error))
    else:
        yield from job_checks(runs, jobs, max_age, now=dt.datetime.now(dt.UTC))
