"""Index-by tables: elements, methods, parameters and the arrays that clients bind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from oracle_standin import codecs
from oracle_standin.backend import Bind, ExecuteOptions
from oracle_standin.protocol import BindValue, CharsetForm, OracleError, TypeCode

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin

_LISTS = """
CREATE PACKAGE lists AS
  TYPE numbers IS TABLE OF NUMBER INDEX BY PLS_INTEGER;
  TYPE texts IS TABLE OF VARCHAR2(5) INDEX BY BINARY_INTEGER;
  FUNCTION total (l numbers) RETURN NUMBER;
  FUNCTION upto (n NUMBER) RETURN numbers;
  PROCEDURE grow (l IN OUT numbers, n NUMBER);
  PROCEDURE name (l OUT texts, first NUMBER, last NUMBER);
END;"""
_LISTS_BODY = """
CREATE PACKAGE BODY lists AS
  FUNCTION total (l numbers) RETURN NUMBER IS
    t NUMBER := 0;
    i PLS_INTEGER := l.FIRST;
  BEGIN
    WHILE i IS NOT NULL LOOP
      t := t + l(i);
      i := l.NEXT(i);
    END LOOP;
    RETURN t;
  END;
  FUNCTION upto (n NUMBER) RETURN numbers IS
    l numbers;
  BEGIN
    FOR i IN 1 .. n LOOP l(i) := i; END LOOP;
    RETURN l;
  END;
  PROCEDURE grow (l IN OUT numbers, n NUMBER) IS
  BEGIN
    FOR i IN 1 .. n LOOP l(l.COUNT + 1) := l.COUNT; END LOOP;
  END;
  PROCEDURE name (l OUT texts, first NUMBER, last NUMBER) IS
  BEGIN
    FOR i IN first .. last LOOP l(i) := 'no ' || i; END LOOP;
  END;
