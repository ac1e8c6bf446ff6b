"""Tables as a Singer catalog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from catalog.profile import facts_for
from catalog.replication import FULL_TABLE, possible_methods, propose, ranked_keys
from oracle_core import types
from oracle_core.server import is_single_byte

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from catalog.model import Column, DatabaseFacts, Schema, Table
    from catalog.profile import Profile, ProfileFacts
    from oracle_core.types.oracle_type import OracleType
    from oracle_core.types.plans import JsonSchemaOptions

Source = TypeVar("Source")


def stream_id(schema: str, table: str) -> str:
    """Return the stream id of a table: `SCHEMA-TABLE` in Oracle's exact case."""
    return f"{schema}-{table}"


def for_database(options: JsonSchemaOptions, database: DatabaseFacts) -> JsonSchemaOptions:
    """Return options for values of one database.

    Args:
        options: The options that settings give.
        database: Facts about the database; an unknown character set changes nothing.
    """
    return replace(options, bytes_are_characters=is_single_byte(database.character_set))


def singer_catalog(
    schemas: Iterable[Schema],
    *,
    database: str | None,
    options: JsonSchemaOptions,
    profile: Profile | None = None,
) -> dict[str, Any]:
    """Return a Singer catalog with one stream per table.

    Args:
        schemas: Schemas of an inventory.
        database: Name of the database or service, for information.
        options: How values are represented.
        profile: Profile of the application that owns the tables.

    Returns:
        A Singer catalog, streams in the order of schema and table. Beside the standard keys the
        metadata carry `database-name`, `row-count`, `is-view`, `sql-datatype`, the best candidates
        for a replication key first, a proposed replication method with its reason, for a synonym
        `synonym-for` (schema and name of what is read) and, for what cannot be read,
        `inclusion: unsupported` with the `reason`.
    """
    tables = [table for schema in schemas for table in schema.tables]
    return {
        "streams": Streams(
            tables,
            lambda table: singer_stream(table, database=database, options=options, profile=profile),
        )
    }


def whole(catalog: dict[str, Any]) -> dict[str, Any]:
    """Return the catalog with a plain list of streams, for callers that need all of them."""
    return {**catalog, "streams": list(catalog["streams"])}


class Streams(Sequence[dict[str, Any]], Generic[Source]):
    """A sequence that builds each stream on access, from a table or from text.

    Built all at once, 50,000 tables of 20 columns take more than a gigabyte of dictionaries.
    """

    def __init__(
        self, sources: Sequence[Source], describe: Callable[[Source], dict[str, Any]]
    ) -> None:
        """Keep the sources and the function that describes one of them."""
        self._sources = sources
        self._describe = describe

    def __len__(self) -> int:
        """Return the number of streams."""
        return len(self._sources)

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, place: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        """Build one stream, or those of a slice."""
        if isinstance(place, slice):
            return [self._describe(source) for source in self._sources[place]]
        return self._describe(self._sources[place])


def singer_stream(
    table: Table,
    *,
    database: str | None,
    options: JsonSchemaOptions,
    profile: Profile | None = None,
) -> dict[str, Any]:
    """Return one table as a stream of a Singer catalog.

    A table without any readable column is listed with `inclusion: unsupported`.
    """
    name = stream_id(table.schema, table.name)
    facts = facts_for(profile, table)
    keys = list(table.identifying_columns or facts.keys)
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
        "metadata": list(_metadata(table, keys, database, facts)),
    }
    if database:
        entry["database_name"] = database
    if table.row_count is not None:
        entry["row_count"] = table.row_count
    return entry


def _property(column: Column, options: JsonSchemaOptions, *, is_key: bool) -> dict[str, Any]:
    if column.unsupported is None:
        schema = dict(value_schema(column.type, options, nullable=column.nullable and not is_key))
    else:
        # The property stays, so that a reader of the catalog sees the reason in its metadata; the
        # tap leaves it out of SCHEMA.
        schema = {"type": ["string", "null"]}
    if column.comment:
        schema["description"] = column.comment
    return schema


# A million columns of a large dictionary have a few hundred types.
@lru_cache(maxsize=10_000)
def value_schema(
    oracle_type: OracleType, options: JsonSchemaOptions, *, nullable: bool
) -> dict[str, Any]:
    """Return the JSON Schema of a type's values as the catalog has it; shared, never to be changed.

    Args:
        oracle_type: The type.
        options: How values are represented.
        nullable: Whether NULL is among them.
    """
    schema = types.json_schema(oracle_type, nullable=nullable, options=options)
    if isinstance(schema.get("multipleOf"), Decimal):
        # A fractional multipleOf breaks other programs' validators: in floats 4.35 is not a
        # multiple of 0.01, and jsonschema cannot divide decimals of 38 digits. The scale is in
        # `x-sql-datatype`.
        del schema["multipleOf"]
    return schema


def _metadata(
    table: Table, keys: list[str], database: str | None, facts: ProfileFacts
) -> Iterator[dict[str, Any]]:
    root: dict[str, Any] = {
        "inclusion": "available" if _is_readable(table) else "unsupported",
        # Views and further names of a table have rows that a selected table may hold as well.
        "selected-by-default": _is_readable(table)
        and not (table.is_view or table.is_repeated or facts.leave_out),
        "table-key-properties": keys,
        "schema-name": table.schema,
        "is-view": table.is_view,
        "valid-replication-keys": ranked_keys(table, facts.replication_keys),
        "valid-replication-methods": possible_methods(table, keys),
    }
    if table.synonym_for:
        root["synonym-for"] = list(table.synonym_for)
    if table.unreadable:
        root["reason"] = table.unreadable
    if table.is_view and not keys:
        # Without keys a row that is read again cannot be distinguished from a new one.
        root["forced-replication-method"] = FULL_TABLE
    if database:
        root["database-name"] = database
    if table.row_count is not None:
        root["row-count"] = table.row_count
    root.update(_replication(table, keys, facts))
    root.update(facts.metadata)
    yield {"breadcrumb": [], "metadata": root}
    for column in table.columns:
        yield {
            "breadcrumb": ["properties", column.name],
            "metadata": _column_metadata(column, is_key=column.name in keys),
        }


def _replication(table: Table, keys: list[str], facts: ProfileFacts) -> dict[str, Any]:
    """Return the proposed replication method; a profile's NOT NULL column sets the method."""
    proposal = propose(table, keys, facts.replication_keys)
    metadata: dict[str, Any] = {
        "proposed-replication-method": proposal.method,
        "proposed-replication-reason": proposal.reason,
    }
    if proposal.key is not None:
        metadata["proposed-replication-key"] = proposal.key
        if proposal.is_certain:
            metadata["replication-method"] = proposal.method
            metadata["replication-key"] = proposal.key
    return metadata


def _is_readable(table: Table) -> bool:
    return table.unreadable is None and any(column.unsupported is None for column in table.columns)


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
