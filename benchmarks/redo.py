"""How many changes per second LogMiner's redo becomes RECORD lines, without the database.

    python -m benchmarks.redo [--changes 100000]

Half of the changes are INSERTs, the rest UPDATEs and DELETEs of a table of ten columns with all
columns logged, in transactions of ten changes. Counted is all of the client's work: transactions,
parsing, folding, decoding and encoding. The numbers are to be read, not tested.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import time
from itertools import count
from typing import TYPE_CHECKING, cast

from oracle_core.identifiers import TableName
from oracle_core.types import fetch_plan, parse
from oracle_core.types.plans import JsonSchemaOptions
from tap_oracle.logminer.contents import COMMIT, DELETE, INSERT, START, UPDATE, LogRow
from tap_oracle.logminer.position import LogPosition
from tap_oracle.logminer.reader import LogReader
from tap_oracle.logminer.session import MinedTable, MiningSession
from tap_oracle.logminer.source import key_changes
from tap_oracle.logminer.table_changes import Folded, TableChanges
from tap_oracle.logminer.windows import MAX_SCNS, WindowSize
from tap_oracle.plan import ColumnPlan, StreamPlan
from tap_oracle.writer import record_encoder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TABLE = TableName.of("BENCH", "T")
COLUMNS = {
    "ID": ("NUMBER(18)", "'{}'"),
    "CUSTOMER": ("NUMBER(18)", "'4711'"),
    "AMOUNT": ("NUMBER(12,2)", "'1234.56'"),
    "RATIO": ("BINARY_DOUBLE", "'1.25E+000'"),
    "NAME": ("VARCHAR2(40 CHAR)", "'O''Neil & Sons'"),
    "CITY": ("VARCHAR2(40 CHAR)", "'Regensburg'"),
    "NOTE": ("VARCHAR2(200 CHAR)", "'a text of some length, as notes are'"),
    "BORN": ("DATE", "TO_DATE(' 2024-01-31 00:00:00', 'SYYYY-MM-DD HH24:MI:SS')"),
    "CHANGED": ("TIMESTAMP(6)", "TO_TIMESTAMP(' 2024-05-06 07:08:09.123456000')"),
    "NOTHING": ("VARCHAR2(10 CHAR)", None),
}
CHANGES_PER_TRANSACTION = 10


class MadeRedo:
    """Rows as a session that mines gives them."""

    seconds = 10.0

    def __init__(self, rows: Sequence[LogRow]) -> None:
        """Keep the rows."""
        self._rows = rows

    def mine(self, tables: Sequence[MinedTable], first_scn: int, last_scn: int) -> Iterator[LogRow]:
        """Yield all rows."""
        del tables, first_scn, last_scn
        yield from self._rows


def made_rows(changes: int) -> list[LogRow]:
    """Return the redo of a number of changes."""
    statements = _statements()
    rows, numbers = [], count(1)
    moment = dt.datetime(2024, 5, 6, 7, 8, 9)  # noqa: DTZ001 - the server's clock has no zone
    blank = LogRow(1, b"", 0, 0, 0, 0, moment, 1, " 1 ", 0, 7, "BENCH", "T", None, None, None)
    for transaction in range(changes // CHANGES_PER_TRANSACTION):
        xid, scn = transaction.to_bytes(8, "big"), transaction + 1
        ends = blank._replace(xid=xid, scn=scn)
        rows.append(ends._replace(operation=START))
        for _ in range(CHANGES_PER_TRANSACTION):
            number = next(numbers)
            operation, statement = statements[number % len(statements)]
            redo = statement.replace("{}", str(number))
            rows.append(ends._replace(operation=operation, sql_redo=redo, row_id=f"R{number}"))
        rows.append(ends._replace(operation=COMMIT))
    return rows


def _statements() -> list[tuple[int, str]]:
    place, names = TABLE.sql, ",".join(f'"{name}"' for name in COLUMNS)
    values = ",".join(literal or "NULL" for _, literal in COLUMNS.values())
    where = " and ".join(
        f'"{name}" = {literal}' if literal else f'"{name}" IS NULL'
        for name, (_, literal) in COLUMNS.items()
    )
    # Texts as LogMiner writes them; nothing is sent to a database.
    insert = (INSERT, f"insert into {place}({names}) values ({values});")  # noqa: S608
    update = (UPDATE, f'update {place} set "CITY" = \'Passau\', "NOTE" = NULL where {where};')  # noqa: S608
    delete = (DELETE, f"delete from {place} where {where};")  # noqa: S608
    return [insert, update, insert, delete]


def plan() -> StreamPlan:
    """Return how the columns are decoded."""
    types = {name: parse(text) for name, (text, _) in COLUMNS.items()}
    columns = [ColumnPlan(name, kind, fetch_plan(kind)) for name, kind in types.items()]
    return StreamPlan(tuple(columns), JsonSchemaOptions())


def measure(changes: int) -> float:
    """Return the changes per second of CPU time."""
    rows, columns = made_rows(changes), plan()
    table = TableChanges(
        MinedTable(TABLE, frozenset()),
        ["ID"],
        LogPosition(0, 1, 1),
        stream="BENCH-T",
        memory_limit_bytes=1_000_000_000,
    )
    mining = cast("MiningSession", MadeRedo(rows))
    reader = LogReader(mining, [table], size=WindowSize(MAX_SCNS))
    encode = record_encoder("BENCH-T", (*columns.names, "_sdc_deleted_at", "_sdc_scn"), 1)
    # The collector is to look at what the reader makes, not at the redo that a server would hold.
    gc.collect()
    gc.freeze()
    started, delivered = time.process_time(), 0
    for _, event in reader.read(LogPosition(changes, changes, 1)):
        if isinstance(event, Folded):
            made = key_changes(event.states, columns)
            values = columns.values([change.row for change in made])
            lines = [(*row, None, change.scn) for row, change in zip(values, made, strict=True)]
            encode(lines, dt.datetime.now(dt.UTC))
            delivered += len(lines)
    if delivered != changes:
        message = f"{delivered} of {changes} changes were delivered"
        raise SystemExit(message)
    return changes / (time.process_time() - started)


def report(changes: int) -> None:
    """Measure three times and print the best."""
    best = max(measure(changes) for _ in range(3))
    print(f"{best:,.0f} changes of redo per second of CPU time, ten columns each", flush=True)


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=100_000)
    report(parser.parse_args().changes)


if __name__ == "__main__":
    main()
