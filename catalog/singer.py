"""Tables as a Singer catalog."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, overload

from oracle_core import types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from catalog.model import Column, Schema, Table
    from oracle_core.values import JsonSchemaOptions

REPLICATION_KEY_KINDS = frozenset({"NUMBER", "FLOAT", "DATE"})
"""Kinds offered as replication keys beside every kind of timestamp: they grow and are ordered."""


def stream_id(schema: str, table: str) -> str:
    """Name the stream of a table: `SCHEMA-TABLE` in Oracle's exact case."""
    return f"{schema}-{table}"


def singer_catalog(
    schemas: Iterable[Schema], *, database: str | None, options: JsonSchemaOptions
) -> dict[str, Any]:
    """Describe every table as a stream.

    Args:
        schemas: what was found.
        database: the name of the database or service, for information.
        options: how values are represented.

    Returns:
        A Singer catalog, streams in the order of schema and table. Beside the standard keys the
        metadata carry `database-name`, `row-count`, `is-view`, `sql-datatype` and, for a column
        that cannot be read, `inclusion: unsupported` with the `reason`.
    """
    tables = [table for schema in schemas for table in schema.tables]
    return {
        "streams": Streams(
            tables, lambda table: singer_stream(table, database=database, options=options)
        )
    }


class Streams(Sequence[dict[str, Any]]):
    """The streams of tables, each made when it is asked for.

    Described at once, 50,000 tables of 20 columns are more than a gigabyte of dictionaries.
    """

    def __init__(
        self, tables: Sequence[Table], describe: Callable[[Table], dict[str, Any]]
    ) -> None:
        """Keep the tables, and what makes a stream of one."""
        self._tables = tables
        self._describe = describe

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._tables)

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, place: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        """Make one stream, or those of a slice."""
        if isinstance(place, slice):
            return [self._describe(table) for table in self._tables[place]]
        return self._describe(self._tables[place])


def singer_stream(
    table: Table, *, database: str | None, options: JsonSchemaOptions
) -> dict[str, Any]:
    """Describe one table as a stream of a Singer catalog.

    A table none of whose columns can be read is listed with `inclusion: unsupported`.
    """
    name = stream_id(table.schema, table.name)
    keys = list(table.identifying_columns)
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            column.name: _property(column, options, is_key=column.name in keys)
            for column in table.columns
        },
    }
    if table.comment:
        schema["description"] = table.comment
    entry: dict[str, Any] = {
        "tap_stream_id": name,
        "stream": name,
        "table_name": table.name,
        "key_properties": keys,
        "is_view": table.is_view,
        "schema": schema,
        "metadata": list(_metadata(table, keys, database)),
    }
    if database:
        entry["database_name"] = database
    if table.row_count is not None:
        entry["row_count"] = table.row_count
    return entry


def _property(column: Column, options: JsonSchemaOptions, *, is_key: bool) -> dict[str, Any]:
    if column.unsupported is None:
        schema = dict(
            types.json_schema(column.type, nullable=column.nullable and not is_key, options=options)
        )
    else:
        schema = {"type": ["string", "null"]}
    if isinstance(schema.get("multipleOf"), Decimal):
        # A fraction breaks other programs' validators: with floats 4.35 is no multiple of 0.01,
        # and with decimals jsonschema cannot divide 38 digits. `x-sql-datatype` has the scale.
        del schema["multipleOf"]
    if column.comment:
        schema["description"] = column.comment
    return schema


def _metadata(table: Table, keys: list[str], database: str | None) -> Iterator[dict[str, Any]]:
    root: dict[str, Any] = {
        "inclusion": "available" if _is_readable(table) else "unsupported",
        "selected-by-default": _is_readable(table) and not table.is_view,
        "table-key-properties": keys,
        "schema-name": table.schema,
        "is-view": table.is_view,
        "valid-replication-keys": [
            column.name for column in table.columns if may_be_replication_key(column)
        ],
    }
    if database:
        root["database-name"] = database
    if table.row_count is not None:
        root["row-count"] = table.row_count
    yield {"breadcrumb": [], "metadata": root}
    for column in table.columns:
        yield {
            "breadcrumb": ["properties", column.name],
            "metadata": _column_metadata(column, is_key=column.name in keys),
        }


def _is_readable(table: Table) -> bool:
    return any(column.unsupported is None for column in table.columns)


def _column_metadata(column: Column, *, is_key: bool) -> dict[str, Any]:
    sql_datatype = column.type.ddl()
    if column.unsupported is not None:
        return {
            "inclusion": "unsupported",
            "selected-by-default": False,
            "sql-datatype": sql_datatype,
            "reason": column.unsupported,
        }
    return {
        "inclusion": "automatic" if is_key else "available",
        "selected-by-default": True,
        "sql-datatype": sql_datatype,
    }


def may_be_replication_key(column: Column) -> bool:
    """Tell whether a column may order an INCREMENTAL stream: numbers, dates and timestamps."""
    return column.unsupported is None and (
        column.type.kind in REPLICATION_KEY_KINDS or column.type.kind.startswith("TIMESTAMP")
    )
