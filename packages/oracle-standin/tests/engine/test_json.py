"""JSON in SQL: the constructor, IS JSON, columns whose content is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from oracle_standin.rows import Column
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin

LAX = [
    ("{a: 1}", '{"a":1}'),
    ("{'a': 'it\\'s \"so\"'}", '{"a":"it\'s \\"so\\""}'),
    ("[TRUE, False, nULL]", "[true,false,null]"),
    ("[+1, .5, 5., 007]", "[1,0.5,5,7]"),
    ("[1, 2, ]", "[1,2]"),
    ('{"a": [1,],}', '{"a":[1]}'),
]  # fmt: skip
NEITHER = ["{a}", "[a]", "{'a': b}", "[1,,2]", "[1", "'a", "a", "{1: 2}", "[--1]", ""]


def columns(session: UserSession, query: str) -> dict[str, Column]:
    return {column.name: column for column in session.session.describe(query, ())}


@pytest.mark.parametrize(("lax", "strict"), LAX)
def test_lax_syntax_is_json_unless_strict_is_asked_for(
    session: UserSession, lax: str, strict: str
) -> None:
    literal = lax.replace("'", "''")
    assert session.value(f"CASE WHEN '{literal}' IS JSON THEN 1 END") == "1"
    assert session.value(f"CASE WHEN '{literal}' IS JSON STRICT THEN 1 END") is None
    assert session.value(f"JSON_SERIALIZE(JSON('{literal}'))") == strict


@pytest.mark.parametrize(
    "document",
    [
        r'{"a":"\u0000"}',
        r'{"a\u0000b":["x\u0000\u0000y"]}',
        r'"\\u0000"',
        r'"\\\u0000"',
        r'"\\\\u0000\u0000"',
    ],
)
def test_the_escape_of_u_0000_stays_in_json(session: UserSession, document: str) -> None:
    assert session.value(f"JSON_SERIALIZE(JSON('{document}'))") == document
    assert session.value(f"JSON_SERIALIZE('{document}' ERROR ON ERROR)") == document


@pytest.mark.parametrize("text", NEITHER)
def test_what_is_no_json_in_any_syntax(session: UserSession, text: str) -> None:
    literal = text.replace("'", "''")
    is_json = f"CASE WHEN '{literal}' IS JSON THEN 1 WHEN '{literal}' IS NOT JSON THEN 0 END"
    assert session.value(is_json) == ("0" if text else None)
    if text:
        assert session.error(f"JSON('{literal}')").startswith("ORA-40441")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("'[1]' IS JSON FORMAT JSON STRICT", True),
        ("'[1]' IS JSON (STRICT WITH UNIQUE KEYS)", True),
        ('\'{"a": 1, "a": 2}\' IS JSON', True),
        ('\'{"a": 1, "a": 2}\' IS JSON WITH UNIQUE KEYS', False),
        ('\'{"a": 1, "a": 2}\' IS NOT JSON WITH UNIQUE KEYS', True),
        ("'1' IS JSON", True),
        ("'1' IS JSON DISALLOW SCALARS", False),
        ("'[1]' IS JSON DISALLOW SCALARS", True),
        ("'[1]' IS JSON ARRAY", True),
        ("'[1]' IS JSON OBJECT", False),
        ("'\"x\"' IS JSON SCALAR", True),
        ("JSON('[1]') IS JSON", True),
        ("TO_CLOB('[1]') IS JSON", True),
        ("HEXTORAW('5B315D') IS JSON", True),
        ("HEXTORAW('FF') IS JSON", False),
    ],
)
def test_is_json_with_options(session: UserSession, condition: str, holds: bool) -> None:
    assert session.value(f"CASE WHEN {condition} THEN 1 ELSE 0 END") == str(int(holds))


def test_the_constructor_takes_text_bytes_and_nothing(session: UserSession) -> None:
    session.run("CREATE TABLE documents (id NUMBER, d JSON)")
    session.run("INSERT INTO documents VALUES (1, JSON(:d))", d='{"a": [1, 0.1, "é"]}')
    session.run("INSERT INTO documents VALUES (2, JSON(TO_BLOB(HEXTORAW('5B315D'))))")
    session.run("INSERT INTO documents VALUES (3, JSON(NULL))")
    assert session.rows("SELECT JSON_SERIALIZE(d RETURNING CLOB) FROM documents ORDER BY id") == [
        ('{"a":[1,0.1,"é"]}',),
        ("[1]",),
        (None,),
    ]
    assert session.fails("INSERT INTO documents VALUES (4, JSON('{'))").startswith("ORA-40441")
    assert "not in this stand-in" in session.error("JSON('[1]' EXTENDED)")


def test_a_checked_column_takes_json_alone_and_says_so(session: UserSession) -> None:
    session.run(
        "CREATE TABLE checked (v VARCHAR2(100) CHECK (v IS JSON), c CLOB, b BLOB,"
        " t VARCHAR2(10) CHECK (t IS NOT JSON), CONSTRAINT c_is CHECK (c IS JSON (STRICT)),"
        " CHECK (b IS JSON FORMAT JSON))"
    )
    session.run("INSERT INTO checked (v, c, b, t) VALUES ('{a: 1}', '[1]', '5B315D', 'x')")
    session.run("INSERT INTO checked (v) VALUES (NULL)")
    for refused in ("v) VALUES ('{'", "c) VALUES ('{a: 1}'", "b) VALUES ('5B'", "t) VALUES ('1'"):
        assert session.fails(f"INSERT INTO checked ({refused})").startswith("ORA-02290")
    described = columns(session, "SELECT v, c, b, t FROM checked")
    assert {name: column.is_json for name, column in described.items()} == {
        "V": True, "C": True, "B": True, "T": False,
    }  # fmt: skip
    assert session.rows(
        "SELECT column_name, format, data_type FROM user_json_columns ORDER BY column_name"
    ) == [("B", "TEXT", "BLOB"), ("C", "TEXT", "CLOB"), ("V", "TEXT", "VARCHAR2")]
    session.run("ALTER TABLE checked DROP CONSTRAINT c_is")
    assert not columns(session, "SELECT c FROM checked")["C"].is_json


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("JSON_OBJECT('a' VALUE 1, KEY 'b' VALUE 'x\"y')", '{"a":1,"b":"x\\"y"}'),
        ("JSON_OBJECT()", "{}"),
        ("JSON_OBJECT('b' VALUE NULL, 'a' VALUE .50)", '{"b":null,"a":0.5}'),
        ("JSON_OBJECT('b' VALUE NULL, 'a' VALUE -1 ABSENT ON NULL)", '{"a":-1}'),
        ("JSON_OBJECT('o' VALUE JSON_ARRAY(1, '2', NULL))", '{"o":[1,"2"]}'),
        ("JSON_OBJECT('o' VALUE '[1]', 'p' VALUE '[1]' FORMAT JSON)", '{"o":"[1]","p":[1]}'),
        ("JSON_OBJECT('d' VALUE DATE '2020-02-29')", '{"d":"2020-02-29T00:00:00"}'),
        ("JSON_OBJECT('r' VALUE HEXTORAW('ab'), 'u' VALUE 1 + 1)", '{"r":"AB","u":2}'),
        ("JSON_OBJECT('j' VALUE JSON('{\"x\": [1, 2]}'))", '{"j":{"x":[1,2]}}'),
        ("JSON_OBJECT('q' VALUE JSON_QUERY('[[1]]', '$[0]'))", '{"q":[1]}'),
        ("JSON_OBJECT('a' : 0.5, 'b':USER||'x', 'c':'y')", '{"a":0.5,"b":"{user}x","c":"y"}'),
        ("JSON_ARRAY(NULL, 1 NULL ON NULL)", "[null,1]"),
        ("JSON_ARRAY()", "[]"),
        ("JSON_ARRAY(1, 2 RETURNING VARCHAR2(10))", "[1,2]"),
        ("TO_CHAR(JSON_ARRAY('x' RETURNING CLOB))", '["x"]'),
        ("JSON_VALUE(JSON_OBJECT('k' VALUE 'v'), '$.k')", "v"),
    ],
)
def test_json_is_made_of_values(session: UserSession, expression: str, expected: str) -> None:
    assert session.value(expression) == expected.replace("{user}", session.value("USER"))


def test_binds_may_follow_the_colon_of_a_key(session: UserSession) -> None:
    assert session.run(
        "BEGIN SELECT JSON_OBJECT('a'::x, 'b': :y) INTO :z FROM dual; END;", x="1", y="2", z=None
    ) == {"z": '{"a":"1","b":"2"}'}


def test_a_column_alone_has_its_name_for_a_key(session: UserSession) -> None:
    rows = session.rows(
        "SELECT JSON_OBJECT(t.id, key, value VALUE 1) FROM (SELECT 1 id, 'k' key, 'v' value"
        " FROM dual UNION ALL SELECT 2, NULL, 'w' FROM dual) t ORDER BY id"
    )
    assert rows == [('{"ID":1,"KEY":"k","v":1}',), ('{"ID":2,"KEY":null,"w":1}',)]


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("JSON_ARRAY(RPAD('x', 30) RETURNING VARCHAR2(20))", "ORA-40478"),
        ("JSON_ARRAY(SYSTIMESTAMP)", "ORA-03001"),
        ("JSON_ARRAY(1 RETURNING JSON)", "ORA-03001"),
        ("JSON_ARRAY(TO_VECTOR('[1]'))", "ORA-03001"),
        ("JSON_OBJECT('a' || 'b' VALUE 1, USER : 1)", "ORA-03001"),
        ("JSON_OBJECT(*)", "ORA-03001"),
        ("JSON_OBJECT(NULL VALUE 1)", "ORA-03001"),
        ("JSON_OBJECT('a' VALUE 1 WITH UNIQUE KEYS)", "ORA-03001"),
        ("JSON_ARRAY(1 2)", "ORA-00907"),
    ],
)
def test_json_that_is_not_made(session: UserSession, expression: str, error: str) -> None:
    assert session.error(expression).startswith(error)


@pytest.mark.parametrize("options", ["", "RETURNING CLOB ", "RETURNING VARCHAR2(200) "])
def test_json_serialize_hides_errors_unless_told_not_to(session: UserSession, options: str) -> None:
    assert session.value(f"JSON_SERIALIZE('x' {options})") is None
    assert session.value(f"JSON_SERIALIZE('x' {options}NULL ON ERROR)") is None
    strict = f"{options}ERROR ON ERROR"
    assert session.error(f"JSON_SERIALIZE('x' {strict})").startswith("ORA-40441")
    assert session.value(f"JSON_SERIALIZE('[1, 2.50]' {strict})") == "[1,2.50]"


@pytest.mark.parametrize("kind", ["VARCHAR2(200)", "CLOB", "BLOB"])
def test_a_column_that_is_checked_for_json_is_described_as_json(
    session: UserSession, kind: str
) -> None:
    session.run(
        f"CREATE TABLE stored (inline_check {kind} CHECK (inline_check IS JSON), other {kind},"
        f" strict {kind}, CONSTRAINT strict_json CHECK (strict IS JSON (STRICT)))"
    )
    found = columns(session, "SELECT inline_check, other, strict FROM stored")
    assert {name: column.is_json for name, column in found.items()} == {
        "INLINE_CHECK": True,
        "OTHER": False,
        "STRICT": True,
    }
    session.run("ALTER TABLE stored DROP CONSTRAINT strict_json")
    assert not columns(session, "SELECT strict FROM stored")["STRICT"].is_json
