"""Builds a large dictionary in a data folder of the stand-in."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from oracle_standin.backend import ExecuteOptions, SessionInfo
from oracle_standin.engine.database import Database

OWNER, PASSWORD = "BENCH", "bench"
COLUMNS = 20
_TABLES_A_TRANSACTION = 500
"""Every table and index of a transaction keeps a lock until its end."""

_TYPES = (
    "NUMBER(12,2)",
    "VARCHAR2(40 CHAR)",
    "DATE",
    "TIMESTAMP(6)",
    "NUMBER",
    "VARCHAR2(200 CHAR) NOT NULL",
    "FLOAT(126)",
    "RAW(16)",
)


def pattern_statements() -> list[str]:
    """Return the DDL of the first table, of which the others are copies."""
    others = [f"C_{place:02d}" for place in range(4, COLUMNS + 1)]
    columns = ", ".join(
        f"{name} {_TYPES[place % len(_TYPES)]}" for place, name in enumerate(others)
    )
    named = ("ID", "PARENT_ID", "CODE", *others)
    return [
        (
            f"CREATE TABLE t_00000 (id NUMBER(18), parent_id NUMBER(18), code VARCHAR2(20 CHAR),"
            f" {columns}, CONSTRAINT t_00000_pk PRIMARY KEY (id),"
            " CONSTRAINT t_00000_uk UNIQUE (code),"
            " CONSTRAINT t_00000_fk FOREIGN KEY (parent_id) REFERENCES t_00000 (id))"
        ),
        "COMMENT ON TABLE t_00000 IS 'Table number 0'",
        *(f"COMMENT ON COLUMN t_00000.{name} IS 'What {name} says'" for name in named),
    ]


def build(folder: Path, tables: int) -> None:
    """Build a database of one schema in a data folder.

    The first table is made by Oracle DDL, the others are made from it in PostgreSQL.

    Args:
        folder: of the stand-in's `--data`.
        tables: how many, at most 100,000.
    """
    with Database(folder) as database:
        database.create_user(OWNER, PASSWORD)
        session = database.open_session(OWNER, SessionInfo(session_id=0, serial_number=0))
        try:
            for statement in pattern_statements():
                session.execute(statement, (), ((),), ExecuteOptions())
        finally:
            session.close()
        with closing(database.owner_connection()) as connection:
            connection.execute((Path(__file__).parent / "load.sql").read_bytes())
            for first in range(1, tables, _TABLES_A_TRANSACTION):
                last = min(first + _TABLES_A_TRANSACTION, tables) - 1
                connection.execute("SELECT bench_loader.copy_tables(%s, %s)", (first, last))
            connection.execute("SELECT bench_loader.record_copies()")
            connection.execute("DROP SCHEMA bench_loader CASCADE")
            connection.execute("ANALYZE")
