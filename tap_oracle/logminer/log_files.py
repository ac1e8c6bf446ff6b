"""Which redo log files cover a range of SCNs, and whether one is missing.

Archived logs come first, online logs fill up what is not archived yet. Every thread counts: on a
cluster each instance writes a thread of its own, and a file left out means rows left out without
an error (Database Utilities, "Using LogMiner", "Requirements").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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

# Members of a group are copies of each other; LogMiner refuses a log named twice (ORA-01289).
ONLINE_LOGS = """
SELECT MIN(f.member), l.thread#, l.sequence#, l.first_change#, l.next_change#
FROM v$log l JOIN v$logfile f ON f.group# = l.group#
WHERE l.status <> 'UNUSED' AND l.next_change# > :first_scn AND l.first_change# <= :last_scn
GROUP BY l.thread#, l.sequence#, l.first_change#, l.next_change#
ORDER BY l.thread#, l.sequence#
"""

OPEN_THREADS = """
SELECT t.thread#, t.enabled_change# FROM v$thread t
WHERE t.enabled <> 'DISABLED' AND t.status = 'OPEN' AND t.enabled_change# <= :last_scn
"""
"""Threads that write, and since when; a closed one has no redo to wait for."""


@dataclass(frozen=True, slots=True, order=True)
class LogFile:
    """One log file: the changes from `first_change` to before `next_change` of one thread."""

    thread: int
    sequence: int
    first_change: int
    next_change: int
    name: str


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
    files: Iterable[LogFile], threads: Mapping[int, int], first_scn: int, last_scn: int
) -> MissingLog | None:
    """Return the first hole in what the files cover; None if there is none.

    Args:
        files: the files, each once.
        threads: the threads that are open, each with the SCN since which it is enabled.
        first_scn: the first SCN to be covered.
        last_scn: the last one.
    """
    by_thread: dict[int, list[LogFile]] = {thread: [] for thread in threads}
    for file in sorted(files):
        by_thread.setdefault(file.thread, []).append(file)
    holes = []
    for thread, own in sorted(by_thread.items()):
        if thread in threads:
            # A thread has no redo from before it was enabled.
            hole = _hole(thread, own, max(first_scn, threads[thread]), last_scn)
        else:  # it has ended, so that only a hole between its files is one
            hole = _hole(thread, own, own[0].first_change, own[-1].next_change - 1)
        if hole is not None:
            holes.append(hole)
    return min(holes, key=lambda hole: hole.first_scn, default=None)


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
