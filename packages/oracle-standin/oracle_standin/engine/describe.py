"""What Oracle would say of a result's columns.

A column that comes straight from a table or view is described from `ora.column_facts`; any other
by its PostgreSQL type and modifier.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from oracle_standin.engine import names, object_shapes, system_types, vectors
from oracle_standin.protocol import CharsetForm, TypeCode
from oracle_standin.rows import Column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from psycopg.pq.abc import PGresult

    from oracle_standin.engine.object_images import Shape

MAX_TEXT_BYTES = 4000
"""MAX_STRING_SIZE = STANDARD."""

_TYPMOD_HEADER = 4  # PostgreSQL adds the size of a length word to text and numeric modifiers
_NUMBER_UNKNOWN = (0, -127)  # precision and scale of a NUMBER without either
_FIXED_BYTES = {
    TypeCode.NUMBER: 22,
    TypeCode.DATE: 7,
    TypeCode.TIMESTAMP: 11,
    TypeCode.TIMESTAMP_LTZ: 11,
    TypeCode.TIMESTAMP_TZ: 13,
    TypeCode.INTERVAL_DS: 11,
    TypeCode.INTERVAL_YM: 5,
    TypeCode.BINARY_FLOAT: 4,
    TypeCode.BINARY_DOUBLE: 8,
    TypeCode.BOOLEAN: 1,
    TypeCode.ROWID: 18,
    TypeCode.UROWID: 18,
    TypeCode.CLOB: 4000,
    TypeCode.BLOB: 4000,
    TypeCode.BFILE: 530,
    TypeCode.OBJECT: 2000,
    TypeCode.JSON: 8200,
    TypeCode.VECTOR: 8200,
    TypeCode.CURSOR: 1,
    TypeCode.LONG: 2**31 - 1,
    TypeCode.LONG_RAW: 2**31 - 1,
}
_BUILT_IN = {
    "numeric": TypeCode.NUMBER,
    "int2": TypeCode.NUMBER,
    "int4": TypeCode.NUMBER,
    "int8": TypeCode.NUMBER,
    "oid": TypeCode.NUMBER,
    "float4": TypeCode.BINARY_FLOAT,
    "float8": TypeCode.BINARY_DOUBLE,
    "bpchar": TypeCode.CHAR,
    "bytea": TypeCode.RAW,
    "bool": TypeCode.BOOLEAN,
    "json": TypeCode.JSON,
    "jsonb": TypeCode.JSON,
}
_OF_ORA = {
    "DATE": TypeCode.DATE,
    "TIMESTAMP": TypeCode.TIMESTAMP,
    "TSLTZ": TypeCode.TIMESTAMP_LTZ,
    "TSTZ": TypeCode.TIMESTAMP_TZ,
    "INTERVALDS": TypeCode.INTERVAL_DS,
    "INTERVALYM": TypeCode.INTERVAL_YM,
    "CLOB": TypeCode.CLOB,
    "NCLOB": TypeCode.CLOB,
    "LONG": TypeCode.LONG,
    "BLOB": TypeCode.BLOB,
    "LONGRAW": TypeCode.LONG_RAW,
    "ROWID": TypeCode.ROWID,
    "BFILE": TypeCode.BFILE,
    "OBJECT": TypeCode.OBJECT,
    "VECTOR": TypeCode.VECTOR,
    "CURSOR": TypeCode.CURSOR,
}
_OBJECTS = {"SDO_GEOMETRY": "MDSYS", "XMLTYPE": "SYS"}
"""Object types of the database, which have types of the engine, with their schemas."""
_NATIONAL = frozenset({"NCLOB"})
_TEXT = frozenset({TypeCode.VARCHAR, TypeCode.CHAR, TypeCode.LONG, TypeCode.CLOB})
_FRACTIONAL = frozenset(
    {TypeCode.TIMESTAMP, TypeCode.TIMESTAMP_LTZ, TypeCode.TIMESTAMP_TZ, TypeCode.INTERVAL_DS}
)


@dataclass(frozen=True, slots=True)
class EngineType:
    """A PostgreSQL type as Oracle sees it."""

    type_code: TypeCode
    national: bool = False
    type_schema: str = ""
    type_name: str = ""


_UNKNOWN_TYPE = EngineType(TypeCode.VARCHAR)


def engine_types(rows: Iterable[tuple[int, str, str]]) -> dict[int, EngineType]:
    """Return the meaning of type oids, from rows of oid, schema and name of pg_type."""
    types: dict[int, EngineType] = {}
    for oid, schema, name in rows:
        known = _OF_ORA if schema == "ora" else _BUILT_IN
        if name in known:
            types[oid] = EngineType(known[name], name in _NATIONAL)
        elif schema == "ora" and name in _OBJECTS:
            types[oid] = EngineType(TypeCode.OBJECT, type_schema=_OBJECTS[name], type_name=name)
    return types


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """The row of `ora.column_facts` behind a result column, with the engine's not-null flag."""

    type_code: TypeCode
    data_length: int
    data_precision: int | None
    data_scale: int | None
    char_length: int
    charset_form: CharsetForm
    nullable: bool
    checks_json: bool
    type_schema: str = ""
    type_name: str = ""


