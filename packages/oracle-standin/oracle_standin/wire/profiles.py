"""Which server is announced: version, protocol features and capability bytes.

Compile capability 7 is the field version: client and server use the lower of theirs, and it decides
which fields messages have. Capabilities that would make the client send messages we do not answer
(request boundaries, transaction priority, out-of-band breaks) stay clear.
"""

from __future__ import annotations

from dataclasses import dataclass

from oracle_standin.wire.encoding import sized

STANDARD_STRING_BYTES, EXTENDED_STRING_BYTES = 4000, 32767
UTF8_CHARSET = 873
UTF16_CHARSET = 2000

FIELD_VERSION_12_2 = 8
FIELD_VERSION_12_2_EXT = 9
FIELD_VERSION_19 = 12
FIELD_VERSION_20 = 14
FIELD_VERSION_23_1 = 17
FIELD_VERSION_23_1_TOKENS = 18
FIELD_VERSION_23_1_ANNOTATIONS = 20
FIELD_VERSION_23_4 = 24


@dataclass(frozen=True, slots=True)
class Profile:
    """What the server says it is.

    `version` has five parts, as in 23.9.0.25.7. `protocol_version` is the packet layer's; from 319
    on every reply has an end mark, and logon may take one round trip less.
    """

    name: str
    version: tuple[int, int, int, int, int]
    field_version: int
    protocol_version: int
    fast_authentication: bool = True
    max_string_bytes: int = STANDARD_STRING_BYTES
    """By MAX_STRING_SIZE: longer binds are sent after all others."""

    @property
    def packed_version(self) -> int:
        """Return the version as AUTH_VERSION_NO has it, whose layout release 18 changed."""
        first, second, third, fourth, fifth = self.version
        if first < 18:
            return first << 24 | second << 20 | third << 12 | fourth << 8 | fifth
        return first << 24 | second << 16 | third << 12 | fourth << 4 | fifth


PROFILES = {
    "23": Profile("23", (23, 9, 0, 25, 7), FIELD_VERSION_23_4, 319),
    "19": Profile("19", (19, 3, 0, 0, 0), FIELD_VERSION_19, 318),
    "12.2": Profile("12.2", (12, 2, 0, 1, 0), FIELD_VERSION_12_2, 316, fast_authentication=False),
}

_COMPILE_CAPABILITIES = {
    0: 6,  # SQL version
    4: 0x08 | 0x02 | 0x20 | 0x40 | 0x80,  # logon types
    8: 1,  # server converts defines
    9: 1,  # dequeue with selector
    15: 0x29,  # fast bit vector, end of call status, indicators
    16: 0x90,  # session propagation, application context piggybacks
    17: 3,
    18: 7,
    19: 3,
    21: 1,
    23: 0x01 | 0x02 | 0x40 | 0x08 | 0x80,  # LOB: 8-byte sizes, encodings, prefetch
    26: 4,
    27: 1,
    31: 0x10,
    34: 12,
    37: 0x10 | 0x20 | 0x80,  # implicit results, big chunks, any bind order
    42: 1,
}
_END_OF_RESPONSE_BYTE, _END_OF_RESPONSE_BIT = 40, 0x20
_COMPILE_LENGTH = 55
_RUNTIME_CAPABILITIES = bytes((2, 0, 0, 0, 0, 0, 0x01, 0, 0, 0, 0))
"""Byte 6: zero copy."""
_LONG_STRINGS_BYTE, _LONG_STRINGS_BIT = 6, 0x04


def protocol_reply(profile: Profile, *, end_of_response: bool) -> bytes:
    """Return the protocol message: character sets and capabilities."""
    capabilities = bytearray(_COMPILE_LENGTH)
    for position, value in _COMPILE_CAPABILITIES.items():
        capabilities[position] = value
    capabilities[7] = profile.field_version
    if end_of_response:
        capabilities[_END_OF_RESPONSE_BYTE] = _END_OF_RESPONSE_BIT
    runtime = bytearray(_RUNTIME_CAPABILITIES)
    if profile.max_string_bytes > STANDARD_STRING_BYTES:
        runtime[_LONG_STRINGS_BYTE] |= _LONG_STRINGS_BIT
    # The "FDO": 6 bytes, no lists, and the national character set in its last two bytes.
    character_sets = bytes(9) + UTF16_CHARSET.to_bytes(2, "big")
    return b"".join(
        (
            b"\x01\x06\x00",
            b"singer-oracle stand-in\x00",
            UTF8_CHARSET.to_bytes(2, "little"),
            b"\x01",
            b"\x00\x00",
            len(character_sets).to_bytes(2, "big"),
            character_sets,
            sized(bytes(capabilities)),
            sized(bytes(runtime)),
        )
    )


DATA_TYPES_REPLY = b"\x02\x00\x00"
"""An empty list: the types the client named are all accepted."""
