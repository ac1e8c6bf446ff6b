"""Texts: positions, padding, patterns; a text without characters is NULL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("SUBSTR('hello', 2)", "ello"),
        ("SUBSTR('hello', 2, 3)", "ell"),
        ("SUBSTR('hello', 0, 2)", "he"),
        ("SUBSTR('hello', -2)", "lo"),
        ("SUBSTR('hello', -3, 2)", "ll"),
        ("SUBSTR('hello', -9)", None),
        ("SUBSTR('hello', 6)", None),
        ("SUBSTR('hello', 2, 0)", None),
        ("SUBSTRB('éa', 3)", "a"),
        ("INSTR('hello', 'l')", "3"),
        ("INSTR('hello', 'l', 1, 2)", "4"),
        ("INSTR('hello', 'l', -1)", "4"),
        ("INSTR('hello', 'l', -1, 2)", "3"),
        ("INSTR('hello', 'l', 4)", "4"),
        ("INSTR('hello', 'z')", "0"),
        ("LENGTH('hé')", "2"),
        ("LENGTHB('hé')", "3"),
        ("LENGTH('')", None),
        ("REPLACE('abcb', 'b')", "ac"),
        ("REPLACE('abcb', 'b', 'xy')", "axycxy"),
        ("REPLACE('x', 'x', '')", None),
        ("REPLACE('x', '', 'y')", "x"),
        ("TRANSLATE('abc', 'ab', 'x')", "xc"),
        ("TRIM('  a ')", "a"),
        ("TRIM('   ')", None),
        ("TRIM(BOTH 'x' FROM 'xxaxx')", "a"),
        ("TRIM(LEADING 'x' FROM 'xxaxx')", "axx"),
        ("LTRIM('  a ')", "a "),
        ("RTRIM('axyx', 'xy')", "a"),
        ("LPAD('a', 3, 'xy')", "xya"),
        ("RPAD('a', 3)", "a  "),
        ("RPAD('abc', 2)", "ab"),
        ("LPAD('a', 0)", None),
        ("UPPER('ä')", "Ä"),
        ("INITCAP('hello wORLD')", "Hello World"),
        ("CONCAT('a', NULL)", "a"),
        ("ASCII('A')", "65"),
        ("ASCII('é')", "50089"),
        ("CHR(65)", "A"),
        ("CHR(50089)", "é"),
        ("UNISTR('\\00e9\\\\')", "é\\"),
        ("ASCIISTR('aé')", "a\\00E9"),
        ("REVERSE('abc')", "cba"),
    ],
)
def test_text_functions(session: UserSession, expression: str, value: str | None) -> None:
    assert session.value(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("LENGTH(12345)", "5"),
        ("SUBSTR(12345, 2, 2)", "23"),
        ("UPPER(0.5)", ".5"),
        ("LPAD(7, 3, '0')", "007"),
        ("REPLACE(123, 2)", "13"),
        ("CONCAT(1, 2)", "12"),
    ],
)
def test_numbers_become_text(session: UserSession, expression: str, value: str) -> None:
    assert session.value(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("REGEXP_SUBSTR('abc', '[bc]+')", "bc"),
        ("REGEXP_SUBSTR('a,b,c', '[^,]+', 1, 2)", "b"),
        ("REGEXP_SUBSTR('a1b22', '([a-z])(\\d+)', 1, 2, NULL, 2)", "22"),
        ("REGEXP_SUBSTR('abc', 'z')", None),
        ("REGEXP_REPLACE('abc', 'b', 'X')", "aXc"),
        ("REGEXP_REPLACE('a1b2', '[0-9]')", "ab"),
        ("REGEXP_REPLACE('abc', '(a)(b)', '\\2\\1')", "bac"),
        ("REGEXP_REPLACE('aaa', 'a', 'b', 1, 2)", "aba"),
        ("REGEXP_REPLACE('ABC', 'b', 'x', 1, 0, 'i')", "AxC"),
        ("REGEXP_INSTR('hello', 'l+')", "3"),
        ("REGEXP_INSTR('hello', 'l+', 1, 1, 1)", "5"),
        ("REGEXP_COUNT('banana', 'an')", "2"),
        ("CASE WHEN REGEXP_LIKE('abc', 'B', 'i') THEN 1 ELSE 0 END", "1"),
        ("REGEXP_SUBSTR('a' || CHR(10) || 'b', 'a.b')", None),
        ("LENGTH(REGEXP_SUBSTR('a' || CHR(10) || 'b', 'a.b', 1, 1, 'n'))", "3"),
    ],
)
def test_patterns(session: UserSession, expression: str, value: str | None) -> None:
    assert session.value(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("DUMP(123, 16)", "Typ=2 Len=3: c2,2,18"),
        ("DUMP(-123.45, 16)", "Typ=2 Len=5: 3d,64,4e,38,66"),
        ("DUMP(0)", "Typ=2 Len=1: 128"),
        ("DUMP(DATE '2024-01-31', 16)", "Typ=12 Len=7: 78,7c,1,1f,1,1,1"),
        ("DUMP(TO_CHAR(1), 1016)", "Typ=1 Len=1 CharacterSet=AL32UTF8: 31"),
        ("DUMP(HEXTORAW('0102'), 16)", "Typ=23 Len=2: 1,2"),
        ("DUMP(NULL)", "NULL"),
        ("VSIZE(123)", "3"),
        ("RAWTOHEX(HEXTORAW('abc'))", "0ABC"),
        ("RAWTOHEX(STANDARD_HASH('abc'))", "A9993E364706816ABA3E25717850C26C9CD0D89D"),
        ("RAWTOHEX(STANDARD_HASH('abc', 'MD5'))", "900150983CD24FB0D6963F7D28E17F72"),
        ("ROWIDTOCHAR(CHARTOROWID('AAASNoAAEAAAAInAAA'))", "AAASNoAAEAAAAInAAA"),
        ("DBMS_ROWID.ROWID_OBJECT(CHARTOROWID('AAASNoAAEAAAAInAAA'))", "74600"),
        ("DBMS_ROWID.ROWID_RELATIVE_FNO(CHARTOROWID('AAASNoAAEAAAAInAAA'))", "4"),
        ("DBMS_ROWID.ROWID_BLOCK_NUMBER(CHARTOROWID('AAASNoAAEAAAAInAAA'))", "551"),
        ("UTL_RAW.CAST_TO_VARCHAR2(HEXTORAW('C3A9'))", "é"),
        ("DBMS_LOB.SUBSTR(TO_CLOB('hello'), 2, 2)", "el"),
        ("DBMS_LOB.GETLENGTH(EMPTY_CLOB())", "0"),
        ("DBMS_LOB.INSTR(TO_CLOB('hello'), 'l', 1, 2)", "4"),
        ("DBMS_LOB.COMPARE(TO_CLOB('a'), TO_CLOB('b'))", "-1"),
        ("LENGTH(RAWTOHEX(SYS_GUID()))", "32"),
    ],
)
def test_bytes_and_large_objects(session: UserSession, expression: str, value: str) -> None:
    assert session.value(expression) == value


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("HEXTORAW('xy')", 1465),
        ("CHARTOROWID('x')", 1410),
        ("SYS_CONTEXT('USERENV', 'NOTHING')", 2003),
        ("UNISTR('\\00')", 30186),
        ("INSTR('a', 'a', 1, 0)", 1428),
        ("STANDARD_HASH('a', 'SHA3')", 1760),
        ("JSON_VALUE('{}', 'k')", 40442),
        ("SCN_TO_TIMESTAMP(999999999999)", 8181),
        ("TIMESTAMP_TO_SCN(DATE '1999-01-01')", 8180),
    ],
)
def test_refusals(session: UserSession, expression: str, code: int) -> None:
    assert session.error(expression).startswith(f"ORA-{code:05d}:")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("""JSON_VALUE('{"k":"v"}', '$.k')""", "v"),
        ("""JSON_VALUE('{"k":[1,2]}', '$.k[1]')""", "2"),
        ("""JSON_VALUE('{"k":{"a":1}}', '$.k')""", None),
        ("""JSON_VALUE('no json', '$.k')""", None),
        ("""JSON_QUERY('{"k":{"a":1}}', '$.k')""", '{"a":1}'),
        ("""JSON_QUERY('{"k":1}', '$.k')""", None),
    ],
)
def test_json(session: UserSession, expression: str, value: str | None) -> None:
    assert session.value(expression) == value


def test_who_and_where(session: UserSession) -> None:
    user = session.value("USER")
    assert session.value("SYS_CONTEXT('USERENV', 'SESSION_USER')") == user
    assert session.value("SYS_CONTEXT('userenv', 'current_schema')") == user
    assert session.value("SYS_CONTEXT('USERENV', 'DB_NAME')") == "FREEPDB1"
    assert session.value("SYS_CONTEXT('SYS_SESSION_ROLES', 'DBA')") == "FALSE"
    assert session.value("SYS_CONTEXT('NOWHERE', 'X')") is None
    assert int(session.value("UID")) > 0


def test_scn_and_time(session: UserSession) -> None:
    scn = session.value("DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER")
    assert session.value("TIMESTAMP_TO_SCN(SYSTIMESTAMP)") == scn
    written = session.value(f"TO_CHAR(SCN_TO_TIMESTAMP({scn}), 'YYYY')")
    assert written == session.value("TO_CHAR(SYSDATE, 'YYYY')")
