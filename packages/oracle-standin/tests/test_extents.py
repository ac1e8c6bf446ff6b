"""Extents: the ROWIDs made from them cut a table where its rows are."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

EXTENT = """SELECT o.data_object_id, e.relative_fno, e.block_id, e.blocks
FROM dba_extents e JOIN dba_objects o ON o.owner = e.owner AND o.object_name = e.segment_name
WHERE e.segment_name = 'CUT' AND e.owner = :owner ORDER BY e.block_id"""
MADE = "SELECT DBMS_ROWID.ROWID_CREATE(1, :o, :f, :b, 0) FROM dual"
PARTS = """SELECT COUNT(*), COUNT(CASE WHEN ROWID < CHARTOROWID(:cut) THEN 1 END) FROM cut"""


def test_rowids_made_from_extents_cut_the_table(
    oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    with (
        closing(oracle_database.connect(fresh_schema)) as connection,
        closing(oracle_database.connect()) as administrator,
    ):
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE cut (id NUMBER(9), filler VARCHAR2(200))")
        cursor.executemany(
            "INSERT INTO cut VALUES (:1, RPAD('x', 200, 'x'))", [(n,) for n in range(5_000)]
        )
        connection.commit()
        extents = administrator.cursor().execute(EXTENT, owner=fresh_schema).fetchall()
        # Rows lie in the blocks from the beginning on; some at the end may be empty.
        used = [(o, f, b + n) for o, f, b, blocks in extents for n in range(blocks)]
        object_id, file, block = used[len(used) // 4]
        ((cut,),) = administrator.cursor().execute(MADE, o=object_id, f=file, b=block)
        ((rows, before),) = cursor.execute(PARTS, cut=cut)

    assert rows == 5_000
    assert 1_000 < before < 4_000
