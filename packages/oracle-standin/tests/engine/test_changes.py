"""What INSERT, UPDATE and DELETE do through subqueries, views and several tables at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


@pytest.fixture
def table(session: UserSession) -> UserSession:
    session.run("CREATE TABLE t (id NUMBER, v VARCHAR2(10))")
    session.run("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, NULL)")
    return session


class TestSeveralTables:
    @pytest.fixture
    def two(self, table: UserSession) -> UserSession:
        table.run("CREATE TABLE lo (id NUMBER)")
        table.run("CREATE TABLE hi (id NUMBER)")
        return table

    def test_first_condition_alone(self, two: UserSession) -> None:
        two.run(
            "INSERT FIRST WHEN id < 2 THEN INTO lo VALUES (id) WHEN id < 3 THEN INTO hi VALUES (id)"
            " ELSE INTO hi VALUES (id * 100) SELECT id FROM t"
        )
        assert two.rows("SELECT * FROM lo") == [("1",)]
        assert two.rows("SELECT * FROM hi ORDER BY id") == [("2",), ("300",)]

    def test_all_conditions_and_else(self, two: UserSession) -> None:
        two.run(
            "INSERT ALL WHEN v = 'a' THEN INTO lo VALUES (id) INTO hi VALUES (id)"
            " ELSE INTO hi VALUES (0 - id) SELECT id, v FROM t"
        )
        assert two.rows("SELECT * FROM lo") == [("1",)]
        assert two.rows("SELECT * FROM hi ORDER BY id") == [("-3",), ("-2",), ("1",)]


class TestSubqueries:
    def test_change_what_they_show(self, table: UserSession) -> None:
        table.run("UPDATE (SELECT id, v FROM t WHERE id < 3) q SET v = 'x' WHERE q.id > 1")
        assert table.rows("SELECT v FROM t ORDER BY id") == [("a",), ("x",), (None,)]
        table.run("DELETE FROM (SELECT * FROM t WHERE v IS NULL)")
        table.run("INSERT INTO (SELECT v, id FROM t) VALUES ('y', 9)")
        assert table.rows("SELECT * FROM t ORDER BY id") == [("1", "a"), ("2", "x"), ("9", "y")]

    def test_columns_outside(self, table: UserSession) -> None:
        assert table.fails("UPDATE (SELECT id FROM t) SET v = 'x'").startswith("ORA-00904")

    @pytest.mark.parametrize(
        "query", ["SELECT id + 1 i FROM t", "SELECT DISTINCT id FROM t", "SELECT t.id FROM t, t u"]
    )
    def test_others_are_refused(self, table: UserSession, query: str) -> None:
        assert table.fails(f"DELETE FROM ({query})").endswith("is not in this stand-in")


class TestViews:
    def test_read_only(self, table: UserSession) -> None:
        table.run("CREATE VIEW r AS SELECT * FROM t WITH READ ONLY")
        for statement in ("INSERT INTO r VALUES (5, 'x')", "UPDATE r SET v = 'x'", "DELETE r"):
            assert table.fails(statement).startswith("ORA-42399")

    def test_check_option(self, table: UserSession) -> None:
        table.run("CREATE VIEW c AS SELECT * FROM t WHERE id < 5 WITH CHECK OPTION CONSTRAINT c_ck")
        table.run("INSERT INTO c VALUES (4, 'x')")
        assert table.fails("INSERT INTO c VALUES (50, 'x')").startswith("ORA-01402")
        assert table.fails("UPDATE c SET id = 50").startswith("ORA-01402")

    def test_not_to_be_changed(self, table: UserSession) -> None:
        table.run("CREATE VIEW g AS SELECT v, COUNT(*) n FROM t GROUP BY v")
        assert table.fails("DELETE g").startswith("ORA-01732")


def test_one_sequence_value_for_a_row(table: UserSession) -> None:
    table.run("CREATE SEQUENCE s")
    assert table.rows("SELECT s.NEXTVAL, s.NEXTVAL, s.CURRVAL FROM t WHERE id < 3") == [
        ("1", "1", "1"),
        ("2", "2", "2"),
    ]
    for query in ("SELECT 1 FROM t WHERE s.NEXTVAL > 0", "SELECT DISTINCT s.NEXTVAL FROM t"):
        assert table.fails(query).startswith("ORA-02287")


def test_virtual_columns_take_no_value(session: UserSession) -> None:
    session.run("CREATE TABLE x (a NUMBER, b NUMBER GENERATED ALWAYS AS (a * 2) VIRTUAL)")
    assert session.fails("INSERT INTO x VALUES (1, 2)").startswith("ORA-54013")
    assert session.fails("UPDATE x SET b = 1").startswith("ORA-54017")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT DISTINCT id FROM t FOR UPDATE", "ORA-01786"),
        ("SELECT COUNT(*) FROM t FOR UPDATE", "ORA-01786"),
        ("SELECT id FROM t FOR UPDATE OF nosuch", "ORA-00904"),
    ],
)
def test_rows_that_cannot_be_locked(table: UserSession, query: str, code: str) -> None:
    assert table.fails(query).startswith(code)


class TestRowNumbers:
    def test_as_values(self, table: UserSession) -> None:
        table.run("UPDATE t SET v = ROWNUM * 10 WHERE id > 1")
        assert table.rows("SELECT v FROM t ORDER BY id") == [("a",), ("10",), ("20",)]
        table.run("UPDATE t x SET x.v = x.v || ROWNUM WHERE x.id > 1 AND ROWNUM <= 1")
        assert table.rows("SELECT v FROM t ORDER BY id") == [("a",), ("101",), ("20",)]

    def test_before_rows_are_grouped(self, table: UserSession) -> None:
        assert table.rows("SELECT MAX(ROWNUM), COUNT(*) FROM t") == [("3", "3")]
        joined = "SELECT COUNT(*) FROM t a JOIN t b ON a.id >= b.id WHERE ROWNUM <= 4"
        assert table.rows(joined) == [("4",)]


@pytest.mark.parametrize("name", ['"ctid"', 't."xmin"', '"tableoid"'])
def test_nothing_of_the_engine_shows(table: UserSession, name: str) -> None:
    assert table.fails(f"SELECT {name} FROM t").startswith("ORA-00904")


def test_sequence_values_that_may_not_be_drawn(table: UserSession) -> None:
    table.run("CREATE SEQUENCE s")
    query = "SELECT CASE WHEN id = 1 THEN s.NEXTVAL ELSE s.NEXTVAL * 10 END FROM t WHERE id < 3"
    assert table.rows(query) == [("1",), ("20",)]
    table.run("INSERT INTO t VALUES (s.NEXTVAL, s.NEXTVAL), (s.NEXTVAL, s.NEXTVAL)")
    assert table.rows("SELECT * FROM t WHERE v IN ('3', '4') ORDER BY id") == [
        ("3", "3"),
        ("4", "4"),
    ]
    table.run(
        "MERGE INTO t USING (SELECT 1 id FROM dual UNION ALL SELECT 70 FROM dual) q"
        " ON (t.id = q.id) WHEN MATCHED THEN UPDATE SET v = s.NEXTVAL"
        " WHEN NOT MATCHED THEN INSERT VALUES (q.id, s.NEXTVAL)"
    )
    drawn = {value for (value,) in table.rows("SELECT v FROM t WHERE id IN (1, 70)")}
    assert drawn == {"5", "6"}
