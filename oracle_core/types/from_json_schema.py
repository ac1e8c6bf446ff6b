"""From a property's JSON Schema to the type of its column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oracle_core.server import Server
from oracle_core.types.fit import BYTES_PER_CHARACTER
from oracle_core.types.oracle_type import (
    MAX_NUMBER_PRECISION,
    MAX_NUMBER_SCALE,
    MIN_NUMBER_SCALE,
    TIMESTAMP_LTZ,
    TIMESTAMP_TZ,
    OracleType,
)
from oracle_core.types.parse import TypeSyntaxError, parse
from oracle_core.types.table import json_schema, row_of
from oracle_core.types.type_row import Family

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_VARCHAR2_BYTES = 4000
"""Bytes of a VARCHAR2 where MAX_STRING_SIZE is STANDARD, which every database allows."""

KEY_TEXT = OracleType("VARCHAR2", length=255, char_used="C")
"""Type of a key column whose text has no `maxLength`.

An index entry holds about 6,400 bytes in blocks of 8 KB (ORA-01450), so that six such columns
fit into one key.
"""

KEY_BINARY_BYTES = 1000

_CLOB = OracleType("CLOB")
_NCLOB = OracleType("NCLOB")
_BLOB = OracleType("BLOB")
_DEFAULT_SERVER = Server()
_FLAG = OracleType("NUMBER", 1, 0)
# The longest text of each; 45 is an IPv6 address that ends with an IPv4 one.
_TEXT_FORMATS = {"time": 30, "duration": 64, "uuid": 36, "ipv4": 15, "ipv6": 45}


def from_json_schema(
    schema: Mapping[str, Any], *, is_key: bool = False, server: Server = _DEFAULT_SERVER
) -> OracleType:
    """Return the type of the column for a property.

    `x-sql-datatype` decides where it spells a supported Oracle type that fits the JSON types of
    the schema; a type that the server lacks gives way to `stand_in`. Otherwise:

    | JSON | Oracle |
    | --- | --- |
    | string, at most 1,000 characters | VARCHAR2(n CHAR), at most 4,000 bytes |
    | other string | CLOB; VARCHAR2(255 CHAR) or of its own length in a key |
    | object, array, alone or beside others | JSON from 21c on; else CLOB with JSON text |
    | several others at once | CLOB with JSON text or the text itself |
    | boolean | NUMBER(1); BOOLEAN from 23ai on |
    | integer | NUMBER(p) by its bounds, else NUMBER(38) |
    | number, `singer.decimal` | NUMBER, or NUMBER(p,s) where both are declared |
    | date-time | TIMESTAMP(9) WITH TIME ZONE, so that instant, offset and all digits stay |
    | date-time in a key | TIMESTAMP(9) WITH LOCAL TIME ZONE (ORA-02329 forbids the other) |
    | date | DATE |
    | time, duration | VARCHAR2: Oracle has no time of day, and a duration may mix months and days |
    | contentEncoding base64 | BLOB; RAW in a key |

    Args:
        schema: The property's schema; `anyOf` and `oneOf` are read as all their types together.
        is_key: Whether the column is part of the primary key, where LOBs cannot be.
        server: What the database can.
    """
    merged = _merged(schema)
    declared = _declared(merged)
    if declared is not None:
        declared = stand_in(declared, server)
        if not is_key or row_of(declared).keyable:
            return declared
    return _by_types(merged, is_key=is_key, server=server)


def stand_in(oracle_type: OracleType, server: Server) -> OracleType:
    """Return the type that a column has where the server lacks a type or its length.

    | wanted | column |
    | --- | --- |
    | JSON before 21c, VECTOR before 23ai | CLOB with JSON text (ORA-00902) |
    | BOOLEAN before 23ai | NUMBER(1) with 0 and 1 |
    | text or RAW longer than MAX_STRING_SIZE allows | CLOB, NCLOB, BLOB (ORA-00910) |
    | LONG, LONG RAW | CLOB, BLOB: Oracle advises it, and MERGE takes no LONG |
    """
    row = row_of(oracle_type)
    if not server.has_features_of(row.since_release):
        return _FLAG if row.family is Family.BOOLEAN else _CLOB
    if row.is_large and oracle_type.kind.startswith("LONG"):
        return _CLOB if row.family is Family.TEXT else _BLOB
    if row.sized is None:
        return oracle_type
    longest = row.sized.extended if server.is_extended else row.sized.standard
    if (oracle_type.length or 0) <= longest:
        return oracle_type
    if row.family is Family.BINARY:
        return _BLOB
    return _NCLOB if oracle_type.is_national else _CLOB


def _by_types(merged: Mapping[str, Any], *, is_key: bool, server: Server) -> OracleType:
    types = merged["type"]
    if types == {"string"}:
        return _from_string(merged, is_key=is_key)
    # As text, the string "true" and the boolean true of a document would be one value.
    is_document = types & {"object", "array"} and not is_key
    if is_document or types == {"boolean"}:
        return stand_in(OracleType("JSON" if is_document else "BOOLEAN"), server)
    if types == {"integer"}:
        return _integer(merged)
    if types and types <= {"integer", "number"}:
        return OracleType("NUMBER")
    if types and merged.get("format") == "singer.decimal":
        return _decimal(merged)
    return _text(merged.get("maxLength"), is_key=is_key)


def declared_type(schema: Mapping[str, Any]) -> OracleType | None:
    """Return the type that a property's `x-sql-datatype` spells, None where it names none.

    A type that does not fit the JSON types of the schema counts as none.
    """
    return _declared(_merged(schema))


def _merged(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema with the types of its alternatives, null left out, as a set in `type`."""
    merged = {key: value for key, value in schema.items() if key not in {"anyOf", "oneOf"}}
    types = set(_type_names(schema.get("type")))
    for alternative in (*(schema.get("anyOf") or ()), *(schema.get("oneOf") or ())):
        # true and false are schemas too (JSON Schema, "Boolean JSON Schemas").
        if not isinstance(alternative, Mapping):
            continue
        inner = _merged(alternative)
        types |= inner.pop("type")
        # What stands beside anyOf wins over what stands inside.
        merged = {**inner, **merged}
    merged["type"] = types - {"null"}
    return merged


