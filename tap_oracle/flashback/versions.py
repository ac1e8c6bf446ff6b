"""The versions of a table's rows between two SCNs, folded into the last one of each key.

A key is present at the end if a version of it has not expired by then. That holds whatever moved
the row: an update of the key, a delete and a new insert, a change of partition. ROWIDs are not
needed, nor the order of versions within one transaction, which the query does not have.

Source: SQL Language Reference, "Version Query Pseudocolumns" and SELECT, flashback_query_clause;
Development Guide, "Using Oracle Flashback Version Query".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_oracle.query import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from oracle_core.identifiers import TableName
    from tap_oracle.writer import Row

AFTER_SCN, LAST_SCN = "after_scn", "last_scn"
"""Binds of the bounds."""

START, END, OPERATION = "versions_startscn", "versions_endscn", "versions_operation"
_DELETE = "D"


def select_versions(
    table: TableName,
    expressions: Sequence[str],
    *,
    after_scn: int,
    last_scn: int,
    bound: bool = True,
) -> Statement:
    """Return the query of the versions that began or ended after an SCN, up to another.

    Versions are those that were alive between the bounds. From `after_scn` on, because a version
    that ended with the first change would not be among them from the next SCN on. Rows that did
    not change are read and left out by the database, so that each query costs a full scan of the
    table. MINVALUE would never fail, but begin where undo begins and lose what lies before.

    Args:
        table: The table.
        expressions: One SQL expression per column.
        after_scn: The SCN up to which changes are known.
        last_scn: The last SCN of the changes.
        bound: Whether the bounds are bind variables; numbers in the text otherwise, for tables with
            a fine-grained audit policy (ORA-46378).
    """
    columns = ", ".join([*expressions, START, END, OPERATION])
    low, high = (f":{AFTER_SCN}", f":{LAST_SCN}") if bound else (f"{after_scn:d}", f"{last_scn:d}")
    return Statement(
        f"SELECT {columns} FROM {table.sql}"  # noqa: S608 - quoted identifiers and numbers
        f" VERSIONS BETWEEN SCN {low} AND {high} WHERE {START} > {low} OR {END} > {low}",
        {AFTER_SCN: after_scn, LAST_SCN: last_scn} if bound else {},
    )


@dataclass(frozen=True, slots=True)
class LastVersion:
    """The last version of a key.

    Attributes:
        row: The fetched values.
        scn: The SCN of the commit that made or ended it.
        is_present: Whether a row has the key at the end of the range.
    """

    row: Row
    scn: int
    is_present: bool


class VersionFold:
    """The last version of each key."""

    def __init__(self, key_positions: Sequence[int], last_scn: int) -> None:
        """Begin without any.

        Args:
            key_positions: Places of the key columns in a row.
            last_scn: The end of the range.
        """
        self._key_positions = tuple(key_positions)
        self._last_scn = last_scn
        self._versions: dict[tuple[object, ...], LastVersion] = {}

    def add(self, rows: Iterable[Row]) -> None:
        """Add versions in any order, each a row with the three pseudo-columns at its end."""
        for row in rows:
            *values, start, end, operation = row
            version = self._version(values, start, end, operation)
            key = tuple([values[position] for position in self._key_positions])
            known = self._versions.get(key)
            if known is None or _wins(version, known):
                self._versions[key] = version

    def _version(
        self, values: list[object], start: object, end: object, operation: object
    ) -> LastVersion:
        if operation == _DELETE:
            return LastVersion(values, int(str(start)), is_present=False)
        # A version that expired after the range is alive at its end.
        # VERSIONS_STARTSCN is NULL for a version that began before the range (SQL Language
        # Reference, "Version Query Pseudocolumns").
        if end is None or int(str(end)) > self._last_scn:
            return LastVersion(values, int(str(start or 0)), is_present=True)
        return LastVersion(values, int(str(end)), is_present=False)

    def last_versions(self) -> list[LastVersion]:
        """Return the last version of each key, in the order of their commits."""
        return sorted(self._versions.values(), key=lambda version: version.scn)


def _wins(version: LastVersion, known: LastVersion) -> bool:
    """Return whether a version of a key is later than another one.

    One that is alive is the last one. Of two that have ended the later one is; of a delete and the
    version that it ended, which have one SCN, either will do: they hold the same values.
    """
    if version.is_present is not known.is_present:
        return version.is_present
    return version.scn > known.scn
