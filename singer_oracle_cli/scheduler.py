"""`singer-oracle scheduler …`: the command `oracle-scheduler` under the name of this one.

The scheduler is a service of its own, which this package does not import: its command is found as
anybody's would be, by the entry point that its script is made from.
"""

from __future__ import annotations

from importlib import metadata

import click

from oracle_core.errors import OracleError
from singer_oracle_cli.options import NAME, reported

_SCRIPT = "oracle-scheduler"


class SchedulerMissingError(OracleError):
    """The command of the scheduler cannot be loaded."""


@click.command(
    context_settings={
        # Options, `--help` among them, belong to the command behind this one.
        "ignore_unknown_options": True,
        "allow_extra_args": True,
        "help_option_names": [],
    },
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def scheduler(arguments: tuple[str, ...]) -> None:
    """Run pipelines at their times: what the command oracle-scheduler does."""
    with reported("scheduler"):
        command = _command()
    # Outside the context: the command reports its own failures and sets its own exit codes.
    command.main(list(arguments), prog_name=f"{NAME} scheduler")


def _command() -> click.Command:
    for point in metadata.entry_points(group="console_scripts", name=_SCRIPT):
        try:
            command = point.load()
        except ImportError as error:
            text = (
                f"{_SCRIPT} cannot be loaded ({error.name or type(error).__name__} is missing): "
                "pip install 'singer-oracle[scheduler]'"
            )
            raise SchedulerMissingError(text) from error
        if isinstance(command, click.Command):
            return command
    text = f"{_SCRIPT} is not installed: pip install 'singer-oracle[scheduler]'"
    raise SchedulerMissingError(text)
