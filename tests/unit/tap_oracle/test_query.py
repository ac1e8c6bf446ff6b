"""The SELECT of a stream."""

from __future__ import annotations

import pytest

from oracle_core.identifiers import Identifier, IdentifierError, TableName
from tap_oracle.query import Bind, KeyRange, select

TABLE = TableName.of("HR", "EMPLOYEES")


def test_full_table() -> None:
    statement = select(TABLE, ['"ID"', "TO_CHAR(\"TS\", 'x')"])

    assert statement.sql == 'SELECT "ID", TO_CHAR("TS", \'x\') FROM "HR"."EMPLOYEES"'
    assert statement.binds == {}
    assert statement.input_types == {}


def test_incremental_without_a_bookmark_reads_null_keys_first() -> None:
    statement = select(TABLE, ['"ID"'], key_range=KeyRange(Identifier("UPDATED_AT")))

    assert statement.sql == (
        'SELECT "ID" FROM "HR"."EMPLOYEES" ORDER BY "UPDATED_AT" ASC NULLS FIRST'
    )


def test_incremental_binds_its_bookmark_and_reads_the_boundary_again() -> None:
    start = Bind("TO_DATE(:bookmark, 'YYYY')", "2024", input_type="DB_TYPE")
    statement = select(TABLE, ['"ID"'], key_range=KeyRange(Identifier("D"), start), limit=6)

    assert statement.sql == (
        'SELECT "ID" FROM "HR"."EMPLOYEES" WHERE "D" >= TO_DATE(:bookmark, \'YYYY\') '
        'ORDER BY "D" ASC FETCH FIRST :row_limit ROWS ONLY'
    )
    assert statement.binds == {"bookmark": "2024", "row_limit": 6}
    assert statement.input_types == {"bookmark": "DB_TYPE"}


HOSTILE = [
    "x' OR '1'='1",
    "a; DROP TABLE t",
    "--",
    "/*",
    ":bookmark",
    "SELECT",
    "é 😀",
    "lower",
    "a.b",
    "a-b/c",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_stay_inside_quotes(name: str) -> None:
    statement = select(
        TableName.of(name, name),
        [Identifier(name).sql],
        key_range=KeyRange(Identifier(name), Bind(":bookmark", 1)),
    )

    quoted = f'"{name}"'
    assert statement.sql == (
        f"SELECT {quoted} FROM {quoted}.{quoted} WHERE {quoted} >= :bookmark ORDER BY {quoted} ASC"
    )


@pytest.mark.parametrize("name", ['"', 'a"b', "a\0b", ""])
def test_names_that_no_quotes_hold_are_refused(name: str) -> None:
    with pytest.raises(IdentifierError):
        TableName.of("HR", name)


@pytest.mark.parametrize("value", HOSTILE)
def test_values_never_enter_the_text(value: str) -> None:
    key_range = KeyRange(Identifier("K"), Bind(":bookmark", value))

    statement = select(TABLE, ['"ID"'], key_range=key_range)

    assert value == ":bookmark" or value not in statement.sql.replace("SELECT", "")
    assert statement.binds == {"bookmark": value}
