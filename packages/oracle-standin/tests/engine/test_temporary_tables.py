"""Global temporary tables: rows of one session, values as the columns are declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import SessionInfo
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin


def test_truncate_empties_the_rows_of_this_session_alone(
    session: UserSession, engine_database: Database
) -> None:
    session.run("CREATE GLOBAL TEMPORARY TABLE g (a NUMBER) ON COMMIT PRESERVE ROWS")
    opened = engine_database.open_session(session.session.user, SessionInfo(9001, 1))
    other = UserSession(opened)
    for one in (session, other):
        one.run("INSERT INTO g VALUES (1)")
    session.run("TRUNCATE TABLE g")
    assert session.rows("SELECT a FROM g") == []
    assert other.rows("SELECT a FROM g") == [("1",)]
    opened.close()


def test_values_are_rounded_to_the_declared_digits(session: UserSession) -> None:
    session.run(
        "CREATE GLOBAL TEMPORARY TABLE g (f FLOAT(10), t TIMESTAMP(3) WITH TIME ZONE)"
        " ON COMMIT PRESERVE ROWS"
    )
    session.run("INSERT INTO g VALUES (1.23456789, TIMESTAMP '2020-01-01 00:00:00.123456 +01:00')")
    shown = session.rows("SELECT f, TO_CHAR(t, 'SS.FF6 TZH:TZM') FROM g")
    assert shown == [("1.235", "00.123000 +01:00")]
