"""Chunks: a large table in parts of bounded size, so that an interrupted load goes on.

Split points cut the whole space of ROWIDs or keys: the first chunk has no lower bound, the last
no upper one, so that no row can lie between two chunks or beyond the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle_core import state
from oracle_core.identifiers import Identifier
from tap_oracle.query import Bind, Condition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_core.state import BookmarkValue
    from tap_oracle.plan import ColumnPlan

BY_ROWID, BY_KEY = "rowid", "key"
CHUNKS = "chunks"
"""Key of the bookmark under which the progress stands."""

Point = tuple["BookmarkValue", ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """The rows from `low` (included) to `high` (excluded); None where it has no bound.

    A point is a ROWID as its only element, or the values of the key columns as JSON values.
    """

    by: str
    low: Point | None
    high: Point | None


@dataclass(frozen=True)
class ChunkProgress:
    """The chunks of an unfinished load, as the bookmark holds them.

    Attributes:
        by: `rowid` or `key`.
        of: What the points belong to: table, columns and their like; points of something else
            are not used.
        points: The split points in order; there is one chunk more than points.
        done: Numbers of the chunks whose rows have all been written.
        scn: The SCN as of which the load reads.
        version: The table version that its records carry.
    """

    by: str
    of: str
    points: tuple[Point, ...]
    done: frozenset[int] = frozenset()
    scn: int | None = None
    version: int | None = None

    @property
    def count(self) -> int:
        """Number of chunks."""
        return len(self.points) + 1

    def chunk(self, number: int) -> Chunk:
        """Return a chunk by its number, from 0."""
        low = self.points[number - 1] if number else None
        high = self.points[number] if number < len(self.points) else None
        return Chunk(self.by, low, high)

    @property
    def left(self) -> list[int]:
        """The numbers of the chunks that are not done."""
        return [number for number in range(self.count) if number not in self.done]


def write_progress(progress: ChunkProgress) -> dict[str, Any]:
    """Return the progress as it stands in the bookmark."""
    # Short, because the points are part of every STATE.
    points = [point[0] if len(point) == 1 else list(point) for point in progress.points]
    return {
        "by": progress.by,
        "of": progress.of,
        "points": points,
        "done": sorted(progress.done),
        "scn": progress.scn,
        "version": progress.version,
    }


def read_progress(raw: object) -> ChunkProgress | None:
    """Return the progress in a bookmark; None where there is none, or a damaged one."""
    if not isinstance(raw, dict):
        return None
    points, done = raw.get("points"), raw.get("done")
    # Dropped and not refused: without its progress the load begins again, which loses nothing.
    if not isinstance(points, list) or not points or not isinstance(done, list):
        return None
    if not all(isinstance(number, int) for number in done) or raw.get("by") not in (
        BY_ROWID,
        BY_KEY,
    ):
        return None
    scn, version = raw.get("scn"), raw.get("version")
    return ChunkProgress(
        by=raw["by"],
        of=str(raw.get("of")),
        points=tuple(tuple(point) if isinstance(point, list) else (point,) for point in points),
        done=frozenset(done),
        scn=scn if isinstance(scn, int) else None,
        version=version if isinstance(version, int) else None,
    )


def condition_of(chunk: Chunk, keys: Sequence[ColumnPlan]) -> Condition | None:
    """Return the condition that the rows of a chunk fulfil; None for all rows.

    Args:
        chunk: The chunk.
        keys: The key columns, for chunks by key.
    """
    conditions = []
    if chunk.low is not None:
        conditions.append(_bound(chunk.by, chunk.low, keys, "low", at_least=True))
    if chunk.high is not None:
        conditions.append(_bound(chunk.by, chunk.high, keys, "high", at_least=False))
    if not conditions:
        return None
    sql = " AND ".join(condition.sql for condition in conditions)
    return Condition(sql, tuple(bind for condition in conditions for bind in condition.binds))


def _bound(
    by: str, point: Point, keys: Sequence[ColumnPlan], name: str, *, at_least: bool
) -> Condition:
    if by == BY_ROWID:
        # A range of ROWIDs is read as such: TABLE ACCESS BY ROWID RANGE.
        operator = ">=" if at_least else "<"
        bind = Bind(f":{name}", point[0], name=name)
        return Condition(f"ROWID {operator} CHARTOROWID(:{name})", (bind,))
    binds = [
        _key_bind(column, value, f"{name}_{place}")
        for place, (column, value) in enumerate(zip(keys, point, strict=True))
    ]
    columns = [Identifier(column.name).sql for column in keys]
    return Condition(_lexicographic(columns, binds, at_least=at_least), tuple(binds))


def _key_bind(column: ColumnPlan, value: BookmarkValue, name: str) -> Bind:
    plan, bound = state.bookmark_bind(value, column.type)
    return Bind(plan.placeholder(f":{name}"), bound, plan.input_type, name)


def _lexicographic(columns: Sequence[str], binds: Sequence[Bind], *, at_least: bool) -> str:
    """Return `(a, b) >= (x, y)` or `<` in SQL, which compares no rows by order.

    The outermost condition on the first column is there for the index.
    """
    strict, loose = (">", ">=") if at_least else ("<", "<=")
    last = f"{columns[-1]} {'>=' if at_least else '<'} {binds[-1].sql}"
    sql = last
    for column, bind in reversed(list(zip(columns[:-1], binds[:-1], strict=True))):
        sql = f"({column} {loose} {bind.sql} AND ({column} {strict} {bind.sql} OR {sql}))"
    return sql