def _type_names(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        yield from (name for name in value if isinstance(name, str))


def _declared(schema: Mapping[str, Any]) -> OracleType | None:
    """Return the type that `x-sql-datatype` spells, if it is one of ours and fits the schema."""
    spelled = schema.get("x-sql-datatype")
    if not isinstance(spelled, str):
        return None
    try:
        declared = parse(spelled)
    except TypeSyntaxError:
        return None
    row = row_of(declared)
    if row.bind is None:
        return None
    if row.sized is not None and row.sized.is_required and declared.length is None:
        return None
    return declared if _fits(declared, schema) else None


def _fits(oracle_type: OracleType, schema: Mapping[str, Any]) -> bool:
    own = json_schema(oracle_type, nullable=False)
    given = schema["type"]
    if own.get("contentEncoding") != schema.get("contentEncoding"):
        return False
    family = row_of(oracle_type).family
    if family in {Family.DECIMAL, Family.REAL}:
        is_decimal_text = schema.get("format") == "singer.decimal"
        allowed = {"integer", "number", "string"} if is_decimal_text else {"integer", "number"}
        # With non_finite: string the tap declares number and string.
        if family is Family.REAL:
            allowed.add("string")
        return bool(given) and given <= allowed
    if own.get("format") != schema.get("format"):
        return False
    return bool(given) and given <= _with_integer(own["type"])


def _with_integer(types: Iterable[str]) -> set[str]:
    names = set(types)
    return names | {"integer"} if "number" in names else names


def _integer(schema: Mapping[str, Any]) -> OracleType:
    bounds = [schema.get("minimum"), schema.get("maximum")]
    # Not isinstance: true and false are ints of Python.
    if not all(type(bound) is int for bound in bounds):
        return OracleType("NUMBER", MAX_NUMBER_PRECISION, 0)
    digits = max(len(str(abs(bound))) for bound in bounds if isinstance(bound, int))
    if digits > MAX_NUMBER_PRECISION:
        return OracleType("NUMBER")
    return OracleType("NUMBER", digits, 0)


def _decimal(schema: Mapping[str, Any]) -> OracleType:
    declared = schema.get("x-singer.decimal") or {}
    precision, scale = declared.get("precision"), declared.get("scale")
    if not (type(precision) is int and 1 <= precision <= MAX_NUMBER_PRECISION):
        return OracleType("NUMBER")
    if not (type(scale) is int and MIN_NUMBER_SCALE <= scale <= MAX_NUMBER_SCALE):
        return OracleType("NUMBER")
    return OracleType("NUMBER", precision, scale)


def _from_string(schema: Mapping[str, Any], *, is_key: bool) -> OracleType:
    text_format = schema.get("format")
    max_length = schema.get("maxLength")
    if schema.get("contentEncoding") == "base64":
        return OracleType("RAW", length=KEY_BINARY_BYTES) if is_key else _BLOB
    if text_format == "singer.decimal":
        return _decimal(schema)
    if text_format == "date-time":
        return OracleType(TIMESTAMP_LTZ if is_key else TIMESTAMP_TZ, scale=9)
    if text_format == "date":
        return OracleType("DATE")
    if isinstance(text_format, str) and max_length is None:
        max_length = _TEXT_FORMATS.get(text_format)
    return _text(max_length, is_key=is_key)


def _text(max_length: object, *, is_key: bool) -> OracleType:
    if type(max_length) is not int or max_length < 1:
        return KEY_TEXT if is_key else _CLOB
    if max_length * BYTES_PER_CHARACTER <= MAX_VARCHAR2_BYTES:
        return OracleType("VARCHAR2", length=max_length, char_used="C")
    if is_key and max_length * BYTES_PER_CHARACTER <= _DEFAULT_SERVER.key_bytes:
        return OracleType("VARCHAR2", length=max_length, char_used="C")
    if is_key:
        # In bytes: as characters it could be longer than an index takes (ORA-01450).
        return OracleType("VARCHAR2", length=MAX_VARCHAR2_BYTES, char_used="B")
    return _CLOB
