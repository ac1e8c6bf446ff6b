"""Which plans the statements of a load and of an INCREMENTAL stream get, by type of key."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING

import oracledb

from oracle_core.identifiers import Identifier, TableName
from oracle_core.session_setup import session_statement
from oracle_core.types import parse
from oracle_core.types.table import bind_plan
from target_oracle.statements import LoadColumn, merge
from tools.live_check.probe import codes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.live_check.probe import Answer, Bench

_KEYS = {
    "NUMBER(9)": "5",
    "VARCHAR2(20 CHAR)": "key 5",
    "CHAR(8)": "key 5",
    "DATE": "2024-01-01T00:00:05",
    "TIMESTAMP(9)": "2024-01-01T00:00:05.000000001",
    "TIMESTAMP(6) WITH LOCAL TIME ZONE": "2024-01-01T00:00:05.000001+00:00",
}
_ROWS = 2_000
_OPERATION = re.compile(r"\|[* ]*\d+ *\|[ ]*([A-Z][A-Z ()-]*?) *\|")


def plans_by_key(bench: Bench) -> Iterator[Answer]:
    """Show how a row is found by its key: by index, or by reading the whole table."""
    for number, (kind, value) in enumerate(_KEYS.items()):
        table = f"LIVE_PLAN_{number}"
        row = _row_expression(kind)
        bench.make(
            f"CREATE TABLE {table} (k {kind} PRIMARY KEY, v NUMBER)",
            f"INSERT INTO {table} SELECT {row}, LEVEL FROM dual CONNECT BY LEVEL <= {_ROWS}",
        )
        key_type = parse(kind)
        key = LoadColumn(Identifier("K"), key_type, bind_plan(key_type), is_key=True)
        other_type = parse("NUMBER")
        other = LoadColumn(Identifier("V"), other_type, bind_plan(other_type))
        statement = merge(TableName(Identifier(bench.user), Identifier(table)), [key, other])
        yield f"MERGE by {kind}", _plan(bench, statement.sql, [value, "1"])
        range_sql = f'SELECT v FROM {table} WHERE "K" >= {key.placeholder(1)} ORDER BY "K"'
        yield f"INCREMENTAL by {kind}", _plan(bench, range_sql, [value])


def _row_expression(kind: str) -> str:
    if kind.startswith("NUMBER"):
        return "LEVEL"
    if "CHAR" in kind:
        return "'key ' || LEVEL"
    return "DATE '2024-01-01' + LEVEL / 86400"


def _plan(bench: Bench, sql: str, values: list[str]) -> str:
    """Return the operations of a statement's plan, without names."""
    with (
        closing(bench.database.connect(bench.user)) as connection,
        connection.cursor() as cursor,
    ):
        try:
            cursor.execute(session_statement())
            cursor.execute(sql, values)
            if cursor.description:
                cursor.fetchall()
            cursor.execute("SELECT plan_table_output FROM TABLE(DBMS_XPLAN.DISPLAY_CURSOR)")
            lines = [str(line) for (line,) in cursor.fetchall()]
        except oracledb.Error as error:
            return codes_of(error)
        finally:
            connection.rollback()
    operations = [match[1] for line in lines if (match := _OPERATION.match(line))]
    return " ← ".join(operations) or "no plan shown"
