"""How columns are described, and what newer dictionary columns and older types allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import oracledb

from tools.live_check.probe import codes_of, outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.live_check.probe import Answer, Bench


def json_flags(bench: Bench) -> Iterator[Answer]:
    """Answer U2: which columns the server describes as JSON."""
    for kind in ("VARCHAR2(4000)", "CLOB", "BLOB"):
        table = f"live_is_json_{kind.partition('(')[0].lower()}"
        made = outcome(bench.make, f"CREATE TABLE {table} (v {kind} CHECK (v IS JSON))")
        is_made = made == "accepted"
        yield f"{kind} IS JSON", _flags(bench, f"SELECT v FROM {table}") if is_made else made
    query = "SELECT JSON_SERIALIZE('{\"a\": 1}' RETURNING CLOB ERROR ON ERROR) FROM dual"
    yield "JSON_SERIALIZE(… RETURNING CLOB)", _flags(bench, query)


def _flags(bench: Bench, query: str) -> str:
    with bench.cursor() as cursor:
        try:
            cursor.execute(query)
        except oracledb.Error as error:
            return codes_of(error)
        assert cursor.description is not None  # noqa: S101 - it was a query
        (column,) = cursor.description
        return f"{column.type_code.name}, is_json {column.is_json}, is_oson {column.is_oson}"


def newer_columns(bench: Bench) -> Iterator[Answer]:
    """Answer U3: dictionary columns that only some releases have (ORA-00904)."""
    for view, column in (
        ("all_tab_cols", "vector_info"),
        ("all_tab_cols", "domain_name"),
        ("all_tables", "read_only"),
        ("all_constraints", "precheck"),
    ):
        with bench.cursor() as cursor:
            sql = f"SELECT {column} FROM {view} WHERE ROWNUM = 1"
            yield f"{view}.{column}", outcome(cursor.execute, sql)


def limited_long(bench: Bench) -> Iterator[Answer]:
    """Answer U4: FETCH FIRST and ROWNUM beside a LONG column (ORA-00997)."""
    bench.make("CREATE TABLE live_limit (id NUMBER(9), v LONG)")
    for name, sql in (
        ("FETCH FIRST 5 ROWS ONLY", "SELECT id, v FROM live_limit FETCH FIRST 5 ROWS ONLY"),
        ("WHERE ROWNUM <= 5", "SELECT id, v FROM live_limit WHERE ROWNUM <= 5"),
    ):
        with bench.cursor() as cursor:
            yield name, outcome(_fetched, cursor, sql)


def _fetched(cursor: oracledb.Cursor, sql: str) -> None:
    cursor.execute(sql)
    cursor.fetchall()


def zoned_texts(bench: Bench) -> Iterator[Answer]:
    """Answer U7: two spellings of a local-time-zone value as text, in three session zones."""
    mask = 'YYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM'
    moment = "CAST(TIMESTAMP '2024-07-01 12:00:00.5 +00:00' AS TIMESTAMP(9) WITH LOCAL TIME ZONE)"
    for zone in ("+00:00", "Europe/Berlin", "-03:30"):
        with bench.cursor() as cursor:
            try:
                cursor.execute(f"ALTER SESSION SET TIME_ZONE = '{zone}'")
                cursor.execute(
                    f"SELECT TO_CHAR({moment}, '{mask}'),"
                    f" TO_CHAR({moment} AT TIME ZONE '+00:00', '{mask}') FROM dual"
                )
                ((plain, shifted),) = cursor.fetchall()
            except oracledb.Error as error:
                yield zone, codes_of(error)
            else:
                yield zone, f"TO_CHAR {plain}, AT TIME ZONE {shifted}"
