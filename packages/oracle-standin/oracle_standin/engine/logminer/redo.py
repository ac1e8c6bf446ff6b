"""Keeps single changes for LogMiner while supplemental logging is on.

What is kept is bounded in bytes, as a log file is; the oldest transactions go first.

Source: Database Utilities, "Using LogMiner to Analyze Redo Log Files".
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg

    from oracle_standin.engine.wal import Change, Note, Values

_NEWEST = "SELECT id, total FROM ora.redo ORDER BY id DESC LIMIT 1"
# Positions and times of the commits back to the last one before the first transaction began.
_COMMITS = """
SELECT c.scn, (c.lsn - '0/0'::pg_lsn)::bigint, ora.instant_seconds(c.at),
  ora.instant_seconds(c.started)
FROM ora.commits c WHERE c.scn <= %(last)s AND c.scn >= (
  SELECT b.scn FROM ora.commits b
  WHERE b.at <= (SELECT min(f.started) FROM ora.commits f
    WHERE f.scn BETWEEN %(first)s AND %(last)s)
  ORDER BY b.scn DESC LIMIT 1)
ORDER BY c.scn
"""
_ADD = """
COPY ora.redo (id, total, commit_scn, start_scn, scn, operation, relid, layout, before, after,
  statement, owner, name) FROM STDIN
"""
_FORGET = """
WITH bound AS (
  SELECT r.commit_scn FROM ora.redo r
  WHERE r.total <= (SELECT CASE WHEN ora.logging_since() IS NULL THEN n.total
      ELSE n.total - l.max_bytes END
    FROM ora.redo_limits l, (SELECT total FROM ora.redo ORDER BY total DESC LIMIT 1) n)
  ORDER BY r.total DESC LIMIT 1
), gone AS (
  DELETE FROM ora.redo r USING bound b WHERE r.commit_scn <= b.commit_scn
)
UPDATE ora.redo_limits SET gone_scn = b.commit_scn FROM bound b
"""
_EMPTY_ROW_BYTES = 100


@dataclass(frozen=True, slots=True)
class CommittedTransaction:
    """What one transaction has changed; `scn` is that of its commit."""

    scn: int
    changes: Sequence[Change]
    notes: Sequence[Note]


@dataclass(frozen=True, slots=True)
class _Commits:
    """Commits in their order: their SCNs, positions in the log and times."""

    scns: list[int]
    lsns: list[int]
    times: list[Any]
    begun: dict[int, Any]
    """When the transaction of each began."""

    def after_position(self, lsn: int) -> int:
        """Return the SCN that follows the newest commit before a position in the log."""
        return self.scns[max(bisect_right(self.lsns, lsn) - 1, 0)] + 1

    def after_start_of(self, scn: int) -> int:
        """Return the SCN that follows the newest commit before a transaction began.

        V$TRANSACTION gives that commit: a reader that begins there sees the whole transaction, as
        does one that goes on behind the newest commit that it has seen.
        """
        return self.scns[max(bisect_right(self.times, self.begun[scn]) - 1, 0)] + 1


@dataclass(frozen=True, slots=True)
class _Row:
    operation: str
    scn: int
    relid: int | None = None
    layout: str | None = None
    before: Values | None = None
    after: Values | None = None
    statement: str | None = None
    owner: str | None = None
    name: str | None = None

    @property
    def size(self) -> int:
        """Return about how much room it takes."""
        values = (*(self.before or ()), *(self.after or ()), self.statement)
        return _EMPTY_ROW_BYTES + sum(len(value) for value in values if value)


class RedoLog:
    """Writes redo over the connection that reads the write-ahead log."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        """Write in the transactions of `connection`."""
        self._connection = connection

    def store(self, committed: Sequence[CommittedTransaction]) -> None:
        """Keep what was committed since supplemental logging was switched on."""
        (since,) = self._connection.execute("SELECT ora.logging_since()").fetchall()[0]
        wanted = [item for item in committed if since is not None and item.scn > since]
        if not wanted:
            return
        number, total = self._connection.execute(_NEWEST).fetchone() or (0, 0)
        commits = self._commits(wanted[0].scn, wanted[-1].scn)
        with self._connection.cursor() as cursor, cursor.copy(_ADD) as copy:
            for item in wanted:
                start = commits.after_start_of(item.scn)
                for row in _rows(item, start, commits):
                    number += 1
                    total += row.size
                    copy.write_row(
                        (
                            *(number, total, item.scn, start, row.scn, row.operation, row.relid),
                            *(row.layout, _array(row.before), _array(row.after)),
                            *(row.statement, row.owner, row.name),
                        )
                    )

    def forget(self) -> None:
        """Drop the oldest transactions beyond the size of the log, or all while logging is off."""
        self._connection.execute(_FORGET)

    def _commits(self, first: int, last: int) -> _Commits:
        rows = self._connection.execute(_COMMITS, {"first": first, "last": last}).fetchall()
        scns, lsns, times, begun = ([row[index] for row in rows] for index in range(4))
        return _Commits(scns, lsns, times, dict(zip(scns, begun, strict=True)))


def _rows(item: CommittedTransaction, start: int, commits: _Commits) -> Iterator[_Row]:
    yield _Row("START", start)
    # DDL is noted when it is done, but comes before the rows that it puts into a new table.
    for note in item.notes:
        yield _Row("DDL", start, **json.loads(note.text))
    for change in item.changes:
        scn = max(start, min(commits.after_position(change.lsn), item.scn))
        yield _changed(change, scn)
    yield _Row("COMMIT", item.scn)


def _changed(change: Change, scn: int) -> _Row:
    operation = "UPDATE"
    if change.old is None:
        operation = "INSERT"
    elif change.new is None:
        operation = "DELETE"
    return _Row(operation, scn, change.relid, change.layout, change.old, change.new)


def _array(values: Values | None) -> list[str | None] | None:
    return None if values is None else list(values)
