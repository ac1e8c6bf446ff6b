"""Settings: older names, checks, and texts that never repeat a value."""

from __future__ import annotations

from typing import Any

import pytest
from singer_sdk import typing as th

from oracle_core import redact
from oracle_core.connection_check import check_connection
from oracle_core.connection_settings import CONNECTION_SETTINGS, SECRET_SETTINGS
from oracle_core.errors import ConfigurationError
from oracle_core.setting_aliases import ALIASES, resolve_aliases
from oracle_core.settings import check_settings, validated

SCHEMA = th.PropertiesList(*CONNECTION_SETTINGS).to_dict()
GOOD: dict[str, Any] = {"host": "db", "service_name": "S", "user": "u", "password": "canary"}


def test_declarations_are_complete() -> None:
    for name, schema in SCHEMA["properties"].items():
        assert schema["title"], name
        assert schema["description"].endswith("."), name
        assert bool(schema.get("secret")) == (name in SECRET_SETTINGS), name


def test_aliases_lead_to_canonical_names() -> None:
    config, notices = resolve_aliases(
        {"hostname": "db", "username": "u", "pass": "canary", "dbname": "S", "port": "1522"}
    )
    assert config == {
        "host": "db", "user": "u", "password": "canary", "service_name": "S", "port": 1522
    }  # fmt: skip
    assert len(notices) == 4
    assert not any("canary" in notice for notice in notices)


def test_the_canonical_name_wins() -> None:
    for given in ({"user": "a", "username": "b"}, {"username": "b", "user": "a"}):
        assert resolve_aliases(given)[0] == {"user": "a"}


@pytest.mark.parametrize(
    ("given", "mode"),
    [
        ({"thick_mode": True}, "thick"),
        ({"thick_mode": False}, "thin"),
        ({"ora_python_driver_type": "cx"}, "thick"),
        ({"ora_python_driver_type": "thin"}, "thin"),
        ({"drivername": "oracle+oracledb"}, "thin"),
    ],
)
def test_driver_modes_of_others(given: dict[str, Any], mode: str) -> None:
    assert resolve_aliases(given)[0] == {"driver_mode": mode}


def test_no_alias_is_a_canonical_name() -> None:
    assert not set(ALIASES) & set(SCHEMA["properties"])


@pytest.mark.parametrize(
    ("wrong", "setting", "text"),
    [
        ({"port": "canary"}, "port", "must be of type integer"),
        ({"port": 99999}, "port", "at most 65535"),
        ({"driver_mode": "canary"}, "driver_mode", "must be one of thin, thick"),
        ({"password": 12345}, "password", "must be of type string"),
        ({"call_timeout_seconds": -1}, "call_timeout_seconds", "at least 0"),
    ],
)
def test_wrong_settings(wrong: dict[str, Any], setting: str, text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_settings(GOOD | wrong, SCHEMA)
    assert caught.value.setting == setting
    assert text in str(caught.value)
    assert "canary" not in str(caught.value)
    assert "12345" not in str(caught.value)


@pytest.mark.parametrize(
    "config",
    [
        GOOD,
        {"dsn": "db/S", "user": "u", "password": "p"},
        {"dsn": "(DESCRIPTION=(ADDRESS=(HOST=h@x)))", "user": "u", "password": "p"},
        {"dsn": "tcps://h:1/s?wallet_location=/a@b", "user": "u", "password": "p"},
        {"host": "db", "sid": "X", "user": "u", "password": "p"},
        {"host": "db", "service_name": "X", "access_token": "t"},
        {"dsn": "alias", "driver_mode": "thick", "wallet_location": "/w"},
    ],
    ids=str,
)
def test_connections_that_can_be_made(config: dict[str, Any]) -> None:
    check_settings(config, SCHEMA)
    check_connection(config)


@pytest.mark.parametrize(
    ("config", "setting"),
    [
        ({}, "host"),
        ({"host": "db", "user": "u", "password": "p"}, "service_name"),
        (GOOD | {"sid": "X"}, "sid"),
        ({**GOOD, "user": None}, "user"),
        ({**GOOD, "password": ""}, "password"),
        ({**GOOD, "dsn": "u/canary@db/S"}, "dsn"),
        ({**GOOD, "dsn": "u@db"}, "dsn"),
        ({**GOOD, "dsn": "(DESCRIPTION=(SECURITY=( PASSWORD = canary)))"}, "dsn"),
    ],
)
def test_connections_that_cannot(config: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_connection(config)
    assert caught.value.setting == setting
    assert "canary" not in str(caught.value)


def test_validated_settings_are_complete() -> None:
    given = {"hostname": "db", "database": "S", "user": "u", "pass": "canary-word", "port": None}
    try:
        settings = validated(given, SCHEMA)
        assert redact.redact("canary-word") == redact.PLACEHOLDER
    finally:
        redact.forget_all()
    assert settings["host"] == "db"
    assert settings["port"] == 1521
    assert settings["driver_mode"] == "thin"
    assert settings["password"] == "canary-word"


def test_validated_settings_name_a_database() -> None:
    with pytest.raises(ConfigurationError):
        validated({}, SCHEMA)
    assert validated({}, SCHEMA, connects=False)["port"] == 1521


def test_secrets_of_a_plugin_are_registered() -> None:
    schema = th.PropertiesList(th.Property("key", th.StringType(), secret=True)).to_dict()
    try:
        validated({"key": "canary-word"}, schema, connects=False)
        assert redact.redact("canary-word") == redact.PLACEHOLDER
    finally:
        redact.forget_all()


def test_a_likely_typo_is_named(caplog: pytest.LogCaptureFixture) -> None:
    validated({**GOOD, "servce_name": "X", "something_else": 1}, SCHEMA)
    redact.forget_all()
    warnings = [entry.getMessage() for entry in caplog.records if "setting" in entry.getMessage()]
    assert warnings == ["setting 'servce_name' is not known; did you mean 'service_name'?"]
