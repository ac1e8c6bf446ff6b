"""A package as one is written to load a table: most of the language in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin

_TABLES = """
CREATE TABLE etl_log
  (id NUMBER GENERATED ALWAYS AS IDENTITY, step VARCHAR2(100), n NUMBER, msg VARCHAR2(4000));
CREATE TABLE src (id NUMBER PRIMARY KEY, name VARCHAR2(50), amount NUMBER(12,2), updated DATE);
CREATE TABLE dst
  (id NUMBER PRIMARY KEY, name VARCHAR2(50), amount NUMBER(12,2), loaded DATE, batch NUMBER);
CREATE SEQUENCE batch_seq;
INSERT INTO src SELECT LEVEL, 'n' || LEVEL, LEVEL * 1.5, DATE '2024-01-01' + LEVEL FROM dual
  CONNECT BY LEVEL <= 20;
COMMIT"""
_SPECIFICATION = """
CREATE OR REPLACE PACKAGE etl AS
  c_limit CONSTANT PLS_INTEGER := 5;
  e_nothing EXCEPTION;
  PRAGMA EXCEPTION_INIT(e_nothing, -20042);
  TYPE t_ids IS TABLE OF src.id%TYPE INDEX BY PLS_INTEGER;
  g_batch NUMBER;
  PROCEDURE log_step(p_step IN VARCHAR2, p_n IN NUMBER DEFAULT NULL,
    p_msg IN VARCHAR2 DEFAULT NULL);
  PROCEDURE load_all(p_since IN DATE DEFAULT DATE '2024-01-01', p_rows OUT NUMBER);
  FUNCTION total(p_batch NUMBER DEFAULT g_batch) RETURN NUMBER;
  PROCEDURE purge(p_table VARCHAR2);
END etl;"""
_BODY = """
CREATE OR REPLACE PACKAGE BODY etl AS
  PROCEDURE log_step(p_step IN VARCHAR2, p_n IN NUMBER DEFAULT NULL,
      p_msg IN VARCHAR2 DEFAULT NULL) IS
  BEGIN
    INSERT INTO etl_log (step, n, msg) VALUES (p_step, p_n, p_msg);
  END log_step;

  FUNCTION total(p_batch NUMBER DEFAULT g_batch) RETURN NUMBER IS
    v_total NUMBER;
  BEGIN
    SELECT NVL(SUM(amount), 0) INTO v_total FROM dst WHERE batch = p_batch;
    RETURN v_total;
  EXCEPTION
    WHEN NO_DATA_FOUND THEN
      RETURN 0;
  END;

  PROCEDURE load_all(p_since IN DATE DEFAULT DATE '2024-01-01', p_rows OUT NUMBER) IS
    CURSOR c_src IS
      SELECT * FROM src WHERE updated > p_since ORDER BY id;
    r_src c_src%ROWTYPE;
    v_ids t_ids;
    v_sql VARCHAR2(1000);
  BEGIN
    g_batch := batch_seq.NEXTVAL;
    p_rows := 0;
    log_step('start', p_msg => 'batch ' || TO_CHAR(g_batch));
    OPEN c_src;
    <<rows>>
    LOOP
      FETCH c_src INTO r_src;
      EXIT rows WHEN c_src%NOTFOUND;
      CASE
        WHEN MOD(r_src.id, 2) = 0 THEN
          MERGE INTO dst d USING (SELECT r_src.id AS id, r_src.name AS name FROM dual) s
            ON (d.id = s.id)
          WHEN MATCHED THEN UPDATE SET d.name = s.name
          WHEN NOT MATCHED THEN INSERT (id, name, amount, loaded, batch)
            VALUES (s.id, s.name, r_src.amount, SYSDATE, g_batch);
        ELSE
          BEGIN
            INSERT INTO dst (id, name, amount, loaded, batch)
            VALUES (r_src.id, r_src.name, r_src.amount, SYSDATE, g_batch);
          EXCEPTION
            WHEN DUP_VAL_ON_INDEX THEN
              UPDATE dst SET name = r_src.name, batch = g_batch WHERE id = r_src.id;
          END;
      END CASE;
      p_rows := p_rows + SQL%ROWCOUNT;
    END LOOP rows;
    CLOSE c_src;
    IF p_rows = 0 THEN
      RAISE_APPLICATION_ERROR(-20042, 'nothing to load since ' || TO_CHAR(p_since, 'YYYY-MM-DD'));
    END IF;
    SELECT id BULK COLLECT INTO v_ids FROM dst WHERE batch = g_batch ORDER BY id;
    FORALL i IN 1 .. v_ids.COUNT
      UPDATE dst SET amount = amount + 1 WHERE id = v_ids(i) AND id <= c_limit;
    v_sql := 'SELECT COUNT(*) FROM dst WHERE batch = :b';
    EXECUTE IMMEDIATE v_sql INTO p_rows USING g_batch;
    log_step('end', p_rows);
    COMMIT;
  EXCEPTION
    WHEN e_nothing THEN
      log_step('nothing', p_msg => SUBSTR(SQLERRM, 1, 100));
      COMMIT;
      p_rows := 0;
    WHEN OTHERS THEN
      ROLLBACK;
      log_step('error', SQLCODE, SQLERRM);
      COMMIT;
      RAISE;
  END load_all;

  PROCEDURE purge(p_table VARCHAR2) IS
  BEGIN
    EXECUTE IMMEDIATE 'TRUNCATE TABLE ' || p_table;
  END;
