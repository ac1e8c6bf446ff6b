"""Decodes PostgreSQL's logical replication messages (pgoutput, protocol version 1).

Source: PostgreSQL documentation, "Logical Replication Message Formats".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Values = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One changed row: `old` is None for an insert, `new` for a delete."""

    relid: int
    old: Values | None
    new: Values | None


@dataclass(frozen=True, slots=True)
class LoggedTransaction:
    """One committed transaction."""

    xid: int
    changes: tuple[Change, ...]
    truncated: tuple[int, ...]
    end: int
    """The log position behind it."""


def transactions(messages: Iterable[bytes]) -> Iterator[LoggedTransaction]:
    """Put messages together to transactions, in the order of their commits."""
    xid = 0
    changes: list[Change] = []
    truncated: list[int] = []
    for message in messages:
        kind = message[:1]
        if kind == b"B":
            (xid,) = struct.unpack_from(">I", message, 17)
            changes, truncated = [], []
        elif kind in _ROW_READERS:
            changes.append(_ROW_READERS[kind](message))
        elif kind == b"T":
            (count,) = struct.unpack_from(">I", message, 1)
            truncated.extend(struct.unpack_from(f">{count}I", message, 6))
        elif kind == b"C":
            (end,) = struct.unpack_from(">Q", message, 10)
            yield LoggedTransaction(xid, tuple(changes), tuple(truncated), end)


def _inserted(message: bytes) -> Change:
    return Change(_relid(message), None, _row(message, 6)[0])


def _updated(message: bytes) -> Change:
    old: Values | None = None
    position = 5
    if message[position : position + 1] in {b"O", b"K"}:
        old, position = _row(message, position + 1)
    new, _ = _row(message, position + 1, old)
    return Change(_relid(message), old, new)


def _deleted(message: bytes) -> Change:
    return Change(_relid(message), _row(message, 6)[0], None)


_ROW_READERS = {b"I": _inserted, b"U": _updated, b"D": _deleted}


def _relid(message: bytes) -> int:
    (relid,) = struct.unpack_from(">I", message, 1)
    return int(relid)


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
