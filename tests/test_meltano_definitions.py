"""The plugin definitions that a Meltano project of somebody else adds."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[1]
MELTANO = PROJECT / ".venv-meltano" / "bin" / "meltano"
PLUGINS = {"tap-oracle": "extractor", "target-oracle": "loader"}
KINDS = {"string", "integer", "decimal", "boolean", "array", "object", "password", "options"}


def definition(name: str) -> dict[str, Any]:
    content = yaml.safe_load((PROJECT / "meltano" / f"{name}.yml").read_text("utf-8"))
    assert isinstance(content, dict)
    return content


@pytest.mark.parametrize("name", PLUGINS)
def test_a_definition_is_complete(name: str) -> None:
    plugin = definition(name)
    assert {"variant", "quality", "pip_url", "executable", "capabilities"} <= plugin.keys()
    settings = {setting["name"]: setting for setting in plugin["settings"]}
    for group in plugin["settings_group_validation"]:
        assert set(group) <= settings.keys()
    for setting in settings.values():
        assert setting["kind"] in KINDS
        assert setting["label"]
    assert settings["port"]["value"] == 1521
    assert settings["password"]["sensitive"] is True
    assert "value" not in settings["host"]


def meltano(folder: Path, *arguments: str, **variables: str) -> str:
    quiet = {
        "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
        "MELTANO_CLI_DISABLE_VERSION_CHECK": "1",
    }
    done = subprocess.run(
        [str(MELTANO), *arguments],
        cwd=folder,
        env={**os.environ, **quiet, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_project_adds_them_and_takes_text_with_commas(tmp_path: Path) -> None:
    project = tmp_path / "meltano.yml"
    project.write_text("version: 1\ndefault_environment: dev\n", encoding="utf-8")
    for name, kind in PLUGINS.items():
        reference = str(PROJECT / "meltano" / f"{name}.yml")
        meltano(tmp_path, "add", "--no-install", "--from-ref", reference, kind, name)
    names = {"TAP_ORACLE_FILTER_SCHEMAS": "HR,CRM"}
    config = json.loads(meltano(tmp_path, "config", "print", "tap-oracle", **names))
    assert config["filter_schemas"] == "HR,CRM"
    assert config["port"] == 1521
