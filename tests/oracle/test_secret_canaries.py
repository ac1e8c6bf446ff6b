"""A canary in every setting that may hold a secret: nothing that a run leaves behind shows it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tap_oracle.tap import TapOracle
from target_oracle.target import TargetOracle
from tests.fix_plugins import select
from tests.oracle.loader import ID, record_line, schema_line, state_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Finished, Plugin

pytestmark = pytest.mark.oracle


def secrets_below(settings: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the names of secret settings, those inside of an object with its name in front."""
    for name, setting in settings.items():
        if setting.get("secret"):
            yield prefix + name
        yield from secrets_below(setting.get("properties", {}), f"{prefix}{name}.")


SECRETS = {
    name
    for plugin in (TapOracle, TargetOracle)
    for name in secrets_below(plugin.config_jsonschema["properties"])
}
CANARY = "canary-77/4 é"
"""Its percent-encoded and base64 forms differ from the plain one."""

URLS: dict[str, Any] = {
    "dsn with user and password": {"dsn": "app/canary-url@db.example.com/S"},
    "dsn of a provider": {"dsn": "config-file:///nowhere.json?password=canary-url"},
    "history url": {"job_history_url": "oracle://app:canary-url@db.example.com/S"},
    "batch root": {
        "batch_config": {
            "encoding": {"format": "jsonl"},
            "storage": {"root": "s3://key:canary-url@bucket/folder"},
        },
        "batch_roots": ["s3://key:canary-url@bucket/folder"],
    },
    "sqlalchemy url": {"sqlalchemy_url": "oracle+oracledb://app:canary-url@db/?service_name=S"},
}

KEY = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{CANARY}\n-----END OPENSSH PRIVATE KEY-----\n"
HOST = {"enable": True, "host": "127.0.0.1", "username": "app", "host_key": "ssh-ed25519 AAAA"}
TUNNELS: list[dict[str, Any]] = [
    {**HOST, "private_key": CANARY, "private_key_password": CANARY},
    {**HOST, "private_key": KEY, "private_key_password": CANARY},
    {**HOST, "password": CANARY},
    {**HOST, "password": CANARY, "unknown": CANARY},
]


class Everything:
    """Runs a program with every form of telemetry on, and keeps what it leaves behind."""

    def __init__(self, plugin: Plugin, database: OracleDatabase, user: str, folder: Path) -> None:
        self.plugin, self.database, self.user, self.folder = plugin, database, user, folder
        self.shown: list[str] = []

    def config(self, **settings: Any) -> dict[str, Any]:
        return self.database.config(
            self.user,
            **{
                "job_history_table": "RUNS",
                "metrics_file": str(self.folder / "run.prom"),
                "audit_file": str(self.folder / "audit.jsonl"),
                "lineage_namespace": "test",
                "log_format": "json",
                **settings,
            },
        )

    def run(self, config: dict[str, Any], **more: Any) -> Finished:
        environment = {
            "OPENLINEAGE__TRANSPORT__TYPE": "file",
            "OPENLINEAGE__TRANSPORT__LOG_FILE_PATH": str(self.folder / "lineage.jsonl"),
            "OPENLINEAGE__TRANSPORT__APPEND": "true",
            f"{self.plugin.name.upper().replace('-', '_')}_LOGLEVEL": "DEBUG",
        }
        done = self.plugin.run(config, environment=environment, **more)
        self.shown += [done.stderr, done.stdout.decode()]
        return done

    def left_behind(self) -> str:
        """Return log, STATE, files, table, command and report as one text."""
        names = ("run.prom", "audit.jsonl", "lineage.jsonl")
        files = [self.folder / name for name in names]
        texts = [file.read_text(encoding="utf-8") for file in files if file.exists()]
        history = self.database.rows(self.user, "SELECT * FROM runs")
        page = self.folder / "report.html"
        settings = self.folder / "cli.json"
        settings.write_text(json.dumps(self.database.config(self.user)), encoding="utf-8")
        program = str(Path(sys.executable).with_name("singer-oracle"))
        for arguments in (["list", "--format", "json"], ["report", "--out", str(page)]):
            command = [program, "history", *arguments, "--config", str(settings), "--table", "RUNS"]
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, env={**os.environ}
            )
            assert done.returncode == 0, done.stderr
            texts += [done.stdout, done.stderr]
        return "\n".join([*self.shown, *texts, page.read_text("utf-8"), str(history)])


def forms(everything: Everything) -> tuple[str, ...]:
    """Return what must not be seen: the parts of the canaries that no encoding changes."""
    return "canary-77", "canary-url", "Y2FuYXJ5", everything.database.passwords[everything.user]


def check(everything: Everything) -> None:
    left = everything.left_behind()
    assert everything.user in left
    for form in forms(everything):
        place = left.find(form)
        assert place < 0, left[max(0, place - 300) : place + 100]


def refused_configs(everything: Everything, *, tunnels: bool = True) -> list[dict[str, Any]]:
    """Return configurations that cannot work, with a canary in each place."""
    tokens = {"access_token": CANARY, "access_token_private_key": CANARY, "protocol": "tcps"}
    passwords = {"password": CANARY, "common_password": CANARY, "wallet_password": CANARY}
    ways = ({"ssh_tunnel": tunnel} for tunnel in TUNNELS if tunnels)
    settings = (passwords, tokens, *URLS.values(), *ways)
    return [everything.config(**setting) for setting in settings]


def canaries_in(settings: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the names of the settings that hold the canary."""
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from canaries_in(value, f"{prefix}{name}.")
        elif CANARY in str(value):
            yield prefix + name


def test_every_secret_setting_has_a_canary(
    oracle_database: OracleDatabase, tap: Plugin, fresh_schema: str, tmp_path: Path
) -> None:
    """A secret setting that is new belongs into `refused_configs`."""
    everything = Everything(tap, oracle_database, fresh_schema, tmp_path)
    held = {name for config in refused_configs(everything) for name in canaries_in(config)}
    assert held >= SECRETS


def test_the_tap_shows_no_secret(
    oracle_database: OracleDatabase, tap: Plugin, fresh_schema: str, tmp_path: Path
) -> None:
    oracle_database.execute(fresh_schema, "CREATE TABLE t (id NUMBER(9) PRIMARY KEY)")
    everything = Everything(tap, oracle_database, fresh_schema, tmp_path)
    config = everything.config(filter_schemas=[fresh_schema], wallet_password=CANARY)
    catalog = select(json.loads(tap.run(config, "--discover").stdout), lambda _: "")
    assert everything.run(config, catalog=catalog).code == 0
    for refused in refused_configs(everything):
        everything.run({"filter_schemas": [fresh_schema], **refused}, catalog=catalog)
    check(everything)


def test_the_target_shows_no_secret(
    oracle_database: OracleDatabase, target: Plugin, fresh_schema: str, tmp_path: Path
) -> None:
    everything = Everything(target, oracle_database, fresh_schema, tmp_path)
    lines = (schema_line(ID), record_line({"ID": 1}), state_line({"a": 1}))
    text = "".join(line + "\n" for line in lines).encode()
    config = everything.config(state_table="SINGER_STATE", state_id="s", wallet_password=CANARY)
    assert everything.run(config, stdin=text).code == 0
    # The tunnel is the same code as the tap's.
    for refused in refused_configs(everything, tunnels=False):
        everything.run(refused, stdin=text)
    check(everything)
    assert "canary" not in str(oracle_database.rows(fresh_schema, "SELECT * FROM singer_state"))
