"""The type of a CAST, and of a bind, as PostgreSQL has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine import vectors
from oracle_standin.engine.query import vector_calls
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.lexer import Kind
from oracle_standin.protocol import OracleError, TypeCode

if TYPE_CHECKING:
    from oracle_standin.engine.query.cursor import Cursor

BIND_TYPES = {
    TypeCode.VARCHAR: "text",
    TypeCode.CHAR: "bpchar",
    TypeCode.LONG: "text",
    TypeCode.NUMBER: "numeric",
    TypeCode.BINARY_INTEGER: "numeric",
    TypeCode.BINARY_FLOAT: "float4",
    TypeCode.BINARY_DOUBLE: "float8",
    TypeCode.DATE: 'ora."DATE"',
    TypeCode.TIMESTAMP: 'ora."TIMESTAMP"',
    TypeCode.TIMESTAMP_TZ: 'ora."TSTZ"',
    TypeCode.TIMESTAMP_LTZ: 'ora."TSLTZ"',
    TypeCode.INTERVAL_DS: 'ora."INTERVALDS"',
    TypeCode.INTERVAL_YM: 'ora."INTERVALYM"',
    TypeCode.RAW: "bytea",
    TypeCode.LONG_RAW: "bytea",
    TypeCode.ROWID: 'ora."ROWID"',
    TypeCode.UROWID: 'ora."ROWID"',
    TypeCode.BOOLEAN: "boolean",
    TypeCode.JSON: "jsonb",
    TypeCode.CLOB: 'ora."CLOB"',
    TypeCode.BLOB: 'ora."BLOB"',
    TypeCode.VECTOR: 'ora."VECTOR"',
    TypeCode.BFILE: 'ora."BFILE"',
}
"""PostgreSQL type of a bind by the type that the client declared."""

_SIMPLE = {
    "INTEGER": "numeric(38,0)",
    "INT": "numeric(38,0)",
    "SMALLINT": "numeric(38,0)",
    "REAL": "numeric",
    "BINARY_FLOAT": "float4",
    "BINARY_DOUBLE": "float8",
    "FLOAT": "numeric",
    "RAW": "bytea",
    "DATE": 'ora."DATE"',
    "CLOB": 'ora."CLOB"',
    "NCLOB": 'ora."NCLOB"',
    "BLOB": 'ora."BLOB"',
    "ROWID": 'ora."ROWID"',
    "UROWID": 'ora."ROWID"',
    "BOOLEAN": "boolean",
    "JSON": "jsonb",
}
_TEXTS = {
    "VARCHAR2": "varchar",
    "VARCHAR": "varchar",
    "NVARCHAR2": "varchar",
    "CHAR": "bpchar",
    "CHARACTER": "bpchar",
    "NCHAR": "bpchar",
}


def bind_type(code: TypeCode) -> str:
    """Return the PostgreSQL type that a bind of a type code is cast to."""
    if code not in BIND_TYPES:
        refuse(f"a bind of type {code.name}")
    return BIND_TYPES[code]


def type_name(cursor: Cursor) -> str:
    """Read a data type and return PostgreSQL's name of it; ORA-00902 for an unknown one."""
    token = cursor.take()
    word = token.value if token.kind is Kind.WORD else ""
    if word in _SIMPLE:
        _optional_numbers(cursor)
        return _SIMPLE[word]
    if word in _TEXTS:
        return _text_type(cursor, word)
    if word in _READERS:
        return _READERS[word](cursor)
    if word == "LONG":
        raise OracleError(932, "inconsistent datatypes: expected - got LONG", token.start)
    raise OracleError(902, "invalid datatype", token.start)


def _optional_numbers(cursor: Cursor) -> list[int]:
    if not cursor.skip_operator("("):
        return []
    numbers = [_number(cursor)]
    while cursor.skip_operator(","):
        numbers.append(_number(cursor))
    cursor.expect_close()
    return numbers


def _number(cursor: Cursor) -> int:
    if cursor.skip_operator("*"):
        return 38
    sign = -1 if cursor.skip_operator("-") else 1
    token = cursor.take()
    if token.kind is not Kind.NUMBER or not token.text.isdigit():
        raise OracleError(1721, "number expected", token.start)
    return sign * int(token.text)


def _text_type(cursor: Cursor, word: str) -> str:
    base = _TEXTS[word]
    if not cursor.skip_operator("("):
        if base == "varchar":
            raise cursor.error(906)
        return "bpchar(1)"
    length = _number(cursor)
    if not cursor.skip_words("CHAR"):
        cursor.skip_words("BYTE")
    cursor.expect_close()
    if length < 1:
        raise OracleError(1723, "zero-length columns are not allowed")
    return f"{base}({length})"


def _decimal_type(cursor: Cursor) -> str:
    numeric = _number_type(cursor)
    return "numeric(38,0)" if numeric == "numeric" else numeric


def _number_type(cursor: Cursor) -> str:
    numbers = _optional_numbers(cursor)
    if not numbers:
        return "numeric"
    precision, scale = numbers[0], numbers[1] if len(numbers) > 1 else 0
    if not 1 <= precision <= 38:
        raise OracleError(1727, "numeric precision specifier is out of range (1 to 38)")
    if not -84 <= scale <= 127:
        raise OracleError(1728, "numeric scale specifier is out of range (-84 to 127)")
    return f"numeric({precision},{scale})"


def _timestamp_type(cursor: Cursor) -> str:
    digits = (_optional_numbers(cursor) or [6])[0]
    if not 0 <= digits <= 9:
        message = "datetime/interval precision is out of range"
        raise OracleError(30088, message)
    if cursor.skip_words("WITH", "TIME", "ZONE"):
        return 'ora."TSTZ"'
    if cursor.skip_words("WITH", "LOCAL", "TIME", "ZONE"):
        return f'ora."TSLTZ"(30,{digits})'
    return f'ora."TIMESTAMP"(30,{digits})'


def _interval_type(cursor: Cursor) -> str:
    if cursor.skip_words("YEAR"):
        _optional_numbers(cursor)
        cursor.expect_words("TO", "MONTH")
        return 'ora."INTERVALYM"'
    cursor.expect_words("DAY")
    _optional_numbers(cursor)
    cursor.expect_words("TO", "SECOND")
    digits = (_optional_numbers(cursor) or [6])[0]
    return f'ora."INTERVALDS"(30,{digits})'


def _vector_type(cursor: Cursor) -> str:
    words: list[str] = []
    if cursor.skip_operator("("):
        words = vector_calls.shape_words(cursor)
        cursor.expect_close()
    return vectors.type_name(vectors.declared_shape(words))


def _double_type(cursor: Cursor) -> str:
    cursor.expect_words("PRECISION")
    return "numeric"


_READERS = {
    "NUMBER": _number_type,
    "NUMERIC": _decimal_type,
    "DECIMAL": _decimal_type,
    "DEC": _decimal_type,
    "DOUBLE": _double_type,
    "TIMESTAMP": _timestamp_type,
    "INTERVAL": _interval_type,
    "VECTOR": _vector_type,
}
