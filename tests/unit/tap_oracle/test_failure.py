"""What goes wrong, as one line and an exit code."""

from __future__ import annotations

import logging
import signal

import click
import oracledb
import pytest
from singer_sdk.exceptions import StreamMapConfigError

from oracle_core.errors import ConfigurationError, DataError
from oracle_core.identifiers import IdentifierError
from tap_oracle.failure import reported
from tap_oracle.termination import Terminated

LOGGER = logging.getLogger("test-failure")


def end(failure: BaseException, caplog: pytest.LogCaptureFixture) -> tuple[object, list[str]]:
    def fail() -> None:
        with reported(LOGGER, lambda: "stream 'HR-T'"):
            raise failure

    with pytest.raises(SystemExit) as caught:
        fail()
    errors = [entry.getMessage() for entry in caplog.records if entry.levelname == "ERROR"]
    return caught.value.code, errors


@pytest.mark.parametrize(
    ("failure", "code", "part"),
    [
        (ConfigurationError("must be at least 1", setting="port"), 2, "port: must be at least 1"),
        (IdentifierError("an Oracle name cannot be empty"), 2, "cannot be empty"),
        (StreamMapConfigError("bad map"), 2, "configuration: bad map"),
        (oracledb.DatabaseError("ORA-00942: table does not exist"), 1, "(ORA-00942)"),
        (DataError("a date cannot be read"), 1, "stream 'HR-T': a date cannot be read"),
        (OSError(28, "No space left on device"), 1, "No space left on device"),
        (KeyError("content of a row"), 1, "unexpected KeyError"),
    ],
)
def test_one_line(
    failure: Exception, code: int, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    found, errors = end(failure, caplog)

    assert found == code
    assert len(errors) == 1
    assert part in errors[0]
    assert "content of a row" not in errors[0]


def test_a_signal_and_a_reader_that_has_gone_are_no_errors(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    del capfd
    assert end(Terminated(signal.SIGTERM), caplog) == (143, [])
    assert end(BrokenPipeError(), caplog) == (1, [])


@pytest.mark.parametrize(
    "failure", [click.exceptions.Exit(0), click.UsageError("no such option")], ids=["exit", "usage"]
)
def test_what_click_raises_is_left_to_click(failure: Exception) -> None:
    def fail() -> None:
        with reported(LOGGER, lambda: "start"):
            raise failure

    with pytest.raises(type(failure)):
        fail()
