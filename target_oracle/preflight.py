"""Checks at the start of a stream: settings that load without an error and lose or double rows."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from oracle_core import preflight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from singer_sdk.mapper import StreamMap

    from target_oracle.settings import TargetSettings

_LOGGER = logging.getLogger("target-oracle")


def check_streams(
    maps: Iterable[StreamMap], settings: TargetSettings, *, bookmarks: Sequence[str] | None
) -> None:
    """Warn of what is probably not meant, before the tables of a stream are touched.

    Args:
        maps: Where the records of the stream go.
        settings: The settings of the run.
        bookmarks: The `bookmark_properties` of the SCHEMA.

    Raises:
        ConfigurationError: If there is something to warn of and `strict` is set.
    """
    warnings = (
        f"stream '{stream_map.stream_alias}': {warning}"
        for stream_map in maps
        for warning in _warnings(stream_map, settings, is_incremental=bool(bookmarks))
    )
    preflight.report(warnings, _LOGGER, strict=settings.strict)


def _warnings(
    stream_map: StreamMap, settings: TargetSettings, *, is_incremental: bool
) -> Iterator[str]:
    if is_incremental and settings.load_method == "overwrite":
        yield (
            "it is read by a replication key, so that later runs send only what is new, and "
            "load_method overwrite would replace the table by that; use upsert"
        )
    # Who sets append-only has chosen it, for example with a tap that sends ACTIVATE_VERSION.
    if not stream_map.transformed_key_properties and settings.load_method == "upsert":
        yield (
            "it has no key properties, so that every record is inserted and rows that are sent "
            "again are doubled; name them in the tap's catalog (view-key-properties) or with "
            "__key_properties__ in stream_maps, or set load_method to overwrite or append-only"
        )
