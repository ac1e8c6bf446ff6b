"""ALTER USER ... GRANT CONNECT THROUGH, and sessions of one user by the password of another."""

from __future__ import annotations

from contextlib import closing

import oracledb
import pytest

from oracle_standin import Standin

pytestmark = pytest.mark.standin


def test_connect_through() -> None:
    with Standin(users={"APP": "app", "OWNER": "owner"}) as database:

        def through(user: str) -> oracledb.Connection:
            return oracledb.connect(user=user, password="app", dsn=database.dsn)

        with pytest.raises(oracledb.DatabaseError, match="ORA-28150"):
            through("app[owner]")
        with (
            closing(database.connect("APP")) as connection,
            pytest.raises(oracledb.DatabaseError, match="ORA-01031"),
        ):
            connection.cursor().execute("ALTER USER owner GRANT CONNECT THROUGH app")
        with closing(database.connect("SYSTEM")) as administrator:
            cursor = administrator.cursor()
            cursor.execute("ALTER USER owner GRANT CONNECT THROUGH app")
            with closing(through("app[owner]")) as connection:
                row = connection.cursor().execute(
                    "SELECT USER, SYS_CONTEXT('USERENV', 'SESSION_USER'),"
                    " SYS_CONTEXT('USERENV', 'PROXY_USER'),"
                    " SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA'),"
                    " SYS_CONTEXT('USERENV', 'NETWORK_PROTOCOL') FROM dual"
                )
                assert row.fetchone() == ("OWNER", "OWNER", "APP", "OWNER", "tcp")
            with closing(through("app")) as connection:
                row = connection.cursor().execute(
                    "SELECT USER, SYS_CONTEXT('USERENV', 'PROXY_USER') FROM dual"
                )
                assert row.fetchone() == ("APP", None)
            for statement, error in (
                ("ALTER USER nosuch GRANT CONNECT THROUGH app", "ORA-01918"),
                ("ALTER USER owner GRANT CONNECT THROUGH nosuch", "ORA-01918"),
                ("ALTER USER owner GRANT CONNECT", "ORA-00922"),
                ("ALTER USER owner GRANT CONNECT THROUGH app WITH ROLE x", "not in this stand-in"),
            ):
                with pytest.raises(oracledb.DatabaseError, match=error):
                    cursor.execute(statement)
            cursor.execute("ALTER USER owner REVOKE CONNECT THROUGH app")
        with pytest.raises(oracledb.DatabaseError, match="ORA-28150"):
            through("app[owner]")
