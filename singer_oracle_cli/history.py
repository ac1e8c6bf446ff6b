"""`singer-oracle history`: the runs, from JOB_HISTORY, a state file or Meltano's state."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oracle_core.errors import ConfigurationError
from oracle_core.history.ddl import HistoryNames, script
from oracle_core.history.settings import DEFAULT_TABLE
from singer_oracle_cli.compliance import compliance
from singer_oracle_cli.options import history_options, reported
from singer_oracle_cli.output import format_option, show
from singer_oracle_cli.report import report_page
from singer_oracle_cli.sources import (
    RUN_HEADER,
    opened_store,
    plain_run,
    run_row,
    runs_of_file,
    runs_of_meltano,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_core.history import RunRecord

DEFAULT_LIMIT = 50


@click.group()
def history() -> None:
    """Show, report, prune, export and import the history of runs."""


def source_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where runs are read from."""
    options = (
        click.option(
            "--state",
            "state_file",
            type=click.Path(path_type=Path, exists=True),
            help="Read the runs of a Singer state file instead.",
        ),
        click.option("--meltano", "state_id", help="Read the runs of Meltano's state instead."),
        click.option(
            "--limit",
            type=click.IntRange(min=1),
            default=DEFAULT_LIMIT,
            show_default=True,
            help="Newest runs to read.",
        ),
        click.option("--job", help="Runs of this job alone."),
    )
    # Decorators apply from the last to the first: reversed, `--help` lists them as they stand.
    for option in reversed(options):
        function = option(function)
    return history_options(function)


def read_runs(
    *,
    config: Path | None,
    table: str | None,
    schema: str | None,
    url: str | None,
    state_file: Path | None,
    state_id: str | None,
    limit: int,
    job: str | None,
) -> list[RunRecord]:
    """Return the newest runs of the source that the options name, oldest first."""
    if state_file is not None:
        runs = runs_of_file(state_file)
    elif state_id is not None:
        runs = runs_of_meltano(state_id)
    else:
        with opened_store(config, table, schema, url) as store:
            # The newest `limit` runs may hold none of the job.
            runs = store.runs(limit=None if job else limit)
    return [run for run in runs if job is None or run.job == job][-limit:]


@history.command(name="list")
@source_options
@format_option()
def list_runs(output_format: str, **source: Any) -> None:
    """List the newest runs."""
    with reported("history list"):
        runs = read_runs(**source)
        show([plain_run(run) for run in runs], RUN_HEADER, map(run_row, runs), output_format)


@history.command(name="show")
@click.argument("run_id")
@source_options
@format_option()
def show_run(run_id: str, output_format: str, **source: Any) -> None:
    """Show one run with its streams; the beginning of its id is enough."""
    with reported("history show"):
        runs = [run for run in read_runs(**source) if run.run_id.startswith(run_id)]
        if len(runs) != 1:
            msg = f"{len(runs)} runs begin with {run_id}; see `singer-oracle history list`"
            raise ConfigurationError(msg)
        (run,) = runs
        if output_format == "table":
            show(None, RUN_HEADER, [run_row(run)], output_format)
            click.echo()
        header = ("STREAM", "METHOD", "ROWS", "BYTES", "SECONDS", "SCN")
        rows = [
            (name, s.method, s.rows, s.bytes, s.duration_ms / 1000, s.scn)
            for name, s in run.streams.items()
        ]
        show(plain_run(run), header, rows, output_format)


@history.command()
@source_options
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The HTML file.")
@click.option("--title", default="Runs of tap-oracle and target-oracle", show_default=True)
def report(out: Path, title: str, **source: Any) -> None:
    """Write a page with tables and charts; it needs no network and no other file."""
    with reported("history report"):
        runs = read_runs(**source)
        page = report_page(runs, title=title, now=dt.datetime.now(dt.UTC))
        try:
            out.write_text(page, encoding="utf-8")
        except OSError as error:
            msg = f"{out} cannot be written: {error.strerror}"
            raise ConfigurationError(msg, setting="--out") from error
        click.echo(f"{out}: {len(runs)} runs", err=True)


@history.command()
@history_options
@click.option(
    "--keep-days",
    type=click.IntRange(min=1),
    required=True,
    help="Days whose runs are kept; runs that have not ended are always kept.",
)
def prune(
    config: Path | None, table: str | None, schema: str | None, url: str | None, keep_days: int
) -> None:
    """Delete the rows of old runs."""
    with reported("history prune"), opened_store(config, table, schema, url) as store:
        before = dt.datetime.now(dt.UTC) - dt.timedelta(days=keep_days)
        click.echo(f"{store.prune(before)} rows deleted")


@history.command()
@history_options
@format_option(default="csv")
def export(
    config: Path | None,
    table: str | None,
    schema: str | None,
    url: str | None,
    output_format: str,
) -> None:
    """Write every row of the table as it is."""
    with reported("history export"):
        with opened_store(config, table, schema, url) as store:
            rows = store.rows()
            names = store.column_names
        show(rows, names, [tuple(row.values()) for row in rows], output_format)


@history.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@history_options
def import_file(
    file: Path, config: Path | None, table: str | None, schema: str | None, url: str | None
) -> None:
    """Import the table job_history of a SQLite FILE, as older schedulers keep it.

    Rows whose RUN_ID and ID are there already are left out, so that it can be repeated.
    """
    with reported("history import"):
        from oracle_core.history.old_file import read_old_history  # noqa: PLC0415 - one use

        rows = read_old_history(file)
        with opened_store(config, table, schema, url) as store:
            store.migrate()
            added = store.add(rows)
        click.echo(f"{added} of {len(rows)} rows added")


@history.command()
@history_options
@click.option("--print-sql", is_flag=True, help="Print every statement and run none.")
def migrate(
    config: Path | None,
    table: str | None,
    schema: str | None,
    url: str | None,
    *,
    print_sql: bool,
) -> None:
    """Make what the history needs, or print it for an administrator."""
    with reported("history migrate"):
        # Without a connection: the script is for the case that this user may not create tables.
        if print_sql:
            names = HistoryNames.of(table or DEFAULT_TABLE, schema)
            sys.stdout.write(script(names, "sqlite" if url else "oracle"))
            return
        with opened_store(config, table, schema, url) as store:
            done = store.migrate()
        for step in done:
            click.echo(f"{step.number:03} {step.kind} {step.name}")
        click.echo(f"{len(done)} migrations run")


history.add_command(compliance)
