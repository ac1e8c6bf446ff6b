"""What sessions see of each other, and what they keep others from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import SessionInfo
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin


def test_vsession_shows_all_sessions_to_an_administrator(
    session: UserSession, engine_database: Database
) -> None:
    attributes = {
        "MODULE": "loader",
        "ACTION": "step",
        "CLIENT_INFO": "7 of 9",
        "CLIENT_IDENTIFIER": "me",
    }
    session.session.set_client_attributes(attributes)
    opened = engine_database.open_session("SYSTEM", SessionInfo(9002, 1, program="tests"))
    name = session.session.user
    shown = UserSession(opened).rows(
        "SELECT username, status, module, action, client_info, client_identifier FROM v$session"
        f" WHERE username = '{name}' OR sid = SYS_CONTEXT('USERENV', 'SID') ORDER BY username"
    )
    opened.close()
    assert shown == [
        ("SYSTEM", "ACTIVE", None, None, None, None),
        (name, "INACTIVE", "loader", "step", "7 of 9", "me"),
    ]


def test_transactions_belong_to_sessions(session: UserSession, engine_database: Database) -> None:
    session.run("CREATE TABLE t (a NUMBER)")
    scn = session.value("DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER")
    session.run("INSERT INTO t VALUES (1)")
    opened = engine_database.open_session("SYSTEM", SessionInfo(9006, 1))
    for condition in ("s.saddr = t.ses_addr", "s.taddr = t.addr"):
        shown = UserSession(opened).rows(
            f"SELECT s.username, t.start_scn FROM v$transaction t JOIN v$session s ON {condition}"
            f" WHERE s.username = '{session.session.user}'"
        )
        assert shown == [(session.session.user, scn)]
    opened.close()


def test_a_connected_user_is_not_dropped(engine_database: Database) -> None:
    engine_database.create_user("STAYING", "secret")
    administrator = engine_database.open_session("SYSTEM", SessionInfo(9003, 1))
    staying = engine_database.open_session("STAYING", SessionInfo(9004, 1))
    drop = "DROP USER staying CASCADE"
    assert UserSession(administrator).fails(drop) == (
        "ORA-01940: cannot drop a user that is currently connected"
    )
    staying.close()
    UserSession(administrator).run(drop)
    administrator.close()


@pytest.mark.parametrize(
    "statement",
    ["SELECT * FROM {}.hidden", "INSERT INTO {}.hidden VALUES (1)", "DELETE FROM {}.hidden"],
)
def test_a_table_without_privilege_is_named_with_its_owner(
    session: UserSession, engine_database: Database, statement: str
) -> None:
    session.run("CREATE TABLE hidden (a NUMBER)")
    engine_database.create_user("STRANGER", "secret")
    opened = engine_database.open_session("STRANGER", SessionInfo(9005, 1))
    owner = session.session.user
    error = UserSession(opened).fails(statement.format(owner))
    opened.close()
    assert error == f'ORA-00942: table or view "{owner}"."HIDDEN" does not exist'


def test_an_identity_column_that_is_the_key_has_a_constraint_of_its_own(
    session: UserSession,
) -> None:
    session.run("CREATE TABLE i (id NUMBER GENERATED ALWAYS AS IDENTITY PRIMARY KEY)")
    shown = session.rows(
        "SELECT constraint_type, search_condition_vc FROM user_constraints ORDER BY 1"
    )
    assert shown == [("C", '"ID" IS NOT NULL'), ("P", None)]


@pytest.mark.parametrize("condition", ["1", "(1)", "'x'", "1 = 1 AND 2", "NULL"])
def test_a_number_is_no_condition(session: UserSession, condition: str) -> None:
    assert session.fails(f"SELECT 1 FROM dual WHERE {condition}").startswith("ORA-00920")
    assert session.fails(f"DELETE FROM dual WHERE {condition}").startswith("ORA-00920")
