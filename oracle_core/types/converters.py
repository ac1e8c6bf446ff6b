"""Converters of plugins, for types that the table lacks or reads in another form.

An entry point of the group `singer_oracle.types` names a `Converter`. Unlike a sink of events, a
converter that cannot be used stops the program: without it the same column would be unsupported,
or come in another form than the last time.

```python
from oracle_core.types.converters import Converter

wkt = Converter(
    kind="MDSYS.SDO_GEOMETRY",
    json_schema={"type": ["string"]},
    select="SDO_UTIL.TO_WKTGEOMETRY({})",
    bind="SDO_GEOMETRY({})",
    input_type=oracledb.DB_TYPE_CLOB,
    is_large=True,
)
```
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import oracledb

from oracle_core.errors import ConfigurationError, DataError, OracleError
from oracle_core.plugins import TYPES, Plugin, list_plugins
from oracle_core.types.plans import PLACE, BindPlan, FetchPlan, JsonSchemaOptions
from oracle_core.types.type_row import Family, TypeRow

if TYPE_CHECKING:
    from oracle_core.types.oracle_type import OracleType

Values = Sequence[object]


class ConverterError(OracleError):
    """The code of a converter failed on a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Converter:
    """How values of one Oracle type become JSON values, and back.

    Functions get a whole column and return one value per value; None stays None.

    Attributes:
        kind: The type as the dictionary names it, `OWNER.NAME` for one made by CREATE TYPE.
        json_schema: Schema of a value that is not NULL, its `type` a list.
        select: SQL with `{}` for the column in the SELECT list.
        decode: Makes JSON values of fetched values; None where they are the same.
        bind: SQL with `{}` for the bind; None where the type is not written.
        input_type: The driver's type of the bind.
        encode: Makes bind values of JSON values; None where they are the same.
        family: Nature of the JSON values, which says what columns of other types hold them.
        is_large: Whether values may be of any size, so that fewer rows are fetched at a time.
    """

    kind: str
    json_schema: Mapping[str, Any]
    select: str = PLACE
    decode: Callable[[Values], Values] | None = None
    bind: str | None = None
    input_type: oracledb.DbType = oracledb.DB_TYPE_VARCHAR
    encode: Callable[[Values], Values] | None = None
    family: Family = Family.OTHER
    is_large: bool = False


def problem_of(plugin: Plugin) -> str | None:
    """Return why a plugin of the group cannot convert; None where it can."""
    if plugin.error is not None:
        return plugin.error
    converter = plugin.loaded
    if not isinstance(converter, Converter):
        return f"is a {type(converter).__name__}, not an oracle_core.types.converters.Converter"
    types = converter.json_schema.get("type")
    if not isinstance(types, list) or not types:
        return "has no list of types in json_schema"
    for name, sql in (("select", converter.select), ("bind", converter.bind)):
        if sql is not None and PLACE not in sql:
            return f"has no {PLACE} in {name}"
    return None


@functools.cache
def converted_rows() -> Mapping[str, tuple[Plugin, Converter]]:
    """Return the converters of installed plugins by type; read once per process.

    Raises:
        ConfigurationError: If one cannot be used, or two are for one type.
    """
    converters: dict[str, tuple[Plugin, Converter]] = {}
    for plugin in list_plugins([TYPES]):
        origin = f"plugin '{plugin.name}' of {TYPES} ({plugin.distribution} {plugin.version})"
        if (problem := problem_of(plugin)) is not None:
            msg = f"{origin} {problem}; repair or uninstall it"
            raise ConfigurationError(msg)
        converter: Converter = plugin.loaded
        if converter.kind in converters:
            other = converters[converter.kind][0]
            msg = f"{origin} converts {converter.kind}, as does '{other.name}'; uninstall one"
            raise ConfigurationError(msg)
        converters[converter.kind] = plugin, converter
    return converters


def converted(oracle_type: OracleType, base: TypeRow) -> TypeRow:
    """Return the row of a type with the converter of a plugin in it, where there is one.

    Args:
        oracle_type: The type.
        base: Its row in the type table.
    """
    converters = converted_rows()
    if not converters:
        return base
    owner = f"{oracle_type.owner}." if oracle_type.owner else ""
    entry = converters.get(owner + oracle_type.kind)
    return base if entry is None else _row(base, *entry)


def _row(base: TypeRow, plugin: Plugin, converter: Converter) -> TypeRow:
    fetch = FetchPlan(converter.select, _decoder(plugin, converter), converter.is_large)
    bind = None
    if converter.bind is not None:
        bind = BindPlan(converter.bind, converter.input_type, _encoder(plugin, converter))
    return replace(
        base,
        family=converter.family,
        json_schema=lambda *_: dict(converter.json_schema),
        fetch=lambda _: fetch,
        bind=None if bind is None else lambda _: bind,
        # These concern the form of the database's own type, which the converter replaces.
        native_bind=None,
        text_fetch=None,
        is_mined=False,
        reason="",
        advice="",
    )


def _decoder(
    plugin: Plugin, converter: Converter
) -> Callable[[Values, JsonSchemaOptions], Values] | None:
    decode = converter.decode
    if decode is None:
        return None

    def guarded(column: Values, _: JsonSchemaOptions) -> Values:
        try:
            return _as_many(decode(column), column)
        except Exception as error:
            raise ConverterError(_failure(plugin, converter, "read", error)) from error

    return guarded


def _encoder(plugin: Plugin, converter: Converter) -> Callable[[Values], list[object]]:
    encode = converter.encode
    if encode is None:
        return list

    def guarded(column: Values) -> list[object]:
        try:
            return list(_as_many(encode(column), column))
        except Exception as error:  # noqa: BLE001 - the code of others may raise anything
            text = _failure(plugin, converter, "write", error)
            # from None: the text of the cause may hold a value.
            raise DataError(text, position=_position(encode, column)) from None

    return guarded


def _as_many(made: Values, given: Values) -> Values:
    if len(made) != len(given):
        msg = "it returned another number of values than it got"
        raise ValueError(msg)
    return made


def _position(encode: Callable[[Values], Values], column: Values) -> int:
    """Return the place of the first value that the converter refuses."""
    for place, value in enumerate(column):
        try:
            encode([value])
        except Exception:  # noqa: BLE001 - the code of others may raise anything
            return place
    return 0


def _failure(plugin: Plugin, converter: Converter, action: str, error: Exception) -> str:
    """Return what failed without the text of the error, which may hold a value."""
    return (
        f"the converter '{plugin.name}' of {plugin.distribution} cannot {action} "
        f"{converter.kind} ({type(error).__name__})"
    )
