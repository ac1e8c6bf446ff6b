"""Options that the subcommands of `singer-oracle` share."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oracle_core import command, redact

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

NAME = "singer-oracle"
_LOGGER = logging.getLogger(NAME)

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="JSON file with the settings of the connection, as tap or target take it; default: the "
    "environment variables SINGER_ORACLE_*.",
)


def reported(where: str) -> AbstractContextManager[None]:
    """Return a context that reports a failure of its body and exits.

    Args:
        where: What is being done.
    """
    # Every command passes here before its first message, which may hold a secret of the settings.
    redact.install()
    return command.reported(_LOGGER, lambda: where)


def history_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where the history of runs is."""
    options = (
        config_option,
        click.option("--table", help="Table of the history; default: JOB_HISTORY."),
        click.option("--schema", help="Schema of the table, in exact case; default: the user's."),
        click.option("--url", help="sqlite:///PATH, where the history is in a file."),
    )
    for option in reversed(options):
        function = option(function)
    return function
