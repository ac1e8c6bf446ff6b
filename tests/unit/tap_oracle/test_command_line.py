"""`tap-oracle` as a command, without a database."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oracle_core.settings import listed
from tap_oracle.declared_settings import TAP_SETTINGS
from tap_oracle.tap import TapOracle
from tests.fix_plugins import TIMEOUT_SECONDS

COMMAND = str(Path(sys.executable).with_name("tap-oracle"))


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
        env={"PATH": "/usr/bin:/bin", **environment},
    )


def test_about_needs_neither_settings_nor_a_database() -> None:
    done = run("--about", "--format", "json")
    about = json.loads(done.stdout)

    assert done.returncode == 0
    assert about["name"] == "tap-oracle"
    assert {"catalog", "discover", "state", "stream-maps", "schema-flattening"} <= set(
        about["capabilities"]
    )
    assert "batch" in about["capabilities"]
    settings = about["settings"]["properties"]
    assert settings["password"]["secret"] is True
    assert settings["array_size_rows"]["default"] == 10_000
    ours = {"host", "service_name", *(setting.name for setting in TAP_SETTINGS)}
    for name in ours:
        assert settings[name]["title"]
        assert settings[name]["description"]


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["--about"]])
def test_what_else_needs_nothing(arguments: list[str]) -> None:
    assert run(*arguments).returncode == 0


def test_settings_from_the_environment() -> None:
    done = run("--config", "ENV", TAP_ORACLE_PORT="many")

    assert done.returncode == 2
    assert "TAP_ORACLE_" in done.stderr
    assert "many" not in done.stderr


@pytest.mark.parametrize("option", ["--config", "--catalog", "--state"])
def test_a_file_that_cannot_be_read_is_named(option: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{", encoding="utf-8")
    done = run(option, str(bad))

    assert done.returncode == 2
    assert f"{option}: {bad} is not valid JSON" in done.stderr


def test_an_unreachable_database(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    settings = {
        "host": "127.0.0.1",
        "port": 1,
        "service_name": "X",
        "user": "app",
        "password": "swordfish-99",
        "connect_timeout_seconds": 1,
    }
    config.write_text(json.dumps(settings), encoding="utf-8")
    done = run("--config", str(config), "--discover")

    assert done.returncode == 1
    assert done.stdout == ""
    (error,) = [line for line in done.stderr.splitlines() if "ERROR" in line]
    assert "DPY-6005" in error
    assert "check host and port" in error
    assert "Traceback" not in done.stderr
    assert "swordfish" not in done.stderr


def test_older_names_are_understood(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    tap = TapOracle(
        config={
            "hostname": "db",
            "database": "ORCL",
            "username": "app",
            "pass": "secret-word",
            "port": "1522",
            "cursor_array_size": 7,
        },
        setup_mapper=False,
    )

    assert tap.config["host"] == "db"
    assert tap.config["service_name"] == "ORCL"
    assert tap.config["port"] == 1522
    assert tap.config["array_size_rows"] == 7
    assert tap.config["include_views"] is True
    assert "setting 'hostname' is called 'host' here" in caplog.text
    assert "secret-word" not in caplog.text


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (None, ()),
        ("", ()),
        ("HR, SALES ,", ("HR", "SALES")),
        (["HR", " SALES"], ("HR", "SALES")),
        ([], ()),
    ],
)
def test_lists_of_names(value: Any, names: tuple[str, ...]) -> None:
    assert listed(value) == names


SLEEPER = """
import os, signal, sys, threading
from tap_oracle.tap import TapOracle

def sleep(tap):
    mine = lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    threading.Timer(0.1, mine).start()
    os.read(os.pipe()[0], 1)

TapOracle.run_pipeline = sleep
sys.argv = ["tap-oracle", "--config", sys.argv[1], "--catalog", sys.argv[2]]
TapOracle.cli()
"""


def test_a_signal_that_a_call_sleeps_through_ends_the_run(tmp_path: Path) -> None:
    """As when it comes just before the tap waits for the database."""
    settings, catalog = tmp_path / "tap.json", tmp_path / "catalog.json"
    catalog.write_text('{"streams": []}', encoding="utf-8")
    access = {"host": "h", "service_name": "s", "user": "u", "password": "unused"}
    settings.write_text(json.dumps(access), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SLEEPER, str(settings), str(catalog)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 143, done.stderr
