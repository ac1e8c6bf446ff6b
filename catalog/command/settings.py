"""The settings of `oracle-catalog`: a configuration file, the environment, options."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from singer_sdk import typing as th

from catalog.name_filter import NameFilter
from catalog.table_assembly import Depth
from oracle_core.command import read_json_object
from oracle_core.connection_settings import CONNECTION_SETTINGS
from oracle_core.errors import ConfigurationError
from oracle_core.settings import from_environment, listed, validated
from oracle_core.types.plans import JsonSchemaOptions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ENVIRONMENT_PREFIXES = ("ORACLE_CATALOG_", "TAP_ORACLE_")
"""Prefixes of environment variables, the first one wins."""

# Text too, because a variable of the environment carries a list with commas.
_NAMES = th.CustomType({"type": ["array", "string", "null"], "items": {"type": "string"}})
_SCHEMA: dict[str, Any] = th.PropertiesList(
    *CONNECTION_SETTINGS,
    th.Property("filter_schemas", _NAMES),
    th.Property("filter_tables", _NAMES),
    th.Property("include_views", th.BooleanType(nullable=True), default=True),
    th.Property("include_synonyms", th.BooleanType(nullable=True), default=False),
    th.Property("profile", th.StringType(nullable=True)),
    th.Property("use_singer_decimal", th.BooleanType(nullable=True), default=False),
    th.Property("non_finite", th.StringType(nullable=True), default="null"),
).to_dict()


@dataclass(frozen=True, slots=True)
class CatalogSettings:
    """The settings of `oracle-catalog`.

    Attributes:
        connection: Settings of the connection.
        names: Filter of schemas and tables.
        include_views: Whether views are read.
        include_synonyms: Whether the tables behind synonyms are described under their names.
        profile: Name of an application profile.
        representation: How values are represented in a Singer catalog.
    """

    connection: Mapping[str, Any]
    names: NameFilter
    include_views: bool = True
    include_synonyms: bool = False
    profile: str | None = None
    representation: JsonSchemaOptions = field(default_factory=JsonSchemaOptions)

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> CatalogSettings:
        """Return the settings in a configuration, which may also be one of the tap.

        Raises:
            ConfigurationError: If a setting is missing or wrong.
        """
        settings = validated(config, _SCHEMA)
        return cls(
            connection=settings,
            names=NameFilter(
                listed(settings.get("filter_schemas")), listed(settings.get("filter_tables"))
            ),
            include_views=settings["include_views"],
            include_synonyms=settings["include_synonyms"],
            profile=settings.get("profile"),
            representation=JsonSchemaOptions(
                use_singer_decimal=settings["use_singer_decimal"],
                non_finite="string" if settings["non_finite"] == "string" else "null",
            ),
        )

    def narrowed(self, schemas: tuple[str, ...], tables: tuple[str, ...]) -> CatalogSettings:
        """Return the settings with the filter of `--schema` and `--table`, where one is given."""
        return replace(self, names=NameFilter(schemas, tables)) if schemas or tables else self

    def depth(self, *, details: bool = False, synonyms: bool = False) -> Depth:
        """Return what is read from the dictionary.

        Args:
            details: Whether foreign keys, partitions and kinds of identity are read.
            synonyms: Whether the synonyms of tables are read.
        """
        return Depth(
            views=self.include_views,
            details=details,
            synonyms=synonyms,
            through_synonyms=self.include_synonyms,
        )


def read_settings(config: Path | None) -> CatalogSettings:
    """Return the settings of a file and of the environment; the file wins.

    Args:
        config: A JSON file; None for the environment alone.

    Raises:
        ConfigurationError: If a setting is missing or wrong; the text never contains its value.
    """
    given: dict[str, Any] = {}
    # The last assignment wins, so that the first prefix comes last.
    for prefix in reversed(ENVIRONMENT_PREFIXES):
        given |= from_environment(_SCHEMA, prefix)
    if config is not None:
        given |= read_json_object(config, setting="--config")
    if config is None and not given:
        prefixes = " or ".join(f"{prefix}*" for prefix in ENVIRONMENT_PREFIXES)
        msg = f"no database is named; use --config FILE or the environment variables {prefixes}"
        raise ConfigurationError(msg)
    return CatalogSettings.of(given)