END;"""


@pytest.fixture
def lists(session: UserSession) -> UserSession:
    session.run(_LISTS)
    session.run(_LISTS_BODY)
    return session


def numbers(*values: int) -> list[bytes | None]:
    return [codecs.number_from_text(str(value)) for value in values]


def call(session: UserSession, block: str, *binds: tuple[Bind, BindValue]) -> dict[str, Any]:
    """Run a block with binds as the wire gives them; returns what comes back by name."""
    declared = [bind for bind, _ in binds]
    values = [value for _, value in binds]
    result = session.session.execute(block, declared, [values], ExecuteOptions())
    out = result.out_values or {}
    return {declared[place].name: value for place, value in out.items()}


def array(name: str, code: TypeCode = TypeCode.NUMBER, most: int = 10) -> Bind:
    form = CharsetForm.DATABASE if code is TypeCode.VARCHAR else CharsetForm.NONE
    return Bind(name, code, form, size_bytes=100, is_array=True, max_elements=most)


# In blocks


def test_elements_and_methods(session: UserSession) -> None:
    block = """
    DECLARE
      TYPE list IS TABLE OF VARCHAR2(10) INDEX BY PLS_INTEGER;
      l list;
      copied list;
    BEGIN
      l(-1) := 'a'; l(5) := 'b'; l(10) := l(5) || 'c';
      copied := l;
      l.DELETE(5);
      :r := l.COUNT || ' ' || l.FIRST || ' ' || l.LAST || ' ' || l.NEXT(-1) || ' ' || l.PRIOR(10)
        || ' ' || l(10) || ' ' || copied.COUNT || ' ' || copied(5);
      IF l.EXISTS(10) AND NOT l.EXISTS(5) AND l.NEXT(10) IS NULL AND l(10) = 'bc' THEN
        :r := :r || ' yes';
      END IF;
      l.DELETE(0, 20);
      :r := :r || ' ' || l.COUNT;
      l.DELETE;
      IF l.FIRST IS NULL AND l.COUNT = 0 THEN :r := :r || ' empty'; END IF;
    END;"""
    assert session.run(block, r=None) == {"r": "2 -1 10 10 -1 bc 3 b yes 1 empty"}


def test_a_missing_element_is_no_data_found(session: UserSession) -> None:
    declared = "DECLARE TYPE list IS TABLE OF NUMBER INDEX BY PLS_INTEGER; l list;"
    assert session.fails(f"{declared} BEGIN :r := l(1); END;", r=0).startswith("ORA-01403:")
    block = f"{declared} BEGIN IF l.EXISTS(1) AND l(1) > 0 THEN :r := 1; END IF; END;"
    assert session.run(block, r=7) == {"r": "7"}


def test_elements_have_the_type_of_the_table(session: UserSession) -> None:
    declared = "DECLARE TYPE list IS TABLE OF VARCHAR2(2) INDEX BY PLS_INTEGER; l list;"
    assert session.fails(f"{declared} BEGIN l(1) := 'abc'; END;").startswith("ORA-06502:")
    assert session.fails(f"{declared} BEGIN l('x') := 'a'; END;").startswith("ORA-06502:")
    assert session.fails(f"{declared} BEGIN l(3000000000) := 'a'; END;").startswith("ORA-01426:")


def test_elements_in_sql(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER, name VARCHAR2(10))")
    block = """
    DECLARE
      TYPE list IS TABLE OF t.name%TYPE INDEX BY PLS_INTEGER;
      l list;
    BEGIN
      l(1) := 'one'; l(2) := 'two';
      FOR i IN l.FIRST .. l.LAST LOOP INSERT INTO t (id, name) VALUES (i, l(i)); END LOOP;
      SELECT name INTO l(3) FROM t WHERE name = l(2);
      :r := l(3);
    END;"""
    assert session.run(block, r=None) == {"r": "two"}


def test_tables_by_text(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER, name VARCHAR2(10))")
    session.run("BEGIN INSERT INTO t VALUES (1, 'b'); INSERT INTO t VALUES (2, 'a'); END;")
    declared = "DECLARE TYPE l IS TABLE OF NUMBER INDEX BY VARCHAR2(5); l1 l; k VARCHAR2(5); BEGIN"
    block = f"""{declared}
      FOR r IN (SELECT id, name FROM t) LOOP l1(r.name || '!') := r.id; END LOOP;
      l1('Z') := l1('a!') + 10;
      k := l1.FIRST;
      WHILE k IS NOT NULL LOOP :r := :r || k || l1(k) || ' '; k := l1.NEXT(k); END LOOP;
      IF l1.EXISTS('Z') AND NOT l1.EXISTS('z') THEN l1.DELETE('Z'); END IF;
      :r := :r || l1.COUNT || l1.LAST || l1.PRIOR('b!');
    END;"""
    assert session.run(block, r=None) == {"r": "Z12 a!2 b!1 2b!a!"}
    assert session.fails(f"{declared} l1('longer') := 1; END;").startswith("ORA-06502:")
    assert session.fails(f"{declared} l1(NULL) := 1; END;").startswith("ORA-06502:")
    assert "PLS-00657" in session.fails(f"{declared} SELECT id BULK COLLECT INTO l1 FROM t; END;")


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("a := b;", "PLS-00382"),
        ("a := 1;", "PLS-00382"),
        (":r := a;", "PLS-00382"),
        (":r := a + 1;", "PLS-00382"),
        (":r := a.SIZE;", "PLS-00302"),
        ("a := c(1);", "PLS-00382"),
    ],
)
def test_whole_tables_where_scalars_belong(session: UserSession, statement: str, code: str) -> None:
    block = f"""
    DECLARE
      TYPE one IS TABLE OF NUMBER INDEX BY PLS_INTEGER;
      TYPE other IS TABLE OF NUMBER INDEX BY PLS_INTEGER;
      a one; b other; c one;
    BEGIN {statement} END;"""
    assert code in session.fails(block, **({"r": 0} if ":r" in statement else {}))


@pytest.mark.parametrize(
    "declaration",
    [
        "TYPE l IS TABLE OF NUMBER;",
        "TYPE l IS TABLE OF NUMBER INDEX BY DATE;",
        "TYPE l IS VARRAY(3) OF NUMBER;",
    ],
)
def test_other_types_are_refused(session: UserSession, declaration: str) -> None:
    assert "not in this stand-in" in session.fails(f"DECLARE {declaration} BEGIN NULL; END;")


# As parameters


def test_tables_as_parameters_and_results(lists: UserSession) -> None:
    block = """
    DECLARE
      l lists.numbers := lists.upto(3);
      k lists.numbers;
    BEGIN
      lists.grow(l, 2);
      k := lists.upto(100);
      :r := lists.total(l) || ' ' || lists.total(lists.upto(4)) || ' ' || k.COUNT;
    END;"""
    assert lists.run(block, r=None) == {"r": "13 10 100"}


def test_an_array_goes_in(lists: UserSession) -> None:
    out = call(
        lists,
        "BEGIN :R := lists.total(:L); END;",
        (Bind("R", TypeCode.NUMBER), None),
        (array("L"), numbers(1, 20, 300)),
    )
    assert out == {"R": codecs.number_from_text("321")}


def test_an_empty_array_goes_in(lists: UserSession) -> None:
    empty: list[bytes | None] = []
    binds = ((Bind("R", TypeCode.NUMBER), None), (array("L"), empty))
    assert call(lists, "BEGIN :R := lists.total(:L); END;", *binds) == {
        "R": codecs.number_from_text("0")
    }


def test_an_array_goes_in_and_out(lists: UserSession) -> None:
    out = call(lists, "BEGIN lists.grow(:L, 2); END;", (array("L"), numbers(7, 8)))
    assert out == {"L": numbers(7, 8, 2, 3)}


def test_an_array_comes_out_with_nulls_for_missing_elements(lists: UserSession) -> None:
    bind = array("L", TypeCode.VARCHAR)
    assert call(lists, "BEGIN lists.name(:L, 2, 3); END;", (bind, [])) == {
        "L": [None, b"no 2", b"no 3"]
    }
    assert call(lists, "BEGIN lists.name(:L, 1, 0); END;", (bind, [])) == {"L": []}


@pytest.mark.parametrize("bounds", ["0, 3", "1, 11"])
def test_an_array_that_is_too_small(lists: UserSession, bounds: str) -> None:
    with pytest.raises(OracleError) as caught:
        call(
            lists,
            f"BEGIN lists.name(:L, {bounds}); END;",
            (array("L", TypeCode.VARCHAR, most=10), []),
        )
    assert caught.value.code == 6513


@pytest.mark.parametrize(
    ("block", "bind"),
    [
        ("BEGIN lists.grow(:L, 1); END;", Bind("L", TypeCode.NUMBER)),
        ("BEGIN lists.grow(:L, 1); END;", array("L", TypeCode.VARCHAR)),
        ("BEGIN lists.name(:L, 1, 1); END;", array("L")),
        ("BEGIN lists.grow(1, :L); END;", array("L")),
    ],
)
def test_arrays_of_another_type(lists: UserSession, block: str, bind: Bind) -> None:
    with pytest.raises(OracleError) as caught:
        call(lists, block, (bind, [] if bind.is_array else None))
    assert caught.value.code == 6550
    assert "PLS-00306" in caught.value.message
