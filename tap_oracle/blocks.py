"""What a stream's reader hands to the writer: whole lines and the bookmark that covers them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_oracle.snapshot import Moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_oracle.chunks import Chunk


@dataclass(frozen=True, slots=True)
class Block:
    """RECORD lines of one fetch.

    Attributes:
        lines: UTF-8, whole lines; empty where only the bookmark moves.
        rows: Number of rows in the lines.
        bookmark: Keys of the stream's bookmark that change once the lines are written; a value
            of None removes the key.
        moment: The newer moment at which the piece is read from here on, after an error.
        reread_after: The code of that error.
        gap: Why changes of a LOG_BASED stream are lost, where its table is loaded in full instead.
    """

    lines: bytes
    rows: int
    bookmark: Mapping[str, Any] = field(default_factory=dict)
    moment: Moment | None = None
    reread_after: str | None = None
    gap: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a stream that one session reads from beginning to end.

    Attributes:
        number: Place among the pieces of the stream, from 0.
        moment: What its rows are read as of.
        chunk: The rows that belong to it; all rows of the stream without one.
        version: The table version that its records carry, if any.
    """

    number: int = 0
    moment: Moment = field(default_factory=Moment)
    chunk: Chunk | None = None
    version: int | None = None
