"""Makes tables known to the log that flashback reads, and notes what it cannot read across.

Source: Development Guide, "Guidelines for Oracle Flashback Query" (ORA-01466).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine


def begin(engine: Engine, relid: int, place: str) -> None:
    """Let a new table's changes be logged with whole rows from now on."""
    log_whole_rows(engine, place)
    engine.run(f"ALTER PUBLICATION ora_changes ADD TABLE {place}")
    cut(engine, relid)


def log_whole_rows(engine: Engine, place: str) -> None:
    """Let changes be logged with the old row; partitions need it each."""
    engine.run(f"ALTER TABLE {place} REPLICA IDENTITY FULL")


def cut(engine: Engine, relid: int) -> None:
    """Note that older states of a table cannot be read any more (ORA-01466)."""
    engine.run(
        "INSERT INTO ora.structure_changes VALUES (%s::oid, pg_catalog.pg_current_xact_id())",
        (relid,),
    )
