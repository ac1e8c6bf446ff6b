"""Users, roles, grants, and what the ALL_ views then show."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import SessionInfo
from oracle_standin.protocol import OracleError
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin

_numbers = itertools.count(1)


@contextmanager
def _connected(database: Database, user: str) -> Iterator[UserSession]:
    opened = database.open_session(user, SessionInfo(next(_numbers) + 5000, 1))
    try:
        yield UserSession(opened)
    finally:
        opened.close()


@pytest.fixture
def admin(engine_database: Database) -> Iterator[UserSession]:
    with _connected(engine_database, "SYSTEM") as connected:
        yield connected


@pytest.fixture
def reader(engine_database: Database, admin: UserSession) -> Iterator[UserSession]:
    """Give a user with nothing but CREATE SESSION."""
    name = f"READER{next(_numbers)}"
    admin.run(f"CREATE USER {name} IDENTIFIED BY secret QUOTA 10M ON users")
    admin.run(f"GRANT CREATE SESSION TO {name}")
    with _connected(engine_database, name) as connected:
        yield connected


def test_which_synonyms_of_others_are_seen(
    session: UserSession,
    reader: UserSession,
    admin: UserSession,
) -> None:
    owner, grantee = session.value("USER"), reader.value("USER")
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("CREATE SYNONYM one FOR t")
    session.run("CREATE SYNONYM two FOR one")
    session.run("CREATE SYNONYM nothing FOR missing")
    session.run("CREATE SYNONYM here FOR there")
    session.run("CREATE SYNONYM there FOR here")
    admin.run(f"CREATE PUBLIC SYNONYM everybodys_{owner} FOR {owner}.t")
    query = f"SELECT owner, synonym_name FROM all_synonyms WHERE table_owner = '{owner}' ORDER BY 2"

    assert reader.rows(query) == [("PUBLIC", f"EVERYBODYS_{owner}")]
    session.run(f"GRANT READ ON t TO {grantee}")
    assert reader.rows(query) == [
        ("PUBLIC", f"EVERYBODYS_{owner}"),
        (owner, "ONE"),
        (owner, "TWO"),
    ]
    admin.run(f"DROP PUBLIC SYNONYM everybodys_{owner}")


def test_a_new_user_can_do_nothing(engine_database: Database, admin: UserSession) -> None:
    admin.run("CREATE USER nothing_yet IDENTIFIED BY x")
    with pytest.raises(OracleError, match="ORA-01045"):
        engine_database.open_session("NOTHING_YET", SessionInfo(1, 1))
    admin.run("GRANT CREATE SESSION TO nothing_yet")
    with _connected(engine_database, "NOTHING_YET") as poor:
        assert "ORA-01031" in poor.fails("CREATE TABLE t (a NUMBER)")
        assert "ORA-01031" in poor.fails("CREATE USER other IDENTIFIED BY x")
    admin.run("ALTER USER nothing_yet ACCOUNT LOCK")
    with pytest.raises(OracleError, match="ORA-28000"):
        engine_database.open_session("NOTHING_YET", SessionInfo(1, 1))
    assert "ORA-01920" in admin.fails("CREATE USER nothing_yet IDENTIFIED BY y")
    admin.run("DROP USER nothing_yet")
    assert "ORA-01918" in admin.fails("DROP USER nothing_yet")


def test_passwords_make_verifiers(engine_database: Database, admin: UserSession) -> None:
    admin.run('CREATE USER keyed IDENTIFIED BY "Sec ret"')
    verifier = engine_database.verifier("KEYED")
    assert verifier is not None
    assert verifier.matches(b"Sec ret")
    admin.run("ALTER USER keyed IDENTIFIED BY Other1")
    verifier = engine_database.verifier("KEYED")
    assert verifier is not None
    assert verifier.matches(b"Other1")
    admin.run("DROP USER keyed CASCADE")


def test_object_grants_open_and_close(session: UserSession, reader: UserSession) -> None:
    owner, other = session.session.user, reader.session.user
    session.run("CREATE TABLE t (a NUMBER, b NUMBER)")
    seen = f"SELECT table_name FROM all_tables WHERE owner = '{owner}'"
    assert "ORA-00942" in reader.fails(f"SELECT * FROM {owner}.t")
    assert reader.rows(seen) == []
    session.run(f"GRANT READ ON t TO {other}")
    session.run(f"GRANT SELECT, INSERT ON t TO {other}")
    session.run(f"REVOKE SELECT ON t FROM {other}")
    assert reader.rows(f"SELECT * FROM {owner}.t") == []
    assert reader.rows(seen) == [("T",)]
    reader.run(f"INSERT INTO {owner}.t VALUES (1, 2)")
    assert "ORA-01031" in reader.fails(f"DELETE FROM {owner}.t")
    assert "ORA-01031" in reader.fails(f"DROP TABLE {owner}.t")
    privileges = session.rows(
        "SELECT grantee, privilege, grantable FROM user_tab_privs_made ORDER BY privilege"
    )
    assert privileges == [(other, "INSERT", "NO"), (other, "READ", "NO")]
    session.run(f"REVOKE ALL ON t FROM {other}")
    assert "ORA-00942" in reader.fails(f"SELECT * FROM {owner}.t")
    assert reader.rows(seen) == []


def test_roles_carry_grants(
    session: UserSession,
    reader: UserSession,
    admin: UserSession,
) -> None:
    owner = session.session.user
    role = f"R_{owner}"
    session.run("CREATE TABLE t (a NUMBER)")
    admin.run(f"CREATE ROLE {role}")
    admin.run(f"GRANT {role} TO {reader.session.user}")
    session.run(f"GRANT SELECT ON t TO {role}")
    assert reader.rows(f"SELECT * FROM {owner}.t") == []
    assert reader.rows(f"SELECT table_name FROM all_tables WHERE owner = '{owner}'") == [("T",)]
    assert (role,) in reader.rows("SELECT role FROM session_roles")
    admin.run(f"REVOKE {role} FROM {reader.session.user}")
    assert "ORA-00942" in reader.fails(f"SELECT * FROM {owner}.t")
    admin.run(f"DROP ROLE {role}")


def test_select_any_table_opens_everything(
    session: UserSession,
    reader: UserSession,
    admin: UserSession,
) -> None:
    owner = session.session.user
    session.run("CREATE TABLE t (a NUMBER)")
    admin.run(f"GRANT SELECT ANY TABLE TO {reader.session.user}")
    session.run("CREATE TABLE u (a NUMBER)")
    assert reader.rows(f"SELECT * FROM {owner}.t") == []
    assert reader.rows(f"SELECT * FROM {owner}.u") == []
    assert reader.rows(f"SELECT table_name FROM all_tables WHERE owner = '{owner}' ORDER BY 1") == [
        ("T",),
        ("U",),
    ]
    assert "ORA-01031" in reader.fails(f"INSERT INTO {owner}.t VALUES (1)")
    admin.run(f"REVOKE SELECT ANY TABLE FROM {reader.session.user}")
    assert "ORA-00942" in reader.fails(f"SELECT * FROM {owner}.t")


def test_the_dba_views_are_not_for_everybody(reader: UserSession, admin: UserSession) -> None:
    name = reader.session.user
    assert "ORA-00942" in reader.fails("SELECT * FROM dba_tables")
    assert "ORA-00942" in reader.fails("SELECT * FROM v$database")
    admin.run(f"GRANT SELECT ON sys.v_$database TO {name}")
    assert reader.rows("SELECT name FROM v$database") == [("FREE",)]
    assert "ORA-02030" in admin.fails(f"GRANT SELECT ON v$session TO {name}")
    admin.run(f"GRANT SELECT_CATALOG_ROLE TO {name}")
    assert reader.rows("SELECT COUNT(*) FROM dba_users WHERE username = 'SYS'") == [("1",)]
    admin.run(f"REVOKE SELECT_CATALOG_ROLE FROM {name}")
    admin.run(f"GRANT SELECT ANY DICTIONARY TO {name}")
    assert reader.rows("SELECT COUNT(*) FROM dba_users WHERE username = 'SYS'") == [("1",)]


def test_grants_need_the_right_to_grant(session: UserSession, reader: UserSession) -> None:
    owner = session.session.user
    session.run("CREATE TABLE t (a NUMBER)")
    session.run(f"GRANT SELECT ON t TO {reader.session.user}")
    assert "ORA-01031" in reader.fails(f"GRANT SELECT ON {owner}.t TO system")
    assert "ORA-01031" in reader.fails("GRANT CREATE TABLE TO system")
    assert "ORA-00990" in session.fails("GRANT FLY ON t TO system")
    assert "ORA-01917" in session.fails("GRANT SELECT ON t TO no_such_user")


def test_dropping_a_user_needs_cascade(engine_database: Database, admin: UserSession) -> None:
    admin.run("CREATE USER full_one IDENTIFIED BY x")
    admin.run("GRANT CONNECT, RESOURCE TO full_one")
    with _connected(engine_database, "FULL_ONE") as full:
        full.run("CREATE TABLE t (a NUMBER PRIMARY KEY)")
        full.run("CREATE SEQUENCE s")
    assert "ORA-01922" in admin.fails("DROP USER full_one")
    admin.run("DROP USER full_one CASCADE")
    assert admin.rows("SELECT * FROM dba_objects WHERE owner = 'FULL_ONE'") == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE {}.t SET a = 1 WHERE a = 2", "UPDATE {}.t SET a = a + 1", "DELETE {}.t WHERE a = 2"],
)
def test_changes_that_read_need_select_and_not_read(
    session: UserSession, reader: UserSession, statement: str
) -> None:
    owner, grantee = session.session.user, reader.session.user
    session.run("CREATE TABLE t (a NUMBER)")
    session.run(f"GRANT UPDATE, DELETE, READ ON t TO {grantee}")
    reader.run(f"UPDATE {owner}.t SET a = 1")
    reader.run(f"DELETE {owner}.t")
    assert reader.rows(f"SELECT * FROM {owner}.t") == []
    assert reader.fails(statement.format(owner)).startswith("ORA-01031")
    session.run(f"GRANT SELECT ON t TO {grantee}")
    reader.run(statement.format(owner))
    session.run(f"REVOKE SELECT ON t FROM {grantee}")
    assert reader.fails(statement.format(owner)).startswith("ORA-01031")


def test_execute_on_a_supplied_package(admin: UserSession, reader: UserSession) -> None:
    name = reader.value("USER")
    granted = (
        "SELECT COUNT(*) FROM all_tab_privs WHERE table_name = 'DBMS_FLASHBACK'"
        " AND grantee = USER AND privilege = 'EXECUTE'"
    )
    for spelled in ("DBMS_FLASHBACK", "SYS.DBMS_FLASHBACK"):
        admin.run(f"GRANT EXECUTE ON {spelled} TO {name}")
        assert reader.rows(granted) == [("1",)]
        admin.run(f"REVOKE EXECUTE ON {spelled} FROM {name}")
        assert reader.rows(granted) == [("0",)]
