"""Columns of queries, described without running them."""

from __future__ import annotations

import pytest

from oracle_standin.protocol import OracleError
from tests.engine.session.handle import Handle, insert

pytestmark = pytest.mark.standin


def test_columns_of_expressions(one: Handle) -> None:
    columns = one.session.describe(
        'SELECT CAST(1 AS numeric) AS "N", CAST(2 AS numeric(9,2)) AS "P",'
        ' CAST(NULL AS varchar(7)) AS "V", CAST(NULL AS text) AS "X", true AS "B",'
        ' CAST(1.5 AS float8) AS "D", CAST(NULL AS jsonb) AS "J", CAST(NULL AS char(3)) AS "C",'
        ' CAST(NULL AS ora."DATE") AS "DT", CAST(NULL AS ora."TIMESTAMP"(20,3)) AS "TS"',
        (),
    )
    assert [
        (c.name, c.type_code.name, c.precision, c.scale, c.size_bytes, c.size_chars)
        for c in columns
    ] == [
        ("N", "NUMBER", 0, -127, 22, 0),
        ("P", "NUMBER", 9, 2, 22, 0),
        ("V", "VARCHAR", 0, 0, 7, 7),
        ("X", "VARCHAR", 0, 0, 4000, 4000),
        ("B", "BOOLEAN", 0, 0, 1, 0),
        ("D", "BINARY_DOUBLE", 0, 0, 8, 0),
        ("J", "JSON", 0, 0, 8200, 0),
        ("C", "CHAR", 0, 0, 3, 3),
        ("DT", "DATE", 0, 0, 7, 0),
        ("TS", "TIMESTAMP", 0, 3, 11, 0),
    ]


def test_columns_of_tables_say_whether_they_take_null(one: Handle) -> None:
    columns = one.session.describe('SELECT "ID", "NAME", "ID" + 1 AS "E" FROM "T"', ())
    assert [(c.name, c.nullable) for c in columns] == [("ID", False), ("NAME", True), ("E", True)]


def test_describing_runs_nothing(one: Handle) -> None:
    insert(one, 1)
    one.session.describe("SELECT 1 / 0 AS x", ())
    with pytest.raises(OracleError, match="ORA-00942"):
        one.session.describe('SELECT * FROM "NONE"', ())
    assert one.session.describe('DELETE FROM "T"', ()) == ()
    assert one.count() == 1
