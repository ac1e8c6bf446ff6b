"""Values that come back in binds: RETURNING ... INTO and PL/SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.backend import Bind, BindValue, TypeCode
from oracle_standin.wire.codes import Message
from oracle_standin.wire.encoding import NULL, signed, unsigned
from oracle_standin.wire.rows import value_encoder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle_standin.wire.lobs import LobStore
    from oracle_standin.wire.rows import ColumnEncoder

_DIRECTION_IN = 32
_DIRECTION_IN_OUT = 48
"""Announced for every bind that comes back, so that a re-execution sends its value again."""

_AS_TEXT = frozenset({TypeCode.LONG, TypeCode.ROWID, TypeCode.UROWID})


def returning_values(
    binds: Sequence[Bind], lobs: LobStore, returning: Sequence[Sequence[Sequence[bytes | None]]]
) -> bytes:
    """Return the values of RETURNING ... INTO, one message for each iteration."""
    encoders = [_out_encoder(bind, lobs) for bind in binds if bind.is_return]
    parts = []
    for changed in returning:
        parts.append(bytes((Message.ROW_DATA,)))
        for position, encoder in enumerate(encoders):
            values = [row[position] for row in changed]
            parts.append(unsigned(len(values)))
            parts += _with_lengths(encoder, values)
    return b"".join(parts)


def out_values(binds: Sequence[Bind], lobs: LobStore, values: Mapping[int, BindValue]) -> bytes:
    """Return the direction of each bind of a PL/SQL block and the values that come back."""
    count = len(binds)
    directions = bytes(
        _DIRECTION_IN_OUT if position in values else _DIRECTION_IN for position in range(count)
    )
    header = b"".join(
        (
            bytes((Message.IO_VECTOR, 0)),
            unsigned(count % 256),
            unsigned(count // 256),
            unsigned(1),
            bytes(3),
            directions,
        )
    )
    if not values:
        return header
    parts = [header, bytes((Message.ROW_DATA,))]
    for position in sorted(values):
        value = values[position]
        encoder = _out_encoder(binds[position], lobs)
        if isinstance(value, list):
            parts.append(unsigned(len(value)))
            parts += _with_lengths(encoder, value)
        else:
            parts += _with_lengths(encoder, [value])
    return b"".join(parts)


def _out_encoder(bind: Bind, lobs: LobStore) -> ColumnEncoder:
    """Return the encoder of a bind that comes back; it has no LONG or ROWID form."""
    type_code = bind.type_code
    if type_code in _AS_TEXT:
        type_code = TypeCode.VARCHAR
    elif type_code is TypeCode.LONG_RAW:
        type_code = TypeCode.RAW
    return value_encoder(type_code, bind.charset_form, lobs)


def _with_lengths(encoder: ColumnEncoder, values: Sequence[bytes | None]) -> list[bytes]:
    """Return each value followed by its truncated length, which is -1 for NULL and else 0."""
    parts: list[bytes] = []
    for value, encoded in zip(values, encoder(values), strict=True):
        parts += (encoded, signed(-1) if value is None else NULL)
    return parts
