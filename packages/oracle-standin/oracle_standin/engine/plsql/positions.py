"""Places in the text of a block."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """Where a part of a block is: line and column from 1, and its character from 0."""

    line: int
    column: int
    offset: int


def position_in(text: str, offset: int) -> Position:
    """Return the position of a character offset."""
    before = text[: max(offset, 0)]
    return Position(before.count("\n") + 1, len(before) - before.rfind("\n"), len(before))
