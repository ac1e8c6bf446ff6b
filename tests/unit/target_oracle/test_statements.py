"""Statements of a load, the order of their binds, and the folding of keys."""

from __future__ import annotations

from decimal import Decimal

import oracledb
import pytest

from oracle_core.identifiers import Identifier, TableName
from oracle_core.types import bind_plan, parse
from target_oracle import statements
from target_oracle.batch import Batch
from target_oracle.binding import Binding, binding
from target_oracle.folding import positions_to_load
from target_oracle.statements import LoadColumn

TABLE = TableName.of("S", "T")


def column(name: str, sql_type: str, *, is_key: bool = False) -> LoadColumn:
    oracle_type = parse(sql_type)
    return LoadColumn(Identifier(name), oracle_type, bind_plan(oracle_type), is_key)


ID = column("ID", "NUMBER(9)", is_key=True)
CODE = column("CODE", "CHAR(4 CHAR)", is_key=True)
AT = column("AT", "TIMESTAMP(9) WITH TIME ZONE")
AT_KEY = column("AT", "TIMESTAMP(9) WITH LOCAL TIME ZONE", is_key=True)
BODY = column("BODY", "CLOB")
NAME = column("NA ME", "VARCHAR2(40 CHAR)")
MASK = "'SYYYY-MM-DD\"T\"HH24:MI:SS.FF9TZH:TZM'"


def test_merge_updates_all_but_the_keys() -> None:
    statement = statements.merge(TABLE, [ID, NAME, AT])
    assert statement.order == (0, 1, 2)
    assert statement.sql == (
        'MERGE INTO "S"."T" t USING (SELECT :1 AS "ID", :2 AS "NA ME", '
        f'TO_TIMESTAMP_TZ(:3, {MASK}) AS "AT" FROM dual) s ON (t."ID" = s."ID") '
        'WHEN MATCHED THEN UPDATE SET t."NA ME" = s."NA ME", t."AT" = s."AT" '
        'WHEN NOT MATCHED THEN INSERT ("ID", "NA ME", "AT") VALUES (s."ID", s."NA ME", s."AT")'
    )


def test_a_table_of_keys_is_only_inserted_into() -> None:
    sql = statements.merge(TABLE, [ID]).sql
    assert "WHEN MATCHED" not in sql
    assert sql.endswith('WHEN NOT MATCHED THEN INSERT ("ID") VALUES (s."ID")')


def test_padded_keys_are_compared_as_char() -> None:
    assert 'CAST(:1 AS CHAR(4 CHAR)) AS "CODE"' in statements.merge(TABLE, [CODE, NAME]).sql
    assert statements.update(TABLE, [CODE, NAME], frozenset()).sql.endswith(
        'WHERE "CODE" = CAST(:2 AS CHAR(4 CHAR))'
    )


def test_long_values_come_last() -> None:
    inserted = statements.insert(TABLE, [BODY, ID, NAME], frozenset({0}))
    assert inserted.order == (1, 2, 0)
    assert inserted.sql == 'INSERT INTO "S"."T" ("ID", "NA ME", "BODY") VALUES (:1, :2, :3)'
    updated = statements.update(TABLE, [BODY, ID, NAME], frozenset({0}))
    assert updated.order == (2, 0, 1)
    assert updated.sql == 'UPDATE "S"."T" SET "NA ME" = :1, "BODY" = :2 WHERE "ID" = :3'


def test_versions_and_deletes() -> None:
    version, deleted = Identifier("V"), Identifier("D")
    assert statements.delete_older(TABLE, version, with_null=True) == (
        'DELETE FROM "S"."T" WHERE ("V" < :1 OR "V" > :2 OR "V" IS NULL)'
    )
    marked = statements.mark_older(TABLE, version, deleted, with_null=False)
    assert marked.endswith('WHERE ("V" < :2 OR "V" > :3) AND "D" IS NULL')
    statement = statements.delete(TABLE, [NAME, ID])
    assert (statement.sql, statement.order) == ('DELETE FROM "S"."T" WHERE "ID" = :1', (1,))


def test_the_last_of_repeated_keys_stays() -> None:
    values: list[list[object]] = [[1, 2, 1, 3, 2], list("abcde")]
    assert positions_to_load([ID, NAME], values) == [2, 3, 4]
    assert positions_to_load([ID, NAME], [[1, 2, 3], list("abc")]) is None
    assert positions_to_load([ID], [[1, Decimal("1.0")]]) == [1]


@pytest.mark.parametrize(
    ("key", "values"),
    [
        (CODE, ["A", "A   "]),
        (
            AT_KEY,
            ["2024-01-01T02:00:00.000000001+02:00", "2024-01-01T00:00:00.000000001+00:00"],
        ),
        (AT_KEY, ["0001-01-01T00:00:00.000000000+05:30", "0001-01-01T00:00:00.000000000+05:30"]),
    ],
)
def test_keys_are_compared_as_oracle_does(key: LoadColumn, values: list[str]) -> None:
    assert positions_to_load([key], [values]) == [1]


def test_nine_digits_keep_keys_apart() -> None:
    values = ["2024-01-01T00:00:00.000000001+00:00", "2024-01-01T00:00:00.000000002+00:00"]
    assert positions_to_load([AT_KEY], [values]) is None


@pytest.mark.parametrize(
    ("where", "values", "wanted"),
    [
        (NAME, ["abc", None], Binding(oracledb.DB_TYPE_VARCHAR, 16)),
        (NAME, [None, None], Binding(oracledb.DB_TYPE_VARCHAR, 16)),
        (NAME, ["x" * 33], Binding(oracledb.DB_TYPE_VARCHAR, 64)),
        (NAME, ["x" * 513], Binding(oracledb.DB_TYPE_VARCHAR, 1000)),
        (NAME, ["x" * 1001], Binding(oracledb.DB_TYPE_VARCHAR, 1001, is_long=True)),
        (BODY, ["x" * 1000, None], Binding(oracledb.DB_TYPE_VARCHAR, 1000)),
        (BODY, ["x" * 1001], Binding(oracledb.DB_TYPE_LONG, 1001, is_long=True)),
        (column("N", "NCLOB"), ["x" * 1000], Binding(oracledb.DB_TYPE_NVARCHAR, 1000)),
        (
            column("N", "NCLOB"),
            ["x" * 2001],
            Binding(oracledb.DB_TYPE_LONG_NVARCHAR, 2001, is_long=True),
        ),
        (column("B", "BLOB"), [b"x" * 10], Binding(oracledb.DB_TYPE_RAW, 16)),
        (
            column("B", "BLOB"),
            [b"x" * 2001],
            Binding(oracledb.DB_TYPE_LONG_RAW, 2001, is_long=True),
        ),
        (ID, [1], Binding(oracledb.DB_TYPE_NUMBER)),
        (column("J", "JSON"), ["{}"], Binding(oracledb.DB_TYPE_VARCHAR, 16)),
        (column("J", "JSON"), ["x" * 5000], Binding(oracledb.DB_TYPE_CLOB)),
    ],
)
def test_bindings_follow_the_longest_value(
    where: LoadColumn, values: list[object], wanted: Binding
) -> None:
    assert binding(where, values) == wanted


def test_picking_rows_of_a_batch() -> None:
    batch = Batch([ID, NAME], [[1, 2, 3], ["a", "b", "c"]], 3)
    assert batch.pick([2, 0]) == Batch([ID, NAME], [[3, 1], ["c", "a"]], 2, [2, 0])
