"""Servers of other releases, string sizes, character sets, COMPATIBLE and calendars."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import Bind, ExecuteOptions, SessionInfo
from oracle_standin.engine.database import Database
from oracle_standin.engine.server_facts import ServerFacts
from oracle_standin.protocol import CharsetForm, TypeCode
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.standin


@contextmanager
def played(server: ServerFacts) -> Iterator[UserSession]:
    """Give a session of a user of a database that plays a server."""
    with Database(server=server) as database:
        database.create_user("APP", "secret")
        opened = database.open_session("APP", SessionInfo(1, 1))
        yield UserSession(opened)
        opened.close()


def parameter(session: UserSession, name: str) -> str | None:
    """Return a value of V$PARAMETER, read by SYSTEM's right."""
    rows = session.session._shared.query(
        'SELECT "VALUE" FROM ora."v_PARAMETER" WHERE "NAME" = %s', (name,)
    )
    return rows[0][0] if rows else None


@pytest.fixture(scope="module")
def extended() -> Iterator[UserSession]:
    with played(ServerFacts(extended_strings=True)) as session:
        yield session


@pytest.fixture(scope="module")
def single_byte() -> Iterator[UserSession]:
    with played(ServerFacts(charset="WE8MSWIN1252", calendar="THAI BUDDHA")) as session:
        yield session


@pytest.fixture(scope="module")
def old() -> Iterator[UserSession]:
    with played(ServerFacts("12.2")) as session:
        yield session


@pytest.mark.parametrize("kind", ["VARCHAR2(4001)", "NVARCHAR2(2001)", "RAW(2001)"])
def test_standard_strings_end_at_4000_bytes(
    session: UserSession, extended: UserSession, kind: str
) -> None:
    assert session.fails(f"CREATE TABLE t (a {kind})").startswith("ORA-00910")
    extended.run(f"CREATE TABLE t (a {kind})")
    extended.run("DROP TABLE t")


@pytest.mark.parametrize(
    "kind", ["VARCHAR2(32768)", "NVARCHAR2(16384)", "RAW(32768)", "CHAR(2001)"]
)
def test_extended_strings_end_at_32767_bytes(extended: UserSession, kind: str) -> None:
    assert extended.fails(f"CREATE TABLE t (a {kind})").startswith("ORA-00910")


def test_extended_columns_keep_what_they_hold(extended: UserSession) -> None:
    extended.run("CREATE TABLE wide (b VARCHAR2(32767), c VARCHAR2(10000 CHAR))")
    rows = extended.rows(
        "SELECT column_name, data_length, char_length FROM user_tab_columns"
        " WHERE table_name = 'WIDE' ORDER BY column_id"
    )
    assert rows == [("B", "32767", "32767"), ("C", "32767", "10000")]
    extended.run("INSERT INTO wide VALUES (:a, :b)", a="x" * 32767, b="ä" * 10000)
    failed = extended.fails("INSERT INTO wide (b) VALUES (:a)", a="ä" * 16384)
    assert "(actual: 32768, maximum: 32767)" in failed
    assert extended.rows("SELECT LENGTHB(b), LENGTH(c) FROM wide") == [("32767", "10000")]
    extended.run("CREATE TABLE copied AS SELECT b, c FROM wide")
    assert extended.rows("SELECT LENGTHB(b), LENGTH(c) FROM copied") == [("32767", "10000")]


def test_parameters_show_the_server(session: UserSession, extended: UserSession) -> None:
    assert parameter(session, "max_string_size") == "STANDARD"
    assert session.rows(
        "SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET'"
    ) == [("AL32UTF8",)]
    block = "BEGIN DBMS_UTILITY.DB_VERSION(:v, :c); END;"
    assert session.run(block, v=None, c=None) == {"v": "23.0.0.0.0", "c": "23.0.0"}
    query = "SELECT value FROM v$parameter WHERE name = 'max_string_size'"
    assert "ORA-00942" in extended.fails(query)


@pytest.mark.parametrize(
    ("server", "version", "compatible"),
    [
        (ServerFacts("12.2"), "12.2.0.1.0", "12.2.0"),
        (ServerFacts("12.2", compatible="11.2.0"), "12.2.0.1.0", "11.2.0"),
        (ServerFacts("19"), "19.0.0.0.0", "19.0.0"),
        (ServerFacts("23", compatible="19.0.0"), "23.0.0.0.0", "19.0.0"),
    ],
)
def test_versions_and_compatible(server: ServerFacts, version: str, compatible: str) -> None:
    with played(server) as session:
        block = "BEGIN DBMS_UTILITY.DB_VERSION(:v, :c); END;"
        assert session.run(block, v=None, c=None) == {"v": version, "c": compatible}
        assert session.rows("SELECT version FROM product_component_version") == [(version,)]
        long_name = "A" * 31
        if server.max_name_bytes == 30:
            assert session.fails(f"CREATE TABLE {long_name} (a NUMBER)").startswith("ORA-00972")
        else:
            session.run(f"CREATE TABLE {long_name} (a NUMBER)")
        if server.compatible == "19.0.0":
            assert session.fails("CREATE TABLE t (a BOOLEAN)").startswith("ORA-00406")
            assert session.fails("CREATE TABLE t (a JSON)").startswith("ORA-00406")
            assert session.rows("SELECT vector_info FROM all_tab_cols WHERE 1 = 0") == []


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("SELECT vector_info FROM all_tab_cols", "ORA-00904"),
        ('SELECT "AUTO" FROM user_indexes', "ORA-00904"),
        ("SELECT version_full FROM product_component_version", "ORA-00904"),
        ("SELECT * FROM session_schema_privs", "ORA-00942"),
        ("SELECT JSON_SERIALIZE('[]') FROM dual", "ORA-00904"),
        ("SELECT ANY_VALUE(dummy) FROM dual", "ORA-00904"),
        ("CREATE PRIVATE TEMPORARY TABLE ora$ptt_a (a NUMBER)", "ORA-00901"),
        ("CREATE TABLE t (a JSON)", "ORA-00902"),
        ("CREATE TABLE IF NOT EXISTS t (a NUMBER)", "ORA-00922"),
        ("SELECT 1", "ORA-00923"),
    ],
)
def test_12_2_refuses_what_came_later(old: UserSession, statement: str, code: str) -> None:
    assert old.fails(statement).startswith(code)


