"""Which size is tried next, and when the largest is known."""

from __future__ import annotations

import pytest

from benchmarks.discovery.search import MAX_TRIES, Try, largest_finished, next_size

LIMIT = 300.0


def search(seconds_of: dict[str, float]) -> list[Try]:
    """Search with a discovery that takes `linear` seconds a table and `square` a table squared."""
    tries: list[Try] = []
    tables: int | None = 10_000
    while tables is not None:
        seconds = 2 + seconds_of["linear"] * tables + seconds_of["square"] * tables**2
        tries.append(Try(tables, seconds if seconds < LIMIT else None))
        tables = next_size(tries, LIMIT)
    return tries


@pytest.mark.parametrize(
    "seconds_of",
    [
        {"linear": 1.2e-3, "square": 5e-7},
        {"linear": 5e-3, "square": 0},
        {"linear": 1e-4, "square": 2.5e-6},
        {"linear": 1e-3, "square": 1e-7},
    ],
)
def test_the_largest_is_found_within_a_quarter(seconds_of: dict[str, float]) -> None:
    tries = search(seconds_of)
    best = largest_finished(tries)

    assert len(tries) <= MAX_TRIES
    assert best is not None
    larger = 1.25 * best.tables
    assert seconds_of["linear"] * larger + seconds_of["square"] * larger**2 > LIMIT


def test_after_a_size_that_does_not_end_the_middle_is_tried() -> None:
    assert next_size([Try(10_000, 100.0), Try(20_000, None)], LIMIT) == 15_000
    assert next_size([Try(10, 1.0), Try(5_000, None)], LIMIT) == 2_500


def test_it_ends() -> None:
    assert next_size([Try(10_000, 290.0)], LIMIT) is None
    assert next_size([Try(16_000, 250.0), Try(20_000, None)], LIMIT) is None
    assert next_size([Try(10_000, None)], LIMIT) is None
    assert next_size([Try(size, 1.0) for size in range(1, MAX_TRIES + 1)], LIMIT) is None


def test_the_largest_that_ended() -> None:
    assert largest_finished([Try(20, 2.0), Try(30, None), Try(10, 1.0)]) == Try(20, 2.0)
    assert largest_finished([Try(30, None)]) is None
