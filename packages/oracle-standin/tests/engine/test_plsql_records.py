"""Records: of declared types and of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


@pytest.fixture
def people(session: UserSession) -> UserSession:
    session.run("CREATE TABLE people (id NUMBER(3), name VARCHAR2(5))")
    session.run("BEGIN INSERT INTO people VALUES (1, 'Ann'); INSERT INTO people VALUES (2, 'Bob');"
                " COMMIT; END;")  # fmt: skip
    return session


def test_rows_and_records(people: UserSession) -> None:
    block = """
    DECLARE
      TYPE pair IS RECORD (id NUMBER, name VARCHAR2(10));
      row_of people%ROWTYPE;
      other people%ROWTYPE;
      p pair;
    BEGIN
      SELECT * INTO row_of FROM people WHERE id = 1;
      other := row_of;
      other.name := other.name || '!';
      p := other;
      p.id := p.id + row_of.id;
      :r := row_of.name || ' ' || p.name || ' ' || p.id;
      UPDATE people SET name = 'Zoe' WHERE id = row_of.id + 1 RETURNING id, name INTO row_of;
      SELECT name, id INTO p.name, p.id FROM people WHERE name = row_of.name;
      other := NULL;
      IF other.id IS NULL THEN :r := :r || ' ' || row_of.name || p.id; END IF;
      FOR x IN (SELECT id, name FROM people ORDER BY id) LOOP
        row_of := x;
        :r := :r || ' ' || row_of.id;
      END LOOP;
      EXECUTE IMMEDIATE 'SELECT 9, ''dyn'' FROM dual' INTO row_of;
      :r := :r || ' ' || row_of.name;
    END;"""
    assert people.run(block, r=None) == {"r": "Ann Ann! 2 Zoe2 1 2 dyn"}


def test_records_as_parameters(people: UserSession) -> None:
    people.run("""
        CREATE PACKAGE staff AS
          TYPE pair IS RECORD (id NUMBER, name VARCHAR2(10));
          latest people%ROWTYPE;
          FUNCTION find (n NUMBER) RETURN people%ROWTYPE;
          PROCEDURE change (p IN OUT pair);
          FUNCTION show (p pair) RETURN VARCHAR2;
        END;""")
    people.run("""
        CREATE PACKAGE BODY staff AS
          FUNCTION find (n NUMBER) RETURN people%ROWTYPE IS
          BEGIN
            SELECT * INTO latest FROM people WHERE id = n;
            RETURN latest;
          END;
          PROCEDURE change (p IN OUT pair) IS BEGIN p.name := UPPER(p.name); END;
          FUNCTION show (p pair) RETURN VARCHAR2 IS BEGIN RETURN p.id || p.name; END;
        END;""")
    assert people.rows("SELECT status FROM user_objects WHERE object_name = 'STAFF'") == [
        ("VALID",),
        ("VALID",),
    ]
    block = """
    DECLARE
      p staff.pair := staff.find(2);
    BEGIN
      staff.change(p);
      :r := staff.show(p) || staff.show(staff.find(1)) || staff.latest.name;
    END;"""
    assert people.run(block, r=None) == {"r": "2BOB1AnnAnn"}
    assert people.rows(
        "SELECT argument_name, data_level, data_type FROM user_arguments"
        " WHERE object_name = 'CHANGE' ORDER BY sequence"
    ) == [("P", "0", "PL/SQL RECORD"), ("ID", "1", "NUMBER"), ("NAME", "1", "VARCHAR2")]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("a := b;", "PLS-00382"),
        ("a := 1;", "PLS-00382"),
        ("a.z := 1;", "PLS-00201"),
        (":r := a;", "PLS-00382"),
        ("SELECT id INTO r FROM people WHERE id = 1;", "ORA-00947"),
        ("SELECT id, name, id INTO r FROM people WHERE id = 1;", "ORA-00913"),
        ("r.id := 1000;", "ORA-06502"),
        ("r.name := 'longer';", "ORA-06502"),
        ("r.id := 1; r.name := 'x'; a := r; a.name := 'longer'; r := a;", "ORA-06502"),
    ],
)
def test_what_does_not_fit(people: UserSession, statement: str, code: str) -> None:
    block = f"""
    DECLARE
      TYPE one IS RECORD (id NUMBER, name VARCHAR2(10));
      TYPE other IS RECORD (id NUMBER, name VARCHAR2(10));
      a one; b other; r people%ROWTYPE;
    BEGIN {statement} END;"""
    assert code in people.fails(block, **({"r": 0} if ":r" in statement else {}))


def test_in_parameters_are_constant(people: UserSession) -> None:
    block = """
    DECLARE
      r people%ROWTYPE;
      PROCEDURE p (x people%ROWTYPE) IS BEGIN x.id := 1; END;
    BEGIN p(r); END;"""
    assert "PLS-00363" in people.fails(block)


@pytest.mark.parametrize(
    "declaration",
    [
        "TYPE r IS RECORD (a NUMBER := 1);",
        "TYPE r IS RECORD (a NUMBER NOT NULL := 1);",
        "TYPE r IS RECORD (a people%ROWTYPE);",
        "TYPE t IS TABLE OF people%ROWTYPE INDEX BY PLS_INTEGER;",
    ],
)
def test_other_records_are_refused(people: UserSession, declaration: str) -> None:
    assert "not in this stand-in" in people.fails(f"DECLARE {declaration} BEGIN NULL; END;")


def test_a_row_of_no_table(people: UserSession) -> None:
    assert "PLS-00201" in people.fails("DECLARE r nowhere%ROWTYPE; BEGIN NULL; END;")
