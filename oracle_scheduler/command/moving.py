"""Commands that bring in what other schedulers know: sync, import."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oracle_core.errors import ConfigurationError
from oracle_scheduler.child.command import Meltano
from oracle_scheduler.command.printing import print_json, print_result
from oracle_scheduler.command.store_options import PREFIX, format_option, opened, store_options
from oracle_scheduler.importing import apscheduler_store, meltano
from oracle_scheduler.jobfile import pipeline_of, read_pipeline
from oracle_scheduler.store import definitions, reading

if TYPE_CHECKING:
    from oracle_scheduler.importing.meltano import Schedule
    from oracle_scheduler.store.database import Database


@click.command()
@store_options
@click.option("--meltano", "program", envvar=f"{PREFIX}MELTANO", default="meltano")
@click.option("--meltano-project", "project", envvar=f"{PREFIX}MELTANO_PROJECT", default=".")
@click.option("--environment", envvar="MELTANO_ENVIRONMENT", help="Environment of Meltano.")
@click.option(
    "--timezone",
    envvar=f"{PREFIX}TIMEZONE",
    default="UTC",
    show_default=True,
    help="Zone of the times; Meltano's schedules have none.",
)
@click.option("--dry-run", is_flag=True, help="Print the job files and store nothing.")
@format_option
def sync(
    store_url: str,
    table_prefix: str,
    program: str,
    project: str,
    environment: str | None,
    timezone: str,
    output_format: str,
    *,
    dry_run: bool,
) -> None:
    """Store the schedules of a Meltano project as pipelines, and forget those that are gone."""
    schedules = meltano.schedules(Meltano(program, project), environment, timezone)
    if dry_run:
        if output_format == "json":
            print_json([json.loads(schedule.text) for schedule in schedules])
            return
        for schedule in schedules:
            click.echo(schedule.text)
        return
    source = f"{meltano.SOURCE}{Path(project).resolve()}"
    with opened(store_url, table_prefix) as database:
        gone = _synchronize(database, schedules, source)
    names = [schedule.name for schedule in schedules]
    text = f"{len(schedules)} schedules are stored, {len(gone)} were removed"
    print_result(output_format, {"stored": names, "removed": gone}, text)


def _synchronize(database: Database, schedules: list[Schedule], source: str) -> list[str]:
    """Store schedules, and return the names of pipelines of this project that are gone."""
    for schedule in schedules:
        pipeline = pipeline_of(schedule.text, source)
        definitions.register(database, pipeline, schedule.text, keeps_other_sources=True)
    names = {schedule.name for schedule in schedules}
    gone = [
        row.name
        for row in reading.pipelines(database)
        # Of this project alone: other projects and job files share the store.
        if row.source == source and row.name not in names
    ]
    for name in gone:
        definitions.remove(database, name, source=source)
    return gone


@click.group("import")
def import_() -> None:
    """Make job files of what other schedulers run."""


_TO = click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder of job files; a file that is there is not replaced.",
)


@import_.command("executioner")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@_TO
@format_option
def import_executioner(files: tuple[Path, ...], folder: Path, output_format: str) -> None:
    """Check job files of Executioner and copy them unchanged; add `schedule` to have them run."""
    # All are checked before the first is copied.
    for path in files:
        read_pipeline(path)
    targets = []
    for path in files:
        target = _free(folder, path.name)
        shutil.copyfile(path, target)
        targets.append(str(target))
    print_result(output_format, {"files": targets}, "\n".join(targets))


@import_.command("apscheduler")
@click.option("--url", required=True, help="SQLAlchemy URL of the job store's database.")
@click.option("--table", default="apscheduler_jobs", show_default=True)
@_TO
@format_option
@click.pass_context
def import_apscheduler(
    context: click.Context, /, url: str, table: str, folder: Path, output_format: str
) -> None:
    """Write a job file for each job of an APScheduler store; exit code 1 where one has no equal."""
    targets, failed = [], {}
    for job in apscheduler_store.jobs(url, table):
        if job.text is None:
            click.echo(f"{job.name}: {job.reason}", err=True)
            failed[job.name] = job.reason
            continue
        # The file has to be one that `serve` reads.
        pipeline_of(job.text, job.name)
        # The id of a job is any text, also one with `/`.
        safe = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in job.name)
        target = _free(folder, f"{safe.lstrip('.') or 'job'}.json")
        target.write_text(job.text + "\n", encoding="utf-8")
        targets.append(str(target))
    print_result(output_format, {"files": targets, "failed": failed}, "\n".join(targets))
    if failed:
        context.exit(1)


def _free(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    if target.exists():
        message = f"{target} is there; move it away"
        raise ConfigurationError(message, setting="--to")
    return target
