"""What goes wrong in `oracle-catalog`, as one line on stderr and the exit codes of the tap."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

import click
import oracledb

from oracle_core.errors import DatabaseError, OracleError, describe

if TYPE_CHECKING:
    from collections.abc import Iterator

EXIT_FAILURE = 1
EXIT_BREAKING = 3


@contextlib.contextmanager
def reported(where: str) -> Iterator[None]:
    """End the process with one clear line when the body fails: 2 for settings, else 1.

    Args:
        where: what was being done.
    """
    try:
        yield
    except (click.exceptions.Exit, click.ClickException, click.Abort):
        raise
    except BrokenPipeError:
        # The reader has gone: nothing is left to say, and stdout cannot be flushed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILURE)
    except Exception as failure:  # noqa: BLE001 - the last place where it can be told
        click.echo(f"ERROR {_line(failure, where)}", err=True)
        sys.exit(failure.exit_code if isinstance(failure, OracleError) else EXIT_FAILURE)


def _line(failure: Exception, where: str) -> str:
    if isinstance(failure, (DatabaseError, oracledb.Error, OSError)):
        return describe(failure, where=where).report
    if isinstance(failure, OracleError):
        return str(failure)
    return f"{where}: unexpected {type(failure).__name__}"
