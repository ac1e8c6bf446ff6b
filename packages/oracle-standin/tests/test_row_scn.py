"""ORA_ROWSCN: the SCN of the commit, however many statements the transaction had."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

_SCN = "SELECT DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER FROM dual"


def test_rows_of_a_transaction_with_many_statements(
    oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    with (
        closing(oracle_database.connect(fresh_schema)) as connection,
        closing(oracle_database.connect(fresh_schema)) as other,
    ):
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE t (id NUMBER(5) PRIMARY KEY, v NUMBER(5))")
        cursor.execute("INSERT INTO t VALUES (1, 0)")
        other.cursor().execute("INSERT INTO t VALUES (2, 0)")
        other.commit()
        ((before,),) = other.cursor().execute(_SCN)
        cursor.execute("UPDATE t SET v = 1 WHERE id = 1")
        cursor.execute("INSERT INTO t VALUES (3, 0)")
        cursor.execute("SAVEPOINT s")
        cursor.execute("UPDATE t SET v = 2 WHERE id = 1")
        connection.commit()
        ((after,),) = other.cursor().execute(_SCN)
        scns = dict(other.cursor().execute("SELECT id, ORA_ROWSCN FROM t").fetchall())

    assert scns == {1: after, 2: before, 3: after}
