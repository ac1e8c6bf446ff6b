"""The JSON schema of a catalog, brought into line with how values are written.

A catalog may be older than a change of `use_singer_decimal` or `non_finite`, or come from another
tap that writes every number as text: SCHEMA and RECORD would then disagree.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from catalog.singer import value_schema
from oracle_core.types import Family, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_core.types.oracle_type import OracleType
    from oracle_core.types.plans import JsonSchemaOptions
    from tap_oracle.catalog_entry import CatalogEntry

_DECIDED_HERE = frozenset(
    {"type", "format", "multipleOf", "minimum", "maximum", "x-singer.decimal", "anyOf"}
)


def represented(entry: CatalogEntry, options: JsonSchemaOptions) -> CatalogEntry:
    """Return an entry whose numbers are described as they will be written.

    Args:
        entry: A stream as the catalog describes it.
        options: How values are represented.
    """
    properties = {
        name: _property(schema, entry.types.get(name), options, nullable=entry.is_nullable(name))
        for name, schema in entry.schema["properties"].items()
    }
    return replace(entry, schema={**entry.schema, "properties": properties})


def _property(
    schema: Mapping[str, Any],
    oracle_type: OracleType | None,
    options: JsonSchemaOptions,
    *,
    nullable: bool,
) -> Mapping[str, Any]:
    if oracle_type is None or row_of(oracle_type).family not in (Family.DECIMAL, Family.REAL):
        return schema
    described = value_schema(oracle_type, options, nullable=nullable)
    # What does not describe values, such as a description, stays as the catalog has it.
    others = {name: value for name, value in schema.items() if name not in _DECIDED_HERE}
    decided = {name: value for name, value in described.items() if name in _DECIDED_HERE}
    return {**decided, **others}
