"""Packages: what they show, what they keep for a session, and whose rights they have."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import SessionInfo
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin
_numbers = itertools.count(1)

_COUNTER = """
CREATE PACKAGE counter AS
  step CONSTANT NUMBER := 2;
  current_value NUMBER := 10;
  too_far EXCEPTION;
  PROCEDURE advance;
  FUNCTION value RETURN NUMBER;
END counter;"""
_COUNTER_BODY = """
CREATE PACKAGE BODY counter AS
  calls NUMBER := 0;
  PROCEDURE note IS BEGIN calls := calls + 1; END;
  PROCEDURE advance IS
  BEGIN
    note;
    IF current_value > 13 THEN RAISE too_far; END IF;
    current_value := counter.current_value + step;
  END advance;
  FUNCTION value RETURN NUMBER IS BEGIN RETURN current_value * 100 + calls; END;
BEGIN
  calls := 50;
END counter;"""


@pytest.fixture
def counter(session: UserSession) -> UserSession:
    session.run(_COUNTER)
    session.run(_COUNTER_BODY)
    return session


@pytest.fixture
def other(engine_database: Database) -> Iterator[UserSession]:
    """Give a session of a second user."""
    name = f"OTHER{next(_numbers)}"
    engine_database.create_user(name, "secret")
    opened = engine_database.open_session(name, SessionInfo(next(_numbers) + 5000, 1))
    try:
        yield UserSession(opened)
    finally:
        opened.close()


def test_a_package_keeps_its_state_for_the_session(counter: UserSession) -> None:
    counter.run("BEGIN counter.advance; END;")
    counter.run("BEGIN counter.advance; END;")
    assert counter.run("BEGIN :v := counter.value(); END;", v=0) == {"v": "1452"}
    counter.run("BEGIN counter.current_value := 1; END;")
    counter.run("ROLLBACK")
    assert counter.run("BEGIN :v := counter.current_value + counter.step; END;", v=0) == {"v": "3"}


def test_each_session_has_its_own_state(counter: UserSession, engine_database: Database) -> None:
    counter.run("BEGIN counter.current_value := 1; END;")
    second = engine_database.open_session(counter.session.user, SessionInfo(7001, 1))
    try:
        assert UserSession(second).run("BEGIN :v := counter.current_value; END;", v=0) == {
            "v": "10"
        }
    finally:
        second.close()


def test_exceptions_of_a_package(counter: UserSession) -> None:
    block = """BEGIN
      LOOP counter.advance; END LOOP;
    EXCEPTION WHEN counter.too_far THEN :v := counter.current_value;
    END;"""
    assert counter.run(block, v=0) == {"v": "14"}


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ("BEGIN counter.note; END;", "PLS-00201"),
        ("BEGIN counter.calls := 1; END;", "PLS-00201"),
        ("BEGIN counter.step := 1; END;", "PLS-00363"),
        ("BEGIN counter.advance(1); END;", "PLS-00306"),
        ("BEGIN RAISE counter.nothing; END;", "PLS-00201"),
        ("BEGIN :v := counter.nothing; END;", "PLS-00201"),
    ],
)
def test_what_a_package_does_not_show(counter: UserSession, block: str, code: str) -> None:
    assert code in counter.fails(block, **({"v": 0} if ":v" in block else {}))


def test_state_is_discarded_when_the_package_changes(counter: UserSession) -> None:
    counter.run("BEGIN counter.advance; END;")
    counter.run(_COUNTER.replace("CREATE", "CREATE OR REPLACE").replace(":= 10", ":= 20"))
    assert counter.fails("BEGIN counter.advance; END;").startswith("ORA-04068: existing state")
    assert counter.run("BEGIN :v := counter.current_value; END;", v=0) == {"v": "20"}


def test_a_package_without_its_body(session: UserSession) -> None:
    session.run("CREATE PACKAGE p AS v NUMBER := 3; PROCEDURE run; END;")
    assert session.run("BEGIN :v := p.v; END;", v=0) == {"v": "3"}
    error = session.fails("BEGIN p.run; END;")
    assert error.startswith("ORA-04067: not executed, package body")
    assert "ORA-06508" in error


def test_a_failing_initialization_is_tried_again(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("CREATE PACKAGE p AS v NUMBER; END;")
    session.run(
        "CREATE PACKAGE BODY p AS BEGIN SELECT id INTO v FROM t; END;",
    )
    assert session.fails("BEGIN :v := p.v; END;", v=0).startswith("ORA-01403:")
    session.run("BEGIN INSERT INTO t VALUES (5); END;")
    assert session.run("BEGIN :v := p.v; END;", v=0) == {"v": "5"}


# Rights


def test_only_who_may_execute_sees_a_unit(counter: UserSession, other: UserSession) -> None:
    owner, user = counter.session.user, other.session.user
    block = f"BEGIN {owner}.counter.advance; END;"
    assert "PLS-00201" in other.fails(block)
    counter.run(f"GRANT EXECUTE ON counter TO {user}")
    other.run(block)
    seen = "SELECT object_type, status FROM all_objects WHERE object_name = 'COUNTER'"
    assert other.rows(seen) == [("PACKAGE", "VALID")]
    assert other.rows("SELECT privilege, type FROM user_tab_privs_recd") == [("EXECUTE", "PACKAGE")]
    counter.run(f"REVOKE EXECUTE ON counter FROM {user}")
    assert "PLS-00201" in other.fails(block)
    assert other.rows(seen) == []


def test_rights_through_synonyms_and_public(counter: UserSession, other: UserSession) -> None:
    owner = counter.session.user
    counter.run("GRANT EXECUTE ON counter TO PUBLIC")
    other.run(f"CREATE SYNONYM c FOR {owner}.counter")
    other.run("BEGIN c.advance; END;")
    assert other.run("BEGIN :v := c.value; END;", v=0) == {"v": "1251"}


def test_definers_rights(session: UserSession, other: UserSession) -> None:
    owner, user = session.session.user, other.session.user
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("""
        CREATE PROCEDURE note (who OUT VARCHAR2) IS
        BEGIN
          INSERT INTO t VALUES (1);
          who := USER || ' ' || SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA');
        END;""")
    session.run(f"GRANT EXECUTE ON note TO {user}")
    assert other.run(f"BEGIN {owner}.note(:w); END;", w=None) == {"w": f"{user} {owner}"}
    assert other.fails("SELECT * FROM t").startswith("ORA-00942:")
    other.run("COMMIT")
    assert other.rows("SELECT SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM dual") == [(user,)]
    assert session.rows("SELECT id FROM t") == [("1",)]


def test_definers_rights_end_with_a_failure(session: UserSession, other: UserSession) -> None:
    owner, user = session.session.user, other.session.user
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("CREATE PROCEDURE p IS BEGIN INSERT INTO t VALUES (1); ROLLBACK;"
                " INSERT INTO t VALUES ('x'); END;")  # fmt: skip
    session.run(f"GRANT EXECUTE ON p TO {user}")
    assert other.fails(f"BEGIN {owner}.p; END;").startswith("ORA-01722:")
    assert other.fails(f"SELECT * FROM {owner}.t").startswith("ORA-00942:")
    assert other.fails("SELECT * FROM t").startswith("ORA-00942:")


def test_invokers_rights(session: UserSession, other: UserSession) -> None:
    owner, user = session.session.user, other.session.user
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("INSERT INTO t VALUES (5)")
    session.run("COMMIT")
    session.run("""
        CREATE FUNCTION total RETURN NUMBER AUTHID CURRENT_USER IS
          n NUMBER;
        BEGIN
          SELECT SUM(id) INTO n FROM t;
          RETURN n;
        END;""")
    session.run(f"GRANT EXECUTE ON total TO {user}")
    assert other.fails(f"BEGIN :n := {owner}.total; END;", n=0).startswith("ORA-00942:")
    assert session.run("BEGIN :n := total; END;", n=0) == {"n": "5"}


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("GRANT SELECT ON counter TO PUBLIC", "ORA-02225"),
        ("GRANT EXECUTE ON t TO PUBLIC", "ORA-02224"),
        ("GRANT EXECUTE ON nothing TO PUBLIC", "ORA-00942"),
    ],
)
def test_grants_that_make_no_sense(counter: UserSession, statement: str, code: str) -> None:
    counter.run("CREATE TABLE t (id NUMBER)")
    assert counter.fails(statement).startswith(code)


def test_dropping_a_user_with_programs(counter: UserSession, engine_database: Database) -> None:
    owner = counter.session.user
    counter.session.close()
    admin = UserSession(engine_database.open_session("SYSTEM", SessionInfo(7002, 1)))
    try:
        assert admin.fails(f"DROP USER {owner}").startswith("ORA-01922:")
        admin.run(f"DROP USER {owner} CASCADE")
        assert admin.rows(f"SELECT * FROM dba_objects WHERE owner = '{owner}'") == []
        assert admin.rows(f"SELECT * FROM dba_source WHERE owner = '{owner}'") == []
    finally:
        admin.session.close()
