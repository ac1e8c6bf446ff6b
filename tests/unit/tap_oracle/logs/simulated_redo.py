"""A table, sessions that change it, and the redo that LogMiner would show of them.

Undone work is in the redo too: its changes, and for each of them a row with ROLLBACK = 1, which
names the whole transaction only where the range that is mined holds the change it undoes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_oracle.logminer.contents import DELETE, INSERT, UPDATE
from tests.unit.tap_oracle.logs.rows import TABLE, commit, rollback, row, start

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_oracle.logminer.contents import LogRow
    from tap_oracle.logminer.session import MinedTable

UNKNOWN_SEQUENCE = b"\xff\xff\xff\xff"

Row = tuple[int, str]
"""ID and NAME."""


@dataclass
class Change:
    """A change of the row at a ROWID; `old` is None for an insert, `new` for a delete."""

    rowid: str
    old: Row | None
    new: Row | None
    scn: int


@dataclass
class Session:
    """One session and its transaction."""

    number: int
    sequence: int = 0
    began: int | None = None
    savepoint: int = 0
    changes: list[Change] = field(default_factory=list)

    @property
    def xid(self) -> bytes:
        return bytes([self.number, 0, 1, 0, self.sequence, 0, 0, 0])


class SimulatedRedo:
    """The redo of a table, and what the table held at each commit."""

    def __init__(self, *, logs_whole_rows: bool) -> None:
        self.logs_whole_rows = logs_whole_rows
        self.scn = 1
        self.seconds = 10.0
        self.redo: list[tuple[LogRow, int]] = []
        """Rows, each with the SCN of the change that it undoes, else its own."""
        self.rows: dict[str, Row] = {}
        """By ROWID, as the sessions see them: each has keys of its own."""
        self.committed: dict[str, Row] = {}
        self.history: list[tuple[int, dict[int, str]]] = [(0, {})]
        self.sessions = [Session(0), Session(1)]
        self._rowids = 0

    # What a test does

    def insert(self, number: int, key: int, name: str) -> None:
        if self._rowid(key) is None:
            self._rowids += 1
            self._change(number, f"R{self._rowids}", (key, name))

    def update(self, number: int, key: int, name: str) -> None:
        if (rowid := self._rowid(key)) is not None:
            self._change(number, rowid, (key, name))

    def move(self, number: int, key: int, new: int) -> None:
        if (rowid := self._rowid(key)) is not None and self._rowid(new) is None:
            self._change(number, rowid, (new, self.rows[rowid][1]))

    def swap(self, number: int, low: int, high: int) -> None:
        """Mirror the keys of a range in one statement, which is unique again at its end."""
        keys = {name: key for name, (key, _) in self.rows.items() if low <= key <= high}
        for rowid, key in sorted(keys.items()):
            self._change(number, rowid, (low + high - key, self.rows[rowid][1]))

    def delete(self, number: int, key: int) -> None:
        if (rowid := self._rowid(key)) is not None:
            self._change(number, rowid, None)

    def savepoint(self, number: int) -> None:
        self.sessions[number].savepoint = len(self.sessions[number].changes)

    def undo(self, number: int) -> None:
        """Roll back to the savepoint."""
        session = self.sessions[number]
        while len(session.changes) > session.savepoint:
            change = session.changes.pop()
            self._set(change.rowid, change.old)
            self._log(session, change.rowid, change.new, change.old, undoes=change)

    def end(self, number: int, *, lasting: bool) -> None:
        session = self.sessions[number]
        if session.began is None:
            return
        if not lasting:
            session.savepoint = 0
            self.undo(number)
        self.scn += 1
        for change in session.changes:
            if change.rowid in self.rows:
                self.committed[change.rowid] = self.rows[change.rowid]
            else:
                self.committed.pop(change.rowid, None)
        end = commit if lasting else rollback
        self.redo.append((end(self.scn, session.xid), self.scn))
        self.history.append((self.scn, dict(self.committed.values())))
        self.sessions[number] = Session(number, session.sequence + 1)

    # What the reader asks

    def mine(self, tables: Sequence[MinedTable], first_scn: int, last_scn: int) -> Iterator[LogRow]:
        del tables
        for log_row, changed_at in self.redo:
            if first_scn <= log_row.scn <= last_scn:
                is_known = changed_at >= first_scn
                xid = log_row.xid if is_known else log_row.xid[:4] + UNKNOWN_SEQUENCE
                yield log_row._replace(xid=xid)

    @property
    def restart_scn(self) -> int:
        """Where the oldest open transaction began."""
        return min((s.began for s in self.sessions if s.began is not None), default=self.scn)

    def table_at(self, scn: int) -> dict[int, str]:
        return [rows for at, rows in self.history if at <= scn][-1]

    # Redo

    def _rowid(self, key: int) -> str | None:
        return next((rowid for rowid, (known, _) in self.rows.items() if known == key), None)

    def _set(self, rowid: str, value: Row | None) -> None:
        if value is None:
            self.rows.pop(rowid, None)
        else:
            self.rows[rowid] = value

    def _change(self, number: int, rowid: str, new: Row | None) -> None:
        session, old = self.sessions[number], self.rows.get(rowid)
        if session.began is None:
            self.scn += 1
            session.began = self.scn
            self.redo.append((start(self.scn, session.xid), self.scn))
        self._set(rowid, new)
        session.changes.append(self._log(session, rowid, old, new))

    def _log(
        self,
        session: Session,
        rowid: str,
        old: Row | None,
        new: Row | None,
        *,
        undoes: Change | None = None,
    ) -> Change:
        self.scn += 1
        operation = INSERT if old is None else DELETE if new is None else UPDATE
        log_row = row(
            operation,
            self.scn,
            session.xid,
            row_id=rowid,
            is_undo=int(undoes is not None),
            sql_redo=self._statement(old, new),
        )
        self.redo.append((log_row, self.scn if undoes is None else undoes.scn))
        return Change(rowid, old, new, self.scn)

    def _statement(self, old: Row | None, new: Row | None) -> str:
        if old is None and new is not None:
            return f"insert into {TABLE}(\"ID\",\"NAME\") values ('{new[0]}','{new[1]}');"
        assert old is not None
        where = f"\"ID\" = '{old[0]}'"
        if new is None:
            return f"delete from {TABLE} where {where} and \"NAME\" = '{old[1]}';"
        names = (("ID", old[0], new[0]), ("NAME", old[1], new[1]))
        changed = ", ".join(f"\"{name}\" = '{to}'" for name, was, to in names if was != to)
        if self.logs_whole_rows:
            where += f" and \"NAME\" = '{old[1]}'"
        return f"update {TABLE} set {changed or where.split(' and ')[0]} where {where};"
