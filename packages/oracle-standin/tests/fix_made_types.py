"""Fixtures: a schema with types made by CREATE TYPE."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.made_types import GRANTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import oracledb

    from oracle_standin.testing import OracleDatabase


@pytest.fixture
def owner(oracle_database: OracleDatabase) -> Iterator[str]:
    """Give a user who may create types."""
    user = oracle_database.create_user("T", grants=GRANTS)
    yield user
    oracle_database.drop_user(user)


@pytest.fixture
def cursor(oracle_database: OracleDatabase, owner: str) -> Iterator[oracledb.Cursor]:
    with closing(oracle_database.connect(owner)) as connection:
        yield connection.cursor()


@pytest.fixture
def types(cursor: oracledb.Cursor) -> oracledb.Cursor:
    """Give a cursor in a schema with an object type, a varray and two nested table types."""
    for statement in (
        "CREATE TYPE address AS OBJECT (street VARCHAR2(10), zip NUMBER(5), since TIMESTAMP(3))",
        "CREATE OR REPLACE TYPE numbers AS VARRAY(3) OF NUMBER(4)",
        "CREATE TYPE addresses IS TABLE OF address;",
        "CREATE TYPE texts AS TABLE OF VARCHAR2(20 CHAR)",
    ):
        cursor.execute(statement)
    return cursor
