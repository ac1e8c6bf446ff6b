"""Decodes PostgreSQL's logical replication messages (pgoutput, protocol version 1).

Source: PostgreSQL documentation, "Logical Replication Message Formats".
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Values = tuple[str | None, ...]
LoggedMessage = tuple[int, bytes]
"""A message and its position in the log."""


@dataclass(frozen=True, slots=True)
class Change:
    """One changed row: `old` is None for an insert, `new` for a delete."""

    relid: int
    old: Values | None
    new: Values | None
    lsn: int = 0
    """Its position in the log."""
    layout: str = ""
    """What the table was then: a digest of its columns, as `ora.layout` gives it."""


@dataclass(frozen=True, slots=True)
class Note:
    """What the stand-in itself wrote into the log: a DDL statement."""

    text: str


@dataclass(frozen=True, slots=True)
class LoggedTransaction:
    """One committed transaction."""

    xid: int
    changes: tuple[Change, ...]
    truncated: tuple[int, ...]
    end: int
    """The log position behind it."""
    notes: tuple[Note, ...] = ()


class _Reader:
    """Puts messages together to transactions."""

    def __init__(self) -> None:
        self._layouts: dict[int, str] = {}
        self._begin(0)

    def _begin(self, xid: int) -> None:
        self._xid = xid
        self._changes: list[Change] = []
        self._truncated: list[int] = []
        self._notes: list[Note] = []

    def take(self, lsn: int, message: bytes) -> LoggedTransaction | None:
        """Read one message; return the transaction that it ends."""
        match message[:1]:
            case b"B":
                self._begin(*struct.unpack_from(">I", message, 17))
            case b"R":
                self._layouts[_relid(message)] = _layout(message)
            case b"I" | b"U" | b"D":
                old, new = _ROW_READERS[message[:1]](message)
                relid = _relid(message)
                change = Change(relid, old, new, lsn, self._layouts.get(relid, ""))
                self._changes.append(change)
            case b"T":
                (count,) = struct.unpack_from(">I", message, 1)
                self._truncated.extend(struct.unpack_from(f">{count}I", message, 6))
            case b"M":
                self._notes.append(_note(message))
            case b"C":
                return self._ended(message)
            case _:
                pass
        return None

    def _ended(self, message: bytes) -> LoggedTransaction:
        (end,) = struct.unpack_from(">Q", message, 10)
        return LoggedTransaction(
            self._xid, tuple(self._changes), tuple(self._truncated), end, tuple(self._notes)
        )


def transactions(messages: Iterable[LoggedMessage]) -> Iterator[LoggedTransaction]:
    """Put messages together to transactions, in the order of their commits."""
    reader = _Reader()
    for lsn, message in messages:
        found = reader.take(lsn, message)
        if found is not None:
            yield found


def _inserted(message: bytes) -> tuple[Values | None, Values | None]:
    return None, _row(message, 6)[0]


def _updated(message: bytes) -> tuple[Values | None, Values | None]:
    old: Values | None = None
    position = 5
    if message[position : position + 1] in {b"O", b"K"}:
        old, position = _row(message, position + 1)
    new, _ = _row(message, position + 1, old)
    return old, new


def _deleted(message: bytes) -> tuple[Values | None, Values | None]:
    return _row(message, 6)[0], None


_ROW_READERS = {b"I": _inserted, b"U": _updated, b"D": _deleted}


def _relid(message: bytes) -> int:
    (relid,) = struct.unpack_from(">I", message, 1)
    return int(relid)


def _note(message: bytes) -> Note:
    """Read a message of pg_logical_emit_message: flags, position, prefix, length, content."""
    start = message.index(b"\0", 10) + 5
    return Note(message[start:].decode())


def _layout(message: bytes) -> str:
    """Return the digest of a table's columns: names, types and type modifiers."""
    position = message.index(b"\0", message.index(b"\0", 5) + 1) + 2
    (count,) = struct.unpack_from(">h", message, position)
    position += 2
    columns: list[bytes] = []
    for _ in range(count):
        end = message.index(b"\0", position + 1)
        kind, modifier = struct.unpack_from(">Ii", message, end + 1)
        columns.append(b"%b:%d:%d" % (message[position + 1 : end], kind, modifier))
        position = end + 9
    return hashlib.md5(b"|".join(columns), usedforsecurity=False).hexdigest()


def _row(message: bytes, position: int, old: Values | None = None) -> tuple[Values, int]:
    """Return a row and the position behind it.

    A large value that an update left alone is not sent again: it is taken from `old`.
    """
    (count,) = struct.unpack_from(">h", message, position)
    position += 2
    values: list[str | None] = []
    for index in range(count):
        kind = message[position : position + 1]
        position += 1
        if kind == b"t":
            (size,) = struct.unpack_from(">i", message, position)
            position += 4
            values.append(message[position : position + size].decode())
            position += size
        elif kind == b"u" and old is not None:
            values.append(old[index])
        else:
            values.append(None)
    return tuple(values), position
