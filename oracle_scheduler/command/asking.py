"""Commands that show runs and change their course."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from oracle_core.errors import ConfigurationError
from oracle_scheduler.command.printing import print_json, print_result, print_table
from oracle_scheduler.command.store_options import format_option, opened, store_options
from oracle_scheduler.store import definitions, interventions, outputs, reading

if TYPE_CHECKING:
    from oracle_scheduler.store.database import Database

_FOLLOW_SECONDS = 1.0


@click.group()
def runs() -> None:
    """Show runs."""


@runs.command("list")
@store_options
@click.option("--pipeline", help="Only runs of this pipeline.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@format_option
def runs_list(
    store_url: str, table_prefix: str, pipeline: str | None, limit: int, output_format: str
) -> None:
    """Show the newest runs, newest first."""
    with opened(store_url, table_prefix) as database:
        rows = reading.runs(database, pipeline=pipeline, limit=limit)
    if output_format == "json":
        print_json(rows)
        return
    print_table(
        ("run", "pipeline", "state", "scheduled for", "started", "ended", "reason"),
        [
            (
                *(row.run_id, row.pipeline, row.state, row.scheduled_for),
                *(row.started_at, row.ended_at, row.reason),
            )
            for row in rows
        ],
    )


@runs.command("show")
@click.argument("run_id")
@store_options
@format_option
def runs_show(run_id: str, store_url: str, table_prefix: str, output_format: str) -> None:
    """Show one run with its jobs."""
    with opened(store_url, table_prefix) as database:
        row, tasks = reading.run_of(database, run_id)
    if output_format == "json":
        print_json({"run": row, "jobs": tasks})
        return
    click.echo(f"{row.pipeline} {row.state}{f': {row.reason}' if row.reason else ''}\n")
    print_table(
        ("job", "state", "attempts", "exit", "started", "ended", "reason"),
        [
            (
                *(task.job_id, task.state, task.attempts, task.exit_code),
                *(task.started_at, task.ended_at, task.reason),
            )
            for task in tasks
        ],
    )


@click.command()
@click.argument("run_id")
@click.argument("job_id")
@store_options
@click.option("--attempt", type=click.IntRange(1), help="Default: the last that has written.")
@click.option("--follow", is_flag=True, help="Go on until the attempt has ended.")
@format_option
def logs(
    run_id: str,
    job_id: str,
    store_url: str,
    table_prefix: str,
    attempt: int | None,
    output_format: str,
    *,
    follow: bool,
) -> None:
    """Print what a job wrote."""
    if follow and output_format == "json":
        message = "prints text as it comes; JSON is one value"
        raise ConfigurationError(message, setting="--follow")
    with opened(store_url, table_prefix) as database:
        output = outputs.output_of(database, run_id, job_id, attempt)
        if output_format == "json":
            print_json({**asdict(output), "text": output.text})
            return
        if not follow:
            click.echo(output.text, nl=False)
            return
        # `after` and not `text`: the line about a gap has no position in the output.
        text, position = output.after(0)
        click.echo(text, nl=False)
        while not output.is_complete:
            time.sleep(_FOLLOW_SECONDS)
            # The attempt that was begun with: a retry would start again at its own first byte.
            output = outputs.output_of(database, run_id, job_id, output.attempt)
            text, position = output.after(position)
            click.echo(text, nl=False)


@click.command()
@click.argument("run_id")
@store_options
@click.option("--failed-only", is_flag=True, help="Start only the jobs that failed again.")
@format_option
def resume(
    run_id: str, store_url: str, table_prefix: str, output_format: str, *, failed_only: bool
) -> None:
    """Start the jobs of a run that are not done again."""
    with opened(store_url, table_prefix) as database:
        interventions.resume(database, run_id, failed_only=failed_only)
        _print_run(database, run_id, output_format)


def _print_run(database: Database, run_id: str, output_format: str) -> None:
    """Print the state that a run has come to."""
    row, _ = reading.run_of(database, run_id)
    values = {"run_id": run_id, "state": row.state}
    print_result(output_format, values, f"run {run_id} is {row.state}")


@click.command("mark-success")
@click.argument("run_id")
@click.argument("job_ids", nargs=-1, required=True)
@store_options
@format_option
def mark_success(
    run_id: str, job_ids: tuple[str, ...], store_url: str, table_prefix: str, output_format: str
) -> None:
    """Call jobs of a run done, so that those behind them may start."""
    with opened(store_url, table_prefix) as database:
        interventions.mark_success(database, run_id, job_ids)
        _print_run(database, run_id, output_format)


@click.command()
@click.argument("run_id")
@store_options
@format_option
def cancel(run_id: str, store_url: str, table_prefix: str, output_format: str) -> None:
    """Cancel a run; what runs is killed."""
    with opened(store_url, table_prefix) as database:
        interventions.cancel(database, run_id)
        _print_run(database, run_id, output_format)


@click.command()
@click.argument("pipeline")
@store_options
@format_option
def pause(pipeline: str, store_url: str, table_prefix: str, output_format: str) -> None:
    """Let no further time of a pipeline become a run."""
    with opened(store_url, table_prefix) as database:
        definitions.set_paused(database, pipeline, is_paused=True)
    print_result(output_format, {"pipeline": pipeline, "paused": True}, f"{pipeline} is paused")


@click.command()
@click.argument("pipeline")
@store_options
@format_option
def unpause(pipeline: str, store_url: str, table_prefix: str, output_format: str) -> None:
    """Let the times of a pipeline become runs again; `catch_up` decides about those that passed."""
    with opened(store_url, table_prefix) as database:
        definitions.set_paused(database, pipeline, is_paused=False)
    print_result(output_format, {"pipeline": pipeline, "paused": False}, f"{pipeline} goes on")


@click.command()
@store_options
@format_option
def nodes(store_url: str, table_prefix: str, output_format: str) -> None:
    """Show the processes of the service."""
    with opened(store_url, table_prefix) as database:
        rows = reading.nodes(database)
    if output_format == "json":
        print_json(rows)
        return
    print_table(
        ("node", "host", "pid", "roles", "started", "seen"),
        [(row.node_id, row.host, row.pid, row.roles, row.started_at, row.seen_at) for row in rows],
    )


@click.command()
@store_options
@format_option
def pipelines(store_url: str, table_prefix: str, output_format: str) -> None:
    """Show the pipelines and their next times."""
    with opened(store_url, table_prefix) as database:
        rows = reading.pipelines(database)
    if output_format == "json":
        print_json(rows)
        return
    print_table(
        ("pipeline", "next time", "paused", "file"),
        [(row.name, row.next_time, "yes" if row.is_paused else "no", row.source) for row in rows],
    )
