"""One stream of a Singer catalog as the tap reads it: table, columns, method and key."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from oracle_core.errors import ConfigurationError
from oracle_core.identifiers import Identifier, TableName
from oracle_core.types import OracleType, TypeSyntaxError, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FULL_TABLE = "FULL_TABLE"
INCREMENTAL = "INCREMENTAL"
LOG_BASED = "LOG_BASED"
METHODS = (FULL_TABLE, INCREMENTAL, LOG_BASED)


@dataclass(frozen=True)
class CatalogEntry:
    """One stream of a Singer catalog.

    `types` holds the Oracle type of each column that names one; a catalog of another tap may not.
    `expressions` holds the SQL of columns that the operator computes.
    """

    stream_id: str
    table: TableName
    schema: Mapping[str, Any]
    key_properties: tuple[str, ...]
    replication_method: str
    replication_key: str | None
    types: Mapping[str, OracleType]
    metadata: tuple[Mapping[str, Any], ...]
    raw: Mapping[str, Any]
    expressions: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_all_types(self) -> bool:
        """Whether every column that can be read names its Oracle type."""
        unsupported = set(self.unsupported_columns)
        return all(name in self.types or name in unsupported for name in self.schema["properties"])

    @property
    def is_view(self) -> bool:
        """Whether the catalog calls it a view."""
        return bool(_root(self.metadata).get("is-view"))

    @property
    def row_count(self) -> int | None:
        """The estimated number of rows, as the catalog names it."""
        count = _root(self.metadata).get("row-count")
        return count if isinstance(count, int) else None

    def names(self, column: str) -> bool:
        """Return whether the catalog knows a column, be it read or not."""
        return column in self.schema["properties"] or any(
            tuple(entry["breadcrumb"]) == ("properties", column) for entry in self.metadata
        )

    def without(self, column: str) -> CatalogEntry:
        """Return the entry without a column."""
        properties = dict(self.schema["properties"])
        properties.pop(column, None)
        types = {name: kind for name, kind in self.types.items() if name != column}
        return replace(self, schema={**self.schema, "properties": properties}, types=types)

    def is_nullable(self, column: str) -> bool:
        """Return whether a column may be NULL, as far as the catalog says."""
        # JSON Schema allows `type` to be text or a list; without one every type is allowed.
        types = self.schema["properties"].get(column, {}).get("type", ["null"])
        return "null" in ([types] if isinstance(types, str) else types)

    @property
    def unsupported_columns(self) -> tuple[str, ...]:
        """The columns of types that cannot be read."""
        return tuple(_unsupported(self.metadata))


def read_entry(stream: Mapping[str, Any], *, default_method: str) -> CatalogEntry:
    """Read one stream of a catalog, ours or an older tap's.

    Metadata take precedence over the keys of the stream itself, because users and Meltano write
    their choices there (`replication-method`, `replication-key`, `view-key-properties`).

    Args:
        stream: One element of the catalog's `streams`.
        default_method: The method where the catalog names none.

    Raises:
        ConfigurationError: If the stream names no table.
    """
    metadata = tuple(stream.get("metadata") or ())
    root = _root(metadata)
    stream_id = str(stream.get("tap_stream_id") or stream.get("stream") or "")
    schema = {"type": "object", "properties": {}, **(stream.get("schema") or {})}
    key = root.get("replication-key") or stream.get("replication_key") or None
    method = _method(stream, root, key, default_method)
    return CatalogEntry(
        stream_id=stream_id,
        table=_table(stream_id, stream, root),
        schema=schema,
        key_properties=_keys(stream, root),
        replication_method=method,
        replication_key=key if method == INCREMENTAL else None,
        types=dict(_types(schema, metadata)),
        metadata=metadata,
        raw=stream,
    )


def _root(metadata: tuple[Mapping[str, Any], ...]) -> Mapping[str, Any]:
    for element in metadata:
        if not element.get("breadcrumb"):
            root: Mapping[str, Any] = element.get("metadata") or {}
            return root
    return {}


def _table(stream_id: str, stream: Mapping[str, Any], root: Mapping[str, Any]) -> TableName:
    if referred := root.get("synonym-for"):
        if not isinstance(referred, list) or len(referred) != 2:
            msg = f"catalog: stream '{stream_id}': synonym-for is not a schema and a table"
            raise ConfigurationError(msg)
        return TableName.of(*map(str, referred))
    schema = root.get("schema-name")
    table = stream.get("table_name") or root.get("table-name")
    # A stream id is SCHEMA-TABLE, and both names may hold hyphens.
    if schema and not table:
        table = stream_id.removeprefix(f"{schema}-")
    if not schema:
        # The first hyphen: nothing tells whether the schema's name holds one.
        schema, _, rest = stream_id.partition("-")
        table = table or rest
    if not schema or not table:
        msg = f"catalog: stream '{stream_id}' names no schema and table"
        raise ConfigurationError(msg)
    return TableName(Identifier(str(schema)), Identifier(str(table)))


def _keys(stream: Mapping[str, Any], root: Mapping[str, Any]) -> tuple[str, ...]:
    chosen = (
        # What users write takes precedence over `table-key-properties`, which a discovery writes.
        root.get("view-key-properties")
        or stream.get("key_properties")
        or root.get("table-key-properties")
        or ()
    )
    return tuple(str(name) for name in chosen)


def _method(
    stream: Mapping[str, Any], root: Mapping[str, Any], key: str | None, default: str
) -> str:
    """Return the method.

    By default INCREMENTAL needs a replication key and LOG_BASED a table whose rows have a key;
    other streams are then read in full.
    """
    chosen = (
        root.get("replication-method")
        or stream.get("replication_method")
        or root.get("forced-replication-method")
    )
    if chosen:
        return str(chosen)
    if key:
        return INCREMENTAL
    if default == LOG_BASED and _keys(stream, root) and not root.get("is-view"):
        return LOG_BASED
    return FULL_TABLE


def check_entry(entry: CatalogEntry) -> None:
    """Check that a selected stream can be read as the catalog asks.

    Raises:
        ConfigurationError: If the replication method or key is not possible.
    """
    if entry.replication_method not in METHODS:
        msg = (
            f"catalog: stream '{entry.stream_id}' asks for {entry.replication_method}; "
            f"choose {' or '.join(METHODS)}"
        )
        raise ConfigurationError(msg)
    if entry.replication_method == LOG_BASED:
        _check_log_based(entry)
    if entry.replication_method != INCREMENTAL:
        return
    if not entry.replication_key:
        msg = (
            f"catalog: stream '{entry.stream_id}' is INCREMENTAL and names no replication-key; "
            "add one or choose FULL_TABLE"
        )
        raise ConfigurationError(msg)
    if entry.replication_key not in entry.schema["properties"]:
        msg = (
            f"catalog: stream '{entry.stream_id}' has no column '{entry.replication_key}' "
            "to be its replication-key"
        )
        raise ConfigurationError(msg)


def _check_log_based(entry: CatalogEntry) -> None:
    where = f"catalog: stream '{entry.stream_id}' is LOG_BASED"
    if entry.is_view:
        msg = f"{where} and a view, of which there is no log; replicate its tables"
        raise ConfigurationError(msg)
    if not entry.key_properties:
        msg = (
            f"{where} and its rows have no key; name one with view-key-properties or choose "
            "FULL_TABLE"
        )
        raise ConfigurationError(msg)


def _types(
    schema: Mapping[str, Any], metadata: tuple[Mapping[str, Any], ...]
) -> Iterator[tuple[str, OracleType]]:
    named = {
        element["breadcrumb"][-1]: element["metadata"].get("sql-datatype")
        for element in metadata
        if len(element.get("breadcrumb") or ()) == 2
    }
    for name, column in schema["properties"].items():
        # Older Singer taps name the type in the metadata, as `sql-datatype`.
        text = column.get("x-sql-datatype") or named.get(name)
        if isinstance(text, str):
            with contextlib.suppress(TypeSyntaxError):  # another tap's spelling: ask the dictionary
                yield name, parse(text)


def _unsupported(metadata: tuple[Mapping[str, Any], ...]) -> Iterator[str]:
    for element in metadata:
        if (element.get("metadata") or {}).get("inclusion") == "unsupported":
            yield from element.get("breadcrumb", ())[-1:]
