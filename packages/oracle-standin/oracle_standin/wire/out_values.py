"""Values that come back in binds: RETURNING ... INTO and PL/SQL.

A value of RETURNING that is longer than its bind comes cut, with its whole length after it, from
which the client makes an error; in PL/SQL the engine raises ORA-06502 where it is assigned.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from oracle_standin.protocol import BindValue, CharsetForm, TypeCode
from oracle_standin.wire.codes import Message
from oracle_standin.wire.encoding import NULL, signed, unsigned
from oracle_standin.wire.rows import value_encoder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle_standin.backend import Bind
    from oracle_standin.wire.encoding import ColumnEncoder
    from oracle_standin.wire.stores import Stores

_DIRECTION_IN = 32
_DIRECTION_IN_OUT = 48
"""Announced for every bind that comes back, so that a re-execution sends its value again."""

_LIMITED = frozenset({TypeCode.VARCHAR, TypeCode.CHAR, TypeCode.RAW})
_AS_TEXT = frozenset({TypeCode.LONG, TypeCode.ROWID, TypeCode.UROWID})


def returning_values(
    binds: Sequence[Bind], stores: Stores, returning: Sequence[Sequence[Sequence[bytes | None]]]
) -> bytes:
    """Return the values of RETURNING ... INTO, one message for each iteration."""
    returned = [bind for bind in binds if bind.is_return]
    encoders = [_out_encoder(bind, stores) for bind in returned]
    parts = []
    for changed in returning:
        parts.append(bytes((Message.ROW_DATA,)))
        for position, encoder in enumerate(encoders):
            values = [row[position] for row in changed]
            parts.append(unsigned(len(values)))
            room = _room(returned[position])
            if any(value is not None and len(value) > room for value in values):
                parts += _cut(encoder, values, returned[position])
            else:
                parts += _with_lengths(encoder, values)
    return b"".join(parts)


def _room(bind: Bind) -> float:
    """Return how many bytes of UTF-8 or binary are certain to fit into a bind."""
    if bind.type_code not in _LIMITED or not bind.size_bytes:
        return math.inf
    return bind.size_bytes // 2 if bind.charset_form is CharsetForm.NATIONAL else bind.size_bytes


def _cut(encoder: ColumnEncoder, values: Sequence[bytes | None], bind: Bind) -> list[bytes]:
    """Return what `_with_lengths` does, with values that are too long cut to the bind's size."""
    parts: list[bytes] = []
    for value in values:
        if value is None:
            parts += _with_lengths(encoder, [value])
            continue
        kept, length = _fitting(value, bind)
        parts += (*encoder([kept]), signed(length))
    return parts


def _fitting(value: bytes, bind: Bind) -> tuple[bytes, int]:
    """Return the part of a value that fits, and the whole length in bytes if that is not all."""
    if bind.charset_form is CharsetForm.NATIONAL:
        wide = value.decode().encode("utf-16-be")
        if len(wide) <= bind.size_bytes:
            return value, 0
        return wide[: bind.size_bytes].decode("utf-16-be", "ignore").encode(), len(wide)
    if len(value) <= bind.size_bytes:
        return value, 0
    kept = value[: bind.size_bytes]
    if bind.type_code is not TypeCode.RAW:
        kept = kept.decode("utf-8", "ignore").encode()
    return kept, len(value)


def out_values(binds: Sequence[Bind], stores: Stores, values: Mapping[int, BindValue]) -> bytes:
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
        encoder = _out_encoder(binds[position], stores)
        if isinstance(value, list):
            parts.append(unsigned(len(value)))
            parts += _with_lengths(encoder, value)
        elif binds[position].type_code is TypeCode.CURSOR:
            parts += (*encoder([value]), NULL)  # without rows it is a cursor too, and not NULL
        else:
            parts += _with_lengths(encoder, [value])
    return b"".join(parts)


def _out_encoder(bind: Bind, stores: Stores) -> ColumnEncoder:
    """Return the encoder of a bind that comes back; it has no LONG or ROWID form."""
    type_code = bind.type_code
    if type_code in _AS_TEXT:
        type_code = TypeCode.VARCHAR
    elif type_code is TypeCode.LONG_RAW:
        type_code = TypeCode.RAW
    return value_encoder(type_code, bind.charset_form, stores)


def _with_lengths(encoder: ColumnEncoder, values: Sequence[bytes | None]) -> list[bytes]:
    """Return each value followed by its truncated length, which is -1 for NULL and else 0."""
    parts: list[bytes] = []
    for value, encoded in zip(values, encoder(values), strict=True):
        parts += (encoded, signed(-1) if value is None else NULL)
    return parts


def implicit_results(stores: Stores, values: Sequence[bytes]) -> bytes:
    """Return the cursors that a block gives back by DBMS_SQL.RETURN_RESULT."""
    header = bytes((Message.IMPLICIT_RESULTS,)) + unsigned(len(values))
    return header + b"".join(NULL + stores.cursors.described(value) for value in values)
