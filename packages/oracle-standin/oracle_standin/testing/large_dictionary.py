"""A data dictionary of many thousand tables in a data folder, to measure discovery with."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from oracle_standin.backend import ExecuteOptions, SessionInfo
from oracle_standin.engine.database import Database

OWNER, PASSWORD = "BENCH", "bench"
COLUMNS = 20
_TABLES_PER_TRANSACTION = 500
"""A transaction holds a lock on every table and index until its end."""

_DICTIONARY_TABLES = """
SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class c
WHERE c.relkind = 'r' AND c.relnamespace IN ('pg_catalog'::regnamespace, 'ora'::regnamespace)
"""
"""What the dictionary is read from. The tables of the schema itself are empty."""

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


class GrowingDictionary:
    """A dictionary in a data folder of the stand-in that more tables are added to.

    The first table is made by Oracle DDL, the others are made from it in PostgreSQL.
    """

    def __init__(self, folder: Path) -> None:
        """Make a folder that does not exist yet, with one table."""
        self._folder = folder
        self._tables = 1
        with Database(folder) as database:
            database.create_user(OWNER, PASSWORD)
            session = database.open_session(OWNER, SessionInfo(session_id=0, serial_number=0))
            try:
                for statement in pattern_statements():
                    session.execute(statement, (), ((),), ExecuteOptions())
            finally:
                session.close()

    @property
    def tables(self) -> int:
        """Return the number of tables."""
        return self._tables

    def grow(self, tables: int) -> Path:
        """Add tables up to a number of them.

        Returns:
            The data folder.
        """
        with Database(self._folder) as database, closing(database.owner_connection()) as connection:
            connection.execute((Path(__file__).parent / "large_dictionary.sql").read_bytes())
            for first in range(self._tables, tables, _TABLES_PER_TRANSACTION):
                last = min(first + _TABLES_PER_TRANSACTION, tables) - 1
                connection.execute("SELECT bench_loader.copy_tables(%s, %s)", (first, last))
            connection.execute("SELECT bench_loader.record_copies()")
            connection.execute("DROP SCHEMA bench_loader CASCADE")
            (read_most,) = connection.execute(_DICTIONARY_TABLES).fetchone() or ("",)
            connection.execute(b"VACUUM (ANALYZE) " + read_most.encode())
        self._tables = max(tables, self._tables)
        return self._folder
