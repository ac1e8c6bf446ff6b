"""The catalog as text: the same JSON, one line a column."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from catalog.catalog_json import write_catalog
from catalog.model import Column, Schema, Table, TableKind
from catalog.singer import singer_catalog
from oracle_core.types import JsonSchemaOptions, parse


def written(catalog: dict[str, Any]) -> str:
    out = io.StringIO()
    write_catalog(catalog, out)
    return out.getvalue()


@pytest.mark.parametrize("tables", [0, 1, 3])
def test_it_is_the_same_catalog(tables: int) -> None:
    columns = tuple(Column(name, parse("NUMBER(9)"), nullable=True) for name in ("A", 'q"\n😀'))
    found = [Table("HR", f"T{place}", TableKind.TABLE, columns) for place in range(tables)]
    catalog = singer_catalog(
        [Schema("HR", tuple(found))], database="DB", options=JsonSchemaOptions()
    )
    text = written(catalog)

    assert json.loads(text) == {"streams": list(catalog["streams"])}
    assert len(catalog["streams"]) == tables
    assert text.count('"breadcrumb"') == 3 * tables
    assert all(line.count('"breadcrumb"') <= 1 for line in text.splitlines())


def test_members_beside_the_streams_and_empty_objects_stay() -> None:
    catalog = {"version": 1, "streams": [{"schema": {}, "metadata": [], "stream": "X"}]}

    assert json.loads(written(catalog)) == catalog
