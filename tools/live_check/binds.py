"""How values are bound: by declared size, by order, in MERGE, and as large objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import oracledb

from tools.live_check.probe import codes_of, outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.live_check.probe import Answer, Bench

_LENGTHS = (600, 1_000, 1_001, 2_001, 4_000)
_MERGE = (
    "MERGE INTO live_text t USING (SELECT :1 AS id, :2 AS v FROM dual) s ON (t.id = s.id)"
    " WHEN MATCHED THEN UPDATE SET t.v = s.v"
    " WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v)"
)


def merged_texts(bench: Bench) -> Iterator[Answer]:
    """Answer U1: texts of growing length in the USING clause of a MERGE."""
    bench.make("CREATE TABLE live_text (id NUMBER(9) PRIMARY KEY, v VARCHAR2(4000 BYTE))")
    for letter, name in (("x", "ASCII"), ("é", "accented")):
        for length in _LENGTHS:
            size = max(1, length // len(letter.encode()))
            with bench.cursor() as cursor:
                cursor.setinputsizes(oracledb.DB_TYPE_NUMBER, length)
                rows = [(number, letter * size) for number in range(3)]
                result = outcome(cursor.executemany, _MERGE, rows)
            yield f"{size:,} {name} characters, declared as {length:,}", result


def bind_order(bench: Bench) -> Iterator[Answer]:
    """Answer L1: a CLOB column before and after text columns, with long and short values."""
    bench.make(
        "CREATE TABLE live_order (id VARCHAR2(1000 CHAR) PRIMARY KEY, v VARCHAR2(4000), c CLOB)"
    )
    statements = {
        "INSERT, CLOB before the text": "INSERT INTO live_order (c, v, id) VALUES (:1, :2, :3)",
        "INSERT, CLOB last": "INSERT INTO live_order (v, id, c) VALUES (:2, :3, :1)",
        "UPDATE, CLOB before text and key": "UPDATE live_order SET c = :1, v = :2 WHERE id = :3",
        "UPDATE, CLOB last": "UPDATE live_order SET v = :2, c = :1 WHERE id = :3",
    }
    for length in (100, 600, 1_001, 4_000):
        text, key = "c" * length, "k" * min(length, 900)
        for name, sql in statements.items():
            with bench.cursor() as cursor:
                binds = {"1": text, "2": "v" * length, "3": key}
                result = outcome(cursor.execute, sql, binds)
            yield f"{name}, {length:,} characters", result


def merged_long(bench: Bench) -> Iterator[Answer]:
    """Answer U5: MERGE into LONG and LONG RAW columns."""
    for kind, value in (("LONG", "text"), ("LONG RAW", b"bytes")):
        table = f"live_{kind.lower().replace(' ', '_')}"
        bench.make(f"CREATE TABLE {table} (id NUMBER(9) PRIMARY KEY, v {kind})")
        sql = _MERGE.replace("live_text", table)
        with bench.cursor() as cursor:
            yield kind, outcome(cursor.execute, sql, [1, value])


def merged_expressions(bench: Bench) -> Iterator[Answer]:
    """Answer U6: expressions of newer types as columns of a MERGE's USING."""
    cases = (
        ("XMLTYPE", "XMLPARSE(DOCUMENT :2)", "<a/>"),
        ("JSON", "JSON(:2)", '{"a":1.10}'),
        ("VECTOR", "TO_VECTOR(:2)", "[1, 2, 3]"),
    )
    for kind, expression, value in cases:
        table = f"live_{kind.lower()}"
        created = outcome(bench.make, f"CREATE TABLE {table} (id NUMBER(9) PRIMARY KEY, v {kind})")
        if created != "accepted":
            yield f"{kind}: CREATE TABLE", created
            continue
        sql = _MERGE.replace("live_text", table).replace(":2", expression)
        for size in (len(value), 5_000):
            text = value + " " * (size - len(value))
            with bench.cursor() as cursor:
                result = outcome(cursor.execute, sql, [1, text])
            yield f"{expression}, {size:,} characters", result
        if kind == "JSON":
            sql = _MERGE.replace("live_text", table)
            with bench.cursor() as cursor:
                cursor.setinputsizes(None, oracledb.DB_TYPE_JSON)
                result = outcome(cursor.execute, sql, [1, {"a": "x" * 5_000}])
            yield "native bind of JSON, 5,000 characters", result


def merged_columns(bench: Bench) -> Iterator[Answer]:
    """Answer U8: MERGE into tables with many columns (ORA-01792)."""
    for count in (250, 500, 501, 999):
        columns = [f"c{number}" for number in range(count)]
        bench.make(
            f"CREATE TABLE live_wide_{count} (id NUMBER(9) PRIMARY KEY, "
            f"{', '.join(f'{name} NUMBER' for name in columns)})"
        )
        source = ", ".join(f":{number} AS {name}" for number, name in enumerate(columns, 2))
        changes = ", ".join(f"t.{name} = s.{name}" for name in columns)
        listed, values = ", ".join(columns), ", ".join(f"s.{name}" for name in columns)
        sql = (
            f"MERGE INTO live_wide_{count} t USING (SELECT :1 AS id, {source} FROM dual) s"
            f" ON (t.id = s.id) WHEN MATCHED THEN UPDATE SET {changes}"
            f" WHEN NOT MATCHED THEN INSERT (id, {listed}) VALUES (s.id, {values})"
        )
        with bench.cursor() as cursor:
            result = outcome(cursor.execute, sql, list(range(count + 1)))
        yield f"{count + 1} columns", result


def temporary_lobs(bench: Bench) -> Iterator[Answer]:
    """Count the temporary LOBs of a session after 100 rows with values of 40,000 characters."""
    bench.make("CREATE TABLE live_lob (id NUMBER(9) PRIMARY KEY, c CLOB)")
    with bench.cursor() as cursor:
        cursor.setinputsizes(None, oracledb.DB_TYPE_CLOB)
        rows = [(number, "x" * 40_000) for number in range(100)]
        sql = "INSERT INTO live_lob VALUES (:1, :2)"
        yield "100 rows bound as CLOB", outcome(cursor.executemany, sql, rows)
        try:
            cursor.execute(
                "SELECT SUM(cache_lobs + nocache_lobs) FROM v$temporary_lobs"
                " WHERE sid = SYS_CONTEXT('USERENV', 'SID')"
            )
            ((count,),) = cursor.fetchall()
        except oracledb.Error as error:
            yield "V$TEMPORARY_LOBS", codes_of(error)
        else:
            yield "temporary LOBs of the session", str(count)
