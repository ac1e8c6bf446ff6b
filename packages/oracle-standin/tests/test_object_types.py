"""Types made by CREATE TYPE, columns of them and nested tables, through the driver."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.made_types import GRANTS, error, rows

if TYPE_CHECKING:
    import oracledb

    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.standin


PEOPLE = (
    "CREATE TABLE people (id NUMBER(9) PRIMARY KEY, home address, marks numbers, others addresses,"
    " names texts) NESTED TABLE others STORE AS people_others"
    " NESTED TABLE names STORE AS people_names RETURN AS LOCATOR"
)


def test_the_dictionary_knows_types(types: oracledb.Cursor, owner: str) -> None:
    assert rows(types, "SELECT type_name, typecode, attributes FROM user_types ORDER BY 1") == [
        ("ADDRESS", "OBJECT", 3),
        ("ADDRESSES", "COLLECTION", 0),
        ("NUMBERS", "COLLECTION", 0),
        ("TEXTS", "COLLECTION", 0),
    ]
    assert rows(
        types,
        "SELECT attr_name, attr_type_name, length, precision, scale, character_set_name, attr_no"
        " FROM user_type_attrs WHERE type_name = 'ADDRESS' ORDER BY attr_no",
    ) == [
        ("STREET", "VARCHAR2", 10, None, None, "CHAR_CS", 1),
        ("ZIP", "NUMBER", None, 5, 0, None, 2),
        ("SINCE", "TIMESTAMP", None, None, 3, None, 3),
    ]
    assert rows(
        types,
        "SELECT type_name, coll_type, upper_bound, elem_type_owner, elem_type_name, length"
        " FROM user_coll_types ORDER BY 1",
    ) == [
        ("ADDRESSES", "TABLE", None, owner, "ADDRESS", None),
        ("NUMBERS", "VARYING ARRAY", 3, None, "NUMBER", None),
        ("TEXTS", "TABLE", None, None, "VARCHAR2", 20),
    ]
    assert rows(
        types, "SELECT object_name, status FROM user_objects WHERE object_type = 'TYPE' ORDER BY 1"
    ) == [(name, "VALID") for name in ("ADDRESS", "ADDRESSES", "NUMBERS", "TEXTS")]


def test_columns_of_types_and_their_storage(types: oracledb.Cursor, owner: str) -> None:
    types.execute(PEOPLE)
    assert rows(types, "SELECT table_name, nested FROM user_tables ORDER BY 1") == [
        ("PEOPLE", "NO"),
        ("PEOPLE_NAMES", "YES"),
        ("PEOPLE_OTHERS", "YES"),
    ]
    assert rows(
        types,
        "SELECT table_name, table_type_owner, table_type_name, parent_table_name,"
        " parent_table_column, TRIM(return_type) FROM user_nested_tables ORDER BY 1",
    ) == [
        ("PEOPLE_NAMES", owner, "TEXTS", "PEOPLE", "NAMES", "LOCATOR"),
        ("PEOPLE_OTHERS", owner, "ADDRESSES", "PEOPLE", "OTHERS", "VALUE"),
    ]
    assert rows(
        types,
        "SELECT column_name, data_type, data_type_owner, column_id, hidden_column, user_generated"
        " FROM user_tab_cols WHERE table_name = 'PEOPLE' ORDER BY internal_column_id",
    ) == [
        ("ID", "NUMBER", None, 1, "NO", "YES"),
        ("HOME", "ADDRESS", owner, 2, "NO", "YES"),
        ("SYS_NC00003$", "VARCHAR2", None, 2, "YES", "NO"),
        ("SYS_NC00004$", "NUMBER", None, 2, "YES", "NO"),
        ("SYS_NC00005$", "TIMESTAMP(3)", None, 2, "YES", "NO"),
        ("MARKS", "NUMBERS", owner, 3, "NO", "YES"),
        ("OTHERS", "ADDRESSES", owner, 4, "NO", "YES"),
        ("SYS_NC0000700008$", "RAW", None, 4, "YES", "NO"),
        ("NAMES", "TEXTS", owner, 5, "NO", "YES"),
        ("SYS_NC0000900010$", "RAW", None, 5, "YES", "NO"),
    ]
    assert rows(
        types,
        "SELECT table_name, column_name, data_type, hidden_column, user_generated"
        " FROM user_tab_cols WHERE table_name <> 'PEOPLE' ORDER BY 1, internal_column_id",
    ) == [
        ("PEOPLE_NAMES", "NESTED_TABLE_ID", "RAW", "YES", "NO"),
        ("PEOPLE_NAMES", "COLUMN_VALUE", "VARCHAR2", "NO", "YES"),
        ("PEOPLE_OTHERS", "NESTED_TABLE_ID", "RAW", "YES", "NO"),
        ("PEOPLE_OTHERS", "SYS_NC_ROWINFO$", "ADDRESS", "YES", "NO"),
        ("PEOPLE_OTHERS", "STREET", "VARCHAR2", "NO", "YES"),
        ("PEOPLE_OTHERS", "ZIP", "NUMBER", "NO", "YES"),
        ("PEOPLE_OTHERS", "SINCE", "TIMESTAMP(3)", "NO", "YES"),
    ]
    assert "ORA-22812" in error(types, "SELECT * FROM people_others")
    assert "ORA-22812" in error(types, "DELETE FROM people_others")
    assert "ORA-22914" in error(types, "DROP TABLE people_others")
    for statement in (
        "ANALYZE TABLE people_others COMPUTE STATISTICS",
        "TRUNCATE TABLE people_others",
        "CREATE UNIQUE INDEX i ON people_others (zip)",
        "ALTER TABLE people_names ADD (a NUMBER)",
    ):
        assert "not in this stand-in" in error(types, statement)
    types.execute("ALTER TABLE people_names RENAME TO names_of_people")
    types.execute("DROP TABLE people")
    assert rows(types, "SELECT table_name FROM user_tables") == []
    assert rows(types, "SELECT table_name FROM user_nested_tables") == []


def test_storage_comes_and_goes_with_columns(types: oracledb.Cursor) -> None:
    types.execute("CREATE TABLE t (id NUMBER, a texts) NESTED TABLE a STORE AS t_a")
    assert "ORA-22913" in error(types, "ALTER TABLE t ADD (b texts)")
    assert rows(types, "SELECT column_name FROM user_tab_columns WHERE column_name = 'B'") == []
    types.execute(
        "ALTER TABLE t ADD (b texts, c texts)"
        " NESTED TABLE b STORE AS t_b NESTED TABLE c STORE AS t_c"
    )
    storage = "SELECT table_name, parent_table_column FROM user_nested_tables ORDER BY 1"
    assert rows(types, storage) == [("T_A", "A"), ("T_B", "B"), ("T_C", "C")]
    types.execute("ALTER TABLE t DROP COLUMN a")
    types.execute("ALTER TABLE t SET UNUSED COLUMN b")
    types.execute("ALTER TABLE t DROP UNUSED COLUMNS")
    assert rows(types, storage) == [("T_C", "C")]
    names = rows(types, "SELECT table_name FROM user_tables ORDER BY 1")
    assert names == [("T",), ("T_C",)]


def test_storage_of_temporary_tables(types: oracledb.Cursor) -> None:
    types.execute("CREATE GLOBAL TEMPORARY TABLE t (a texts) NESTED TABLE a STORE AS t_a")
    facts = "SELECT temporary, duration, tablespace_name FROM user_tables"
    assert rows(types, facts) == [("Y", "SYS$TRANSACTION", None)] * 2
    types.execute("INSERT INTO t VALUES (texts('x'))")
    ((texts,),) = rows(types, "SELECT a FROM t")
    assert texts.aslist() == ["x"]
    types.execute("DROP TABLE t")
    assert rows(types, facts) == []


def test_values_are_made_and_kept(types: oracledb.Cursor) -> None:
    types.execute(PEOPLE)
    types.execute(
        "INSERT INTO people VALUES (1, address('x', '8000', NULL), numbers(1, NULL),"
        " addresses(address('q', 1.4, NULL), NULL), texts())"
    )
    types.execute("INSERT INTO people (id, home) VALUES (2, address(NULL, NULL, NULL))")
    types.execute("INSERT INTO people (id, names) VALUES (3, NULL)")
    types.execute("UPDATE people SET marks = numbers() WHERE id = 3")
    assert rows(types, "SELECT id FROM people WHERE home IS NULL") == [(3,)]
    assert rows(types, "SELECT id FROM people WHERE home IS NOT NULL ORDER BY 1") == [(1,), (2,)]
    assert rows(types, "SELECT COUNT(marks), COUNT(others), COUNT(names) FROM people") == [
        (2, 1, 1)
    ]
    types.execute("CREATE TABLE copied AS SELECT id, home FROM people")
    assert rows(types, "SELECT COUNT(home) FROM copied") == [(2,)]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ("address('12345678901', 1, NULL), NULL", "ORA-22814"),
        ("address('éééééé', 1, NULL), NULL", "ORA-22814"),
        ("address('x', 123456, NULL), NULL", "ORA-22814"),
        ("address('x'), NULL", "ORA-02315"),
        ("numbers(1), NULL", "ORA-00932"),
        ("'x', NULL", "ORA-00932"),
        ("NULL, numbers(1, 2, 3, 4)", "ORA-22909"),
        ("NULL, numbers('x')", "ORA-01722"),
        ("NULL, no_such_type(1)", "ORA-00904"),
    ],
)
def test_values_that_do_not_fit(types: oracledb.Cursor, values: str, code: str) -> None:
    types.execute("CREATE TABLE people (home address, marks numbers)")
    assert code in error(types, f"INSERT INTO people VALUES ({values})")


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("CREATE TABLE t (a no_such_type)", "ORA-00902"),
        ("CREATE TABLE t (a no_such_user.address)", "ORA-00902"),
        ("CREATE TYPE bad AS OBJECT (a no_such_type)", "not in this stand-in"),
        ("CREATE TYPE bad AS OBJECT (a NUMBER, a NUMBER)", "not in this stand-in"),
        ("CREATE TYPE bad AS OBJECT (a LONG)", "not in this stand-in"),
        ("CREATE TYPE address AS OBJECT (a NUMBER)", "ORA-00955"),
        ("CREATE TABLE address (a NUMBER)", "ORA-00955"),
        ("CREATE OR REPLACE TYPE address AS OBJECT (a NUMBER)", "ORA-02303"),
        ("DROP TYPE address", "ORA-02303"),
        ("DROP TYPE no_such_type", "ORA-04043"),
        ("CREATE TABLE t (a texts)", "ORA-22913"),
        ("CREATE TABLE t (a numbers) NESTED TABLE a STORE AS s", "ORA-22912"),
        ("CREATE TABLE t (a texts) NESTED TABLE b STORE AS s", "ORA-00904"),
        ("CREATE INDEX i ON people (home)", "ORA-02327"),
        ("SELECT DISTINCT home FROM people", "ORA-22950"),
        ("SELECT marks FROM people ORDER BY home", "ORA-22950"),
        ("SELECT 1 FROM people WHERE home < home", "ORA-22950"),
        ("SELECT 1 FROM people WHERE home = home", "not in this stand-in"),
        ("SELECT DISTINCT marks FROM people", "ORA-22848"),
        ("SELECT MAX(home) FROM people", "ORA-00932"),
        ("CREATE TYPE bad AS OBJECT (a NUMBER, MEMBER FUNCTION f RETURN NUMBER)", "stand-in"),
        ("CREATE TYPE bad UNDER address (a NUMBER)", "not in this stand-in"),
        ("CREATE TYPE BODY address AS MEMBER FUNCTION f RETURN NUMBER IS BEGIN", "stand-in"),
        ("ALTER TYPE address ADD ATTRIBUTE (a NUMBER) CASCADE", "not in this stand-in"),
        ("DROP TYPE numbers FORCE", "not in this stand-in"),
        ("CREATE TABLE t OF address", "not in this stand-in"),
        ("SELECT p.home.zip FROM people p", "not in this stand-in"),
        ("SELECT numbers(1) FROM dual", "not in this stand-in"),
    ],
)
def test_what_is_refused(types: oracledb.Cursor, statement: str, code: str) -> None:
    types.execute("CREATE TABLE people (home address, marks numbers)")
    assert code in error(types, statement)


def test_types_come_and_go(types: oracledb.Cursor) -> None:
    types.execute("CREATE OR REPLACE TYPE texts AS TABLE OF NUMBER")
    types.execute("CREATE TYPE IF NOT EXISTS texts AS TABLE OF DATE")
    types.execute("CREATE TABLE t (a address)")
    types.execute("ALTER TABLE t ADD (b numbers)")
    types.execute("DROP TYPE addresses FORCE")
    types.execute("DROP TABLE t")
    for name in ("address", "numbers", "texts"):
        types.execute(f"DROP TYPE {name}")
    assert rows(types, "SELECT type_name FROM user_types") == []


def test_another_user_needs_execute(
    types: oracledb.Cursor, owner: str, oracle_database: OracleDatabase
) -> None:
    other = oracle_database.create_user("O", grants=GRANTS)
    statement = f"CREATE TABLE t (a {owner}.address)"
    with closing(oracle_database.connect(other)) as connection:
        cursor = connection.cursor()
        assert "ORA-00902" in error(cursor, statement)
        types.execute(f"GRANT EXECUTE ON address TO {other}")
        cursor.execute(statement)
        cursor.execute(f"INSERT INTO t VALUES ({owner}.address('x', 1, NULL))")
        assert rows(cursor, f"SELECT type_name FROM all_types WHERE owner = '{owner}'") == [
            ("ADDRESS",)
        ]
        assert rows(cursor, "SELECT data_type, data_type_owner FROM user_tab_columns") == [
            ("ADDRESS", owner)
        ]
    oracle_database.drop_user(other)


def test_creating_types_takes_a_privilege(
    oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    with closing(oracle_database.connect(fresh_schema)) as connection:
        assert "ORA-01031" in error(connection.cursor(), "CREATE TYPE t AS TABLE OF NUMBER")


def test_attributes_of_objects_are_hidden_columns(types: oracledb.Cursor, owner: str) -> None:
    types.execute("CREATE TYPE person AS OBJECT (name VARCHAR2(5 CHAR), home address)")
    types.execute("CREATE TABLE staff (who person NOT NULL, last NUMBER)")
    assert rows(
        types,
        "SELECT column_name, qualified_col_name, data_type, data_type_owner, char_length, nullable,"
        " internal_column_id FROM user_tab_cols ORDER BY internal_column_id",
    ) == [
        ("WHO", "WHO", "PERSON", owner, 0, "N", 1),
        ("SYS_NC00002$", '"WHO"."NAME"', "VARCHAR2", None, 5, "Y", 2),
        ("SYS_NC00003$", '"WHO"."HOME"', "ADDRESS", owner, 0, "Y", 3),
        ("SYS_NC00004$", '"WHO"."HOME"."STREET"', "VARCHAR2", None, 10, "Y", 4),
        ("SYS_NC00005$", '"WHO"."HOME"."ZIP"', "NUMBER", None, 0, "Y", 5),
        ("SYS_NC00006$", '"WHO"."HOME"."SINCE"', "TIMESTAMP(3)", None, 0, "Y", 6),
        ("LAST", "LAST", "NUMBER", None, 0, "Y", 7),
    ]
    columns = rows(types, "SELECT column_name FROM user_tab_columns ORDER BY column_id")
    assert columns == [("WHO",), ("LAST",)]


def test_the_ddl_of_a_table_with_types_makes_it_again(types: oracledb.Cursor) -> None:
    types.execute(PEOPLE)
    types.execute("ALTER TABLE people ADD (doc XMLTYPE, place MDSYS.SDO_GEOMETRY, scan BFILE)")
    facts = (
        "SELECT table_name, column_name, data_type, data_type_owner, column_id, hidden_column"
        " FROM user_tab_cols ORDER BY 1, internal_column_id"
    )
    before = rows(types, facts)
    ((ddl,),) = rows(types, "SELECT DBMS_METADATA.GET_DDL('TABLE', 'PEOPLE') FROM dual")
    storage = "SELECT DBMS_METADATA.GET_DDL('TABLE', 'PEOPLE_NAMES') FROM dual"
    assert "not in this stand-in" in error(types, storage)
    types.execute("DROP TABLE people")
    types.execute(ddl.read())
    assert rows(types, facts) == before
