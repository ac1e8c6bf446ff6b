"""Supplied packages: DBMS_OUTPUT, DBMS_APPLICATION_INFO and the like."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


def test_output(session: UserSession) -> None:
    session.run("BEGIN DBMS_OUTPUT.PUT_LINE('dropped'); DBMS_OUTPUT.ENABLE(NULL); END;")
    session.run("BEGIN DBMS_OUTPUT.PUT('a'); DBMS_OUTPUT.PUT('b'); DBMS_OUTPUT.NEW_LINE; END;")
    get = "BEGIN DBMS_OUTPUT.GET_LINE(:line, :status); END;"
    assert session.run(get, line=None, status=0) == {"line": "ab", "status": "0"}
    assert session.run(get, line=None, status=0) == {"line": None, "status": "1"}


def test_application_info(session: UserSession) -> None:
    session.run(
        "BEGIN DBMS_APPLICATION_INFO.SET_MODULE(action_name => :a, module_name => 'tap'); END;",
        a="x",
    )
    assert session.value("SYS_CONTEXT('USERENV', 'MODULE')") == "tap"
    assert session.value("SYS_CONTEXT('USERENV', 'ACTION')") == "x"
    read = "BEGIN DBMS_APPLICATION_INFO.READ_MODULE(:m, :a); END;"
    assert session.run(read, m=None, a=None) == {"m": "tap", "a": "x"}
    session.run("CALL DBMS_SESSION.SET_IDENTIFIER('me')")
    assert session.value("SYS_CONTEXT('USERENV', 'CLIENT_IDENTIFIER')") == "me"


def test_client_context(session: UserSession) -> None:
    session.run("BEGIN DBMS_SESSION.SET_CONTEXT('clientcontext', 'a', 'x''\"\\y'); END;")
    session.run("CALL DBMS_SESSION.SET_CONTEXT('CLIENTCONTEXT', 'B', '2')")
    assert session.value("SYS_CONTEXT('ClientContext', 'A')") == "x'\"\\y"
    assert session.value("SYS_CONTEXT('CLIENTCONTEXT', 'b', 30)") == "2"
    session.run("CALL DBMS_SESSION.CLEAR_CONTEXT('CLIENTCONTEXT', NULL, 'A')")
    both = "SELECT SYS_CONTEXT('CLIENTCONTEXT', 'A'), SYS_CONTEXT('CLIENTCONTEXT', 'B') FROM dual"
    assert session.rows(both) == [(None, "2")]
    session.run("CALL DBMS_SESSION.CLEAR_ALL_CONTEXT('CLIENTCONTEXT')")
    assert session.rows(both) == [(None, None)]
    refused = session.fails("CALL DBMS_SESSION.SET_CONTEXT('MINE', 'A', '1')")
    assert refused.startswith("ORA-01031")


def test_transaction_id(session: UserSession) -> None:
    block = "BEGIN :o := DBMS_TRANSACTION.LOCAL_TRANSACTION_ID({}); END;"
    assert session.run(block.format("FALSE"), o=None) == {"o": None}
    first = session.run(block.format("TRUE"), o=None)["o"]
    assert [part.isdecimal() for part in first.split(".")] == [True] * 3
    assert session.run(block.format("TRUE"), o=None) == {"o": first}


def test_statistics(table: UserSession) -> None:
    query = "SELECT num_rows FROM user_tables WHERE table_name = 'T'"
    assert table.rows(query) == [(None,)]
    table.run("BEGIN DBMS_STATS.GATHER_TABLE_STATS(USER, 'T', cascade => TRUE); END;")
    assert table.rows(query) == [("2",)]
    missing = table.fails("BEGIN DBMS_STATS.GATHER_TABLE_STATS(NULL, 'NOWHERE'); END;")
    assert missing.startswith("ORA-20000: Unable to analyze TABLE")


@pytest.mark.parametrize("package", ["DBMS_SESSION", "DBMS_LOCK"])
def test_sleep(session: UserSession, package: str) -> None:
    start = time.monotonic()
    session.run(f"BEGIN {package}.SLEEP(0.15); END;")
    assert time.monotonic() - start >= 0.15


def test_call_statement(session: UserSession) -> None:
    assert session.run("CALL DBMS_APPLICATION_INFO.SET_ACTION('called')") == {}
    assert session.fails("CALL DBMS_APPLICATION_INFO.SET_ACTION('x') + 1").startswith("ORA-06576:")
