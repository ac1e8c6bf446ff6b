"""How a run ends: an exit code, and for a failure one line that says what, where and what next."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

import oracledb
from singer_sdk.exceptions import (
    ConfigurationError,
    ConfigValidationError,
    MappingError,
)

from oracle_core.errors import OracleError, describe
from target_oracle.barrier import OutputClosedError
from target_oracle.termination import Terminated

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator

EXIT_FAILURE = 1
EXIT_CONFIGURATION = 2


@contextlib.contextmanager
def reported(logger: logging.Logger) -> Iterator[None]:
    """End the process with the documented exit code when the body does not come to its end.

    0 done, 1 failed, 2 wrong configuration, 128 + n ended by signal n. The line of a failure holds
    no secret, no row content and no traceback; that is a DEBUG line.
    """
    try:
        yield
    except Terminated as ended:
        logger.warning("Ended by signal %d; the STATE written covers committed rows", ended.number)
        if ended.forced:
            # A normal exit would close the connection and so wait for the call that still runs.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(ended.exit_code)
        sys.exit(ended.exit_code)
    except Exception as failure:
        if isinstance(failure, OutputClosedError):
            _abandon_stdout()
        logger.debug("Failure", exc_info=failure)
        logger.error("%s", line_of(failure))  # noqa: TRY400 - the traceback is a DEBUG line
        sys.exit(exit_code_of(failure))


def line_of(failure: BaseException) -> str:
    """Say in one line what failed and what to do."""
    if isinstance(failure, ConfigValidationError):
        return f"configuration: {'; '.join(failure.errors)}"
    if isinstance(failure, OracleError):
        return " ".join(str(failure).split())
    if isinstance(failure, (ConfigurationError, MappingError)):
        return f"configuration of stream_maps: {type(failure).__name__}; correct the expression"
    if isinstance(failure, (oracledb.Error, OSError)):
        return describe(failure).report
    return (
        f"unexpected {type(failure).__name__}; run again with TARGET_ORACLE_LOGLEVEL=DEBUG and "
        "report what it logs"
    )


def exit_code_of(failure: BaseException) -> int:
    """Return the exit code of a failure."""
    if isinstance(failure, OracleError):
        return failure.exit_code
    if isinstance(failure, (ConfigurationError, MappingError)):
        return EXIT_CONFIGURATION
    return EXIT_FAILURE


def _abandon_stdout() -> None:
    """Give the interpreter a standard output that it can flush at its end without a complaint."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(OSError, ValueError):
        os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
