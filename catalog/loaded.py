"""Tables as the target creates them: one schema, names in the target's identifier style."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from catalog.singer import stream_id
from oracle_core.errors import ConfigurationError
from oracle_core.identifiers import (
    Identifier,
    NameCollisionError,
    table_text,
    unique_names,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from catalog.model import ForeignKey, Key, Schema, Table
    from oracle_core.identifiers import Style


def as_loaded(schemas: Iterable[Schema], style: Style) -> tuple[Schema, ...]:
    """Return schemas with the names that their tables and columns have once they are loaded.

    Args:
        schemas: Schemas of the source, whose names stay.
        style: The target's setting `identifier_style`.

    Raises:
        ConfigurationError: If two tables or two columns of a table become one, which the target
            refuses as well.
    """
    owners: dict[Identifier, str] = {}
    loaded = []
    for schema in schemas:
        tables = []
        for table in schema.tables:
            source = f"{schema.name}.{table.name}"
            name = _table_name(schema.name, table.name, style)
            if owners.setdefault(name, source) != source:
                msg = (
                    f"{owners[name]} and {source} both become table {name}; write them in two "
                    "runs with two --target-schema"
                )
                raise ConfigurationError(msg)
            tables.append(_loaded(table, name.name, style, source))
        loaded.append(replace(schema, tables=tuple(tables)))
    return tuple(loaded)


def _table_name(schema: str, table: str, style: Style) -> Identifier:
    # The target knows the id of the stream alone, and keeps the part after the first hyphen; of
    # the table T in the schema "HR-OLD" that is OLD-T.
    return Identifier.of_text(table_text(stream_id(schema, table)), style)


def _loaded(table: Table, name: str, style: Style, source: str) -> Table:
    try:
        columns = unique_names((column.name for column in table.columns), style)
    except NameCollisionError as error:
        msg = f"{source}: columns {error}"
        raise ConfigurationError(msg) from error
    return replace(
        table,
        name=name,
        columns=tuple(replace(column, name=columns[column.name].name) for column in table.columns),
        keys=tuple(_renamed_key(key, style) for key in table.keys),
        foreign_keys=tuple(_renamed_foreign_key(key, style) for key in table.foreign_keys),
    )


def _renamed_key(key: Key, style: Style) -> Key:
    return replace(key, columns=_renamed(key.columns, style))


def _renamed_foreign_key(key: ForeignKey, style: Style) -> ForeignKey:
    return replace(
        key,
        columns=_renamed(key.columns, style),
        referred_table=_table_name(key.referred_schema, key.referred_table, style).name,
        referred_columns=_renamed(key.referred_columns, style),
    )


def _renamed(names: Iterable[str], style: Style) -> tuple[str, ...]:
    return tuple(Identifier.of_text(name, style).name for name in names)
