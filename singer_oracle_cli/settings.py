"""The settings of `singer-oracle`: a configuration file of the tap or target, the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk import typing as th

from oracle_core.command import read_json_object
from oracle_core.connection_settings import CONNECTION_SETTINGS
from oracle_core.history.settings import DEFAULT_TABLE, TARGET_HISTORY_SETTINGS, HistorySettings
from oracle_core.settings import from_environment, validated

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT_PREFIX = "SINGER_ORACLE_"
_SCHEMA: dict[str, Any] = th.PropertiesList(
    *CONNECTION_SETTINGS, *TARGET_HISTORY_SETTINGS
).to_dict()


def read_settings(config: Path | None) -> dict[str, Any]:
    """Return the settings: those of the file win over `SINGER_ORACLE_*` in the environment.

    Args:
        config: A configuration of the tap or target; None for the environment alone.

    Raises:
        ConfigurationError: If a setting is missing or wrong; the text never contains its value.
    """
    given = from_environment(_SCHEMA, ENVIRONMENT_PREFIX)
    if config is not None:
        given |= read_json_object(config, setting="--config")
    return validated(given, _SCHEMA)


def history_settings(
    config: Path | None, *, table: str | None, schema: str | None, url: str | None
) -> tuple[HistorySettings, dict[str, Any]]:
    """Return where the history is, and the settings of its connection.

    Args:
        config: A configuration of the tap or target.
        table: Value of `--table`.
        schema: Value of `--schema`.
        url: Value of `--url`; with it no connection is needed.

    Raises:
        ConfigurationError: If a setting is missing or wrong.
    """
    # A history in a file needs no connection, whose settings are otherwise required.
    settings: dict[str, Any] = {} if url and config is None else read_settings(config)
    chosen = {
        "job_history_table": table or settings.get("job_history_table") or DEFAULT_TABLE,
        "job_history_schema": schema or settings.get("job_history_schema"),
        "job_history_url": url or settings.get("job_history_url"),
    }
    return HistorySettings.of(chosen), settings
