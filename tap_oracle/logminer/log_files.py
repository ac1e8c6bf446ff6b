"""Which redo log files cover a range of SCNs, and whether one is missing.

Archived logs come first, online logs fill up what is not archived yet. Every thread counts: on a
cluster each instance writes a thread of its own, and a file left out means rows left out without
an error (Database Utilities, "Using LogMiner", "Requirements").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_CHANGE = 2**63 - 1
"""For the open end of the current log: NEXT_CHANGE# is 2^64 - 1 or NULL, by release."""

# RESETLOGS_CHANGE# leaves out logs of an earlier incarnation, whose SCNs mean something else;
# remote destinations hold files that are not on this server.
ARCHIVED_LOGS = """
SELECT l.name, l.thread#, l.sequence#, l.first_change#, l.next_change#
FROM v$archived_log l
WHERE l.name IS NOT NULL AND l.archived = 'YES' AND l.deleted = 'NO' AND l.status = 'A'
  AND l.next_change# > :first_scn AND l.first_change# <= :last_scn
  AND l.resetlogs_change# = (SELECT d.resetlogs_change# FROM v$database d)
  AND l.dest_id IN (SELECT s.dest_id FROM v$archive_dest_status s
    WHERE s.status = 'VALID' AND s.type = 'LOCAL')
ORDER BY l.thread#, l.sequence#, l.dest_id
"""
"""Files whose deletion by RMAN is known are left out; one file of each group suffices."""

# Members of a group are copies of each other; LogMiner refuses a log named twice (ORA-01289). One
# whose STATUS is not NULL is inaccessible, incomplete or no longer used (Database Reference,
# V$LOGFILE). NEXT_CHANGE# of the current log is NULL or a number above every SCN, by release.
ONLINE_LOGS = """
SELECT COALESCE(MIN(CASE WHEN f.status IS NULL THEN f.member END), MIN(f.member)),
  l.thread#, l.sequence#, l.first_change#, l.next_change#
FROM v$log l JOIN v$logfile f ON f.group# = l.group#
WHERE l.status <> 'UNUSED' AND (l.next_change# IS NULL OR l.next_change# > :first_scn)
  AND l.first_change# <= :last_scn
GROUP BY l.thread#, l.sequence#, l.first_change#, l.next_change#
ORDER BY l.thread#, l.sequence#
"""

# LAST_REDO_CHANGE# moves while a thread is open and stands still once it is closed.
THREADS = """
SELECT t.thread#, t.status, t.enable_change#, t.last_redo_change# FROM v$thread t
WHERE t.enable_change# <= :last_scn
"""
"""Threads that have written redo: whether each still writes, since when, and its last SCN."""


@dataclass(frozen=True, slots=True, order=True)
class LogFile:
    """One log file: the changes from `first_change` to before `next_change` of one thread."""

    thread: int
    sequence: int
    first_change: int
    next_change: int
    name: str


@dataclass(frozen=True, slots=True)
class RedoThread:
    """The redo of one instance.

    Attributes:
        number: Number of the thread.
        enabled_at: SCN from which on it has redo.
        ended_at: SCN of its last redo; None while it is open, and where it is not known.
        is_open: Whether it still writes.
    """

    number: int
    enabled_at: int = 0
    ended_at: int | None = None
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class MissingLog:
    """A range of SCNs of one thread that no file covers; `sequence` is the first file missing."""

    thread: int
    sequence: int | None
    first_scn: int
    last_scn: int

    def __str__(self) -> str:
        """Return the thread and the sequence, for messages."""
        if self.sequence is None:
            return f"no redo log of thread {self.thread}"
        return f"redo log sequence {self.sequence} of thread {self.thread} is missing or purged"


def log_file(row: Sequence[object]) -> LogFile:
    """Make a log file of a row of `ARCHIVED_LOGS` or `ONLINE_LOGS`."""
    name, thread, sequence, first, last = row
    end = MAX_CHANGE if last is None else min(int(str(last)), MAX_CHANGE)
    return LogFile(int(str(thread)), int(str(sequence)), int(str(first)), end, str(name))


def redo_thread(row: Sequence[object]) -> RedoThread:
    """Make a thread of a row of `THREADS`."""
    number, status, enabled, last = row
    is_open = status == "OPEN"
    # Without a last SCN nothing is known of where a closed thread ended.
    ended = None if is_open or not last else int(str(last))
    return RedoThread(int(str(number)), int(str(enabled)), ended, is_open)


def merged(archived: Iterable[LogFile], online: Iterable[LogFile]) -> list[LogFile]:
    """Return each log once, from the archive where it is there.

    A log named twice is refused (ORA-01289), and an online log may be overwritten while it is
    read, an archived one not.
    """
    chosen: dict[tuple[int, int], LogFile] = {}
    for file in (*archived, *online):
        chosen.setdefault((file.thread, file.sequence), file)
    return sorted(chosen.values())


def missing(
    files: Iterable[LogFile], threads: Iterable[RedoThread], first_scn: int, last_scn: int
) -> MissingLog | None:
    """Return the first hole in what the files cover; None if there is none.

    Args:
        files: The files, each once.
        threads: The threads that have written redo.
        first_scn: The first SCN to be covered.
        last_scn: The last one.
    """
    by_thread: dict[int, list[LogFile]] = {}
    for file in sorted(files):
        by_thread.setdefault(file.thread, []).append(file)
    holes = []
    for thread in threads:
        own = by_thread.pop(thread.number, [])
        # A thread has no redo from before it was enabled.
        first = max(first_scn, thread.enabled_at)
        last = last_scn
        if not thread.is_open:
            # A closed thread has no redo to wait for, but the logs it wrote until then count.
            last = min(last_scn, _end_of_closed(thread, own))
        if first <= last:
            holes.append(_hole(thread.number, own, first, last))
    # The database does not know these threads any more: only a hole between their files is one.
    holes += [
        _hole(number, own, own[0].first_change, own[-1].next_change - 1)
        for number, own in by_thread.items()
    ]
    present = [hole for hole in holes if hole is not None]
    return min(present, key=lambda hole: hole.first_scn, default=None)


def _end_of_closed(thread: RedoThread, files: Sequence[LogFile]) -> int:
    if thread.ended_at is not None:
        return thread.ended_at
    return files[-1].next_change - 1 if files else -1


def _hole(
    thread: int, files: Sequence[LogFile], first_scn: int, last_scn: int
) -> MissingLog | None:
    if not files:
        return MissingLog(thread, None, first_scn, last_scn)
    covered, sequence = first_scn, files[0].sequence - 1
    for file in files:
        if file.first_change > covered:
            return MissingLog(thread, sequence, covered, file.first_change - 1)
        covered, sequence = max(covered, file.next_change), file.sequence + 1
    if covered <= last_scn:
        return MissingLog(thread, sequence, covered, last_scn)
    return None
