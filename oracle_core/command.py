"""What the commands share: how a failure is reported, exit codes, and reading of JSON files."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
import oracledb
from singer_sdk.exceptions import ConfigurationError as SdkConfigurationError
from singer_sdk.exceptions import ConfigValidationError, MappingError

from oracle_core import stream_maps
from oracle_core.errors import (
    ConfigurationError,
    DatabaseError,
    DataError,
    OracleError,
    describe,
)
from oracle_core.termination import Terminated

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterable, Iterator

EXIT_FAILURE = 1
EXIT_CONFIGURATION = 2

ENVIRONMENT = "ENV"
"""Value of `--config` that stands for the environment variables."""

_SDK_CONFIGURATION = (SdkConfigurationError, MappingError)


class OutputClosedError(OracleError):
    """The reader of standard output has gone, so that nothing written arrives any more."""

    def __init__(self) -> None:
        """Initialize the exception with its one text."""
        super().__init__("standard output was closed by its reader; see why the reader ended")


@contextlib.contextmanager
def reported(logger: logging.Logger, where: Callable[[], str] = str) -> Iterator[None]:
    """Exit as documented when the body fails: one line of level ERROR and an exit code.

    1 for a failure, 2 for a configuration that cannot be used, 128 + n for signal n. The line
    says what failed, where, Oracle's code and what to do. It never contains a secret or row
    content; the traceback is a DEBUG line.

    Args:
        logger: Logger of the command; its name is that of the command.
        where: Returns what is being done, for example the stream; empty for nothing to name.
    """
    try:
        yield
    # click words these itself and has exit codes of its own for them.
    except (click.exceptions.Exit, click.ClickException, click.Abort):
        raise
    except Terminated as ended:
        logger.warning("Ended by %s; the next run continues from the last STATE", ended)
        if ended.forced:
            # A normal exit would close the connection and so wait for the call that still runs.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(ended.exit_code)
        sys.exit(ended.exit_code)
    except (BrokenPipeError, OutputClosedError):
        _abandon_stdout()
        logger.error("%s", OutputClosedError())  # noqa: TRY400 - a traceback tells nothing here
        sys.exit(EXIT_FAILURE)
    except Exception as failure:
        logger.debug("Failure", exc_info=failure)
        for line in failure_lines(failure, where(), command=logger.name):
            logger.error("%s", line)  # noqa: TRY400 - the traceback is a DEBUG line
        sys.exit(exit_code_of(failure))


def failure_lines(failure: BaseException, where: str, *, command: str) -> list[str]:
    """Return what to report: one line, or one per setting that is wrong.

    Args:
        failure: What was raised.
        where: What was being done; may be empty.
        command: Name of the command, for example `tap-oracle`.
    """
    is_ours = isinstance(failure, (OracleError, oracledb.Error, OSError))
    # The SDK's MapExpressionError holds the expression alone: stream_maps asks the traceback.
    if not is_ours and (text := stream_maps.failure_text(failure)) is not None:
        lines = [text]
    elif isinstance(failure, ConfigValidationError):
        lines = [f"configuration: {error}" for error in failure.errors]
    elif isinstance(failure, MappingError):
        lines = [f"configuration of stream_maps: {failure}"]
    elif isinstance(failure, SdkConfigurationError):
        lines = [f"configuration: {failure}"]
    elif isinstance(failure, DataError):
        lines = [_placed(where, str(failure))]
    elif isinstance(failure, (DatabaseError, oracledb.Error, OSError)):
        lines = [describe(failure, where=where).report]
    elif isinstance(failure, OracleError):
        lines = [str(failure)]
    else:
        variable = f"{command.replace('-', '_').upper()}_LOGLEVEL"
        text = (
            f"unexpected {type(failure).__name__}; run again with {variable}=DEBUG and report "
            "what it logs"
        )
        lines = [_placed(where, text)]
    return [" ".join(line.split()) for line in lines]


def _placed(where: str, text: str) -> str:
    return f"{where}: {text}" if where else text


def exit_code_of(failure: BaseException) -> int:
    """Return the exit code of a failure."""
    if isinstance(failure, _SDK_CONFIGURATION):
        return EXIT_CONFIGURATION
    return failure.exit_code if isinstance(failure, OracleError) else EXIT_FAILURE


def _abandon_stdout() -> None:
    """Redirect standard output to nowhere, so that the flush at exit does not fail as well."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(OSError, ValueError):
        os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def read_json_object(
    file: str | Path | IO[str],
    *,
    setting: str,
    parse_float: Callable[[str], Any] | None = None,
) -> dict[str, Any]:
    """Return the JSON object in a file.

    Args:
        file: Path of the file, or the open file.
        setting: Option that names the file, for example `--config`.
        parse_float: Converts fractional numbers, `Decimal` to keep them exact.

    Raises:
        ConfigurationError: If the file cannot be read or does not contain a JSON object; the
            text names the file.
    """
    name = file if isinstance(file, (str, Path)) else getattr(file, "name", "the file")
    try:
        text = Path(file).read_text("utf-8") if isinstance(file, (str, Path)) else file.read()
        content = json.loads(text, parse_float=parse_float)
    except OSError as error:
        msg = f"{name} cannot be read: {error.strerror or type(error).__name__}"
        raise ConfigurationError(msg, setting=setting) from error
    except json.JSONDecodeError as error:
        msg = f"{name} is not valid JSON (line {error.lineno}, column {error.colno})"
        raise ConfigurationError(msg, setting=setting) from error
    except UnicodeDecodeError as error:
        msg = f"{name} is not text in UTF-8"
        raise ConfigurationError(msg, setting=setting) from error
    # Both exceptions above are ValueErrors too; what is left is Python's limit for integers.
    except ValueError as error:
        digits_max = sys.get_int_max_str_digits()
        msg = f"{name} contains an integer of more than {digits_max:,} digits"
        raise ConfigurationError(msg, setting=setting) from error
    if not isinstance(content, dict):
        msg = f"{name} does not contain a JSON object"
        raise ConfigurationError(msg, setting=setting)
    return content


def read_configuration(values: Iterable[str]) -> tuple[dict[str, Any], bool]:
    """Return the merged settings of `--config` files, and whether `ENV` is among its values.

    Args:
        values: Values of the option in the order given; later files win.

    Raises:
        ConfigurationError: If a file cannot be read; the text names it.
    """
    settings: dict[str, Any] = {}
    uses_environment = False
    for value in values:
        if value == ENVIRONMENT:
            uses_environment = True
        else:
            settings |= read_json_object(value, setting="--config")
    return settings, uses_environment
