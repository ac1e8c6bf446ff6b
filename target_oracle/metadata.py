"""The Singer metadata columns (`_sdc_*`) that a table gets on request, and their values.

Meaning of each: Singer SDK documentation, "Record Metadata". Times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from target_oracle.properties import Property, ValueKind
from target_oracle.records import NULL

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from target_oracle.rows import Rows

EXTRACTED_AT = "_sdc_extracted_at"
RECEIVED_AT = "_sdc_received_at"
BATCHED_AT = "_sdc_batched_at"
DELETED_AT = "_sdc_deleted_at"
SEQUENCE = "_sdc_sequence"
TABLE_VERSION = "_sdc_table_version"
SYNC_STARTED_AT = "_sdc_sync_started_at"

_TIME = {"type": ["string", "null"], "format": "date-time"}
_NUMBER = {"type": ["integer", "null"]}

ALL = (
    EXTRACTED_AT,
    RECEIVED_AT,
    BATCHED_AT,
    DELETED_AT,
    SEQUENCE,
    TABLE_VERSION,
    SYNC_STARTED_AT,
)
FOR_VERSIONS = (DELETED_AT, TABLE_VERSION)
_TIMES = frozenset({EXTRACTED_AT, RECEIVED_AT, BATCHED_AT, DELETED_AT})


def metadata_property(name: str) -> Property:
    """Return a metadata column as a property."""
    kind, schema = (ValueKind.STRING, _TIME) if name in _TIMES else (ValueKind.INTEGER, _NUMBER)
    return Property(name, kind, nullable=True, required=False, is_key=False, schema=schema)


@dataclass(frozen=True, slots=True)
class BatchMoment:
    """What the rows of one batch have in common.

    `version` is that of the ACTIVATE_VERSION message that announced it, for records without one.
    `sync_started_ms` is in milliseconds since 1970.
    """

    received_at: dt.datetime
    batched_at: dt.datetime
    sync_started_ms: int
    version: int | None = None

    def values(
        self, name: str, extracted: Sequence[str | None], versions: Sequence[int | None]
    ) -> list[Any]:
        """Return the JSON values of a metadata column, one for each row."""
        if name == EXTRACTED_AT:
            return list(extracted)
        if name == TABLE_VERSION:
            return [self.version if version is None else version for version in versions]
        common: dict[str, Any] = {
            RECEIVED_AT: self.received_at.isoformat(),
            BATCHED_AT: self.batched_at.isoformat(),
            SEQUENCE: int(self.batched_at.timestamp() * 1000),
            SYNC_STARTED_AT: self.sync_started_ms,
        }
        return [common.get(name)] * len(extracted)


def deleted_positions(rows: Rows, properties: Sequence[Property]) -> set[int]:
    """Return the positions of records that say of themselves that their row is deleted."""
    place = next((i for i, prop in enumerate(properties) if prop.name == DELETED_AT), None)
    if place is None:
        return set()
    values = rows.columns[place]
    # A property of several types holds null as JSON text.
    return {position for position, value in enumerate(values) if value not in (None, NULL)}
