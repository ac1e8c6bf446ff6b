"""Streams of the tap, one module per replication method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_oracle.catalog_entry import INCREMENTAL
from tap_oracle.streams.base import OracleStream
from tap_oracle.streams.full_table import FullTableStream
from tap_oracle.streams.incremental import IncrementalStream

if TYPE_CHECKING:
    from singer_sdk import Tap

    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.services import StreamServices

__all__ = ["FullTableStream", "IncrementalStream", "OracleStream", "stream_of"]


def stream_of(tap: Tap, entry: CatalogEntry, services: StreamServices) -> OracleStream:
    """Return the stream of a catalog entry, of the class of its replication method."""
    if entry.replication_method == INCREMENTAL:
        return IncrementalStream(tap, entry, services)
    return FullTableStream(tap, entry, services)
