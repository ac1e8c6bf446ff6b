"""`metadata_of` gives what SQLAlchemy's Oracle dialect reflects."""

from __future__ import annotations

import subprocess
import sys
import warnings
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from catalog.introspect import take_inventory
from catalog.name_filter import NameFilter
from catalog.sqlalchemy import metadata_of
from catalog.table_assembly import Depth

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle


def facts(metadata: sa.MetaData) -> dict[str, Any]:
    return {
        name: {
            "columns": [
                (column.name, repr(column.type), column.nullable, column.comment)
                for column in table.columns
            ],
            "primary key": [column.name for column in table.primary_key.columns],
            "foreign keys": sorted(
                (key.parent.name, key.target_fullname) for key in table.foreign_keys
            ),
            # The dialect shows a unique constraint as its index.
            "unique": sorted(
                tuple(column.name for column in unique.columns)
                for unique in (*table.constraints, *table.indexes)
                if isinstance(unique, sa.UniqueConstraint)
                or (isinstance(unique, sa.Index) and unique.unique)
            ),
            "comment": table.comment,
        }
        for name, table in metadata.tables.items()
    }


def test_what_the_dialect_reflects(
    oracle_database: OracleDatabase, hr_schema: str, fresh_schema: str
) -> None:
    oracle_database.execute(
        fresh_schema,
        "CREATE TABLE kinds (n NUMBER, i INTEGER, p NUMBER(9), s NUMBER(9,2), f FLOAT,"
        " r FLOAT(63), g FLOAT(20), bf BINARY_FLOAT, bd BINARY_DOUBLE, c CHAR(3), v VARCHAR2(9),"
        " nv NVARCHAR2(9), w RAW(7), d DATE, t TIMESTAMP(3), z TIMESTAMP WITH TIME ZONE,"
        " l TIMESTAMP WITH LOCAL TIME ZONE, b BLOB, cl CLOB, nc NCLOB, u NUMBER(3) UNIQUE)",
        'CREATE TABLE "Mixed Case" ("Id" NUMBER(9) PRIMARY KEY, "ORDER" DATE NOT NULL)',
    )
    with closing(oracle_database.connect()) as connection:
        inventory = take_inventory(
            connection, NameFilter((hr_schema, fresh_schema)), Depth(views=False, details=True)
        )
    engine = sa.create_engine("oracle+oracledb://", creator=oracle_database.connect)
    reflected = sa.MetaData()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sa.exc.SAWarning)  # types that the dialect does not know
        for schema in (hr_schema, fresh_schema):
            reflected.reflect(engine, schema=schema.lower())
    engine.dispose()
    ours, theirs = facts(metadata_of(inventory)), facts(reflected)
    assert ours.keys() == theirs.keys()
    for name, table in theirs.items():
        for kind, value in table.items():
            assert ours[name][kind] == value, (name, kind)


def test_sqlalchemy_is_imported_only_when_it_is_needed() -> None:
    program = "import sys, catalog.command.main; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
