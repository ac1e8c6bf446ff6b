"""Draw a picture of boxes and arrows from text: `docs/images/*.txt` becomes an SVG beside it.

A line `box NAME COLUMN ROW WIDTH: title | line` places a box on a grid, a line
`arrow FROM TO: label` connects two. Colours follow the reader's light or dark theme.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CELL_WIDTH, _CELL_HEIGHT = 250, 130
_BOX_WIDTH, _BOX_HEIGHT = 150, 62
_MARGIN = 12

_STYLE = """
  .box { fill: #f6f8fa; stroke: #57606a; stroke-width: 1.2; }
  .title { font: 600 15px system-ui, sans-serif; fill: #1f2328; text-anchor: middle; }
  .line { font: 12px system-ui, sans-serif; fill: #57606a; text-anchor: middle; }
  .arrow { stroke: #0969da; stroke-width: 1.6; fill: none; marker-end: url(#head); }
  .head { fill: #0969da; }
  .label { font: 12px system-ui, sans-serif; fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    .box { fill: #161b22; stroke: #8b949e; }
    .title { fill: #e6edf3; }
    .line { fill: #9da7b3; }
    .arrow { stroke: #58a6ff; }
    .head, .label { fill: #58a6ff; }
  }
"""


_HEAD = (
    '<marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7"'
    ' orient="auto"><path class="head" d="M0 0L10 5L0 10z"/></marker>'
)


@dataclass(frozen=True, slots=True)
class Box:
    """A box on the grid, with its centre and size in the units of the picture."""

    x: float
    y: float
    width: float
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow from one box to another."""

    start: Box
    end: Box
    label: str


def svg(text: str) -> str:
    """Return the picture that a text describes.

    Raises:
        ValueError: If a line is neither box nor arrow, or an arrow names an unknown box.
    """
    boxes, arrows = _parsed(text)
    width = max(box.x + box.width / 2 for box in boxes) + _MARGIN
    height = max(box.y for box in boxes) + _BOX_HEIGHT / 2 + _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">',
        f"<style>{_STYLE}</style>",
        f"<defs>{_HEAD}</defs>",
        *(part for arrow in arrows for part in _arrow(arrow)),
        *(part for box in boxes for part in _box(box)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _parsed(text: str) -> tuple[list[Box], list[Arrow]]:
    boxes: dict[str, Box] = {}
    arrows: list[Arrow] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        head, _, tail = line.partition(":")
        match head.split():
            case ["box", name, column, row, width]:
                title, *lines = (part.strip() for part in tail.split("|"))
                boxes[name] = Box(
                    x=float(column) * _CELL_WIDTH + _BOX_WIDTH / 2 + _MARGIN,
                    y=float(row) * _CELL_HEIGHT + _BOX_HEIGHT / 2 + _MARGIN,
                    width=float(width) * _BOX_WIDTH,
                    title=title,
                    lines=tuple(lines),
                )
            case ["arrow", start, end] if start in boxes and end in boxes:
                arrows.append(Arrow(boxes[start], boxes[end], tail.strip()))
            case _:
                message = f"neither a box nor an arrow between known boxes: {line}"
                raise ValueError(message)
    return list(boxes.values()), arrows


def _box(box: Box) -> Iterator[str]:
    left, top = box.x - box.width / 2, box.y - _BOX_HEIGHT / 2
    yield (
        f'<rect class="box" x="{left:g}" y="{top:g}" width="{box.width:g}"'
        f' height="{_BOX_HEIGHT}" rx="8"/>'
    )
    first = box.y + 5 - 9 * len(box.lines)
    yield f'<text class="title" x="{box.x:g}" y="{first:g}">{escape(box.title)}</text>'
    for number, line in enumerate(box.lines, 1):
        yield (
            f'<text class="line" x="{box.x:g}" y="{first + 19 * number:g}">{escape(line)}</text>'
        )


def _arrow(arrow: Arrow) -> Iterator[str]:
    start, end = arrow.start, arrow.end
    if start.y == end.y:
        way = 1 if end.x > start.x else -1
        x1, x2 = start.x + way * start.width / 2, end.x - way * (end.width / 2 + 3)
        yield f'<path class="arrow" d="M{x1:g} {start.y:g}H{x2:g}"/>'
        yield _label((x1 + x2) / 2, start.y - 8, arrow.label)
        return
    way = 1 if end.y > start.y else -1
    y1, y2 = start.y + way * _BOX_HEIGHT / 2, end.y - way * (_BOX_HEIGHT / 2 + 3)
    x1, x2 = start.x, end.x
    if start.x != end.x:  # slanted: leave from and arrive at the sides that face each other
        lean = 1 if end.x > start.x else -1
        x1, x2 = start.x + lean * start.width / 6, end.x - lean * end.width / 4
    yield f'<path class="arrow" d="M{x1:g} {y1:g}L{x2:g} {y2:g}"/>'
    middle, beside = (x1 + x2) / 2, 10
    is_left = x2 != x1 and start.y > end.y
    yield _label(
        middle - beside if is_left else middle + beside,
        (y1 + y2) / 2 + 4,
        arrow.label,
        anchor="end" if is_left else "start",
    )


def _label(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return (
        f'<text class="label" style="text-anchor: {anchor}" x="{x:g}" y="{y:g}">'
        f"{escape(text)}</text>"
    )
