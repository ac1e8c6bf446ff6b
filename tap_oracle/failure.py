"""What goes wrong, as one line on stderr and an exit code."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

import click
import oracledb
from singer_sdk.exceptions import ConfigurationError as SdkConfigurationError
from singer_sdk.exceptions import ConfigValidationError, StreamMapConfigError

from oracle_core.errors import DatabaseError, DataError, OracleError, describe
from tap_oracle.termination import Terminated

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterator

EXIT_FAILURE = 1
EXIT_CONFIGURATION = 2

_SDK_CONFIGURATION = (SdkConfigurationError, StreamMapConfigError)


@contextlib.contextmanager
def reported(logger: logging.Logger, where: Callable[[], str]) -> Iterator[None]:
    """End the process as the documentation says when the body fails.

    2 for a configuration that cannot be used, 128 + n for signal n, 1 for everything else. One
    line of level ERROR says what failed, where, the code of Oracle and what to do. It never
    carries a secret or the content of a row, and never a traceback: that is a DEBUG line.

    Args:
        logger: where the line goes.
        where: names what was being done, for example the stream.
    """
    try:
        yield
    except (click.exceptions.Exit, click.ClickException, click.Abort):
        raise
    except Terminated as signal_received:
        logger.warning("Ended by %s", signal_received)
        sys.exit(signal_received.exit_code)
    except BrokenPipeError:
        _abandon_stdout()
        logger.warning("The reader of the records has gone; ended")
        sys.exit(EXIT_FAILURE)
    except Exception as failure:
        logger.debug("Failure", exc_info=failure)
        for line in lines_of(failure, where()):
            logger.error("%s", line)  # noqa: TRY400 - the traceback is a DEBUG line
        sys.exit(exit_code_of(failure))


def lines_of(failure: BaseException, where: str) -> list[str]:
    """Say what failed; one line, or one for each setting that is wrong.

    Args:
        failure: what was raised.
        where: what was being done.
    """
    if isinstance(failure, ConfigValidationError):
        return [f"configuration: {error}" for error in failure.errors]
    if isinstance(failure, _SDK_CONFIGURATION):
        return [f"configuration: {failure}"]
    if isinstance(failure, DatabaseError) or not isinstance(failure, OracleError):
        return [_report(failure, where)]
    return [f"{where}: {failure}" if isinstance(failure, DataError) else str(failure)]


def _report(failure: BaseException, where: str) -> str:
    if isinstance(failure, (DatabaseError, oracledb.Error, OSError)):
        return describe(failure, where=where).report
    return (
        f"{where}: unexpected {type(failure).__name__}; run again with TAP_ORACLE_LOGLEVEL=DEBUG "
        "and report what it logs"
    )


def exit_code_of(failure: BaseException) -> int:
    """Return the exit code of a failure."""
    if isinstance(failure, _SDK_CONFIGURATION):
        return EXIT_CONFIGURATION
    return failure.exit_code if isinstance(failure, OracleError) else EXIT_FAILURE


def _abandon_stdout() -> None:
    """Give the interpreter a stdout it can flush at its end without a second failure."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(OSError, ValueError):
        os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
