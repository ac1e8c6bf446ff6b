"""What a command writes: without secrets, whole in a file, its head and tail for the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LINE_BYTES_MAX = 65_536
"""A line longer than this is written in pieces."""

FILE_BYTES_MAX = 64 * 1024 * 1024
"""The file is rotated once at this size, so that a command that writes for ever fills no disk."""

HEAD_BYTES = 256 * 1024
TAIL_BYTES = 1024 * 1024


class RedactedLines:
    """Cuts a stream of bytes into lines and removes secrets from each.

    Reads of a pipe cut anywhere, also inside a secret; lines are whole before they are looked at,
    and a line without an end gives pieces that overlap by the longest secret.
    """

    def __init__(self, secrets: Sequence[str], placeholder: str) -> None:
        """Remember what is replaced.

        Args:
            secrets: Texts that must not be shown; empty ones are ignored.
            placeholder: Text that is shown for each.
        """
        # The longest first: one secret may be part of another.
        forms = sorted({secret.encode() for secret in secrets if secret}, key=len, reverse=True)
        self._placeholder = placeholder.encode()
        self._secrets = tuple(forms)
        self._overlap = max((len(secret) for secret in forms), default=1) - 1
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """Return what can be shown after `data`; the rest waits for the end of its line."""
        text = self._rest + data
        end = text.rfind(b"\n") + 1
        # A progress bar writes no line feed for hours: memory has a limit.
        if end == 0 and len(text) > LINE_BYTES_MAX + self._overlap:
            return self._piece(text)
        self._rest = text[end:]
        return self._clean(text[:end])

    def _piece(self, text: bytes) -> bytes:
        clean = self._clean(text)
        # What may be the beginning of a secret is kept back; it is clean of whole ones by now.
        end = len(clean) - self._overlap
        self._rest = clean[end:]
        return clean[:end]

    def finish(self) -> bytes:
        """Return the rest."""
        rest, self._rest = self._rest, b""
        return self._clean(rest)

    def _clean(self, text: bytes) -> bytes:
        for secret in self._secrets:
            text = text.replace(secret, self._placeholder)
        return text


class OutputFile:
    """The output of one attempt in a file, with one older file beside it when it grew large."""

    def __init__(self, path: Path, *, bytes_max: int = FILE_BYTES_MAX) -> None:
        """Open a new file."""
        self._path = path
        self._bytes_max = bytes_max
        # Without a buffer: what one write cannot store must not be tried again with the next.
        self._file = path.open("wb", buffering=0)
        self._size = 0
        self.total = 0
        self.lost = 0
        self.fault = ""

    def write(self, data: bytes) -> None:
        """Append to the file; the command goes on where a full disk does not take all of it."""
        self.total += len(data)
        rest = memoryview(data)
        try:
            self._rotate(len(data))
            while rest:
                written = self._file.write(rest)
                self._size += written
                rest = rest[written:]
        except OSError as error:
            self.lost += len(rest)
            self.fault = error.strerror or type(error).__name__

    def _rotate(self, size: int) -> None:
        if self._size and self._size + size > self._bytes_max:
            self._file.close()
            older = self._path.with_suffix(".1")
            if older.exists():
                self._keep_head(older)
            self._path.replace(older)
            self._file = self._path.open("wb", buffering=0)
            self._size = 0

    def _keep_head(self, older: Path) -> None:
        """Keep the beginning of the output, and the size of what is dropped with a file."""
        dropped, head = _kept_head(self._path)
        if not head:
            with older.open("rb") as file:
                head = file.read(HEAD_BYTES)
        draft = self._path.with_suffix(".head-new")
        draft.write_bytes(b"%d\n%b" % (dropped + older.stat().st_size, head))
        # Renamed: the worker reads it while the command runs.
        draft.replace(self._path.with_suffix(".head"))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an output.

    Attributes:
        head: The first 256 KiB.
        tail: The last 1 MiB of what follows; no byte is in both.
        byte_count: Size of all that was written.
    """

    head: str
    tail: str
    byte_count: int


def kept_of(path: Path) -> Kept:
    """Return what is kept of the output in a file and in those beside it."""
    dropped, head = _kept_head(path)
    files = [file for file in (path.with_suffix(".1"), path) if file.exists()]
    size = sum(file.stat().st_size for file in files)
    if not dropped:
        head = _read(files, 0, HEAD_BYTES)
    # Positions in the files, before which `dropped` bytes are gone.
    start = max(0, len(head) - dropped, size - TAIL_BYTES)
    tail = _read(files, start, size - start)
    return Kept(_text(head), _text(tail), dropped + size)


def _kept_head(path: Path) -> tuple[int, bytes]:
    """Return the size of what is dropped, and the beginning of an output that was rotated twice."""
    try:
        number, _, head = path.with_suffix(".head").read_bytes().partition(b"\n")
    except FileNotFoundError:
        return 0, b""
    return int(number), head


def _read(files: Sequence[Path], start: int, count: int) -> bytes:
    """Return a part of the files, one behind the other."""
    parts = []
    for path in files:
        with path.open("rb") as file:
            size = path.stat().st_size
            file.seek(min(start, size))
            part = file.read(max(0, count))
        parts.append(part)
        start, count = max(0, start - size), count - len(part)
    return b"".join(parts)


def _text(data: bytes) -> str:
    # Oracle keeps no U+0000 in a CLOB bound as text by every client; it says nothing to a reader.
    return data.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
