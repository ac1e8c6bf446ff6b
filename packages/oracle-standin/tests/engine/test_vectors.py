"""VECTOR in SQL: columns, conversions, functions, and what cannot be done with vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import Bind, ExecuteOptions
from oracle_standin.codecs import (
    Vector,
    VectorFormat,
    VectorShape,
    vector_from_bytes,
    vector_to_bytes,
)
from oracle_standin.protocol import TypeCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


def vector(session: UserSession, expression: str) -> Vector:
    value = session.value(expression)
    assert isinstance(value, bytes)
    return vector_from_bytes(value)


def shapes(session: UserSession, query: str) -> Iterator[VectorShape | None]:
    return (column.vector for column in session.session.describe(query, ()))


def insert(session: UserSession, statement: str, value: Vector) -> None:
    bind = Bind("V", TypeCode.VECTOR)
    session.session.execute(statement, [bind], [[vector_to_bytes(value)]], ExecuteOptions())


DOCUMENTED = [
    ("FROM_VECTOR(TO_VECTOR('[1, 2, 3]'))", "[1.0E+000,2.0E+000,3.0E+000]"),
    ("FROM_VECTOR(TO_VECTOR('[34.6, 77.8]', 2, FLOAT32))", "[3.45999985E+001,7.78000031E+001]"),
    (
        "VECTOR_SERIALIZE(VECTOR('[1.1, 2.2, 3.3]', 3, FLOAT32) RETURNING VARCHAR2(1000))",
        "[1.10000002E+000,2.20000005E+000,3.29999995E+000]",
    ),
    (
        "FROM_VECTOR(TO_VECTOR('[1.1, -05.60, 3e+4]', *, FLOAT64) RETURNING CLOB)",
        "[1.1000000000000001E+000,-5.5999999999999996E+000,3.0E+004]",
    ),
    ("FROM_VECTOR(TO_VECTOR('[5,[2,4],[1.0,2.0]]', 5, INT8, SPARSE))", "[5,[2,4],[1,2]]"),
    (
        "FROM_VECTOR(TO_VECTOR('[5,[2,4],[1.0,2.0]]', 5, INT8, SPARSE) FORMAT DENSE)",
        "[0,0,1,0,2]",
    ),
    ("FROM_VECTOR(TO_VECTOR('[0, 3, 0]', 3, INT8) FORMAT SPARSE)", "[3,[1],[3]]"),
    ("FROM_VECTOR(TO_VECTOR('[201, 15]', 16, BINARY))", "[201,15]"),
    ("TO_CHAR(TO_VECTOR('[1, 2]', 2, INT8))", "[1,2]"),
    ("VECTOR_DIMENSION_COUNT(TO_VECTOR('[34.6, 77.8]'))", "2"),
    ("VECTOR_DIMS(TO_VECTOR('[201, 15]', 16, BINARY))", "16"),
    ("VECTOR_DIMENSION_FORMAT(TO_VECTOR('[34.6, 77.8]', 2, FLOAT64))", "FLOAT64"),
    ("FROM_VECTOR(TO_VECTOR(JSON('[1, 2]'), 2, INT8))", "[1,2]"),
    ("FROM_VECTOR(CAST('[1, 2]' AS VECTOR(2, INT8)))", "[1,2]"),
    ("FROM_VECTOR(TO_VECTOR(TO_VECTOR('[1.9, -1.9]', 2, FLOAT64), 2, INT8))", "[1,-1]"),
    ("FROM_VECTOR(TO_VECTOR(NULL))", None),
    ("TO_CHAR(TO_NUMBER(VECTOR_NORM(TO_VECTOR('[4, 3]'))))", "5"),
]
DISTANCES = [
    ("COSINE_DISTANCE(a, b)", 1.0),
    ("VECTOR_DISTANCE(a, b)", 1.0),
    ("VECTOR_DISTANCE(a, b, EUCLIDEAN)", 5.0),
    ("VECTOR_DISTANCE(a, b, EUCLIDEAN_SQUARED)", 25.0),
    ("VECTOR_DISTANCE(a, b, L2_SQUARED)", 25.0),
    ("VECTOR_DISTANCE(a, b, MANHATTAN)", 7.0),
    ("VECTOR_DISTANCE(a, a, DOT)", -9.0),
    ("L1_DISTANCE(a, b)", 7.0),
    ("L2_DISTANCE(a, b)", 5.0),
    ("INNER_PRODUCT(a, a)", 9.0),
    ("VECTOR_DISTANCE(c, d)", 5.0),
    ("HAMMING_DISTANCE(c, d)", 5.0),
    ("VECTOR_DISTANCE(c, d, JACCARD)", 1.0),
]
FAULTS = [
    ("TO_VECTOR('[34.6, 77.8, 9, 10]', 3, INT8)", "ORA-51803"),
    ("TO_VECTOR('[1, x, 2]')", "ORA-51805"),
    ("TO_VECTOR('[1, , 2]')", "ORA-51805"),
    ("TO_VECTOR('[1, 1e999]')", "ORA-51805"),
    ("TO_VECTOR('[]')", "ORA-51805"),
    ("TO_VECTOR('1, 2')", "ORA-51805"),
    ("TO_VECTOR('[1, 128]', 2, INT8)", "ORA-51806"),
    ("TO_VECTOR('[1, 1e39]', 2, FLOAT32)", "ORA-51806"),
    ("TO_VECTOR('[256, 15]', 16, BINARY)", "ORA-51806"),
    ("TO_VECTOR('[1, 2]', 65536)", "ORA-51801"),
    ("TO_VECTOR('[1, 2]', 2, FLOAT16)", "ORA-51802"),
    ("TO_VECTOR('[1, 2]', 12, BINARY)", "ORA-51813"),
    ("TO_VECTOR('[5,[2],[1]]', 5, INT8)", "ORA-51833"),
    ("TO_VECTOR('[1, 2]', 2, INT8, SPARSE)", "ORA-51833"),
    ("TO_VECTOR(TO_VECTOR('[1]', 8, BINARY), 8, FLOAT32)", "ORA-51814"),
    ("VECTOR_DISTANCE(TO_VECTOR('[1]'), TO_VECTOR('[1, 2]'))", "ORA-51808"),
    ("VECTOR_DISTANCE(TO_VECTOR('[1]', 8, BINARY), TO_VECTOR('[1,2,3,4,5,6,7,8]'))", "ORA-51814"),
    ("VECTOR_DISTANCE(TO_VECTOR('[1]'), TO_VECTOR('[1]'), NEAREST)", "ORA-00904"),
    ("TO_VECTOR(TO_BLOB(HEXTORAW('DB')))", "not in this stand-in"),
    ("TO_VECTOR('[1]', 1 + 0)", "ORA-00907"),
]


@pytest.mark.parametrize(("expression", "text"), DOCUMENTED)
def test_functions(session: UserSession, expression: str, text: str | None) -> None:
    assert session.value(expression) == text


@pytest.mark.parametrize(("expression", "distance"), DISTANCES)
def test_distances(session: UserSession, expression: str, distance: float) -> None:
    source = (
        "(SELECT TO_VECTOR('[3, 0]') a, TO_VECTOR('[0, 4]') b, TO_VECTOR('[193]', 8, BINARY) c,"
        " TO_VECTOR('[34]', 8, BINARY) d FROM dual)"
    )
    ((text,),) = session.rows(f"SELECT TO_CHAR(TO_NUMBER({expression})) FROM {source}")
    assert float(text) == distance


@pytest.mark.parametrize(("expression", "error"), FAULTS)
def test_faults(session: UserSession, expression: str, error: str) -> None:
    assert error in session.error(expression)


def test_a_column_converts_what_is_stored(session: UserSession) -> None:
    session.run(
        "CREATE TABLE v (f32 VECTOR(2, FLOAT32), f64 VECTOR(*, FLOAT64), any_format VECTOR(2),"
        " i8 VECTOR(*, INT8, SPARSE), bits VECTOR(16, BINARY))"
    )
    for column in ("f32", "f64", "any_format", "i8"):
        insert(session, f"INSERT INTO v ({column}) VALUES (:v)",
               Vector(VectorFormat.FLOAT64, 2, (0.0, 2.5)))  # fmt: skip
    session.run("INSERT INTO v (f32, bits) VALUES ('[1, 2]', :b)", b="[201, 15]")
    session.run("INSERT INTO v (i8) VALUES (TO_CLOB('[9, [1, 8], [3, -4]]'))")
    session.run("UPDATE v SET f64 = f32 WHERE bits IS NOT NULL")
    stored = [
        [None if value is None else vector_from_bytes(value) for value in row]
        for row in session.rows("SELECT f32, f64, any_format, i8, bits FROM v")
    ]
    dense = Vector(VectorFormat.FLOAT64, 2, (0.0, 2.5))
    ones = (1.0, 2.0)
    assert [value for row in stored for value in row if value] == [
        Vector(VectorFormat.FLOAT32, 2, (0.0, 2.5)),
        dense,
        dense,
        Vector(VectorFormat.INT8, 2, (2,), (1,)),
        *(
            Vector(VectorFormat.INT8, 9, (3, -4), (1, 8)),
            Vector(VectorFormat.FLOAT32, 2, ones),
            Vector(VectorFormat.FLOAT64, 2, ones),
            Vector(VectorFormat.BINARY, 16, (201, 15)),
        ),
    ]
    wrong = session.fails("INSERT INTO v (bits) VALUES ('[201]')")
    assert wrong == (
        "ORA-51803: Vector dimension count must match the dimension count specified in the column"
        " definition (actual: 8, required: 16)"
    )
    assert "ORA-51833" in session.fails("INSERT INTO v (i8) VALUES ('[1, 2]')")


def test_shapes_are_described_and_in_the_dictionary(session: UserSession) -> None:
    session.run("CREATE TABLE w (a VECTOR, b VECTOR(3, FLOAT32), c VECTOR(*, INT8, SPARSE))")
    session.run("CREATE TABLE x AS SELECT b, c, TO_VECTOR('[1]', 1, INT8) d FROM w")
    session.run("CREATE VIEW y AS SELECT b FROM w")
    session.run("ALTER TABLE w ADD e VECTOR(16, BINARY)")
    assert list(shapes(session, "SELECT * FROM w")) == [
        VectorShape(),
        VectorShape(3, VectorFormat.FLOAT32),
        VectorShape(0, VectorFormat.INT8, sparse=True),
        VectorShape(16, VectorFormat.BINARY),
    ]
    assert session.rows(
        "SELECT table_name || '.' || column_name, data_type, vector_info FROM user_tab_columns"
        " ORDER BY table_name, column_id"
    ) == [
        ("W.A", "VECTOR", "VECTOR(*,*,DENSE)"),
        ("W.B", "VECTOR", "VECTOR(3,FLOAT32,DENSE)"),
        ("W.C", "VECTOR", "VECTOR(*,INT8,SPARSE)"),
        ("W.E", "VECTOR", "VECTOR(16,BINARY,DENSE)"),
        ("X.B", "VECTOR", "VECTOR(3,FLOAT32,DENSE)"),
        ("X.C", "VECTOR", "VECTOR(*,INT8,SPARSE)"),
        ("X.D", "VECTOR", "VECTOR(1,INT8,*)"),
        ("Y.B", "VECTOR", "VECTOR(3,FLOAT32,DENSE)"),
    ]


def test_a_union_is_described_by_what_its_branches_agree_in(session: UserSession) -> None:
    query = (
        "SELECT TO_VECTOR('[1]', 1, INT8) FROM dual UNION ALL SELECT {} FROM dual"
        " UNION ALL SELECT NULL FROM dual"
    )
    (different,) = shapes(session, query.format("TO_VECTOR('[1, 2]', 2, INT8)"))
    (mixed,) = shapes(session, query.format("TO_VECTOR('[1]', 1, FLOAT64)"))
    assert different == VectorShape(0, VectorFormat.INT8, None)
    assert mixed == VectorShape(1, None, None)


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELECT a FROM z ORDER BY a", "ORA-22848: cannot use VECTOR type as comparison key"),
        ("SELECT DISTINCT a FROM z", "ORA-22848"),
        ("SELECT COUNT(*) FROM z GROUP BY a", "ORA-22848"),
        ("SELECT a FROM z UNION SELECT a FROM z", "ORA-22848"),
        ("SELECT 1 FROM z WHERE a = a", "ORA-22848"),
        ("SELECT 1 FROM z WHERE a = '[1]'", "ORA-22848"),
        ("SELECT MAX(a) FROM z", "ORA-00"),
        ("CREATE INDEX i ON z (a)", "ORA-02327"),
        ("ALTER TABLE z ADD PRIMARY KEY (a)", "ORA-02329"),
        ("ALTER TABLE z MODIFY a VECTOR(3)", "ORA-22858"),
        ("ALTER TABLE z MODIFY a CLOB", "ORA-22858"),
        ("CREATE TABLE zz (a VECTOR(0))", "ORA-51801"),
        ("CREATE TABLE zz (a VECTOR(x))", "ORA-51801"),
        ("CREATE TABLE zz (a VECTOR(2, NUMBER))", "ORA-51802"),
        ("CREATE TABLE zz (a VECTOR(12, BINARY))", "ORA-51813"),
        ("CREATE TABLE zz (a VECTOR(16, BINARY, SPARSE))", "not in this stand-in"),
        ("CREATE TABLE zz (a VECTOR(2, INT8, DENSE, x))", "ORA-00907"),
        ("INSERT INTO z VALUES (1)", "ORA-00932"),
    ],
)
def test_what_vectors_cannot_do(session: UserSession, statement: str, error: str) -> None:
    session.run("CREATE TABLE z (a VECTOR(2))")
    session.run("ALTER TABLE z MODIFY a VECTOR(2)")
    assert error in session.fails(statement)


def test_vectors_as_of_an_scn(session: UserSession) -> None:
    session.run("CREATE TABLE past (a VECTOR(2, INT8))")
    session.run("INSERT INTO past VALUES ('[1, 2]')")
    session.run("COMMIT")
    ((scn,),) = session.rows("SELECT DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER FROM dual")
    session.run("UPDATE past SET a = '[3, 4]'")
    session.run("COMMIT")
    query = "SELECT FROM_VECTOR(a) FROM past"
    assert session.rows(f"{query} AS OF SCN {scn}") == [("[1,2]",)]
    assert session.rows(query) == [("[3,4]",)]


def test_vectors_in_blocks(session: UserSession) -> None:
    block = (
        "DECLARE v VECTOR; d BINARY_DOUBLE; BEGIN v := TO_VECTOR('[3, 4]');"
        " SELECT VECTOR_NORM(v) INTO d; :t := FROM_VECTOR(v) || ' ' || TO_CHAR(TO_NUMBER(d)); END;"
    )
    assert session.run(block, t=None) == {"t": "[3.0E+000,4.0E+000] 5"}