BEGIN
  g_batch := 0;
END etl;"""


@pytest.fixture
def etl(session: UserSession) -> UserSession:
    for statement in (*_TABLES.split(";"), _SPECIFICATION, _BODY):
        session.run(statement)
    assert session.rows("SELECT name, line, text FROM user_errors") == []
    return session


def test_a_first_load(etl: UserSession) -> None:
    assert etl.run("BEGIN etl.load_all(p_rows => :n); END;", n=0) == {"n": "20"}
    assert etl.rows("SELECT COUNT(*), SUM(amount), MAX(batch) FROM dst") == [("20", "320", "1")]
    assert etl.run("BEGIN :n := etl.total; END;", n=0) == {"n": "320"}
    assert etl.rows("SELECT step, n, msg FROM etl_log ORDER BY id") == [
        ("start", None, "batch 1"),
        ("end", "20", None),
    ]


def test_a_second_load(etl: UserSession) -> None:
    etl.run("BEGIN etl.load_all(p_rows => :n); END;", n=0)
    assert etl.run("BEGIN etl.load_all(p_rows => :n); END;", n=0) == {"n": "10"}
    assert etl.run("BEGIN :r := etl.total || ' ' || etl.total(1); END;", r=None) == {"r": "156 167"}


def test_nothing_to_load(etl: UserSession) -> None:
    assert etl.run("BEGIN etl.load_all(DATE '2030-01-01', :n); END;", n=7) == {"n": "0"}
    assert etl.rows("SELECT step, msg FROM etl_log ORDER BY id") == [
        ("start", "batch 1"),
        ("nothing", "ORA-20042: nothing to load since 2030-01-01"),
    ]


def test_a_failing_load(etl: UserSession) -> None:
    etl.run("ALTER TABLE dst ADD CONSTRAINT small CHECK (amount < 10)")
    error = etl.fails("BEGIN etl.load_all(p_rows => :n); END;", n=0)
    assert error.startswith("ORA-02290: check constraint")
    assert f'ORA-06512: at "{etl.session.user}.ETL", line' in error
    etl.run("ROLLBACK")
    assert etl.rows("SELECT step, n FROM etl_log") == [("error", "-2290")]
    assert etl.rows("SELECT COUNT(*) FROM dst") == [("0",)]


def test_a_purge(etl: UserSession) -> None:
    etl.run("BEGIN etl.load_all(p_rows => :n); etl.purge('dst'); END;", n=0)
    assert etl.rows("SELECT COUNT(*) FROM dst") == [("0",)]
