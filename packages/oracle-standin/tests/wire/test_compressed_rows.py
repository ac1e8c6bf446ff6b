"""Rows of which repeated values are sent once."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import oracledb
import pyarrow as pa
import pytest

from oracle_standin.wire.listener import Listener
from oracle_standin.wire.profiles import PROFILES

if TYPE_CHECKING:
    from tests.wire.fix_backend import FakeBackend

pytestmark = pytest.mark.standin


def contents(backend: FakeBackend, *, compress: bool, arraysize: int) -> list[Any]:
    with (
        Listener(backend, PROFILES["23"], service="FREEPDB1", compress_rows=compress) as server,
        closing(oracledb.connect(user="scott", password="tiger", dsn=server.dsn)) as connection,
    ):
        cursor = connection.cursor()
        cursor.arraysize = arraysize
        found: list[Any] = [
            cursor.execute(f"select * from {source}").fetchall()
            for source in ("gen(1200)", "booleans", "documents")
        ]
        frame = connection.fetch_df_all("select * from gen(1200)", fetch_decimals=True)
        found.append(pa.table(frame).to_pylist())
        return found


@pytest.mark.parametrize("arraysize", [1, 100, 5000])
def test_the_client_sees_the_same_rows(backend: FakeBackend, arraysize: int) -> None:
    plain = contents(backend, compress=False, arraysize=arraysize)
    assert contents(backend, compress=True, arraysize=arraysize) == plain
    assert len(plain[0]) == 1200
