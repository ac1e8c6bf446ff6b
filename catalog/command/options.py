"""Options, session and warnings that the subcommands of `oracle-catalog` share."""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.command.rendering import FORMATS
from oracle_core import command
from oracle_core.connection import ConnectionSource
from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import oracledb

    from catalog.command.settings import CatalogSettings
    from catalog.model import Inventory

NAME = "oracle-catalog"
_LOGGER = logging.getLogger(NAME)
_LEVEL_VARIABLE = "ORACLE_CATALOG_LOGLEVEL"
_QUIET_SECONDS = 2.0
_BETWEEN_NOTICES_SECONDS = 10.0
_NOTHING = "WARNING no table or view matches among those that the user sees; case matters"

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="JSON file with the settings of the connection, such as that of the tap; default: the "
    "environment variables ORACLE_CATALOG_* or TAP_ORACLE_*.",
)
schema_option = click.option(
    "--schema",
    "schemas",
    multiple=True,
    help="Schemas, in exact case; * and ? are wildcards, ! in front excludes. May be repeated.",
)
table_option = click.option(
    "--table", "tables", multiple=True, help="Tables as SCHEMA.TABLE, like --schema."
)
target_schema_option = click.option(
    "--target-schema", help="The schema that the target loads; default: the user's own."
)


def format_option(default: str, *others: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option `--format`.

    Args:
        default: Format where none is chosen.
        others: Formats beside those of every subcommand.
    """
    return click.option(
        "--format",
        "output_format",
        type=click.Choice([*others, *FORMATS]),
        default=default,
        show_default=True,
        help="Format of the result.",
    )


def read_text(path: Path) -> str:
    """Return the text of a file that an argument names.

    Raises:
        ConfigurationError: If the file cannot be read.
    """
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read ({type(error).__name__})"
        raise ConfigurationError(msg) from error


class _StandardError(logging.Handler):
    """Writes log records to what standard error is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        # logging.StreamHandler would keep the stream that was standard error when it was made.
        click.echo(self.format(record), err=True)


@contextmanager
def logging_to_stderr() -> Iterator[None]:
    """Show log records on standard error: warnings, or what ORACLE_CATALOG_LOGLEVEL says.

    Raises:
        click.UsageError: If the variable names no level.
    """
    handler = _StandardError()
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    level_name = os.environ.get(_LEVEL_VARIABLE, "WARNING").upper()
    if level_name not in logging.getLevelNamesMapping():
        levels = "DEBUG, INFO, WARNING or ERROR"
        # Outside of `reported`, which logs: the exit code 2 is that of click.
        raise click.UsageError(f"{_LEVEL_VARIABLE} is not one of {levels}")  # noqa: TRY003, EM102
    handler.setLevel(level_name)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(min(level, handler.level))
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def reported(where: str) -> AbstractContextManager[None]:
    """Return a context that reports a failure of its body and exits.

    Args:
        where: What is being done.
    """
    return command.reported(_LOGGER, lambda: where)


@contextmanager
def session(settings: CatalogSettings) -> Iterator[oracledb.Connection]:
    """Open a session, and report to stderr while reading the dictionary takes long."""
    with ConnectionSource(settings.connection, module=NAME) as source:
        connection = source.connection()
        done = threading.Event()
        notices = threading.Thread(target=_notify, args=(done,), daemon=True)
        notices.start()
        try:
            yield connection
        finally:
            done.set()
            notices.join()


def _notify(done: threading.Event) -> None:
    started = time.monotonic()
    pause = _QUIET_SECONDS
    while not done.wait(pause):
        seconds = time.monotonic() - started
        click.echo(f"Reading the dictionary for {seconds:.0f} seconds", err=True)
        pause = _BETWEEN_NOTICES_SECONDS


def warn(inventory: Inventory) -> None:
    """Write the problems of an inventory to stderr, or that nothing was found."""
    if not inventory.tables:
        click.echo(_NOTHING, err=True)
    for problem in inventory.problems:
        click.echo(f"WARNING {problem.schema}.{problem.table}: {problem.reason}", err=True)
