"""What queries may ask for: pivots, windows, aggregates, limits, and functions of all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin

_ROWS = [
    (
        (
            "SELECT id, LAST_VALUE(code IGNORE NULLS) OVER (ORDER BY id) FROM emp WHERE id IN (3, "
            "4) ORDER BY id"
        ),
        "3,A|4,A",
    ),
    (
        (
            "SELECT id, LAG(sal IGNORE NULLS) OVER (ORDER BY id DESC) FROM emp WHERE id > 3 ORDER "
            "BY id"
        ),
        "4,1600|5,None|6,None",
    ),
    (
        (
            "SELECT id, LEAD(sal, 1, 0) IGNORE NULLS OVER (ORDER BY id) FROM emp WHERE "
            "id > 4 ORDER "
            "BY id"
        ),
        "5,0|6,0",
    ),
    (
        (
            "SELECT id, FIRST_VALUE(sal) IGNORE NULLS OVER (PARTITION BY dept ORDER BY id DESC) "
            "FROM emp WHERE dept = 20 ORDER BY id"
        ),
        "2,1600|4,1600|5,1600",
    ),
    (
        "SELECT MEDIAN(sal) OVER (PARTITION BY dept) FROM emp WHERE dept = 10",
        "3750|3750",
    ),
    (
        "SELECT MEDIAN(sal), PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY sal) FROM emp",
        "2500,1600",
    ),
    (
        "SELECT PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY sal DESC) FROM emp",
        "3000",
    ),
    (
        (
            "SELECT MEDIAN(n) FROM (SELECT 1234567890123456789012345 n FROM dual UNION ALL SELECT "
            "1234567890123456789012346 FROM dual)"
        ),
        "1234567890123456789012345.5",
    ),
    (
        "SELECT COUNT(DISTINCT dept) OVER (PARTITION BY mgr) FROM emp WHERE mgr = 1",
        "2|2",
    ),
    (
        "SELECT RANK(1600) WITHIN GROUP (ORDER BY sal DESC) FROM emp",
        "5",
    ),
    (
        "SELECT STDDEV(sal), VARIANCE(sal), STDDEV_POP(sal) FROM emp WHERE id <= 2",
        "1414.21356237309504880168872420969807857,2000000,1000",
    ),
    (
        "SELECT STDDEV(sal), STDDEV_SAMP(sal), VAR_POP(sal) FROM emp WHERE id = 1",
        "0,None,0",
    ),
    (
        (
            "SELECT STATS_MODE(sal), APPROX_COUNT_DISTINCT(dept), ANY_VALUE(mgr) FROM "
            "emp WHERE mgr "
            "= 2"
        ),
        "1600,1,2",
    ),
    (
        "SELECT LISTAGG(DISTINCT dept, ',') WITHIN GROUP (ORDER BY dept DESC) FROM emp",
        "30,20,10",
    ),
    (
        (
            "SELECT LISTAGG(DISTINCT id + 5, ',') WITHIN GROUP (ORDER BY id + 5) FROM emp WHERE id "
            "> 3"
        ),
        "9,10,11",
    ),
    (
        (
            "SELECT LENGTH(LISTAGG(RPAD('x', 1500, 'x'), ',' ON OVERFLOW TRUNCATE '~' WITH COUNT) "
            "WITHIN GROUP (ORDER BY id)) FROM emp"
        ),
        "3006",
    ),
    (
        "SELECT MAX(COUNT(*)), SUM(MAX(sal)) FROM emp GROUP BY dept",
        "3,8000",
    ),
    (
        (
            "SELECT dept, GROUPING_ID(dept, code), COUNT(*) FROM emp GROUP BY ROLLUP(dept, code) "
            "HAVING GROUPING_ID(dept, code) > 0 ORDER BY 1"
        ),
        "10,1,2|20,1,3|30,1,1|None,3,6",
    ),
    (
        "SELECT COUNT(*) FROM emp GROUP BY ()",
        "6",
    ),
    (
        "SELECT id FROM emp ORDER BY id FETCH FIRST 50 PERCENT ROWS ONLY",
        "1|2|3",
    ),
    (
        "SELECT id FROM emp ORDER BY id OFFSET 1 ROW FETCH NEXT 20 PERCENT ROWS ONLY",
        "2|3",
    ),
    (
        "SELECT id FROM emp ORDER BY sal NULLS LAST FETCH FIRST 1 PERCENT ROWS WITH TIES",
        "4|5",
    ),
    (
        (
            "SELECT * FROM (SELECT dept, code, sal FROM emp) PIVOT (SUM(sal) FOR dept "
            "IN (10, 20 AS "
            "twenty)) ORDER BY code"
        ),
        "A,7500,None|B,None,3000|C,None,1600|None,None,1600",
    ),
    (
        (
            "SELECT d10_s, d20_c FROM (SELECT dept, sal FROM emp) PIVOT (SUM(sal) AS s, "
            "COUNT(*) AS "
            "c FOR dept IN (10 AS d10, 20 AS d20)) p"
        ),
        "7500,3",
    ),
    (
        (
            "SELECT p.\"'A'\" FROM (SELECT code, id FROM emp) PIVOT (MAX(id) FOR code "
            "IN ('A', 'B')) "
            "p"
        ),
        "3",
    ),
    (
        (
            "SELECT dept, x FROM emp PIVOT (COUNT(name) FOR (mgr, code) IN ((1, 'A') AS x)) WHERE "
            "dept = 10 AND id = 3"
        ),
        "10,1",
    ),
    (
        (
            "SELECT * FROM (SELECT 1 id, 2 a, 3 b, CAST(NULL AS NUMBER) c FROM dual) UNPIVOT (val "
            "FOR col IN (a, b, c)) ORDER BY col"
        ),
        "1,A,2|1,B,3",
    ),
    (
        (
            "SELECT col, val FROM (SELECT 1 a, CAST(NULL AS NUMBER) c FROM dual) UNPIVOT INCLUDE "
            "NULLS (val FOR col IN (a AS 'x', c AS 'z')) u ORDER BY col"
        ),
        "x,1|z,None",
    ),
    (
        (
            "SELECT k, v1, v2 FROM (SELECT 1 a, 2 b, 3 c, 4 d FROM dual) UNPIVOT ((v1, "
            "v2) FOR k IN "
            "((a, b) AS 1, (c, d) AS 2)) ORDER BY k"
        ),
        "1,1,2|2,3,4",
    ),
    (
        (
            "SELECT WIDTH_BUCKET(5, 0, 10, 5), WIDTH_BUCKET(10, 0, 10, 5), WIDTH_BUCKET(-1, 0, 10, "
            "5), WIDTH_BUCKET(5, 10, 0, 5) FROM dual"
        ),
        "3,6,0,3",
    ),
    (
        (
            "SELECT WIDTH_BUCKET(DATE '2024-01-02', DATE '2024-01-01', DATE '2024-01-11', 10) FROM "
            "dual"
        ),
        "2",
    ),
    (
        (
            "SELECT SOUNDEX('Robert'), SOUNDEX('Rupert'), SOUNDEX('Tymczak'), SOUNDEX('Pfister'), "
            "SOUNDEX('1') FROM dual"
        ),
        "R163,R163,T522,P236,None",
    ),
    (
        "SELECT COUNT(*) FROM emp WHERE LNNVL(sal > 1600)",
        "3",
    ),
    (
        (
            "SELECT VALIDATE_CONVERSION('12' AS NUMBER), VALIDATE_CONVERSION('a' AS NUMBER), "
            "VALIDATE_CONVERSION('2020-02-30' AS DATE, 'YYYY-MM-DD'), "
            "VALIDATE_CONVERSION('1 2:3:4' "
            "AS INTERVAL DAY TO SECOND) FROM dual"
        ),
        "1,0,0,1",
    ),
    (
        (
            "SELECT NLS_INITCAP('abc def'), RAWTOHEX(NLSSORT('abc')), LENGTH(DECOMPOSE('é')), "
            "LENGTH(COMPOSE(DECOMPOSE('é'))) FROM dual"
        ),
        "Abc Def,61626300,2,1",
    ),
    (
        (
            "SELECT TO_SINGLE_BYTE(UNISTR('\\FF21')), ASCIISTR(TO_MULTI_BYTE('A')), "
            "NLS_CHARSET_ID('AL32UTF8'), "
            "NLS_CHARSET_NAME(873) FROM dual"
        ),
        "A,\\FF21,873,AL32UTF8",
    ),
    (
        (
            "SELECT TO_CHAR(1d/0), TO_CHAR(-1d/0), TO_CHAR(0d/0), TO_CHAR(NANVL(BINARY_DOUBLE_NAN, "
            "7)) FROM dual"
        ),
        "Inf,-Inf,Nan,7.0E+000",
    ),
]
_ERRORS = [
    ("SELECT e.id FROM emp e JOIN emp m USING (id)", "ORA-25154"),
    (
        "SELECT dept, COUNT(*) FROM emp",
        "ORA-00937",
    ),
    (
        "SELECT MAX(MAX(COUNT(*))) FROM emp GROUP BY dept",
        "ORA-00935",
    ),
    (
        "SELECT MAX(COUNT(*)) FROM emp",
        "ORA-00978",
    ),
    (
        "SELECT DISTINCT dept FROM emp ORDER BY name",
        "ORA-01791",
    ),
    (
        "SELECT name FROM emp ORDER BY 5",
        "ORA-01785",
    ),
    (
        "SELECT id FROM emp UNION SELECT name FROM emp",
        "ORA-01790",
    ),
    (
        "SELECT ROW_NUMBER() OVER () FROM emp",
        "ORA-30485",
    ),
    (
        "SELECT LISTAGG(RPAD('x', 1000), ',') WITHIN GROUP (ORDER BY 1) FROM emp",
        "ORA-01489",
    ),
    (
        "SELECT 1 FROM dual WHERE REGEXP_LIKE('abc', '[a')",
        "ORA-12726",
    ),
    (
        "SELECT 1 FROM dual WHERE REGEXP_LIKE('abc', '(a')",
        "ORA-12725",
    ),
    (
        "SELECT 1 FROM dual WHERE 'ab' LIKE 'a!b' ESCAPE '!'",
        "ORA-01424",
    ),
    (
        "SELECT 1 FROM dual WHERE 'ab' LIKE 'ab!' ESCAPE '!'",
        "ORA-01424",
    ),
    (
        "SELECT 1 FROM dual WHERE 'ab' LIKE 'ab' ESCAPE 'xx'",
        "ORA-01425",
    ),
    (
        "SELECT INTERVAL '100' DAY FROM dual",
        "ORA-01873",
    ),
    (
        "SELECT NULLIF(NULL, 1) FROM dual",
        "ORA-00932",
    ),
    (
        "SELECT COALESCE(1, 'a') FROM dual",
        "ORA-00932",
    ),
    (
        "SELECT * FROM emp PIVOT (sal FOR dept IN (10))",
        "ORA-56902",
    ),
    (
        "SELECT NLSSORT('a', 'NLS_SORT=GERMAN') FROM dual",
        "ORA-03001",
    ),
]


@pytest.fixture
def people(session: UserSession) -> UserSession:
    session.run(
        "CREATE TABLE emp (id NUMBER(6) PRIMARY KEY, name VARCHAR2(20), mgr NUMBER(6),"
        " dept NUMBER(4), sal NUMBER(8,2), code VARCHAR2(5))"
    )
    session.run(
        "INSERT INTO emp VALUES (1, 'King', NULL, 10, 5000, 'A'), (2, 'Blake', 1, 20, 3000, 'B'),"
        " (3, 'Clark', 1, 10, 2500, 'A'), (4, 'Allen', 2, 20, 1600, NULL),"
        " (5, 'Ward', 2, 20, 1600, 'C'), (6, 'Smith', 3, 30, NULL, 'B')"
    )
    return session


@pytest.mark.parametrize(("query", "expected"), _ROWS)
def test_rows(people: UserSession, query: str, expected: str) -> None:
    found = people.rows(query)
    assert "|".join(",".join(map(str, row)) for row in found) == expected


@pytest.mark.parametrize(("query", "code"), _ERRORS)
def test_errors(people: UserSession, query: str, code: str) -> None:
    assert people.fails(query).startswith(code)
