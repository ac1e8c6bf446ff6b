"""Cuts the input into blocks of whole lines, as bytes, strictly UTF-8 whatever the locale."""

from __future__ import annotations

import codecs
import io
import os
import select
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING

from target_oracle.errors import LineError, LineFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

# In pieces of 1 MiB a pipe costs 0.05 to 0.1 µs per row; a larger pipe brought nothing.
READ_BYTES = 1 << 20
IDLE_SECONDS = 1.0

LONG_LINE_BYTES = 1 << 20
"""From this size on the copies of a line are what bounds the memory of a run."""

NEWLINE = b"\n"


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines in order; every line ends with a newline, except perhaps the last of the input.

    `first_line` counts from 1; `offset` is in bytes from the start of the input; `lines` is the
    number of lines.
    """

    data: bytes
    first_line: int
    offset: int
    lines: int

    @classmethod
    def of(cls, data: bytes, first_line: int, offset: int) -> Block:
        """Return a block after counting its lines."""
        lines = data.count(NEWLINE) + (not data.endswith(NEWLINE))
        return cls(data, first_line, offset, lines)

    def facts(self, start: int, end: int, stream: str | None = None) -> LineFacts:
        """Return the facts of the line at `start:end` of the data; `stream` if it is known."""
        number = self.first_line + self.data.count(NEWLINE, 0, start)
        offset = self.offset + start
        return LineFacts.of(self.data[start:end], number=number, offset=offset, stream=stream)


class ByteSource:
    """Reads a file descriptor in large pieces and calls back while nothing arrives."""

    def __init__(
        self,
        descriptor: int,
        *,
        waiting: Callable[[], AbstractContextManager[None]],
        idle: Callable[[], None],
    ) -> None:
        """Read `descriptor`; `waiting` surrounds each wait, `idle` runs about once a second."""
        self._descriptor = descriptor
        self._waiting = waiting
        self._idle = idle

    def __iter__(self) -> Iterator[bytes]:
        """Yield pieces of at most 1 MiB until the end of the input."""
        while piece := self._read():
            yield piece

    def _read(self) -> bytes:
        while not self._ready(IDLE_SECONDS):
            self._idle()
        pieces: list[bytes] = []
        size = 0
        # A pipe hands out 64 KiB at a time: take what is there already, so that runs are long.
        while size < READ_BYTES and self._ready(0):
            with self._waiting():
                piece = os.read(self._descriptor, READ_BYTES - size)
            if not piece:
                break
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces)

    def _ready(self, seconds: float) -> bool:
        with self._waiting():
            return bool(select.select([self._descriptor], [], [], seconds)[0])


def pieces_of(
    file_input: IO[str] | IO[bytes] | None,
    *,
    waiting: Callable[[], AbstractContextManager[None]],
    idle: Callable[[], None],
) -> Iterator[bytes]:
    """Return the input in pieces: standard input, an open file, or a buffer in memory."""
    if file_input is None:
        return iter(ByteSource(0, waiting=waiting, idle=idle))
    try:
        descriptor = file_input.fileno()
    # A buffer in memory, as the SDK's tests pass, has no descriptor.
    except (io.UnsupportedOperation, OSError):
        return iter([_content(file_input)])
    return iter(ByteSource(descriptor, waiting=waiting, idle=idle))


def _content(file_input: IO[str] | IO[bytes]) -> bytes:
    content = file_input.read()
    return content.encode() if isinstance(content, str) else content


def blocks(pieces: Iterator[bytes], *, max_line_bytes: int) -> Iterator[Block]:
    """Yield blocks of whole lines.

    A byte order mark at the very start is dropped (RFC 8259, section 8.1, lets a reader ignore it).

    Raises:
        LineError: for a line longer than `max_line_bytes`, or bytes that are not UTF-8.
    """
    for block in _whole_lines(pieces, max_line_bytes=max_line_bytes):
        if block.offset == 0 and block.data.startswith(codecs.BOM_UTF8):
            start = len(codecs.BOM_UTF8)
            block = replace(block, data=block.data[start:], offset=start)  # noqa: PLW2901
        try:
            _check_utf_8(block.data)
        except UnicodeDecodeError as error:
            start = block.data.rfind(NEWLINE, 0, error.start) + 1
            if start:  # what came before is good
                yield Block.of(block.data[:start], block.first_line, block.offset)
            raise _not_utf8(block, start, error) from None
        yield block
        del block  # or a long line would be in memory beside the next one


def _check_utf_8(data: bytes) -> None:
    """Check the encoding; a long line is not copied for it.

    Raises:
        UnicodeDecodeError: If the data are not UTF-8.
    """
    if data.isascii():
        return
    if len(data) > LONG_LINE_BYTES:
        decoder, view = codecs.getincrementaldecoder("utf-8")(), memoryview(data)
        # In pieces the positions of an error are those of a piece: the whole tells them below.
        with suppress(UnicodeDecodeError):
            for start in range(0, len(data), READ_BYTES):
                decoder.decode(view[start : start + READ_BYTES])
            decoder.decode(b"", final=True)
            return
    data.decode("utf-8")


def _whole_lines(pieces: Iterator[bytes], *, max_line_bytes: int) -> Iterator[Block]:
    # The beginning of a line whose end has not come yet. Its bytes are handed out without a copy.
    kept = io.BytesIO()
    offset, line = 0, 1
    for piece in pieces:
        cut = piece.rfind(NEWLINE) + 1
        # A long line is a block of its own, so that nothing of it has to be copied.
        first = piece.find(NEWLINE) + 1 if kept.tell() > LONG_LINE_BYTES else 0
        for start, end in ((0, first), (first, cut)):
            if start == end:
                continue
            kept.write(piece[start:end])
            block = Block.of(kept.getvalue(), line, offset)
            kept = io.BytesIO()
            # Lines are measured only where the block is long enough to hold one that is too long.
            if len(block.data) > max_line_bytes:
                _check_lengths(block, max_line_bytes)
            offset += len(block.data)
            line += block.lines
            yield block
            del block
        kept.write(piece[cut:])
        if kept.tell() > max_line_bytes:
            _check_lengths(Block.of(kept.getvalue(), line, offset), max_line_bytes)
    if kept.tell():
        yield Block.of(kept.getvalue(), line, offset)


def _check_lengths(block: Block, max_line_bytes: int) -> None:
    start = 0
    for line in block.data.split(NEWLINE):
        if len(line) > max_line_bytes:
            what = f"longer than max_line_bytes ({max_line_bytes}); raise the setting to take it"
            raise LineError(what, block.facts(start, start + len(line)))
        start += len(line) + 1


def _not_utf8(block: Block, start: int, error: UnicodeDecodeError) -> LineError:
    end = block.data.find(NEWLINE, error.start)
    place = block.offset + error.start
    what = f"not UTF-8 at byte offset {place} ({error.reason}); have the tap write UTF-8"
    return LineError(what, block.facts(start, end if end >= 0 else len(block.data)))
