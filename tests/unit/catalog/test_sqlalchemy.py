"""Schemas that SQLAlchemy's names and types cannot hold as they are."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from catalog.model import Column, Inventory, Schema, Table, TableKind
from catalog.sqlalchemy import metadata_of
from oracle_core.errors import ConfigurationError
from oracle_core.types import parse


def hr(**tables: str) -> Inventory:
    """Return a schema; a table's columns are named, all of one type."""
    made = tuple(
        Table(
            "HR", name, TableKind.TABLE, tuple(Column(c, parse("UROWID(20)"), True) for c in cols)
        )
        for name, cols in tables.items()
    )
    return Inventory((Schema("HR", made),))


def test_a_type_that_the_dialect_lacks_may_have_a_length() -> None:
    (table,) = metadata_of(hr(T="A")).tables.values()
    assert isinstance(table.c.a.type, sa.types.NullType)


def test_names_that_differ_in_case_alone_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="HR has both EMP and emp"):
        metadata_of(hr(EMP="A", emp="A"))
    with pytest.raises(ConfigurationError, match=r"HR\.T has both A and a"):
        metadata_of(hr(T="Aa"))
