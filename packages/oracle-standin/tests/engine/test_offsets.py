"""Where in a statement an error is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import ExecuteOptions
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


@pytest.mark.parametrize(
    ("statement", "code", "at"),
    [
        ("SELECT nosuch FROM emp", 904, "nosuch"),
        ("SELECT id, e.nosuch FROM emp e", 904, "e.nosuch"),
        ('SELECT "x" FROM emp', 904, '"x"'),
        ("SELECT foo(id) FROM emp", 904, "foo"),
        ("SELECT id FROM emp ORDER BY zz", 904, "zz"),
        ("SELECT id FROM emp WHERE id = (SELECT x.y FROM dual x)", 904, "x.y"),
        ("INSERT INTO emp (id, bad) VALUES (1, 2)", 904, "bad"),
        ("UPDATE emp SET bad = 1", 904, "bad"),
        ("SELECT * FROM nosuch", 942, "nosuch"),
        ("SELECT id FROM emp, sys.nosuch", 942, "sys.nosuch"),
        ("DELETE FROM nosuch", 942, "nosuch"),
    ],
)
def test_unknown_names(session: UserSession, statement: str, code: int, at: str) -> None:
    session.run("CREATE TABLE emp (id NUMBER, name VARCHAR2(10))")
    with pytest.raises(OracleError) as caught:
        session.session.execute(statement, [], [[]], ExecuteOptions())
    assert (caught.value.code, caught.value.offset) == (code, statement.index(at))


def test_columns_of_a_new_table_have_names(session: UserSession) -> None:
    assert session.fails("CREATE TABLE x AS SELECT 1 + 1 FROM dual").startswith("ORA-00998")
    session.run("CREATE TABLE x AS SELECT 1 + 1 two, 'abc' three FROM dual")
    shown = "SELECT data_type, char_length FROM user_tab_columns WHERE column_name = 'THREE'"
    assert session.rows(shown) == [("CHAR", "3")]


@pytest.mark.parametrize(
    "query", ["SELECT id FROM n ORDER BY note", "SELECT n.* FROM n ORDER BY n.note"]
)
def test_nothing_is_sorted_by_a_lob(session: UserSession, query: str) -> None:
    session.run("CREATE TABLE n (id NUMBER, note CLOB)")
    assert session.fails(query).startswith("ORA-22848")
