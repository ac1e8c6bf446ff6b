"""How far a stream is: a line per interval, a bar on a terminal."""

from __future__ import annotations

import io
import logging
import sys
import time

import pytest

from tap_oracle.progress import StreamProgress

LOGGER = logging.getLogger("tap-oracle")


class Clock:
    """Seconds that a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def progress_of(clock: Clock, *, rows: int, seconds: float, expected: int | None) -> StreamProgress:
    progress = StreamProgress(expected_rows=expected, started=clock.now, shown=clock.now)
    progress.add(rows=rows, size=10 * rows)
    clock.now += seconds
    return progress


def test_a_line_per_interval(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    progress = progress_of(clock, rows=30_000, seconds=10, expected=120_000)
    progress.show(LOGGER, "HR-T", 10)
    assert caplog.messages == [
        "Stream 'HR-T': 30,000 rows in 10.0 s (3,000 rows/s) so far, about 25%"
    ]
    clock.now += 9.9
    progress.show(LOGGER, "HR-T", 10)
    assert len(caplog.messages) == 1
    clock.now += 0.1
    progress.show(LOGGER, "HR-T", 10)
    assert len(caplog.messages) == 2
    clock.now += 60
    progress.show(LOGGER, "HR-T", 0)
    assert len(caplog.messages) == 2


def test_without_an_estimate_there_is_no_share(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    progress_of(clock, rows=1, seconds=10, expected=None).show(LOGGER, "HR-T", 10)
    assert caplog.messages == ["Stream 'HR-T': 1 rows in 10.0 s (0 rows/s) so far"]


@pytest.mark.parametrize(
    ("expected", "bar"),
    [(40, "[############............]  50% "), (10, f"[{'#' * 24}] 100% "), (None, "")],
)
def test_a_bar_on_a_terminal(
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    expected: int | None,
    bar: str,
) -> None:
    """Redrawn in place several times a second, and gone before the line that follows."""
    caplog.set_level(logging.INFO)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress = progress_of(clock, rows=20, seconds=0.5, expected=expected)
    progress.show(LOGGER, "HR-T", 10)
    progress.show(LOGGER, "HR-T", 10)
    drawn = f"\r\x1b[K{bar}HR-T: 20 rows in 0.5 s (40 rows/s)\r"
    assert terminal.getvalue() == drawn
    progress.clear()
    assert terminal.getvalue() == f"{drawn}\r\x1b[K"
    assert caplog.messages == []
