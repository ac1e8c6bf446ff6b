"""The connect packet, its answer, and the two messages before logon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.protocol import ClientGoneError
from oracle_standin.wire.codes import PacketType
from oracle_standin.wire.reader import MalformedRequestError

if TYPE_CHECKING:
    from oracle_standin.wire.packets import PacketStream
    from oracle_standin.wire.profiles import Profile
    from oracle_standin.wire.reader import RequestReader

_LARGE_UNIT_VERSION = 315
_END_OF_RESPONSE_VERSION = 319
_MIN_UNIT_BYTES = 512
_MAX_UNIT_BYTES = 2 * 1024 * 1024
_ACCEPT_FAST_AUTHENTICATION = 0x10000000
_ACCEPT_END_OF_RESPONSE = 0x02000000
_UNKNOWN_SERVICE = 12514
_UNKNOWN_SID = 12505
_NO_SERVICE = 12504


@dataclass(frozen=True, slots=True)
class ConnectRequest:
    """What a CONNECT packet asks for; names are empty when absent."""

    version: int
    unit_bytes: int
    service_name: str
    sid: str


@dataclass(frozen=True, slots=True)
class Connected:
    """What ACCEPT agreed on."""

    service_name: str
    end_of_response: bool


def read_connect(stream: PacketStream) -> ConnectRequest:
    """Read the CONNECT packet, whose text may follow in a data packet of its own."""
    packet = stream.read_first()
    body = packet.content
    if packet.kind != PacketType.CONNECT or len(body) < 26:
        detail = f"packet of type {packet.kind} instead of CONNECT"
        raise MalformedRequestError(detail)
    version = int.from_bytes(body[0:2], "big")
    unit = int.from_bytes(body[6:8], "big")
    if version >= _LARGE_UNIT_VERSION and len(body) >= 54:
        unit = int.from_bytes(body[50:54], "big")
    length = int.from_bytes(body[16:18], "big")
    start = int.from_bytes(body[18:20], "big") - 8
    text = body[start : start + length]
    if len(text) < length:
        text = stream.read().content[:length]
    values = descriptor_values(text.decode("utf-8", "replace"))
    return ConnectRequest(version, unit, values.get("SERVICE_NAME", ""), values.get("SID", ""))


def descriptor_values(text: str) -> dict[str, str]:
    """Return the leaves of a connect descriptor by upper-case name; the first of a name counts.

    The CID part is left out: it describes the client and has a PROGRAM, HOST and USER of its own.
    """
    values: dict[str, str] = {}
    path: list[str] = []
    name = ""
    piece = ""
    for character in text:
        if character == "(":
            path.append(name)
            name, piece = "", ""
        elif character == "=" and not name:
            name, piece = piece.strip().upper(), ""
        elif character == ")":
            if name and piece.strip() and "CID" not in path:
                values.setdefault(name, piece.strip().strip('"'))
            name = path.pop() if path else ""
            piece = ""
        else:
            piece += character
    return values


def accept(
    stream: PacketStream, profile: Profile, request: ConnectRequest, service: str, sid: str
) -> Connected:
    """Answer a CONNECT for our service or SID with ACCEPT; otherwise refuse it and give up."""
    refusal = _refusal(request, service, sid)
    if refusal:
        _refuse(stream, refusal)
        raise ClientGoneError
    version = min(request.version, profile.protocol_version)
    end_of_response = version >= _END_OF_RESPONSE_VERSION
    flags = _ACCEPT_END_OF_RESPONSE if end_of_response else 0
    if profile.fast_authentication and end_of_response:
        flags |= _ACCEPT_FAST_AUTHENTICATION
    unit = max(_MIN_UNIT_BYTES, min(request.unit_bytes, _MAX_UNIT_BYTES))
    short_unit = min(unit, 65535).to_bytes(2, "big")
    body = b"".join(
        (
            version.to_bytes(2, "big"),
            b"\x00\x01",  # options: no out-of-band breaks
            short_unit * 2,
            b"\x01\x00",
            b"\x00\x00",  # no connect data
            b"\x00\x2d",
            b"\x04\x04",  # no native encryption
            bytes(8),
            unit.to_bytes(4, "big") * 2,
            b"\x00",
            flags.to_bytes(4, "big"),
        )
    )
    stream.send(PacketType.ACCEPT, body)
    stream.large_lengths = version >= _LARGE_UNIT_VERSION
    stream.unit_bytes = unit
    return Connected(service, end_of_response)


def _refusal(request: ConnectRequest, service: str, sid: str) -> int:
    """Return the listener's error number, 0 when the request is for us."""
    if request.service_name:
        known = request.service_name.upper() == service.upper()
        return 0 if known else _UNKNOWN_SERVICE
    if request.sid:
        return 0 if request.sid.upper() == sid.upper() else _UNKNOWN_SID
    return _NO_SERVICE


def _refuse(stream: PacketStream, code: int) -> None:
    text = (
        f"(DESCRIPTION=(TMP=)(VSNNUM=0)(ERR={code})(ERROR_STACK=(ERROR=(CODE={code})(EMFI=4))))"
    ).encode()
    stream.send(PacketType.REFUSE, b"\x22\x00" + len(text).to_bytes(2, "big") + text)


def read_protocol(reader: RequestReader) -> None:
    """Read the protocol message after its type: versions up to a zero, then the driver's name."""
    for _ in range(2):
        while reader.byte():
            pass


def read_data_types(reader: RequestReader) -> int:
    """Read the data types message after its type and return the client's field version.

    Raises MalformedRequestError for capabilities too short to hold it.
    """
    reader.raw(5)
    compile_capabilities = reader.sized() or b""
    runtime_capabilities = reader.sized() or b""
    if len(compile_capabilities) < 8:
        detail = "client capabilities are too short"
        raise MalformedRequestError(detail)
    if len(runtime_capabilities) > 1 and runtime_capabilities[1] & 1:
        reader.raw(11)  # the client's time zone, which other drivers put before the list
    while reader.uint16():
        if reader.uint16():
            reader.raw(4)
    return compile_capabilities[7]
