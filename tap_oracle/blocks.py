"""What a stream's reader hands to the writer: whole lines and the bookmark that covers them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Block:
    """RECORD lines of one fetch.

    Attributes:
        lines: UTF-8, whole lines; empty where only the bookmark moves.
        rows: Number of rows in the lines.
        bookmark: Keys of the stream's bookmark that change once the lines are written; a value
            of None removes the key.
    """

    lines: bytes
    rows: int
    bookmark: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a stream that one session reads from beginning to end.

    Attributes:
        number: Place among the pieces of the stream, from 0.
        label: What the messages call it; empty for a whole stream.
    """

    number: int = 0
    label: str = ""
