"""Graphs of pipelines and charts of runs as SVG, measured here and drawn by the templates."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_scheduler.jobfile import ordered
from oracle_scheduler.store.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from oracle_scheduler.jobfile import Job
    from oracle_scheduler.store.reading import RunRow

BOX_WIDTH, BOX_HEIGHT = 180, 44
GAP_X, GAP_Y = 56, 18
MARGIN = 8
CHART_WIDTH, CHART_HEIGHT = 900, 160


@dataclass(frozen=True, slots=True)
class Box:
    """A job in a graph; x and y are those of its upper left corner."""

    job: Job
    state: str
    x: int
    y: int

    @property
    def label(self) -> str:
        """The job's id, cut to the width of the box."""
        return self.job.id if len(self.job.id) <= 22 else f"{self.job.id[:21]}…"


@dataclass(frozen=True, slots=True)
class Graph:
    """Boxes and the curves between them, as `d` of SVG paths."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    curves: tuple[str, ...]


def graph(jobs: Sequence[Job], states: Mapping[str, str]) -> Graph:
    """Return the graph of a pipeline: each job one column behind the last that it depends on.

    Args:
        jobs: Of one pipeline, without a cycle.
        states: State by id of a job, where it has one.
    """
    columns: dict[str, int] = {}
    heights: Counter[int] = Counter()
    boxes: dict[str, Box] = {}
    for job in ordered(jobs):
        column = max((columns[name] + 1 for name in job.dependencies), default=0)
        columns[job.id] = column
        x = MARGIN + column * (BOX_WIDTH + GAP_X)
        y = MARGIN + heights[column] * (BOX_HEIGHT + GAP_Y)
        heights[column] += 1
        boxes[job.id] = Box(job, states.get(job.id, ""), x, y)
    curves = tuple(
        _curve(boxes[name], box) for box in boxes.values() for name in box.job.dependencies
    )
    # A column is as wide as a box with its gap; the last one has no gap.
    width = 2 * MARGIN + max(columns.values(), default=0) * (BOX_WIDTH + GAP_X) + BOX_WIDTH
    height = 2 * MARGIN + max(heights.values(), default=1) * (BOX_HEIGHT + GAP_Y) - GAP_Y
    return Graph(width, height, tuple(boxes.values()), curves)


def _curve(start: Box, end: Box) -> str:
    x, y = start.x + BOX_WIDTH, start.y + BOX_HEIGHT // 2
    to_x, to_y = end.x, end.y + BOX_HEIGHT // 2
    middle = (x + to_x) // 2
    return f"M{x},{y} C{middle},{y} {middle},{to_y} {to_x},{to_y}"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart; `state` gives its colour, `href` what it stands for."""

    x: float
    y: float
    width: float
    height: float
    state: str
    label: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars and the value at their top line."""

    bars: tuple[Bar, ...]
    top: str


def durations(runs: Sequence[RunRow]) -> Chart:
    """Return the durations of runs, oldest first, one bar per run that has ended.

    Args:
        runs: Newest first.
    """
    ended = [
        (run, (run.ended_at - run.started_at).total_seconds())
        for run in reversed(runs)
        if run.started_at is not None and run.ended_at is not None
    ]
    longest = max((seconds for _, seconds in ended), default=0.0) or 1.0
    step = CHART_WIDTH / max(len(ended), 20)
    bars = []
    for place, (run, seconds) in enumerate(ended):
        # A run of no time is a line of two pixels, not nothing.
        height = max(2.0, CHART_HEIGHT * seconds / longest)
        label = f"{run.created_at:%Y-%m-%d %H:%M}Z {run.state} {duration(seconds)}"
        corner = (round(place * step, 1), round(CHART_HEIGHT - height, 1))
        size = (round(step - 2, 1), round(height, 1))
        bars.append(Bar(*corner, *size, run.state, label, f"/runs/{run.run_id}"))
    return Chart(tuple(bars), duration(longest))


def runs_by_day(counts: Iterable[tuple[dt.date, str, int]], last: dt.date, days: int = 30) -> Chart:
    """Return the runs of each day as bars of stacked states.

    Args:
        counts: Day, state, number of runs.
        last: Day at the right end.
        days: Number of days.
    """
    by_day: dict[dt.date, Counter[str]] = {}
    for day, state, count in counts:
        by_day.setdefault(day, Counter())[state] += count
    most = max((counter.total() for counter in by_day.values()), default=0) or 1
    step = CHART_WIDTH / days
    bars = []
    for place in range(days):
        day = last - dt.timedelta(days=days - 1 - place)
        y = float(CHART_HEIGHT)
        # In the order of the enumeration, so that a state has its place in every bar.
        for state in State:
            count = by_day.get(day, Counter())[state]
            if count:
                height = CHART_HEIGHT * count / most
                y -= height
                label = f"{day} {state}: {count}"
                size = (round(step - 2, 1), round(height, 1))
                bars.append(Bar(round(place * step, 1), round(y, 1), *size, state, label))
    return Chart(tuple(bars), str(most))


def duration(seconds: float | None) -> str:
    """Return a duration as people write it."""
    if seconds is None:
        return "\N{EN DASH}"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
