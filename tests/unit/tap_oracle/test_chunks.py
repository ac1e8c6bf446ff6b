"""Chunks: no row between two of them, none in two; what the bookmark holds."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Self, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle_core.types import fetch_plan, parse
from tap_oracle.chunk_planning import block_cuts, made_rowids, placed_extents
from tap_oracle.chunks import (
    BY_KEY,
    BY_ROWID,
    Chunk,
    ChunkProgress,
    condition_of,
    read_progress,
    write_progress,
)
from tap_oracle.plan import ColumnPlan

if TYPE_CHECKING:
    from tap_oracle.query import Condition


def column(name: str, sql_datatype: str = "NUMBER(9)") -> ColumnPlan:
    oracle_type = parse(sql_datatype)
    return ColumnPlan(name, oracle_type, fetch_plan(oracle_type))


def holds(condition: Condition | None, row: dict[str, int]) -> bool:
    """Evaluate the condition as SQL would; the operators are Python's but for `=`."""
    if condition is None:
        return True
    text = condition.sql.replace(" AND", " and").replace(" OR", " or").replace(" = ", " == ")
    for name in row:
        text = text.replace(f'"{name}"', f"row[{name!r}]")
    for bind in condition.binds:
        text = text.replace(f":{bind.name} ", f"{bind.value!r} ")
        text = text.replace(f":{bind.name})", f"{bind.value!r})")
        if text.endswith(f":{bind.name}"):
            text = text.removesuffix(f":{bind.name}") + repr(bind.value)
    return bool(eval(text, {"row": row}))  # noqa: S307 - made here


@given(
    points=st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=5, unique=True).map(
        sorted
    )
)
@settings(max_examples=40, deadline=None)
def test_each_row_is_in_one_chunk(points: list[tuple[int, ...]]) -> None:
    keys = [column("A"), column("B"), column("C")]
    progress = ChunkProgress(BY_KEY, "t", tuple(points))
    conditions = [condition_of(progress.chunk(n), keys) for n in range(progress.count)]

    for row in itertools.product(range(4), repeat=3):
        values = dict(zip("ABC", row, strict=True))
        expected = sum(point <= row for point in points)
        assert [n for n, one in enumerate(conditions) if holds(one, values)] == [expected]


def test_a_single_key_needs_no_more_than_its_bounds() -> None:
    condition = condition_of(Chunk(BY_KEY, (5,), (9,)), [column("ID")])

    assert condition is not None
    assert condition.sql == '"ID" >= :low_0 AND "ID" < :high_0'
    assert {bind.name: bind.value for bind in condition.binds} == {"low_0": 5, "high_0": 9}


def test_keys_are_bound_with_the_type_of_their_column() -> None:
    point = ("2024-02-29T13:14:15.123456789+00:00",)
    condition = condition_of(Chunk(BY_KEY, point, None), [column("AT", "TIMESTAMP(9)")])

    assert condition is not None
    assert condition.sql.startswith('"AT" >= TO_TIMESTAMP(:low_0, ')
    assert condition.binds[0].value == "2024-02-29T13:14:15.123456789"


def test_rowids_are_compared_as_rowids() -> None:
    condition = condition_of(Chunk(BY_ROWID, ("AAA",), ("BBB",)), [])

    assert condition is not None
    assert condition.sql == "ROWID >= CHARTOROWID(:low) AND ROWID < CHARTOROWID(:high)"
    assert condition_of(Chunk(BY_ROWID, None, None), []) is None


@pytest.mark.parametrize(
    ("extents", "blocks", "cuts"),
    [
        ([(7, 1, 100, 30)], 10, [(7, 1, 110), (7, 1, 120)]),
        ([(7, 1, 100, 8), (7, 1, 200, 8)], 8, [(7, 1, 200)]),
        ([(7, 1, 0, 8), (8, 2, 0, 8), (9, 3, 0, 8)], 10, [(8, 2, 2), (9, 3, 4)]),
        ([(7, 1, 0, 5)], 10, []),
        ([], 10, []),
    ],
)
def test_cuts_are_made_by_blocks(
    extents: list[tuple[int, ...]], blocks: int, cuts: list[tuple[int, int, int]]
) -> None:
    assert block_cuts(extents, blocks) == cuts


