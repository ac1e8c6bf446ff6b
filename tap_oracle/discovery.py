"""What the tap may read: the dictionary, narrowed by the settings, as a Singer catalog."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog import profile
from catalog.cache import CatalogCache, fingerprint
from catalog.introspect import introspect, take_inventory
from catalog.name_filter import NameFilter
from catalog.singer import singer_catalog, stream_id
from catalog.table_assembly import Depth
from tap_oracle.settings import DEFAULT_CATALOG_CACHE_TTL_SECONDS, name_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import oracledb

    from catalog.model import Schema
    from catalog.profile import Profile
    from oracle_core.types.oracle_type import OracleType
    from oracle_core.types.plans import JsonSchemaOptions
    from tap_oracle.catalog_entry import CatalogEntry

MAX_PROBLEMS_LOGGED = 20
_LOGGER = logging.getLogger(__name__)


def discover(
    connection: oracledb.Connection, config: Mapping[str, Any], options: JsonSchemaOptions
) -> dict[str, Any]:
    """Describe every table and view that the settings ask for and the user may read.

    Args:
        connection: an open session.
        config: the tap's settings.
        options: how values are represented.

    Returns:
        A Singer catalog. The number of statements does not depend on the number of tables.

    Raises:
        ConfigurationError: If the profile is unknown.
    """
    path = config.get("catalog_cache_path")
    if not path:
        return _discover(connection, config, options)
    lifetime = config.get("catalog_cache_ttl_seconds")
    cache = CatalogCache(
        path=Path(str(path)),
        # A profile is a file that another version of its package may have changed.
        key=fingerprint({**config, "profile": _profile(config)}),
        ttl_seconds=DEFAULT_CATALOG_CACHE_TTL_SECONDS if lifetime is None else lifetime,
    )
    return cache.catalog(
        connection,
        _names(config),
        lambda: _discover(connection, config, options),
        through_synonyms=bool(config.get("include_synonyms")),
    )


def _discover(
    connection: oracledb.Connection, config: Mapping[str, Any], options: JsonSchemaOptions
) -> dict[str, Any]:
    views = config.get("include_views")
    depth = Depth(
        views=views is None or bool(views), through_synonyms=bool(config.get("include_synonyms"))
    )
    inventory = take_inventory(connection, _names(config), depth)
    for problem in inventory.problems[:MAX_PROBLEMS_LOGGED]:
        _LOGGER.warning("%s.%s: %s", problem.schema, problem.table, problem.reason)
    if (more := len(inventory.problems) - MAX_PROBLEMS_LOGGED) > 0:
        _LOGGER.warning("%d more that cannot be read: `oracle-catalog generate` lists them", more)
    return singer_catalog(
        inventory.schemas,
        database=connection.service_name,
        options=options,
        profile=_profile(config),
    )


def _profile(config: Mapping[str, Any]) -> Profile | None:
    chosen = config.get("profile")
    return profile.load(str(chosen)) if chosen else None


def _names(config: Mapping[str, Any]) -> NameFilter:
    return NameFilter(
        schemas=name_list(config.get("filter_schemas")),
        tables=name_list(config.get("filter_tables")),
    )


def with_types(
    connection: oracledb.Connection, entries: Iterable[CatalogEntry]
) -> list[CatalogEntry]:
    """Complete entries of a catalog that does not name the Oracle types, as that of another tap.

    Args:
        connection: an open session.
        entries: streams as the catalog describes them.

    Returns:
        The same entries, each with the types that the dictionary holds.
    """
    wanted = list(entries)
    names = NameFilter(schemas=tuple(sorted({str(entry.table.schema) for entry in wanted})))
    known = _types_by_stream(introspect(connection, names, include_views=True))
    return [
        dataclasses.replace(
            entry,
            types={
                **known.get(stream_id(str(entry.table.schema), str(entry.table.table)), {}),
                **entry.types,
            },
        )
        for entry in wanted
    ]


def _types_by_stream(schemas: Iterable[Schema]) -> dict[str, dict[str, OracleType]]:
    return {
        stream_id(table.schema, table.name): {
            column.name: column.type for column in table.columns if column.unsupported is None
        }
        for schema in schemas
        for table in schema.tables
    }
