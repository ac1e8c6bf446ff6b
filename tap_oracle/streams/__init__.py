"""Streams of the tap, one module per replication method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_oracle.catalog_entry import INCREMENTAL, LOG_BASED
from tap_oracle.streams.base import OracleStream
from tap_oracle.streams.full_table import FullTableStream
from tap_oracle.streams.incremental import IncrementalStream
from tap_oracle.streams.log_based import LogBasedStream

if TYPE_CHECKING:
    from singer_sdk import Tap

    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.services import StreamServices

__all__ = ["FullTableStream", "IncrementalStream", "LogBasedStream", "OracleStream", "stream_of"]


def stream_of(tap: Tap, entry: CatalogEntry, services: StreamServices) -> OracleStream:
    """Return the stream of a catalog entry, of the class of its replication method."""
    if entry.replication_method == INCREMENTAL:
        return IncrementalStream(tap, entry, services)
    if entry.replication_method == LOG_BASED:
        return LogBasedStream(tap, entry, services)
    return FullTableStream(tap, entry, services)