FACTS_QUERY = """
SELECT a.attrelid, a.attnum, f.type_code, f.data_length, f.data_precision, f.data_scale,
       f.char_length, f.charset_form, ora.checks_json(a.attrelid, a.attnum), f.data_type,
       f.data_type_owner, a.attnotnull
FROM pg_catalog.pg_attribute a
LEFT JOIN ora.column_facts f ON f.relid = a.attrelid AND f.attnum = a.attnum
WHERE a.attrelid = ANY(%s) AND a.attnum > 0
"""


class Describer:
    """Describes results, remembering the facts of tables until `forget()`."""

    def __init__(
        self,
        types: Mapping[int, EngineType],
        query: Callable[[str, Sequence[Any]], list[tuple[Any, ...]]],
        stands_for: Mapping[int, int],
    ) -> None:
        """Describe with the given types, reading facts with `query` (FACTS_QUERY).

        `stands_for` maps session tables to the definitions whose facts are theirs.
        """
        self._stands_for = stands_for
        self._types = types
        self._query = query
        self._facts: dict[int, dict[int, ColumnFacts | bool]] = {}
        self._shapes: dict[tuple[str, str], Shape | None] = {}

    def forget(self) -> None:
        """Drop what is remembered, after DDL."""
        self._facts.clear()
        self._shapes.clear()

    def shape(self, owner: str, name: str) -> Shape | None:
        """Return the shape of a type made by CREATE TYPE."""
        if (owner, name) not in self._shapes:
            self._shapes[owner, name] = object_shapes.shape(self._query, owner, name)
        return self._shapes[owner, name]

    def columns(self, result: PGresult, count: int | None = None) -> tuple[Column, ...]:
        """Return the description of a result's first `count` columns, all by default."""
        total = result.nfields if count is None else count
        self._load({self._table(result, index) for index in range(total)})
        return tuple(self._column(result, index) for index in range(total))

    def type_codes(self, result: PGresult) -> list[TypeCode]:
        """Return the types of a result's columns."""
        return [column.type_code for column in self.columns(result)]

    def _table(self, result: PGresult, index: int) -> int:
        oid = result.ftable(index)
        return self._stands_for.get(oid, oid)

    def _load(self, tables: set[int]) -> None:
        missing = [table for table in tables if table and table not in self._facts]
        if not missing:
            return
        for table in missing:
            self._facts[table] = {}
        for relid, attnum, *facts, not_null in self._query(FACTS_QUERY, (missing,)):
            self._facts[relid][attnum] = _facts(facts, nullable=not not_null)

    def _column(self, result: PGresult, index: int) -> Column:
        name = names.oracle_name((result.fname(index) or b"").decode())
        known = self._facts.get(self._table(result, index), {}).get(result.ftablecol(index), True)
        modifier = result.fmod(index)
        if isinstance(known, ColumnFacts):
            column = _from_facts(name, known)
        else:
            engine_type = self._types.get(result.ftype(index), _UNKNOWN_TYPE)
            column = _from_type(name, engine_type, modifier, nullable=known)
        if column.type_code is TypeCode.VECTOR:
            return replace(column, vector=vectors.shape(modifier))
        return column


