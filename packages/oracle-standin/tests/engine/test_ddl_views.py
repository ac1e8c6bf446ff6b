"""Views, materialized views, synonyms and temporary tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


def test_a_view_has_its_text_and_types(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER(9), name VARCHAR2(5 CHAR))")
    session.run("CREATE VIEW v (k, n) AS SELECT id, name FROM t WHERE id > 0")
    assert session.rows("SELECT text, read_only FROM user_views") == [
        ("SELECT id, name FROM t WHERE id > 0", "N")
    ]
    columns = session.rows(
        "SELECT column_name, data_type, data_precision, char_length, char_used"
        " FROM user_tab_columns WHERE table_name = 'V' ORDER BY column_id"
    )
    assert columns == [("K", "NUMBER", "9", "0", None), ("N", "VARCHAR2", None, "5", "C")]
    assert "ORA-00998" in session.fails("CREATE VIEW w AS SELECT id + 1 FROM t")
    assert "ORA-00955" in session.fails("CREATE VIEW v AS SELECT id FROM t")
    assert "ORA-00942" in session.fails("CREATE VIEW w AS SELECT id FROM nothing")


def test_a_view_outlives_its_table(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER(9))")
    session.run("CREATE VIEW v AS SELECT id FROM t")
    session.run("CREATE VIEW w AS SELECT id FROM v")
    session.run("COMMENT ON TABLE v IS 'kept'")
    session.run("DROP TABLE t")
    status = "SELECT status FROM user_objects WHERE object_type = 'VIEW'"
    assert session.rows(status) == [("INVALID",), ("INVALID",)]
    assert "ORA-04063" in session.fails("SELECT * FROM w")
    assert "ORA-04063" in session.fails("SELECT 1 FROM w WHERE 1 = 0")
    session.run("CREATE TABLE t (id NUMBER(9), other NUMBER)")
    session.run("INSERT INTO t VALUES (3, 4)")
    assert session.rows("SELECT * FROM w") == [("3",)]
    assert session.rows(status) == [("VALID",), ("VALID",)]
    assert session.rows("SELECT comments FROM user_tab_comments WHERE table_name = 'V'") == [
        ("kept",)
    ]


def test_a_view_reads_whatever_table_has_the_name(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("CREATE TABLE fresh (id NUMBER)")
    session.run("INSERT INTO fresh VALUES (2)")
    session.run("CREATE VIEW v AS SELECT id FROM t")
    session.run("ALTER TABLE t RENAME TO old")
    session.run("ALTER TABLE fresh RENAME TO t")
    assert session.rows("SELECT id FROM v") == [("2",)]


def test_a_view_follows_a_widened_column(session: UserSession) -> None:
    session.run("CREATE TABLE t (c VARCHAR2(5))")
    session.run("CREATE VIEW v AS SELECT c FROM t")
    session.run("ALTER TABLE t MODIFY c VARCHAR2(9)")
    session.run("INSERT INTO t VALUES ('123456789')")
    assert session.rows("SELECT c FROM v") == [("123456789",)]
    assert session.rows("SELECT char_length FROM user_tab_columns WHERE table_name = 'V'") == [
        ("9",)
    ]


def test_or_replace_changes_columns(session: UserSession) -> None:
    session.run("CREATE TABLE t (a NUMBER, b VARCHAR2(5))")
    session.run("INSERT INTO t VALUES (1, 'x')")
    session.run("CREATE VIEW v AS SELECT a FROM t")
    session.run("CREATE VIEW w AS SELECT * FROM v")
    session.run("GRANT SELECT ON v TO SYSTEM")
    session.run("CREATE OR REPLACE VIEW v AS SELECT b, a FROM t WITH READ ONLY")
    assert session.rows("SELECT * FROM v") == [("x", "1")]
    assert session.rows("SELECT a FROM w") == [("1",)]
    assert session.rows("SELECT grantee FROM user_tab_privs WHERE table_name = 'V'") == [
        ("SYSTEM",)
    ]


def test_a_materialized_view_keeps_its_rows(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER(4))")
    session.run("INSERT INTO t VALUES (1)")
    session.run(
        "CREATE MATERIALIZED VIEW m BUILD IMMEDIATE REFRESH COMPLETE ON DEMAND AS SELECT id FROM t"
    )
    session.run("INSERT INTO t VALUES (2)")
    assert session.rows("SELECT id FROM m") == [("1",)]
    assert "ORA-01732" in session.fails("INSERT INTO m VALUES (3)")
    assert "ORA-12083" in session.fails("DROP TABLE m")
    assert session.rows("SELECT container_name, refresh_mode, build_mode FROM user_mviews") == [
        ("M", "DEMAND", "IMMEDIATE")
    ]
    types = session.rows("SELECT object_type FROM user_objects WHERE object_name = 'M' ORDER BY 1")
    assert types == [("MATERIALIZED VIEW",), ("TABLE",)]
    session.run("DROP MATERIALIZED VIEW m")
    assert "ORA-12003" in session.fails("DROP MATERIALIZED VIEW m")


def test_synonyms_stand_for_their_target(session: UserSession) -> None:
    session.run("CREATE SYNONYM s FOR t")
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("INSERT INTO s VALUES (1)")
    assert session.rows("SELECT id FROM s") == [("1",)]
    assert "ORA-00955" in session.fails("CREATE TABLE s (id NUMBER)")
    assert session.rows("SELECT synonym_name, table_name, db_link FROM user_synonyms") == [
        ("S", "T", None)
    ]
    session.run("DROP SYNONYM s")
    assert "ORA-01434" in session.fails("DROP SYNONYM s")
    assert "ORA-01031" in session.fails("CREATE PUBLIC SYNONYM s FOR t")


def test_private_temporary_tables_end_no_transaction(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("INSERT INTO t VALUES (1)")
    session.run(
        "CREATE PRIVATE TEMPORARY TABLE ora$ptt_x (id NUMBER) ON COMMIT PRESERVE DEFINITION"
    )
    session.run("INSERT INTO ora$ptt_x VALUES (1)")
    session.run("ROLLBACK")
    assert session.rows("SELECT COUNT(*) FROM t") == [("0",)]
    assert session.rows("SELECT table_name FROM user_tables") == [("T",)]


def test_materialized_view_is_refreshed(session: UserSession) -> None:
    session.run("CREATE TABLE base (a NUMBER)")
    session.run("CREATE MATERIALIZED VIEW copied REFRESH COMPLETE ON DEMAND AS SELECT a FROM base")
    session.run("INSERT INTO base VALUES (7)")
    session.run("COMMIT")
    assert session.rows("SELECT COUNT(*) FROM copied") == [("0",)]
    session.run("BEGIN DBMS_MVIEW.REFRESH('copied', 'C', ATOMIC_REFRESH => FALSE); END;")
    assert session.rows("SELECT a FROM copied") == [("7",)]
    assert session.fails("DELETE copied").startswith("ORA-01732")
    fast = session.fails("BEGIN DBMS_MVIEW.REFRESH('copied', method => 'F'); END;")
    assert fast.startswith("ORA-12004")
    assert session.fails("BEGIN DBMS_SNAPSHOT.REFRESH('nosuch'); END;").startswith("ORA-23401")
