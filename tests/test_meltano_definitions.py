"""The plugin definitions that a Meltano project of somebody else adds."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[1]
MELTANO = PROJECT / ".venv-meltano" / "bin" / "meltano"
PLUGINS = {"tap-oracle": "extractor", "target-oracle": "loader"}
# What Meltano Hub takes, after the JSON schemas of its repository (meltano/hub, folder `schemas`):
# anything else is refused there.
HUB_KEYS = (
    "capabilities commands definition description docs domain_url executable hidden keywords label "
    "logo_url maintenance_status metadata name namespace next_steps pip_url prereq quality repo "
    "requires schema select settings settings_group_validation settings_preamble usage variant"
)
SETTING_KEYS = (
    "aliases description docs documentation env hidden kind label name oauth options placeholder "
    "sensitive tooltip value value_post_processor value_processor"
)
KINDS = "array boolean decimal integer object options password string"
CAPABILITIES = {
    "tap-oracle": (
        "about activate-version batch catalog discover log-based schema-flattening state "
        "stream-maps structured-logging test"
    ),
    "target-oracle": (
        "about activate-version batch datatype-failsafe hard-delete schema-flattening soft-delete "
        "stream-maps structured-logging target-schema validate-records"
    ),
}
TEXT = {"type": "string"}
SETTING_SCHEMA = {
    "type": "object",
    "required": ["name", "kind", "label"],
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(SETTING_KEYS.split(), True),
        **dict.fromkeys(("name", "label", "description"), TEXT),
        "kind": {"enum": KINDS.split()},
        "sensitive": {"type": "boolean"},
        "options": {"type": "array", "items": {"required": ["label", "value"]}},
    },
    # A secret is of kind `password` and sensitive, or neither.
    "if": {"properties": {"kind": {"const": "password"}}},
    "then": {"required": ["sensitive"]},
    "else": {"properties": {"sensitive": False}},
}


def hub_schema(name: str) -> dict[str, Any]:
    capability = {"enum": CAPABILITIES[name].split()}
    texts = ("name", "namespace", "variant", "label", "description", "pip_url", "executable")
    return {
        "type": "object",
        "required": ["name", "namespace", "variant", "label", "quality"],
        "additionalProperties": False,
        "properties": {
            **dict.fromkeys(HUB_KEYS.split(), True),
            **dict.fromkeys(texts, TEXT),
            "quality": {"enum": ["gold", "silver", "bronze", "unknown"]},
            "maintenance_status": {
                "enum": ["active", "beta", "development", "inactive", "unknown"]
            },
            "capabilities": {"type": "array", "items": capability, "uniqueItems": True},
            "settings_group_validation": {"items": {"type": "array", "items": TEXT}},
            "settings": {"type": "array", "items": SETTING_SCHEMA},
        },
    }


def definition(name: str) -> dict[str, Any]:
    content = yaml.safe_load((PROJECT / "meltano" / f"{name}.yml").read_text("utf-8"))
    assert isinstance(content, dict)
    return content


@pytest.mark.parametrize("name", PLUGINS)
def test_a_definition_is_complete(name: str) -> None:
    plugin = definition(name)
    jsonschema.Draft202012Validator(hub_schema(name)).validate(plugin)
    assert {"variant", "quality", "pip_url", "executable", "capabilities"} <= plugin.keys()
    settings = {setting["name"]: setting for setting in plugin["settings"]}
    for group in plugin["settings_group_validation"]:
        assert set(group) <= settings.keys()
    assert len(settings) == len(plugin["settings"])
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


def test_our_own_project_inherits_them() -> None:
    content = yaml.safe_load((PROJECT / "meltano.yml").read_text("utf-8"))
    for plugins, name in (("extractors", "tap-oracle"), ("loaders", "target-oracle")):
        (plugin,) = (one for one in content["plugins"][plugins] if one["name"] == name)
        assert plugin.keys() == {"name", "variant", "pip_url"}
    names = {"TAP_ORACLE_SSH_TUNNEL_HOST": "bastion", "TAP_ORACLE_PORT": "1522"}
    config = json.loads(meltano(PROJECT, "config", "print", "tap-oracle", **names))
    assert config["ssh_tunnel"] == {"host": "bastion"}
    assert (config["port"], config["snapshot"]) == (1522, "run")


def test_our_own_project_is_as_meltano_wants_it() -> None:
    (path,) = PROJECT.glob(".venv-meltano/lib/*/site-packages/meltano/schemas/meltano.schema.json")
    schema = json.loads(path.read_text("utf-8"))
    jsonschema.validate(yaml.safe_load((PROJECT / "meltano.yml").read_text("utf-8")), schema)
