"""Packets on a socket: framing, markers, and looking ahead without waiting.

Header of 8 bytes: length (2 bytes and 2 zero bytes; 4 bytes after ACCEPT), type, flags, 2 zero
bytes. Data packets begin with 2 bytes of data flags. The client marks the end of a request only
while pipelining; otherwise a packet that is not full is the last one.
"""

from __future__ import annotations

import select
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.protocol import ClientGoneError
from oracle_standin.wire.codes import DataFlag, Marker, PacketType
from oracle_standin.wire.reader import MalformedRequestError

if TYPE_CHECKING:
    import socket

_TLS_HANDSHAKE = 0x16
_HEADER_BYTES = 8
_DATA_HEADER_BYTES = 10
_RECEIVE_BYTES = 1 << 18
_SEND_PIECES = 128
_MAX_PACKET_BYTES = 1 << 26
_SLOW_SECONDS = 0.02
_NEARLY_FULL_MARGIN = 64
"""The driver never splits an integer over packets, so a packet that is followed by another may be
a few bytes short of the session data unit."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: type, data flags (0 unless a data packet), content and size on the wire."""

    kind: int
    flags: DataFlag
    content: bytes
    size: int

    @property
    def marker(self) -> int:
        """Return the kind of marker, for marker packets."""
        return self.content[2] if len(self.content) > 2 else int(Marker.BREAK)


