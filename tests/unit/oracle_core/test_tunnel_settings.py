"""The settings of an SSH tunnel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from oracle_core import redact
from oracle_core.connection_check import check_connection
from oracle_core.errors import ConfigurationError, TunnelError, describe
from oracle_core.settings import register_secrets, validated
from oracle_core.tunnel_settings import TunnelSettings
from tap_oracle.tap import TapOracle

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {"enable": True, "host": "bastion", "username": "me", "private_key": "PRIVATE KEY"}
DATABASE = {"host": "db", "service_name": "S", "user": "U", "password": "a long password"}


def config(**tunnel: Any) -> dict[str, Any]:
    return {**DATABASE, "ssh_tunnel": {**GOOD, **tunnel}}


def test_a_tunnel_is_off_unless_it_is_enabled() -> None:
    assert TunnelSettings.of({}) is None
    assert TunnelSettings.of({"ssh_tunnel": None}) is None
    assert TunnelSettings.of(config(enable=False, host=None)) is None


def test_port_and_file_of_known_hosts_have_defaults() -> None:
    settings = TunnelSettings.of(config(port=None))
    assert settings is not None
    assert (settings.port, settings.known_hosts) == (22, "~/.ssh/known_hosts")


@pytest.mark.parametrize(
    ("tunnel", "setting"),
    [
        ({"host": ""}, "ssh_tunnel.host"),
        ({"username": None}, "ssh_tunnel.username"),
        ({"private_key": None}, "ssh_tunnel.private_key"),
        ({"user": "me"}, "ssh_tunnel.user"),
    ],
)
def test_what_is_missing_or_misspelt_is_named(tunnel: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        check_connection(config(**tunnel))
    assert raised.value.setting == setting


@pytest.mark.parametrize("more", [{"dsn": "db/S"}, {"protocol": "tcps"}])
def test_addresses_that_the_tunnel_cannot_replace_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="ssh_tunnel"):
        check_connection({**config(), **more})


def test_a_wrong_type_is_refused_with_the_name_of_the_inner_setting() -> None:
    with pytest.raises(ConfigurationError) as raised:
        validated(config(port="x"), TapOracle.config_jsonschema)
    assert raised.value.setting == "ssh_tunnel.port"


def test_a_key_is_a_text_or_the_path_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "id"
    file.write_text("of the file", "utf-8")
    for given, text in ((str(file), "of the file"), (r"PRIVATE KEY\nx", "PRIVATE KEY\nx")):
        settings = TunnelSettings.of(config(private_key=given))
        assert settings is not None
        assert settings.key_text() == text
        assert given not in repr(settings)
    missing = TunnelSettings.of(config(private_key=str(tmp_path / "none")))
    assert missing is not None
    with pytest.raises(ConfigurationError, match=r"ssh_tunnel\.private_key"):
        missing.key_text()


def test_secrets_of_the_tunnel_are_masked() -> None:
    register_secrets(config(private_key_password="correct horse"))
    assert redact.redact("x correct horse x") == "x [secret] x"
    redact.forget_all()


def test_a_tunnel_that_cannot_be_opened_may_be_tried_again() -> None:
    fault = describe(TunnelError("SSH host b:22: Connection refused"))
    assert fault.retriable
    assert "SSH host b:22: Connection refused" in fault.report
