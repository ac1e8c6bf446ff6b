"""Oracle types: parsing and spelling, the type table, and conversion to and from JSON.

| name | where it is made |
| --- | --- |
| `OracleType` | `oracle_type` |
| `parse`, `TypeSyntaxError` | `parse` |
| `from_dictionary` | `from_dictionary` |
| `Family`, `TypeRow` | `type_row` |
| `TYPE_TABLE`, `row_of`, `json_schema`, `fetch_plan`, `bind_plan` | `table` |
| `from_json_schema` | `from_json_schema` |
"""

from __future__ import annotations

from oracle_core.types.from_dictionary import from_dictionary
from oracle_core.types.from_json_schema import from_json_schema
from oracle_core.types.oracle_type import OracleType
from oracle_core.types.parse import TypeSyntaxError, parse
from oracle_core.types.plans import BindPlan, FetchPlan, JsonSchemaOptions
from oracle_core.types.table import (
    TYPE_TABLE,
    bind_plan,
    fetch_plan,
    json_schema,
    row_of,
    unsupported_reason,
)
from oracle_core.types.type_row import Family, TypeRow

__all__ = [
    "TYPE_TABLE",
    "BindPlan",
    "Family",
    "FetchPlan",
    "JsonSchemaOptions",
    "OracleType",
    "TypeRow",
    "TypeSyntaxError",
    "bind_plan",
    "fetch_plan",
    "from_dictionary",
    "from_json_schema",
    "json_schema",
    "parse",
    "row_of",
    "unsupported_reason",
]
