"""Commands that look at job files and need no store: validate, plan."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oracle_core.command import EXIT_CONFIGURATION
from oracle_core.errors import ConfigurationError
from oracle_scheduler.calendar.schedules import times
from oracle_scheduler.command.printing import print_json, print_table
from oracle_scheduler.command.store_options import format_option
from oracle_scheduler.jobfile import JobFileError, critical_path, ordered, read_pipeline

if TYPE_CHECKING:
    from oracle_scheduler.jobfile import Pipeline


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@format_option
@click.pass_context
def validate(context: click.Context, files: tuple[Path, ...], output_format: str) -> None:
    """Check job files; each problem is one line with file, line and job."""
    problems: list[str] = []
    for path in files:
        try:
            read_pipeline(path)
        except JobFileError as error:
            problems += [str(problem) for problem in error.problems]
        except ConfigurationError as error:
            problems.append(str(error))
    if output_format == "json":
        print_json({"files": len(files), "problems": problems})
    else:
        for problem in problems:
            click.echo(problem, err=True)
        if not problems:
            click.echo(f"{len(files)} job files are valid")
    if problems:
        context.exit(EXIT_CONFIGURATION)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--next", "count", type=click.IntRange(1, 10_000), default=10, show_default=True)
@click.option("--after", help="Moment in RFC 3339 from which times are shown; default: now.")
@format_option
def plan(file: Path, count: int, after: str | None, output_format: str) -> None:
    """Show the next times of a job file, the order of its jobs and its critical path."""
    pipeline = read_pipeline(file)
    moments = list(islice(times(pipeline.schedule, _moment(after)), count))
    # By timeouts: no store is asked, so that no duration of a run is known.
    chain, seconds = critical_path(pipeline.jobs, lambda job: job.timeout_seconds)
    path = [job.id for job in chain]
    if output_format == "json":
        result = {
            "pipeline": pipeline.name,
            "times": moments,
            "order": [job.id for job in ordered(pipeline.jobs)],
            "critical_path": path,
            "longest_seconds": seconds,
        }
        print_json(result)
    else:
        _print_plan(pipeline, moments, path, seconds)


def _print_plan(
    pipeline: Pipeline, moments: list[dt.datetime], path: list[str], seconds: float
) -> None:
    if moments:
        click.echo(f"Next times of {pipeline.name}, {pipeline.schedule.timezone}:")
        for moment in moments:
            utc = moment.astimezone(dt.UTC)
            click.echo(f"  {moment:%a %Y-%m-%d %H:%M:%S%z}   {utc:%Y-%m-%d %H:%M:%SZ}")
    else:
        click.echo(f"{pipeline.name} is started by hand")
    rows = [
        (job.id, job.kind, ", ".join(job.dependencies) or None, f"{job.timeout_seconds:g}")
        for job in ordered(pipeline.jobs)
    ]
    click.echo("\nJobs in order:")
    print_table(("job", "type", "after", "timeout"), rows)
    click.echo(f"\nCritical path by timeouts: {' -> '.join(path)} ({seconds:g} seconds)")


def _moment(text: str | None) -> dt.datetime:
    if text is None:
        return dt.datetime.now(dt.UTC)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        message = "must be a date and time of RFC 3339, for example 2026-10-24T00:00+02:00"
        raise ConfigurationError(message, setting="--after") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