def test_extents_get_the_object_of_their_partition() -> None:
    objects = {
        ("TABLE", None): None,
        ("TABLE PARTITION", "P1"): 9,
        ("TABLE PARTITION", "P2"): 8,
        ("TABLE SUBPARTITION", "P1"): 7,
    }
    rows = [
        ("TABLE PARTITION", "P1", 2, 30, 4),
        ("TABLE PARTITION", "P1", 2, 10, 4),
        ("TABLE PARTITION", "P2", 1, 50, 8),
        ("TABLE PARTITION", "DROPPED SINCE", 1, 90, 8),
    ]

    assert placed_extents(objects, rows) == [(8, 1, 50, 8), (9, 2, 10, 4), (9, 2, 30, 4)]


@given(
    extents=st.lists(st.integers(1, 40), max_size=12).map(
        lambda sizes: [(1, 1, 1_000 * place, size) for place, size in enumerate(sizes)]
    ),
    blocks=st.integers(1, 30),
)
@settings(max_examples=60, deadline=None)
def test_no_chunk_has_more_blocks_than_asked_for(
    extents: list[tuple[int, ...]], blocks: int
) -> None:
    cuts = set(block_cuts(extents, blocks))
    size, sizes = 0, []
    for object_id, file, first, count in extents:
        for block in range(first, first + count):
            if (object_id, file, block) in cuts:
                sizes.append(size)
                size = 0
            size += 1
    sizes.append(size)

    assert len(sizes) == len(cuts) + 1
    assert max(sizes) <= blocks


def test_progress_survives_the_state() -> None:
    progress = ChunkProgress(
        BY_KEY, "digest", ((1, "a"), (2, "b")), frozenset({0, 2}), scn=10**15, version=17
    )
    alone = ChunkProgress(BY_ROWID, "digest", (("AAA",), ("BBB",)))

    assert read_progress(write_progress(progress)) == progress
    assert read_progress(write_progress(alone)) == alone
    assert progress.left == [1]
    assert write_progress(alone)["points"] == ["AAA", "BBB"]


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        5,
        {},
        {"by": "rowid", "points": [], "done": []},
        {"by": "x", "points": ["A"], "done": []},
        {"by": "rowid", "points": ["A"], "done": ["0"]},
        {"by": "rowid", "points": "A", "done": []},
    ],
)
def test_damaged_progress_means_a_new_load(damaged: object) -> None:
    assert read_progress(damaged) is None


def test_rowids_cut_in_their_order_whatever_the_database_makes() -> None:
    """Of a bigfile tablespace they might repeat or go back; Oracle's digits are not those of ASCII.

    Out of order, two chunks of a table without a key would hold the same rows.
    """
    made = ["AAASNoAAEAAAAI/AAA", "AAASNoAAEAAAAIaAAA", "AAASNoAAEAAAAIaAAA", "AAASNoAAEAAAAIZAAA"]
    session = cast("Any", Made(tuple(made)))
    cuts = [(1, 2, 3)] * len(made)
    assert [point[0] for point in made_rowids(session, cuts)] == [made[3], made[1], made[0]]


class Made:
    """One row whatever is asked."""

    def __init__(self, row: tuple[str, ...]) -> None:
        self.row = row

    def cursor(self) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing to close."""

    def execute(self, sql: str, binds: dict[str, int]) -> Self:
        assert sql.count("ROWID_CREATE") == len(self.row) == len(binds) // 3
        return self

    def fetchone(self) -> tuple[str, ...]:
        return self.row
