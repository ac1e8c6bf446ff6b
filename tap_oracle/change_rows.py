"""From changes to rows of JSON values: completes what the log lacks and adds the metadata."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import TYPE_CHECKING

from tap_oracle.row_reader import key_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import oracledb

    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.changes import KeyChange
    from tap_oracle.plan import StreamPlan
    from tap_oracle.row_reader import RowReader
    from tap_oracle.writer import Row

    CommitTimes = Callable[[Sequence[int]], Mapping[int, dt.datetime]]

# SYSTIMESTAMP has the offset of the server's clock; CURRENT_TIMESTAMP has the session's (SQL
# Language Reference).
_OFFSET = "SELECT TO_CHAR(SYSTIMESTAMP, 'TZH:TZM') FROM dual"


def server_zone(session: oracledb.Connection) -> dt.tzinfo:
    """Return the offset of the server's clock, which the log and SCN_TO_TIMESTAMP show."""
    with closing(session.cursor()) as cursor:
        ((offset,),) = cursor.execute(_OFFSET).fetchall()
    return dt.datetime.strptime(offset, "%z").tzinfo or dt.UTC


class ChangeRows:
    """Makes the rows of a stream's records."""

    def __init__(
        self,
        entry: CatalogEntry,
        plan: StreamPlan,
        reader: RowReader,
        zone: dt.tzinfo,
        commit_times: CommitTimes,
    ) -> None:
        """Keep what is needed for each batch.

        Args:
            entry: The stream as the catalog describes it.
            plan: The columns as the log has them.
            reader: Reads the rows that the log does not hold in full.
            zone: The offset of the server's clock.
            commit_times: Returns the times of commits where the log has only their SCNs.
        """
        self._entry = entry
        self._plan = plan
        self._reader = reader
        self._zone = zone
        self._commit_times = commit_times

    def rows(self, changes: Sequence[KeyChange]) -> Iterator[Row]:
        """Yield a row per change: the columns, `_sdc_deleted_at` and `_sdc_scn`.

        A row that has to be read and is not there has been deleted meanwhile; its delete has been
        or will be in the log, and is delivered here already. With a condition every row is read:
        one that does not meet it, maybe not any more, is delivered as deleted.
        """
        values = list(self._plan.values([change.row for change in changes]))
        alive = [change.is_present for change in changes]
        must_read = [
            place
            for place, change in enumerate(changes)
            if change.must_read or (change.is_present and self._reader.has_condition)
        ]
        if must_read:
            keys = key_values(self._entry, self._plan, [changes[place].row for place in must_read])
            current = self._reader.rows(keys)
            for place, key in zip(must_read, keys, strict=True):
                alive[place] = key in current
                # A row that has gone keeps what the log says of it, its key at least.
                values[place] = current.get(key, values[place])
        deleted_at = self._deletions(
            change for change, is_alive in zip(changes, alive, strict=True) if not is_alive
        )
        for change, is_alive, row in zip(changes, alive, values, strict=True):
            yield (*row, None if is_alive else deleted_at[change.scn], change.scn)

    def _deletions(self, changes: Iterable[KeyChange]) -> Mapping[int, str]:
        times = {change.scn: change.time for change in changes}
        unknown = sorted(scn for scn, time in times.items() if time is None)
        known = {scn: time for scn, time in times.items() if time is not None}
        if unknown:
            # Asked for deletes alone and outside the versions query, where SCN_TO_TIMESTAMP is
            # slow (Development Guide, "Using Oracle Flashback Version Query").
            known.update(self._commit_times(unknown))
        return {scn: self._text(time) for scn, time in known.items()}

    def _text(self, time: dt.datetime) -> str:
        """Return a time of the server's clock in UTC, in whole seconds: it is not more exact."""
        moment = time.replace(tzinfo=self._zone, microsecond=0)
        return moment.astimezone(dt.UTC).isoformat()
