"""Converters of plugins in the type table, and what is said of broken ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import oracledb
import pytest

from oracle_core.errors import ConfigurationError, DataError
from oracle_core.plugins import TYPES, Plugin
from oracle_core.types import (
    JsonSchemaOptions,
    OracleType,
    bind_plan,
    converters,
    fetch_plan,
    from_json_schema,
    json_schema,
    parse,
    row_of,
)
from oracle_core.types.converters import Converter, ConverterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

UUID = Converter(
    kind="RAW",
    json_schema={"type": ["string"], "format": "uuid"},
    select="RAWTOHEX({})",
    decode=lambda column: [value and str(value).lower() for value in column],
    bind="HEXTORAW({})",
    encode=lambda column: [value and str(value).upper() for value in column],
)
SHAPE = Converter(
    kind="MDSYS.SDO_GEOMETRY",
    json_schema={"type": ["string"]},
    select="SDO_UTIL.TO_WKTGEOMETRY({})",
    bind="SDO_GEOMETRY({})",
    input_type=oracledb.DB_TYPE_CLOB,
)


def plugin(loaded: object, name: str = "own", error: str | None = None) -> Plugin:
    return Plugin(TYPES, name, "own-types", "1.2", loaded=loaded, error=error)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Return a function that installs plugins."""

    def installed(*plugins: Plugin) -> None:
        monkeypatch.setattr(converters, "list_plugins", lambda _: plugins)
        converters.converted_rows.cache_clear()

    yield installed
    converters.converted_rows.cache_clear()


def test_a_converter_replaces_the_form_of_a_type(install: Callable[..., None]) -> None:
    install(plugin(UUID))
    raw = OracleType("RAW", length=16)
    schema = json_schema(raw)
    assert schema == {
        "type": ["string", "null"],
        "format": "uuid",
        "x-sql-datatype": "RAW(16)",
    }
    assert from_json_schema(schema) == raw
    plan = fetch_plan(raw)
    assert plan.expression == "RAWTOHEX({})"
    assert plan.values(["AB", None], JsonSchemaOptions()) == ["ab", None]
    assert bind_plan(raw, native=True).values(["ab", None]) == ["AB", None]


def test_a_converter_brings_a_type_that_is_not_supported(install: Callable[..., None]) -> None:
    shape = parse('"MDSYS"."SDO_GEOMETRY"')
    assert not row_of(shape).supported
    install(plugin(SHAPE))
    assert row_of(shape).supported
    assert from_json_schema(json_schema(shape)) == shape
    assert not row_of(OracleType("SDO_GEOMETRY", owner="OTHER")).supported


@pytest.mark.parametrize(
    ("plugins", "text"),
    [
        ([plugin(None, error="cannot be loaded (ImportError)")], "cannot be loaded (ImportError)"),
        ([plugin(object())], "is a object, not an oracle_core.types.converters.Converter"),
        ([plugin(Converter(kind="RAW", json_schema={}))], "has no list of types in json_schema"),
        (
            [plugin(Converter(kind="RAW", json_schema={"type": ["string"]}, bind="X"))],
            "has no {} in bind",
        ),
        ([plugin(UUID), plugin(UUID, "second")], "converts RAW, as does 'own'"),
    ],
)
def test_a_broken_converter_stops_the_program(
    install: Callable[..., None], plugins: Sequence[Plugin], text: str
) -> None:
    install(*plugins)
    with pytest.raises(ConfigurationError, match=re.escape(text)) as refused:
        row_of(OracleType("DATE"))
    assert "singer_oracle.types (own-types 1.2)" in str(refused.value)


def test_a_converter_that_raises_is_named_without_the_value(install: Callable[..., None]) -> None:
    def fail(column: Sequence[object]) -> Sequence[object]:
        if "canary" in column:
            raise KeyError(column[0])
        return column

    install(plugin(Converter(
        kind="RAW", json_schema={"type": ["string"]}, bind="{}", decode=fail, encode=fail
    )))  # fmt: skip
    raw = OracleType("RAW", length=16)
    with pytest.raises(ConverterError, match="'own' of own-types cannot read RAW") as unread:
        fetch_plan(raw).values(["x", "canary"], JsonSchemaOptions())
    with pytest.raises(DataError, match="cannot write RAW") as unwritten:
        bind_plan(raw).values(["x", "canary"])
    assert unwritten.value.position == 1
    assert "canary" not in str(unread.value) + str(unwritten.value)


def test_another_number_of_values_is_refused(install: Callable[..., None]) -> None:
    install(plugin(Converter(
        kind="RAW", json_schema={"type": ["string"]}, bind="{}", encode=lambda column: column[1:]
    )))  # fmt: skip
    with pytest.raises(DataError, match="ValueError"):
        bind_plan(OracleType("RAW", length=1)).values(["x", "y"])
