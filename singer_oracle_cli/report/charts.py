"""Charts as inline SVG: colours come from the page's variables, so that they follow its theme.

Each mark carries its figures as a `<title>`, which browsers show on pointing and screen readers
read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 12, 28
BAR_HEIGHT, LABEL_WIDTH = 24, 260
_STEPS = (1, 2, 5, 10)
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """One value of a chart.

    Attributes:
        label: What stands on the axis.
        value: Its height or length.
        title: What is shown on pointing.
        kind: Class of the mark, which decides its colour.
    """

    label: str
    value: float
    title: str
    kind: str = "series"


def nice_ceiling(value: float) -> float:
    """Return the least of 1, 2, 5 times a power of ten that is not below a value."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    # With a margin: the logarithm of a power of ten may be rounded down or up.
    return next(step * power for step in _STEPS if step * power >= value * (1 - 1e-9))


def nice_seconds(value: float) -> float:
    """Return the same for a duration, round in the unit in which an axis shows it."""
    hour = _MINUTE * _MINUTE
    unit = 1 if value < 2 * _MINUTE else _MINUTE if value < 2 * hour else hour
    return nice_ceiling(value / unit) * unit


def short_number(value: float) -> str:
    """Return a number as an axis shows it: 12k, 3.4M."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:.3g}{unit}"
    return f"{value:.3g}"


def short_seconds(value: float) -> str:
    """Return a duration as an axis shows it: 250 ms, 12 s, 3 min, 2.5 h."""
    if value < 1:
        return f"{value * 1000:.3g} ms"
    if value < 2 * _MINUTE:
        return f"{value:.3g} s"
    if value < 2 * _MINUTE * _MINUTE:
        return f"{value / _MINUTE:.3g} min"
    return f"{value / _MINUTE / _MINUTE:.3g} h"


def columns(marks: Sequence[Mark], *, name: str, is_time: bool = False) -> str:
    """Return a chart of columns over time.

    Args:
        marks: Values from left to right.
        name: What the chart shows, for screen readers.
        is_time: Whether values are seconds; else they are numbers.
    """
    shown = short_seconds if is_time else short_number
    ceiling = nice_seconds if is_time else nice_ceiling
    top = ceiling(max((mark.value for mark in marks), default=0))
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    slot = width / max(1, len(marks))
    bar = max(1.0, min(24.0, slot - 2))
    parts = list(_grid(shown(top / 2), shown(top)))
    for position, mark in enumerate(marks):
        length = height * mark.value / top
        x = LEFT + slot * position + (slot - bar) / 2
        # A value of nothing is still a mark that can be seen and pointed at.
        tall = max(length, 3.0)
        y = TOP + height - tall
        parts.append(
            f'<rect class="{mark.kind}" x="{x:.1f}" y="{y:.1f}" width="{bar:.1f}" '
            f'height="{tall:.1f}" rx="{min(2.0, bar / 2):.1f}">'
            f"<title>{escape(mark.title)}</title></rect>"
        )
    parts += _time_labels(marks, slot)
    return _svg(name, HEIGHT, parts)


def _grid(middle_label: str, top_label: str) -> Iterator[str]:
    height = HEIGHT - TOP - BOTTOM
    for share, label in ((0.0, "0"), (0.5, middle_label), (1.0, top_label)):
        y = TOP + height * (1 - share)
        yield f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'
        yield f'<text class="axis end" x="{LEFT - 8}" y="{y + 4:.1f}">{escape(label)}</text>'


def _time_labels(marks: Sequence[Mark], slot: float) -> Iterator[str]:
    if not marks:
        return
    y = HEIGHT - 8
    yield f'<text class="axis" x="{LEFT}" y="{y}">{escape(marks[0].label)}</text>'
    if slot * len(marks) > LABEL_WIDTH and len(marks) > 1:
        x = WIDTH - RIGHT
        yield f'<text class="axis end" x="{x}" y="{y}">{escape(marks[-1].label)}</text>'


def bars(marks: Sequence[Mark], *, name: str, is_time: bool = False) -> str:
    """Return a chart of horizontal bars, each with its label and its value.

    Args:
        marks: Values from top to bottom.
        name: What the chart shows, for screen readers.
        is_time: Whether values are seconds; else they are numbers.
    """
    shown = short_seconds if is_time else short_number
    top = max((mark.value for mark in marks), default=0) or 1.0
    width = WIDTH - LABEL_WIDTH - 72
    parts = []
    for position, mark in enumerate(marks):
        y = 4 + position * BAR_HEIGHT
        length = max(1.0, width * mark.value / top)
        parts.append(
            f'<text class="label end" x="{LABEL_WIDTH - 8}" y="{y + 15}">'
            f"{escape(_fitting(mark.label))}<title>{escape(mark.label)}</title></text>"
            f'<rect class="{mark.kind}" x="{LABEL_WIDTH}" y="{y + 3}" width="{length:.1f}" '
            f'height="{BAR_HEIGHT - 8}" rx="2"><title>{escape(mark.title)}</title></rect>'
            f'<text class="axis" x="{LABEL_WIDTH + length + 6:.1f}" y="{y + 15}">'
            f"{escape(shown(mark.value))}</text>"
        )
    return _svg(name, max(1, len(marks)) * BAR_HEIGHT + 8, parts)


def _fitting(label: str, most: int = 34) -> str:
    return label if len(label) <= most else f"{label[: most // 2 - 1]}…{label[-(most // 2) :]}"


def _svg(name: str, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg role="img" aria-label="{escape(name)}" viewBox="0 0 {WIDTH} {height}" '
        f'preserveAspectRatio="xMinYMin meet">{"".join(parts)}</svg>'
    )
