"""From rows of V$LOGMNR_CONTENTS to states of keys and positions, over several windows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

import pytest

from oracle_core.identifiers import TableName
from tap_oracle.changes import GapError, Truncated
from tap_oracle.logminer import contents
from tap_oracle.logminer.log_files import MissingLog
from tap_oracle.logminer.position import LogPosition
from tap_oracle.logminer.reader import LogReader, Reached, Stopped
from tap_oracle.logminer.session import MinedTable, MiningSession, MissingLogError
from tap_oracle.logminer.table_changes import Folded, TableChanges
from tap_oracle.logminer.windows import WindowSize
from tests.unit.tap_oracle.logs.rows import TABLE, commit, row, start

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_oracle.logminer.contents import LogRow

LOCATOR = f'DECLARE\nBEGIN\n select "C" into loc_c from {TABLE} where "ID" = \'1\' for update;'


class FakeMining:
    """Gives the rows of a range, as the session that mines does."""

    def __init__(self, rows: list[LogRow]) -> None:
        self.rows = rows
        self.ranges: list[tuple[int, int]] = []
        self.seconds = 10.0
        self.hole: MissingLog | None = None

    def mine(self, tables: Sequence[MinedTable], first_scn: int, last_scn: int) -> Iterator[LogRow]:
        del tables
        self.ranges.append((first_scn, last_scn))
        if self.hole is not None:
            raise MissingLogError(self.hole)
        yield from [one for one in self.rows if first_scn <= one.scn <= last_scn]


def read(
    *rows: LogRow, begin: int = 0, restart: int = 1, end: int = 30, size: int = 10
) -> tuple[list[Any], FakeMining]:
    mining = FakeMining(list(rows))
    table = changes_of("T", LogPosition(begin, restart, 1))
    log = LogReader(cast("MiningSession", mining), [table], size=WindowSize(size))
    events = []
    for _, event in log.read(LogPosition(end, end - 1, 1)):
        if isinstance(event, Stopped):
            raise event.error
        events.append(event)
    return events, mining


def changes_of(name: str, start: LogPosition, *objects: int) -> TableChanges:
    return TableChanges(
        MinedTable(TableName.of("HR", name), frozenset(objects or {7})),
        ["ID"],
        start,
        stream=f"HR-{name}",
        memory_limit_bytes=1_000_000,
    )


def insert(key: int, scn: int, xid: bytes = b"\1") -> LogRow:
    sql = f"""insert into {TABLE}("ID") values ('{key}');"""
    return row(contents.INSERT, scn, xid, sql_redo=sql)


def keys(events: list[Any]) -> list[str | None]:
    return [
        state.image["ID"] for event in events if isinstance(event, Folded) for state in event.states
    ]


def test_a_transaction_may_span_windows() -> None:
    rows = [start(5), insert(1, 5), insert(2, 15), commit(25)]
    events, mining = read(*rows)
    assert mining.ranges == [(1, 10), (11, 20), (21, 30)]
    assert keys(events) == ["'1'", "'2'"]
    positions = [event.position for event in events if isinstance(event, Reached)]
    assert [(one.scn, one.restart_scn) for one in positions] == [(10, 5), (20, 5), (30, 29)]


def test_undo_of_a_change_in_an_earlier_window_finds_its_transaction() -> None:
    """LogMiner knows the slot of a transaction alone where the change lies before its range."""
    xid, unknown = b"\1\0\2\0\3\0\0\0", b"\1\0\2\0\xff\xff\xff\xff"
    undo = row(contents.DELETE, 15, unknown, is_undo=1, row_id="A")
    rows = [start(5, xid), insert(1, 5, xid)._replace(row_id="A"), insert(2, 6, xid), undo]
    other = b"\1\0\3\0\3\0\0\0"
    events, _ = read(*rows, start(16, other), insert(3, 16, other), commit(17, other))
    assert keys(events) == ["'3'"]
    events, _ = read(*rows, commit(25, xid))
    assert keys(events) == ["'2'"]


def test_redo_is_read_when_it_is_in_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last window waits, because a commit has its SCN before its redo is written."""
    waits: list[tuple[float, int]] = []
    clock = iter([100.0, 101.5])
    mining = FakeMining([])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(time, "sleep", lambda seconds: waits.append((seconds, len(mining.ranges))))
    table = changes_of("T", LogPosition(0, 1, 1))
    session = cast("MiningSession", mining)
    log = LogReader(session, [table], size=WindowSize(10), flush_seconds=3)
    list(log.read(LogPosition(25, 25, 1)))
    assert mining.ranges == [(1, 10), (11, 20), (21, 25)]
    assert waits == [(1.5, 2)]


def test_what_was_delivered_is_read_again_and_not_delivered() -> None:
    rows = [start(5), insert(1, 5), start(6, b"b"), insert(2, 6, b"b"), commit(12)]
    events, mining = read(*rows, commit(14, b"b"), begin=12, restart=5, end=20)
    assert mining.ranges[0] == (5, 14)
    assert keys(events) == ["'2'"]
    assert [event.position.scn for event in events if isinstance(event, Reached)] == [14, 20]


def test_a_bookmark_moves_without_changes() -> None:
    events, _ = read(end=8)
    assert [event.position.scn for event in events] == [8]