class PacketStream:
    """The packets of one connection, used by one thread."""

    def __init__(self, connection: socket.socket) -> None:
        """Take over a connected socket."""
        self._socket = connection
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)
        self._buffer = b""
        self._offset = 0
        self.unit_bytes = 8192
        """The session data unit: the most a packet may hold, header included."""
        self.large_lengths = False
        self.bytes_left: int | None = None
        """How much may still be sent before the connection is dropped; None for no limit."""
        self.bytes_per_second = 0
        """The rate of what is sent; 0 for no limit."""

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self._socket.fileno()

    def set_timeout(self, seconds: float | None) -> None:
        """Limit how long a read or write may take; None for ever."""
        self._socket.settimeout(seconds)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    # Reading

    def read(self) -> Packet:
        """Return the next packet; raises ClientGoneError at the end of the stream."""
        while True:
            size = self._buffered_size()
            if size is not None:
                return self._take(size)
            self._receive()

    def _available(self) -> int:
        return len(self._buffer) - self._offset

    def _buffered_size(self) -> int | None:
        """Return the size of the first packet if it is completely in the buffer."""
        if self._available() < _HEADER_BYTES:
            return None
        size = self._size_at(self._offset)
        return size if self._available() >= size else None

    def _size_at(self, offset: int) -> int:
        width = 4 if self.large_lengths else 2
        size = int.from_bytes(self._buffer[offset : offset + width], "big")
        if not _HEADER_BYTES <= size <= _MAX_PACKET_BYTES:
            detail = f"packet of {size} bytes"
            raise MalformedRequestError(detail)
        return size

    def _take(self, size: int) -> Packet:
        start = self._offset
        self._offset += size
        kind = self._buffer[start + 4]
        flags, body = DataFlag.NONE, start + _HEADER_BYTES
        if kind == PacketType.DATA:
            flags = DataFlag(int.from_bytes(self._buffer[body : body + 2], "big"))
            body += 2
        return Packet(kind, flags, self._buffer[body : start + size], size)

    def read_first(self) -> Packet:
        """Return the client's first packet, which must be one of `CONNECT`.

        Raises MalformedRequestError as soon as its header shows something else, such as the
        beginning of TLS: what it says of its length would keep both sides waiting.
        """
        while self._available() < _HEADER_BYTES:
            self._receive()
        kind = self._buffer[self._offset + 4]
        if kind != PacketType.CONNECT or self._buffer[self._offset] == _TLS_HANDSHAKE:
            detail = f"packet of type {kind} instead of CONNECT"
            raise MalformedRequestError(detail)
        return self.read()

    def _receive(self) -> None:
        data = self._socket.recv(_RECEIVE_BYTES)
        if not data:
            raise ClientGoneError
        self._buffer = self._buffer[self._offset :] + data
        self._offset = 0

    def is_last(self, packet: Packet) -> bool:
        """Return whether a data packet certainly ends its request."""
        if packet.flags & (DataFlag.END_OF_REQUEST | DataFlag.END_OF_FILE):
            return True
        return packet.size < self.unit_bytes - _NEARLY_FULL_MARGIN

    def buffered_data(self) -> bool:
        """Return whether a whole data packet is already in memory."""
        if self._buffered_size() is None:
            return False
        return self._buffer[self._offset + 4] == PacketType.DATA

    def wait(self, seconds: float) -> bool:
        """Return whether something to read is there or comes within some seconds."""
        if self._buffered_size() is not None:
            return True
        return bool(self._poll.poll(seconds * 1000))

    def break_waiting(self) -> bool:
        """Return whether a break or reset marker has arrived, without consuming it.

        Raises ClientGoneError when the client has closed.
        """
        if self._poll.poll(0):
            self._receive()
        offset = self._offset
        while len(self._buffer) - offset >= _HEADER_BYTES:
            if self._buffer[offset + 4] == PacketType.MARKER:
                return True
            offset += self._size_at(offset)
        return False

    # Writing

    def send(self, kind: PacketType, content: bytes) -> None:
        """Send a packet other than data."""
        size = len(content) + _HEADER_BYTES
        length = (
            size.to_bytes(4, "big") if self.large_lengths else size.to_bytes(2, "big") + b"\0\0"
        )
        self._send(length + bytes((kind, 0, 0, 0)) + content)

    def _send(self, content: bytes) -> None:
        if self.bytes_left is None and not self.bytes_per_second:
            self._socket.sendall(content)
            return
        slow_step = int(self.bytes_per_second * _SLOW_SECONDS)
        step = max(1, slow_step) if self.bytes_per_second else len(content)
        for start in range(0, len(content), step):
            piece = content[start : start + step]
            if self.bytes_left is not None:
                piece = piece[: self.bytes_left]
                self.bytes_left -= len(piece)
            self._socket.sendall(piece)
            if self.bytes_left == 0:
                raise ClientGoneError
            if self.bytes_per_second:
                time.sleep(len(piece) / self.bytes_per_second)

    def send_marker(self, marker: Marker) -> None:
        """Send a marker packet."""
        self.send(PacketType.MARKER, bytes((1, 0, marker)))

    def send_data(self, content: bytes, flags: DataFlag, *, may_stop: bool = False) -> bool:
        """Send content in as many data packets as it needs; `flags` go on the last.

        With `may_stop`, a break ends the sending between two packets. Returns whether all was sent.
        """
        most_pieces = 2 if self.bytes_per_second else _SEND_PIECES
        room = self.unit_bytes - _DATA_HEADER_BYTES
        view = memoryview(content)
        pieces: list[bytes | memoryview] = []
        start = 0
        while len(content) - start > room:
            pieces += (self._data_header(room, DataFlag.NONE), view[start : start + room])
            start += room
            if len(pieces) >= most_pieces:
                self._send(b"".join(pieces))
                pieces = []
                if may_stop and self.break_waiting():
                    return False
        pieces += (self._data_header(len(content) - start, flags), view[start:])
        self._send(b"".join(pieces))
        return True

    def _data_header(self, length: int, flags: DataFlag) -> bytes:
        size = length + _DATA_HEADER_BYTES
        prefix = (
            size.to_bytes(4, "big") if self.large_lengths else size.to_bytes(2, "big") + b"\0\0"
        )
        return prefix + bytes((PacketType.DATA, 0, 0, 0)) + flags.to_bytes(2, "big")
