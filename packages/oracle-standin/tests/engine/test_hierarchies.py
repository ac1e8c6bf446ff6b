"""Hierarchical queries and recursive WITH."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin

_TABLES = (
    (
        "CREATE TABLE emp (id NUMBER(6) PRIMARY KEY, name VARCHAR2(20), mgr NUMBER(6),"
        " dept NUMBER(4), sal NUMBER(8,2))"
    ),
    (
        "INSERT INTO emp VALUES (1, 'King', NULL, 10, 5000), (2, 'Blake', 1, 20, 3000),"
        " (3, 'Clark', 1, 10, 2500), (4, 'Allen', 2, 20, 1600), (5, 'Ward', 2, 20, 1600),"
        " (6, 'Smith', 3, 30, NULL)"
    ),
    "CREATE TABLE loopy (id NUMBER, p NUMBER)",
    "INSERT INTO loopy VALUES (1, 3), (2, 1), (3, 2)",
)
_ROWS = [
    (
        (
            "WITH t (id, path) AS (SELECT id, CAST(name AS VARCHAR2(4000)) FROM emp WHERE "
            "mgr IS NULL UNION ALL SELECT e.id, t.path || '/' || e.name FROM emp e JOIN t "
            "ON e.mgr = t.id) SELECT path FROM t WHERE id = 4"
        ),
        "King/Blake/Allen",
    ),
    (
        (
            "WITH t (id, path) AS (SELECT id, name FROM emp WHERE mgr IS NULL UNION ALL "
            "SELECT e.id, t.path || '/' || e.name FROM emp e JOIN t ON e.mgr = t.id) SELECT "
            "path FROM t WHERE id = 2"
        ),
        "King/Blake",
    ),
    (
        (
            "WITH t (id, path) AS (SELECT id, '/' FROM emp WHERE mgr IS NULL UNION ALL "
            "SELECT e.id, t.path || e.name FROM emp e JOIN t ON e.mgr = t.id) SELECT path "
            "FROM t WHERE id = 2"
        ),
        "/Blake",
    ),
    (
        (
            "WITH d (dt) AS (SELECT DATE '2024-01-01' FROM dual UNION ALL SELECT dt + 1 "
            "FROM d WHERE dt < DATE '2024-01-03') SELECT TO_CHAR(dt, 'DD') FROM d"
        ),
        "01|02|03",
    ),
    (
        (
            "WITH f (n, v) AS (SELECT 1, 1 FROM dual UNION ALL SELECT n + 1, v * (n + 1) "
            "FROM f WHERE n < 20) SELECT MAX(v) FROM f"
        ),
        "2432902008176640000",
    ),
    (
        (
            "WITH f (n, v) AS (SELECT 1, 1 FROM dual UNION ALL SELECT n + 1, v / 3 FROM f "
            "WHERE n < 2) SELECT MIN(v) FROM f"
        ),
        "0.3333333333333333333333333333333333333333",
    ),
    (
        (
            "WITH t (n) AS (SELECT 1 FROM dual UNION ALL SELECT n + 1 FROM t WHERE n < 4) "
            "SELECT SUM(n) FROM t"
        ),
        "10",
    ),
    (
        (
            "WITH t (id, name, lvl) AS (SELECT id, name, 1 FROM emp WHERE mgr IS NULL UNION "
            "ALL SELECT e.id, e.name, t.lvl + 1 FROM emp e JOIN t ON e.mgr = t.id) SEARCH "
            "DEPTH FIRST BY name SET ord SELECT name, ord FROM t ORDER BY ord"
        ),
        "King,1|Blake,2|Allen,3|Ward,4|Clark,5|Smith,6",
    ),
    (
        (
            "WITH t (id, name, lvl) AS (SELECT id, name, 1 FROM emp WHERE mgr IS NULL UNION "
            "ALL SELECT e.id, e.name, t.lvl + 1 FROM emp e JOIN t ON e.mgr = t.id) SEARCH "
            "BREADTH FIRST BY name SET ord SELECT name, ord FROM t ORDER BY ord"
        ),
        "King,1|Blake,2|Clark,3|Allen,4|Smith,5|Ward,6",
    ),
    (
        (
            "WITH t (id, p) AS (SELECT id, p FROM loopy WHERE id = 1 UNION ALL SELECT l.id, "
            "l.p FROM loopy l JOIN t ON l.p = t.id) CYCLE id SET is_c TO 'Y' DEFAULT 'N' "
            "SELECT id, is_c FROM t ORDER BY is_c, id"
        ),
        "1,N|2,N|3,N|1,Y",
    ),
    (
        (
            "WITH t (id, p) AS (SELECT id, p FROM loopy WHERE id = 1 UNION ALL SELECT l.id, "
            "l.p FROM loopy l, t WHERE l.p = t.id) SEARCH DEPTH FIRST BY id SET o CYCLE id "
            "SET is_c TO '1' DEFAULT '0' SELECT * FROM t ORDER BY o"
        ),
        "1,3,1,0|2,1,2,0|3,2,3,0|1,3,4,1",
    ),
    (
        "SELECT * FROM dual CONNECT BY LEVEL <= 2",
        "X|X",
    ),
    (
        "SELECT COUNT(*) FROM (SELECT LEVEL n FROM dual CONNECT BY LEVEL <= 1000)",
        "1000",
    ),
    (
        (
            "SELECT id, LEVEL FROM emp WHERE id < 3 CONNECT BY PRIOR id = id AND PRIOR "
            "SYS_GUID() IS NOT NULL AND LEVEL <= 2 START WITH id < 3"
        ),
        "1,1|1,2|2,1|2,2",
    ),
    (
        "SELECT id FROM emp START WITH id = 6 CONNECT BY id = PRIOR mgr",
        "6|3|1",
    ),
    (
        "SELECT MAX(LEVEL) FROM emp START WITH mgr IS NULL CONNECT BY PRIOR id = mgr",
        "3",
    ),
    (
        (
            "SELECT dept, COUNT(*) FROM emp START WITH mgr IS NULL CONNECT BY PRIOR id = "
            "mgr GROUP BY dept ORDER BY dept"
        ),
        "10,2|20,3|30,1",
    ),
    (
        (
            "SELECT CONNECT_BY_ROOT id r, SUM(sal) FROM emp CONNECT BY PRIOR id = mgr GROUP "
            "BY CONNECT_BY_ROOT id ORDER BY 1"
        ),
        "1,13700|2,6200|3,2500|4,1600|5,1600|6,NULL",
    ),
    (
        (
            "WITH d AS (SELECT id, mgr FROM emp) SELECT id, LEVEL FROM d START WITH mgr IS "
            "NULL CONNECT BY PRIOR id = mgr AND LEVEL < 3"
        ),
        "1,1|2,2|3,2",
    ),
    (
        (
            "SELECT id FROM (SELECT id, mgr FROM emp WHERE id <> 2) START WITH mgr IS NULL "
            "CONNECT BY PRIOR id = mgr"
        ),
        "1|3|6",
    ),
    (
        "SELECT ROWNUM, id FROM emp START WITH mgr IS NULL CONNECT BY PRIOR id = mgr",
        "1,1|2,2|3,4|4,5|5,3|6,6",
    ),
    (
        "SELECT id FROM emp WHERE ROWNUM <= 2 START WITH mgr IS NULL CONNECT BY PRIOR id = mgr",
        "1|2",
    ),
    (
        (
            "SELECT e.name, p.name FROM emp e, emp p WHERE e.mgr = p.id (+) START WITH "
            "e.mgr IS NULL CONNECT BY PRIOR e.id = e.mgr ORDER SIBLINGS BY e.name"
        ),
        "King,NULL|Blake,King|Allen,Blake|Ward,Blake|Clark,King|Smith,Clark",
    ),
    (
        (
            "SELECT e.name FROM emp e JOIN emp p ON e.mgr = p.id WHERE e.dept = 20 START "
            "WITH p.id = 1 CONNECT BY PRIOR e.id = e.mgr ORDER BY 1"
        ),
        "Allen|Blake|Ward",
    ),
    (
        (
            "SELECT id, (SELECT COUNT(*) FROM emp x START WITH x.id = emp.id CONNECT BY "
            "PRIOR x.id = x.mgr) c FROM emp ORDER BY id"
        ),
        "1,6|2,3|3,2|4,1|5,1|6,1",
    ),
    (
        (
            "SELECT name, PRIOR name FROM emp START WITH mgr IS NULL CONNECT BY NOCYCLE "
            "PRIOR id = mgr AND PRIOR dept = dept"
        ),
        "King,NULL|Clark,King",
    ),
    (
        (
            "SELECT LEVEL l, COUNT(*) FROM emp START WITH mgr IS NULL CONNECT BY PRIOR id = "
            "mgr GROUP BY LEVEL ORDER BY LEVEL"
        ),
        "1,1|2,2|3,3",
    ),
    (
        (
            "SELECT SUBSTR(SYS_CONNECT_BY_PATH(name, ','), 2) FROM emp WHERE "
            "CONNECT_BY_ISLEAF = 1 START WITH id = 3 CONNECT BY PRIOR id = mgr"
        ),
        "Clark,Smith",
    ),
]
_ERRORS = [
    (
        (
            "WITH t (id, p) AS (SELECT id, p FROM loopy WHERE id = 1 UNION ALL SELECT l.id, "
            "l.p FROM loopy l JOIN t ON l.p = t.id) SELECT id FROM t"
        ),
        "ORA-32044",
    ),
    (
        "SELECT id FROM emp ORDER SIBLINGS BY id",
        "ORA-30929",
    ),
    (
        "SELECT PRIOR id FROM emp",
        "ORA-01788",
    ),
    (
        "SELECT CONNECT_BY_ISLEAF FROM emp",
        "ORA-01788",
    ),
    (
        "SELECT SYS_CONNECT_BY_PATH(id, '/') FROM emp",
        "ORA-01788",
    ),
]


@pytest.fixture
def people(session: UserSession) -> UserSession:
    for statement in _TABLES:
        session.run(statement)
    return session


@pytest.mark.parametrize(("query", "expected"), _ROWS)
def test_rows(people: UserSession, query: str, expected: str) -> None:
    found = people.rows(query)
    assert "|".join(",".join(map(str, row)) for row in found) == expected.replace("NULL", "None")


@pytest.mark.parametrize(("query", "code"), _ERRORS)
def test_errors(people: UserSession, query: str, code: str) -> None:
    assert people.fails(query).startswith(code)


def test_bound_depth(people: UserSession) -> None:
    people.run("CREATE TABLE kept (id NUMBER, way VARCHAR2(99))")
    people.run(
        "INSERT INTO kept SELECT id, SYS_CONNECT_BY_PATH(name, '/') FROM emp"
        " START WITH id = :root CONNECT BY PRIOR id = mgr AND LEVEL <= :depth",
        root=1,
        depth=2,
    )
    assert people.rows("SELECT COUNT(*) FROM kept") == [("3",)]
