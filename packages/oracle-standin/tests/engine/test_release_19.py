"""What the 19 profile does not know, and the 23 profile does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import SessionInfo
from oracle_standin.engine.database import Database
from oracle_standin.engine.server_facts import ServerFacts
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.standin


@pytest.fixture(scope="module")
def old() -> Iterator[UserSession]:
    with Database(server=ServerFacts("19")) as database:
        database.create_user("APP", "secret")
        opened = database.open_session("APP", SessionInfo(1, 1))
        yield UserSession(opened)
        opened.close()


LATER = [
    ("SELECT 1", "ORA-00923"),
    ("SELECT TRUE FROM dual", "ORA-00904"),
    ("SELECT CAST(1 AS BOOLEAN) FROM dual", "ORA-00902"),
    ("SELECT 1 FROM dual WHERE (1 = 1) IS TRUE", "ORA-00908"),
    ("SELECT JSON('[1]') FROM dual", "ORA-00904"),
    ("SELECT TO_VECTOR('[1]') FROM dual", "ORA-00904"),
    ("SELECT VECTOR_DIMS(NULL) FROM dual", "ORA-00904"),
    ("SELECT CAST('[1]' AS VECTOR) FROM dual", "ORA-00902"),
    ("CREATE TABLE later0 (a VECTOR)", "ORA-00902"),
    ("CREATE TABLE later1 (a BOOLEAN)", "ORA-00902"),
    ("CREATE TABLE later2 (a JSON)", "ORA-00902"),
    ("CREATE TABLE IF NOT EXISTS later3 (a NUMBER)", "ORA-00922"),
    ("CREATE SEQUENCE IF NOT EXISTS later4", "ORA-00933"),
    ("DROP TABLE IF EXISTS later5", "ORA-00933"),
    ("INSERT INTO known (a) VALUES (1), (2)", "ORA-00933"),
]


@pytest.mark.parametrize(("statement", "code"), LATER)
def test_19_refuses_what_came_later(old: UserSession, statement: str, code: str) -> None:
    if "known" in statement:
        old.run("CREATE TABLE known (a NUMBER)")
    assert old.fails(statement).startswith(code)


@pytest.mark.parametrize("statement", [statement for statement, _ in LATER])
def test_23_takes_it(session: UserSession, statement: str) -> None:
    session.run("CREATE TABLE known (a NUMBER)")
    session.run(statement)


def test_a_column_may_be_named_as_a_later_type(old: UserSession) -> None:
    old.run("CREATE TABLE names (json CLOB, boolean NUMBER)")
    assert old.rows("SELECT json, boolean FROM names") == []


def test_a_scalar_alone_was_no_json(old: UserSession) -> None:
    test = "SELECT CASE WHEN '1' IS JSON {} THEN 1 ELSE 0 END FROM dual"
    assert old.rows(test.format("")) == [("0",)]
    assert old.rows(test.format("ALLOW SCALARS")) == [("1",)]


def test_plsql_knows_boolean_in_every_release(old: UserSession) -> None:
    block = "DECLARE b BOOLEAN := TRUE; BEGIN IF b THEN :n := 2; END IF; END;"
    assert old.run(block, n=1) == {"n": "2"}


def test_19_does_not_name_a_missing_table(old: UserSession) -> None:
    assert old.fails("SELECT * FROM nowhere") == "ORA-00942: table or view does not exist"
