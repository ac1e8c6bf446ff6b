"""CREATE, ALTER and DROP of stored PL/SQL, its errors and its place in the dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import ExecuteOptions

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin

_OBJECTS = "SELECT object_name, object_type, status FROM user_objects ORDER BY 1, 2"
_ERRORS = "SELECT name, line, position, text FROM user_errors ORDER BY name, sequence"


def created(session: UserSession, statement: str) -> bool:
    """Run a statement and return whether it ended without a warning."""
    return not session.session.execute(statement, [], [], ExecuteOptions()).warning


def test_a_syntax_error_is_a_warning(session: UserSession) -> None:
    bad = "create or replace procedure p as\nbegin\n  null\nend;"
    assert not created(session, bad)
    assert session.rows(_OBJECTS) == [("P", "PROCEDURE", "INVALID")]
    name, line, position, text = session.rows(_ERRORS)[0]
    assert (name, line, position) == ("P", "4", "1")
    assert text.startswith('PLS-00103: Encountered the symbol "END"')
    assert "PLS-00905: object" in session.fails("BEGIN p; END;")
    assert created(session, bad.replace("null", "null;"))
    assert session.rows(_OBJECTS) == [("P", "PROCEDURE", "VALID")]
    assert session.rows(_ERRORS) == []
    session.run("BEGIN p; END;")


@pytest.mark.parametrize(
    ("body", "line", "text"),
    [
        ("x := 1;", "3", "PLS-00201: identifier 'X' must be declared"),
        ("v := missing + 1;", "3", "PLS-00201: identifier 'MISSING' must be declared"),
        ("v := nowhere(1);", "3", "PLS-00201: identifier 'NOWHERE' must be declared"),
        ("nowhere(1);", "3", "PLS-00201: identifier 'NOWHERE' must be declared"),
        ("SELECT 1 INTO v FROM gone;", "3", "PL/SQL: ORA-00942"),
        ("SELECT wrong INTO v FROM t;", "3", "PL/SQL: ORA-00904"),
        ("SELECT id, id INTO v FROM t;", "3", "PL/SQL: ORA-00913"),
        ("SELECT id FROM t;", "3", "PLS-00428"),
        ("INSERT INTO t (wrong) VALUES (1);", "3", "PL/SQL: ORA-00904"),
        ("FOR r IN (SELECT id FROM t) LOOP v := r.wrong; END LOOP;", "3", "PLS-00201"),
        ("IF v = 1 AND missing THEN NULL; END IF;", "3", "PLS-00201"),
        ("RETURN 1;", "3", "PLS-00372"),
        ("RAISE nothing;", "3", "PLS-00201"),
        (":b := 1;", "3", "PLS-00049: bad bind variable 'B'"),
    ],
)
def test_names_are_checked(session: UserSession, body: str, line: str, text: str) -> None:
    session.run("CREATE TABLE t (id NUMBER)")
    assert not created(session, f"CREATE PROCEDURE p IS v NUMBER;\nBEGIN\n{body}\nEND;")
    row = session.rows(_ERRORS)[0]
    assert row[1] == line
    assert row[3].startswith(text)


@pytest.mark.parametrize(
    "text",
    [
        "FUNCTION f (a VARCHAR2(10)) RETURN NUMBER IS BEGIN RETURN 1; END;",
        "FUNCTION f RETURN NUMBER(5) IS BEGIN RETURN 1; END;",
        "FUNCTION f RETURN NUMBER IS BEGIN RETURN; END;",
        "PROCEDURE f (a OUT NUMBER := 1) IS BEGIN NULL; END;",
        "PROCEDURE f (a NUMBER, a NUMBER) IS BEGIN NULL; END;",
        "PROCEDURE f IS BEGIN NULL; END g;",
        "PROCEDURE f (a nothing) IS BEGIN NULL; END;",
        "PROCEDURE f;",
        "PACKAGE f IS PROCEDURE p; END g;",
        "PACKAGE f IS PROCEDURE p IS BEGIN NULL; END; END;",
        "PACKAGE BODY f IS v NUMBER; END;",
    ],
)
def test_units_that_do_not_compile(session: UserSession, text: str) -> None:
    assert not created(session, f"CREATE {text}")
    assert session.rows("SELECT status FROM user_objects") == [("INVALID",)]


@pytest.mark.parametrize(
    "body",
    [
        "a NUMBER; BEGIN GOTO x; END;",
        "PRAGMA AUTONOMOUS_TRANSACTION; BEGIN NULL; END;",
        "BEGIN UTL_FILE.FCLOSE_ALL; END;",
        "x XMLTYPE; BEGIN NULL; END;",
        "r t%ROWTYPE; BEGIN INSERT INTO t VALUES r; END;",
        "p made; BEGIN NULL; END;",
        "n NUMBER; BEGIN n := 2 ** 3; END;",
        "r t%ROWTYPE; BEGIN UPDATE t SET ROW = r; END;",
        "CURSOR c IS SELECT id FROM t FOR UPDATE; BEGIN DELETE FROM t WHERE CURRENT OF c; END;",
        "BEGIN FOR i IN 1 .. 2, 5 .. 6 LOOP NULL; END LOOP; END;",
        "SUBTYPE small IS PLS_INTEGER RANGE 1 .. 5; BEGIN NULL; END;",
        "BEGIN FORALL i IN INDICES OF x DELETE FROM t; END;",
        "n NUMBER; BEGIN n := XMLDIFF('x'); END;",
        "n NUMBER; BEGIN SELECT COUNT(*) INTO n FROM t WHERE XMLDIFF('x') = 'y'; END;",
    ],
)
def test_what_the_stand_in_does_not_have_is_not_created(session: UserSession, body: str) -> None:
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("CREATE TYPE made AS OBJECT (a NUMBER)")
    error = session.fails(f"CREATE PROCEDURE p IS {body}")
    assert error.startswith("ORA-03001:")
    assert error.endswith("not in this stand-in")
    assert session.rows("SELECT * FROM user_objects WHERE object_name = 'P'") == []


def test_a_body_must_define_what_is_announced(session: UserSession) -> None:
    session.run("CREATE PACKAGE p IS PROCEDURE one; FUNCTION two (n NUMBER) RETURN NUMBER; END;")
    body = (
        "CREATE OR REPLACE PACKAGE BODY p IS PROCEDURE one IS BEGIN NULL; END;"
        " FUNCTION two ({} NUMBER) RETURN NUMBER IS BEGIN RETURN 1; END; END;"
    )
    assert not created(session, body.format("other"))
    assert session.rows(_ERRORS)[0][3].startswith("PLS-00323: subprogram or cursor 'TWO'")
    assert created(session, body.format("n"))


def test_a_body_is_compiled_again_with_its_package(session: UserSession) -> None:
    session.run("CREATE PACKAGE p IS PROCEDURE one; END;")
    session.run("CREATE PACKAGE BODY p IS PROCEDURE one IS BEGIN NULL; END; END;")
    session.run("CREATE OR REPLACE PACKAGE p IS PROCEDURE one; PROCEDURE two; END;")
    assert session.rows(_OBJECTS) == [
        ("P", "PACKAGE", "VALID"),
        ("P", "PACKAGE BODY", "INVALID"),
    ]


def test_alter_compiles_again(session: UserSession) -> None:
    bad = "CREATE PROCEDURE p IS n NUMBER; BEGIN n := missing; END;"
    assert not created(session, bad)
    assert not created(session, "ALTER PROCEDURE p COMPILE")
    assert created(session, bad.replace("missing", "1").replace("CREATE", "CREATE OR REPLACE"))
    assert created(session, "ALTER PROCEDURE p COMPILE")
    assert session.fails("ALTER PROCEDURE nothing COMPILE").startswith("ORA-04043:")


# What units depend on


def statuses(session: UserSession) -> list[tuple[str, str]]:
    return session.rows(
        "SELECT object_name || ' ' || object_type, status FROM user_objects"
        " WHERE object_type <> 'TABLE' ORDER BY 1"
    )


def test_a_unit_becomes_invalid_and_valid_again_with_its_table(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER, name VARCHAR2(10))")
    session.run("CREATE PROCEDURE p (n t.name%TYPE) IS BEGIN DELETE FROM t WHERE name = n; END;")
    session.run("CREATE PROCEDURE q IS BEGIN p('x'); END;")
    session.run("ALTER TABLE t ADD (more NUMBER)")
    assert statuses(session) == [("P PROCEDURE", "VALID"), ("Q PROCEDURE", "VALID")]
    session.run("DROP TABLE t")
    assert statuses(session) == [("P PROCEDURE", "INVALID"), ("Q PROCEDURE", "INVALID")]
    assert "PLS-00905: object" in session.fails("BEGIN q; END;")
    assert {row[0] for row in session.rows(_ERRORS)} == {"P", "Q"}
    session.run("CREATE TABLE t (name VARCHAR2(5))")
    assert statuses(session) == [("P PROCEDURE", "VALID"), ("Q PROCEDURE", "VALID")]
    session.run("BEGIN q; END;")


def test_a_unit_waits_for_what_it_calls(session: UserSession) -> None:
    assert not created(session, "CREATE PROCEDURE p IS BEGIN late.run(1); END;")
    session.run("CREATE PACKAGE late IS PROCEDURE run (n NUMBER); END;")
    assert statuses(session) == [("LATE PACKAGE", "VALID"), ("P PROCEDURE", "VALID")]
    session.run("CREATE OR REPLACE PACKAGE late IS PROCEDURE run; END;")
    assert statuses(session) == [("LATE PACKAGE", "VALID"), ("P PROCEDURE", "INVALID")]


def test_units_that_call_each_other(session: UserSession) -> None:
    assert not created(session, "CREATE PROCEDURE p IS BEGIN q; END;")
    assert not created(session, "CREATE PROCEDURE q IS BEGIN p; END;")
    session.run("CREATE OR REPLACE PROCEDURE p IS BEGIN NULL; END;")
    assert statuses(session) == [("P PROCEDURE", "VALID"), ("Q PROCEDURE", "VALID")]


def test_state_stays_when_nothing_changes_for_a_package(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("CREATE PACKAGE p IS v NUMBER := 1; PROCEDURE one (n t.id%TYPE); END;")
    session.run("BEGIN p.v := 5; END;")
    session.run("ALTER TABLE t ADD (more NUMBER)")
    assert session.run("BEGIN :v := p.v; END;", v=0) == {"v": "5"}


def test_dependencies_in_the_dictionary(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("CREATE VIEW v AS SELECT id FROM t")
    session.run("CREATE PACKAGE k IS PROCEDURE run; END;")
    session.run("CREATE PACKAGE BODY k IS PROCEDURE run IS BEGIN DELETE FROM v; END; END;")
    session.run("CREATE PROCEDURE p IS BEGIN k.run; missing; END;")
    assert session.rows(
        "SELECT name, type, referenced_name, referenced_type FROM user_dependencies"
        " ORDER BY name, type, referenced_name"
    ) == [
        ("K", "PACKAGE BODY", "K", "PACKAGE"),
        ("K", "PACKAGE BODY", "V", "VIEW"),
        ("P", "PROCEDURE", "K", "PACKAGE"),
        ("P", "PROCEDURE", "MISSING", "NON-EXISTENT"),
        ("V", "VIEW", "T", "TABLE"),
    ]


def test_names_are_shared_with_tables(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER)")
    session.run("CREATE PROCEDURE p IS BEGIN NULL; END;")
    session.run("CREATE TYPE made AS OBJECT (a NUMBER)")
    assert session.fails("CREATE PROCEDURE t IS BEGIN NULL; END;").startswith("ORA-00955:")
    assert session.fails("CREATE PROCEDURE made IS BEGIN NULL; END;").startswith("ORA-00955:")
    assert session.fails("CREATE TYPE p AS OBJECT (a NUMBER)").startswith("ORA-00955:")
    assert session.fails("CREATE PROCEDURE p IS BEGIN NULL; END;").startswith("ORA-00955:")
    assert session.fails("CREATE TABLE p (id NUMBER)").startswith("ORA-00955:")
    error = session.fails("CREATE OR REPLACE FUNCTION p RETURN NUMBER IS BEGIN RETURN 1; END;")
    assert error.startswith("ORA-00955:")


def test_drop(session: UserSession) -> None:
    session.run("CREATE PACKAGE p IS PROCEDURE one; END;")
    session.run("CREATE PACKAGE BODY p IS PROCEDURE one IS BEGIN NULL; END; END;")
    session.run("CREATE FUNCTION f RETURN NUMBER IS BEGIN RETURN 1; END;")
    assert session.fails("DROP PROCEDURE f").startswith("ORA-04043:")
    session.run("DROP PACKAGE BODY p")
    assert session.rows(_OBJECTS) == [("F", "FUNCTION", "VALID"), ("P", "PACKAGE", "VALID")]
    session.run("DROP PACKAGE p")
    session.run("DROP FUNCTION f")
    session.run("DROP FUNCTION IF EXISTS f")
    assert session.rows(_OBJECTS) == []
    assert "PLS-00201" in session.fails("BEGIN p.one; END;")


def test_privileges(session: UserSession) -> None:
    session.session.run(
        "DELETE FROM ora.system_grants WHERE grantee = %s AND privilege = 'CREATE PROCEDURE'",
        (session.session.user,),
    )
    session.session.run("DELETE FROM ora.role_grants WHERE grantee = %s", (session.session.user,))
    error = session.fails("CREATE PROCEDURE p IS BEGIN NULL; END;")
    assert error.startswith("ORA-01031:")


def test_dictionary(session: UserSession) -> None:
    session.run("""CREATE PACKAGE p AS
  TYPE names IS TABLE OF NVARCHAR2(10) INDEX BY PLS_INTEGER;
  PROCEDURE one (a NUMBER, b IN OUT VARCHAR2, c OUT DATE);
  PROCEDURE one (l names);
  FUNCTION two (a NUMBER := 1) RETURN CLOB DETERMINISTIC;
