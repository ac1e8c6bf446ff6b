"""A session that the server ends while the target waits for input."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from oracle_standin import Standin
from oracle_standin.faults import Fault
from oracle_standin.testing import OracleDatabase

from oracle_core.identifiers import TableName
from oracle_core.session_setup import SESSION_PARAMETERS
from target_oracle.ledger import LoadEntry, RowCounts
from target_oracle.session import PING_AFTER_SECONDS, TargetSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    import oracledb

pytestmark = pytest.mark.oracle


def insert(cursor: oracledb.Cursor) -> RowCounts:
    cursor.execute("INSERT INTO t VALUES (1)")
    return RowCounts(inserted=1)


def user_with_table(database: OracleDatabase) -> str:
    user = database.create_user("I")
    database.execute(user, "CREATE TABLE t (id NUMBER)")
    return user


@pytest.fixture(scope="module")
def strict_database() -> Iterator[OracleDatabase]:
    """Return a database that ends idle sessions on demand."""
    with Standin(faults=True) as standin:
        yield OracleDatabase(standin.dsn, "SYSTEM", "oracle", is_standin=True)


def assert_set_up(session: TargetSession) -> None:
    """Check that the session is set up as every session is."""
    with session.connection.cursor() as cursor:
        sql = "SELECT value FROM nls_session_parameters WHERE parameter = 'NLS_DATE_FORMAT'"
        assert cursor.execute(sql).fetchone() == (SESSION_PARAMETERS["NLS_DATE_FORMAT"],)


def test_a_load_goes_on_in_a_new_session(oracle_database: OracleDatabase) -> None:
    user = user_with_table(oracle_database)
    now = 0.0
    session = TargetSession(oracle_database.config(user), clock=lambda: now)
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
    assert_set_up(session)
    session.close()


@pytest.mark.standin
@pytest.mark.parametrize("pause", [0, PING_AFTER_SECONDS], ids=["unasked", "asked"])
def test_idle_time_ends_a_session_between_batches(
    strict_database: OracleDatabase, pause: float
) -> None:
    """IDLE_TIME of a profile (ORA-02396): a ping finds it out, else the batch is sent again."""
    user = user_with_table(strict_database)
    now = 0.0
    session = TargetSession(strict_database.config(user), clock=lambda: now)
    entry = LoadEntry("S", TableName.of(user, "T"), 1, 0)
    with closing(strict_database.connect()) as administrator, administrator.cursor() as cursor:
        session.load(entry, insert)
        first = session.connection
        cursor.execute(Fault("idle").statement())
        now += pause
        session.load(entry, insert)
        assert session.connection is not first
        assert strict_database.rows(user, "SELECT COUNT(*) FROM t") == [(2,)]
        assert_set_up(session)
    session.close()
