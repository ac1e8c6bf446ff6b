"""Settings in environment variables."""

from __future__ import annotations

import pytest
from singer_sdk import typing as th

from oracle_core.connection_settings import CONNECTION_SETTINGS
from oracle_core.errors import ConfigurationError
from oracle_core.settings import from_environment, validated

SCHEMA = th.PropertiesList(*CONNECTION_SETTINGS).to_dict()


def test_a_number_may_have_a_fraction(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"HOST": "db", "SERVICE_NAME": "x", "USER": "me", "PASSWORD": "pw"}
    given |= {"PORT": "1522", "CALL_TIMEOUT_SECONDS": "2.5"}
    for name, value in given.items():
        monkeypatch.setenv(f"X_{name}", value)
    config = validated(from_environment(SCHEMA, "X_"), SCHEMA)
    assert (config["call_timeout_seconds"], config["port"]) == (2.5, 1522)


def test_what_is_not_a_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_CALL_TIMEOUT_SECONDS", "soon")
    with pytest.raises(ConfigurationError, match="X_CALL_TIMEOUT_SECONDS: does not fit"):
        from_environment(SCHEMA, "X_")
