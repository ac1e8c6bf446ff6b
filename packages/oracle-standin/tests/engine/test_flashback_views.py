"""The past of views and subqueries, and the past inside views and new tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import SessionInfo
from tests.engine.test_flashback import commit
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin


@pytest.fixture
def then(session: UserSession) -> int:
    """Make t and views on it; return the SCN when t had the row (1, 'a'), which is now (1, 'b')."""
    session.run("CREATE TABLE t (id NUMBER(5) PRIMARY KEY, name VARCHAR2(20))")
    session.run("CREATE VIEW v AS SELECT id, UPPER(name) name FROM t")
    session.run("CREATE VIEW vv (x, y) AS SELECT v.name, t.name FROM v JOIN t ON t.id = v.id")
    scn = commit(session, "INSERT INTO t VALUES (1, 'a')")
    commit(session, "UPDATE t SET name = 'b'", "INSERT INTO t VALUES (2, 'c')")
    return scn


@pytest.fixture
def reader(engine_database: Database) -> Iterator[UserSession]:
    name = "VIEW_FLASHBACK_READER"
    engine_database.create_user(name, "secret")
    opened = engine_database.open_session(name, SessionInfo(7101, 1))
    try:
        yield UserSession(opened)
    finally:
        opened.close()


class TestOfViews:
    def test_base_tables_are_read_as_they_were(self, session: UserSession, then: int) -> None:
        assert session.rows(f"SELECT * FROM v AS OF SCN {then}") == [("1", "A")]
        assert session.rows(f"SELECT q.y FROM vv AS OF SCN {then} q WHERE q.x = 'A'") == [("a",)]
        assert session.rows("SELECT COUNT(*) FROM v") == [("2",)]

    def test_bound_scn_of_every_table(self, session: UserSession, then: int) -> None:
        session.run("CREATE TABLE kept AS SELECT * FROM vv WHERE 1 = 2")
        session.run("INSERT INTO kept SELECT * FROM vv AS OF SCN :scn", scn=then)
        assert session.rows("SELECT * FROM kept") == [("A", "a")]

    def test_of_a_subquery(self, session: UserSession, then: int) -> None:
        query = f"SELECT * FROM (SELECT name FROM t, dual WHERE id < 5) AS OF SCN {then} q"
        assert session.rows(query) == [("a",)]

    def test_names_are_those_of_the_views_schema(
        self, session: UserSession, reader: UserSession, then: int
    ) -> None:
        session.run("GRANT SELECT, FLASHBACK ON v TO view_flashback_reader")
        owner = session.session.user
        assert reader.rows(f"SELECT * FROM {owner}.v AS OF SCN {then}") == [("1", "A")]
        block = (
            f"BEGIN FOR r IN (SELECT * FROM {owner}.v AS OF SCN {then}) LOOP NULL; END LOOP; END;"
        )
        assert reader.run(block) == {}

    def test_needs_the_right_on_the_view(
        self, session: UserSession, reader: UserSession, then: int
    ) -> None:
        query = f"SELECT * FROM {session.session.user}.v AS OF SCN {then}"
        assert reader.fails(query).startswith("ORA-00942")
        session.run("GRANT SELECT ON v TO view_flashback_reader")
        assert reader.fails(query).startswith("ORA-01031")

    def test_versions_are_refused(self, session: UserSession, then: int) -> None:
        between = f"VERSIONS BETWEEN SCN {then} AND MAXVALUE"
        assert session.fails(f"SELECT * FROM v {between}").startswith("ORA-30051")
        assert session.fails(f"SELECT * FROM (SELECT * FROM t) {between}").startswith("ORA-30051")

    def test_moved_session_reads_views_so(self, session: UserSession, then: int) -> None:
        session.run(f"BEGIN DBMS_FLASHBACK.ENABLE_AT_SYSTEM_CHANGE_NUMBER({then}); END;")
        assert session.rows("SELECT * FROM v") == [("1", "A")]
        assert session.rows("SELECT * FROM vv") == [("A", "a")]


class TestInsideOthers:
    def test_view_of_the_past(self, session: UserSession, then: int) -> None:
        session.run(f"CREATE VIEW old AS SELECT * FROM t AS OF SCN {then}")
        session.run("CREATE VIEW counted AS SELECT COUNT(*) c FROM old")
        commit(session, "DELETE t")
        assert session.rows("SELECT * FROM old") == [("1", "a")]
        assert session.rows("SELECT * FROM counted") == [("1",)]
        assert session.fails("UPDATE old SET name = 'x'").startswith("ORA-01732")

    def test_view_of_versions(self, session: UserSession, then: int) -> None:
        session.run(
            "CREATE VIEW history AS SELECT name, versions_operation op FROM t"
            f" VERSIONS BETWEEN SCN {then} AND MAXVALUE"
        )
        commit(session, "DELETE t WHERE id = 1")
        found = session.rows("SELECT op, name FROM history ORDER BY op, name")
        assert found == [("D", "b"), ("I", "a"), ("I", "c"), ("U", "b")]

    def test_reader_of_such_a_view_needs_no_flashback_right(
        self, session: UserSession, reader: UserSession, then: int
    ) -> None:
        session.run(f"CREATE VIEW old AS SELECT * FROM t AS OF SCN {then}")
        session.run("GRANT SELECT ON old TO view_flashback_reader")
        assert reader.rows(f"SELECT * FROM {session.session.user}.old") == [("1", "a")]

    def test_present_tables_of_others_beside_the_past(
        self, session: UserSession, reader: UserSession, then: int
    ) -> None:
        session.run(
            f"CREATE VIEW both AS SELECT t.* FROM t, t AS OF SCN {then} o WHERE t.id = o.id"
        )
        session.run("GRANT SELECT ON both TO view_flashback_reader")
        assert session.rows("SELECT name FROM both") == [("b",)]
        error = reader.fails(f"SELECT * FROM {session.session.user}.both")
        assert error.endswith("is not in this stand-in")

    def test_new_table(self, session: UserSession, then: int) -> None:
        session.run(f"CREATE TABLE copied AS SELECT * FROM v AS OF SCN {then}")
        assert session.rows("SELECT * FROM copied") == [("1", "A")]
        shown = "SELECT data_type, data_precision FROM user_tab_columns"
        assert session.rows(f"{shown} WHERE table_name = 'COPIED' AND column_name = 'ID'") == [
            ("NUMBER", "5")
        ]

    def test_insert_into_several_tables(self, session: UserSession, then: int) -> None:
        session.run(
            "INSERT ALL INTO t VALUES (id + 10, name) INTO t VALUES (id + 20, name)"
            f" SELECT * FROM t AS OF SCN {then}"
        )
        found = session.rows("SELECT id, name FROM t WHERE id > 9 ORDER BY id")
        assert found == [("11", "a"), ("21", "a")]


def test_columns_that_came_after_an_answer_show(session: UserSession, then: int) -> None:
    query = f"SELECT * FROM t AS OF SCN {then}"
    assert session.rows(query) == [("1", "a")]
    session.run("ALTER TABLE t ADD (extra NUMBER)")
    assert session.rows(query) == [("1", "a", None)]


@pytest.mark.parametrize(
    ("moment", "code"),
    [("SCN (SELECT 1 FROM dual)", "ORA-22818"), ("TIMESTAMP 5", "ORA-00932")],
)
@pytest.mark.usefixtures("then")
def test_moments_that_are_none(session: UserSession, moment: str, code: str) -> None:
    assert session.fails(f"SELECT * FROM t AS OF {moment}").startswith(code)
