"""What the tap may read: the dictionary, narrowed by the settings, as a Singer catalog."""

from __future__ import annotations

import dataclasses
import logging
from typing import TYPE_CHECKING, Any

from catalog import profile
from catalog.cache import CatalogCache, fingerprint
from catalog.introspect import introspect, take_inventory
from catalog.name_filter import NameFilter
from catalog.singer import for_database, singer_catalog, stream_id
from catalog.table_assembly import Depth
from oracle_core import dictionary
from oracle_core.dictionary import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import oracledb

    from catalog.model import Schema
    from catalog.profile import Profile
    from oracle_core.types.oracle_type import OracleType
    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.settings import TapSettings

MAX_PROBLEMS_LOGGED = 20
_LOGGER = logging.getLogger(__name__)


def discover(connection: oracledb.Connection, settings: TapSettings) -> dict[str, Any]:
    """Describe every table and view that the settings ask for and the user may read.

    Args:
        connection: An open session.
        settings: The tap's settings.

    Returns:
        A Singer catalog. The number of statements does not depend on the number of tables.

    Raises:
        ConfigurationError: If the profile is unknown.
    """
    if settings.catalog_cache_path is None:
        return _discover(connection, settings)
    cache = CatalogCache(
        path=settings.catalog_cache_path,
        # A profile is a file that another version of its package may have changed.
        key=fingerprint({**settings.connection, "profile": _profile(settings)}),
        ttl_seconds=settings.catalog_cache_ttl_seconds,
    )
    return cache.catalog(
        connection,
        _names(settings),
        lambda: _discover(connection, settings),
        through_synonyms=settings.include_synonyms,
    )


def _discover(connection: oracledb.Connection, settings: TapSettings) -> dict[str, Any]:
    depth = Depth(views=settings.include_views, through_synonyms=settings.include_synonyms)
    inventory = take_inventory(connection, _names(settings), depth)
    for problem in inventory.problems[:MAX_PROBLEMS_LOGGED]:
        _LOGGER.warning("%s.%s: %s", problem.schema, problem.table, problem.reason)
    if (more := len(inventory.problems) - MAX_PROBLEMS_LOGGED) > 0:
        _LOGGER.warning("%d more that cannot be read: `oracle-catalog generate` lists them", more)
    return singer_catalog(
        inventory.schemas,
        database=connection.service_name,
        options=for_database(settings.representation, inventory.database),
        profile=_profile(settings),
    )


def _profile(settings: TapSettings) -> Profile | None:
    return profile.load(settings.profile) if settings.profile else None


def _names(settings: TapSettings) -> NameFilter:
    return NameFilter(schemas=settings.filter_schemas, tables=settings.filter_tables)


def with_types(
    connection: oracledb.Connection, entries: Iterable[CatalogEntry]
) -> list[CatalogEntry]:
    """Complete entries of a catalog that names no Oracle types, such as that of another tap.

    Args:
        connection: An open session.
        entries: Streams as the catalog describes them.

    Returns:
        The same entries, each with the types that the dictionary holds.
    """
    wanted = list(entries)
    # Whole schemas, so that the number of statements does not grow with the number of streams.
    names = NameFilter(schemas=tuple(sorted({str(entry.table.schema) for entry in wanted})))
    # Views too: catalogs of other taps need not say which streams are views.
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


def mention_new_columns(connection: oracledb.Connection, entries: Sequence[CatalogEntry]) -> None:
    """Log the columns that tables have and the catalog does not know, a line per stream.

    Meltano hands over a catalog that it keeps, so that such columns never arrive by themselves.

    Args:
        connection: An open session.
        entries: Streams as the catalog describes them.
    """
    for owner in sorted({str(entry.table.schema) for entry in entries}):
        streams = {
            str(entry.table.table): entry for entry in entries if str(entry.table.schema) == owner
        }
        scope = Scope(owners=(owner,), table_names=tuple(streams))
        new: dict[str, list[str]] = {}
        for column in dictionary.columns(connection, scope):
            if not column.is_hidden and not streams[column.table].names(column.name):
                new.setdefault(column.table, []).append(column.name)
        for table, columns in new.items():
            _LOGGER.info(
                "Stream '%s': the table has columns that the catalog does not know (%s); discover "
                "again (meltano run --refresh-catalog) to read them",
                streams[table].stream_id,
                ", ".join(columns),
            )


def _types_by_stream(schemas: Iterable[Schema]) -> dict[str, dict[str, OracleType]]:
    return {
        stream_id(table.schema, table.name): {
            column.name: column.type for column in table.columns if column.unsupported is None
        }
        for schema in schemas
        for table in schema.tables
    }
