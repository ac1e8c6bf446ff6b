"""Oracle's data types as written in DDL and CAST, and what each is in PostgreSQL.

Source: SQL Language Reference, "Data Types"; Database Reference, ALL_TAB_COLS. The national
character set is AL16UTF16; the database character set and MAX_STRING_SIZE are the server's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine import system_types, vectors
from oracle_standin.engine.ddl import sized_types
from oracle_standin.engine.reader import Reader
from oracle_standin.engine.type_facts import ColumnType
from oracle_standin.protocol import CharsetForm, OracleError, TypeCode, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.lexer import Token


def is_built_in(token: Token) -> bool:
    """Return whether a word is the first of a data type's."""
    return token.is_word(*_PARSERS)


def parse_type_text(text: str, length_semantics: str = "BYTE") -> ColumnType:
    """Return the type that a text such as NUMBER(10,2) names; raises what `parse_type` raises."""
    reader = Reader(text)
    found = parse_type(reader, length_semantics)
    reader.expect_end(907, "missing right parenthesis")
    return found


def parse_type(reader: Reader, length_semantics: str = "BYTE") -> ColumnType:
    """Consume a data type.

    Args:
        reader: Positioned at the type's first word.
        length_semantics: BYTE or CHAR, for character lengths that do not say which.

    Raises OracleError 902 for an unknown type, 906 for a missing length, 910 and 1723 for a wrong
    one, 1727, 1728 and 30088 for precision and scale out of range.
    """
    named = system_types.parse(reader)
    if named is not None:
        return named
    token = reader.peek()
    parse = _PARSERS.get(token.value) if token is not None and token.is_word(token.value) else None
    if token is None or parse is None:
        raise reader.error(902, "invalid datatype")
    _check_release(reader, token.value)
    if token.value in _REFUSED:
        raise not_in_this_standin(what=f"the data type {token.value}")
    reader.take()
    return parse(reader, token.value, length_semantics)


def _check_release(reader: Reader, word: str) -> None:
    """Raise OracleError 902 for a type of a later release, 406 for one beyond COMPATIBLE."""
    since = _SINCE.get(word)
    if since is None:
        return
    if not reader.server.since(since):
        raise reader.error(902, "invalid datatype")
    if not reader.server.compatible_with(since):
        raise reader.error(406, f"COMPATIBLE parameter needs to be {since}.0.0.0.0 or greater")


# ------------------------------------------------------------------------------------- numbers


def _number(reader: Reader, word: str, _semantics: str) -> ColumnType:
    if not reader.accept_operator("("):
        return sized_types.number_type() if word == "NUMBER" else sized_types.number_type(None, 0)
    precision = None if reader.accept_operator("*") else reader.integer(1727, _PRECISION_RANGE)
    if precision is not None and not 1 <= precision <= 38:
        raise OracleError(1727, _PRECISION_RANGE, reader.offset)
    scale = 0
    if reader.accept_operator(","):
        scale = reader.integer(1728, _SCALE_RANGE)
        if not -84 <= scale <= 127:
            raise OracleError(1728, _SCALE_RANGE, reader.offset)
    reader.expect_close()
    return sized_types.number_type(precision, scale)


_PRECISION_RANGE = "numeric precision specifier is out of range (1 to 38)"
_SCALE_RANGE = "numeric scale specifier is out of range (-84 to 127)"


def _integer(_reader: Reader, _word: str, _semantics: str) -> ColumnType:
    return sized_types.number_type(None, 0)


def _float(reader: Reader, word: str, _semantics: str) -> ColumnType:
    if word == "REAL":
        return sized_types.float_type(63)
    if word == "DOUBLE":
        reader.expect("PRECISION", code=902, message="invalid datatype")
        return sized_types.float_type(126)
    precision = _bracketed(reader, 126, 1, 126, 1727)
    return sized_types.float_type(precision)


def _binary_float(_reader: Reader, word: str, _semantics: str) -> ColumnType:
    if word == "BINARY_FLOAT":
        return ColumnType(word, "pg_catalog.float4", TypeCode.BINARY_FLOAT, 4)
    return ColumnType(word, "pg_catalog.float8", TypeCode.BINARY_DOUBLE, 8)


