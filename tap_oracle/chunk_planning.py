"""Where to cut a large table: by the extents of its segments, else by its primary key."""

from __future__ import annotations

import hashlib
import logging
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import oracledb

from oracle_core.errors import describe
from oracle_core.session_setup import EXACT_FETCH
from oracle_core.state import state_value
from oracle_core.types.plans import JsonSchemaOptions
from tap_oracle.chunks import BY_KEY, BY_ROWID, ChunkProgress
from tap_oracle.query import Statement, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from oracle_core.identifiers import TableName
    from tap_oracle.chunks import Point
    from tap_oracle.plan import ColumnPlan, StreamPlan
    from tap_oracle.snapshot import Moment

_LOGGER = logging.getLogger("tap-oracle")

MAX_CHUNKS = 500
"""Larger tables get larger chunks, because the split points are part of every STATE."""

_POINTS_PER_ROUND_TRIP = 50
_DIGITS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
"""Of an extended ROWID, in their order (SQL Language Reference, "ROWID Data Type")."""
_NO_RIGHT = frozenset({"ORA-00942", "ORA-01031", "ORA-00904", "ORA-41900"})

_FACTS = """SELECT t.num_rows, t.iot_type, t.cluster_name, t.temporary, t.row_movement
FROM all_tables t WHERE t.owner = :owner AND t.table_name = :name"""

# TRUNCATE and MOVE give a segment a new DATA_OBJECT_ID; count and sum stand for any number of
# partitions.
_SEGMENTS = """SELECT COUNT(o.data_object_id), SUM(o.data_object_id), MAX(o.object_id)
FROM all_objects o WHERE o.owner = :owner AND o.object_name = :name
AND o.object_type IN ('TABLE', 'TABLE PARTITION', 'TABLE SUBPARTITION')"""

_EXTENTS = """SELECT e.segment_type, e.partition_name, e.relative_fno, e.block_id, e.blocks
FROM dba_extents e
WHERE e.owner = :owner AND e.segment_name = :name AND e.segment_type LIKE 'TABLE%'"""

