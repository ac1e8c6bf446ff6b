"""Run ids that sort by time: UUID version 7 (RFC 9562, section 5.7)."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

_RANDOM_BITS = 74


def time_ordered_id(
    moment: dt.datetime, *, random_bits: Callable[[int], int] = secrets.randbits
) -> str:
    """Return an id whose text sorts by the moment, to the millisecond.

    Args:
        moment: Zone-aware, not before 1970.
        random_bits: Returns a random number of the given number of bits.
    """
    milliseconds = int(moment.timestamp() * 1000) & (2**48 - 1)
    noise = random_bits(_RANDOM_BITS)
    # 48 bits of time, version 7, 12 random bits, variant 0b10, 62 random bits.
    value = milliseconds << 80 | 0x7 << 76 | (noise >> 62) << 64 | 0b10 << 62 | noise & (2**62 - 1)
    return str(uuid.UUID(int=value))