def _bracketed(reader: Reader, default: int, low: int, high: int, code: int) -> int:
    if not reader.accept_operator("("):
        return default
    messages = {
        1727: _PRECISION_RANGE,
        30088: "datetime/interval precision is out of range",
    }
    value = reader.integer(code, messages[code])
    if not low <= value <= high:
        raise OracleError(code, messages[code], reader.offset)
    reader.expect_close()
    return value


# --------------------------------------------------------------------------------------- texts


def _length(reader: Reader, *, units: bool = True) -> tuple[int, str | None]:
    """Consume (n [BYTE | CHAR]); the unit is B, C or None."""
    length = reader.integer(910, "specified length too long for its datatype")
    unit = None
    if units:
        word = reader.accept_any("BYTE", "CHAR")
        unit = word[0] if word else None
    reader.expect_close()
    if length == 0:
        raise OracleError(1723, "zero-length columns are not allowed", reader.offset)
    return length, unit


def _check_length(reader: Reader, length: int, limit: int) -> None:
    if not 1 <= length <= limit:
        raise OracleError(910, "specified length too long for its datatype", reader.offset)


def _varchar(reader: Reader, _word: str, semantics: str) -> ColumnType:
    reader.expect_open()
    length, unit = _length(reader)
    _check_length(reader, length, reader.server.max_varchar_bytes)
    return sized_types.varchar2_type(length, unit or semantics[0], reader.server)


def _char(reader: Reader, word: str, semantics: str) -> ColumnType:
    if reader.accept("VARYING"):
        return _varchar(reader, word, semantics)
    length, unit = _length(reader) if reader.accept_operator("(") else (1, None)
    _check_length(reader, length, sized_types.MAX_CHAR_BYTES)
    return sized_types.char_type(length, unit or semantics[0], reader.server)


def _nvarchar(reader: Reader, _word: str, _semantics: str) -> ColumnType:
    reader.expect_open()
    length, _ = _length(reader, units=False)
    _check_length(
        reader, length, reader.server.max_varchar_bytes // sized_types.BYTES_PER_NATIONAL_CHARACTER
    )
    return sized_types.nvarchar2_type(length)


def _nchar(reader: Reader, word: str, semantics: str) -> ColumnType:
    if reader.accept("VARYING"):
        return _nvarchar(reader, word, semantics)
    length = _length(reader, units=False)[0] if reader.accept_operator("(") else 1
    _check_length(
        reader, length, sized_types.MAX_CHAR_BYTES // sized_types.BYTES_PER_NATIONAL_CHARACTER
    )
    return sized_types.nchar_type(length)


def _national(reader: Reader, word: str, semantics: str) -> ColumnType:
    if reader.accept_any("CHARACTER", "CHAR") is None:
        raise reader.error(902, "invalid datatype")
    return _nchar(reader, word, semantics)


# ---------------------------------------------------------------------------- large and binary


def _lob(_reader: Reader, word: str, _semantics: str) -> ColumnType:
    code = TypeCode.BLOB if word == "BLOB" else TypeCode.CLOB
    form = {"CLOB": CharsetForm.DATABASE, "NCLOB": CharsetForm.NATIONAL}.get(word, CharsetForm.NONE)
    return ColumnType(word, f'ora."{word}"', code, 4000, charset_form=form)


def _bfile(_reader: Reader, word: str, _semantics: str) -> ColumnType:
    return ColumnType(word, 'ora."BFILE"', TypeCode.BFILE, 530)


def _long(reader: Reader, _word: str, semantics: str) -> ColumnType:
    if reader.accept("RAW"):
        return ColumnType("LONG RAW", 'ora."LONGRAW"', TypeCode.LONG_RAW, 0)
    if reader.accept("VARCHAR"):
        return _varchar(reader, "VARCHAR", semantics)
    return ColumnType("LONG", 'ora."LONG"', TypeCode.LONG, 0, charset_form=CharsetForm.DATABASE)


def _raw(reader: Reader, _word: str, _semantics: str) -> ColumnType:
    reader.expect_open()
    length, _ = _length(reader, units=False)
    _check_length(reader, length, reader.server.max_raw_bytes)
    return sized_types.raw_type(length)


def _rowid(reader: Reader, word: str, _semantics: str) -> ColumnType:
    if word == "ROWID":
        return ColumnType(word, 'ora."ROWID"', TypeCode.ROWID, 10)
    length = _length(reader, units=False)[0] if reader.accept_operator("(") else 4000
    return ColumnType(word, 'ora."ROWID"', TypeCode.UROWID, length)


