"""Extents, and the ranges of ROWIDs that are made from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import SessionInfo
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin

IN_RANGE = (
    "SELECT COUNT(*) FROM big WHERE ROWID BETWEEN DBMS_ROWID.ROWID_CREATE(1, {0}, {1}, {2}, 0)"
    " AND DBMS_ROWID.ROWID_CREATE(1, {0}, {1}, {3}, 32767)"
)


def test_ranges_of_rowids_hold_every_row_once(
    session: UserSession, engine_database: Database
) -> None:
    session.run(
        "CREATE TABLE big AS SELECT LEVEL AS id, RPAD('x', 200) AS pad FROM dual"
        " CONNECT BY LEVEL <= 6000"
    )
    administrator = engine_database.open_session("SYSTEM", SessionInfo(7300, 1))
    try:
        extents = UserSession(administrator).rows(
            "SELECT o.data_object_id, e.relative_fno, e.block_id, e.block_id + e.blocks - 1"
            " FROM dba_extents e JOIN dba_objects o"
            " ON o.owner = e.owner AND o.object_name = e.segment_name"
            f" WHERE e.segment_name = 'BIG' AND e.owner = '{session.session.user}'"
            " ORDER BY e.extent_id"
        )
    finally:
        administrator.close()
    assert len(extents) > 16
    counts = [int(session.rows(IN_RANGE.format(*extent))[0][0]) for extent in extents]
    assert sum(counts) == 6000
    assert sum(map(bool, counts)) > 16
    shown = session.rows(
        "SELECT SUM(bytes), SUM(blocks), COUNT(*) FROM user_extents WHERE segment_name = 'BIG'"
    )
    assert shown == session.rows(
        "SELECT bytes, blocks, extents FROM user_segments WHERE segment_name = 'BIG'"
    )
