"""Failures as one line and an exit code, and files that name themselves."""

from __future__ import annotations

import io
import json
import logging
import signal
from decimal import Decimal
from typing import TYPE_CHECKING

import click
import oracledb
import pytest
from singer_sdk.exceptions import MapExpressionError, StreamMapConfigError

from oracle_core.command import read_configuration, read_json_object, reported
from oracle_core.errors import ConfigurationError, DataError
from oracle_core.identifiers import IdentifierError
from oracle_core.termination import Terminated

if TYPE_CHECKING:
    from pathlib import Path

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
        (StreamMapConfigError("bad map"), 2, "configuration of stream_maps: bad map"),
        (MapExpressionError("bad expression"), 2, "configuration of stream_maps: bad expression"),
        (oracledb.DatabaseError("ORA-00942: table does not exist"), 1, "(ORA-00942)"),
        (DataError("a date cannot be read"), 1, "stream 'HR-T': a date cannot be read"),
        (OSError(28, "No space left on device"), 1, "No space left on device"),
        (KeyError("content of a row"), 1, "unexpected KeyError"),
        (KeyError("content of a row"), 1, "run again with TEST_FAILURE_LOGLEVEL=DEBUG"),
        (BrokenPipeError(), 1, "standard output was closed by its reader"),
    ],
)
def test_one_line(
    failure: Exception,
    code: int,
    part: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    del capfd
    found, errors = end(failure, caplog)

    assert found == code
    assert len(errors) == 1
    assert part in errors[0]
    assert "content of a row" not in errors[0]


def test_a_signal_is_not_an_error(caplog: pytest.LogCaptureFixture) -> None:
    assert end(Terminated(signal.SIGTERM), caplog) == (143, [])
    assert "Ended by SIGTERM" in caplog.text


@pytest.mark.parametrize(
    "failure", [click.exceptions.Exit(0), click.UsageError("no such option")], ids=["exit", "usage"]
)
def test_what_click_raises_is_left_to_click(failure: Exception) -> None:
    def fail() -> None:
        with reported(LOGGER, lambda: "start"):
            raise failure

    with pytest.raises(type(failure)):
        fail()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a": canary}', "is not valid JSON (line 1, column 7)"),
        (b"[1]", "does not contain a JSON object"),
        (b'{"a": "\xff"}', "is not text in UTF-8"),
        (b'{"a": 1' + b"0" * 4300 + b"}", "contains an integer of more than 4,300 digits"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    content: bytes | None, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "config.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(["ENV", str(path)])
    assert str(caught.value) == f"--config: {path} {reason}"


def test_an_open_file_is_named_too(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("", encoding="utf-8")
    with path.open(encoding="utf-8") as file, pytest.raises(ConfigurationError, match=str(path)):
        read_json_object(file, setting="--state")


def test_numbers_stay_exact_on_request() -> None:
    content = read_json_object(io.StringIO('{"a": 1.10}'), setting="-", parse_float=Decimal)
    assert str(content["a"]) == "1.10"


def test_later_files_win(tmp_path: Path) -> None:
    for name, value in (("a", 1), ("b", 2)):
        (tmp_path / name).write_text(json.dumps({"x": value, name: 0}), encoding="utf-8")
    merged, environment = read_configuration([str(tmp_path / "a"), str(tmp_path / "b")])
    assert (merged, environment) == ({"x": 2, "a": 0, "b": 0}, False)
