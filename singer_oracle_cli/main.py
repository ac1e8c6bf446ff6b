"""The command `singer-oracle`."""

from __future__ import annotations

import click

from catalog.command.main import main as catalog
from catalog.command.options import logging_to_stderr
from singer_oracle_cli.connect import connect
from singer_oracle_cli.health import health
from singer_oracle_cli.history import history
from singer_oracle_cli.options import NAME
from singer_oracle_cli.plugins import plugins
from singer_oracle_cli.query import query
from singer_oracle_cli.scheduler import scheduler


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="singer-oracle", prog_name=NAME)
@click.pass_context
def main(context: click.Context) -> None:
    """Ask about connections, runs and schemas; results go to stdout, the rest to stderr.

    Exit codes: 0 done, 1 failed or unhealthy, 2 a setting or argument is wrong, 3 breaking
    changes found.
    """
    if context.invoked_subcommand not in {"catalog", "scheduler"}:  # which show their own
        context.with_resource(logging_to_stderr())


main.add_command(connect)
main.add_command(query)
main.add_command(health)
main.add_command(history)
main.add_command(catalog, name="catalog")
main.add_command(plugins)
main.add_command(scheduler)


if __name__ == "__main__":
    main()
