"""Brings the row versions of a database up to date with its write-ahead log.

One slot reads the log. What nobody has asked for stays in the log, up to
`max_slot_wal_keep_size`: beyond that the slot is lost and history begins anew, as with undo that
was overwritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from oracle_standin.engine import wal
from oracle_standin.engine.flashback.versions import Ledger, Version, image_of
from oracle_standin.engine.logminer.redo import CommittedTransaction, RedoLog

if TYPE_CHECKING:
    from collections.abc import Sequence

_SLOT = "ora_changes"
_MESSAGES_AT_ONCE = 200_000
_SLOT_PATIENCE = "5s"  # a new slot waits for running transactions to end

_STATE = "SELECT invalidation_reason IS NOT NULL FROM pg_replication_slots WHERE slot_name = %s"
_PEEK = """
SELECT (lsn - '0/0'::pg_lsn)::bigint, data
FROM pg_logical_slot_peek_binary_changes(%s, NULL, %s, 'proto_version', '1',
  'publication_names', 'ora_changes', 'messages', 'true')
"""
_LIVING = """
SELECT v.id, v.relid::bigint, v.chain, v.start_scn, v.start_xid, v.operation, v.digest
FROM ora.row_versions v JOIN unnest(%s::bigint[], %s::text[]) AS k (relid, digest)
  ON v.relid = k.relid::oid AND v.digest = k.digest
WHERE v.end_scn IS NULL ORDER BY v.id
"""
_ADD = """
COPY ora.row_versions (id, relid, chain, start_scn, start_xid, operation, end_scn, digest, image,
  width) FROM STDIN
"""
_END = """
UPDATE ora.row_versions v SET end_scn = e.end_scn, image = e.image, width = e.width
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[]) AS e (id, end_scn, image, width)
WHERE v.id = e.id
"""
_FORGET = """
DELETE FROM ora.row_versions v USING (SELECT ora.oldest_scn() AS scn OFFSET 0) o
WHERE v.end_scn < o.scn OR v.end_scn IS NULL AND v.start_scn < o.scn
"""


class HistoryUnavailableError(Exception):
    """The log cannot be followed at the moment."""


class History:
    """Reads the log over a connection of its own, the owner's, in autocommit mode."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        """Follow the log from where the slot stands."""
        self._connection = connection
        self._redo = RedoLog(connection)
        connection.execute("SET search_path = pg_catalog, ora")
        self._commits = int(self._value("SELECT 'ora.commits'::regclass::oid::bigint"))
        self.follow()

    def follow(self) -> None:
        """Make the slot where there is none or it was lost; raises HistoryUnavailableError."""
        lost = self._connection.execute(_STATE, (_SLOT,)).fetchone()
        if lost is not None and not lost[0]:
            return
        if lost is not None:
            self._connection.execute("SELECT pg_drop_replication_slot(%s)", (_SLOT,))
        try:
            self._connection.execute(f"SET statement_timeout = '{_SLOT_PATIENCE}'")
            self._connection.execute(
                "SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", (_SLOT,)
            )
        except psycopg.errors.QueryCanceled as error:
            raise HistoryUnavailableError from error
        finally:
            self._connection.execute("SET statement_timeout = 0")
        with self._connection.transaction():
            self._connection.execute("TRUNCATE ora.row_versions, ora.redo")
            self._connection.execute(
                "UPDATE ora.undo SET (first_scn, mined_scn) = (SELECT max(scn), max(scn)"
                " FROM ora.commits)"
            )

    def read(self) -> None:
        """Read what was committed since the last time; raises HistoryUnavailableError.

        The caller keeps commits from happening meanwhile if it needs to know them all.
        """
        self.follow()
        while self._read_some():
            continue
        self._connection.execute(_FORGET)
        self._redo.forget()

    def _read_some(self) -> bool:
        rows = self._connection.execute(_PEEK, (_SLOT, _MESSAGES_AT_ONCE), binary=True).fetchall()
        found = list(wal.transactions(rows))
        if not found:
            return False
        with self._connection.transaction():
            self._record(found)
        self._connection.execute(
            "SELECT pg_replication_slot_advance(%s, %s::text::pg_lsn)",
            (_SLOT, f"{found[-1].end >> 32:X}/{found[-1].end & 0xFFFFFFFF:X}"),
        )
        return len(rows) >= _MESSAGES_AT_ONCE

    def _record(self, found: Sequence[wal.LoggedTransaction]) -> None:
        known = int(self._value("SELECT mined_scn FROM ora.undo"))
        ledger = Ledger(int(self._value("SELECT coalesce(max(id), 0) FROM ora.row_versions")))
        ledger.living = self._living(found)
        mined = known
        committed: list[CommittedTransaction] = []
        for transaction in found:
            rows = [c.new for c in transaction.changes if c.relid == self._commits and c.new]
            scn, xid = (int(rows[0][0] or 0), int(rows[0][1] or 0)) if rows else (mined, 0)
            if rows and scn <= known:
                continue  # read before; the slot had not moved on yet
            changes = [c for c in transaction.changes if c.relid != self._commits]
            ledger.apply(scn, xid, changes)
            self._note_truncated(transaction, xid)
            committed.append(CommittedTransaction(scn, changes, transaction.notes))
            mined = scn
        self._store(ledger)
        self._redo.store(committed)
        self._connection.execute("UPDATE ora.undo SET mined_scn = %s", (mined,))

    def _living(
        self, found: Sequence[wal.LoggedTransaction]
    ) -> dict[tuple[int, str], list[Version]]:
        keys = {
            (change.relid, image_of(change.old).digest)
            for transaction in found
            for change in transaction.changes
            if change.old is not None
        }
        living: dict[tuple[int, str], list[Version]] = {}
        if keys:
            parameters = ([relid for relid, _ in keys], [digest for _, digest in keys])
            for row in self._connection.execute(_LIVING, parameters):
                version = Version(*row)
                living.setdefault((version.relid, version.digest), []).append(version)
        return living

    def _note_truncated(self, transaction: wal.LoggedTransaction, xid: int) -> None:
        for relid in transaction.truncated:
            self._connection.execute(
                "INSERT INTO ora.structure_changes VALUES (%s::oid, %s::text::xid8)",
                (relid, str(xid)),
            )

    def _store(self, ledger: Ledger) -> None:
        with self._connection.cursor() as cursor:
            with cursor.copy(_ADD) as copy:
                for made in ledger.made.values():
                    copy.write_row(_row(made))
            ended = ledger.ended
            cursor.execute(
                _END,
                (
                    [version.id for version in ended],
                    [version.end_scn for version in ended],
                    [version.image.text if version.image else None for version in ended],
                    [version.image.width if version.image else None for version in ended],
                ),
            )

    def _value(self, sql: str) -> Any:  # noqa: ANN401
        row = self._connection.execute(sql.encode()).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _row(version: Version) -> tuple[object, ...]:
    image = version.image
    return (
        *(version.id, version.relid, version.chain, version.start_scn, version.start_xid),
        *(version.operation, version.end_scn, version.digest),
        *((image.text, image.width) if image else (None, None)),
    )