def _json(_reader: Reader, word: str, _semantics: str) -> ColumnType:
    return ColumnType(word, "pg_catalog.jsonb", TypeCode.JSON, 8200)


def _vector(reader: Reader, _word: str, _semantics: str) -> ColumnType:
    words: list[str] = []
    if reader.accept_operator("("):
        words.append(reader.take().value)
        while reader.accept_operator(","):
            words.append(reader.take().value)
        reader.expect_close()
    return sized_types.vector_type(vectors.declared_shape(words))


def _boolean(_reader: Reader, _word: str, _semantics: str) -> ColumnType:
    return ColumnType("BOOLEAN", "pg_catalog.bool", TypeCode.BOOLEAN, 1)


# --------------------------------------------------------------------------------------- times


def _date(_reader: Reader, word: str, _semantics: str) -> ColumnType:
    return ColumnType(word, 'ora."DATE"', TypeCode.DATE, 7)


def _timestamp(reader: Reader, _word: str, _semantics: str) -> ColumnType:
    precision = _bracketed(reader, 6, 0, 9, 30088)
    if not reader.accept("WITH"):
        return sized_types.timestamp_type(precision)
    local = reader.accept("LOCAL")
    reader.expect("TIME", "ZONE", code=902, message="invalid datatype")
    return (
        sized_types.local_timestamp_type(precision)
        if local
        else sized_types.zoned_timestamp_type(precision)
    )


def _interval(reader: Reader, _word: str, _semantics: str) -> ColumnType:
    unit = reader.accept_any("YEAR", "DAY")
    if unit is None:
        raise reader.error(902, "invalid datatype")
    leading = _bracketed(reader, 2, 0, 9, 30088)
    if unit == "YEAR":
        reader.expect("TO", "MONTH", code=902, message="invalid datatype")
        name = f"INTERVAL YEAR({leading}) TO MONTH"
        return ColumnType(name, 'ora."INTERVALYM"', TypeCode.INTERVAL_YM, 5, leading, 0)
    reader.expect("TO", "SECOND", code=902, message="invalid datatype")
    fraction = _bracketed(reader, 6, 0, 9, 30088)
    name = f"INTERVAL DAY({leading}) TO SECOND({fraction})"
    pg_type = f'ora."INTERVALDS"(30,{fraction})'
    return ColumnType(name, pg_type, TypeCode.INTERVAL_DS, 11, leading, fraction)


_SINCE = {"JSON": 20, "BOOLEAN": 23, "BOOL": 23, "VECTOR": 23}
"""Releases, and values of COMPATIBLE, that brought a type."""

_REFUSED = frozenset({"REF", "ANYDATA"})

_PARSERS: dict[str, Callable[[Reader, str, str], ColumnType]] = {
    **dict.fromkeys(("NUMBER", "NUMERIC", "DECIMAL", "DEC"), _number),
    **dict.fromkeys(("INTEGER", "INT", "SMALLINT"), _integer),
    **dict.fromkeys(("FLOAT", "REAL", "DOUBLE"), _float),
    **dict.fromkeys(("BINARY_FLOAT", "BINARY_DOUBLE"), _binary_float),
    **dict.fromkeys(("VARCHAR2", "VARCHAR"), _varchar),
    **dict.fromkeys(("CHAR", "CHARACTER"), _char),
    **dict.fromkeys(("CLOB", "NCLOB", "BLOB"), _lob),
    **dict.fromkeys(("ROWID", "UROWID"), _rowid),
    **dict.fromkeys(("BOOLEAN", "BOOL"), _boolean),
    **dict.fromkeys(_REFUSED, _boolean),
    "BFILE": _bfile,
    "NVARCHAR2": _nvarchar,
    "NCHAR": _nchar,
    "NATIONAL": _national,
    "LONG": _long,
    "RAW": _raw,
    "JSON": _json,
    "VECTOR": _vector,
    "DATE": _date,
    "TIMESTAMP": _timestamp,
    "INTERVAL": _interval,
}


def accepted() -> list[str]:
    """Return the first words of the types that a column may have."""
    return sorted({*_PARSERS, *system_types.names()} - _REFUSED)


def refused() -> list[str]:
    """Return the types that Oracle has and the stand-in refuses."""
    return sorted(_REFUSED)
