"""The entry point of `oracle-scheduler`, which stands in every installation of the project.

Without the extra `scheduler` its libraries are missing, and a command that says so takes its place.
"""

from __future__ import annotations

from typing import NoReturn

import click

from oracle_core.command import EXIT_CONFIGURATION


def _without_extra(module: str) -> click.Command:
    """Return a command that names what is missing, whatever its arguments."""

    def refuse(arguments: tuple[str, ...]) -> NoReturn:
        del arguments
        click.echo(
            f"ERROR oracle-scheduler: {module} is missing; pip install 'singer-oracle[scheduler]'",
            err=True,
        )
        raise SystemExit(EXIT_CONFIGURATION)

    return click.Command(
        "oracle-scheduler",
        callback=refuse,
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
        context_settings={"ignore_unknown_options": True},
        add_help_option=False,
    )


def command() -> click.Command:
    """Return the command, or the one that names a missing library."""
    try:
        from oracle_scheduler.command.main import main  # noqa: PLC0415 - its libraries are an extra
    except ModuleNotFoundError as error:
        # A module of ours that is missing is a broken installation, which an extra does not mend.
        if error.name is None or error.name.startswith("oracle_"):
            raise
        return _without_extra(error.name.partition(".")[0])
    return main


main = command()
