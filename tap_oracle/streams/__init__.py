"""Streams of the tap, one module a replication method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_oracle.catalog_entry import INCREMENTAL
from tap_oracle.streams.base import OracleStream
from tap_oracle.streams.full_table import FullTableStream
from tap_oracle.streams.incremental import IncrementalStream

if TYPE_CHECKING:
    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.tap import TapOracle

__all__ = ["FullTableStream", "IncrementalStream", "OracleStream", "stream_of"]


def stream_of(tap: TapOracle, entry: CatalogEntry) -> OracleStream:
    """Make the stream of a catalog entry, of the class of its replication method."""
    if entry.replication_method == INCREMENTAL:
        return IncrementalStream(tap, entry)
    return FullTableStream(tap, entry)
