"""A schema with types made by CREATE TYPE."""

from __future__ import annotations

from typing import Any

import oracledb
import pytest

GRANTS = ("CREATE SESSION", "CREATE TABLE", "CREATE VIEW", "CREATE TYPE")


def error(cursor: oracledb.Cursor, statement: str) -> str:
    with pytest.raises(oracledb.DatabaseError) as caught:
        cursor.execute(statement)
    return str(caught.value)


def rows(cursor: oracledb.Cursor, query: str) -> list[tuple[Any, ...]]:
    return list(cursor.execute(query))
