"""Which log files are mined, and which are missing."""

from __future__ import annotations

import pytest

from tap_oracle.logminer.log_files import (
    MAX_CHANGE,
    LogFile,
    RedoThread,
    log_file,
    merged,
    missing,
    redo_thread,
)
from tap_oracle.logminer.windows import MAX_ROWS, MAX_SCNS, MIN_SCNS, WindowSize


def file(sequence: int, first: int, following: int, thread: int = 1, kind: str = "arch") -> LogFile:
    return LogFile(thread, sequence, first, following, f"/{kind}{thread}_{sequence}")


def test_the_archived_copy_wins_and_each_log_comes_once() -> None:
    archived = [file(1, 10, 20), file(2, 20, 30), file(2, 20, 30, kind="other")]
    online = [file(2, 20, 30, kind="online"), file(3, 30, MAX_CHANGE, kind="online")]
    assert [one.name for one in merged(archived, online)] == ["/arch1_1", "/arch1_2", "/online1_3"]


def test_an_open_end_has_many_forms() -> None:
    assert log_file(("/a", 1, 3, 30, None)).next_change == MAX_CHANGE
    assert log_file(("/a", 1, 3, 30, 18446744073709551615)).next_change == MAX_CHANGE
    assert log_file(("/a", 1, 3, 30, 40)) == LogFile(1, 3, 30, 40, "/a")


WHOLE = [file(1, 10, 20), file(2, 20, 30), file(3, 30, MAX_CHANGE)]


ONE = RedoThread(1)


def closed(number: int, since: int = 0, until: int | None = None) -> RedoThread:
    return RedoThread(number, since, until, is_open=False)


@pytest.mark.parametrize(
    ("files", "threads", "first_scn", "hole"),
    [
        (WHOLE, [ONE], 15, None),
        (WHOLE[1:], [ONE], 15, (1, 1, 15, 19)),
        ([WHOLE[0], WHOLE[2]], [ONE], 15, (1, 2, 20, 29)),
        (WHOLE[:2], [ONE], 15, (1, 3, 30, 50)),
        ([], [ONE], 15, (1, None, 15, 50)),
        ([*WHOLE, file(7, 5, 60, thread=2)], [ONE, RedoThread(2)], 15, None),
        (WHOLE, [ONE, RedoThread(2)], 15, (2, None, 15, 50)),
        # A thread that was enabled within the range.
        ([*WHOLE, file(1, 40, 60, thread=2)], [ONE, RedoThread(2, 40)], 15, None),
        # Closed threads: all that they wrote in the range is there, or nothing was.
        ([*WHOLE, file(7, 5, 25, thread=2)], [ONE, closed(2, until=24)], 15, None),
        (WHOLE, [ONE, closed(2, until=14)], 15, None),
        (WHOLE, [ONE, closed(2)], 15, None),
        # One whose first log, or last, or all of them have been purged.
        ([*WHOLE, file(8, 20, 25, thread=2)], [ONE, closed(2, until=24)], 15, (2, 7, 15, 19)),
        ([*WHOLE, file(8, 20, 25, thread=2)], [ONE, closed(2)], 15, (2, 7, 15, 19)),
        ([*WHOLE, file(8, 20, 25, thread=2)], [ONE, closed(2, 20, 24)], 15, None),
        ([*WHOLE, file(7, 5, 18, thread=2)], [ONE, closed(2, until=24)], 15, (2, 8, 18, 24)),
        (WHOLE, [ONE, closed(2, until=24)], 15, (2, None, 15, 24)),
        # A thread that the database does not know any more.
        ([*WHOLE, file(7, 5, 25, thread=2)], [ONE], 15, None),
        ([*WHOLE, file(7, 5, 18, 2), file(9, 22, 25, 2)], [ONE], 15, (2, 8, 18, 21)),
    ],
)
def test_holes(
    files: list[LogFile],
    threads: list[RedoThread],
    first_scn: int,
    hole: tuple[int, int | None, int, int] | None,
) -> None:
    found = missing(files, threads, first_scn, 50)
    assert (found and (found.thread, found.sequence, found.first_scn, found.last_scn)) == hole


def test_threads() -> None:
    assert redo_thread((1, "OPEN", 1, 900)) == RedoThread(1, 1, None)
    assert redo_thread((2, "CLOSED", 1, 900)) == RedoThread(2, 1, 900, is_open=False)
    assert redo_thread((3, "CLOSED", 5, 0)) == RedoThread(3, 5, None, is_open=False)


def test_a_hole_is_named() -> None:
    found = missing([WHOLE[0], WHOLE[2]], [ONE], 15, 50)
    assert str(found) == "redo log sequence 2 of thread 1 is missing or purged"
    assert str(missing([], [RedoThread(4)], 15, 50)) == "no redo log of thread 4"


class TestWindows:
    def test_quick_windows_grow_and_slow_ones_shrink(self) -> None:
        size = WindowSize(10_000)
        assert size.after(seconds=0.1, rows=5).scns == 20_000
        assert size.after(seconds=60, rows=5).scns == 5_000
        assert size.after(seconds=0.1, rows=MAX_ROWS + 1).scns == 5_000
        assert size.after(seconds=10, rows=5) == size

    def test_there_is_a_least_and_a_greatest(self) -> None:
        assert WindowSize(MIN_SCNS).after(seconds=60, rows=0).scns == MIN_SCNS
        assert WindowSize(MAX_SCNS).after(seconds=0, rows=0).scns == MAX_SCNS

    def test_windows_follow_each_other_to_the_end(self) -> None:
        size = WindowSize(10)
        assert (size.end(1, 25), size.end(11, 25), size.end(21, 25)) == (10, 20, 25)
