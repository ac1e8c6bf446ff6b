"""What a SCHEMA says about each property, reduced to what reading a value needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from target_oracle.errors import TableMismatchError

JsonSchema = Mapping[str, Any]


class ValueKind(Enum):
    """How a value is read from JSON, and what Python type it becomes."""

    INTEGER = "integer"  # int, of any size
    NUMBER = "number"  # Decimal with all digits
    STRING = "string"  # str
    BOOLEAN = "boolean"  # bool
    JSON = "json"  # objects and arrays: the JSON text as sent
    ANY = "any"  # several types or none: text for a string, JSON text for the rest


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a stream.

    `required` means that a record without it is refused, `nullable` that null is taken.
    """

    name: str
    kind: ValueKind
    nullable: bool
    required: bool
    is_key: bool
    schema: JsonSchema


def properties_of(
    schema: JsonSchema, key_properties: Sequence[str], *, validate: bool
) -> tuple[Property, ...]:
    """Return the properties of a stream in the order of its SCHEMA.

    A property that a record leaves out is NULL: a RECORD is the whole row (Singer specification).
    Without `validate`, only keys are required and anything else may be null.
    """
    listed = set(schema.get("required") or ())
    keys = set(key_properties)
    return tuple(
        _property(
            name,
            part if isinstance(part, Mapping) else {},
            is_key=name in keys,
            required=name in keys or (validate and name in listed),
            validate=validate,
        )
        for name, part in schema["properties"].items()
    )


def _property(
    name: str, schema: JsonSchema, *, is_key: bool, required: bool, validate: bool
) -> Property:
    types = json_types(schema)
    # A primary key takes no NULL, whatever the SCHEMA says.
    nullable = not is_key and (not validate or not types or "null" in types)
    return Property(name, value_kind(schema), nullable, required, is_key, schema)


def json_types(schema: JsonSchema) -> frozenset[str]:
    """Return the JSON types that a schema allows, through anyOf, oneOf and allOf; empty for any."""
    declared = schema.get("type")
    if isinstance(declared, str):
        return frozenset([declared])
    if isinstance(declared, Sequence):
        return frozenset(str(name) for name in declared)
    allowed: set[str] = set()
    for keyword in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(keyword) or ():
            types = json_types(branch) if isinstance(branch, Mapping) else frozenset()
            # A branch without types allows any.
            if not types:
                return frozenset()
            allowed |= types
    return frozenset(allowed)


def value_kind(schema: JsonSchema) -> ValueKind:
    """Return how values of a schema are read."""
    types = json_types(schema) - {"null"}
    if types and types <= {"object", "array"}:
        return ValueKind.JSON
    if types == {"integer"}:
        return ValueKind.INTEGER
    if types and types <= {"integer", "number"}:
        return ValueKind.NUMBER
    if types == {"string"}:
        return ValueKind.STRING
    if types == {"boolean"}:
        return ValueKind.BOOLEAN
    return ValueKind.ANY


def check_keys(stream: str, key_properties: Sequence[str], schema: JsonSchema) -> None:
    """Refuse a key property that a SCHEMA does not list.

    Raises:
        TableMismatchError: If there is one.
    """
    missing = [key for key in key_properties if key not in schema["properties"]]
    if missing:
        what = f"stream '{stream}': key property '{missing[0]}' is not in its SCHEMA"
        raise TableMismatchError(what)