def _facts(row: Sequence[Any], *, nullable: bool) -> ColumnFacts | bool:
    """Return the facts of a column, or only whether it is nullable when there are none."""
    type_code, data_length, precision, scale, char_length, form, checks_json, *named = row
    data_type, type_owner = named
    if type_code is None:
        return nullable
    return ColumnFacts(
        TypeCode(type_code),
        data_length,
        precision,
        scale,
        char_length,
        CharsetForm(form),
        nullable,
        checks_json,
        system_types.schema_of(data_type, type_owner),
        data_type if type_owner else "",
    )


def _from_facts(name: str, facts: ColumnFacts) -> Column:
    code = facts.type_code
    precision, scale = facts.data_precision, facts.data_scale
    if code is TypeCode.NUMBER:
        if precision is None:
            precision, scale = _NUMBER_UNKNOWN if scale is None else (38, scale)
        elif scale is None:  # FLOAT: a binary precision and no scale
            scale = -127
    return Column(
        name=name,
        type_code=code,
        precision=precision or 0,
        scale=scale or 0,
        size_bytes=_FIXED_BYTES.get(code) or facts.data_length,
        size_chars=facts.char_length,
        charset_form=facts.charset_form,
        nullable=facts.nullable,
        is_json=code is TypeCode.JSON or facts.checks_json,
        type_schema=facts.type_schema,
        type_name=facts.type_name,
    )


def _from_type(name: str, engine_type: EngineType, modifier: int, *, nullable: bool) -> Column:
    code = engine_type.type_code
    precision, scale = _precision_and_scale(code, modifier)
    size_bytes, size_chars = _sizes(code, modifier)
    form = CharsetForm.NATIONAL if engine_type.national else CharsetForm.DATABASE
    return Column(
        name=name,
        type_code=code,
        precision=precision,
        scale=scale,
        size_bytes=size_bytes,
        size_chars=size_chars,
        charset_form=form if code in _TEXT else CharsetForm.NONE,
        nullable=nullable,
        is_json=code is TypeCode.JSON,
        type_schema=engine_type.type_schema,
        type_name=engine_type.type_name,
    )


def _precision_and_scale(code: TypeCode, modifier: int) -> tuple[int, int]:
    if code is TypeCode.NUMBER:
        return _NUMBER_UNKNOWN if modifier < 0 else _numeric_modifier(modifier)
    if code in _FRACTIONAL:
        precision = 9 if code is TypeCode.INTERVAL_DS else 0
        if modifier < 0:  # an expression: Oracle keeps all nine digits
            return precision, 9
        return precision and 2, _numeric_modifier(modifier)[1]
    return (9 if code is TypeCode.INTERVAL_YM else 0), 0


def _numeric_modifier(modifier: int) -> tuple[int, int]:
    """Return precision and scale of numeric's modifier; the scale is 11 bits, signed."""
    packed = modifier - _TYPMOD_HEADER
    scale = packed & 0x7FF
    return packed >> 16 & 0xFFFF, scale - 0x800 if scale & 0x400 else scale


def _sizes(code: TypeCode, modifier: int) -> tuple[int, int]:
    if code in {TypeCode.VARCHAR, TypeCode.CHAR}:
        characters = modifier - _TYPMOD_HEADER
        if characters < 0:
            return MAX_TEXT_BYTES, MAX_TEXT_BYTES
        # Lengths of a CAST count bytes (NLS_LENGTH_SEMANTICS is BYTE).
        return min(characters, MAX_TEXT_BYTES), characters
    if code is TypeCode.RAW:
        return 2000, 0
    return _FIXED_BYTES[code], 0
