"""Columns that the operator computes (`stream_options.columns`), typed by a describe."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import oracledb

from catalog.singer import value_schema
from oracle_core.errors import ConfigurationError, describe
from oracle_core.identifiers import Identifier
from oracle_core.types import TypeSyntaxError, parse
from tap_oracle.query import Condition, select
from tap_oracle.stream_options import SETTING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_core.types.oracle_type import OracleType
    from oracle_core.types.plans import JsonSchemaOptions
    from tap_oracle.catalog_entry import CatalogEntry

_PREFIX = "DB_TYPE_"


def with_extra_columns(
    session: oracledb.Connection,
    entry: CatalogEntry,
    columns: Mapping[str, str],
    options: JsonSchemaOptions,
) -> CatalogEntry:
    """Return an entry with computed columns, typed as the database describes them.

    Args:
        session: An open session.
        entry: The stream.
        columns: SQL expression by property; the operator's text.
        options: How values are represented.

    Raises:
        ConfigurationError: If an expression is wrong, its type cannot be read, or the table has a
            column of that name.
    """
    types, properties = dict(entry.types), dict(entry.schema["properties"])
    for name, expression in columns.items():
        if name in properties:
            msg = f"stream '{entry.stream_id}' has a column '{name}' already"
            raise ConfigurationError(msg, setting=SETTING)
        types[name] = _described(session, entry, name, expression)
        # An expression has no NOT NULL constraint.
        properties[name] = dict(value_schema(types[name], options, nullable=True))
    return replace(
        entry,
        types=types,
        schema={**entry.schema, "properties": properties},
        expressions={**entry.expressions, **columns},
    )


def _described(
    session: oracledb.Connection, entry: CatalogEntry, name: str, expression: str
) -> OracleType:
    # In brackets a comma at the top level is an error and not a second column.
    listed = f"({expression}) AS {Identifier(name).sql}"
    # No row is wanted: the description alone tells the type.
    statement = select(entry.table, [listed], conditions=[Condition("1 = 0")])
    try:
        with closing(session.cursor()) as cursor:
            cursor.execute(statement.sql)
            described = cursor.description or []
        return parse(_declaration(described[0]))
    except oracledb.DatabaseError as error:
        code = describe(error).code
        msg = f"stream '{entry.stream_id}': the expression of column '{name}' is wrong ({code})"
        raise ConfigurationError(msg, setting=SETTING) from error
    except (TypeSyntaxError, ValueError) as error:
        msg = f"stream '{entry.stream_id}': the expression of column '{name}' has no readable type"
        raise ConfigurationError(msg, setting=SETTING) from error


def _declaration(column: oracledb.FetchInfo) -> str:
    """Return the type of a described column as a column definition has it."""
    kind = column.type_code.name.removeprefix(_PREFIX)
    if kind == "NUMBER":
        # An expression has no declared precision: the driver says 0 and -127.
        is_declared = bool(column.precision) and (column.scale or 0) > -127
        return f"{kind}({column.precision},{column.scale})" if is_declared else kind
    if kind.startswith("TIMESTAMP"):
        # The driver describes digits of a fraction as the scale.
        zone = " WITH LOCAL TIME ZONE" if kind.endswith("_LTZ") else ""
        zone = " WITH TIME ZONE" if kind.endswith("_TZ") else zone
        return f"TIMESTAMP({column.scale or 0}){zone}"
    # VARCHAR2 and NVARCHAR2 are DB_TYPE_VARCHAR and DB_TYPE_NVARCHAR to the driver.
    if kind.endswith("VARCHAR"):
        kind += "2"
    is_sized = kind.rstrip("2").endswith("CHAR") or kind == "RAW"
    # An expression that is always NULL is described without a length.
    length = column.internal_size or column.display_size or 1
    return f"{kind}({length})" if is_sized else kind
