"""Oracle types: the value, its spelling, the table, and the ways in and out.

| name | where it is made |
| --- | --- |
| `OracleType` | `oracle_type` |
| `parse`, `TypeSyntaxError` | `type_parser` |
| `from_dictionary` | `dictionary_types` |
| `TYPE_TABLE`, `TypeRow`, `json_schema`, `fetch_plan`, `bind_plan` | `type_table` |
| `from_json_schema` | `json_to_oracle` |
"""

from __future__ import annotations

from oracle_core.dictionary_types import from_dictionary
from oracle_core.json_to_oracle import from_json_schema
from oracle_core.oracle_type import OracleType
from oracle_core.type_parser import TypeSyntaxError, parse
from oracle_core.type_table import (
    TYPE_TABLE,
    TypeRow,
    bind_plan,
    fetch_plan,
    json_schema,
    row_of,
    unsupported_reason,
)
from oracle_core.values import BindPlan, FetchPlan, JsonSchemaOptions

__all__ = [
    "TYPE_TABLE",
    "BindPlan",
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
