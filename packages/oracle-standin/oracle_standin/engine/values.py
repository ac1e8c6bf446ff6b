"""Oracle's bytes to PostgreSQL's parameters, and PostgreSQL's result text to Oracle's bytes.

Parameters travel as text, except bytea types, which travel in binary. Results always come as text.
The PostgreSQL side of each type is in `engine.contract`: dates and timestamps are decimal seconds
since 1970, a zoned timestamp is the composite (UTC seconds, zone).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from oracle_standin import codecs
from oracle_standin.engine import vectors, zones
from oracle_standin.protocol import OracleError, TypeCode, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.backend import Bind
    from oracle_standin.protocol import BindValue

Encoder = Callable[[bytes], bytes | None]
Decoder = Callable[[bytes], bytes]

TEXT, BINARY = 0, 1
PLAIN_TEXT = frozenset({TypeCode.VARCHAR, TypeCode.CHAR, TypeCode.LONG})
"""Types whose text in the engine is Oracle's bytes already; an empty one is NULL."""
_SECONDS_PER_DAY = 86_400
NUL_IN_ENGINE = "\U0010ffff".encode()
"""What stands for U+0000, which PostgreSQL's text cannot hold: one character as well, and one that
Unicode gives to nobody. It sorts last instead of first."""
_ESCAPED_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""U+0000 in JSON text; an even number of backslashes before it are characters of their own."""


# ------------------------------------------------------------------------------ parameters


def parameter_format(type_code: TypeCode) -> int:
    """Return PostgreSQL's format of a parameter of this type: 1 for binary, else 0."""
    return BINARY if type_code in _BINARY_ENCODERS else TEXT


def encoder(bind: Bind, time_zone: str) -> Encoder:
    """Return the function from a bind's bytes to a parameter.

    It gives None where Oracle sees NULL, and raises OracleError for what cannot be stored. A local
    timestamp is read in `time_zone`.
    """
    if bind.type_code is TypeCode.TIMESTAMP_LTZ:
        return lambda value: _encode_local_timestamp(value, time_zone)
    found = _ENCODERS.get(bind.type_code) or _BINARY_ENCODERS.get(bind.type_code)
    if found is None:
        what = f"a bind of type {bind.type_code.name}"
        raise not_in_this_standin(what)
    return found


def encode(bind: Bind, value: BindValue, time_zone: str) -> bytes | None:
    """Return the parameter for one value; refuses PL/SQL tables."""
    if value is None:
        return None
    if isinstance(value, list):
        what = "an array bind outside PL/SQL"
        raise not_in_this_standin(what)
    return encoder(bind, time_zone)(value)


def _encode_text(value: bytes) -> bytes | None:
    if NUL_IN_ENGINE in value:
        what = "the noncharacter U+10FFFF in text"
        raise not_in_this_standin(what)
    return value.replace(b"\0", NUL_IN_ENGINE) or None


def _encode_json(value: bytes) -> bytes | None:
    # Nothing of what was sent may be U+10FFFF itself.
    text = _encode_text(value)
    return None if text is None else _ESCAPED_NUL.sub(rb"\1" + NUL_IN_ENGINE, text)


def _encode_large_text(value: bytes) -> bytes:
    return b"" if not value else (_encode_text(value) or b"")


def _encode_number(value: bytes) -> bytes | None:
    return codecs.number_to_text(value).encode() if value else None


@lru_cache(maxsize=65536)
def _encode_timestamp(value: bytes) -> bytes:
    return codecs.datetime_to_seconds(codecs.datetime_from_bytes(value)).encode()


@lru_cache(maxsize=65536)
def _encode_date(value: bytes) -> bytes:
    # A client may send a timestamp's bytes for a DATE: the fraction is cut off.
    return _encode_timestamp(value[:7])


def _encode_zoned_timestamp(value: bytes) -> bytes:
    moment = codecs.datetime_from_bytes(value)
    offset = moment.offset_minutes or 0
    # The bytes hold UTC: read without the zone part, they are the instant.
    seconds = codecs.datetime_to_seconds(codecs.datetime_from_bytes(value[:11]))
    return f"({seconds},{offset_text(offset)})".encode()


