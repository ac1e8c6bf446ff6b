"""Reads and writes an inventory as a file; a Singer catalog can be read as one too."""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from catalog.model import Column, Inventory, Key, KeyKind, Schema, Table, TableKind
from oracle_core.errors import ConfigurationError
from oracle_core.types import TypeSyntaxError, parse
from oracle_core.types.oracle_type import OracleType


def to_plain(inventory: Inventory) -> dict[str, Any]:
    """Return an inventory as dictionaries, lists, strings and numbers."""
    plain: dict[str, Any] = msgspec.to_builtins(inventory)
    return plain


def read(text: str, *, name: str) -> tuple[Inventory, bool]:
    """Return the inventory in a description or a Singer catalog, JSON or YAML.

    Args:
        text: Content of the file.
        name: Name of the file in messages.

    Returns:
        The inventory, and whether it came from a Singer catalog, which holds less.

    Raises:
        ConfigurationError: If the text is neither.
    """
    try:
        # JSON is YAML too, but safe_load is pure Python and a catalog may be large.
        content = yaml.safe_load(text) if not text.lstrip().startswith("{") else None
        content = msgspec.json.decode(text) if content is None else content
        if isinstance(content, dict) and isinstance(content.get("streams"), list):
            return from_singer(content["streams"]), True
        return msgspec.convert(content, Inventory), False
    except (
        yaml.YAMLError,
        msgspec.MsgspecError,
        TypeSyntaxError,
        AttributeError,
        KeyError,
        TypeError,
    ) as error:
        msg = f"{name} is neither a catalog nor a description made by `oracle-catalog generate`"
        raise ConfigurationError(msg) from error


def from_singer(streams: list[dict[str, Any]]) -> Inventory:
    """Return the inventory in the streams of a Singer catalog."""
    tables: dict[str, list[Table]] = {}
    for stream in streams:
        metadata = {
            tuple(entry.get("breadcrumb") or ()): entry.get("metadata") or {}
            for entry in stream.get("metadata") or ()
        }
        table = _table(stream, metadata)
        tables.setdefault(table.schema, []).append(table)
    return Inventory(
        tuple(
            Schema(name, tuple(sorted(tables[name], key=lambda table: table.name)))
            for name in sorted(tables)
        )
    )


def _table(stream: dict[str, Any], metadata: dict[tuple[str, ...], dict[str, Any]]) -> Table:
    root = metadata.get((), {})
    # For catalogs of taps without `schema-name`; a schema with a hyphen is cut wrongly there.
    schema, _, rest = str(stream["tap_stream_id"]).partition("-")
    schema = str(root.get("schema-name") or schema)
    keys = tuple(root.get("table-key-properties") or stream.get("key_properties") or ())
    is_view = bool(root.get("is-view", stream.get("is_view")))
    properties: dict[str, dict[str, Any]] = stream["schema"].get("properties") or {}
    return Table(
        schema=schema,
        name=str(stream.get("table_name") or rest),
        kind=TableKind.VIEW if is_view else TableKind.TABLE,
        columns=tuple(
            _column(name, column, metadata.get(("properties", name), {}))
            for name, column in properties.items()
        ),
        # A catalog names the columns alone: not what makes them unique.
        keys=(Key("key", KeyKind.PRIMARY, keys),) if keys else (),
        comment=stream["schema"].get("description"),
        unreadable=root.get("reason"),
        synonym_for=tuple(root["synonym-for"]) if root.get("synonym-for") else None,
    )


def _column(name: str, column: dict[str, Any], metadata: dict[str, Any]) -> Column:
    spelled = column.get("x-sql-datatype") or metadata.get("sql-datatype")
    types = column.get("type") or ["null"]
    is_unsupported = metadata.get("inclusion") == "unsupported"
    return Column(
        name=name,
        type=_type(str(spelled)) if spelled else OracleType(str(types)),
        nullable="null" in types,
        comment=column.get("description"),
        unsupported=str(metadata.get("reason") or "unsupported") if is_unsupported else None,
    )


def _type(spelled: str) -> OracleType:
    try:
        return parse(spelled)
    except TypeSyntaxError:
        return OracleType(spelled)  # an object type, or another tap's spelling
