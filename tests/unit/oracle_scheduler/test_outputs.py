"""What a reader of a growing output is given."""

from __future__ import annotations

import pytest

from oracle_scheduler.store.outputs import Output


@pytest.mark.parametrize(
    ("position", "expected"),
    [(0, ("ab\ncd\n", 6)), (3, ("cd\n", 6)), (4, ("d\n", 6)), (6, ("", 6)), (9, ("", 9))],
)
def test_whole_output(position: int, expected: tuple[str, int]) -> None:
    assert Output(1, "ab\n", "cd\n", 6, is_complete=False).after(position) == expected


@pytest.mark.parametrize(
    ("position", "expected"),
    [(0, ("head\ntail\n", 100)), (5, ("tail\n", 100)), (50, ("tail\n", 100)), (98, ("l\n", 100))],
)
def test_output_with_a_gap(position: int, expected: tuple[str, int]) -> None:
    assert Output(1, "head\n", "tail\n", 100, is_complete=True).after(position) == expected