def _encode_local_timestamp(value: bytes, time_zone: str) -> bytes:
    wall = codecs.datetime_to_seconds(codecs.datetime_from_bytes(value[:11])).encode()
    offset = zones.offset_at_wall_clock(time_zone, _whole_seconds(wall))
    return _shifted(wall, -offset * 60)


def offset_text(minutes: int) -> str:
    """Return an offset as Oracle writes it: "+02:00"."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


def _whole_seconds(text: bytes) -> int:
    """Return the seconds before the point, rounded down."""
    whole, _, fraction = text.partition(b".")
    seconds = int(whole)
    return seconds - 1 if whole[:1] == b"-" and fraction.strip(b"0") else seconds


def _shifted(text: bytes, seconds: int) -> bytes:
    """Return decimal seconds moved by a whole number of seconds."""
    if not seconds:
        return text
    whole, point, fraction = text.partition(b".")
    if not fraction:
        return b"%d" % (int(whole) + seconds)
    scale = 10 ** len(fraction)
    units = int(whole + fraction) + seconds * scale
    sign = b"-" if units < 0 else b""
    first, rest = divmod(abs(units), scale)
    return b"%s%d%s%0*d" % (sign, first, point, len(fraction), rest)


def _encode_rowid(value: bytes) -> bytes:
    object_id, file, block, row = codecs.rowid_parts(value.decode("ascii", "replace"))
    file_and_block = file << 22 | block
    return object_id.to_bytes(4, "big") + file_and_block.to_bytes(4, "big") + row.to_bytes(2, "big")


_ENCODERS: dict[TypeCode, Encoder] = {
    TypeCode.VARCHAR: _encode_text,
    TypeCode.CHAR: _encode_text,
    TypeCode.LONG: _encode_text,
    TypeCode.NUMBER: _encode_number,
    TypeCode.BINARY_INTEGER: _encode_number,
    TypeCode.DATE: _encode_date,
    TypeCode.TIMESTAMP: _encode_timestamp,
    TypeCode.TIMESTAMP_TZ: _encode_zoned_timestamp,
    TypeCode.BINARY_DOUBLE: lambda v: repr(codecs.binary_double_from_bytes(v)).encode(),
    TypeCode.BINARY_FLOAT: lambda v: repr(codecs.binary_float_from_bytes(v)).encode(),
    TypeCode.INTERVAL_DS: lambda v: codecs.interval_ds_from_bytes(v).encode(),
    TypeCode.INTERVAL_YM: lambda v: b"%d" % codecs.interval_ym_from_bytes(v),
    TypeCode.BOOLEAN: lambda v: b"t" if v != b"\0" else b"f",
    TypeCode.CLOB: _encode_large_text,
    TypeCode.JSON: _encode_json,
    TypeCode.VECTOR: vectors.encode,
}
_BINARY_ENCODERS: dict[TypeCode, Encoder] = {
    TypeCode.RAW: lambda v: v or None,
    TypeCode.LONG_RAW: lambda v: v or None,
    TypeCode.BLOB: lambda v: v,
    TypeCode.BFILE: lambda v: v,
    TypeCode.ROWID: _encode_rowid,
    TypeCode.UROWID: _encode_rowid,
}


# --------------------------------------------------------------------------------- results


def decoder(type_code: TypeCode, time_zone: str) -> Decoder:
    """Return the function from a result's text to Oracle's bytes.

    A local timestamp is shown in `time_zone`.
    """
    if type_code is TypeCode.TIMESTAMP_LTZ:
        return lambda text: _decode_local_timestamp(text, time_zone)
    found = _DECODERS.get(type_code)
    if found is None:
        what = f"a column of type {type_code.name}"
        raise not_in_this_standin(what)
    return found


def _decode_text(text: bytes) -> bytes:
    return text.replace(NUL_IN_ENGINE, b"\0")


def _decode_json(text: bytes) -> bytes:
    # JSON text has no U+0000 of its own (RFC 8259, section 7).
    return text.replace(NUL_IN_ENGINE, rb"\u0000")


def _decode_number(text: bytes) -> bytes:
    if not text[-1:].isdigit():  # NaN or an infinity, which Oracle's NUMBER cannot hold
        raise OracleError(1426, "numeric overflow")
    return codecs.number_from_text(text.decode())


@lru_cache(maxsize=16384)
def _day(days: int) -> bytes:
    return codecs.date_to_bytes(codecs.seconds_to_datetime(str(days * _SECONDS_PER_DAY)))[:4]


@lru_cache(maxsize=_SECONDS_PER_DAY)
def _clock(seconds: int) -> bytes:
    minutes, second = divmod(seconds, 60)
    return bytes((minutes // 60 + 1, minutes % 60 + 1, second + 1))


def _decode_date(text: bytes) -> bytes:
    days, of_day = divmod(_whole_seconds(text), _SECONDS_PER_DAY)
    return _day(days) + _clock(of_day)


def _decode_timestamp(text: bytes) -> bytes:
    fraction = text.partition(b".")[2].rstrip(b"0")
    if not fraction:
        return _decode_date(text)
    nanoseconds = int(fraction[:9].ljust(9, b"0"))
    if text[:1] == b"-":
        nanoseconds = 1_000_000_000 - nanoseconds
    return _decode_date(text) + nanoseconds.to_bytes(4, "big")


def _decode_zoned_timestamp(text: bytes) -> bytes:
    # The composite's text: (1700000000.5,Europe/Zurich), the zone quoted where it has to be.
    seconds, _, zone = text[1:-1].partition(b",")
    minutes = zones.offset_at_instant(zone.strip(b'"').decode(), _whole_seconds(seconds))
    instant = _decode_timestamp(seconds)
    hours, rest = divmod(abs(minutes), 60)
    sign = -1 if minutes < 0 else 1
    return instant.ljust(11, b"\0") + bytes((20 + sign * hours, 60 + sign * rest))


def _decode_local_timestamp(text: bytes, time_zone: str) -> bytes:
    offset = zones.offset_at_instant(time_zone, _whole_seconds(text))
    return _decode_timestamp(_shifted(text, offset * 60))


def _decode_bytea(text: bytes) -> bytes:
    return bytes.fromhex(text[2:].decode())


def _decode_rowid(text: bytes) -> bytes:
    if text[:2] != b"\\x":
        return text
    raw = _decode_bytea(text)
    file_and_block = int.from_bytes(raw[4:8], "big")
    return codecs.rowid_text(
        int.from_bytes(raw[:4], "big"),
        file_and_block >> 22,
        file_and_block & 0x3FFFFF,
        int.from_bytes(raw[8:10], "big"),
    ).encode()


_DECODERS: dict[TypeCode, Decoder] = {
    TypeCode.VARCHAR: _decode_text,
    TypeCode.CHAR: _decode_text,
    TypeCode.LONG: _decode_text,
    TypeCode.CLOB: _decode_text,
    TypeCode.JSON: _decode_json,
    TypeCode.NUMBER: _decode_number,
    TypeCode.DATE: _decode_date,
    TypeCode.TIMESTAMP: _decode_timestamp,
    TypeCode.TIMESTAMP_TZ: _decode_zoned_timestamp,
    TypeCode.BINARY_DOUBLE: lambda text: codecs.binary_double_to_bytes(float(text)),
    TypeCode.BINARY_FLOAT: lambda text: codecs.binary_float_to_bytes(float(text)),
    TypeCode.INTERVAL_DS: lambda text: codecs.interval_ds_to_bytes(text.decode()),
    TypeCode.INTERVAL_YM: lambda text: codecs.interval_ym_to_bytes(int(text)),
    TypeCode.RAW: _decode_bytea,
    TypeCode.LONG_RAW: _decode_bytea,
    TypeCode.BLOB: _decode_bytea,
    TypeCode.BFILE: _decode_bytea,
    TypeCode.OBJECT: lambda text: _decode_text(_decode_bytea(text)),
    TypeCode.ROWID: _decode_rowid,
    TypeCode.UROWID: _decode_rowid,
    TypeCode.BOOLEAN: lambda text: b"\x01" if text == b"t" else b"\x00",
    TypeCode.VECTOR: vectors.decode,
}
