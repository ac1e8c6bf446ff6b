"""A session that the server ends while the target waits for input."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from oracle_core.connection import SESSION_PARAMETERS
from oracle_core.identifiers import TableName
from target_oracle.ledger import LoadEntry, RowCounts
from target_oracle.session import PING_AFTER_SECONDS, TargetSession

if TYPE_CHECKING:
    import oracledb
    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle


def test_a_load_goes_on_in_a_new_session(oracle_database: OracleDatabase) -> None:
    user = oracle_database.create_user("I")
    oracle_database.execute(user, "CREATE TABLE t (id NUMBER)")
    now = 0.0
    session = TargetSession(oracle_database.config(user), clock=lambda: now)

    def insert(cursor: oracledb.Cursor) -> RowCounts:
        cursor.execute("INSERT INTO t VALUES (1)")
        return RowCounts(inserted=1)

    entry = LoadEntry("S", TableName.of(user, "T"), 1, 0)
    session.load(entry, insert)
    first = session.connection
    sql = "SELECT sid, serial# FROM v$session WHERE username = :1"
    with closing(oracle_database.connect()) as connection, connection.cursor() as cursor:
        ((sid, serial),) = cursor.execute(sql, [user]).fetchall()
    oracle_database.administer(f"ALTER SYSTEM KILL SESSION '{sid},{serial}' IMMEDIATE")
    now += PING_AFTER_SECONDS
    session.load(entry, insert)
    assert session.connection is not first
    assert oracle_database.rows(user, "SELECT COUNT(*) FROM t") == [(2,)]
    with session.connection.cursor() as cursor:
        sql = "SELECT value FROM nls_session_parameters WHERE parameter = 'NLS_DATE_FORMAT'"
        assert cursor.execute(sql).fetchone() == (SESSION_PARAMETERS["NLS_DATE_FORMAT"],)
    session.close()
