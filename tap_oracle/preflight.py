"""Checks at the start of a run that save a night: settings that work and lose or double rows."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from oracle_core import glob_options, preflight, stream_maps
from tap_oracle.catalog_entry import FULL_TABLE, INCREMENTAL
from tap_oracle.starting_point import is_later, is_moment
from tap_oracle.streams.incremental import COLUMNS, columns_digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from typing import Any

    from tap_oracle.streams import OracleStream

_LOGGER = logging.getLogger("tap-oracle")


def warn_of_unmatched(
    streams: Collection[str], options: Mapping[str, Any], config: Mapping[str, Any]
) -> None:
    """Warn of settings for streams that the catalog does not have.

    Args:
        streams: The names of the catalog's streams.
        options: The setting `stream_options`.
        config: All settings, `stream_maps` among them.
    """
    for glob in glob_options.unmatched(streams, options):
        _LOGGER.warning("stream_options: '%s' matches no stream of the catalog", glob)
    for line in stream_maps.unmatched(config.get("stream_maps") or {}, streams):
        _LOGGER.warning("%s", line)


def check_streams(streams: Iterable[OracleStream], *, strict: bool) -> None:
    """Warn of what is probably not meant, one line per case.

    Args:
        streams: The selected streams.
        strict: Whether a warning ends the run.

    Raises:
        ConfigurationError: If there is something to warn of and `strict` is set.
    """
    warnings = (
        f"stream '{stream.name}': {warning}" for stream in streams for warning in _warnings(stream)
    )
    preflight.report(warnings, _LOGGER, strict=strict)


def _warnings(stream: OracleStream) -> Iterator[str]:
    if stream.entry.replication_method == INCREMENTAL:
        yield from _of_increments(stream)
    elif stream.entry.replication_method == FULL_TABLE:
        settings = stream.services.settings
        if not stream.primary_keys and not settings.emit_activate_version_messages:
            yield (
                "FULL_TABLE without a key: a target that appends doubles its rows with every "
                "run; name view-key-properties, or set emit_activate_version_messages"
            )


def _of_increments(stream: OracleStream) -> Iterator[str]:
    key, bookmark = str(stream.replication_key), stream.bookmark
    if stream.entry.is_nullable(key):
        yield (
            f"the replication key {key} may be NULL: rows without it are read by the first run "
            "only; choose a column that is NOT NULL, or FULL_TABLE"
        )
    if bookmark.replication_key_value is None:
        return
    if bookmark.replication_key not in (None, key):
        yield (
            f"the replication key is {key} now and was {bookmark.replication_key}: the stream "
            "begins again from its start"
        )
        return
    # A day of tolerance: a key without a zone may be up to 14 hours ahead of UTC.
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
    oracle_type = stream.entry.types.get(key)
    value = str(bookmark.replication_key_value)
    if oracle_type is not None and is_moment(oracle_type) and is_later(value, tomorrow):
        yield (
            "its bookmark lies in the future: rows stamped before it are not read; correct the "
            "row in question and run this stream with --full-refresh"
        )
    known = stream.stream_state.get(COLUMNS)
    if known not in (None, columns_digest(stream.selected_schema)):
        yield (
            "its columns have changed since the last run: rows that were read before hold null "
            "in new columns; run this stream with --full-refresh to fill them"
        )
