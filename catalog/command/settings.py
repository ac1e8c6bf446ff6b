"""The settings of `oracle-catalog`: a configuration file, the environment, options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk import typing as th

from catalog.name_filter import NameFilter
from oracle_core.command import read_json_object
from oracle_core.settings import CONNECTION_SETTINGS, from_environment, validated
from oracle_core.types.plans import JsonSchemaOptions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ENVIRONMENT_PREFIX = "ORACLE_CATALOG_"
_NAMES = th.CustomType({"type": ["array", "string", "null"], "items": {"type": "string"}})
_SCHEMA: dict[str, Any] = th.PropertiesList(
    *CONNECTION_SETTINGS,
    th.Property("filter_schemas", _NAMES),
    th.Property("filter_tables", _NAMES),
    th.Property("include_views", th.BooleanType(nullable=True)),
    th.Property("include_synonyms", th.BooleanType(nullable=True)),
    th.Property("profile", th.StringType(nullable=True)),
    th.Property("use_singer_decimal", th.BooleanType(nullable=True)),
    th.Property("non_finite", th.StringType(nullable=True)),
).to_dict()


def read_settings(config: Path | None) -> dict[str, Any]:
    """Read the settings: those of the file win over `ORACLE_CATALOG_*` in the environment.

    A configuration of the tap is one of this command too; what it does not know it ignores.

    Args:
        config: a JSON file, None for the environment alone.

    Raises:
        ConfigurationError: If a setting is missing or wrong; the text never contains its value.
    """
    given = from_environment(_SCHEMA, ENVIRONMENT_PREFIX)
    if config is not None:
        given |= read_json_object(config, setting="--config")
    return validated(given, _SCHEMA)


def names_of(
    settings: Mapping[str, Any], schemas: tuple[str, ...], tables: tuple[str, ...]
) -> NameFilter:
    """Return the filter: the options where they are given, else the settings.

    Args:
        settings: the settings.
        schemas: values of `--schema`.
        tables: values of `--table`.
    """
    if schemas or tables:
        return NameFilter(schemas, tables)
    return NameFilter(_list(settings.get("filter_schemas")), _list(settings.get("filter_tables")))


def _list(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    parts = value.split(",") if isinstance(value, str) else list(value)  # type: ignore[call-overload]
    return tuple(name for part in parts if (name := str(part).strip()))


def representation(settings: Mapping[str, Any]) -> JsonSchemaOptions:
    """Read the settings that decide how a column's schema is written."""
    return JsonSchemaOptions(
        use_singer_decimal=bool(settings.get("use_singer_decimal")),
        non_finite="string" if settings.get("non_finite") == "string" else "null",
    )
