"""Requests and replies of one client, with the breaks that may come between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.protocol import ClientGoneError, OracleError
from oracle_standin.wire.codes import DataFlag, Marker, Message, PacketType
from oracle_standin.wire.encoding import unsigned
from oracle_standin.wire.reader import MalformedRequestError, RequestReader
from oracle_standin.wire.replies import end_of_call

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.wire.packets import Packet, PacketStream

_CONTINUATION_SECONDS = 30.0
_DISCARD_SECONDS = 0.05
_CANCELLED = OracleError(1013, "User requested cancel of current operation.")


class AbandonedRequestError(Exception):
    """The client broke off in the middle of a request; it has its answer already."""


class Conversation:
    """One client's requests and replies.

    `field_version`, `end_of_response` and `transaction_open` are set as the connection advances.
    """

    def __init__(self, stream: PacketStream) -> None:
        """Start before the negotiation."""
        self.stream = stream
        self.field_version = 0
        self.end_of_response = False
        self.transaction_open: Callable[[], bool] = bool
        self.token = 0
        """Number of the call in a pipeline, 0 outside one; its reply repeats it."""
        self._last: Packet | None = None

    # Requests

    def next_request(self) -> RequestReader:
        """Wait for a request; raises ClientGoneError when the client says goodbye."""
        while True:
            packet = self.stream.read()
            if packet.kind == PacketType.MARKER:
                self._answer_break(packet)
                continue
            if packet.kind != PacketType.DATA or packet.flags & DataFlag.END_OF_FILE:
                raise ClientGoneError
            self._last = packet
            self.token = 0
            return RequestReader(packet.content, self._more)

    def _more(self) -> bytes:
        """Return further content of the request being read, as much as has arrived."""
        parts = []
        while True:
            packet = self._next_packet()
            parts.append(packet.content)
            if self.stream.is_last(packet) or not self.stream.buffered_data():
                return b"".join(parts)

    def _next_packet(self) -> Packet:
        if self._last is None or self.stream.is_last(self._last):
            detail = "the request ends too early"
            raise MalformedRequestError(detail)
        if not self.stream.wait(_CONTINUATION_SECONDS):
            detail = "the request does not go on"
            raise MalformedRequestError(detail)
        packet = self.stream.read()
        if packet.kind == PacketType.MARKER:
            self._answer_break(packet)
            raise AbandonedRequestError
        if packet.kind != PacketType.DATA:
            raise ClientGoneError
        self._last = packet
        return packet

    def discard_rest(self) -> None:
        """Skip what is left of the request after its reading failed."""
        while (
            self._last is not None
            and not self.stream.is_last(self._last)
            and self.stream.wait(_DISCARD_SECONDS)
        ):
            self._next_packet()

    # Replies

    def reply(self, content: bytes) -> None:
        """Send a reply, or what is sent of it before a break that comes meanwhile is answered."""
        if not self.stream.break_waiting() and self._send(content, may_stop=True):
            return
        packet = self.stream.read()
        while packet.kind != PacketType.MARKER:
            packet = self.stream.read()
        self._answer_break(packet)

    def _send(self, content: bytes, *, may_stop: bool = False) -> bool:
        if self.token:
            content = bytes((Message.TOKEN,)) + unsigned(self.token) + content
        if self.end_of_response:
            content += bytes((Message.END_OF_RESPONSE,))
            return self.stream.send_data(content, DataFlag.END_OF_RESPONSE, may_stop=may_stop)
        return self.stream.send_data(content, DataFlag.NONE, may_stop=may_stop)

    def send_unfinished(self, content: bytes) -> None:
        """Send the beginning of a reply that will not go on."""
        if content:
            self.stream.send_data(content, DataFlag.NONE)

    def _answer_break(self, packet: Packet) -> None:
        """Do the exchange of markers and send the error that ends the call."""
        if packet.marker != Marker.RESET:
            self.stream.send_marker(Marker.BREAK)
            while packet.kind != PacketType.MARKER or packet.marker != Marker.RESET:
                packet = self.stream.read()
        self.stream.send_marker(Marker.RESET)
        self._send(
            end_of_call(
                self.field_version, error=_CANCELLED, in_transaction=self.transaction_open()
            )
        )


class ClientInterrupt:
    """Lets a working engine see that the client sent a break or went away."""

    def __init__(self, stream: PacketStream) -> None:
        """Look at a connection's packets."""
        self._stream = stream

    def fileno(self) -> int:
        """Return the client's socket."""
        return self._stream.fileno()

    def requested(self) -> bool:
        """Return whether a break is waiting; raises ClientGoneError when the client has closed."""
        try:
            return self._stream.break_waiting()
        except ConnectionError as error:
            raise ClientGoneError from error