def test_the_dictionary_of_12_2_shows_what_it_has(old: UserSession) -> None:
    old.run("CREATE TABLE known (a NUMBER)")
    query = "SELECT * FROM user_tab_columns WHERE table_name = 'KNOWN'"
    names = [column.name for column in old.session.describe(query, ())]
    assert "VECTOR_INFO" not in names
    assert not [name for name in names if name.startswith("ora$")]
    assert old.rows("SELECT column_name FROM user_tab_cols WHERE table_name = 'KNOWN'") == [("A",)]


def bind(session: UserSession, statement: str, value: str, form: CharsetForm) -> None:
    """Run a statement with one text bind in a character set form."""
    declared = [Bind("1", TypeCode.VARCHAR, form, 4000)]
    session.session.execute(statement, declared, [[value.encode()]], ExecuteOptions())


class TestSingleByteCharacterSet:
    def test_its_lengths_count_a_byte_a_character(self, single_byte: UserSession) -> None:
        single_byte.run("CREATE TABLE bytes (a VARCHAR2(4), c VARCHAR2(4 CHAR), n NVARCHAR2(4))")
        lengths = "SELECT data_length FROM user_tab_columns WHERE table_name = 'BYTES' ORDER BY 1"
        assert single_byte.rows(lengths) == [("4",), ("4",), ("8",)]
        single_byte.run("INSERT INTO bytes (a) VALUES (:a)", a="äöü€")
        assert single_byte.rows("SELECT a, LENGTHB(a) FROM bytes") == [("äöü€", "4")]
        failed = single_byte.fails("INSERT INTO bytes (a) VALUES (:a)", a="äöü€é")
        assert "(actual: 5, maximum: 4)" in failed

    def test_what_it_has_not_is_replaced(self, single_byte: UserSession) -> None:
        single_byte.run("CREATE TABLE lost (a VARCHAR2(10), n NVARCHAR2(10), c CLOB)")
        bind(single_byte, "INSERT INTO lost (a) VALUES (:1)", "a日本", CharsetForm.DATABASE)
        bind(single_byte, "INSERT INTO lost (n) VALUES (:1)", "a日本", CharsetForm.NATIONAL)
        single_byte.run("INSERT INTO lost (c) VALUES ('Łódź')")
        rows = single_byte.rows("SELECT a, n, TO_CHAR(c) FROM lost ORDER BY a, n")
        assert set(rows) == {("a¿¿", None, None), (None, "a日本", None), (None, None, "¿ód¿")}

    def test_it_says_what_it_is(self, single_byte: UserSession) -> None:
        query = "SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET'"
        assert single_byte.rows(query) == [("WE8MSWIN1252",)]
        assert single_byte.value("SYS_CONTEXT('USERENV', 'LANGUAGE')").endswith(".WE8MSWIN1252")
        assert single_byte.value("NLS_CHARSET_ID('CHAR_CS')") == "178"

    def test_years_are_those_of_the_calendar(self, single_byte: UserSession) -> None:
        leap_day = "TO_CHAR(DATE '2024-02-29', 'YYYY-MM-DD')"
        assert single_byte.value(leap_day) == "2567-02-29"
        assert single_byte.value("TO_CHAR(TO_DATE('2567-02-29', 'YYYY-MM-DD'), 'YYYY')") == "2567"
        single_byte.run("ALTER SESSION SET NLS_CALENDAR = GREGORIAN")
        assert single_byte.value(leap_day) == "2024-02-29"
        single_byte.run("ALTER SESSION SET NLS_CALENDAR = 'THAI BUDDHA'")
        zoned = "TO_CHAR(TIMESTAMP '2024-02-29 01:02:03 +01:00', 'YYYY-MM-DD TZH')"
        assert single_byte.value(zoned) == "2567-02-29 +01"


def test_another_calendar_needs_an_instance_with_it(session: UserSession) -> None:
    session.run("ALTER SESSION SET NLS_CALENDAR = 'GREGORIAN'")
    assert "ORA-12705" in session.fails("ALTER SESSION SET NLS_CALENDAR = 'MAYAN'")
    assert "ORA-03001" in session.fails("ALTER SESSION SET NLS_CALENDAR = 'THAI BUDDHA'")
