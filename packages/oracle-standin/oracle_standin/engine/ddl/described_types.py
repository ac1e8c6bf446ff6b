"""Types for columns that come from a query: CTAS, views, virtual columns without a type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.codecs import VectorShape
from oracle_standin.engine import system_types
from oracle_standin.engine.ddl import sized_types
from oracle_standin.engine.ddl.column_types import parse_type_text
from oracle_standin.engine.names import quoted
from oracle_standin.engine.type_facts import ColumnType
from oracle_standin.protocol import CharsetForm, OracleError, TypeCode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.server_facts import ServerFacts
    from oracle_standin.rows import Column

_FLOAT_SCALE = -127

NUMBER = sized_types.number_type()
"""Stands in for a type that is not known yet."""


def describe(engine: Engine, query: str) -> Sequence[Column]:
    """Return the columns of a query; raises OracleError 923 and others for a bad query."""
    return engine.describe(query, ())


def check_names(columns: Sequence[Column]) -> None:
    """Raise ORA-00998 for an expression without a name."""
    if any(character in column.name for column in columns for character in "()+*/|'"):
        raise OracleError(998, "must name this expression with a column alias")


def column_type(column: Column, server: ServerFacts) -> ColumnType:  # noqa: PLR0911 - one return a form
    """Return the type that a table made from this result column has.

    Raises OracleError 902 for what cannot be stored (a cursor).
    """
    code = column.type_code
    if code is TypeCode.RAW:
        return sized_types.raw_type(column.size_bytes or server.max_raw_bytes)
    if code in _FRACTIONAL:
        return _FRACTIONAL[code](column.scale)
    if code is TypeCode.INTERVAL_DS:
        return parse_type_text(f"INTERVAL DAY({column.precision}) TO SECOND({column.scale})")
    if code is TypeCode.INTERVAL_YM:
        return parse_type_text(f"INTERVAL YEAR({column.precision}) TO MONTH")
    if code is TypeCode.CLOB and column.charset_form is CharsetForm.NATIONAL:
        return parse_type_text("NCLOB")
    if code in _OF_COLUMN:
        return _OF_COLUMN[code](column, server)
    if code in _PLAIN:
        return parse_type_text(_PLAIN[code])
    raise OracleError(902, "invalid datatype")


_FRACTIONAL = {
    TypeCode.TIMESTAMP: sized_types.timestamp_type,
    TypeCode.TIMESTAMP_TZ: sized_types.zoned_timestamp_type,
    TypeCode.TIMESTAMP_LTZ: sized_types.local_timestamp_type,
}
_PLAIN = {
    TypeCode.DATE: "DATE",
    TypeCode.BINARY_FLOAT: "BINARY_FLOAT",
    TypeCode.BINARY_DOUBLE: "BINARY_DOUBLE",
    TypeCode.CLOB: "CLOB",
    TypeCode.BLOB: "BLOB",
    TypeCode.BFILE: "BFILE",
    TypeCode.LONG: "LONG",
    TypeCode.LONG_RAW: "LONG RAW",
    TypeCode.ROWID: "ROWID",
    TypeCode.UROWID: "UROWID",
    TypeCode.BOOLEAN: "BOOLEAN",
    TypeCode.JSON: "JSON",
}


def _text(column: Column, server: ServerFacts) -> ColumnType:
    characters = max(column.size_chars, 1)
    is_char = column.type_code is TypeCode.CHAR
    if column.charset_form is CharsetForm.NATIONAL:
        make_national = sized_types.nchar_type if is_char else sized_types.nvarchar2_type
        limit = sized_types.MAX_CHAR_BYTES if is_char else server.max_varchar_bytes
        return make_national(min(characters, limit // sized_types.BYTES_PER_NATIONAL_CHARACTER))
    unit = "B" if column.size_bytes == column.size_chars else "C"
    make = sized_types.char_type if is_char else sized_types.varchar2_type
    return make(characters, unit, server)


def _number(column: Column, _server: ServerFacts) -> ColumnType:
    if column.precision == 0:
        return sized_types.number_type()
    if column.scale == _FLOAT_SCALE:
        return sized_types.float_type(column.precision)
    return sized_types.number_type(column.precision, column.scale)


def _object(column: Column, _server: ServerFacts) -> ColumnType:
    if column.type_name in system_types.names():
        return parse_type_text(f"{column.type_schema}.{column.type_name}")
    if not column.type_name:
        raise OracleError(902, "invalid datatype")
    domain = f"{quoted(column.type_schema)}.{quoted(column.type_name)}"
    return ColumnType(column.type_name, domain, TypeCode.OBJECT, 1, type_owner=column.type_schema)


def _vector(column: Column, _server: ServerFacts) -> ColumnType:
    return sized_types.vector_type(column.vector or VectorShape())


_OF_COLUMN: dict[TypeCode, Callable[[Column, ServerFacts], ColumnType]] = {
    TypeCode.VARCHAR: _text,
    TypeCode.CHAR: _text,
    TypeCode.NUMBER: _number,
    TypeCode.OBJECT: _object,
    TypeCode.VECTOR: _vector,
}
