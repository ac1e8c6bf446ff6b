"""Oracle types in JSON Schema: the functions that the type table names.

Each returns the schema of a value that is not NULL, its `type` as a list.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from oracle_core.types.oracle_type import MAX_NUMBER_PRECISION, OracleType

if TYPE_CHECKING:
    from oracle_core.types.plans import JsonSchemaOptions

Schema = dict[str, Any]

_ROWID_CHARACTERS = 18


def number(oracle_type: OracleType, options: JsonSchemaOptions) -> Schema:
    """Return the schema of NUMBER and FLOAT: integers, decimals, or text for `singer.decimal`."""
    if oracle_type.is_integer:
        return _integer(oracle_type)
    schema: Schema = {"type": ["number"]}
    scale = oracle_type.scale if oracle_type.kind == "NUMBER" else None
    if options.use_singer_decimal:
        schema = {"type": ["string"], "format": "singer.decimal"}
        if scale is not None:
            precision = oracle_type.precision or MAX_NUMBER_PRECISION
            schema["x-singer.decimal"] = {"precision": precision, "scale": scale}
    elif scale is not None:
        # A Decimal: no float is exactly 0.01.
        schema["multipleOf"] = Decimal((0, (1,), -scale))
    return schema


def _integer(oracle_type: OracleType) -> Schema:
    precision = oracle_type.precision or MAX_NUMBER_PRECISION
    # NUMBER(5,-2) holds whole hundreds up to 9,999,900.
    largest = (10**precision - 1) * 10 ** -(oracle_type.scale or 0)
    schema: Schema = {"type": ["integer"], "minimum": -largest, "maximum": largest}
    if oracle_type.scale:
        schema["multipleOf"] = 10**-oracle_type.scale
    return schema


def real(oracle_type: OracleType, options: JsonSchemaOptions) -> Schema:
    """Return the schema of BINARY_FLOAT and BINARY_DOUBLE."""
    del oracle_type
    return {"type": ["number", "string"] if options.non_finite == "string" else ["number"]}


def text(oracle_type: OracleType, options: JsonSchemaOptions) -> Schema:
    """Return the schema of text; `maxLength` is the length in bytes where that is declared."""
    del options
    schema: Schema = {"type": ["string"]}
    if oracle_type.length:
        schema["maxLength"] = oracle_type.length
    return schema


def rowid(oracle_type: OracleType, options: JsonSchemaOptions) -> Schema:
    """Return the schema of row addresses."""
    del options
    if oracle_type.kind == "ROWID":
        return {"type": ["string"], "maxLength": _ROWID_CHARACTERS}
    return {"type": ["string"]}


def binary(oracle_type: OracleType, options: JsonSchemaOptions) -> Schema:
    """Return the schema of binary values; `maxLength` counts characters of base64."""
    del options
    schema: Schema = {"type": ["string"], "contentEncoding": "base64"}
    if oracle_type.length:
        schema["maxLength"] = (oracle_type.length + 2) // 3 * 4
    return schema


def datetime_text(oracle_type: OracleType, options: JsonSchemaOptions) -> Schema:
    """Return the schema of DATE and the timestamps."""
    del oracle_type, options
    return {"type": ["string"], "format": "date-time"}


def duration(oracle_type: OracleType, options: JsonSchemaOptions) -> Schema:
    """Return the schema of intervals."""
    del oracle_type, options
    return {"type": ["string"], "format": "duration"}


def boolean(oracle_type: OracleType, options: JsonSchemaOptions) -> Schema:
    """Return the schema of BOOLEAN."""
    del oracle_type, options
    return {"type": ["boolean"]}


def document(oracle_type: OracleType, options: JsonSchemaOptions) -> Schema:
    """Return the schema of JSON: any value."""
    del oracle_type, options
    return {"type": ["object", "array", "string", "number", "integer", "boolean"]}


def vector(oracle_type: OracleType, options: JsonSchemaOptions) -> Schema:
    """Return the schema of VECTOR."""
    del oracle_type, options
    return {"type": ["array"], "items": {"type": ["number"]}}


def unsupported(oracle_type: OracleType, options: JsonSchemaOptions) -> Schema:
    """Return a schema for a type that cannot be read, so that the catalog can list it."""
    del oracle_type, options
    return {"type": ["string"]}