_OBJECTS = """SELECT o.object_type, o.subobject_name, o.data_object_id
FROM dba_objects o
WHERE o.owner = :owner AND o.object_name = :name AND o.object_type LIKE 'TABLE%'"""


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What the dictionary says about the storage of a table.

    Attributes:
        rows: The optimizer's estimate of the number of rows; None without statistics.
        has_heap_rowids: Whether ranges of ROWIDs can be read: no index-organized, clustered or
            temporary table.
        moves_rows: Whether an update may give a row another ROWID.
        identity: Changes when the table is created again, truncated or moved.
    """

    rows: int | None
    has_heap_rowids: bool
    moves_rows: bool
    identity: str


def table_facts(session: oracledb.Connection, table: TableName) -> TableFacts | None:
    """Return the facts of a table, None where the dictionary shows no table of that name."""
    names = {"owner": str(table.schema), "name": str(table.table)}
    with session.cursor() as cursor:
        row = cursor.execute(_FACTS, names).fetchone()
        # A view, or a table that ALL_TABLES does not show to the user.
        if row is None:
            return None
        segments = cursor.execute(_SEGMENTS, names).fetchone()
    rows, iot_type, cluster, temporary, row_movement = row
    return TableFacts(
        rows=None if rows is None else int(rows),
        # ROWIDs of index-organized tables are logical, made of the primary key: no range of blocks
        # describes them (Database Concepts, "Logical Rowids").
        has_heap_rowids=iot_type is None and cluster is None and temporary != "Y",
        moves_rows=row_movement == "ENABLED",
        identity="/".join(str(value) for value in segments or ()),
    )


def digest_of(facts: TableFacts, plan: StreamPlan, *more: str) -> str:
    """Return what split points and finished chunks belong to; another digest makes them void."""
    text = "\n".join([facts.identity, *plan.expressions, *more])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def plan_chunks(
    session: oracledb.Connection,
    table: TableName,
    facts: TableFacts,
    *,
    keys: Sequence[ColumnPlan],
    moment: Moment,
    chunk_rows: int,
    digest: str,
) -> ChunkProgress | None:
    """Return the chunks of a table, None where it is read in one piece.

    Args:
        session: An open session.
        table: The table.
        facts: What the dictionary says about it.
        keys: Its key columns, none of them nullable; empty for a table without.
        moment: What is read.
        chunk_rows: Rows per chunk, by the dictionary's estimate.
        digest: What the chunks belong to.
    """
    # NUM_ROWS is NULL without statistics.
    if facts.rows is None or facts.rows <= chunk_rows:
        return None
    size = max(chunk_rows, -(-facts.rows // MAX_CHUNKS))
    # ROWIDs first: extents come from the dictionary, while a cut by key reads the whole index.
    by, points = BY_ROWID, _rowid_points(session, table, facts, size, has_key=bool(keys))
    if not points and keys:
        by, points = BY_KEY, _key_points(session, table, keys, moment, size)
    if not points:
        _LOGGER.info(
            "%s is read in one piece: neither DBA_EXTENTS nor a key shows where to cut it",
            table.sql,
        )
        return None
    _LOGGER.debug("%s is read in %d chunks by %s", table.sql, len(points) + 1, by)
    return ChunkProgress(by, digest, tuple(points))


def _rowid_points(
    session: oracledb.Connection, table: TableName, facts: TableFacts, size: int, *, has_key: bool
) -> list[Point]:
    """Return split points of about `size` rows from the extents, none where they cannot be had.

    A row that moves between the runs of one load could go unread, so that a table whose rows may
    move is cut by its key.
    """
    if not facts.has_heap_rowids or facts.moves_rows:
        return []
    names = {"owner": str(table.schema), "name": str(table.table)}
    try:
        with session.cursor() as cursor:
            cursor.arraysize = 1_000
            objects = {(kind, part): at for kind, part, at in cursor.execute(_OBJECTS, names)}
            rows = cursor.execute(_EXTENTS, names).fetchall()
    except oracledb.DatabaseError as error:
        # There is no ALL_EXTENTS: without a right to the DBA views the key has to do.
        if describe(error).code not in _NO_RIGHT:
            raise
        if not has_key:
            _LOGGER.debug("DBA_EXTENTS cannot be read")
        return []
    extents = placed_extents(objects, rows)
    blocks = sum(extent[3] for extent in extents)
    if not blocks or not facts.rows:
        return []
    return made_rowids(session, block_cuts(extents, max(1, blocks * size // facts.rows)))


def placed_extents(
    objects: Mapping[tuple[str, str | None], int | None], rows: Iterable[tuple[Any, ...]]
) -> list[tuple[int, int, int, int]]:
    """Return object, file, first block and number of blocks of each extent, in order of ROWIDs.

    DBA_EXTENTS and DBA_OBJECTS are joined here: the optimizer often fails on joins of the
    dictionary's views.

    Args:
        objects: Number of the data object by type and name of the partition.
        rows: Type and partition of a segment, and file, first block and blocks of an extent.
    """
    return sorted(
        (int(number), int(file), int(block), int(blocks))
        for kind, part, file, block, blocks in rows
        if (number := objects.get((kind, part))) is not None
    )


def block_cuts(
    extents: Sequence[tuple[int, ...]], blocks_per_chunk: int
) -> list[tuple[int, int, int]]:
    """Return object, file and block of every split point.

    Args:
        extents: Object, file, first block and number of blocks, in the order of ROWIDs.
        blocks_per_chunk: Blocks between two cuts.
    """
    cuts = []
    until_cut = blocks_per_chunk
    for object_id, file, first, count in extents:
        at = 0
        while count - at > until_cut:
            at += until_cut
            cuts.append((object_id, file, first + at))
            until_cut = blocks_per_chunk
        until_cut -= count - at
    return cuts


def made_rowids(session: oracledb.Connection, cuts: Sequence[tuple[int, int, int]]) -> list[Point]:
    """Let the database make the ROWIDs, because their layout depends on the tablespace.

    Args:
        session: An open session.
        cuts: Object, file and block of every split point.
    """
    rowids: list[Point] = []
    with session.cursor() as cursor:
        for start in range(0, len(cuts), _POINTS_PER_ROUND_TRIP):
            part = cuts[start : start + _POINTS_PER_ROUND_TRIP]
            # 1 is an extended ROWID (PL/SQL Packages and Types Reference,
            # DBMS_ROWID.ROWID_CREATE); row 0 is the first of its block.
            made = ", ".join(
                f"DBMS_ROWID.ROWID_CREATE(1, :o{n}, :f{n}, :b{n}, 0)" for n in range(len(part))
            )
            binds = {
                f"{letter}{n}": value
                for n, cut in enumerate(part)
                for letter, value in zip("ofb", cut, strict=True)
            }
            row = cursor.execute(f"SELECT {made} FROM dual", binds).fetchone()  # noqa: S608 - binds
            rowids += [(str(rowid),) for rowid in row or ()]
    # In order and each once whatever the database made of them, or chunks would overlap: in a
    # bigfile tablespace the block number needs bits that ROWID_CREATE takes for the file.
    return sorted(set(rowids), key=lambda point: [_DIGITS.index(digit) for digit in str(point[0])])


def _key_points(
    session: oracledb.Connection,
    table: TableName,
    keys: Sequence[ColumnPlan],
    moment: Moment,
    size: int,
) -> list[Point]:
    """Return every `size`th key in order; the index of the key answers alone."""
    names = ", ".join(f'"K{place}"' for place in range(len(keys)))
    order = ", ".join(column.identifier.sql for column in keys)
    columns = [f'{column.expression} AS "K{place}"' for place, column in enumerate(keys)] + [
        f'ROW_NUMBER() OVER (ORDER BY {order}) AS "PLACE"'
    ]
    inner = select(table, columns, scn=moment.as_of)
    statement = Statement(
        f'SELECT {names} FROM ({inner.sql}) WHERE MOD("PLACE", :chunk_rows) = 0 ORDER BY "PLACE"',  # noqa: S608 - quoted names
        {**inner.binds, "chunk_rows": size},
        inner.input_types,
    )
    with session.cursor() as cursor:
        rows = cursor.execute(statement.sql, dict(statement.binds), **EXACT_FETCH).fetchall()
    return [_point(keys, row) for row in rows]


def _point(keys: Sequence[ColumnPlan], row: Sequence[Any]) -> Point:
    # Defaults whatever the settings say: points stay in the bookmark and are bound by later runs.
    options = JsonSchemaOptions()
    return tuple(
        state_value(column.fetch.values([value], options)[0])
        for column, value in zip(keys, row, strict=True)
    )