END;""")
    session.run("CREATE PROCEDURE alone AUTHID CURRENT_USER IS BEGIN NULL; END;")
    assert session.rows(
        "SELECT object_name, procedure_name, subprogram_id, overload, deterministic, authid"
        " FROM user_procedures ORDER BY object_name, subprogram_id"
    ) == [
        ("ALONE", None, "1", None, "NO", "CURRENT_USER"),
        ("P", None, "0", None, "NO", "DEFINER"),
        ("P", "ONE", "1", "1", "NO", "DEFINER"),
        ("P", "ONE", "2", "2", "NO", "DEFINER"),
        ("P", "TWO", "3", None, "YES", "DEFINER"),
    ]
    owner = session.session.user
    assert session.rows(
        "SELECT object_name, overload, argument_name, position, data_level, data_type, in_out,"
        " defaulted, type_owner, type_name, type_subname FROM user_arguments"
        " ORDER BY subprogram_id, sequence"
    ) == [
        ("ONE", "1", "A", "1", "0", "NUMBER", "IN", "N", None, None, None),
        ("ONE", "1", "B", "2", "0", "VARCHAR2", "IN/OUT", "N", None, None, None),
        ("ONE", "1", "C", "3", "0", "DATE", "OUT", "N", None, None, None),
        ("ONE", "2", "L", "1", "0", "PL/SQL TABLE", "IN", "N", owner, "P", "NAMES"),
        ("ONE", "2", None, "1", "1", "NVARCHAR2", "IN", "N", None, None, None),
        ("TWO", None, None, "0", "0", "CLOB", "OUT", "N", None, None, None),
        ("TWO", None, "A", "1", "0", "NUMBER", "IN", "Y", None, None, None),
    ]
    assert session.rows("SELECT line, text FROM user_source WHERE name = 'P' AND line < 3") == [
        ("1", "PACKAGE p AS\n"),
        ("2", "  TYPE names IS TABLE OF NVARCHAR2(10) INDEX BY PLS_INTEGER;\n"),
    ]