def test_truncate_forgets_what_came_before() -> None:
    truncate = row(contents.DDL, 8, sql_redo="/* why */ truncate  Table t;")
    rows = [start(5), insert(1, 5), commit(6), start(8), truncate, commit(8)]
    events, _ = read(*rows, start(9), insert(2, 9), commit(9))
    assert [type(event) for event in events[:2]] == [Truncated, Folded]
    assert keys(events) == ["'2'"]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (row(contents.UNSUPPORTED, 5, info="Unsupported data type JSON"), "data type JSON"),
        (row(contents.INSERT, 5, status=2, info="Dictionary Mismatch"), "Dictionary Mismatch"),
        (row(contents.UPDATE, 5, status=2, sql_redo="x"), "could not write the change as SQL"),
        (row(contents.DDL, 5, sql_redo="drop table t;"), "DROP TABLE removed rows"),
        (
            row(contents.DDL, 5, sql_redo="alter table t truncate partition p;"),
            "ALTER TABLE removed rows",
        ),
        (
            row(contents.DDL, 5, sql_redo="alter table t drop /* old */ partitions p, q;"),
            "ALTER TABLE removed rows",
        ),
        (
            row(contents.DDL, 5, sql_redo="alter table t move including rows where id > 5;"),
            "ALTER TABLE removed rows",
        ),
        (row(contents.LOB_WRITE, 5, sql_redo=" buf_c := 'x';"), "large object was written"),
        (row(contents.LOB_LOCATOR, 5, sql_redo="BEGIN"), "large object was written"),
        (row(68, 5, sql_redo="XML DOC BEGIN"), "operation 68"),
    ],
)
def test_what_cannot_be_read_is_a_gap(change: LogRow, cause: str) -> None:
    with pytest.raises(GapError, match=cause) as failure:
        read(start(5), change, commit(6))
    assert failure.value.first_scn == 5
    assert "stream 'HR-T'" in str(failure.value)
    assert "on_gap" in str(failure.value)


def test_ddl_that_keeps_rows_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    ddl = row(contents.DDL, 5, sql_redo="alter table t add (secret number default 42);")
    events, _ = read(start(5), ddl, commit(5))
    assert keys(events) == []
    assert "ALTER TABLE at SCN 5 changed the table" in caplog.text
    assert "42" not in caplog.text


def test_large_objects_mark_their_row() -> None:
    writes = [
        row(contents.LOB_LOCATOR, 5, sql_redo=LOCATOR),
        row(contents.LOB_WRITE, 5, sql_redo=" buf_c := 'x'; dbms_lob.write(loc_c, 1, 1, buf_c);"),
    ]
    events, _ = read(start(5), *writes, commit(6))
    assert keys(events) == ["'1'"]


def test_a_transaction_that_began_before_the_redo_is_a_gap() -> None:
    with pytest.raises(GapError, match="began before the redo"):
        read(insert(1, 5), commit(6))


def test_missing_redo_is_named() -> None:
    with pytest.raises(GapError, match="missing redo at SCN 5"):
        read(row(contents.MISSING_SCN, 5))
    mining = FakeMining([])
    mining.hole = MissingLog(thread=2, sequence=8, first_scn=18, last_scn=21)
    table = changes_of("T", LogPosition(10, 10, 1))
    log = LogReader(cast("MiningSession", mining), [table])
    with pytest.raises(GapError, match="sequence 8 of thread 2") as failure:
        list(log.read(LogPosition(30, 30, 1)))
    assert "from SCN 18 to 21" in str(failure.value)


def test_one_pass_reads_several_tables() -> None:
    """Each gets its changes and its position; one that cannot be read stops alone."""
    place = '"HR"."U"'

    def of_u(key: int, scn: int, xid: bytes) -> LogRow:
        sql = f"""insert into {place}("ID") values ('{key}');"""
        return row(contents.INSERT, scn, xid, sql_redo=sql, table="U")

    rows = [
        *(start(3, b"a"), insert(1, 3, b"a"), of_u(11, 4, b"a")),
        *(start(4, b"b"), of_u(12, 5, b"b"), commit(6, b"a")),
        *(row(contents.INSERT, 7, b"b", owner="UNKNOWN", table="OBJ# 9", data_object=9, status=2),),
        *(start(8, b"c"), insert(2, 8, b"c"), commit(9, b"c"), commit(9, b"b")),
        *(start(10, b"d"), of_u(13, 10, b"d"), commit(11, b"d"), start(12, b"e")),
    ]
    mining = FakeMining(rows)
    t = changes_of("T", LogPosition(0, 1, 1))
    u = changes_of("U", LogPosition(0, 1, 1), 8)
    v = changes_of("V", LogPosition(5, 5, 1), 9)
    log = LogReader(cast("MiningSession", mining), [t, u, v])
    events = list(log.read(LogPosition(30, 30, 1)))

    assert mining.ranges == [(1, 30)]
    assert keys([event for table, event in events if table is t]) == ["'1'", "'2'"]
    assert keys([event for table, event in events if table is u]) == ["'11'", "'12'", "'13'"]
    (stopped,) = [event for table, event in events if table is v]
    assert isinstance(stopped, Stopped) and "stream 'HR-V'" in str(stopped.error)
    # A transaction that is open may still change any of the tables.
    reached = {event.position.restart_scn for _, event in events if isinstance(event, Reached)}
    assert reached == {12}
