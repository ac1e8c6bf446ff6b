"""Where values come from that travel as locators or as cursors, and which come last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle_standin.wire.cursor_values import CursorValues
    from oracle_standin.wire.lobs import LobStore


@dataclass(frozen=True, slots=True)
class Stores:
    """The LOBs and the cursors of one session."""

    lobs: LobStore
    cursors: CursorValues
    max_string_bytes: int
    """Longer strings come after all other binds of a row."""
