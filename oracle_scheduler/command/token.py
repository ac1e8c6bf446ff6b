"""Commands for the tokens of the HTTP interface."""

from __future__ import annotations

import click

from oracle_scheduler.command.printing import print_json, print_result, print_table
from oracle_scheduler.command.store_options import format_option, opened, store_options
from oracle_scheduler.store import tokens
from oracle_scheduler.store.tokens import Scope


@click.group()
def token() -> None:
    """Create, list and revoke tokens of the HTTP interface."""


@token.command("create")
@click.argument("name")
@store_options
@click.option(
    "--scope",
    type=click.Choice([str(scope) for scope in Scope]),
    default=str(Scope.READ),
    show_default=True,
    help="`read` looks, `operate` starts and stops, `admin` schedules new commands as well.",
)
@format_option
def token_create(
    name: str, store_url: str, table_prefix: str, scope: str, output_format: str
) -> None:
    """Create a token and print it; the store keeps a digest, so that it is shown only now."""
    with opened(store_url, table_prefix) as database:
        secret = tokens.create(database, name, Scope(scope))
    print_result(output_format, {"name": name, "scope": scope, "token": secret}, secret)


@token.command("list")
@store_options
@format_option
def token_list(store_url: str, table_prefix: str, output_format: str) -> None:
    """Show names and scopes of the tokens."""
    with opened(store_url, table_prefix) as database:
        rows = tokens.rows(database)
    if output_format == "json":
        print_json(rows)
        return
    print_table(
        ("token", "scope", "created"), [(row.name, row.scope, row.created_at) for row in rows]
    )


@token.command("revoke")
@click.argument("name")
@store_options
@format_option
def token_revoke(name: str, store_url: str, table_prefix: str, output_format: str) -> None:
    """Delete a token; a running service refuses it within five seconds."""
    with opened(store_url, table_prefix) as database:
        tokens.revoke(database, name)
    print_result(output_format, {"name": name, "revoked": True}, f"token {name} is revoked")
