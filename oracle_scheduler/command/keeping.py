"""Commands that look after a store: check, prune, backfill."""

from __future__ import annotations

import datetime as dt

import click

from oracle_core.errors import ConfigurationError
from oracle_scheduler.command.printing import print_json, print_result, print_table
from oracle_scheduler.command.store_options import format_option, opened, store_options
from oracle_scheduler.store import backfills, pruning, readiness


@click.command()
@store_options
@format_option
@click.pass_context
def check(context: click.Context, /, store_url: str, table_prefix: str, output_format: str) -> None:
    """Look at rights, tables and clocks; exit code 1 where something is missing."""
    # Missing tables are an answer of this command.
    with opened(store_url, table_prefix, needs_tables=False) as database:
        findings = list(readiness.findings(database))
    if output_format == "json":
        print_json(findings)
    else:
        print_table(
            ("", "what", "what to do"),
            [("-" if row.remedy else "ok", row.what, row.remedy or None) for row in findings],
        )
    if any(finding.remedy for finding in findings):
        context.exit(1)


@click.command()
@store_options
@click.option("--days", type=click.FloatRange(0), default=90.0, show_default=True)
@format_option
def prune(store_url: str, table_prefix: str, days: float, output_format: str) -> None:
    """Delete runs that ended more than so many days ago; JOB_HISTORY keeps its rows."""
    with opened(store_url, table_prefix) as database:
        before = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
        count = pruning.prune(database, before)
    print_result(output_format, {"runs": count}, f"{count} runs were deleted")


@click.command()
@click.argument("pipeline")
@store_options
@click.option("--from", "since", required=True, help="First moment, itself included, RFC 3339.")
@click.option(
    "--to", "until", required=True, help="Moment behind the last, itself left out, RFC 3339."
)
@click.option("--dry-run", is_flag=True, help="Show the times and start nothing.")
@format_option
def backfill(
    pipeline: str,
    store_url: str,
    table_prefix: str,
    since: str,
    until: str,
    output_format: str,
    *,
    dry_run: bool,
) -> None:
    """Make the runs of past times that have none; they wait for each other."""
    with opened(store_url, table_prefix) as database:
        result = backfills.backfill(
            database,
            pipeline,
            since=_moment(since, "--from"),
            until=_moment(until, "--to"),
            dry_run=dry_run,
        )
    if output_format == "json":
        print_json(result)
        return
    for moment in result.times if dry_run else ():
        click.echo(f"{moment:%Y-%m-%d %H:%M:%SZ}")
    made = "would be looked at" if dry_run else f"{len(result.run_ids)} runs were made"
    click.echo(f"{len(result.times)} times, {made}")


def _moment(text: str, option: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError as error:
        message = "must be a date or a date and time of RFC 3339, for example 2026-10-24"
        raise ConfigurationError(message, setting=option) from error
