"""XMLTYPE values, through the driver."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.standin


@pytest.fixture
def cursor(oracle_database: OracleDatabase, fresh_schema: str) -> Iterator[oracledb.Cursor]:
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE notes (id NUMBER(9), note XMLTYPE, text VARCHAR2(100))")
        yield cursor


def value(cursor: oracledb.Cursor, expression: str, *binds: Any) -> Any:
    cursor.execute(f"SELECT {expression} FROM dual", binds, fetch_lobs=False)
    (found,) = cursor.fetchone()
    return found


def failure(cursor: oracledb.Cursor, statement: str, *binds: Any) -> str:
    with pytest.raises(oracledb.DatabaseError) as caught:
        cursor.execute(statement, binds)
    return str(caught.value)


@pytest.mark.parametrize(
    ("expression", "size"),
    [
        (":1", 10),
        (":1", 1024),
        ("XMLTYPE(:1)", 10),
        ("XMLTYPE(:1)", 100_000),
        ("XMLPARSE(DOCUMENT :1)", 100_000),
    ],
)
def test_a_document_is_stored_and_fetched_as_text(
    cursor: oracledb.Cursor, expression: str, size: int
) -> None:
    document = f"<a b='1'>{'é' * size}</a>"
    if expression != ":1":
        cursor.setinputsizes(oracledb.DB_TYPE_CLOB)
    cursor.execute(f"INSERT INTO notes (note) VALUES ({expression})", [document])
    cursor.execute("SELECT note, note FROM notes")
    assert cursor.description is not None
    assert [column.type_code for column in cursor.description] == [oracledb.DB_TYPE_XMLTYPE] * 2
    assert cursor.fetchall() == [(document, document)]


def test_null_is_null(cursor: oracledb.Cursor) -> None:
    cursor.execute("INSERT INTO notes VALUES (1, NULL, NULL)")
    cursor.execute("INSERT INTO notes VALUES (2, :1, NULL)", [None])
    cursor.execute("INSERT INTO notes VALUES (3, XMLPARSE(DOCUMENT :1), NULL)", [None])
    assert cursor.execute("SELECT id FROM notes WHERE note IS NULL").fetchall() == [
        (1,),
        (2,),
        (3,),
    ]
    assert cursor.execute("SELECT note FROM notes").fetchall() == [(None,)] * 3
    assert "ORA-06502" in failure(cursor, "INSERT INTO notes VALUES (3, XMLTYPE(:1), NULL)", None)


def test_a_document_is_read_as_text(cursor: oracledb.Cursor) -> None:
    document = "<a>\n  <b> </b> <c>x <d/> y</c>\n</a>"
    cursor.execute("INSERT INTO notes (note) VALUES (SYS.XMLTYPE.CREATEXML(:1))", [document])

    def of_note(expression: str) -> Any:
        return value(cursor, f"(SELECT {expression} FROM notes n)")

    for expression in (
        "XMLSERIALIZE(CONTENT note AS CLOB)",
        "XMLSERIALIZE(DOCUMENT note AS VARCHAR2(100))",
        "XMLSERIALIZE(CONTENT note)",
        "n.note.getClobVal()",
        "n.note.getStringVal()",
    ):
        assert of_note(expression) == document
    stripped = "<a><b> </b><c>x <d/> y</c></a>"
    assert of_note("XMLSERIALIZE(CONTENT note AS CLOB NO INDENT)") == stripped
    assert value(cursor, "XMLTYPE('<a/>').getClobVal()") == "<a/>"
    too_long = "SELECT XMLSERIALIZE(CONTENT note AS VARCHAR2(10)) FROM notes"
    assert "ORA-19011" in failure(cursor, too_long)
    assert "ORA-00904" in failure(cursor, "SELECT note.getClobVal() FROM notes")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<a>", "LPX-00007"),
        ("<a", "LPX-00007"),
        ("<a><!-- x</a>", "LPX-00007"),
        ("<?xml version='1.0'?>", "LPX-00007"),
        ("<a>&nbsp;</a>", "LPX-00118"),
        ("<a/><?XML x?>", "LPX-00209"),
        ("text", "LPX-00210"),
        ("<a>\x01</a>", "LPX-00216"),
        ("<a b='1' b='2'/>", "LPX-00224"),
        ("<a></b>", "LPX-00225"),
        ("<a></A>", "LPX-00225"),
        ("<1/>", "LPX-00230"),
        ("<a:b/>", "LPX-00234"),
        ("<a b:c='1'/>", "LPX-00234"),
        ("<a b/>", "LPX-00240"),
        ("<a>&#x;</a>", "LPX-00241"),
        ("<a>1 & 2</a>", "LPX-00242"),
        ("<a b='&'/>", "LPX-00242"),
        ("<a b=1/>", "LPX-00243"),
        ('<a b="<"/>', "LPX-00244"),
        ("<a/><b/>", "LPX-00245"),
        ("<a/>text", "LPX-00245"),
    ],
)
def test_what_is_no_document_is_refused(cursor: oracledb.Cursor, document: str, code: str) -> None:
    message = failure(cursor, "INSERT INTO notes (note) VALUES (:1)", document)
    assert message.startswith("ORA-31011: XML parsing failed")
    assert code in message


@pytest.mark.parametrize(
    "document",
    [
        "<?xml version='1.0' encoding='UTF-8'?>\n<!-- > -> --><a/>",
        '<a b="1>2" c=\'"\'><![CDATA[ <x> ]] & ]]><?p x ?><d/></a>\n',
        "<x:a xmlns:x='u' x:b=''><x:c/></x:a>",
        "<a xmlns='u'><b xml:space='preserve' /></a >",
        "<é日>&amp;&lt;&#65;&#x1F600;😀</é日>",
    ],
)
def test_a_document_is_kept_as_written(cursor: oracledb.Cursor, document: str) -> None:
    cursor.execute("INSERT INTO notes (note) VALUES (:1)", [document])
    assert cursor.execute("SELECT note FROM notes").fetchall() == [(document,)]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("INSERT INTO notes (text) SELECT note FROM notes", "ORA-00932"),
        ("INSERT INTO notes (note) VALUES (TO_CLOB('<a/>'))", "ORA-00932"),
        ("INSERT INTO notes (note) VALUES (1)", "ORA-00932"),
        ("SELECT id FROM notes WHERE note = XMLTYPE('<a/>')", "ORA-00932"),
        ("SELECT note || 'x' FROM notes", "ORA-00932"),
        ("SELECT UPPER(note) FROM notes", "ORA-00932"),
        ("SELECT DISTINCT note FROM notes", "ORA-22848"),
        ("SELECT TO_CHAR(note) FROM notes", "ORA-00932"),
        ("CREATE INDEX i ON notes (note)", "ORA-02327"),
        ("SELECT n.note.extract('/a') FROM notes n", "not in this stand-in"),
        ("SELECT XMLQUERY('/a' PASSING note RETURNING CONTENT) FROM notes", "not in this stand-in"),
        ("SELECT EXTRACT(note, '/a') FROM notes", "not in this stand-in"),
        ("SELECT XMLSERIALIZE(CONTENT note AS CLOB INDENT) FROM notes", "not in this stand-in"),
        ("SELECT XMLPARSE(CONTENT '<a/>' WELLFORMED) FROM dual", "not in this stand-in"),
        ("SELECT XMLTYPE('<!DOCTYPE a><a/>') FROM dual", "not in this stand-in"),
        ("SELECT XMLELEMENT(d, SYSDATE) FROM dual", "not in this stand-in"),
        ("SELECT XMLELEMENT(d, XMLATTRIBUTES(1)) FROM dual", "not in this stand-in"),
    ],
)
def test_what_is_not_done(cursor: oracledb.Cursor, statement: str, expected: str) -> None:
    cursor.execute("INSERT INTO notes VALUES (1, '<a/>', 'x')")
    assert expected in failure(cursor, statement)


def test_an_element_is_made(cursor: oracledb.Cursor) -> None:
    assert value(cursor, "XMLELEMENT(a, 1, 'x<&\">')") == "<A>1x&lt;&amp;&quot;&gt;</A>"
    assert value(cursor, 'XMLELEMENT(NAME "b", XMLELEMENT("c", NULL))') == "<b><c/></b>"


def test_columns_are_described_by_the_dictionary(cursor: oracledb.Cursor) -> None:
    cursor.execute("ALTER TABLE notes ADD (other SYS.XMLTYPE)")
    cursor.execute("CREATE TABLE copied AS SELECT note FROM notes")
    cursor.execute("CREATE VIEW seen AS SELECT note, XMLELEMENT(a, id) made FROM notes")
    cursor.execute(
        "SELECT table_name, column_name, data_type_owner, data_length FROM user_tab_columns"
        " WHERE data_type = 'XMLTYPE' ORDER BY 1, 2"
    )
    assert cursor.fetchall() == [
        ("COPIED", "NOTE", "SYS", 2000),
        ("NOTES", "NOTE", "PUBLIC", 2000),
        ("NOTES", "OTHER", "SYS", 2000),
        ("SEEN", "MADE", "SYS", 2000),
        ("SEEN", "NOTE", "SYS", 2000),
    ]
    cursor.execute("INSERT INTO notes (id, note) VALUES (5, '<a/>')")
    assert cursor.execute("SELECT * FROM seen").fetchall() == [("<a/>", "<A>5</A>")]


def test_the_dictionary_shows_where_documents_are_stored(cursor: oracledb.Cursor) -> None:
    cursor.execute("ALTER TABLE notes ADD (other XMLTYPE NOT NULL, last NUMBER)")
    cursor.execute(
        "SELECT column_name, data_type, nullable, column_id, internal_column_id, hidden_column,"
        " virtual_column, user_generated FROM user_tab_cols WHERE table_name = 'NOTES'"
        " ORDER BY internal_column_id"
    )
    assert cursor.fetchall() == [
        ("ID", "NUMBER", "Y", 1, 1, "NO", "NO", "YES"),
        ("NOTE", "XMLTYPE", "Y", 2, 2, "NO", "YES", "YES"),
        ("SYS_NC00003$", "BLOB", "Y", 2, 3, "YES", "NO", "NO"),
        ("TEXT", "VARCHAR2", "Y", 3, 4, "NO", "NO", "YES"),
        ("OTHER", "XMLTYPE", "N", 4, 5, "NO", "YES", "YES"),
        ("SYS_NC00006$", "BLOB", "Y", 4, 6, "YES", "NO", "NO"),
        ("LAST", "NUMBER", "Y", 5, 7, "NO", "NO", "YES"),
    ]
    cursor.execute("SELECT COUNT(*) FROM user_tab_columns WHERE table_name = 'NOTES'")
    assert cursor.fetchone() == (5,)
