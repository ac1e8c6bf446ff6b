"""The command as a user runs it, as far as no database is needed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from oracle_core.errors import ConfigurationError
from target_oracle.target import TargetOracle
from tests.fix_plugins import TIMEOUT_SECONDS, exit_code

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fix_plugins import Finished, Plugin

NOWHERE = {
    "host": "127.0.0.1",
    "port": 1,
    "service_name": "NOWHERE",
    "user": "APP",
    "password": "a-very-secret-word",
    "connect_timeout_seconds": 1,
}
SECRET = "content of a row"
UNBUFFERED = [{}, {"PYTHONUNBUFFERED": "1"}]


def one_error(done: Finished) -> str:
    """Return the only error line, after the checks that every failure has to pass."""
    errors = done.errors()
    assert len(errors) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "a-very-secret-word" not in done.stderr
    assert SECRET not in done.stderr
    return errors[0]


def test_about_and_version_need_nothing(target: Plugin) -> None:
    about = target.run(None, "--about", "--format", "json")
    assert about.code == 0
    settings = json.loads(about.stdout)["settings"]["properties"]
    assert settings["load_method"]["default"] == "upsert"
    assert settings["password"]["secret"] is True
    assert all(settings[name].get("description") for name in settings)
    version = target.run(None, "--version")
    assert version.code == 0
    assert version.stdout.startswith(b"target-oracle ")


@pytest.mark.parametrize(
    ("config", "setting"),
    [
        ({}, "host"),
        ({**NOWHERE, "load_method": "merge"}, "load_method"),
        ({**NOWHERE, "batch_size_rows": "many"}, "batch_size_rows"),
        ({**NOWHERE, "password": 12345678901}, "password"),
        ({**NOWHERE, "service_name": None}, "service_name"),
        ({**NOWHERE, "dsn": "APP/a-very-secret-word@db:1521/x"}, "dsn"),
    ],
)
def test_a_wrong_setting_is_named(target: Plugin, config: dict[str, Any], setting: str) -> None:
    done = target.run(config, stdin=b"")
    assert done.code == 2
    assert setting in one_error(done)
    assert "12345678901" not in done.stderr
    assert done.stdout == b""


def test_a_missing_configuration_file(target: Plugin) -> None:
    done = target.run(None, "--config", "/nowhere/config.json", stdin=b"")
    assert done.code == 2
    error = one_error(done)
    assert "--config" in error
    assert "/nowhere/config.json" in error


@pytest.mark.parametrize("content", [b"[1]", b"{", b"\xff"])
def test_a_configuration_file_that_is_not_an_object(
    target: Plugin, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "wrong.json"
    path.write_bytes(content)
    done = target.run(None, "--config", str(path), stdin=b"")
    assert done.code == 2
    assert str(path) in one_error(done)


def test_a_malformed_environment_variable_is_named(target: Plugin) -> None:
    environment = {"TARGET_ORACLE_PORT": "a-very-secret-word"}
    done = target.run(NOWHERE, "--config", "ENV", stdin=b"", environment=environment)
    assert done.code == 2
    assert "TARGET_ORACLE_PORT" in one_error(done)


def test_the_class_takes_paths(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    first.write_text(json.dumps({**NOWHERE, "port": 2}), encoding="utf-8")
    second.write_text(json.dumps({"port": 3}), encoding="utf-8")
    assert TargetOracle(config=str(first)).config["port"] == 2
    assert TargetOracle(config=[first, str(second)]).config["port"] == 3
    with pytest.raises(ConfigurationError, match="nowhere"):
        TargetOracle(config=tmp_path / "nowhere.json")


def test_an_unknown_option_is_a_usage_error(target: Plugin) -> None:
    assert target.run(None, "--nope").code == 2


def test_older_names_are_taken_and_mentioned(target: Plugin) -> None:
    config = {key: value for key, value in NOWHERE.items() if key != "user"}
    done = target.run({**config, "username": "APP"}, stdin=b"")
    assert done.code == 0
    assert "'username' is called 'user' here" in done.stderr


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b'{"type":"RECORD","stream":"S","record":{"a":"content of a row"', "not valid JSON"),
        (b'{"type":"RECORD","stream":"S","record":{"a":"content of a row"}}', "before the SCHEMA"),
        (b'{"record":{"a":"content of a row"}}', "not a Singer message"),
        (b'{"type":"X","a":"content of a row"}', "unknown message type"),
        (b'{"type":"STATE","value":{"a":"content of a row\xff"}}', "not UTF-8"),
        (b"[" * 9000, "not a Singer message"),
    ],
)
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_a_bad_line_ends_the_run(target: Plugin, line: bytes, what: str, locale: str) -> None:
    good = b'{"type":"STATE","value":{"n":1}}\n'
    done = target.run(NOWHERE, stdin=good + line + b"\n" + good, environment={"LC_ALL": locale})
    assert done.code == 1
    error = one_error(done)
    assert what in error
    assert "line 2 " in error
    assert done.states() == [{"n": 1}]


def test_no_database_is_one_error(target: Plugin) -> None:
    schema = {"type": "SCHEMA", "stream": "S", "schema": {"properties": {"a": {}}}}
    done = target.run(NOWHERE, stdin=json.dumps(schema).encode())
    assert done.code == 1
    assert "127.0.0.1:1" in one_error(done)
    assert done.stdout == b""


def test_input_may_be_a_file(target: Plugin) -> None:
    path = target.folder / "messages.jsonl"
    path.write_bytes('{"type":"STATE","value":{"é":1}}'.encode())
    done = target.run(NOWHERE, "--input", str(path), environment={"LC_ALL": "C"})
    assert done.code == 0
    assert done.states() == [{"é": 1}]


@pytest.mark.parametrize("environment", UNBUFFERED)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_waiting_for_input(
    target: Plugin, environment: dict[str, str], number: signal.Signals
) -> None:
    with target.start(NOWHERE, environment=environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"type":"STATE","value":{"n":1}}\n{"type":"STATE",')
        process.stdin.flush()
        assert process.stdout.readline() == b'{"n":1}\n'
        process.send_signal(number)
        rest, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert exit_code(process.returncode) == 128 + number
    assert rest == b""
    assert b"Traceback" not in errors


@pytest.mark.parametrize("environment", UNBUFFERED)
def test_a_closed_output_ends_the_run(target: Plugin, environment: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.Popen(
        target.command(NOWHERE),
        stdin=subprocess.PIPE,
        stdout=writing,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )
    os.close(writing)
    _, errors = process.communicate(b'{"type":"STATE","value":{"n":1}}\n', timeout=TIMEOUT_SECONDS)
    assert process.returncode == 1
    assert errors.count(b"ERROR") == 1
    assert b"standard output was closed" in errors
    assert b"Exception ignored" not in errors


def test_a_large_state_is_written_whole_to_a_slow_reader(target: Plugin) -> None:
    value = json.dumps({"filler": "x" * 300_000}).encode()
    with target.start(NOWHERE, environment={"PYTHONUNBUFFERED": "1"}) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"type":"STATE","value":' + value + b"}\n")
        process.stdin.close()
        time.sleep(1.0)
        written = process.stdout.read()
        assert process.stderr is not None
        process.stderr.read()
    assert process.returncode == 0
    assert written == value + b"\n"
