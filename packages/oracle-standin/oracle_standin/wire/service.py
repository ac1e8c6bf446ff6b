"""What the connections of one listener have in common."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from oracle_standin.wire.faults import FaultOrders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.backend import Backend
    from oracle_standin.wire.profiles import Profile


@dataclass(frozen=True, slots=True)
class Service:
    """What every connection of a listener shares."""

    backend: Backend
    name: str
    profile: Profile
    faults: FaultOrders = field(default_factory=FaultOrders)
    compress_rows: bool = False
    session_ids: Iterator[int] = field(default_factory=lambda: count(1))
    id_lock: threading.Lock = field(default_factory=threading.Lock)

    def next_session_id(self) -> int:
        """Return a number no other session has."""
        with self.id_lock:
            return next(self.session_ids)
