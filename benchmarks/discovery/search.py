"""Finds the largest dictionary that a slow discovery finishes within a limit, in a few tries."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_TRIES = 6
_WORTH_A_TRY = 1.1
_CLOSE_ENOUGH = 1.25
_AIM = 0.95
"""Part of the limit that the next try is meant to take."""


@dataclass(frozen=True, slots=True)
class Try:
    """One size; `seconds` is None where it did not end within the limit."""

    tables: int
    seconds: float | None


def largest_finished(tries: Sequence[Try]) -> Try | None:
    """Return the largest size that ended, None where none did."""
    finished = [one for one in tries if one.seconds is not None]
    return max(finished, key=lambda one: one.tables, default=None)


def next_size(tries: Sequence[Try], limit: float) -> int | None:
    """Return the number of tables to try next, None where the largest is known well enough.

    As long as every size ended, the next one is as large as the growth from the last size to this
    lets expect to end, and at most twice as large; after one that did not end, it is the middle.

    Args:
        tries: what was tried.
        limit: seconds that a try may take.
    """
    best = largest_finished(tries)
    if best is None or best.seconds is None or len(tries) >= MAX_TRIES:
        return None
    too_large = min((one.tables for one in tries if one.seconds is None), default=None)
    if too_large is not None:
        wanted = (best.tables + too_large) / 2
        return _rounded(wanted) if too_large > best.tables * _CLOSE_ENOUGH else None
    growth = min(2.0, (limit * _AIM / best.seconds) ** (1 / _exponent(tries)))
    return _rounded(best.tables * growth) if growth >= _WORTH_A_TRY else None


def _exponent(tries: Sequence[Try]) -> float:
    """Return the power of the number of tables that the seconds last grew by: 1 to 2."""
    ended = sorted((one.tables, one.seconds) for one in tries if one.seconds is not None)
    steps = [
        math.log(seconds / earlier) / math.log(tables / fewer)
        for (fewer, earlier), (tables, seconds) in pairwise(ended)
    ]
    return min(2.0, max(1.0, steps[-1])) if steps else 1.0


def _rounded(tables: float) -> int:
    step = 1_000 if tables >= 10_000 else 10
    return round(tables / step) * step
