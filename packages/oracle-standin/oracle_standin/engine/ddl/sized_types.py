"""Column types made from their sizes: what a declared size is in bytes and in PostgreSQL.

Source: Database Reference, ALL_TAB_COLS. The national character set is AL16UTF16.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine import vectors
from oracle_standin.engine.server_facts import ServerFacts
from oracle_standin.engine.type_facts import ColumnType
from oracle_standin.protocol import CharsetForm, TypeCode

if TYPE_CHECKING:
    from oracle_standin.codecs import VectorShape

MAX_CHAR_BYTES = 2000
BYTES_PER_NATIONAL_CHARACTER = 2
_VECTOR_BYTES = 8200


def number_type(precision: int | None = None, scale: int | None = None) -> ColumnType:
    """Return NUMBER, NUMBER(precision, scale) or, with a scale alone, NUMBER(*, scale)."""
    if scale is None and precision is None:
        pg_type = "pg_catalog.numeric"
    else:
        pg_type = f"pg_catalog.numeric({precision or 38},{scale or 0})"
    return ColumnType("NUMBER", pg_type, TypeCode.NUMBER, 22, precision, scale)


def float_type(binary_precision: int) -> ColumnType:
    """Return FLOAT(binary_precision)."""
    return ColumnType("FLOAT", "pg_catalog.numeric", TypeCode.NUMBER, 22, binary_precision)


def varchar2_type(length: int, unit: str, server: ServerFacts) -> ColumnType:
    """Return VARCHAR2(length BYTE) for unit B, VARCHAR2(length CHAR) for C."""
    per_character = server.bytes_per_character
    size = length if unit == "B" else min(length * per_character, server.max_varchar_bytes)
    return ColumnType(
        "VARCHAR2",
        f"pg_catalog.varchar({length})",
        TypeCode.VARCHAR,
        size,
        char_length=length,
        char_used=unit,
        charset_form=CharsetForm.DATABASE,
        bytes_per_character=per_character,
    )


def char_type(length: int, unit: str, server: ServerFacts) -> ColumnType:
    """Return CHAR(length BYTE) for unit B, CHAR(length CHAR) for C."""
    size = length if unit == "B" else min(length * server.bytes_per_character, MAX_CHAR_BYTES)
    return replace(
        varchar2_type(length, unit, server),
        data_type="CHAR",
        pg_type=f"pg_catalog.bpchar({length})",
        type_code=TypeCode.CHAR,
        length=size,
    )


def nvarchar2_type(length: int) -> ColumnType:
    """Return NVARCHAR2(length), counted in characters."""
    return replace(
        varchar2_type(length, "C", ServerFacts()),
        data_type="NVARCHAR2",
        length=length * BYTES_PER_NATIONAL_CHARACTER,
        charset_form=CharsetForm.NATIONAL,
    )


def nchar_type(length: int) -> ColumnType:
    """Return NCHAR(length), counted in characters."""
    return replace(
        char_type(length, "C", ServerFacts()),
        data_type="NCHAR",
        length=length * BYTES_PER_NATIONAL_CHARACTER,
        charset_form=CharsetForm.NATIONAL,
    )


def raw_type(length: int) -> ColumnType:
    """Return RAW(length)."""
    return ColumnType("RAW", "pg_catalog.bytea", TypeCode.RAW, length)


def vector_type(shape: VectorShape) -> ColumnType:
    """Return VECTOR with a shape."""
    return ColumnType("VECTOR", vectors.type_name(shape), TypeCode.VECTOR, _VECTOR_BYTES)


def timestamp_type(precision: int) -> ColumnType:
    """Return TIMESTAMP(precision)."""
    length = 11 if precision else 7
    pg_type = f'ora."TIMESTAMP"(30,{precision})'
    name = f"TIMESTAMP({precision})"
    return ColumnType(name, pg_type, TypeCode.TIMESTAMP, length, None, precision)


def local_timestamp_type(precision: int) -> ColumnType:
    """Return TIMESTAMP(precision) WITH LOCAL TIME ZONE."""
    length = 11 if precision else 7
    pg_type = f'ora."TSLTZ"(30,{precision})'
    name = f"TIMESTAMP({precision}) WITH LOCAL TIME ZONE"
    return ColumnType(name, pg_type, TypeCode.TIMESTAMP_LTZ, length, None, precision)


def zoned_timestamp_type(precision: int) -> ColumnType:
    """Return TIMESTAMP(precision) WITH TIME ZONE."""
    name = f"TIMESTAMP({precision}) WITH TIME ZONE"
    return ColumnType(name, 'ora."TSTZ"', TypeCode.TIMESTAMP_TZ, 13, None, precision)
